"""Everything the rules ask: the index, the edges, a typed tree for every field, the findings made on the way.

Built once for a document. Types are worked out when they are asked for: a field's type needs those of the tasks that it
reads, and a workflow's order of writing is nearly always the order of need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from overture.checks.fields import (
    UNREADABLE,
    Field,
    LiteralText,
    Mistake,
    fields_of,
    literal_texts_of,
    literal_tree,
    parse,
    texts_of,
)
from overture.checks.guards import Guards
from overture.checks.index import Block, Entry, Index, index
from overture.checks.order import Order, add_reads, order
from overture.checks.places import Place, relate
from overture.checks.results import Results, results_of
from overture.checks.scope import Scope
from overture.diagnostics.model import At, Diagnostic
from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.sources import Source
from overture.expressions.inference import Finding, Inferred, infer
from overture.expressions.narrowing import Facts, facts_from
from overture.expressions.records import record
from overture.expressions.schemas import type_of_schema, type_of_value
from overture.expressions.tree import Expr, ListOf, Literal, ObjectOf, Ref, Text, children, constant, references
from overture.expressions.types import ANY, BOOLEAN, Json, Type, list_of, object_of
from overture.language.document import MAX_FINDINGS
from overture.language.reading import Reading
from overture.language.roles import Role
from overture.language.tasks import CallTask, ForeachTask, RepeatTask, SetTask
from overture.language.workflow import AfterTrigger, ScheduleTrigger, TriggerPart, Workflow

if TYPE_CHECKING:
    from overture.checks.taint import Taint

Find = Callable[[str], Reading | None]
"""Gives the reading of the workflow of that name beside this one, or None."""


MAX_SUGGESTIONS = 50
"""Unknown words of one kind that are compared with all known ones: a hostile file could hold 100,000."""


@record(frozen=True, slots=True)
class Spot:
    """A field, its tree as written, where it stands, and what it reads."""

    field: Field
    tree: Expr
    place: Place
    owner: Entry | None  # the task that has the field; None for the workflow's own
    reads: tuple[Ref, ...]

    @classmethod
    def of(cls, field: Field, tree: Expr, place: Place, owner: Entry | None) -> Spot:
        return cls(field, tree, place, owner, () if tree.__class__ is Literal else tuple(references(tree)))


@dataclass(eq=False)
class Analysis:
    workflow: Workflow
    data: Json  # the document as it was read
    source: Source
    index: Index
    spots: dict[str, Spot]  # by pointer, in the document's order
    orders: dict[str, Order]  # by the block's pointer
    mistakes: list[Mistake]
    unreadable: frozenset[str]  # fields in which there is a mistake
    literals: list[LiteralText]
    callees: Mapping[str, Analysis]
    absent: frozenset[str]  # workflows that it calls and that are not there
    rings: Mapping[str, tuple[str, ...]]  # calls that lead back, by the workflow called: from it to this one
    broken: dict[str, Diagnostic]  # workflows that it calls and that have errors, with the first
    upstream: Mapping[str, Analysis]  # workflows that start it, as far as they stand beside it
    findings_of_rules: tuple[Diagnostic, ...] | None = None
    taint: Taint | None = None
    findings: list[tuple[str, Finding]] = field(default_factory=list)  # (pointer of the field, finding)
    _suggestions: int = 0
    _typed: dict[str, Expr] = field(default_factory=dict)
    _results: dict[Entry, Results] = field(default_factory=dict)
    _inputs: dict[str, Type] = field(default_factory=dict)
    _pending: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.guards = Guards(self)

    def typed(self, pointer: str) -> Expr:
        """The tree of the field at a pointer with its types; of a field that is not there, a null of unknown type."""
        if (found := self._typed.get(pointer)) is not None:
            return found
        spot = self.spots.get(pointer)
        if spot is None or pointer in self._pending:
            return Literal(None, type=ANY)
        tree = spot.tree
        if isinstance(tree, Literal) and isinstance(tree.value, str):  # nothing can be wrong with it, whatever holds
            self._typed[pointer] = typed = Literal(tree.value, span=tree.span, type=type_of_value(tree.value))
            return typed
        self._pending.add(pointer)
        held = self.guards.held_for(spot)
        infer_as = _infer_in_order if spot.field.role is Role.EXPRESSIONS else infer
        inferred = infer_as(spot.tree, Scope(self, spot.place, held), held.facts)
        self._pending.discard(pointer)
        self._typed[pointer] = inferred.tree
        self.findings += [(pointer, each) for each in inferred.findings]
        return inferred.tree

    def settle(self) -> None:
        """Type every field. Those that others read come first, so that a long chain of reads is no deep recursion."""
        for block in (self.index.body, *self.index.handlers.values()):
            self._settle(block)
        for pointer in self.spots:
            self.typed(pointer)

    def _settle(self, block: Block) -> None:
        for entry in self.order_of(block).topological or block.entries:
            at_its_end = []
            for spot in self._by_owner().get(entry, ()):
                if spot.place.inner is None:
                    self.typed(spot.field.pointer)
                else:
                    at_its_end.append(spot.field.pointer)
            for inner in entry.blocks:
                self._settle(inner)
            for pointer in at_its_end:
                self.typed(pointer)

    def suggest(self, name: str, known: Iterable[str]) -> str | None:
        """The help for a name that does not exist. Only so often: to compare thousands with thousands takes minutes,
        and nobody reads them."""
        if self._suggestions >= MAX_SUGGESTIONS:
            return None
        self._suggestions += 1
        return did_you_mean(name, known)

    def results(self, entry: Entry) -> Results:
        """The fields that a task results in, with their types."""
        found = self._results.get(entry)
        if found is None:
            if entry in self._pending:
                return {}
            self._pending.add(entry)
            self._results[entry] = found = results_of(entry, self)
            self._pending.discard(entry)
        return found

    def input_type(self, name: str) -> Type:
        """The type of a declared input."""
        found = self._inputs.get(name)
        if found is None:
            self._inputs[name] = found = type_of_schema((self.workflow.inputs or {})[name])
        return found

    def inputs_type(self) -> Type:
        schemas = self.workflow.inputs or {}
        optional = [name for name, schema in schemas.items() if "default" in schema]
        return object_of({name: type_of_schema(schema) for name, schema in schemas.items()}, optional=optional)

    def outputs_type(self) -> Type:
        return self.typed("/outputs").type if self.workflow.outputs else object_of({})

    def order_of(self, block: Block) -> Order:
        return self.orders[block.pointer]

    def fields(self, entry: Entry) -> Iterator[Spot]:
        """The spots of one task, not of the tasks inside it."""
        return (spot for spot in self._by_owner().get(entry, ()))

    def _by_owner(self) -> dict[Entry | None, list[Spot]]:
        if not hasattr(self, "_owners"):
            self._owners: dict[Entry | None, list[Spot]] = {}
            for spot in self.spots.values():
                self._owners.setdefault(spot.owner, []).append(spot)
        return self._owners

    def at(self, pointer: str, where: str = "", span: tuple[int, int] | None = None) -> At:
        """The place of a part of a field's text; of the whole field without a span."""
        if span is None or span == (0, 0):
            return self.source.value(pointer + where)
        return self.source.within(pointer + where, *span)

    def refs(self, spot: Spot) -> Iterator[tuple[Ref, At]]:
        """Each name that a field reads, with its place in the file."""
        for ref, where in _placed(spot.tree, ""):
            yield ref, self.at(spot.field.pointer, where, ref.span)


def _infer_in_order(tree: Expr, scope: Scope, facts: Facts) -> Inferred:
    """The conditions of an `assert`: one that does not hold ends it, so that it guards those after it."""
    items: list[Expr] = []
    findings: list[Finding] = []
    for each in children(tree):
        inferred = infer(each, scope, facts)
        items.append(inferred.tree)
        findings += inferred.findings
        facts = facts.also(facts_from(inferred.tree, True))
    return Inferred(ListOf(tuple(items), span=tree.span, type=list_of(BOOLEAN)), tuple(findings))


def _placed(tree: Expr, where: str) -> Iterator[tuple[Ref, str]]:
    if isinstance(tree, Text):
        where = tree.where
    if isinstance(tree, Ref):
        yield tree, where
    for part in children(tree):
        yield from _placed(part, where)


def analyse(reading: Reading, find: Find | None = None) -> Analysis:
    """The analysis of a document that has the right shape. `find` looks up the workflows that it calls."""
    return _Analyst(find).analyse(reading)


class _Analyst:
    """Analyses a workflow and those that it calls, each once."""

    def __init__(self, find: Find | None) -> None:
        self._find = find
        self._done: dict[str, Analysis] = {}
        self._callers: list[str] = []

    def analyse(self, reading: Reading) -> Analysis:
        workflow = reading.workflow
        if workflow is None:
            raise ValueError("only a document of the right shape can be analysed")
        found = index(workflow)
        fields = _Fields()
        for number, trigger in enumerate(workflow.triggers or ()):
            fields.add_trigger(number, trigger)
        for entry in found.entries:
            fields.add_task(entry)
        if workflow.outputs:
            outputs = Field("outputs", "/outputs", Role.OUTPUTS, cast(Json, workflow.outputs))
            fields.add(outputs, Place(inner=found.body), None)
        fields.literals.extend(literal_texts_of(workflow, ""))
        orders = {block.pointer: order(block) for block in found.blocks}
        for pointer, reads in _reads(found, fields.spots).items():
            add_reads(orders[pointer], reads)
        analysis = Analysis(
            workflow,
            reading.data,
            reading.source,
            found,
            fields.spots,
            orders,
            fields.mistakes,
            frozenset(fields.unreadable),
            fields.literals,
            *self._called(workflow, found),
            self._upstream(workflow),
        )
        self._done[workflow.name] = analysis
        return analysis

    def _called(
        self, workflow: Workflow, found: Index
    ) -> tuple[dict[str, Analysis], frozenset[str], dict[str, tuple[str, ...]], dict[str, Diagnostic]]:
        self._callers.append(workflow.name)
        names = {entry.task.workflow for entry in found.entries if isinstance(entry.task, CallTask)}
        known: dict[str, Analysis] = {}
        absent: set[str] = set()
        rings: dict[str, tuple[str, ...]] = {}
        broken: dict[str, Diagnostic] = {}
        find = self._find
        for name in sorted(names) if find is not None else ():
            if name in self._callers:
                rings[name] = tuple(self._callers[self._callers.index(name) :])
            elif name in self._done:
                known[name] = self._done[name]
            elif find is None or (reading := find(name)) is None:
                absent.add(name)
            elif reading.workflow is None:
                broken[name] = next(each for each in reading.diagnostics if each.severity == "error")
            else:
                known[name] = self.analyse(reading)
        self._callers.pop()
        return known, frozenset(absent), rings, broken

    def _upstream(self, workflow: Workflow) -> dict[str, Analysis]:
        """Those that `after` triggers name. One that is not here may be elsewhere: nothing is known of its outputs."""
        self._callers.append(workflow.name)
        found: dict[str, Analysis] = {}
        for trigger in workflow.triggers or ():
            if not isinstance(trigger, AfterTrigger) or trigger.workflow in self._callers or self._find is None:
                continue
            reading = self._find(trigger.workflow)
            if reading is not None and reading.workflow is not None:
                done = self._done.get(trigger.workflow)
                found[trigger.workflow] = self.analyse(reading) if done is None else done
        self._callers.pop()
        return found


class _Fields:
    """The fields of a document as they are found."""

    def __init__(self) -> None:
        self.spots: dict[str, Spot] = {}
        self.mistakes: list[Mistake] = []
        self.unreadable: set[str] = set()
        self.literals: list[LiteralText] = []

    def add(self, each: Field, place: Place, owner: Entry | None) -> None:
        is_told = len(self.mistakes) < MAX_FINDINGS  # the document is refused for those: what follows is not parsed
        tree, wrong = parse(each) if is_told else (UNREADABLE, [])
        self.spots[each.pointer] = Spot.of(each, tree, place, owner)
        self.mistakes.extend(wrong)
        if wrong or not is_told:
            self.unreadable.add(each.pointer)

    def add_trigger(self, number: int, trigger: TriggerPart) -> None:
        pointer = f"/triggers/{number}"
        self.literals.extend(literal_texts_of(trigger, pointer))
        for each in fields_of(trigger, pointer):
            place = Place(trigger=number, sees_inputs=each.path == "when")
            if isinstance(trigger, ScheduleTrigger) and each.path == "inputs":
                self.spots[each.pointer] = Spot.of(each, literal_tree(each.value), place, None)
                self.literals.extend(texts_of(each.value, each.pointer))
            else:
                self.add(each, place, None)

    def add_task(self, entry: Entry) -> None:
        self.literals.extend(literal_texts_of(entry.task, entry.pointer))
        place = Place(entry)
        for each in fields_of(entry.task, entry.pointer):
            self.add(each, _place(place, entry, each), entry)


def _place(place: Place, entry: Entry, each: Field) -> Place:
    """Where a field stands: before its task runs (`place`), unless it speaks of what is inside."""
    task = entry.task
    if isinstance(task, RepeatTask) and each.path == "until":
        return Place(entry, entry.blocks[0])
    if isinstance(task, ForeachTask) and each.path in ("where", "collect"):
        inner = entry.blocks[0] if each.path == "collect" and entry.blocks else None
        return Place(entry, inner, sees_item=True)
    return place


def _reads(found: Index, spots: Mapping[str, Spot]) -> dict[str, list[tuple[Entry, Entry, str]]]:
    """What each block's tasks read of one another: (reader, read, pointer of the field), by the block's pointer."""
    reads: dict[str, list[tuple[Entry, Entry, str]]] = {}
    for pointer, spot in spots.items():
        for ref in spot.reads:
            if ref.root != "tasks" or ref.name not in found.tasks:
                continue
            relation = relate(found.tasks[ref.name], spot.place)
            if relation.how in ("before", "later") and relation.held and relation.reader:
                edge = (relation.reader, relation.held, pointer)
                reads.setdefault(relation.held.block.pointer, []).append(edge)
    return reads


def set_value(analysis: Analysis, ref: Ref) -> Expr | None:
    """The tree of the name of a `set` that a reference reads, or None when it reads something else."""
    entry = analysis.index.tasks.get(ref.name) if ref.root == "tasks" else None
    if entry is None or not isinstance(entry.task, SetTask):
        return None
    values = analysis.typed(f"{entry.pointer}/values")
    if not isinstance(values, ObjectOf):
        return None
    return next((value for key, value in values.entries if constant(key) == ref.field), None)
