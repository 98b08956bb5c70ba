"""What operators give, and what they certainly cannot work on, by the types of their operands."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce

from overture.expressions import lists
from overture.expressions.failures import Refused
from overture.expressions.numbers import ARITHMETIC, Number
from overture.expressions.records import record
from overture.expressions.schemas import describe, is_assignable, union
from overture.expressions.table.results import constant_of
from overture.expressions.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    KINDS,
    NOTHING,
    NUMBER,
    STRING,
    Json,
    Kind,
    Type,
    list_of,
)
from overture.expressions.values import equal, is_number


@record(frozen=True, slots=True)
class Objection:
    """Why an operation can never work; `rule` is the finding."""

    rule: str
    message: str
    help: str | None = None
    name: str | None = None  # a text that is none of `known`, where that is the mistake
    known: tuple[str, ...] = ()


def arithmetic(op: str, left: Type, right: Type) -> Type | Objection:
    """The type of `left op right`."""
    if not left.kinds or not right.kinds:
        return NUMBER
    possible = _possible(_ADDED if op == "+" else _NUMBERS, left.kinds, right.kinds)
    if not possible:
        takes = "two numbers, two texts or two lists" if op == "+" else "two numbers"
        help = "`~` joins texts" if op == "+" and "string" in left.kinds | right.kinds else None
        return Objection("type-mismatch", f"`{op}` takes {takes}, not {describe(left)} and {describe(right)}", help)
    if len(possible) > 1 and left.kinds >= KINDS and right.kinds >= KINDS:
        return ANY  # of what is unknown, the sum is unknown
    results = []
    if "number" in possible:
        found = _number(op, left, right)
        if isinstance(found, Objection) and len(possible) == 1:
            return found
        results.append(NUMBER if isinstance(found, Objection) else found)
    if "string" in possible:
        results.append(STRING)
    if "array" in possible:
        most = None
        if left.max_items is not None and right.max_items is not None:
            most = left.max_items + right.max_items
        items = union(left.item, right.item)
        results.append(list_of(items, min_items=left.min_items + right.min_items, max_items=most))
    return reduce(union, results, NOTHING)


_ADDED: tuple[Kind, ...] = ("number", "string", "array")
_NUMBERS: tuple[Kind, ...] = ("number",)


@cache
def _possible(shared: tuple[Kind, ...], left: frozenset[Kind], right: frozenset[Kind]) -> tuple[Kind, ...]:
    """The kinds, of those that an operator takes, that both operands may be of."""
    one, other = Type(left), Type(right)
    return tuple(kind for kind in shared if _may_be(one, kind) and _may_be(other, kind))


def _may_be(found: Type, kind: Kind) -> bool:
    return found.may_be(kind) or (kind == "number" and found.may_be("integer"))


def _number(op: str, left: Type, right: Type) -> Type | Objection:
    first, second = constant_of(left), constant_of(right)
    if op in ("/", "//", "%") and is_number(second) and second == 0:
        return Objection("division-by-zero", "this divides by zero")
    if is_number(first) and is_number(second):
        return computed(ARITHMETIC[op], first, second)
    are_integers = left.is_only("integer") and right.is_only("integer")
    if op == "**":
        are_integers = are_integers and second is not None and is_number(second) and second >= 0
    return INTEGER if are_integers and op != "/" else NUMBER


def computed(function: Callable[..., Number], *operands: Json) -> Type | Objection:
    """The type of a function of constants."""
    try:
        result = function(*operands)
    except Refused as problem:
        return Objection("constant-overflow", str(problem))
    return Type(kinds=INTEGER.kinds if isinstance(result, int) else NUMBER.kinds, values=(result,))


def compared(op: str, left: Type, right: Type) -> Type | Objection:
    """The type of `left op right` for a comparison."""
    if not left.kinds or not right.kinds:
        return BOOLEAN
    objection = _objection(op, left, right)
    if objection is not None:
        return objection
    first, second = left.values, right.values
    if first is not None and second is not None and len(first) == len(second) == 1:
        return Type(kinds=BOOLEAN.kinds, values=(_holds(op, first[0], second[0]),))
    return BOOLEAN


def _holds(op: str, left: Json, right: Json) -> bool:
    word = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}.get(op)
    if word is not None:
        return lists.WORDS[word](left, right)
    return lists.contains(right, left) is (op == "in")


def _objection(op: str, left: Type, right: Type) -> Objection | None:
    if op in ("==", "!="):
        return _never_equal(op, left, right)
    if op in ("in", "not in"):
        return _no_member(op, left, right)
    if any(_may_be(left, kind) and _may_be(right, kind) for kind in _ORDERED):
        return None
    return Objection(
        "type-mismatch", f"`{op}` takes two numbers or two texts, not {describe(left)} and {describe(right)}"
    )


_ORDERED: tuple[Kind, ...] = ("number", "string")
_NULL: frozenset[Kind] = frozenset(("null",))


def _never_equal(op: str, left: Type, right: Type) -> Objection | None:
    """A comparison with null is a precaution, not a mistake."""
    if _NULL in (left.kinds, right.kinds) or are_comparable(left, right):
        return None
    always = "false" if op == "==" else "true"
    message = f"this is always {always}: {describe(left)} is never {describe(right)}"
    name, known = _misspelt(left, right)
    return Objection("never-equal", message, None, name, known)


def _misspelt(left: Type, right: Type) -> tuple[str | None, tuple[str, ...]]:
    """The one text of a comparison, and those that the other side may be."""
    for one, other in ((left, right), (right, left)):
        text = constant_of(one)
        if isinstance(text, str) and other.values is not None and len(other.values) > 1:
            return text, tuple(value for value in other.values if isinstance(value, str))
    return None, ()


def are_comparable(left: Type, right: Type) -> bool:
    """Whether two values may be equal."""
    if left.is_any or right.is_any or not left.kinds or not right.kinds:
        return True
    if left.values is not None and right.values is not None:
        return any(equal(value, other) for value in left.values for other in right.values)
    return any(_may_be(right, kind) or (kind == "number" and right.may_be("integer")) for kind in left.kinds)


def _no_member(op: str, left: Type, right: Type) -> Objection | None:
    kinds = right.kinds & {"array", "object", "string"}
    if not kinds:
        return Objection("type-mismatch", f"`{op}` looks into a list, an object or a text, not {describe(right)}")
    if "array" not in kinds and not is_assignable(left, STRING):
        return Objection("type-mismatch", f"`{op}` looks for a text there, not {describe(left)}")
    if kinds == {"array"} and right.items is not None and right.items.kinds and not are_comparable(left, right.items):
        always = "false" if op == "in" else "true"
        return Objection("never-equal", f"this is always {always}: {describe(left)} is never {describe(right.items)}")
    return None
