"""Runs programs; arguments are arguments, whatever they hold.

Run: python shell_ok.py '{"name": ...}'
"""

import asyncio
import contextlib
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
TYPED_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["n", "list"],
    "properties": {"n": {"type": "integer"}, "list": {"type": "array"}},
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def truth(value: Any) -> bool:
    """A boolean; anything else is refused, for nothing else is true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"expected a boolean, not {kind_of(value)}")
    return value


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def a_text(value: Any) -> str:
    """A text; anything else is refused."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values: 2 is 2.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        keys = left.keys()
        return keys == right.keys() and all(same(left[key], right[key]) for key in keys)
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """Whether one number or text comes before another."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return a_number(left) < a_number(right)


def contains(container: Any, item: Any) -> bool:
    """Whether a list has an item, an object a key, or a text a text."""
    if isinstance(container, list):
        return any(same(each, item) for each in container)
    if isinstance(container, dict | str):
        return a_text(item) in container
    raise TypeError(f"nothing is in {kind_of(container)}")


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def has(value: Any, *path: Any) -> bool:
    """Whether something stands at a path of keys, numbers and slices, even null."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return False
        try:
            value = at(value, step)
        except LookupError:
            return False
    return True


def reach(item: Any, path: str | None) -> Any:
    """What stands in an item at a dotted path of keys."""
    for key in path.split(".") if path is not None else ():
        if not isinstance(item, dict) or key not in item:
            raise KeyError(f"an item has no {path}")
        item = item[key]
    return item


def is_kept(item: Any, path: str | None, word: str | None, operand: Any) -> bool:
    """Whether what stands at a path in an item passes a test."""
    keys = [] if path is None else a_text(path).split(".")
    if word == "defined":
        return has(item, *keys)
    if word == "none":
        return dig(item, *keys) is None
    value = reach(item, path)
    if word is None:
        return truth(value)
    if word in ("eq", "ne"):
        return same(value, operand) is (word == "eq")
    if word == "in":
        return contains(operand, value)
    if word in ("lt", "ge"):
        return less(value, operand) is (word == "lt")
    return less(operand, value) is (word == "gt")


def a_test(word: Any) -> str | None:
    """A word that `is_kept` knows, or None; anything else is refused."""
    known = ("defined", "none", "eq", "ne", "in", "lt", "le", "gt", "ge")
    if word is not None and word not in known:
        raise ValueError(f"there is no test {word}")
    return word


def kept(items: Any, path: str | None, word: str | None, operand: Any) -> list[Any]:
    """The items that pass a test."""
    word = a_test(word)
    return [item for item in a_list(items) if is_kept(item, path, word, operand)]


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a program gets of the environment, and what is its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ENVIRONMENT or name.startswith("LC_")
    }
    return {"PATH": os.defpath, **kept, **extra}


async def run_program(
    argv: Sequence[str],
    *,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    accept: Container[int] = (0,),
) -> tuple[int, str, str]:
    """Run a program to its end; its exit code and what it wrote.

    When the task is cancelled or times out, nothing of the program is left.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=clean_environment(env or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await process.communicate(stdin.encode())
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    code = process.returncode or 0
    stdout, stderr = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    if code not in accept:
        raise subprocess.CalledProcessError(code, list(argv), stdout, stderr)
    return code, stdout, stderr


def fitting_json(text: str, schema: Mapping[str, Any]) -> Any:
    """The value of a JSON text that fits a schema."""
    try:
        value = read_json(text)
    except ValueError as error:
        raise ValidationError("the text is not JSON") from error
    return fitting(value, schema)


@task
async def plain(word: str) -> tuple[int, str]:
    code, stdout, _ = await run_program(["printf", "%s|%s\n", word, "$HOME"])
    return code, stdout


@task
async def typed() -> dict[str, Any]:
    _, stdout, _ = await run_program(["printf", '{"n": %d, "list": [1, null]}', "7"])
    return fitting_json(stdout, TYPED_SCHEMA)


@task
async def fed(typed_value: dict[str, Any], word: str) -> str:
    _, stdout, _ = await run_program(
        ["sh", "-c", 'printf "%s:" "$NAME"; cat'],
        stdin=json_text(typed_value["list"]),
        env={"NAME": word},
    )
    return stdout


@flow(name="shell_ok")
async def shell_ok(word: str) -> dict[str, Any]:
    """Runs programs; arguments are arguments, whatever they hold."""
    plain_exit_code, plain_stdout = await plain(word)
    typed_value = await typed()
    fed_stdout = await fed(typed_value, word)
    return {
        "plain": plain_stdout,
        "code": plain_exit_code,
        "typed": typed_value,
        "fed": fed_stdout,
    }


if __name__ == "__main__":
    asyncio.run(shell_ok(**json.loads(sys.argv[1])))
