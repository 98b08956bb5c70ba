"""What a name means at a place: its type, whether it may be missing there, or that there is no such name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overture.checks.guards import conjuncts
from overture.checks.index import HANDLERS, Entry
from overture.checks.places import Place, Relation, relate
from overture.checks.results import ANSWERED_ON_FAILURE, ERROR, ERROR_OR_NULL, STATE, TEXTS
from overture.diagnostics.nearest import did_you_mean
from overture.expressions.inference import Finding, Lookup
from overture.expressions.schemas import type_of_schema, union
from overture.expressions.tree import Ref
from overture.expressions.types import ANY, INTEGER, NOTHING, NULL, STRING, Type, object_of
from overture.language.tasks import BranchTask, TryTask
from overture.language.workflow import AfterTrigger, WebhookTrigger

if TYPE_CHECKING:
    from overture.checks.analysis import Analysis

ROOTS = ("inputs", "tasks", "loop", "secrets", "state", "trigger", "run")
_RUN: dict[str, Type] = {
    "id": STRING,
    "started_at": STRING,
    "scheduled_for": union(STRING, NULL),
    "trigger": Type(kinds=frozenset(("string",)), values=("schedule", "webhook", "after", "manual")),
    "previous_success_at": union(STRING, NULL),
}
_RUN_STATE = Type(kinds=frozenset(("string",)), values=("succeeded", "failed", "cancelled"))
_RUN_ERROR = object_of({"task": union(STRING, NULL), **ERROR.properties})
_TRIGGER_FIELDS = {"body": WebhookTrigger, "headers": WebhookTrigger, "query": WebhookTrigger, "outputs": AfterTrigger}


class Scope:
    """The names at one place of one document (language.md 4)."""

    def __init__(self, analysis: Analysis, place: Place) -> None:
        self._analysis = analysis
        self._place = place

    def lookup(self, ref: Ref) -> Lookup:
        found: Lookup = getattr(self, f"_{ref.root}")(ref)
        return found

    def _unknown(self, rule: str, what: str, ref: Ref, known: list[str]) -> Lookup:
        span = ref.name_span if ref.name_span != (0, 0) else ref.span
        return Lookup(
            ANY, None, Finding(rule, f"{what} `{ref.name}` does not exist", did_you_mean(ref.name, known), span)
        )

    def _inputs(self, ref: Ref) -> Lookup:
        inputs = self._analysis.workflow.inputs or {}
        if ref.name not in inputs:
            return self._unknown("unknown-input", "input", ref, list(inputs))
        return Lookup(type_of_schema(inputs[ref.name]), None, None)

    def _secrets(self, ref: Ref) -> Lookup:
        secrets = self._analysis.workflow.secrets or ()
        if ref.name not in secrets:
            problem = Finding(
                "undeclared-secret",
                f"secret `{ref.name}` is not declared",
                did_you_mean(ref.name, secrets) if secrets else f"add it: `secrets: [{ref.name}]`",
                ref.name_span,
            )
            return Lookup(STRING, None, problem)
        return Lookup(STRING, None, None)

    def _state(self, ref: Ref) -> Lookup:
        state = self._analysis.workflow.state or {}
        if ref.name not in state:
            return self._unknown("unknown-state", "state", ref, list(state))
        return Lookup(type_of_schema(state[ref.name]), None, None)

    def _loop(self, ref: Ref) -> Lookup:
        if ref.name != "index":
            return self._unknown("unknown-field", "`loop` has no such field:", ref, ["index"])
        if not any(self._place.loops()):
            return Lookup(
                INTEGER, None, Finding("unknown-variable", "`loop.index` is read outside a foreach", None, ref.span)
            )
        return Lookup(INTEGER, None, None)

    def _item(self, ref: Ref) -> Lookup:
        loops = {str(entry.task.as_): entry for entry in reversed(list(self._place.loops()))}  # type: ignore[attr-defined]
        if ref.name in loops:
            return Lookup(self._analysis.typed(f"{loops[ref.name].pointer}/items").type.item, None, None)
        if ref.name in self._analysis.index.tasks:
            help: str | None = f"a task's result is read as `tasks.{ref.name}`"
        elif ref.name in (self._analysis.workflow.inputs or {}):
            help = f"an input is read as `inputs.{ref.name}`"
        else:
            help = did_you_mean(ref.name, [*loops, *ROOTS]) if loops else "a text stands in quotes"
        problem = Finding("unknown-variable", f"`{ref.name}` is no name here", help, ref.span)
        return Lookup(ANY, None, problem)

    def _run(self, ref: Ref) -> Lookup:
        root = self._place.root
        slot = root.slot if root is not None else ""
        known = _RUN | ({"state": _RUN_STATE, "error": _RUN_ERROR} if slot in HANDLERS else {})
        if slot == "finally":
            known["error"] = union(_RUN_ERROR, NULL)
        if ref.name not in known:
            help = did_you_mean(ref.name, known)
            if ref.name in ("state", "error"):
                help = "it stands only in `on_failure` and `finally`"
            return Lookup(
                ANY, None, Finding("unknown-field", f"`run.{ref.name}` does not exist here", help, ref.name_span)
            )
        return Lookup(known[ref.name], None, None)

    def _trigger(self, ref: Ref) -> Lookup:
        triggers = self._analysis.workflow.triggers or ()
        if ref.name not in _TRIGGER_FIELDS:
            return self._unknown("unknown-field", "`trigger` has no field", ref, list(_TRIGGER_FIELDS))
        giving = [each for each in triggers if isinstance(each, _TRIGGER_FIELDS[ref.name])]
        if not giving:
            needed = "webhook" if _TRIGGER_FIELDS[ref.name] is WebhookTrigger else "after"
            problem = Finding(
                "unknown-field",
                f"`trigger.{ref.name}` is never given",
                f"only a trigger of type `{needed}` gives it",
                ref.span,
            )
            return Lookup(ANY, None, problem)
        missing = None if len(giving) == len(triggers) else "not every trigger gives it"
        if ref.name in ("headers", "query"):
            return Lookup(TEXTS, missing, None)
        found = NOTHING
        for each in giving:
            schema = each.returns if isinstance(each, WebhookTrigger) else None
            found = union(found, type_of_schema(schema) if schema is not None else ANY)
        return Lookup(found, missing, None)

    def _tasks(self, ref: Ref) -> Lookup:
        tasks = self._analysis.index.tasks
        if ref.name not in tasks:
            return self._unknown("unknown-task", "task", ref, list(tasks))
        entry = tasks[ref.name]
        relation = relate(entry, self._place)
        if problem := self._unreadable(ref, entry, relation):
            return Lookup(ANY, None, problem)
        if ref.field == "state":
            return Lookup(STATE, None, None)
        if ref.field == "error":
            return Lookup(ERROR_OR_NULL, None, None)
        results = self._analysis.results(entry)
        if ref.field is None:
            help = did_you_mean("value", [*results, "state", "error"]) if results else None
            return Lookup(ANY, None, Finding("unknown-field", f"`tasks.{ref.name}` is read whole", help, ref.span))
        if ref.field not in results:
            known = [*results, "state", "error"]
            message = f"task `{ref.name}` has no result `{ref.field}`"
            return Lookup(
                ANY, None, Finding("unknown-field", message, self._no_result(entry, ref.field, known), ref.field_span)
            )
        return Lookup(results[ref.field], self._missing(entry, ref.field, relation), None)

    def _no_result(self, entry: Entry, name: str, known: list[str]) -> str | None:
        if name == "value" and entry.kind == "foreach":
            return "only a foreach with `collect` has a `.value`"
        if name == "value" and entry.kind == "shell":
            return "only a shell task with `returns` has a `.value`; `.stdout` is its text"
        if name == "path" and entry.kind == "http":
            return "only an http task with `save` has a `.path`"
        return did_you_mean(name, known)

    def _unreadable(self, ref: Ref, entry: Entry, relation: Relation) -> Finding | None:
        """Why the task cannot be read here at all, or None."""
        if self._place.is_start:
            return Finding("read-before-exists", f"task `{ref.name}` has not run when a trigger fires", None, ref.span)
        if relation.how == "inside":
            what = (
                "its own result" if self._place.entry is entry else f"the result of `{ref.name}`, which it is part of"
            )
            return Finding("read-before-exists", f"a task cannot read {what}", None, ref.span)
        if relation.how == "later" and not self._is_ordered(relation):
            help = f"move it after `{relation.below[0].id}`, or name that in `needs`"
            return Finding("read-before-exists", f"task `{ref.name}` has not run yet here", help, ref.span)
        if relation.how == "apart":
            if relation.below and relation.below[0].block.slot in HANDLERS:
                return Finding(
                    "read-before-exists", f"task `{ref.name}` of a handler cannot be read here", None, ref.span
                )
            return Finding(
                "read-before-exists",
                f"task `{ref.name}` stands in a block that does not run before this one",
                None,
                ref.span,
            )
        for container in relation.below[:-1]:
            if container.kind == "foreach":
                help = f"`collect` what is needed, and read `tasks.{container.id}.value`"
                message = (
                    f"task `{ref.name}` runs once for each item of `{container.id}` and cannot be read from outside"
                )
                return Finding("read-before-exists", message, help, ref.span)
        return None

    def _is_ordered(self, relation: Relation) -> bool:
        """Whether `needs` puts a task that is listed later before the one that reads it."""
        if relation.held is None or relation.reader is None:
            return False
        return self._analysis.order_of(relation.held.block).is_before(relation.held, relation.reader)

    def _missing(self, entry: Entry, name: str, relation: Relation) -> str | None:
        """Why the result may not be there when it is read, or None."""
        known = self._analysis.guards.known_for(self._place.entry)
        if relation.how == "handler":
            return f"`{entry.id}` may not have run when a handler reads it"
        for number, each in enumerate(relation.below):
            is_read = each is entry
            if each.task.when is not None and not conjuncts(self._analysis.typed(f"{each.pointer}/when")) <= known:
                return f"`{each.id}` may be skipped"
            if each.task.on_error == "continue" and name not in (
                ANSWERED_ON_FAILURE.get(each.kind, ()) if is_read else ()
            ):
                return f"`{each.id}` may fail and the run goes on"
            if is_read:
                break
            inner = relation.below[number + 1]
            if isinstance(each.task, BranchTask) and not self._is_taken(inner, known):
                return f"`{entry.id}` stands in a branch that may not be taken"
            if isinstance(each.task, TryTask):
                what = "may not run" if inner.block.slot == "catch" else "may fail"
                return f"`{entry.id}` stands in a try and {what}"
        return None

    def _is_taken(self, inner: Entry, known: frozenset[object]) -> bool:
        """Whether the case in which a task stands is known to have been the one: only the first case is sure."""
        if inner.block.slot != "0" or inner.block.owner is None:
            return False
        return conjuncts(self._analysis.typed(f"{inner.block.owner.pointer}/cases/0/when")) <= known
