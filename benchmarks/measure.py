"""Timing: several things in turn, again and again, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and what it is held against: medians of `runs` alternating runs, in `unit` both. `ratio`, figure :
    against, is the median of the ratios of the single runs."""

    group: str
    name: str
    figure: float
    unit: str
    against: str | None = None
    against_figure: float | None = None
    ratio: float | None = None
    runs: int = 1


def run_program(words: Sequence[str]) -> None:
    """Run a program to its good end. Python keeps its compiled files, as it does where it is not told otherwise."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(words, check=True, capture_output=True, env=environment)


@dataclass(frozen=True, slots=True)
class Timed:
    """The seconds of several things, run by run."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, against: str) -> float:
        """The median of the ratios of the runs: what slows the machine for a while slows both sides of one of them."""
        pairs = zip(self.seconds[name], self.seconds[against], strict=True)
        return statistics.median(one / other for one, other in pairs)


def alternating(things: Mapping[str, Callable[[], object]], runs: int) -> Timed:
    """Times each thing so many times, in turn, beginning with another one each time. One run of each comes first and is
    not counted: caches and compiled files."""
    seconds: dict[str, list[float]] = {name: [] for name in things}
    for thing in things.values():
        thing()
    names = list(things)
    for number in range(runs):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            begun = time.perf_counter()
            things[name]()
            seconds[name].append(time.perf_counter() - begun)
    return Timed(seconds)
