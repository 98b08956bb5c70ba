"""Where data came from: whether a value holds what somebody outside wrote (language.md 7), and the way it took.

Trigger, http, action, ai, shell, sql and file data are untrusted, also in an input that a trigger fills; inputs and
secrets are trusted otherwise. What is harmless nevertheless says exposure.py.

Names are followed once for a whole document: a name is untrusted when a name is that stands behind it, so what is
untrusted spreads from the sources along these edges, a step at a time: the first way found is a shortest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from overture.checks.analysis import Analysis, Spot
from overture.checks.exposure import ANYWHERE, NOTHING_CLEARED, Cleared, Harm, cleared_by, exposed
from overture.checks.places import Place
from overture.diagnostics.model import At, Diagnostic, Related
from overture.diagnostics.rules import Rule
from overture.expressions.records import record, replace
from overture.expressions.tree import Expr, ObjectOf, Ref, Span, Text, constant
from overture.language.tasks import CallTask, RememberTask
from overture.language.workflow import AfterTrigger, ScheduleTrigger, WebhookTrigger

UNTRUSTED_KINDS = ("http", "action", "ai", "shell", "sql", "read_file")
UNTRUSTED_FIELDS = {"http": ("body", "headers"), "shell": ("stdout", "stderr", "value")}
HANDED_ON = {"python": ("args",), "call": ("inputs",), "write_file": ("path",)}
"""The fields whose data a kind's results are made of."""
MAX_STEPS = 6
"""Places of a way that are shown: its beginning and its end; nobody reads on."""

Name = tuple[str, str, str | None]
"""What a reference names: its root, its name (of an item: the pointer of its loop), its field."""


@record(frozen=True, slots=True)
class Origin:
    """The untrusted value that an expression holds: what it is data of, in words, its place in the field, and the way
    that it took, from there back to where it came in."""

    name: str
    span: Span
    where: str
    way: tuple[Related, ...]
    source: Name


@record(frozen=True, slots=True)
class Leak:
    """Data that reaches a place where it does harm. `says` goes on after "data of …"; without an origin, where only
    what is known to be ours may stand, it is the whole message."""

    origin: Origin | None
    at: At
    harm: Harm
    says: str
    help: str

    def told(self, rule: Rule) -> Diagnostic:
        if self.origin is None:
            return rule.at(self.at, self.says, help=self.help)
        return rule.at(self.at, f"data of {self.origin.name} {self.says}", help=self.help, related=self.origin.way)


Leaks = Callable[["Taint"], Iterator[Leak]]
"""Finds the places of one workflow where untrusted data does one kind of harm."""


@record(frozen=True, slots=True)
class _Part:
    """A tree that a name's value is made of: the part of the field of a spot."""

    spot: Spot
    tree: Expr


@record(frozen=True, slots=True)
class _Step:
    """How a name came to hold what `source`, `called` so, brought in: from the name `behind`, at a reference in a
    field; or, with nothing behind it, by being the source."""

    source: Name
    called: str
    behind: Name | None = None
    pointer: str = ""
    where: str = ""
    span: Span = (0, 0)


class Taint:
    """What is untrusted in a document whose fields are typed. With `doubts_inputs` its inputs are untrusted too: what a
    workflow does with them that calls this one."""

    def __init__(self, analysis: Analysis, *, doubts_inputs: bool = False) -> None:
        self.analysis = analysis
        self._doubts_inputs = doubts_inputs
        self._cleared: dict[tuple[str, Harm], Cleared] = {}
        self._leaks: dict[Leaks, tuple[Leak, ...]] = {}
        self._writes: dict[str, list[str]] = {}
        for entry in analysis.index.of("remember"):
            if isinstance(entry.task, RememberTask):
                for name in entry.task.values:
                    self._writes.setdefault(name, []).append(f"{entry.pointer}/values")

    def of(self, tree: Expr, spot: Spot, harm: Harm) -> Origin | None:
        """The first untrusted value that does harm in a part of a field, or None."""
        for ref, where in self._exposed(tree, spot, harm):
            name = self._name(ref, spot.place)
            if name in self._steps:
                step = self._steps[name]
                return Origin(step.called, ref.span, where, self._way(name), step.source)
        return None

    def of_field(self, pointer: str, harm: Harm) -> Origin | None:
        """The first untrusted value that does harm in the field at a pointer, or None; also where there is no such
        field."""
        spot = self.analysis.spots.get(pointer)
        return None if spot is None else self.of(self.analysis.typed(pointer), spot, harm)

    def parts(self, ref: Ref, place: Place) -> Iterator[tuple[Expr, Spot]]:
        """The trees that the value of a name is made of, each with the field that it is a part of."""
        for part in self._behind(ref, self._name(ref, place)):
            yield part.tree, part.spot

    def leaks(self, direct: Leaks) -> tuple[Leak, ...]:
        """What `direct` finds here, and what it finds of data that this workflow hands to those that it calls."""
        if direct not in self._leaks:
            self._leaks[direct] = (*direct(self), *self._in_callees(direct))
        return self._leaks[direct]

    def _in_callees(self, direct: Leaks) -> Iterator[Leak]:
        for entry in self.analysis.index.of("call"):
            callee = self.analysis.callees.get(entry.task.workflow) if isinstance(entry.task, CallTask) else None
            told: set[str] = set()
            if callee is None:
                continue
            for leak in taint_of(callee).doubting.leaks(direct):
                root, name, _ = leak.origin.source if leak.origin is not None else ("", "", None)
                if root != "inputs" or name in told:
                    continue
                for part in self._value_of(f"{entry.pointer}/inputs", name):
                    if origin := self.of(part.tree, part.spot, leak.harm):
                        told.add(name)
                        at = self.analysis.at(part.spot.field.pointer, origin.where, origin.span)
                        there = Related(f"input `{name}` of `{callee.workflow.name}` gets here", leak.at)
                        origin = replace(origin, way=(there, *origin.way))
                        says = f"{leak.says} in `{callee.workflow.name}`"
                        yield Leak(origin, at, leak.harm, says, leak.help)

    @cached_property
    def doubting(self) -> Taint:
        """The same, with the inputs untrusted too."""
        return Taint(self.analysis, doubts_inputs=True)

    @cached_property
    def inputs_in_outputs(self) -> frozenset[str]:
        """The inputs whose data may stand in the workflow's outputs."""
        behind: dict[Name, list[Name]] = {}
        for name, followers in self._followers.items():
            for follower, _ in followers:
                behind.setdefault(follower, []).append(name)
        spot = self.analysis.spots.get("/outputs")
        refs = exposed(self.analysis.typed("/outputs")) if spot is not None else ()
        todo = [self._name(ref, spot.place) for ref, _ in refs] if spot is not None else []
        seen = dict.fromkeys(todo)
        for name in todo:
            for each in behind.get(name, ()):
                if each not in seen:
                    seen[each] = None
                    todo.append(each)
        return frozenset(name for root, name, _ in seen if root == "inputs")

    def _exposed(self, tree: Expr, spot: Spot, harm: Harm) -> Iterator[tuple[Ref, str]]:
        if next(exposed(tree, harm), None) is None:
            return  # most texts are fixed: what holds where they stand is no matter
        key = (spot.field.pointer, harm)
        if key not in self._cleared:
            known = self.analysis.guards.held_for(spot).known
            self._cleared[key] = cleared_by(known, harm) if known else NOTHING_CLEARED
        yield from exposed(tree, harm, self._cleared[key])

    def _name(self, ref: Ref, place: Place) -> Name:
        if ref.root == "item":
            loop = next((each for each in place.loops() if getattr(each.task, "as_", None) == ref.name), None)
            return ("item", loop.pointer if loop is not None else "", None)
        return (ref.root, ref.name, ref.field)

    @cached_property
    def _steps(self) -> dict[Name, _Step]:
        """The untrusted names, each with the step by which it became so."""
        return self._spread[0]

    @cached_property
    def _followers(self) -> dict[Name, list[tuple[Name, _Step]]]:
        """The names that what a name holds goes on to, each with the step."""
        return self._spread[1]

    @cached_property
    def _spread(self) -> tuple[dict[Name, _Step], dict[Name, list[tuple[Name, _Step]]]]:
        """Looked for when somebody asks: in most documents no data stands where it could do harm."""
        steps: dict[Name, _Step] = {}
        all_followers: dict[Name, list[tuple[Name, _Step]]] = {}
        known: set[Name] = set()
        todo = [(ref, spot.place) for spot in self.analysis.spots.values() for ref in spot.reads][::-1]
        while todo:
            ref, place = todo.pop()
            name = self._name(ref, place)
            if name in known:
                continue
            known.add(name)
            if source := self._source(ref):
                steps[name] = _Step(name, source)
            for part in self._behind(ref, name):
                for each, where in self._exposed(part.tree, part.spot, ANYWHERE):
                    behind = self._name(each, part.spot.place)
                    step = _Step(behind, "", behind, part.spot.field.pointer, where, each.span)
                    all_followers.setdefault(behind, []).append((name, step))
                    todo.append((each, part.spot.place))
        spreading = list(steps)
        for name in spreading:
            for follower, step in all_followers.get(name, ()):
                if follower not in steps:
                    came = steps[name]
                    steps[follower] = replace(step, source=came.source, called=came.called)
                    spreading.append(follower)
        return steps, all_followers

    def _source(self, ref: Ref) -> str | None:
        """What a reference itself brings from outside."""
        if ref.root == "trigger":
            return "`trigger`"
        if ref.root == "inputs" and self._doubts_inputs:
            return f"input `{ref.name}`"
        entry = self.analysis.index.tasks.get(ref.name) if ref.root == "tasks" else None
        if entry is None or ref.field == "state":
            return None
        if isinstance(entry.task, CallTask) and (callee := self.analysis.callees.get(entry.task.workflow)):
            return f"`{ref.name}`" if taint_of(callee).of_field("/outputs", ANYWHERE) else None
        if entry.kind in UNTRUSTED_KINDS and ref.field in UNTRUSTED_FIELDS.get(entry.kind, (ref.field,)):
            return f"`{ref.name}`"
        return None

    def _behind(self, ref: Ref, name: Name) -> Iterator[_Part]:
        """The trees that a name's value is made of."""
        if ref.root == "inputs":
            for number, trigger in enumerate(self.analysis.workflow.triggers or ()):
                if not isinstance(trigger, ScheduleTrigger):
                    yield from self._value_of(f"/triggers/{number}/inputs", ref.name)
        elif ref.root == "item":
            yield from self._whole(f"{name[1]}/items")
        elif ref.root == "state":
            for pointer in self._writes.get(ref.name, ()):
                yield from self._value_of(pointer, ref.name)
        elif ref.root == "tasks" and ref.name in self.analysis.index.tasks and ref.field not in ("state", "error"):
            entry = self.analysis.index.tasks[ref.name]
            if entry.kind == "set":
                yield from self._value_of(f"{entry.pointer}/values", ref.field or "")
            elif entry.kind == "foreach":
                yield from self._whole(f"{entry.pointer}/{'items' if ref.field == 'failed' else 'collect'}")
            elif isinstance(entry.task, CallTask) and entry.task.workflow in self.analysis.callees:
                for each in sorted(taint_of(self.analysis.callees[entry.task.workflow]).inputs_in_outputs):
                    yield from self._value_of(f"{entry.pointer}/inputs", each)
            else:
                for each in HANDED_ON.get(entry.kind, ()):
                    yield from self._whole(f"{entry.pointer}/{each}")

    def _whole(self, pointer: str) -> Iterator[_Part]:
        if pointer in self.analysis.spots:
            yield _Part(self.analysis.spots[pointer], self.analysis.typed(pointer))

    def _value_of(self, pointer: str, key: str) -> Iterator[_Part]:
        """The part of an object that stands under a key; all of it where its keys are data."""
        for part in self._whole(pointer):
            tree = part.tree.body if isinstance(part.tree, Text) else part.tree
            if not isinstance(tree, ObjectOf):
                yield part
            else:
                yield from (_Part(part.spot, value) for each, value in tree.entries if constant(each) == key)

    def _way(self, name: Name) -> tuple[Related, ...]:
        """The places that data passed on its way to a name, from there back to where it came in. Of a long one, those
        near the name and the last: nobody reads on, and to walk each to its end takes the square of its length."""
        found: list[Related] = []
        step = self._steps[name]
        while step.behind is not None and len(found) < MAX_STEPS - 1:
            at = self.analysis.at(step.pointer, step.where, step.span)
            found.append(Related(self._passage(name, step), at))
            name, step = step.behind, self._steps[step.behind]
        return (*found, *self._entrance(step.source))

    def _passage(self, name: Name, step: _Step) -> str:
        root, called, _ = name
        if root == "inputs":
            return f"a trigger gives it to input `{called}` here"
        if root == "item":
            return "it is one of these items"
        if root == "state":
            writer = self.analysis.spots[step.pointer].owner
            return f"`{writer.id if writer is not None else ''}` keeps it as state `{called}` here"
        return f"it passes through `{called}` here"

    def _entrance(self, name: Name) -> list[Related]:
        """Where data comes in from outside: the last place of its way."""
        root, called, _ = name
        source = self.analysis.source
        if root == "inputs":
            return [Related(f"input `{called}` is given by whoever calls this", source.key(f"/inputs/{called}"))]
        if root == "trigger":
            wanted = AfterTrigger if called == "outputs" else WebhookTrigger
            triggers = self.analysis.workflow.triggers or ()
            number = next((each for each, trigger in enumerate(triggers) if isinstance(trigger, wanted)), 0)
            return [Related("data of this trigger comes in here", source.value(f"/triggers/{number}/type"))]
        entry = self.analysis.index.tasks[called]
        at = source.value(f"{entry.pointer}/id")
        if isinstance(entry.task, CallTask) and (callee := self.analysis.callees.get(entry.task.workflow)):
            inner = taint_of(callee).of_field("/outputs", ANYWHERE)
            if inner is not None:
                return [Related(f"`{called}` hands back what `{callee.workflow.name}` got", at), inner.way[-1]]
        return [Related(f"data of `{called}` comes in here", at)]


def taint_of(analysis: Analysis) -> Taint:
    """The taint of a document, worked out once."""
    if analysis.taint is None:
        analysis.taint = Taint(analysis)
    return analysis.taint


def told_leaks(analysis: Analysis, rule: Rule, direct: Leaks) -> Iterator[Diagnostic]:
    """The findings of a rule: where data does the harm that `direct` looks for."""
    return (leak.told(rule) for leak in taint_of(analysis).leaks(direct))
