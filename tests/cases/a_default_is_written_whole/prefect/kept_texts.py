"""Writes what a program said, or else that it said nothing.

Run: python kept_texts.py
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
TEXTS_DEFAULT: list[str] = []
TEXTS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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


def place(path: str) -> Path:
    """A path in the working folder; none that leads out of it."""
    folder = Path.cwd().resolve()
    real = (folder / path).resolve()
    if not path or path.startswith("~") or not real.is_relative_to(folder):
        raise PermissionError(f"{path} leads out of the working folder")
    return real


def write_whole(path: str, content: bytes) -> str:
    """Write a file as a whole or not at all, with the folders it needs; its path."""
    target = place(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return path


@task(name="ask")
async def ask_(texts: list[str]) -> str:
    _, stdout, _ = await run_program(
        ["printf", "%s", f"said {dig(texts, 0, default='ü')}"]
    )
    return stdout


@task
async def keep(ask_stdout: str) -> str:
    return write_whole(
        "said.txt", (ask_stdout if ask_stdout is not None else "nothing").encode()
    )


@task
async def keep_first(texts: list[str]) -> None:
    write_whole("first.txt", dig(texts, 0, default="é").encode())


@flow(name="kept_texts")
async def kept_texts(texts: list[str] = TEXTS_DEFAULT) -> dict[str, Any]:
    """Writes what a program said, or else that it said nothing."""
    fitting(texts, TEXTS_SCHEMA)
    ask_stdout = None
    try:
        ask_stdout = await ask_(texts)
    except Exception as error:
        ask_stdout = getattr(error, "stdout", None)
    keep_path = await keep(ask_stdout)
    await keep_first(texts)
    return {"path": keep_path}


if __name__ == "__main__":
    asyncio.run(kept_texts())
