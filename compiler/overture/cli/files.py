"""Reading and writing: workflow files, `-`, folders; nothing half-written."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

ENDINGS = (".flow.yaml", ".flow.yml", ".flow.json")
STDIN = "-"


def workflow_paths(paths: tuple[str, ...]) -> Iterator[str]:
    """The workflow files that paths name: files as they are, folders searched, `-` is stdin.

    Raises OSError for what cannot be opened and click.UsageError for a folder without workflows.
    """
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path
            continue
        found = sorted(each for each in Path(path).rglob("*") if each.name.endswith(ENDINGS) and each.is_file())
        if not found:
            raise click.UsageError(f"no workflow (`*.flow.yaml`) stands in `{path}`")
        yield from map(str, found)


def read_bytes(path: str) -> bytes:
    """The content of a file, or of stdin for `-`. Raises OSError."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    with Path(path).open("rb") as file:
        return file.read()


def read_argument(text: str) -> str:
    """A text given on the command line: itself, or with `@FILE` (`@-`) the content of a file."""
    if not text.startswith("@"):
        return text
    try:
        return read_bytes(text[1:]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"`{text[1:]}` is not UTF-8 text") from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: a temporary file beside it, fsync, rename. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException as error:
        with suppress(OSError):
            Path(name).unlink()
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
