"""Writes the content of file.json as written/content, from where the next task puts it among the namespace files."""

import base64
import csv
import io
from pathlib import Path
from typing import Any

from step import Failed, read, run, say, show  # type: ignore[import-not-found]


def main() -> None:
    file = read("file.json")
    path = file["path"]
    if path.startswith("/") or ".." in path.split("/") or not path:
        raise Failed("refused", f"{path} leads out of the workspace")
    try:
        data = encoded(file["content"], file.get("format", "text"))
    except (ValueError, TypeError, AttributeError) as error:
        raise Failed("error", f"{path}: {error}") from None
    Path("written").mkdir()
    Path("written/content").write_bytes(data)
    say(path=path)


def encoded(content: Any, form: str) -> bytes:
    if form == "base64":
        return base64.b64decode(content)
    if form == "json":
        return f"{show(content)}\n".encode()
    if form == "lines":
        return "".join(text_of(line) + "\n" for line in content).encode()
    if form == "csv":
        out = io.StringIO(newline="")
        if content:
            table = csv.DictWriter(out, list(content[0]), restval="", extrasaction="ignore", lineterminator="\r\n")
            table.writeheader()
            table.writerows({key: text_of(value) for key, value in row.items()} for row in content)
        return out.getvalue().encode()
    return text_of(content).encode()


def text_of(value: Any) -> str:
    """A value as a text shows it."""
    return value if isinstance(value, str) else "" if value is None else show(value)


if __name__ == "__main__":
    run(main)
