"""Reads a table, writes it again, and makes one of its own.

Run: python tables.py
"""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

from prefect import flow, task


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


def an_object(value: Any) -> dict[str, Any]:
    """An object; anything else is refused."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {kind_of(value)}")
    return value


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values: 2 is 2.0, but true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        keys = left.keys()
        return keys == right.keys() and all(same(left[key], right[key]) for key in keys)
    return bool(left == right)


def csv_text(rows: list[Any]) -> str:
    """Objects as CSV, the header from the first row's keys; no rows give no text."""
    if not a_list(rows):
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    header = list(an_object(rows[0]))
    writer.writerow(header)
    for number, row in enumerate(rows):
        if not an_object(row).keys() <= set(header):
            raise ValueError(f"row {number} has a key that row 0 lacks")
        writer.writerow([as_text(row.get(key)) for key in header])
    return out.getvalue()


def csv_rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text as objects by its header; every cell is a text."""
    source = io.StringIO(text.removeprefix("\ufeff"), newline="")
    header: list[str] | None = None
    found = []
    for row in csv.reader(source, strict=True):
        if header is None:
            header = row
        elif len(row) > len(header):
            raise ValueError("a row has more cells than the header")
        elif row:
            cells = row + [""] * (len(header) - len(row))
            found.append(dict(zip(header, cells, strict=True)))
    return found


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


@task
async def people() -> list[dict[str, Any]]:
    return csv_rows(place("in.csv").read_bytes().decode("utf-8-sig"))


@task
async def copy(people_content: list[dict[str, Any]]) -> str:
    return write_whole("out.csv", csv_text(people_content).encode())


@task
async def again(copy_path: str) -> list[dict[str, Any]]:
    return csv_rows(place(copy_path).read_bytes().decode("utf-8-sig"))


@task
async def made() -> str:
    return csv_text(
        [{"a,b": 'x"y', "c": 1}, {"a,b": None, "c": True}, {"a,b": "null", "c": 0.5}]
    )


@task
async def empty() -> str:
    return write_whole("empty.csv", csv_text([]).encode())


@task
async def nothing(empty_path: str) -> list[dict[str, Any]]:
    return csv_rows(place(empty_path).read_bytes().decode("utf-8-sig"))


@task
async def nothing_text(empty_path: str) -> str:
    return place(empty_path).read_bytes().decode("utf-8-sig")


@flow(name="tables")
async def tables() -> dict[str, Any]:
    """Reads a table, writes it again, and makes one of its own."""
    people_content = await people()
    copy_path = await copy(people_content)
    again_content = await again(copy_path)
    made_text = await made()
    empty_path = await empty()
    nothing_content = await nothing(empty_path)
    nothing_text_content = await nothing_text(empty_path)
    return {
        "rows": people_content,
        "same": same(people_content, again_content),
        "text": made_text,
        "read": csv_rows(made_text),
        "none": [nothing_content, nothing_text_content],
    }


if __name__ == "__main__":
    asyncio.run(tables())
