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
    return response.json(parse_constant=int) if response.content.strip() else None


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
        "{{ inputs.api }} {% verbatim %}{{ x }} {% endraw %}",
        "a\u2028b\u2029c\x85d\xa0e\ufefff",
        "\u202eabc\u202c \u200bd\u200d é",
        "\t\r\n\x01\x1f\x7f",
        "- a: &b *c !!str <<: | > # d\n---\n...\n? e",
        '{0} {name!r} %s %(a)s \\N{DEGREE SIGN} f\'{x}\' r"""',
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
