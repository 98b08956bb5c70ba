"""Where data came from: whether a value holds what somebody outside wrote (language.md 7).

Trigger, http, action, ai, shell, sql and file data are untrusted; inputs and secrets are trusted. A value of a type
that cannot carry text of somebody's choice (a number, a boolean, an enum, a text with a pattern) is clean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from overture.checks.analysis import Analysis, set_value
from overture.expressions.tree import (
    Compare,
    Expr,
    Filter,
    Ref,
    Span,
    Test,
    Text,
    children,
)
from overture.expressions.types import Type

UNTRUSTED_KINDS = ("http", "action", "ai", "shell", "sql", "read_file")
UNTRUSTED_FIELDS = {"http": ("body", "headers"), "shell": ("stdout", "stderr", "value")}


@dataclass(frozen=True, slots=True)
class Origin:
    """The untrusted value that an expression holds: its name for people, and its place in the field."""

    name: str
    span: Span
    where: str = ""


class Taint:
    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._pending: set[str] = set()

    def of(self, tree: Expr, cleaners: tuple[str, ...] = ()) -> Origin | None:
        """The first untrusted value in a tree, or None. `cleaners`: filters that make data harmless here."""
        if _is_clean(tree.type) or isinstance(tree, (Compare, Test)):
            return None
        if isinstance(tree, Text):
            found = self.of(tree.body, cleaners)
            return found and replace(found, where=tree.where + found.where)
        if isinstance(tree, Filter) and tree.name in cleaners:
            return None
        if isinstance(tree, Ref):
            return self._of_name(tree)
        return next((found for part in children(tree) if (found := self.of(part, cleaners))), None)

    def _of_name(self, ref: Ref) -> Origin | None:
        if ref.root == "trigger":
            return Origin("`trigger`", ref.span)
        if ref.root == "item":
            return self._within(f"item {ref.name}", self._items(ref), ref)
        if ref.root == "state":
            return self._of_state(ref)
        if ref.root != "tasks" or ref.name not in self._analysis.index.tasks:
            return None
        entry = self._analysis.index.tasks[ref.name]
        if ref.field in ("state", "error") and entry.kind not in UNTRUSTED_KINDS:
            return None
        if entry.kind in UNTRUSTED_KINDS and ref.field in UNTRUSTED_FIELDS.get(entry.kind, (ref.field,)):
            return Origin(f"`{ref.name}`", ref.span)
        if entry.kind == "set":
            value = set_value(self._analysis, ref)
            return self._within(f"set {ref.name}.{ref.field}", [value] if value else [], ref)
        read = {"foreach": ("items", "collect"), "python": ("args",), "call": ("inputs",), "write_file": ("path",)}
        pointers = [f"{entry.pointer}/{name}" for name in read.get(entry.kind, ())]
        trees = [self._analysis.typed(each) for each in pointers if each in self._analysis.spots]
        return self._within(ref.name, trees, ref)

    def _of_state(self, ref: Ref) -> Origin | None:
        trees = [
            self._analysis.typed(f"{entry.pointer}/values")
            for entry in self._analysis.index.entries
            if entry.kind == "remember" and ref.name in entry.task.values  # type: ignore[attr-defined]
        ]
        return self._within(f"state {ref.name}", trees, ref)

    def _items(self, ref: Ref) -> list[Expr]:
        loops = [entry for entry in self._analysis.index.entries if getattr(entry.task, "as_", None) == ref.name]
        return [self._analysis.typed(f"{entry.pointer}/items") for entry in loops]

    def _within(self, name: str, trees: list[Expr], ref: Ref) -> Origin | None:
        """What the trees behind a name hold, at the place where the name is read."""
        if name in self._pending:
            return None
        self._pending.add(name)
        found = next((origin for tree in trees if (origin := self.of(tree))), None)
        self._pending.discard(name)
        return found and Origin(found.name, ref.span)


def _is_clean(type: Type) -> bool:
    if type.values is not None:
        return True
    if type.kinds <= {"null", "boolean", "integer", "number"}:
        return True
    return type.kinds <= {"null", "string"} and type.pattern is not None
