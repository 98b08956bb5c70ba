"""The plan: the document with everything made explicit, and nothing that is only about its text.

A backend is a function from a `Plan` to files, or to a run; it sees nothing else. Every field that holds data is one
typed tree (`Expr`), every default is filled in, every edge is drawn, `stop` has become a branch round the rest,
`action` has become `http`. What a backend wants to know of a value (may it be null, may an object inside hold null,
may a list hold a value twice) is in the type on its tree, see facts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from overture.expressions.tree import Expr
from overture.expressions.types import Json, Type

Shape = Literal["single", "chain", "side by side", "graph"]
TaskState = Literal["succeeded", "failed", "skipped", "cancelled", "waiting"]


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the workflow. `default` is None both for null and for none; `is_required` tells."""

    name: str
    schema: Mapping[str, Json]
    type: Type
    is_required: bool
    default: Json = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class StateVariable:
    """A value kept between runs; `default` is what the first run reads."""

    name: str
    schema: Mapping[str, Json]
    type: Type
    default: Json = None


@dataclass(frozen=True, slots=True)
class Signature:
    header: str
    secret: str
    prefix: str
    encoding: Literal["hex", "base64"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """`cron`, `timezone`, `catch_up` of a schedule; `key`, `signature`, `returns` of a webhook; `workflow`, `states` of
    an after."""

    type: Literal["schedule", "webhook", "after"]
    inputs: Mapping[str, Expr] = field(default_factory=dict, hash=False)
    when: Expr | None = None
    cron: str | None = None
    timezone: str | None = None
    catch_up: Literal["none", "last", "all"] = "none"
    key: str | None = None
    signature: Signature | None = None
    returns: Mapping[str, Json] | None = None
    workflow: str | None = None
    states: tuple[str, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Attempts in all, and the least time between two of them."""

    attempts: int = 1
    delay_seconds: float = 1.0
    backoff: Literal["constant", "exponential"] = "constant"
    max_delay_seconds: float | None = None

    def delays(self) -> Iterator[float]:
        """The delay in seconds before attempt 2, 3, …: attempts - 1 of them."""
        delay = self.delay_seconds
        for _ in range(self.attempts - 1):
            yield delay if self.max_delay_seconds is None else min(delay, self.max_delay_seconds)
            if self.backoff == "exponential":
                delay *= 2


@dataclass(frozen=True, slots=True)
class Host:
    """A host that may be reached: a literal `name[:port]`, a pattern of `hosts` (`*.example.com`, `*`), or the name of
    the input or secret whose value holds it (`inputs.api`, `secrets.SLACK_WEBHOOK_URL`)."""

    host: str
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What a workflow can touch; naming the file to `run` approves this and nothing else."""

    hosts: tuple[Host, ...] = ()
    programs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One task, whatever its kind.

    `fields`: each field of the kind that holds data, as a typed tree, by its path in the task: `url`, `body`,
    `auth/token`, `prompt`, `values`, `items`, `where`, `collect`, `until`; `that` is a ListOf; a branch's conditions
    are `0`, `1`, …. `literals`: the fields that are literal, by their name in the document (`method`, `accept`,
    `pages`, `hosts`, `models`, `returns`, `code`, `as`, `concurrency`, `auth` as `{"type": …}`), durations as seconds
    (`every` -> seconds); every field of the kind is in one of the two, defaults filled in, except those that are not
    given and have no default. `blocks`: `tasks`, `catch`, or a branch's `0`, `1`, …, `else`.

    `results`: the type of each field that can be read (`body`, `value`, …; never `state`, `error`). `reads`: which of
    its fields anything reads, `state` and `error` among them. `loops`: the foreach tasks round it, outermost first;
    `repeats`: the repeat tasks round it. `stands_for`: the task of the document for which a generated one stands (its
    failures are that task's); generated tasks are not shown. `pointer`: its place in the document.
    """

    id: str
    kind: str
    pointer: str = ""
    description: str | None = None
    source: str | None = None
    needs: tuple[str, ...] = ()
    when: Expr | None = None
    continues_on_error: bool = False
    retry: Retry = Retry()
    timeout_seconds: float | None = None
    is_idempotent: bool = False
    is_at_most_once: bool = False
    fields: Mapping[str, Expr] = field(default_factory=dict, hash=False)
    literals: Mapping[str, Json] = field(default_factory=dict, hash=False)
    blocks: Mapping[str, Block] = field(default_factory=dict, hash=False)
    results: Mapping[str, Type] = field(default_factory=dict, hash=False)
    reads: frozenset[str] = frozenset()
    loops: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()
    effects: Effects = Effects()
    stands_for: str | None = None

    @property
    def is_generated(self) -> bool:
        return self.stands_for is not None


@dataclass(frozen=True, slots=True)
class Block:
    """Tasks in the document's order, which is a topological one; `needs` of each are transitively reduced.

    shape: `single` one task; `chain` each needs exactly the one before; `side by side` no edges at all; else `graph`.
    """

    tasks: tuple[Task, ...]
    shape: Shape

    def walk(self) -> Iterator[Task]:
        """Every task of the block and of the blocks inside, in the document's order."""
        for task in self.tasks:
            yield task
            for block in task.blocks.values():
                yield from block.walk()


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    value: Expr
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Concurrency:
    limit: int
    when_full: Literal["queue", "skip", "fail"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole workflow. `callees`: the plans of the workflows that it calls, by name, theirs too. `digest` is the
    SHA-256 (hex) of everything in it that has a meaning at run time, callees included."""

    name: str
    body: Block
    description: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    inputs: tuple[Input, ...] = ()
    secrets: tuple[str, ...] = ()
    state: tuple[StateVariable, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    timeout_seconds: float | None = None
    concurrency: Concurrency | None = None
    on_failure: Block | None = None
    finally_: Block | None = None
    outputs: tuple[Output, ...] = ()
    callees: Mapping[str, Plan] = field(default_factory=dict, hash=False)
    effects: Effects = Effects()
    digest: str = ""

    def walk(self) -> Iterator[Task]:
        """Every task, handlers last."""
        for block in (self.body, self.on_failure, self.finally_):
            if block is not None:
                yield from block.walk()

    def task(self, id: str) -> Task:
        """The task of that id. Raises KeyError."""
        for task in self.walk():
            if task.id == id:
                return task
        raise KeyError(id)
