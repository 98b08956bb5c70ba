"""Facts: what a condition that held (or did not) says of the paths in it (the guards of language.md 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from operator import ge, gt, le, lt
from typing import Final

from overture.expressions.records import record, replace
from overture.expressions.table import TESTS
from overture.expressions.tree import (
    Binary,
    Compare,
    Conditional,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Slice,
    Test,
    Text,
    Unary,
    has_call,
)
from overture.expressions.types import KINDS, Json, Kind, Type, kind_of
from overture.expressions.values import equal, identity, is_number

_NOT_NULL: frozenset[Kind] = KINDS - {"null"}


Bound = tuple[float, int]
"""A number that a value reaches at most, or at least: with 0 the number itself too; with 1 (of a low bound) or -1 (of
a high one) only beyond it. So the narrower of two low bounds is the greater tuple, of two high ones the lesser."""


@record(frozen=True, slots=True)
class Fact:
    """What is known of a value that is there: the kinds it may have (`number` includes integer), the only values it
    may have, those it has not, how many items it has at least, and between which numbers it lies."""

    kinds: frozenset[Kind] = KINDS
    values: tuple[Json, ...] | None = None
    excluded: tuple[Json, ...] = ()
    min_items: int = 0
    low: Bound | None = None
    high: Bound | None = None

    def also(self, other: Fact) -> Fact:
        if self == other:
            return self
        values = self.values if other.values is None else other.values
        if self.values is not None and other.values is not None:
            values = _shared(self.values, other.values)
        return Fact(
            self.kinds & other.kinds,
            values,
            (*self.excluded, *_lacking(other.excluded, self.excluded)),
            max(self.min_items, other.min_items),
            max((each for each in (self.low, other.low) if each), default=None),
            min((each for each in (self.high, other.high) if each), default=None),
        )

    def either(self, other: Fact) -> Fact:
        values = None if self.values is None or other.values is None else (*self.values, *other.values)
        return Fact(
            self.kinds | other.kinds,
            values,
            _shared(self.excluded, other.excluded),
            min(self.min_items, other.min_items),
            min(self.low, other.low) if self.low and other.low else None,
            max(self.high, other.high) if self.high and other.high else None,
        )


def _shared(left: tuple[Json, ...], right: tuple[Json, ...]) -> tuple[Json, ...]:
    known = {identity(value) for value in right}
    return tuple(value for value in left if identity(value) in known)


def _lacking(left: tuple[Json, ...], right: tuple[Json, ...]) -> tuple[Json, ...]:
    known = {identity(value) for value in right}
    return tuple(value for value in left if identity(value) not in known)


@record(frozen=True, slots=True)
class Facts:
    """Facts by path (any expression may be one). A path in `known` is there, and so is all that leads to it.

    `is_impossible`: no data lead here, as behind a condition that is written `false`."""

    known: Mapping[Expr, Fact] = field(default_factory=dict)
    is_impossible: bool = False

    def of(self, tree: Expr) -> Fact | None:
        return self.known.get(_plain(tree)) if self.known else None

    def has(self, tree: Expr, value: Json) -> bool:
        """Whether a path is known to have this one value."""
        fact = self.of(tree)
        if fact is not None and fact.values is not None:
            return all(equal(each, value) for each in fact.values)
        return self.known != {} and self._settled(tree) is value

    def _settled(self, tree: Expr) -> bool | None:
        """What `path == constant` or `path != constant` gives by the values that the path may have."""
        match tree:
            case Compare(first=path, rest=((("==" | "!=") as op, Literal(value=value)),)):
                fact = self.of(path)
                is_out = fact is not None and (
                    any(equal(each, value) for each in fact.excluded)
                    or (fact.values is not None and not any(equal(each, value) for each in fact.values))
                )
                return op == "!=" if is_out else None
        return None

    def also(self, other: Facts) -> Facts:
        """What is known when both hold."""
        if not other.known and not other.is_impossible:
            return self
        if not self.known and not self.is_impossible:
            return other
        both = dict(self.known)
        for path, fact in other.known.items():
            known = both.setdefault(path, fact)
            if known is not fact:
                both[path] = known.also(fact)
        return Facts(both, self.is_impossible or other.is_impossible)

    def either(self, other: Facts) -> Facts:
        """What is known when one or the other holds."""
        if self.is_impossible or other.is_impossible:
            return other if self.is_impossible else self
        return Facts({path: fact.either(other.known[path]) for path, fact in self.known.items() if path in other.known})


NO_FACTS: Final = Facts()


def narrow(found: Type, fact: Fact) -> Type:
    """A type with a fact. One that the fact contradicts stays as it is: what cannot be is not our finding here."""
    kinds = frozenset(_narrow_kind(kind, fact) for kind in found.kinds if _narrow_kind(kind, fact)) - {None}
    values = found.values
    if fact.values is not None:
        values = fact.values if values is None else _shared(values, fact.values)
    if values is not None:
        excluded = {identity(value) for value in fact.excluded}
        values = tuple(value for value in values if identity(value) not in excluded)
    if not kinds or (values is not None and not values):
        return found
    if values is not None:
        kinds = frozenset(kind_of(value) for value in values)
        kinds = kinds - {"integer"} if "number" in kinds else kinds
    narrowed = {kind for kind in kinds if kind is not None}
    return replace(found, kinds=frozenset(narrowed), values=values, min_items=max(found.min_items, fact.min_items))


def _narrow_kind(kind: Kind, fact: Fact) -> Kind | None:
    if kind in fact.kinds or (kind == "integer" and "number" in fact.kinds):
        return kind
    return "integer" if kind == "number" and "integer" in fact.kinds else None


def facts_from(condition: Expr, truth: bool) -> Facts:
    """What is known once a condition was read and gave `truth`: of the paths in it, and of itself."""
    found = _facts_from(condition, truth)
    if isinstance(condition, (Compare, Test, Binary)) and not has_call(condition):
        known = {**found.known, condition: Fact(frozenset(("boolean",)), (truth,))}
        return Facts(known, found.is_impossible)
    return found


def _facts_from(condition: Expr, truth: bool) -> Facts:
    match condition:
        case Text():
            return facts_from(condition.body, truth)
        case Unary(op="not"):
            return facts_from(condition.operand, not truth)
        case Binary(op="and" | "or"):
            first = facts_from(condition.left, truth)
            if truth is (condition.op == "and"):
                return first.also(facts_from(condition.right, truth))
            before = facts_from(condition.left, not truth)
            return first.either(before.also(facts_from(condition.right, truth)))
        case Conditional():
            taken = facts_from(condition.condition, True).also(facts_from(condition.then, truth))
            left = facts_from(condition.condition, False).also(facts_from(condition.otherwise, truth))
            return taken.either(left)
        case Test():
            return _from_test(condition, truth is not condition.negated)
        case Compare():
            return _from_comparison(condition, truth)
        case Literal():
            return NO_FACTS if condition.value is truth else Facts(is_impossible=True)
        case Ref() | Key() | Index() | Filter():
            fact = Fact(frozenset(("boolean",)), (truth,))
            found = _known(condition, fact)
            covered = _covered(condition)
            return found.also(_known(covered[0], fact)) if covered and covered[1] is (not truth) else found
        case _:
            return NO_FACTS


def _plain(tree: Expr) -> Expr:
    while isinstance(tree, Text):
        tree = tree.body
    return tree


def _known(tree: Expr, fact: Fact) -> Facts:
    """A fact about a path, and that all that leads to it is there."""
    tree = _plain(tree)
    if not isinstance(tree, (Ref, Key, Index, Slice, Filter)):
        return NO_FACTS
    found: dict[Expr, Fact] = {tree: fact}
    for prefix, of_prefix in _leading(tree):
        found[prefix] = of_prefix
    return Facts(found)


def _leading(tree: Expr) -> Iterator[tuple[Expr, Fact]]:
    match tree:
        case Key():
            yield tree.of, Fact(frozenset(("object",)))
            yield from _leading(tree.of)
        case Index(index=Literal(value=int(number))):
            length = number + 1 if number >= 0 else -number
            yield tree.of, Fact(frozenset(("array", "string")), min_items=length)
            yield from _leading(tree.of)
        case Index() | Slice():
            yield tree.of, Fact(_NOT_NULL)
            yield from _leading(tree.of)
        case Filter(name="first" | "last"):
            yield tree.of, Fact(frozenset(("array", "string")), min_items=1)
            yield from _leading(tree.of)
        case Text():
            yield from _leading(tree.body)


def _covered(tree: Expr) -> tuple[Expr, Json] | None:
    """What a `default` covers, and the constant that stands in for it."""
    if not isinstance(tree, Filter) or tree.name != "default":
        return None
    instead = tree.argument("default_value")
    return (tree.of, instead.value) if isinstance(instead, Literal) else None


def _filled(tree: Expr, min_items: int) -> Facts:
    """That a value has so many items; where nothing would have stood in for it, that it is there."""
    fact = Fact(frozenset(("string", "array", "object")), min_items=min_items)
    found, tree = _known(tree, fact), _plain(tree)
    if min_items and isinstance(tree, Filter) and tree.name == "default":
        instead = tree.argument("default_value")
        if instead in (None, Literal(""), ListOf(()), ObjectOf(())):
            return found.also(_known(tree.of, fact))
    return found


def _from_test(test: Test, holds: bool) -> Facts:
    if test.name == "defined":
        return _known(test.of, Fact()) if holds else NO_FACTS
    if test.name == "empty":
        return _filled(test.of, 0 if holds else 1)
    row = TESTS.get(test.name)
    if row is None or row.kinds is None:
        return NO_FACTS
    return _known(test.of, Fact(row.kinds if holds else KINDS - row.kinds))


def _from_comparison(tree: Compare, truth: bool) -> Facts:
    """A chain that holds is all its links; of one that does not, only a chain of one link tells which failed."""
    if not truth and len(tree.rest) > 1:
        return NO_FACTS
    found, left = NO_FACTS, tree.first
    for op, right in tree.rest:
        found = found.also(_from_link(left, op if truth else _OPPOSITE[op], right))
        left = right
    return found


_OPPOSITE = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
}
_ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}
TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _from_link(left: Expr, op: str, right: Expr) -> Facts:
    left, right = _plain(left), _plain(right)
    if op in ("in", "not in"):
        return _from_membership(left, op == "in", right)
    if isinstance(right, Literal):
        return _from_constant(left, op, right.value)
    if isinstance(left, Literal):
        return _from_constant(right, TURNED[op], left.value)
    if isinstance(right, ListOf) and not right.items and op == "!=":
        return _known(left, Fact(min_items=1))
    return _known(left, Fact()).also(_known(right, Fact()))


def _from_membership(left: Expr, is_in: bool, right: Expr) -> Facts:
    if isinstance(right, ListOf) and all(isinstance(item, Literal) for item in right.items):
        values = tuple(item.value for item in right.items if isinstance(item, Literal))
        found = _known(left, Fact(values=values) if is_in else Fact(excluded=values))
        covered = _covered(left)
        if is_in and covered and not any(equal(covered[1], value) for value in values):
            found = found.also(_known(covered[0], Fact(values=values)))
        return found
    found = _known(left, Fact()).also(_known(right, Fact(_NOT_NULL, min_items=1 if is_in else 0)))
    if is_in and isinstance(left, Literal) and isinstance(left.value, str) and right in found.known:
        found = Facts({**found.known, Key(right, left.value): Fact()})  # if it has keys; what has none is a mistake
    return found


def _from_constant(tree: Expr, op: str, value: Json) -> Facts:
    """`tree op value`, which holds."""
    found = _known(tree, _fact(op, value))
    if isinstance(tree, Filter) and tree.name == "length" and is_number(value):
        least = {">": value + 1, ">=": value, "==": value, "!=": 1 if value == 0 else 0}.get(op, 0)
        return found.also(_filled(tree.of, max(int(least), 0)))
    if covered := _covered(tree):  # what is not what would stand in for it, is there
        of, instead = covered
        if op == "!=" and equal(instead, value):
            return found.also(_known(of, Fact(_NOT_NULL, excluded=(value,))))
        if op == "==" and not equal(instead, value):
            return found.also(_known(of, _fact(op, value)))
        if op in _ORDERS and is_number(instead) and is_number(value) and not _ORDERS[op](instead, value):
            return found.also(_known(of, _fact(op, value)))
    return found


def _fact(op: str, value: Json) -> Fact:
    if op == "==":
        kind = kind_of(value)
        return Fact(frozenset((kind, "number")) if kind == "integer" else frozenset((kind,)), (value,))
    if op == "!=":
        return Fact(_NOT_NULL) if value is None else Fact(excluded=(value,))
    if not is_number(value):
        return Fact(frozenset(("string",)))
    low = {">": (value, 1), ">=": (value, 0)}.get(op)
    high = {"<": (value, -1), "<=": (value, 0)}.get(op)
    return Fact(frozenset(("number",)), low=low, high=high)


def decided(fact: Fact | None, op: str, value: Json) -> bool | None:
    """What `x op value` gives, if the bounds that are known of `x` settle it."""
    if fact is None or not is_number(value):
        return None
    is_over = fact.low is not None and fact.low > (value, 0)
    is_under = fact.high is not None and fact.high < (value, 0)
    if op in ("==", "!="):
        return op == "!=" if is_over or is_under else None
    if op in ("<", ">="):
        is_less, is_not_less = is_under, fact.low is not None and fact.low >= (value, 0)
    else:
        is_less, is_not_less = fact.high is not None and fact.high <= (value, 0), is_over
    if not is_less and not is_not_less:
        return None
    return is_less if op in ("<", "<=") else is_not_less
