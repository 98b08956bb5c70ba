"""What a name means at a place: its type, whether it may be missing there, or that there is no such name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from overture.checks.fields import UNREADABLE
from overture.checks.guards import NOTHING_HELD, Held, conjuncts
from overture.checks.index import HANDLERS, Entry
from overture.checks.places import Place, Relation, relate
from overture.checks.results import ANSWERED_ON_FAILURE, ERROR, ERROR_OR_NULL, STATE, TEXTS
from overture.expressions.findings import Finding, Lookup, Way
from overture.expressions.inference import infer
from overture.expressions.records import record, replace
from overture.expressions.schemas import type_of_schema, union
from overture.expressions.tree import Compare, Expr, Literal, Ref, Test, Text, Unary, references
from overture.expressions.types import ANY, INTEGER, NOTHING, NULL, STRING, Json, Type, object_of
from overture.language.tasks import ApproveTask, BranchTask, ForeachTask, TryTask
from overture.language.workflow import AfterTrigger, TriggerPart, WebhookTrigger

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


_ELSEWHERE = {
    **dict.fromkeys(("outputs", "steps", "task", "needs"), "a task's result is read as `tasks.<id>.<field>`"),
    **dict.fromkeys(("env", "vars", "params", "input"), "a value from outside is an input: `inputs.<name>`"),
    **dict.fromkeys(("secret", "secretVars"), "a secret is read as `secrets.<NAME>`"),
}
"""Names that other engines begin a path with, and what is written here."""

Unless = tuple[tuple[Expr, Json], ...]


@record(frozen=True, slots=True)
class Reason:
    """Why a result may be missing, unless one of `unless` (an expression that has a value) is known, or all the
    conditions of `needed` hold."""

    text: str
    unless: Unless = ()
    needed: frozenset[Expr] = frozenset()

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to know, within an expression, that the reason does not count."""
        needed = tuple(
            (each.operand, False) if isinstance(each, Unary) and each.op == "not" else (each, True)
            for each in self.needed
        )
        return (*((each,) for each in self.unless), *((needed,) if needed else ()))


class Scope:
    """The names at one place of one document (language.md 4)."""

    def __init__(self, analysis: Analysis, place: Place, held: Held = NOTHING_HELD) -> None:
        self._analysis = analysis
        self._place = place
        self._held = held

    def lookup(self, ref: Ref) -> Lookup:
        found: Lookup = getattr(self, f"_{ref.root}")(ref)
        if found.problem is None and self._is_early(ref):
            problem = Finding(
                "read-before-exists", f"`{ref.root}.{ref.name}` is not set when a trigger fires", None, ref.span
            )
            return Lookup(ANY, None, problem)
        return found

    def _is_early(self, ref: Ref) -> bool:
        """Whether a trigger reads more than its own data; secrets have a rule of their own."""
        if self._place.trigger is None or ref.root in ("trigger", "secrets", "item"):
            return False
        return ref.root != "inputs" or not self._place.sees_inputs

    def _unknown(self, rule: str, what: str, ref: Ref, known: list[str]) -> Lookup:
        span = ref.name_span if ref.name_span != (0, 0) else ref.span
        return Lookup(
            ANY,
            None,
            Finding(rule, f"{what} `{ref.name}` does not exist", self._analysis.suggest(ref.name, known), span),
        )

    def _inputs(self, ref: Ref) -> Lookup:
        inputs = self._analysis.workflow.inputs or {}
        if ref.name not in inputs:
            return self._unknown("unknown-input", "input", ref, list(inputs))
        return Lookup(self._analysis.input_type(ref.name), None, None)

    def _secrets(self, ref: Ref) -> Lookup:
        secrets = self._analysis.workflow.secrets or ()
        if ref.name not in secrets:
            problem = Finding(
                "undeclared-secret",
                f"secret `{ref.name}` is not declared",
                self._analysis.suggest(ref.name, secrets) if secrets else f"add it: `secrets: [{ref.name}]`",
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
            return self._unknown("unknown-field", "loop field", ref, ["index"])
        if not any(self._place.loops()):
            return Lookup(
                INTEGER, None, Finding("unknown-variable", "`loop.index` is read outside a foreach", None, ref.span)
            )
        return Lookup(INTEGER, None, None)

    def _item(self, ref: Ref) -> Lookup:
        if ref == UNREADABLE:
            return Lookup(ANY)
        loops = {str(entry.task.as_): entry for entry in reversed(list(self._place.loops()))}  # type: ignore[attr-defined]
        if ref.name in loops:
            return Lookup(self._analysis.typed(f"{loops[ref.name].pointer}/items").type.item, None, None)
        if ref.name in self._analysis.index.tasks:
            help: str | None = f"a task's result is read as `tasks.{ref.name}`"
        elif ref.name in (self._analysis.workflow.inputs or {}):
            help = f"an input is read as `inputs.{ref.name}`"
        elif ref.name == "error" and (at_hand := self._error_at_hand()):
            help = at_hand
        elif ref.name in _ELSEWHERE:
            help = _ELSEWHERE[ref.name]
        else:
            help = self._analysis.suggest(ref.name, [*loops, *ROOTS]) if loops else "a text stands in quotes"
        problem = Finding("unknown-variable", f"`{ref.name}` is no name here", help, ref.span)
        return Lookup(ANY, None, problem)

    def _error_at_hand(self) -> str | None:
        """How the error is read that a handler was called for."""
        for each in reversed(self._place.entry.chain() if self._place.entry is not None else ()):
            if each.block.slot == "catch" and each.container is not None:
                guarded = each.container.blocks[0].entries
                shown = " or ".join(f"`tasks.{task.id}.error.message`" for task in guarded[:3])
                return f"read {shown}" + (", of the task that failed" if len(guarded) > 1 else "")
            if each.block.slot in HANDLERS:
                return "read `run.error.message`"
        return None

    def _run(self, ref: Ref) -> Lookup:
        root = self._place.root
        slot = root.slot if root is not None else ""
        known = _RUN | ({"state": _RUN_STATE, "error": _RUN_ERROR} if slot in HANDLERS else {})
        if slot == "finally" and not self._held.facts.has(Ref("run", "state"), "failed"):
            known["error"] = union(_RUN_ERROR, NULL)
        if ref.name not in known:
            help = self._analysis.suggest(ref.name, known)
            if ref.name in ("state", "error"):
                help = "it stands only in `on_failure` and `finally`"
                help = (self._error_at_hand() if ref.name == "error" else None) or help
            return Lookup(
                ANY, None, Finding("unknown-field", f"`run.{ref.name}` does not exist here", help, ref.name_span)
            )
        return Lookup(known[ref.name], None, None)

    def _trigger(self, ref: Ref) -> Lookup:
        triggers = self._analysis.workflow.triggers or ()
        if self._place.trigger is not None:
            triggers = triggers[self._place.trigger : self._place.trigger + 1]
        if ref.name not in _TRIGGER_FIELDS:
            return self._unknown("unknown-field", "trigger field", ref, list(_TRIGGER_FIELDS))
        needed = "webhook" if _TRIGGER_FIELDS[ref.name] is WebhookTrigger else "after"
        giving = [each for each in triggers if isinstance(each, _TRIGGER_FIELDS[ref.name])]
        if not giving:
            problem = Finding(
                "unknown-field",
                f"`trigger.{ref.name}` is never given",
                f"only a trigger of type `{needed}` gives it",
                ref.span,
            )
            return Lookup(ANY, None, problem)
        missing = None if len(giving) == len(triggers) else "not every trigger gives it"
        present_when = ((((Ref("run", "trigger"), needed),),),)
        if ref.name in ("headers", "query"):
            return Lookup(TEXTS, missing, None, present_when)
        found = NOTHING
        for each in giving:
            found = union(found, self._given(each))
        return Lookup(found, missing, None, present_when)

    def _given(self, trigger: TriggerPart) -> Type:
        """The body of a webhook, the outputs of another run: all of them only if it succeeded."""
        if isinstance(trigger, WebhookTrigger):
            return ANY if trigger.returns is None else type_of_schema(trigger.returns)
        other = self._analysis.upstream.get(trigger.workflow) if isinstance(trigger, AfterTrigger) else None
        if other is None or not isinstance(trigger, AfterTrigger):
            return ANY
        outputs = other.outputs_type()
        return outputs if trigger.states == ("succeeded",) else replace(outputs, required=frozenset())

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
            return Lookup(ERROR if _has_failed(entry, relation) else ERROR_OR_NULL, None, None)
        results = self._analysis.results(entry)
        if ref.field is None:
            help = self._analysis.suggest("value", [*results, "state", "error"]) if results else None
            return Lookup(ANY, None, Finding("unknown-field", f"`tasks.{ref.name}` is read whole", help, ref.span))
        if ref.field not in results:
            known = [*results, "state", "error"]
            message = f"task `{ref.name}` has no result `{ref.field}`"
            return Lookup(
                ANY, None, Finding("unknown-field", message, self._no_result(entry, ref.field, known), ref.field_span)
            )
        found = results[ref.field]
        if ref.field == "value" and isinstance(entry.task, ApproveTask) and self._is_filled_in(entry):
            found = found.without("null")
        reasons = self._reasons(entry, ref.field, relation)
        if not reasons:
            return Lookup(found)
        return Lookup(found, reasons[0].text, None, tuple(each.ways for each in reasons))

    def _is_filled_in(self, entry: Entry) -> bool:
        """Whether a person is known to have approved, and so to have filled in what `returns` asks for."""
        task = entry.task
        assert isinstance(task, ApproveTask)
        if task.returns is None:
            return False
        facts = self._held.facts
        said = facts.has(Ref("tasks", entry.id, "outcome"), "approved")
        return said or (task.on_timeout != "approve" and facts.has(Ref("tasks", entry.id, "approved"), True))

    def _no_result(self, entry: Entry, name: str, known: list[str]) -> str | None:
        if name == "value" and entry.kind == "foreach":
            return "only a foreach with `collect` has a `.value`"
        if name == "value" and entry.kind == "shell":
            return "only a shell task with `returns` has a `.value`; `.stdout` is its text"
        if name == "path" and entry.kind == "http":
            return "only an http task with `save` has a `.path`"
        return self._analysis.suggest(name, known)

    def _unreadable(self, ref: Ref, entry: Entry, relation: Relation) -> Finding | None:
        """Why the task cannot be read here at all, or None."""
        if self._place.trigger is not None:
            return Finding("read-before-exists", f"task `{ref.name}` has not run when a trigger fires", None, ref.span)
        if relation.how == "inside":
            what = (
                "its own result" if self._place.entry is entry else f"the result of `{ref.name}`, which it is part of"
            )
            help = self._error_at_hand() if entry.kind == "try" and ref.field == "error" else None
            return Finding("read-before-exists", f"a task cannot read {what}", help, ref.span)
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

    def _reasons(self, entry: Entry, name: str, relation: Relation) -> list[Reason]:
        """Why the result may not be there when it is read."""
        found: list[Reason] = []
        if relation.how == "handler":
            ran = ((Ref("run", "state"), "succeeded"),) if relation.below[0].block.slot == "body" else ()
            found.append(Reason(f"`{entry.id}` may not have run when a handler reads it", ran))
        if relation.how == "handler" or self._place.entry is None:
            found += self._stopped(relation)
        for number, each in enumerate(relation.below):
            is_read = each is entry
            found += self._own_reasons(each, name if is_read else None)
            if not is_read:
                found += self._inner_reasons(entry, each, relation.below[number + 1])
        return [each for each in found if not self._is_excused(each)]

    def _own_reasons(self, entry: Entry, result: str | None) -> Iterator[Reason]:
        """Why a task that was reached may not have succeeded. `result`: which of its results is read."""
        succeeded = (_state_of(entry), "succeeded")
        if entry.task.when is not None:
            condition = self._condition(f"{entry.pointer}/when")
            unless: Unless = (succeeded, *_not_in_state(entry, "skipped"))
            if self._may_differ(condition, entry):
                yield Reason(f"`{entry.id}` may be skipped", unless)
            else:
                yield Reason(
                    f"`{entry.id}` may be skipped", (*unless, (condition, True)), frozenset(conjuncts(condition, True))
                )
        if entry.task.on_error == "continue":
            is_answered = result in ANSWERED_ON_FAILURE.get(entry.kind, ())
            if not is_answered or self._can_time_out(entry):
                what = "take too long" if is_answered else "fail"
                yield Reason(f"`{entry.id}` may {what} and the run goes on", (succeeded, *_not_failed(entry)))

    def _can_time_out(self, entry: Entry) -> bool:
        defaults = self._analysis.workflow.defaults
        return getattr(entry.task, "timeout", None) is not None or (
            defaults is not None and defaults.timeout is not None
        )

    def _inner_reasons(self, entry: Entry, container: Entry, inner: Entry) -> Iterator[Reason]:
        """Why what stands in a container that succeeded may not have run there."""
        slot = inner.block.slot
        if isinstance(container.task, BranchTask):
            cases = [f"{container.pointer}/cases/{number}/when" for number in range(len(container.task.cases))]
            passed = cases if slot == "else" else cases[: int(slot)]
            needed = frozenset().union(*(conjuncts(self._condition(each), False) for each in passed))
            taken = Ref("tasks", container.id, "taken")
            unless: Unless = ((taken, slot),)
            if len(cases) == 1:
                other = Literal("0" if slot == "else" else "else")
                unless += ((Compare(taken, (("==", other),)), False), (Compare(taken, (("!=", other),)), True))
            asked = cases if slot == "else" else cases[: int(slot) + 1]
            if any(self._may_differ(self._condition(each), container) for each in asked):
                needed = frozenset()
            elif slot != "else":
                own = self._condition(cases[int(slot)])
                needed |= frozenset(conjuncts(own, True))
                unless += ((own, True),) if not passed else ()
            elif len(passed) == 1:
                unless += ((self._condition(passed[0]), False),)
            yield Reason(f"`{entry.id}` stands in a branch that may not be taken", unless, needed)
        if isinstance(container.task, TryTask):
            is_catch = slot == "catch"
            what = "may not run" if is_catch else "may fail"
            unless = ((Ref("tasks", container.id, "failed"), is_catch), *_with_error(container, is_catch))
            yield Reason(f"`{entry.id}` stands in a try and {what}", unless)

    def _stopped(self, relation: Relation) -> Iterator[Reason]:
        """Why a task of the workflow's own list was skipped when the run is over: a `stop` came before it."""
        body = self._analysis.index.body
        held = relation.held
        if held is None or held.block is not body:
            return
        order = self._analysis.order_of(body)
        for stop in body.entries:
            if stop.kind == "stop" and order.is_before(stop, held):
                unless: Unless = ((_state_of(stop), "skipped"),)
                if stop.task.when is not None:
                    condition = self._condition(f"{stop.pointer}/when")
                    if not self._may_differ(condition, stop):
                        unless += ((condition, False),)
                yield Reason(f"`{held.id}` is skipped when `{stop.id}` ends the run", unless)

    def _may_differ(self, condition: Expr, asked: Entry) -> bool:
        """Whether what a task asked may be answered otherwise here: a state is written in between, or a loop's name
        means the item of another loop."""
        return self._is_hidden(condition, asked) or self._analysis.guards.changes.may_differ(
            condition, asked, self._place
        )

    def _is_hidden(self, condition: Expr, asked: Entry) -> bool:
        names = {ref.name for ref in references(condition) if ref.root == "item"}
        has_index = any(ref.root == "loop" for ref in references(condition))
        if not names and not has_index:
            return False
        around = asked.chain()
        own = [each for each in self._place.loops() if each not in around or each is asked]
        return any(has_index or cast(ForeachTask, each.task).as_ in names for each in own)

    def _condition(self, pointer: str) -> Expr:
        tree = self._analysis.typed(pointer)
        return tree.body if isinstance(tree, Text) else tree

    def _is_excused(self, reason: Reason) -> bool:
        """Whether what holds where the expression stands takes a reason away."""
        if any(self._held.facts.has(path, value) for path, value in reason.unless):
            return True
        return bool(reason.needed) and all(each in self._held.known or self._follows(each) for each in reason.needed)

    def _follows(self, condition: Expr) -> bool:
        """Whether what holds here leaves a condition nothing but to be true."""
        if not self._held.facts.known:
            return False
        return infer(
            condition, _Certain(self._analysis, self._place, self._held), self._held.facts
        ).tree.type.values == (True,)


class _Certain(Scope):
    """The same names once it does not matter what may be missing."""

    def _reasons(self, entry: Entry, name: str, relation: Relation) -> list[Reason]:
        return []


def _has_failed(entry: Entry, relation: Relation) -> bool:
    """Whether a `catch` runs because of this task: no other of the try's own can have failed it."""
    owner = entry.container
    if relation.how != "handler" or len(relation.below) != 1 or owner is None or not isinstance(owner.task, TryTask):
        return False
    failing = [each for each in entry.block.entries if each.task.on_error != "continue"]
    return failing == [entry] and owner.task.timeout is None


def _state_of(entry: Entry) -> Ref:
    return Ref("tasks", entry.id, "state")


def _not_failed(entry: Entry) -> Unless:
    """The ways to say that a task that ran did not fail."""
    return (*_not_in_state(entry, "failed"), *_with_error(entry, False))


def _not_in_state(entry: Entry, state: str) -> Unless:
    of = _state_of(entry)
    return ((Compare(of, (("!=", Literal(state)),)), True), (Compare(of, (("==", Literal(state)),)), False))


def _with_error(entry: Entry, has_one: bool) -> Unless:
    error = Ref("tasks", entry.id, "error")
    return (
        (Test(error, "none"), not has_one),
        (Test(error, "none", negated=True), has_one),
        (Compare(error, (("==", Literal(None)),)), not has_one),
        (Compare(error, (("!=", Literal(None)),)), has_one),
    )
