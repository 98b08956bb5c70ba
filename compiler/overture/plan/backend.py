"""What a backend is: a name, a support table, and a function from a plan to files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Literal, Protocol, runtime_checkable

from overture.plan.model import Plan

Level = Literal["yes", "no", "partly"]


@dataclass(frozen=True, slots=True)
class Support:
    """How well a target does a feature; `note` says what is missing or differs."""

    level: Level
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in this plan that the target cannot do (`error`: nothing is exported), or does with a difference that
    its support table lists (`warning`). `pointer` is the place in the document."""

    pointer: str
    message: str
    help: str | None = None
    severity: Literal["error", "warning"] = "error"
    workflow: str | None = None  # the called workflow in which it stands; None: the exported one


@dataclass(frozen=True, slots=True)
class Export:
    """Files by their name (`NAME.yaml`), the exported workflow's own first; empty when a gap is an error."""

    files: Mapping[str, str]
    gaps: tuple[Gap, ...] = ()


@runtime_checkable
class Backend(Protocol):
    """`suffix` is that of its files, None for a backend that runs instead. `options` are what `--set` takes, with a
    line each. `support` has a row for every feature of features.py; a missing row is read as `no`."""

    name: str
    version: str
    suffix: str | None
    options: Mapping[str, str]

    def support(self) -> Mapping[str, Support]: ...

    def export(self, plan: Plan, options: Mapping[str, str]) -> Export: ...


def backend_names() -> list[str]:
    return sorted({each.name for each in entry_points(group="overture.backends")})


def load_backend(name: str) -> Backend:
    """The backend of that name, found by entry point. Raises KeyError for an unknown name."""
    for each in entry_points(group="overture.backends"):
        if each.name == name:
            backend = each.load()
            if not isinstance(backend, Backend):
                raise TypeError(f"`{each.value}` is no backend")
            return backend
    raise KeyError(name)
