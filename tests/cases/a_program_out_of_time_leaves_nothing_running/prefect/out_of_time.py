"""Gives a program three seconds; the child that it starts would still tell later,
were it let live.

Run: python out_of_time.py
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Container, Mapping, Sequence
from typing import Any

import httpx
from prefect import flow, task
from prefect.runtime import task_run

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")


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
    return {"type": failure_type(error)}


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
    content = response.content.strip()
    try:
        return response.json(parse_constant=int) if content else None
    except ValueError as error:
        raise httpx.DecodingError("the answer is broken JSON") from error


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
        httpx.UnsupportedProtocol: "refused",
        httpx.HTTPError: "http",
        subprocess.CalledProcessError: "exit",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(timeout_seconds=3)
async def slow(api: str) -> None:
    await run_program(
        [
            "python3",
            "-c",
            "import subprocess, sys, time, urllib.request\n"
            'tell = "import sys, time, urllib.request; time.sleep(5); '
            "urllib.request.urlopen(sys.argv[1] + '/late', b'{}')\"\n"
            'subprocess.Popen([sys.executable, "-c", tell, sys.argv[1]])\n'
            'urllib.request.urlopen(sys.argv[1] + "/here", b"{}")\n'
            "time.sleep(30)\n",
            api,
        ],
    )


@task
async def pause() -> None:
    await asyncio.sleep(4)


@task(name="next", timeout_seconds=30)
async def next_(api: str) -> None:
    await fetch("POST", f"{api}/next")


@flow(name="out_of_time")
async def out_of_time(api: str = "https://api.example.com") -> dict[str, Any]:
    """Gives a program three seconds; the child that it starts would still tell
    later, were it let live.
    """
    slow_error = None
    slow_state = "cancelled"
    try:
        await slow(api)
        slow_state = "succeeded"
    except Exception as error:
        slow_state = "failed"
        slow_error = failure(error)
    await pause()
    await next_(api)
    return {"state": slow_state, "type": dig(slow_error, "type", default="-")}


if __name__ == "__main__":
    asyncio.run(out_of_time())
