"""What every step of an inference does: look, report, and keep pending what a `default` may still cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from overture.expressions.findings import Environment, Finding
from overture.expressions.narrowing import Fact, Facts, narrow
from overture.expressions.operators import Objection
from overture.expressions.records import record, replace
from overture.expressions.schemas import describe, is_assignable
from overture.expressions.tree import Expr, Filter, Index, Slice, Span, written
from overture.expressions.types import ANY, BOOLEAN, KINDS, Json, Kind, Type

DEFAULT_HELP = "add `| default(…)`, or guard it with `is defined`"
NULL_HELP = "add `| default(…)`, or guard it with `is not none`"
SHORT_HELP = "add `| default(…)`, or guard it with `is not empty`"
GUARD_HELP = "guard it with `is not empty`; no `default` helps behind it"

UNDECLARED = "undeclared-field"  # only worth a word: the value passes for what it is
SHORT = "short-list"  # a warning: where the item is there, it is what its type says

Handler = Callable[[Any, Any, Facts], "Seen"]


@record(frozen=True, slots=True)
class Pending:
    """A finding unless the path that it ends is covered."""

    finding: Finding
    path: Expr


@record(frozen=True, slots=True)
class Seen:
    """A typed tree; `pending` is what is wrong unless the path that it ends is covered; `is_faulty`: it has a finding
    already, and counts as unknown."""

    tree: Expr
    pending: tuple[Pending, ...] = ()
    is_faulty: bool = False

    @property
    def type(self) -> Type:
        return ANY if self.is_faulty else self.tree.type


def _with_fact(found: Seen, fact: Fact | None) -> Seen:
    """What a fact speaks of is there, and its type is narrower."""
    if fact is None:
        return found
    tree = found.tree if found.is_faulty else replace(found.tree, type=narrow(found.tree.type, fact))
    return Seen(tree, (), found.is_faulty)


@dataclass(slots=True)
class Walk:
    """One inference. `where` is the JSON pointer of the text that is being read."""

    env: Environment
    handlers: Mapping[type, Handler]
    findings: list[Finding] = field(default_factory=list)
    where: str = ""
    reported: set[Expr] = field(default_factory=set)
    misplaced: set[Expr] = field(default_factory=set)

    # What a node is asked for

    # These three call the node's handler themselves: what is 200 levels deep must not take 1,000 frames.

    def see(self, tree: Expr, facts: Facts) -> Seen:
        """The node with what is pending at the end of its path."""
        found: Seen = self.handlers[type(tree)](self, tree, facts)
        return _with_fact(found, facts.of(tree))

    def strict(self, tree: Expr, facts: Facts) -> Seen:
        """The node where nothing covers what may be missing."""
        found: Seen = self.handlers[type(tree)](self, tree, facts)
        return self.told(_with_fact(found, facts.of(tree)))

    def both(self, tree: Expr, facts: Facts) -> tuple[Seen, Type]:
        """The same, and its type without what the facts say."""
        found: Seen = self.handlers[type(tree)](self, tree, facts)
        return self.told(_with_fact(found, facts.of(tree))), found.type

    def boolean(self, tree: Expr, facts: Facts) -> Seen:
        """The node where only true or false will do."""
        found: Seen = self.handlers[type(tree)](self, tree, facts)
        found = self.told(_with_fact(found, facts.of(tree)))
        if found.is_faulty or is_assignable(found.type, BOOLEAN):
            self.never_null(found, tree)
            self.only(found, tree, ("boolean",))
            return found
        message = f"a condition is true or false, not {describe(found.type)}"
        self.report("not-boolean", message, tree.span, _truth_help(found.type))
        return replace(found, is_faulty=True)

    def told(self, found: Seen) -> Seen:
        """What was pending, reported."""
        if not found.pending:
            return found
        for each in found.pending:
            self.findings.append(each.finding)
            self.reported.add(each.path)
        is_faulty = any(each.finding.rule not in (UNDECLARED, SHORT) for each in found.pending)
        return Seen(found.tree, (), found.is_faulty or is_faulty)

    def report(
        self,
        rule: str,
        message: str,
        span: Span,
        help: str | None = None,
        name: str | None = None,
        known: tuple[str, ...] = (),
    ) -> None:
        self.findings.append(Finding(rule, message, help, span, self.where, name, known))

    def object_to(self, objection: Objection, span: Span) -> None:
        self.report(objection.rule, objection.message, span, objection.help, objection.name, objection.known)

    def pend(self, found: Seen, path: Expr, rule: str, message: str, span: Span, help: str | None, **more: Any) -> Seen:
        """`found` with one more thing that is wrong unless covered; what may be missing is told once a path, and of a
        path only the first; a warning hides no error."""
        milder = (UNDECLARED,) if rule in (UNDECLARED, SHORT) else (UNDECLARED, SHORT)
        is_first = all(each.finding.rule in milder for each in found.pending)
        if found.is_faulty or not is_first or path in self.reported:
            return found
        pending = Pending(Finding(rule, message, help, span, self.where, **more), path)
        return replace(found, pending=(*found.pending, pending))

    def never_null(self, found: Seen, tree: Expr, what: str | None = None) -> None:
        """Tell of a value that may be null where null has no meaning, whatever stands after it. Of what is unknown
        there is nothing to say."""
        of = found.type
        if found.is_faulty or not of.is_nullable or of.kinds >= KINDS or len(of.kinds) == 1 or tree in self.misplaced:
            return
        self.misplaced.add(tree)
        self.report("may-be-missing", f"{what or named(tree)} may be null", tree.span, NULL_HELP)

    def only(self, found: Seen, tree: Expr, wanted: Iterable[Kind]) -> None:
        """Tell of a value that may be of a declared kind, null aside, which has no meaning here. Whether a number is
        whole depends on the data."""
        if found.is_faulty:
            return
        given, others = _given_and_others(found.type.kinds, frozenset(wanted))
        if not others or tree in self.misplaced or len(given) >= UNKNOWN_KINDS:
            return
        self.misplaced.add(tree)
        of = found.type.without("null")
        help = "ask first: " + " or ".join(f"`is {_ASKED[kind]}`" for kind in sorted(given - others))
        self.report("type-mismatch", f"{named(tree)} may be {describe(_of_kinds(of, others))}", tree.span, help)

    def alike(self, left: Seen, left_tree: Expr, right: Seen, right_tree: Expr, kinds: tuple[Kind, ...]) -> None:
        """Tell of two values that may be of different kinds where they must be of the same, one of these."""
        of_left, of_right = (_shared_kinds(each.type.kinds, kinds) for each in (left, right))
        self.only(left, left_tree, of_right or kinds)
        self.only(right, right_tree, of_left or kinds)
        if len(of_left) > 1 and len(of_right) > 1 and left_tree not in self.misplaced:
            message = f"{named(left_tree)} may be of another kind than {named(right_tree)}"
            self.report("type-mismatch", message, left_tree.span)

    def unless_null(self, tree: Expr, seen: Seen, of: Type, span: Span) -> Seen:
        if not of.is_nullable or of.is_any:
            return seen
        named = written(tree.of) if isinstance(tree, (Index, Slice, Filter)) else None
        message = f"`{named}` may be null" if named else "this may be null"
        return self.pend(seen, tree, "may-be-missing", message, span, NULL_HELP)

    def unless_short(
        self,
        tree: Expr,
        seen: Seen,
        of: Type,
        needed: int | None,
        subject: Expr,
        span: Span,
        help: str = SHORT_HELP,
    ) -> Seen:
        """`needed` items are read; None: it depends on data."""
        if needed is not None and of.min_items >= needed:
            return seen
        if of.values is not None and needed is not None and all(_length(value) >= needed for value in of.values):
            return seen
        if needed is not None and of.is_only("array") and of.max_items is not None and of.max_items < needed:
            message = f"{named(subject)} has at most {of.max_items} items"
            return self.pend(seen, tree, "list-too-short", message, span, None)
        if needed == 1:
            message = f"{named(subject)} may be empty"
        elif needed is None:
            message = f"{named(subject)} may have no such item"
        else:
            message = f"{named(subject)} may have fewer than {needed} items"
        return self.pend(seen, tree, SHORT, message, span, help)


UNKNOWN_KINDS = 4
"""Of so many kinds nothing is known: what is only not null, or not a text, is still anything."""

_ASKED: dict[Kind, str] = {
    "boolean": "boolean",
    "number": "number",
    "string": "string",
    "array": "sequence",
    "object": "mapping",
}


def _of_kinds(found: Type, kinds: frozenset[Kind]) -> Type:
    return replace(
        found, kinds=frozenset(kind for kind in found.kinds if kind in kinds or kind == "integer"), values=None
    )


# There are few sets of kinds, and they are asked for at every operator.


@cache
def _given_and_others(kinds: frozenset[Kind], wanted: frozenset[Kind]) -> tuple[frozenset[Kind], frozenset[Kind]]:
    """Of the kinds that a value may have, null aside, all, and those that have no meaning; integers are numbers."""
    given = _numbers(kinds - {"null"})
    return given, given - _numbers(wanted)


def _numbers(kinds: frozenset[Kind]) -> frozenset[Kind]:
    return frozenset("number" if kind == "integer" else kind for kind in kinds)


@cache
def _shared_kinds(found: frozenset[Kind], kinds: tuple[Kind, ...]) -> frozenset[Kind]:
    """Of these kinds those that a value may have; none of a value of which nothing is known."""
    if len(found - {"null"}) >= UNKNOWN_KINDS:
        return frozenset()
    return _numbers(found).intersection(kinds)


def named(tree: Expr) -> str:
    name = written(tree)
    return f"`{name}`" if name else "this"


def _length(value: Json) -> int:
    return len(value) if isinstance(value, (str, list, dict)) else 0


def _truth_help(found: Type) -> str | None:
    if found.is_only("string", "array", "object"):
        return "ask with `is not empty`"
    if found.is_only("number", "integer"):
        return "compare it: `!= 0`"
    return None
