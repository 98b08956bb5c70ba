"""Findings as annotations of GitHub Actions: lines that the runner takes as commands.

Format and escapes: docs.github.com, "Workflow commands for GitHub Actions", and `command.ts` of actions/toolkit.
"""

from __future__ import annotations

from collections.abc import Iterable

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.visible import visible

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def commands(diagnostics: Iterable[Diagnostic]) -> str:
    """One line for each finding."""
    return "".join(f"{_annotation(each)}\n" for each in diagnostics)


def _annotation(found: Diagnostic) -> str:
    at = found.at
    properties: dict[str, object] = {"title": f"{found.code} {found.rule}", "file": at.path, "line": at.line}
    if at.end_line == at.line:
        properties |= {"col": at.column, "endLine": at.end_line, "endColumn": at.end_column}
    else:
        properties["endLine"] = at.end_line  # GitHub drops an annotation of several lines that has columns
    message = found.message + (f"\nhelp: {found.help}" if found.help else "")
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {written}::{_data(message)}"


def _data(text: str) -> str:
    lines = [visible(line) for line in text.split("\n")]
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(":", "%3A").replace(",", "%2C")
