"""Certain mends, made in the text that they are for."""

from __future__ import annotations

from collections.abc import Iterable

from overture.diagnostics.model import Diagnostic


def with_edits(text: str, diagnostics: Iterable[Diagnostic]) -> tuple[str, list[Diagnostic]]:
    """The text after the edits of the findings in it, and the findings whose edit was made. The findings are all of one
    file; an edit that reaches into another is not made. An edit is made whole or
    not at all: of two that touch, or that say the same, the first is. What no edit names stays as it is, byte for byte.
    """
    starts = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]
    taken: list[tuple[int, int, str]] = []
    done = []
    for each in diagnostics:
        if each.edit is None or any(change.at.path != each.at.path for change in each.edit.changes):
            continue
        spans = [
            (
                starts[change.at.line - 1] + change.at.column - 1,
                starts[change.at.end_line - 1] + change.at.end_column - 1,
                change.text,
            )
            for change in each.edit.changes
        ]
        if all(_is_apart(one, other) for one in spans for other in taken):
            taken += spans
            done.append(each)
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return text, done


def _is_apart(one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Whether two changes can both be made. Where they touch, each counts on what the other changes: an element that is
    added behind one that is taken out would begin with a comma."""
    return one[1] < other[0] or other[1] < one[0]
