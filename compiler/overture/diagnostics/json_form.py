"""Findings as the JSON of the command line's contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from overture.diagnostics.model import At, Diagnostic, Edit, has_errors


def diagnostic_form(found: Diagnostic) -> dict[str, Any]:
    """One finding."""
    return {
        "code": found.code,
        "rule": found.rule,
        "severity": found.severity,
        "message": found.message,
        "help": found.help,
        "at": at_form(found.at),
        "related": [{"message": each.message, "at": at_form(each.at)} for each in found.related],
        "edit": edit_form(found.edit) if found.edit else None,
    }


def at_form(at: At) -> dict[str, Any]:
    """A place: lines and columns from 1, the end exclusive."""
    return {
        "pointer": at.pointer,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
    }


def edit_form(edit: Edit) -> dict[str, Any]:
    changes = [{"at": at_form(each.at), "text": each.text} for each in edit.changes]
    return {"description": edit.description, "changes": changes}


def check_form(files: Mapping[str, Iterable[Diagnostic]]) -> dict[str, Any]:
    """What `check --format json` prints: the findings of each file, by path."""
    forms = []
    for path, diagnostics in files.items():
        found = list(diagnostics)
        forms.append({"path": path, "ok": not has_errors(found), "diagnostics": [diagnostic_form(d) for d in found]})
    return {"ok": all(each["ok"] for each in forms), "files": forms}
