"""The checker's findings as a model reads them: which task, which field, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from overture.diagnostics.model import Diagnostic
from overture.expressions.types import Json
from overture.language.wire import Misfit

MOST = 10
"""Findings that are told at once: more than that and the answer mends none of them well."""

_SHOWN_CHARS = 160


def told(
    text: str, document: dict[str, Json], diagnostics: Sequence[Diagnostic], misfits: Sequence[Misfit]
) -> list[dict[str, Json]]:
    """The errors of a document, root causes first (what could not be read, then by code: names come before what follows
    from them), at most MOST."""
    found = [{"message": each.message, "at": each.pointer} for each in misfits]
    lines = text.split("\n")
    errors = [each for each in diagnostics if each.severity == "error"]
    for each in sorted(errors, key=lambda each: (each.code, each.at.line, each.at.column)):
        task, field = _place(document, each.at.pointer)
        line = lines[each.at.line - 1].strip() if each.at.line <= len(lines) else ""
        finding = {
            "code": each.code,
            "message": each.message,
            "help": each.help,
            "task": task,
            "field": field,
            "line": line if len(line) <= _SHOWN_CHARS else line[:_SHOWN_CHARS] + "…",
        }
        found.append({key: value for key, value in finding.items() if value})
    return found[:MOST]


def _place(document: Json, pointer: str) -> tuple[str | None, str]:
    """The innermost task at a pointer, and the way from there."""
    task, here = None, document
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    since = 0
    for number, part in enumerate(parts, 1):
        try:
            here = here[int(part)] if isinstance(here, list) else here[part]
        except (KeyError, IndexError, ValueError, TypeError):
            break
        if isinstance(here, dict) and "kind" in here and isinstance(here.get("id"), str):
            task, since = here["id"], number
    return task, ".".join(parts[since:])
