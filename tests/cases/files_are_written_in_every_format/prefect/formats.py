"""Writes and reads a file of each format.

Run: python formats.py
"""

import asyncio
import base64
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import flow, task


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


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


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


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


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


def text_lines(text: str) -> list[str]:
    """The lines of a text; what ends the last line begins no other."""
    found = re.split(r"\r\n|\n|\r", text)
    return found[:-1] if found[-1] == "" else found


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


def as_lines(items: Sequence[Any]) -> str:
    """A line for each item."""
    return "".join(f"{as_text(item)}\n" for item in a_list(items))


@task
async def raw() -> str:
    return base64.b64encode(place("raw.bin").read_bytes()).decode()


@task
async def copy(raw_content: str, name: str) -> str:
    return write_whole(
        f"{name}.bin", base64.b64decode("".join(raw_content.split()), validate=True)
    )


@task
async def copied(copy_path: str) -> str:
    return base64.b64encode(place(copy_path).read_bytes()).decode()


@task
async def lines() -> str:
    return write_whole("lines.txt", as_lines(["one", "", "three "]).encode())


@task
async def lines_read(lines_path: str) -> list[str]:
    return text_lines(place(lines_path).read_bytes().decode("utf-8-sig"))


@task(name="json")
async def json_() -> str:
    return write_whole(
        "a/b/c.json",
        json_text({"none": None, "deep": [{}, [None]], "text": "{{ x }}"}).encode(),
    )


@task
async def json_read(json_path: str) -> Any:
    return read_json(place(json_path).read_bytes().decode("utf-8-sig"))


@task
async def text() -> str:
    return write_whole("old/notes.txt", "tab\tend \u2028 {% x %}".encode())


@task
async def text_read(text_path: str) -> str:
    return place(text_path).read_bytes().decode("utf-8-sig")


@task
async def broken() -> None:
    read_json(place("broken.json").read_bytes().decode("utf-8-sig"))


@task
async def missing(name: str) -> str:
    return place(f"{name}/none.txt").read_bytes().decode("utf-8-sig")


@flow(name="formats")
async def formats(name: str = "copy") -> dict[str, Any]:
    """Writes and reads a file of each format."""
    missing_content = None
    broken_state = missing_state = "cancelled"
    raw_content = await raw()
    copy_path = await copy(raw_content, name)
    copied_content = await copied(copy_path)
    lines_path = await lines()
    lines_read_content = await lines_read(lines_path)
    json_path = await json_()
    json_read_content = await json_read(json_path)
    text_path = await text()
    text_read_content = await text_read(text_path)
    try:
        await broken()
        broken_state = "succeeded"
    except Exception:
        broken_state = "failed"
    try:
        missing_content = await missing(name)
        missing_state = "succeeded"
    except Exception:
        missing_state = "failed"
    return {
        "raw": raw_content,
        "copy": copied_content,
        "lines": lines_read_content,
        "json": json_read_content,
        "text": text_read_content,
        "paths": [text_path, json_path],
        "broken": broken_state,
        "missing": [
            missing_state,
            missing_content if missing_content is not None else "-",
        ],
    }


if __name__ == "__main__":
    asyncio.run(formats())
