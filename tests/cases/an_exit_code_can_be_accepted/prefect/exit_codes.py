"""Looks for a word; grep says 1 when there is none.

Run: python exit_codes.py '{"name": ...}'
"""

import asyncio
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Container, Mapping, Sequence
from typing import Any

from prefect import flow, task

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


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


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


def to_integer(value: Any) -> int:
    """A number cut off towards zero, or a text of digits as a number."""
    if not isinstance(value, str):
        return int(checked(int(a_number(value))))
    if not re.fullmatch(r"[+-]?[0-9]{1,400}", value):
        raise ValueError("the text is no integer")
    return int(checked(int(value)))


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        subprocess.CalledProcessError: "exit",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def look(word: str) -> tuple[int, str]:
    code, stdout, _ = await run_program(
        ["grep", "-c", "--", word], stdin="tea\nmilk\ntea\n", accept=[0, 1]
    )
    return code, stdout


@task
async def fails() -> tuple[int, str, str]:
    code, stdout, stderr = await run_program(
        ["sh", "-c", 'echo out; echo "it broke" >&2; exit 3']
    )
    return code, stdout, stderr


@flow(name="exit_codes")
async def exit_codes(word: str) -> dict[str, Any]:
    """Looks for a word; grep says 1 when there is none."""
    fails_exit_code = fails_stdout = fails_stderr = fails_error = None
    fails_state = "cancelled"
    look_exit_code, look_stdout = await look(word)
    try:
        fails_exit_code, fails_stdout, fails_stderr = await fails()
        fails_state = "succeeded"
    except Exception as error:
        fails_state = "failed"
        fails_error = failure(error)
        fails_exit_code = getattr(error, "returncode", None)
        fails_stdout = getattr(error, "stdout", None)
        fails_stderr = getattr(error, "stderr", None)
    return {
        "found": look_exit_code == 0,
        "count": to_integer(look_stdout.strip()),
        "state": fails_state,
        "type": dig(fails_error, "type", default="none"),
        "exit_code": fails_exit_code if fails_exit_code is not None else 0,
        "stdout": fails_stdout if fails_stdout is not None else "",
        "stderr": (fails_stderr if fails_stderr is not None else "").strip(),
    }


if __name__ == "__main__":
    asyncio.run(exit_codes(**json.loads(sys.argv[1])))
