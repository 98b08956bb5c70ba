"""What the planner makes of a request."""

from __future__ import annotations

from dataclasses import dataclass

from overture.expressions.types import Json


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Words of the request that became nothing: [start, end) in its text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Planned:
    """`document` is canonical data, None when no step was understood. Every word of the request is in a task's
    `source`, in the way it starts or is repeated, said by an assumption or a question, or in `not_understood`."""

    document: dict[str, Json] | None
    understanding: str
    assumptions: tuple[str, ...]
    questions: tuple[str, ...]
    not_understood: tuple[NotUnderstood, ...]
