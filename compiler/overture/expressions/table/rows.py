"""What a row of the table says: the shape of filters, tests and functions, and of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Final

from overture.expressions.records import record
from overture.expressions.types import ANY, Json, Kind, Type


class Required(Enum):
    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED

# The type of the subject and those of the arguments that are given, to the type of the result.
Result = Callable[[Type, Mapping[str, Type]], Type]


@record(frozen=True, slots=True)
class Parameter:
    """An argument: `default` is REQUIRED, or what stands in for it. `problem` says what is wrong with a constant, and
    `rule` is the finding then. An `is_attribute` is a dotted path into the subject's items; an `is_keyword` is given by
    name only."""

    name: str
    type: Type = ANY
    default: Json = REQUIRED
    problem: Callable[[Json], str | None] | None = None
    rule: str = "bad-argument"
    aliases: tuple[str, ...] = ()
    is_keyword: bool = False
    is_attribute: bool = False

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED


@record(frozen=True, slots=True)
class Example:
    """An expression over the names of `data`, and what it is worth; `error` instead for one that has no value."""

    expression: str
    data: Mapping[str, Json] = field(default_factory=dict)
    result: Json = None
    error: str | None = None


@record(frozen=True, slots=True)
class FilterRow:
    """`subject | name(...)`. `evaluate` takes the subject and every parameter's value in order; it may give MISSING,
    and raises Refused."""

    name: str
    subject: Type
    parameters: tuple[Parameter, ...]
    result: Result
    meaning: str
    evaluate: Callable[..., Any]
    examples: tuple[Example, ...]

    def parameter(self, name: str) -> Parameter | None:
        return next((each for each in self.parameters if each.name == name), None)

    @property
    def signature(self) -> str:
        return f"{self.name}({_written(self.parameters)})" if self.parameters else self.name


@record(frozen=True, slots=True)
class TestRow:
    """`subject is name`, and the word `'name'` of `select` and its kin.

    `is_word` and `is_test` say where it may stand; a word that compares takes a value (`takes_value`). `holds` is for
    the `is` form; `kinds` are those that a value has for which it is true, None if that depends on the value."""

    name: str
    subject: Type
    meaning: str
    examples: tuple[Example, ...]
    holds: Callable[[Json], bool] | None = None
    kinds: frozenset[Kind] | None = None
    is_word: bool = False
    takes_value: bool = False

    @property
    def is_test(self) -> bool:
        return self.holds is not None


@record(frozen=True, slots=True)
class FunctionRow:
    """`name(...)`. `evaluate` takes the arguments; that of `now` is the clock of the scope, and None here."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    meaning: str
    evaluate: Callable[..., Json] | None
    examples: tuple[Example, ...]

    @property
    def signature(self) -> str:
        return f"{self.name}({_written(self.parameters)})"


def _written(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(f"{each.name}=" if each.is_keyword else each.name for each in parameters)
