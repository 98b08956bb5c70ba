"""`read_file` and `write_file`, and every other touch of the workspace: nothing outside it, nothing half-written."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PureWindowsPath

from overture.expressions.encodings import read_csv, read_json, write_csv
from overture.expressions.evaluation import render
from overture.expressions.failures import Refused
from overture.expressions.texts import lines
from overture.expressions.types import Json
from overture.expressions.values import json_text
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed


def place(attempt: Attempt, path: str) -> Path:
    """Where a path of a workflow lies. Raises TaskFailed, type refused, for one that leads out of the workspace."""
    parts = path.replace("\\", "/").split("/")
    if not path or "\0" in path:
        raise TaskFailed("refused", "the path is empty" if not path else "the path holds a null character")
    if path.startswith(("/", "~")) or PureWindowsPath(path).drive or ".." in parts:
        raise TaskFailed("refused", f"`{path}` leads out of the workspace")
    workspace = attempt.engine.workspace
    try:
        real = (workspace / path).resolve()
    except (OSError, RuntimeError):  # links in a circle
        raise TaskFailed("refused", f"`{path}` cannot be resolved") from None
    if not real.is_relative_to(workspace):
        raise TaskFailed("refused", f"`{path}` leads out of the workspace by a link")
    attempt.engine.gate.check_path(path)
    return real


def read_bytes(attempt: Attempt, path: str) -> bytes:
    """A file's content. Raises TaskFailed."""
    real, limit = place(attempt, path), attempt.engine.limits.output_bytes
    try:
        with real.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise TaskFailed("error", f"`{path}` cannot be read: {error.strerror}") from None
    if len(content) > limit:
        raise TaskFailed("error", f"`{path}` has more than {limit:,} bytes")
    return content


def write_bytes(attempt: Attempt, path: str, content: bytes) -> str:
    """Write a file as a whole or not at all, with the folders that it needs; the path. Raises TaskFailed."""
    real = place(attempt, path)
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=real.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            mode = real.stat().st_mode if real.exists() else 0o666 & ~_umask()
            part.chmod(mode & 0o777)
            part.replace(real)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TaskFailed("error", f"`{path}` cannot be written: {error.strerror}") from None
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


async def run_read_file(attempt: Attempt) -> Mapping[str, Json]:
    path, form = attempt.text("path"), attempt.literal("format", "text")
    content = _decode(read_bytes(attempt, path), form, path)
    attempt.check(content, "the content")
    return {"content": content}


async def run_write_file(attempt: Attempt) -> Mapping[str, Json]:
    path, form = attempt.text("path"), attempt.literal("format", "text")
    return {"path": write_bytes(attempt, path, _encode(attempt.value("content"), form))}


def _decode(content: bytes, form: str, path: str) -> Json:
    if form == "base64":
        return base64.b64encode(content).decode("ascii")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TaskFailed("error", f"`{path}` is not UTF-8") from None
    try:
        return _READERS[form](text)
    except Refused as refused:
        raise TaskFailed("error", f"`{path}`: {refused}") from None


_READERS: dict[str, Callable[[str], Json]] = {"text": str, "lines": lines, "json": read_json, "csv": read_csv}


def _encode(value: Json, form: str) -> bytes:
    if form == "base64":
        try:
            return base64.b64decode("".join(render(value).split()), validate=True)
        except (binascii.Error, ValueError):
            raise TaskFailed("expression", "the content is not base64") from None
    if form in ("lines", "csv") and not isinstance(value, list):
        raise TaskFailed("expression", f"the content is not a list, as `{form}` needs")
    try:
        text = _WRITERS[form](value)
    except Refused as refused:
        raise TaskFailed("expression", f"the content: {refused}") from None
    return text.encode("utf-8", "surrogatepass")


def _write_lines(value: list[Json]) -> str:
    return "".join(f"{render(line)}\n" for line in value)


_WRITERS: dict[str, Callable[[Json], str]] = {
    "text": render,
    "lines": _write_lines,
    "json": json_text,
    "csv": write_csv,
}
