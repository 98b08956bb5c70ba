"""Where data came from: whether a value holds what somebody outside wrote (language.md 7).

Trigger, http, action, ai, shell, sql and file data are untrusted, also in an input that a trigger fills; inputs and
secrets are trusted otherwise. A value of a type that cannot carry text of somebody's choice (a number, a boolean, an
enum, a text with a pattern) is clean.

Names are followed once for a whole document: a name is untrusted when a name is that stands behind it, so what is
untrusted spreads from the sources along these edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from overture.checks.analysis import Analysis, set_value
from overture.checks.places import Place
from overture.expressions.tree import Compare, Expr, Filter, ObjectOf, Ref, Span, Test, Text, children, constant
from overture.expressions.types import Type
from overture.language.tasks import CallTask, RememberTask
from overture.language.workflow import ScheduleTrigger

UNTRUSTED_KINDS = ("http", "action", "ai", "shell", "sql", "read_file")
UNTRUSTED_FIELDS = {"http": ("body", "headers"), "shell": ("stdout", "stderr", "value")}
HANDED_ON = {"foreach": ("items", "collect"), "python": ("args",), "call": ("inputs",), "write_file": ("path",)}
"""The fields whose data a kind's results are made of."""

Name = tuple[str, str, str | None]
"""What a reference names: its root, its name (of an item: the pointer of its loop), its field."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The untrusted value that an expression holds: its name for people, and its place in the field."""

    name: str
    span: Span
    where: str = ""


class Taint:
    """What is untrusted in a document whose fields are typed."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._writes: dict[str, list[str]] = {}
        for entry in analysis.index.entries:
            if isinstance(entry.task, RememberTask):
                for name in entry.task.values:
                    self._writes.setdefault(name, []).append(f"{entry.pointer}/values")
        self._origins = self._spread()

    def of(
        self, tree: Expr, place: Place, cleaners: tuple[str, ...] = (), formats: tuple[str, ...] = ()
    ) -> Origin | None:
        """The first untrusted value in a tree, or None. `cleaners`: filters, and `formats`: formats of a schema, that
        make data harmless here."""
        for ref, where in exposed(tree, cleaners, formats):
            if found := self._origins.get(self._name(ref, place)):
                return Origin(found, ref.span, where)
        return None

    def of_field(self, pointer: str, cleaners: tuple[str, ...] = (), formats: tuple[str, ...] = ()) -> Origin | None:
        """The first untrusted value in the field at a pointer, or None; also where there is no such field."""
        spot = self._analysis.spots.get(pointer)
        if spot is None:
            return None
        return self.of(self._analysis.typed(pointer), spot.place, cleaners, formats)

    def holds(self, ref: Ref) -> bool:
        """Whether a name that means the same everywhere (not an item) is untrusted."""
        return (ref.root, ref.name, ref.field) in self._origins

    def _name(self, ref: Ref, place: Place) -> Name:
        if ref.root == "item":
            loop = next((each for each in place.loops() if getattr(each.task, "as_", None) == ref.name), None)
            return ("item", loop.pointer if loop is not None else "", None)
        return (ref.root, ref.name, ref.field)

    def _spread(self) -> dict[Name, str]:
        """The untrusted names, each with what it came from."""
        origins: dict[Name, str] = {}
        followers: dict[Name, list[Name]] = {}
        known: set[Name] = set()
        todo: list[tuple[Ref, Place]] = [
            (ref, spot.place) for spot in self._analysis.spots.values() for ref in spot.reads
        ]
        while todo:
            ref, place = todo.pop()
            name = self._name(ref, place)
            if name in known:
                continue
            known.add(name)
            if source := self._source(ref):
                origins[name] = source
            for tree, inner in self._behind(ref, name):
                for each, _ in exposed(tree):
                    followers.setdefault(self._name(each, inner), []).append(name)
                    todo.append((each, inner))
        spreading = list(origins)
        for name in spreading:
            for follower in followers.get(name, ()):
                if follower not in origins:
                    origins[follower] = origins[name]
                    spreading.append(follower)
        return origins

    def _source(self, ref: Ref) -> str | None:
        """What a reference itself brings from outside."""
        if ref.root == "trigger":
            return "`trigger`"
        entry = self._analysis.index.tasks.get(ref.name) if ref.root == "tasks" else None
        if entry is None or ref.field == "state":
            return None
        if isinstance(entry.task, CallTask) and (callee := self._analysis.callees.get(entry.task.workflow)):
            return f"`{ref.name}`" if taint_of(callee).of_field("/outputs") else None
        if entry.kind in UNTRUSTED_KINDS and ref.field in UNTRUSTED_FIELDS.get(entry.kind, (ref.field,)):
            return f"`{ref.name}`"
        return None

    def _behind(self, ref: Ref, name: Name) -> Iterator[tuple[Expr, Place]]:
        """The trees that a name's value is made of, each with its place."""
        analysis = self._analysis
        if ref.root == "inputs":
            for number, trigger in enumerate(analysis.workflow.triggers or ()):
                given = analysis.typed(f"/triggers/{number}/inputs")
                if not isinstance(trigger, ScheduleTrigger) and isinstance(given, ObjectOf):
                    yield from (
                        (tree, Place(trigger=number)) for key, tree in given.entries if constant(key) == ref.name
                    )
        elif ref.root == "item":
            yield from self._fields([f"{name[1]}/items"])
        elif ref.root == "state":
            yield from self._fields(self._writes.get(ref.name, []))
        elif ref.root == "tasks" and ref.name in analysis.index.tasks and ref.field not in ("state", "error"):
            entry = analysis.index.tasks[ref.name]
            if entry.kind == "set":
                value = set_value(analysis, ref)
                if value is not None:
                    yield value, Place(entry)
            yield from self._fields([f"{entry.pointer}/{each}" for each in HANDED_ON.get(entry.kind, ())])

    def _fields(self, pointers: list[str]) -> Iterator[tuple[Expr, Place]]:
        for pointer in pointers:
            if pointer in self._analysis.spots:
                yield self._analysis.typed(pointer), self._analysis.spots[pointer].place


def taint_of(analysis: Analysis) -> Taint:
    """The taint of a document, worked out once."""
    if analysis.taint is None:
        analysis.taint = Taint(analysis)
    return analysis.taint


def exposed(
    tree: Expr, cleaners: tuple[str, ...] = (), formats: tuple[str, ...] = (), where: str = ""
) -> Iterator[tuple[Ref, str]]:
    """The references whose text a value may hold, each with the JSON pointer of its text in the field."""
    if _is_clean(tree.type, formats) or isinstance(tree, (Compare, Test)):
        return
    if isinstance(tree, Filter) and tree.name in cleaners:
        return
    if isinstance(tree, Text):
        yield from exposed(tree.body, cleaners, formats, tree.where)
        return
    if isinstance(tree, Ref):
        yield tree, where
        return
    for part in children(tree):
        yield from exposed(part, cleaners, formats, where)


def _is_clean(type: Type, formats: tuple[str, ...]) -> bool:
    if type.values is not None:
        return True
    if type.kinds <= {"null", "boolean", "integer", "number"}:
        return True
    return type.kinds <= {"null", "string"} and (type.pattern is not None or type.format in formats)
