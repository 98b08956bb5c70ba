"""A Kestra 2 flow as values: what lowering builds and rendering writes.

Property names are Kestra's own, in the order in which they are written. A `Value` is what YAML can hold, and besides
a `Task` (a flowable's child), a `Note` (a value with a comment over it) and a `Script` (a text that is written as a
block).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, Union

Value: TypeAlias = Union[
    bool, int, float, str, "Task", "Note", "Script", "Sequence[Value]", "Mapping[str, Value]", None
]


@dataclass(frozen=True, slots=True)
class Script:
    """A text of several lines: written as a `|` block where YAML carries it unchanged, else quoted."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A value with a comment on the line above it."""

    comment: str
    value: Value


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `comment` stands above it: why it has this form. `nodes` of a Dag are its own shape, see `Node`."""

    id: str
    type: str
    properties: Mapping[str, Value] = field(default_factory=dict, hash=False)
    description: str | None = None
    comment: str | None = None
    run_if: str | None = None
    retry: Mapping[str, Value] | None = field(default=None, hash=False)
    timeout: str | None = None

    def with_run_if(self, condition: str | None) -> Task:
        return self if condition is None else replace(self, run_if=condition)

    def with_properties(self, **properties: Value) -> Task:
        return replace(self, properties={**self.properties, **properties})

    def entries(self) -> dict[str, Value]:
        """Everything but the comment, as it is written."""
        entries: dict[str, Value] = {"id": self.id, "type": self.type}
        if self.description is not None:
            entries["description"] = self.description
        if self.run_if is not None:
            entries["runIf"] = self.run_if
        entries |= dict(self.properties)
        if self.retry is not None:
            entries["retry"] = self.retry
        if self.timeout is not None:
            entries["timeout"] = self.timeout
        return entries

    def walk(self) -> Iterator[Task]:
        """This task and all inside it."""
        yield self
        yield from tasks_in(self.properties)


def tasks_in(value: Value) -> Iterator[Task]:
    """Every task in a value, at any depth."""
    if isinstance(value, Task):
        yield from value.walk()
    elif isinstance(value, Note):
        yield from tasks_in(value.value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from tasks_in(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from tasks_in(each)


@dataclass(frozen=True, slots=True)
class Input:
    """An input; `default` is the value as Kestra takes it, rendered by Kestra when a run starts."""

    id: str
    type: str
    properties: Mapping[str, Value] = field(default_factory=dict, hash=False)
    is_required: bool = True
    default: Value = None
    has_default: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    id: str
    type: str
    value: str
    is_required: bool = True
    description: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    id: str
    type: str
    properties: Mapping[str, Value] = field(default_factory=dict, hash=False)
    when: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow. `header` are the comment lines over it."""

    id: str
    namespace: str
    tasks: tuple[Task, ...]
    description: str | None = None
    header: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    inputs: tuple[Input, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict, hash=False)
    concurrency: Mapping[str, Value] | None = field(default=None, hash=False)
    sla: tuple[Mapping[str, Value], ...] = ()
    triggers: tuple[Trigger, ...] = ()
    errors: tuple[Task, ...] = ()
    finally_: tuple[Task, ...] = ()
    outputs: tuple[Output, ...] = ()

    def walk(self) -> Iterator[Task]:
        """Every task of the flow, handlers last."""
        for part in (self.tasks, self.errors, self.finally_):
            yield from tasks_in(part)
