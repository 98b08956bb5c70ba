"""What an operator is, and what it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from mutation.document import Document

Operate = Callable[[Document, Random], Iterator["Mutant"]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one mistake. The finding must stand within one of the parts that `places` points to. `before` is
    the document that differs only by the mistake, where that is not the base itself: it must be as sound as the base.
    A mistake that data cannot hold (a key twice) is given as text."""

    document: Document | str
    places: tuple[str, ...]
    before: Document | None = None
    facts: tuple[Any, ...] = ()
    """What the predicates of equivalent.py ask about."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of mistake. A mutant is killed when one of the rules in `wakes` tells it in the right place."""

    name: str
    wakes: frozenset[str]
    operate: Operate

    def mutants(self, data: Document, rng: Random, most: int) -> list[Mutant]:
        """At most `most` of the mistakes of this kind that a document can hold, of a long one in its beginning."""
        made = list(islice(self.operate(data, rng), 60))
        return rng.sample(made, min(most, len(made)))


OPERATORS: list[Operator] = []


def operator(*wakes: str) -> Callable[[Operate], Operate]:
    """Enters a function among the operators, by its name."""

    def entered(operate: Operate) -> Operate:
        OPERATORS.append(Operator(operate.__name__, frozenset(wakes), operate))
        return operate

    return entered
