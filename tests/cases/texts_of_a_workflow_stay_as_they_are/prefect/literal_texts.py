"""Holds texts that quotes, \\ backslashes, {{ braces }} and {% tags %} stand in.

Run: python literal_texts.py
"""

import asyncio
import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run
from pydantic import Field

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
PYTHON_CHILD = """\
import io, json, os, sys, traceback
given = json.loads(sys.stdin.buffer.read())
sys.stdin = io.StringIO()
names = {"__name__": "__child__"}
def check(value):
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the result is not JSON: a key is no text")
        value = value.values()
    if not isinstance(value, str):
        for item in value if hasattr(value, "__iter__") else ():
            check(item)
try:
    exec(compile(given["code"], "<code>", "exec"), names)
    value = names["main"](**given["args"])
    check(value)
    text = json.dumps({"value": value}, allow_nan=False)
except BaseException as error:
    text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    traceback.print_exc()
with open(given["result"], "w") as file:
    file.write(text)
"""
LONG_CODE = """\
def main(size):
    return 'ä' * size
"""
LONG_SCHEMA: dict[str, Any] = {"type": "string"}


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


def given(value: Any, name: str) -> Any:
    """A value that has to be there."""
    if value is None:
        raise LookupError(f"{name} is missing")
    return value


async def fetch(method: str, url: str, **options: Any) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return body_of(response.raise_for_status())
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return read_json(response.content) if response.content.strip() else None


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


class PythonError(Exception):
    """An exception in a child process of Python."""


async def run_python(code: str, args: Mapping[str, Any]) -> Any:
    """Call main(...) of the code in a process of its own; prints go to the log."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        given = json.dumps({"code": code, "args": args, "result": str(result)})
        argv = [sys.executable, "-I", "-c", PYTHON_CHILD]
        _, stdout, stderr = await run_program(argv, stdin=given)
        if stdout.strip():
            get_run_logger().info("%s", stdout.rstrip("\n"))
        if stderr.strip():
            get_run_logger().warning("%s", stderr.rstrip("\n"))
        return python_result(result)


def python_result(path: Path) -> Any:
    """What the code in the other process returned, or raised."""
    if not path.exists():
        raise PythonError("the code ended without a result")
    found = read_json(path.read_bytes())
    if "error" in found:
        raise PythonError(found["error"])
    return found["value"]


@task
async def texts() -> tuple[Any, ...]:
    return (
        "'\"`'' \"\" ''' \"\"\"",
        "\\ \\\\ \\n \\u0041 \\' \\\" C:\\new\\",
        "{ } {} }} {# #} #} {{ }} {% %} {%- x -%} {{- y }} ${z} $${z} #{w} %{v}",
        "{{ inputs.api }} {% raw %}{{ x }}{% endraw %} {% verbatim %}",
        "a\u2028b\u2029c\x85d\xa0e\ufefff",
        "\u202eabc\u202c \u200bd\u200d é",
        "\t\r\n\x01\x1f\x7f",
        "- a: &b *c !!str <<: | > # d\n---\n...\n? e",
        '{0} {name!r} %s %(a)s \\N{DEGREE SIGN} f\'{x}\' r""" \x00',
        [
            "null text",
            "null",
            "true",
            "yes",
            "~",
            "1e3",
            "0o17",
            "22:30",
            "1_000",
            "",
            " ",
            "\n",
            ".inf",
            "=",
            "<<",
        ],
        {
            "": "empty",
            " ": "space",
            "null": "null",
            "true": "true",
            "{{ k }}": "brace",
            "a.b": "dot",
            "a b": "blank",
            "'": "quote",
            '"': "double",
            "\\": "back",
            "\u2028": "line",
            "1": "one",
        },
        "ends with a break\n",
    )


@task
async def long(size: int) -> str:
    return fitting(await run_python(LONG_CODE, {"size": size}), LONG_SCHEMA)


@task(timeout_seconds=30)
async def sent(api: str, texts_quotes: str) -> None:
    await fetch(
        "POST",
        f"{api}/texts",
        params={"{{ q }}": "{# 'x' \\"},
        headers={"X-Quotes": "'\"` \\ {# {%"},
        json={"quotes": texts_quotes, "key": {"{{ k }}": "{% v %}"}},
    )


@flow(name="literal_texts")
async def literal_texts(
    api: str = "https://api.example.com", size: Annotated[int, Field(strict=True)] = 10
) -> dict[str, Any]:
    """Holds texts that quotes, \\ backslashes, {{ braces }} and {% tags %} stand in."""
    (
        texts_quotes,
        texts_backslashes,
        texts_braces,
        texts_pebble,
        texts_separators,
        texts_bidi,
        texts_control,
        texts_yaml,
        texts_python,
        texts_words,
        texts_keys,
        texts_final,
    ) = await texts()
    long_value = await long(size)
    await sent(api, texts_quotes)
    return {
        "quotes": texts_quotes,
        "backslashes": texts_backslashes,
        "braces": texts_braces,
        "pebble": texts_pebble,
        "separators": texts_separators,
        "bidi": texts_bidi,
        "control": texts_control,
        "yaml": texts_yaml,
        "python": texts_python,
        "words": texts_words,
        "keys": texts_keys,
        "long": len(long_value),
        "final": texts_final,
    }


if __name__ == "__main__":
    asyncio.run(literal_texts())
