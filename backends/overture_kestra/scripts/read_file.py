"""Reads the file of file.json, a namespace file that Kestra laid beside this script, for the flow."""

import base64
import csv
import io
from pathlib import Path
from typing import Any

from schema import check  # type: ignore[import-not-found]
from step import Failed, parse, read, result, run, say  # type: ignore[import-not-found]


def main() -> None:
    file = read("file.json")
    path = file["path"]
    if path.startswith("/") or ".." in path.split("/"):
        raise Failed("refused", f"{path} leads out of the workspace")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Failed("error", f"{path}: {error.strerror}") from None
    try:
        content = decoded(data, file.get("format", "text"))
    except ValueError as error:
        raise Failed("error", f"{path}: {error}") from None
    if "returns" in file:
        check(content, file["returns"])
    say(content=result(content, file.get("plain", False)))


def decoded(data: bytes, form: str) -> Any:
    if form == "base64":
        return base64.b64encode(data).decode()
    text = data.decode("utf-8-sig" if form in ("json", "csv") else "utf-8")
    if form == "json":
        return parse(text)
    if form == "lines":
        return lines(text)
    if form == "csv":
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""), restval="")]
    return text


def lines(text: str) -> list[str]:
    """The lines without their ends; a final line break ends the last line and begins none."""
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return found[:-1] if found[-1] == "" else found


if __name__ == "__main__":
    run(main)
