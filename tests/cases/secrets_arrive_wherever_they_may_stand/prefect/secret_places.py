"""Hands secrets to everything that takes them.

Environment: API_TOKEN, HOOK_URL, KEY, PASSWORD, USER_NAME.
Run: python secret_places.py
"""

import asyncio
import base64
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator, ValidationError
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
KEYED_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
PROGRAM_SCHEMA: dict[str, Any] = {"type": "integer"}
FED_SCHEMA: dict[str, Any] = {"type": "integer"}
SCRIPT_CODE = """\
def main(token, options):
    return {"length": len(token), "second": options["user"][1] == "user-9123"}
"""
SCRIPT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["length", "second"],
    "properties": {"length": {"type": "integer"}, "second": {"type": "boolean"}},
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


async def send(
    method: str,
    url: str,
    secret_headers: Sequence[str] = (),
    is_secret: bool = False,
    **options: Any,
) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.is_success:
                return response
            if response.next_request is None:
                where = f"{request.method} to {request.url.host}"
                message = f"{where} was answered with {response.status_code}"
                raise httpx.HTTPStatusError(message, request=request, response=response)
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
            is_elsewhere = origin(before.url) != origin(request.url)
            if is_elsewhere and is_secret and request.method == before.method:
                raise PermissionError("it redirects a secret to another host")
            if is_elsewhere:
                for name in ("Authorization", *secret_headers):
                    request.headers.pop(name, None)
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def fetch(method: str, url: str, **options: Any) -> Any:
    """The body of the answer to a request."""
    return body_of(await send(method, url, **options))


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port


def whole_path(url: str) -> str:
    """The url, refused if data has made a segment of its path `.` or `..`."""
    path = re.split("[?#]", url)[0]
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise PermissionError("a segment of the url is . or ..")
    return url


def basic_auth(username: str, password: str) -> str:
    """The header of Basic authentication."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


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


def fitting_json(text: str, schema: Mapping[str, Any]) -> Any:
    """The value of a JSON text that fits a schema."""
    try:
        value = read_json(text)
    except ValueError as error:
        raise ValidationError("the text is not JSON") from error
    return fitting(value, schema)


@task(timeout_seconds=30)
async def echo(api: str) -> int:
    response = await send(
        "POST",
        f"{api}/echo",
        params={"token": os.environ["API_TOKEN"]},
        headers={"X-Name": os.environ["USER_NAME"]},
        json={
            "token": os.environ["API_TOKEN"],
            "nested": [
                f"of {os.environ['USER_NAME']}",
                {"deep": os.environ["PASSWORD"]},
            ],
        },
        secret_headers=["x-name"],
        is_secret=True,
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def hook() -> int:
    response = await send("POST", os.environ["HOOK_URL"], json={"text": "hi"})
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def private(api: str) -> int:
    response = await send(
        "GET",
        f"{api}/private",
        headers={
            "Authorization": basic_auth(
                os.environ["USER_NAME"], os.environ["PASSWORD"]
            ),
        },
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def bearer(api: str) -> int:
    response = await send(
        "GET", f"{api}/bearer", headers={"Authorization": f"Bearer {os.environ['KEY']}"}
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def login(api: str) -> int:
    response = await send(
        "POST",
        f"{api}/login",
        data={"user": os.environ["USER_NAME"], "password": os.environ["PASSWORD"]},
        is_secret=True,
    )
    body_of(response)
    return response.status_code


@task(timeout_seconds=30)
async def keyed(api: str) -> list[int]:
    return fitting(
        await fetch("GET", whole_path(f"{api}/v1/{os.environ['KEY']}/items")),
        KEYED_SCHEMA,
    )


@task
async def program() -> int:
    _, stdout, _ = await run_program(
        ["python3", "-c", "import os; print(len(os.environ['TOKEN']), end='')"],
        env={"TOKEN": os.environ["API_TOKEN"]},
    )
    return fitting_json(stdout, PROGRAM_SCHEMA)


@task
async def fed() -> int:
    _, stdout, _ = await run_program(
        ["python3", "-c", "import sys; print(len(sys.stdin.read()))"],
        stdin=f"{os.environ['PASSWORD']}\n",
    )
    return fitting_json(stdout, FED_SCHEMA)


@task
async def script() -> dict[str, Any]:
    return fitting(
        await run_python(
            SCRIPT_CODE,
            {
                "token": os.environ["API_TOKEN"],
                "options": {"user": [1, os.environ["USER_NAME"]]},
            },
        ),
        SCRIPT_SCHEMA,
    )


@flow(name="secret_places")
async def secret_places(api: str = "https://api.example.com") -> dict[str, Any]:
    """Hands secrets to everything that takes them."""
    echo_status = await echo(api)
    hook_status = await hook()
    private_status = await private(api)
    bearer_status = await bearer(api)
    login_status = await login(api)
    keyed_body = await keyed(api)
    program_value = await program()
    fed_value = await fed()
    script_value = await script()
    return {
        "shell": program_value,
        "stdin": fed_value,
        "python": script_value,
        "statuses": [
            echo_status,
            hook_status,
            private_status,
            bearer_status,
            login_status,
        ],
        "items": keyed_body,
    }


if __name__ == "__main__":
    asyncio.run(secret_places())
