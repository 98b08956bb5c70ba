"""Has secrets come back from wherever they were sent.

Environment: API_TOKEN, PASSWORD, USER_NAME.
Run: python secret_echoes.py
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

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run

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
ECHO_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["said", "list"],
    "properties": {
        "said": {"type": "string"},
        "list": {"type": "array", "items": {"type": ["string", "integer"]}},
    },
}
SCRIPT_CODE = """\
def main(token):
    print("token", token)
    return {"length": len(token), "token": token}
"""
SCRIPT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["length", "token"],
    "properties": {"length": {"type": "integer"}, "token": {"type": "string"}},
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


async def send(
    method: str, url: str, is_secret: bool = False, **options: Any
) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return response.raise_for_status()
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
            is_elsewhere = origin(before.url) != origin(request.url)
            if is_elsewhere and is_secret and request.method == before.method:
                raise PermissionError("it redirects a secret to another host")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def fetch(method: str, url: str, **options: Any) -> Any:
    """The body of the answer to a request."""
    return body_of(await send(method, url, **options))


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port


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


@task(timeout_seconds=30)
async def echo(api: str) -> tuple[dict[str, Any], dict[str, Any]]:
    response = await send(
        "POST",
        f"{api}/echo",
        json={"token": os.environ["API_TOKEN"], "user": os.environ["USER_NAME"]},
        is_secret=True,
    )
    content = fitting(body_of(response), ECHO_SCHEMA)
    return dict(response.headers), content


@task
async def say(echo_body: dict[str, Any]) -> None:
    get_run_logger().info("%s", echo_body["said"])


@task(timeout_seconds=30)
async def again(api: str, echo_body: dict[str, Any]) -> None:
    await fetch("POST", f"{api}/again", json={"said": echo_body["said"]})


@task
async def program() -> str:
    _, stdout, _ = await run_program(
        [
            "python3",
            "-c",
            "import os; t = os.environ['TOKEN']; print('len', len(t), t, end='')",
        ],
        env={"TOKEN": os.environ["API_TOKEN"]},
    )
    return stdout


@task
async def fed() -> str:
    _, stdout, _ = await run_program(["cat"], stdin=f"{os.environ['PASSWORD']}\n")
    return stdout


@task
async def script() -> dict[str, Any]:
    return fitting(
        await run_python(SCRIPT_CODE, {"token": os.environ["API_TOKEN"]}), SCRIPT_SCHEMA
    )


@flow(name="secret_echoes")
async def secret_echoes(api: str = "https://api.example.com") -> dict[str, Any]:
    """Has secrets come back from wherever they were sent."""
    echo_headers, echo_body = await echo(api)
    await say(echo_body)
    await again(api, echo_body)
    program_stdout = await program()
    fed_stdout = await fed()
    script_value = await script()
    return {
        "said": echo_body["said"],
        "list": echo_body["list"],
        "header": dig(echo_headers, "x-said", default=""),
        "shell": program_stdout,
        "stdin": fed_stdout,
        "python": script_value,
    }


if __name__ == "__main__":
    asyncio.run(secret_echoes())
