"""Reads a table and settings, writes a report in three forms.

Run: python files.py
"""

import asyncio
import csv
import io
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

SETTINGS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {"title": {"type": "string"}},
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


def text_lines(text: str) -> list[str]:
    """The lines of a text; what ends the last line begins no other."""
    found = re.split(r"\r\n|\n|\r", text)
    return found[:-1] if found[-1] == "" else found


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


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


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
    return csv_rows(place("people.csv").read_bytes().decode("utf-8-sig"))


@task
async def settings() -> dict[str, Any]:
    return fitting(
        read_json(place("settings.json").read_bytes().decode("utf-8-sig")),
        SETTINGS_SCHEMA,
    )


@task
async def notes() -> list[str]:
    return text_lines(place("notes.txt").read_bytes().decode("utf-8-sig"))


@task
async def report(
    settings_content: dict[str, Any], people_content: list[dict[str, Any]], folder: str
) -> str:
    return write_whole(
        f"{folder}/report.txt",
        f"{settings_content['title']}: {', '.join([each['name'] for each in people_content])}\n".encode(),  # noqa: E501
    )


@task
async def table(people_content: list[dict[str, Any]], folder: str) -> str:
    return write_whole(
        f"{folder}/table.csv",
        csv_text(sorted(people_content, key=lambda each: each["name"])).encode(),
    )


@task
async def data(
    people_content: list[dict[str, Any]], notes_content: list[str], folder: str
) -> str:
    return write_whole(
        f"{folder}/data.json",
        json_text(
            {"people": len(people_content), "notes": notes_content, "none": None}
        ).encode(),
    )


@flow(name="files")
async def files(folder: str = "out") -> dict[str, Any]:
    """Reads a table and settings, writes a report in three forms."""
    people_content = await people()
    settings_content = await settings()
    notes_content = await notes()
    report_path = await report(settings_content, people_content, folder)
    table_path = await table(people_content, folder)
    data_path = await data(people_content, notes_content, folder)
    return {
        "ages": [each["age"] for each in people_content],
        "notes": notes_content,
        "paths": [report_path, table_path, data_path],
    }


if __name__ == "__main__":
    asyncio.run(files())
