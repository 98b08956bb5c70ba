"""Hands a program words that a shell would take apart.

Run: python hostile_words.py '{"name": ...}'
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
WORDS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


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


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def unique(items: Any) -> list[Any]:
    """The items without those that came before."""
    found: dict[str, Any] = {}
    for item in a_list(items):
        found.setdefault(json.dumps(item, sort_keys=True), item)
    return list(found.values())


async def finish(running: Iterable[asyncio.Future[Any]]) -> None:
    """Let all end and raise the first error; when cancelled, cancel them."""
    waiting, failure = set(running), None
    try:
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, return_when=asyncio.FIRST_COMPLETED
            )
            for step in done:
                failure = failure or step.exception()
    except asyncio.CancelledError:
        for step in waiting:
            step.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        raise
    if failure is not None:
        raise failure


async def for_each(
    items: Sequence[Any],
    body: Callable[[Any, int], Awaitable[Any]],
    limit: int,
    failed: list[dict[str, Any]] | None = None,
) -> list[Any]:
    """Run body(item, index) for every item, at most `limit` at once; results in order.

    A failed item ends it all, unless there is a list for the items that failed.
    """
    results: dict[int, Any] = {}
    errors: list[tuple[int, Exception]] = []
    queue = iter(enumerate(items))

    async def work() -> None:
        for index, item in queue:
            try:
                results[index] = await body(item, index)
            except Exception as error:
                errors.append((index, error))
            if errors and failed is None:
                return

    workers = [asyncio.create_task(work()) for _ in range(min(limit, len(items)))]
    await finish(workers)
    if errors and failed is None:
        raise errors[0][1]
    for index, error in sorted(errors, key=lambda each: each[0]):
        failed.append({"index": index, "item": items[index], "error": failure(error)})
    return [results[index] for index in sorted(results)]


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        ValidationError: "returns",
        subprocess.CalledProcessError: "exit",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="echo[{index}]")
async def echo(word: str, index: int) -> str:
    _, stdout, _ = await run_program(["printf", "%s|%s", "--", word], stdin=word)
    return stdout


@task(task_run_name="fed[{index}]")
async def fed(word: str, index: int) -> str:
    _, stdout, _ = await run_program(["cat", "-"], stdin=word, env={"WORD": word})
    return stdout


@task
async def env() -> str:
    _, stdout, _ = await run_program(
        ["sh", "-c", 'printf %s "$A_1"'],
        env={"A_1": "a\n'b' \"c\" $HOME `id` \\ {{ x }} {#", "HOME": "/nowhere"},
    )
    return stdout


@task
async def talks() -> tuple[int, str, str]:
    code, stdout, stderr = await run_program(
        [
            "sh",
            "-c",
            'printf "a\\n\\n b\\t"; echo "o\'er \\"there\\"" >&2; exit "$1"',
            "sh",
            "7",
        ],
    )
    return code, stdout, stderr


@flow(name="hostile_words")
async def hostile_words(words: list[str]) -> dict[str, Any]:
    """Hands a program words that a shell would take apart."""
    fitting(words, WORDS_SCHEMA)
    talks_exit_code = talks_stdout = talks_stderr = None

    async def do_each(word: Any, index: int) -> Any:
        echo_stdout = await echo(word, index)
        fed_stdout = await fed(word, index)
        return echo_stdout == f"--|{word}" and fed_stdout == word

    each_failed = []
    each_value = await for_each(words, do_each, limit=4)
    env_stdout = await env()
    try:
        talks_exit_code, talks_stdout, talks_stderr = await talks()
    except Exception as error:
        talks_exit_code = getattr(error, "returncode", None)
        talks_stdout = getattr(error, "stdout", None)
        talks_stderr = getattr(error, "stderr", None)
    return {
        "same": unique(each_value) == [True],
        "env": env_stdout,
        "fed": not each_failed,
        "code": talks_exit_code if talks_exit_code is not None else 0,
        "stderr": talks_stderr if talks_stderr is not None else "",
        "stdout": talks_stdout if talks_stdout is not None else "",
    }


if __name__ == "__main__":
    asyncio.run(hostile_words(**json.loads(sys.argv[1])))
