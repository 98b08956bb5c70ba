"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from overture.diagnostics.model import At, Diagnostic, Edit
from overture.diagnostics.pages import page_of
from overture.diagnostics.rules import Rule

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def log(diagnostics: Iterable[Diagnostic], rules: Iterable[Rule], *, version: str) -> dict[str, Any]:
    """A SARIF log of one run. `rules` bring the pages; a finding of a rule that is not among them stands with its code
    alone. `version` is the version of Overture."""
    found = list(diagnostics)
    descriptors = {rule.code: _rule(rule) for rule in rules}
    for each in found:
        descriptors.setdefault(each.code, {"id": each.code, "name": each.rule})
    index = {code: number for number, code in enumerate(descriptors)}
    driver = {"name": "overture", "semanticVersion": version, "rules": list(descriptors.values())}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, index[each.code]) for each in found],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    page = page_of(rule.page)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.sections.get("What") or page.title},
        "help": {"text": rule.page.strip(), "markdown": page.markdown()},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(found: Diagnostic, rule_index: int) -> dict[str, Any]:
    text = _plain(found.message + (f" (help: {found.help})" if found.help else ""))
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[found.severity],
        "message": {"text": text},
        "locations": [_location(found.at)],
        "partialFingerprints": {"overture/v1": _fingerprint(found)},
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, **_location(each.at), "message": {"text": _plain(each.message)}}
            for number, each in enumerate(found.related, start=1)
        ]
    if found.edit:
        result["fixes"] = [_fix(found.edit)]
    return result


def _plain(text: str) -> str:
    """A message in which nothing is taken for a link (3.11.6): its words may come from the file."""
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _fingerprint(found: Diagnostic) -> str:
    """What stays the same while lines move: the rule, the value it speaks of, and the words."""
    parts = "\0".join((found.code, found.at.path, found.at.pointer, found.message))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def _location(at: At) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(at.path)}, "region": _region(at)},
        "logicalLocations": [{"fullyQualifiedName": at.pointer}],
    }


def _region(at: At) -> dict[str, int]:
    return {"startLine": at.line, "startColumn": at.column, "endLine": at.end_line, "endColumn": at.end_column}


def _fix(edit: Edit) -> dict[str, Any]:
    paths = dict.fromkeys(each.at.path for each in edit.changes)
    return {
        "description": {"text": edit.description},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(path)},
                "replacements": [
                    {"deletedRegion": _region(each.at), "insertedContent": {"text": each.text}}
                    for each in edit.changes
                    if each.at.path == path
                ],
            }
            for path in paths
        ],
    }


def _uri(path: str) -> str:
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix(), safe="/~-_.", errors="surrogatepass")
