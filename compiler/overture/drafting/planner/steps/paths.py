"""Paths of the workspace that a request names."""

from __future__ import annotations

from overture.drafting.planner.draft import NotUnderstoodError
from overture.drafting.planner.patterns import Phrase
from overture.drafting.planner.texts import literal


def path_of(phrase: Phrase) -> str:
    """A path of the request as a template. Raises NotUnderstoodError for one outside the workspace."""
    path = phrase.first.text
    parts = path.split("/")
    if path.startswith(("/", "~")) or ".." in parts or len(path) > 200:
        raise NotUnderstoodError(f"`{path[:80]}` lies outside the workspace: which file in it is meant?")
    return literal(path)
