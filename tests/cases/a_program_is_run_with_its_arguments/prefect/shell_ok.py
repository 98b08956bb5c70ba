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
