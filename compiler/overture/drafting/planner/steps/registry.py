"""The steps that the planner knows: how each is worded, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from overture.drafting.planner.draft import Draft
from overture.drafting.planner.patterns import Pattern, Said, compile_pattern
from overture.drafting.planner.slots import GROUPS, SLOTS

Build = Callable[[Draft, Said], None]


@dataclass(frozen=True, slots=True)
class Step:
    """`example` is a request, or the end of one after `given`, that the step must understand whole."""

    family: str
    pattern: Pattern
    build: Build
    example: str
    given: str


STEPS: list[Step] = []


def family(name: str, given: str = "") -> Callable[[str, str], Callable[[Build], Build]]:
    """The decorator by which the steps of one family are registered. `given`: what their examples speak of."""

    def step(source: str, example: str) -> Callable[[Build], Build]:
        def register(build: Build) -> Build:
            STEPS.append(Step(name, compile_pattern(source, SLOTS, GROUPS), build, example, given))
            return build

        return register

    return step
