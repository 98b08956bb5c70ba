"""The model of a generated module: what a Prefect flow is written in, before it is text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Suite:
    """A compound statement: its header without the colon, and what stands in it (`pass` if nothing does)."""

    header: str
    body: list[Statement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comment:
    """A text above a statement; wrapped where it is long."""

    text: str


Statement = str | Suite | Comment


@dataclass(slots=True)
class Parameter:
    name: str
    annotation: str
    default: str | None = None

    def __str__(self) -> str:
        default = "" if self.default is None else f" = {self.default}"
        return f"{self.name}: {self.annotation}{default}"


@dataclass(slots=True)
class Function:
    """A function of the module; `decorators` without the at sign."""

    name: str
    parameters: list[Parameter] = field(default_factory=list)
    returns: str = "None"
    docstring: str | None = None
    decorators: list[str] = field(default_factory=list)
    body: list[Statement] = field(default_factory=list)
    is_async: bool = True


@dataclass(slots=True)
class Module:
    """`imports` are whole import lines, `constants` sources by name, `helpers` the sources of functions and classes in
    order, `main` what runs when the file is run as a program, `libraries` what has to be installed for it."""

    docstring: str
    libraries: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)
    helpers: list[str] = field(default_factory=list)
    tasks: list[Function] = field(default_factory=list)
    flow: Function | None = None
    main: list[Statement] = field(default_factory=list)
    deployment: dict[str, Any] | None = None


def walk(statements: list[Statement]) -> Iterator[Statement]:
    """Every statement, those in suites too."""
    for each in statements:
        yield each
        if isinstance(each, Suite):
            yield from walk(each.body)


def texts_of(statements: list[Statement]) -> Iterator[str]:
    """The source of every statement: of compound ones the header."""
    for each in walk(statements):
        yield each.header if isinstance(each, Suite) else str(each)
