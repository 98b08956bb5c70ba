"""What the planner makes of a request."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    `source`, said by an assumption or a question, or in `not_understood`."""

    document: dict[str, Json] | None
    understanding: str
    assumptions: tuple[str, ...]
    questions: tuple[str, ...]
    not_understood: tuple[NotUnderstood, ...]


@dataclass(slots=True)
class Result:
    """Something that a step made and a later one may speak of.

    `expression` gives it; `item` is the name of one of it when it is a list. `labels` with `label`: what its items
    were sorted into, and the field that says which.
    """

    noun: str
    expression: str
    is_list: bool = False
    title: str | None = None  # an expression over `item` (or over nothing) that names one of it in a line
    labels: tuple[str, ...] = ()
    item: str = "item"
    inner: str | None = None  # where the item itself is, inside one of a labelled list


@dataclass(slots=True)
class Block:
    """Tasks being written, and what they made so far."""

    tasks: list[dict[str, Json]] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    items: set[str] = field(default_factory=set)  # the names of loops round it
