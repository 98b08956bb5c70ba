"""Passes texts through everything that takes text.

Run: python hostile.py '{"name": ...}'
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

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from prefect.runtime import task_run

ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
TEXTS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
SENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["texts"],
    "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
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


@task
async def made(texts: list[str]) -> tuple[list[str], str]:
    return texts, f"<{'|'.join(texts)}>"


@task(timeout_seconds=30)
async def sent(
    api: str, texts: list[str], made_texts: list[str], made_joined: str
) -> dict[str, Any]:
    return fitting(
        await fetch(
            "POST",
            f"{api}/echo",
            params={"q": dig(texts, 0, default="")},
            json={
                "texts": made_texts,
                "literal": "{{ inputs.api }} ${HOME} $(id) \"'`",
                "joined": made_joined,
            },
        ),
        SENT_SCHEMA,
    )


@task(task_run_name="say[{index}]")
async def say(text: str, index: int) -> None:
    get_run_logger().info("%s", text)


@task(task_run_name="printed[{index}]")
async def printed(text: str, index: int) -> str:
    _, stdout, _ = await run_program(["printf", "%s", text])
    return stdout


@flow(name="hostile")
async def hostile(
    texts: list[str], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Passes texts through everything that takes text."""
    fitting(texts, TEXTS_SCHEMA)
    made_texts, made_joined = await made(texts)
    sent_body = await sent(api, texts, made_texts, made_joined)
    each_value = []
    for index, text in enumerate(texts):
        await say(text, index)
        printed_stdout = await printed(text, index)
        each_value.append(printed_stdout == text)
    return {"texts": sent_body["texts"], "same": each_value}


if __name__ == "__main__":
    asyncio.run(hostile(**json.loads(sys.argv[1])))
