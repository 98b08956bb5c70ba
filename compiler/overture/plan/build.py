"""`plan`: from a checked workflow to its plan. Nothing here can fail: what could has been checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from functools import cache
from typing import Any

from overture.checks.analysis import Analysis
from overture.checks.index import Block as IndexBlock
from overture.checks.index import Entry
from overture.checks.verdict import Checked
from overture.expressions.schemas import type_of_schema, without_default
from overture.expressions.tree import Expr, ObjectOf, constant
from overture.expressions.types import Json
from overture.language import workflow as document
from overture.language.facts import may_be_repeated
from overture.language.roles import Role
from overture.language.scalars import seconds
from overture.language.tasks import Common, Repeatable
from overture.language.tasks import Retry as RetryPart
from overture.plan.effects import effects_of, joined
from overture.plan.literals import literals_of
from overture.plan.model import (
    Block,
    Concurrency,
    Input,
    Output,
    Plan,
    Retry,
    Signature,
    StateVariable,
    Task,
    Trigger,
)
from overture.plan.shapes import ordered, shape_of
from overture.plan.stops import without_stops

DEFAULT_TIMEOUT_SECONDS: dict[str, float] = {"http": 30.0, "action": 30.0, "ai": 120.0}
"""Language.md 5: of one attempt; the other kinds have none."""


def plan(checked: Checked) -> Plan:
    """The plan of a workflow, with those of the workflows that it calls."""
    return _Builder(checked.analysis, {}).plan()


class _Builder:
    """`done`: the plans of the workflows that are called, each built once."""

    def __init__(self, analysis: Analysis, done: dict[str, Plan]) -> None:
        self._analysis = analysis
        self._done = done
        self._workflow = analysis.workflow
        self._reads: dict[str, set[str]] = {}
        for spot in analysis.spots.values():
            for ref in spot.reads:
                if ref.root == "tasks" and ref.field is not None:
                    self._reads.setdefault(ref.name, set()).add(ref.field)

    def plan(self) -> Plan:
        workflow, index = self._workflow, self._analysis.index
        for name, each in sorted(self._analysis.callees.items()):
            if name not in self._done:
                self._done[name] = _Builder(each, self._done).plan()
        callees = {name: self._done[name] for name in sorted(self._analysis.callees)}
        nested = {name: plan for each in callees.values() for name, plan in each.callees.items()}
        handlers = {slot: self._block(block) for slot, block in index.handlers.items()}
        built = Plan(
            name=workflow.name,
            body=without_stops(self._block(index.body)),
            description=workflow.description,
            labels=workflow.labels or {},
            inputs=tuple(self._input(name, schema) for name, schema in (workflow.inputs or {}).items()),
            secrets=workflow.secrets or (),
            state=tuple(_state(name, schema) for name, schema in (workflow.state or {}).items()),
            triggers=tuple(self._trigger(number, each) for number, each in enumerate(workflow.triggers or ())),
            timeout_seconds=seconds(workflow.timeout) if workflow.timeout else None,
            concurrency=_concurrency(workflow.concurrency),
            on_failure=handlers.get("on_failure"),
            finally_=handlers.get("finally"),
            outputs=self._outputs(),
            callees={**nested, **callees},
        )
        own = [task.effects for task in built.walk()]
        effects = joined((*own, *(each.effects for each in callees.values())))
        secrets = tuple(sorted({*effects.secrets, *built.secrets}))
        built = replace(built, effects=replace(effects, secrets=secrets))
        return replace(built, digest=digest_of(built))

    def _input(self, name: str, schema: Mapping[str, Json]) -> Input:
        description = schema.get("description")
        bare = without_default(schema)
        required = "default" not in schema
        return Input(name, bare, type_of_schema(schema), required, schema.get("default"), description)

    def _trigger(self, number: int, part: document.Trigger) -> Trigger:
        pointer = f"/triggers/{number}"
        inputs = self._analysis.typed(f"{pointer}/inputs")
        given = {str(constant(key)): value for key, value in inputs.entries} if isinstance(inputs, ObjectOf) else {}
        when = self._analysis.typed(f"{pointer}/when") if part.when is not None else None
        if isinstance(part, document.ScheduleTrigger):
            return Trigger(part.type, given, when, part.cron, part.timezone, part.catch_up, pointer=pointer)
        if isinstance(part, document.WebhookTrigger):
            signed = part.signature
            signature = Signature(signed.header, signed.secret, signed.prefix, signed.encoding) if signed else None
            return Trigger(
                part.type, given, when, key=part.key, signature=signature, returns=part.returns, pointer=pointer
            )
        return Trigger(part.type, given, when, workflow=part.workflow, states=part.states, pointer=pointer)

    def _outputs(self) -> tuple[Output, ...]:
        tree = self._analysis.typed("/outputs")
        if not isinstance(tree, ObjectOf):
            return ()
        names = [(str(constant(key)), value) for key, value in tree.entries]
        return tuple(Output(name, value, f"/outputs/{name}") for name, value in names)

    def _block(self, block: IndexBlock) -> Block:
        needs = self._analysis.order_of(block).reduced()
        tasks = tuple(self._task(entry, tuple(need.id for need in needs[entry])) for entry in block.entries)
        tasks = ordered(tasks)
        return Block(tasks, shape_of(tasks))

    def _task(self, entry: Entry, needs: tuple[str, ...]) -> Task:
        task = entry.task
        round_it = entry.chain()[:-1]
        return Task(
            id=entry.id,
            kind=entry.kind,
            pointer=entry.pointer,
            description=task.description,
            source=task.source,
            needs=needs,
            when=self._analysis.typed(f"{entry.pointer}/when") if task.when is not None else None,
            continues_on_error=task.on_error == "continue",
            retry=self._retry(task),
            timeout_seconds=self._timeout_seconds(task, entry.kind),
            is_idempotent=getattr(task, "idempotent", False),
            is_at_most_once=getattr(task, "at_most_once", False),
            fields=self._fields(entry),
            literals=literals_of(task),
            blocks={block.slot: self._block(block) for block in entry.blocks},
            results=self._analysis.results(entry),
            reads=frozenset(self._reads.get(entry.id, ())),
            loops=tuple(each.id for each in round_it if each.kind == "foreach"),
            repeats=tuple(each.id for each in round_it if each.kind == "repeat"),
            effects=effects_of(self._analysis, entry),
        )

    def _fields(self, entry: Entry) -> dict[str, Expr]:
        return {
            spot.field.path: self._analysis.typed(spot.field.pointer)
            for spot in self._analysis.fields(entry)
            if spot.field.path != "when" or spot.field.role is not Role.EXPRESSION
        }

    def _retry(self, task: Common) -> Retry:
        if not isinstance(task, Repeatable):
            return Retry()
        if task.retry is not None:
            return _retry(task.retry)
        defaults = self._workflow.defaults
        if defaults is not None and defaults.retry is not None and may_be_repeated(task):
            return _retry(defaults.retry)
        return Retry()

    def _timeout_seconds(self, task: Common, kind: str) -> float | None:
        own = getattr(task, "timeout", None)
        if own is not None:
            return seconds(own)
        defaults = self._workflow.defaults
        if isinstance(task, Repeatable) and defaults is not None and defaults.timeout is not None:
            return seconds(defaults.timeout)
        return DEFAULT_TIMEOUT_SECONDS.get(kind)


def _retry(part: RetryPart) -> Retry:
    longest = seconds(part.max_delay) if part.max_delay is not None else None
    return Retry(part.attempts, seconds(part.delay), part.backoff, longest)


def _state(name: str, schema: Mapping[str, Json]) -> StateVariable:
    bare = without_default(schema)
    return StateVariable(name, bare, type_of_schema(schema), schema.get("default"))


def _concurrency(part: document.Concurrency | None) -> Concurrency | None:
    return None if part is None else Concurrency(part.limit, part.when_full)


def digest_of(built: Plan) -> str:
    """SHA-256, hex, of what a plan means at run time: not of its descriptions, labels, sources and places in a file."""
    text = json.dumps(_meaning(built), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_WITHOUT_MEANING = frozenset(
    (
        "description",
        "labels",
        "source",
        "pointer",
        "span",
        "name_span",
        "field_span",
        "key_span",
        "type",
        "types",
        "results",
        "digest",
        "where",
    )
)


def _undescribed(schema: Json) -> Json:
    """A schema without its descriptions: they are for people, but for a model's `returns` and an approval's."""
    if not isinstance(schema, Mapping):
        return schema
    found = {key: value for key, value in schema.items() if key != "description"}
    if isinstance(found.get("properties"), Mapping):
        found["properties"] = {name: _undescribed(each) for name, each in found["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in found:
            found[key] = _undescribed(found[key])
    return found


@cache
def _meaningful(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in dataclass_fields(kind) if each.name not in _WITHOUT_MEANING)


def _meaning(value: Any) -> Json:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (Input, StateVariable)):
        value = replace(value, schema=_undescribed(value.schema))
    if isinstance(value, Mapping):
        return [[str(key), _meaning(item)] for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [_meaning(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    parts = {name: _meaning(getattr(value, name)) for name in _meaningful(value.__class__)}
    return {"": type(value).__name__, **parts}
