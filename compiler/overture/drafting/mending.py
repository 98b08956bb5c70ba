"""Mends that are certain, made without asking the model again; each is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from overture.diagnostics import edits
from overture.diagnostics.model import Diagnostic
from overture.expressions.types import Json

_SECRET = re.compile(r"\bsecrets\.([A-Z][A-Z0-9_]*)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def mend(document: dict[str, Json], name: str | None) -> list[str]:
    """Mends canonical data in place: the name that was asked for, a name that is nearly one, secrets that are read but
    not declared. Gives what was done, in words."""
    done = []
    wanted = name or document.get("name")
    if isinstance(wanted, str):
        document["name"] = wanted if _NAME.fullmatch(wanted) else named(wanted)
        if not name and document["name"] != wanted:
            done.append(f"the workflow is named `{document['name']}`, as `{wanted}` is no name")
    declared = document.get("secrets")
    if declared is None or isinstance(declared, list):
        known = list(declared or [])
        found = dict.fromkeys(secret for text in _texts(document) for secret in _SECRET.findall(text))
        missing = [secret for secret in found if secret not in known]
        if missing:
            document["secrets"] = [*known, *missing]
            done.append(f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} declared among the secrets")
    return done


def named(text: str) -> str:
    """The nearest name to a text: `Nightly Report!` is `nightly_report`."""
    bare = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:64].strip("_")
    return bare if re.match("[a-z]", bare) else f"w_{bare}"[:64].strip("_") if bare else "workflow"


def with_edits(text: str, diagnostics: Sequence[Diagnostic]) -> tuple[str, list[str]]:
    """The text after the certain edits of the errors in it, and what they do, in words."""
    text, done = edits.with_edits(text, [each for each in diagnostics if each.severity == "error"])
    return text, [f"{each.message}: {each.edit.description}" for each in done if each.edit]


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
