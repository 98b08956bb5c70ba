"""Runs Python that goes wrong in four ways, and some that does not.

Run: python raising.py '{"name": ...}'
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
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, get_run_logger, task

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
VALUES_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
RAISES_CODE = """\
class OutOfPaint(Exception):
    pass

def main(values):
    raise OutOfPaint(f"no paint for {values[0]} 'walls'")
"""
MISFITS_CODE = """\
def main(values):
    return {"sum": str(sum(values))}
"""
MISFITS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["sum"],
    "properties": {"sum": {"type": "integer"}},
}
IS_NO_JSON_CODE = """\
def main():
    return {1, 2}
"""
EXITS_CODE = """\
import sys

def main():
    sys.exit(3)
"""
WELL_CODE = """\
def main():
    return 3
"""
WELL_SCHEMA: dict[str, Any] = {"type": "integer"}


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


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error, without what libraries add to it."""
    return str(getattr(error, "message", error)) or type(error).__name__


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        ValidationError: "returns",
        subprocess.CalledProcessError: "exit",
        PythonError: "exception",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(retries=1, retry_delay_seconds=1)
async def raises(values: list[int]) -> None:
    await run_python(RAISES_CODE, {"values": values})


@task
async def misfits(values: list[int]) -> None:
    fitting(await run_python(MISFITS_CODE, {"values": values}), MISFITS_SCHEMA)


@task
async def is_no_json() -> None:
    await run_python(IS_NO_JSON_CODE, {})


@task
async def exits() -> None:
    await run_python(EXITS_CODE, {})


@task
async def well() -> int:
    return fitting(await run_python(WELL_CODE, {}), WELL_SCHEMA)


@flow(name="raising")
async def raising(values: list[int]) -> dict[str, Any]:
    """Runs Python that goes wrong in four ways, and some that does not."""
    fitting(values, VALUES_SCHEMA)
    raises_error = misfits_error = exits_error = None
    is_no_json_state = "cancelled"
    try:
        await raises(values)
    except Exception as error:
        raises_error = failure(error)
    try:
        await misfits(values)
    except Exception as error:
        misfits_error = failure(error)
    try:
        await is_no_json()
        is_no_json_state = "succeeded"
    except Exception:
        is_no_json_state = "failed"
    try:
        await exits()
    except Exception as error:
        exits_error = failure(error)
    well_value = await well()
    return {
        "raised": dig(raises_error, "type", default="-"),
        "message": "no paint for 4" in dig(raises_error, "message", default=""),
        "misfit": dig(misfits_error, "type", default="-"),
        "unjson": is_no_json_state,
        "exits": dig(exits_error, "type", default="-"),
        "well": well_value,
    }


if __name__ == "__main__":
    asyncio.run(raising(**json.loads(sys.argv[1])))
