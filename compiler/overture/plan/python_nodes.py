"""From the nodes of an expression's tree to Python; what filters, tests and functions become is python_filters.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from overture.expressions.records import record
from overture.expressions.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    Node,
    ObjectOf,
    Ref,
    Slice,
    Template,
    Test,
    Text,
    Unary,
)
from overture.plan.python_exactness import are_ordered, bare, bound, is_confusable, is_membership_plain, is_null
from overture.plan.python_literals import python_format, python_literal, python_text
from overture.plan.python_values import as_text, settled

# How tightly an operator of Python binds; what binds less tightly than its place needs brackets.
LAMBDA, TERNARY, OR, AND, NOT, COMPARE, ADD, MULTIPLY, UNARY, POWER, ATOM = range(11)


class NoPython(Exception):
    """A filter, test or function that has no row in the table."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"`{name}` has no translation to Python")


class Naming(Protocol):
    """Where the names of ours stand in the program that is written. Each gives source that binds like a call or a name
    (put brackets round anything else)."""

    def read(self, ref: Ref) -> str:
        """Its value; running it raises where there is none."""

    def peek(self, ref: Ref) -> str:
        """Its value, or None where there is none: what stands before `default`."""

    def presence(self, ref: Ref) -> str | None:
        """A condition: whether there is a value (also null). None: there always is."""


class Names:
    """A naming in which everything that can be read is there."""

    def read(self, ref: Ref) -> str:
        raise NotImplementedError

    def peek(self, ref: Ref) -> str:
        return self.read(ref)

    def presence(self, ref: Ref) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    binding: int = ATOM

    @property
    def is_atom(self) -> bool:
        return self.binding == ATOM


@record(frozen=True, slots=True)
class Source(Node):
    """Python as it stands in place of a tree: the variable of a comprehension."""

    text: str


Row = Callable[["Writer", "Filter | Test | Call"], Code]


class Writer:
    """Writes one tree and collects the helpers and imports that the source needs."""

    def __init__(self, naming: Naming, table: Mapping[str, Row]) -> None:
        self.naming = naming
        self.table = table
        self.helpers: set[str] = set()
        self.imports: set[str] = set()

    def text(self, tree: Expr | Source, binding: int = LAMBDA) -> str:
        """The source of a tree, in brackets if it binds less tightly than its place needs."""
        return bracketed(self.code(tree), binding)

    def call(self, helper: str, *arguments: Expr | Source | str) -> Code:
        """A call of a helper; a string is source as it stands."""
        self.helpers.add(helper)
        sources = [each if isinstance(each, str) else self.text(each, TERNARY) for each in arguments]
        return Code(f"{helper}({', '.join(sources)})")

    def condition(self, tree: Expr | Source) -> Code:
        """The source of a tree that has to be a boolean."""
        return self.code(tree) if tree.type.is_only("boolean") else self.call("truth", tree)

    def rendered(self, tree: Expr | Source) -> str:
        """The source of a text: the value as a template renders it."""
        return self.text(tree) if tree.type.is_only("string") else self.call("as_text", tree).text

    def code(self, tree: Expr | Source) -> Code:
        match tree:
            case Literal(value=value):
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                return Code(python_literal(value), UNARY if is_number else ATOM)
            case Ref():
                return Code(self.naming.read(tree))
            case Text(body=body):
                return self.code(body)
            case Key(of=of, key=key):
                return Code(f"{self.text(of, ATOM)}[{python_text(key)}]")
            case Index(of=of, index=index):
                return self._index(of, index)
            case Slice(of=of, start=start, stop=stop):
                return self._slice(of, start, stop)
            case Unary(op="not", operand=operand):
                flipped = opposite(operand)
                return self.negated(self.condition(operand), True) if flipped is None else self.code(flipped)
            case Unary(op=op, operand=operand):
                return self._sign(op, operand)
            case Binary(op="and" | "or" as op, left=left, right=right):
                binding = AND if op == "and" else OR
                sides = bracketed(self.condition(left), binding), bracketed(self.condition(right), binding + 1)
                return Code(f" {op} ".join(sides), binding)
            case Binary(op="~", left=left, right=right):
                return self.format((left, right))
            case Binary():
                return self._arithmetic(tree)
            case Compare(first=first, rest=rest):
                return self._chain(first, rest)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                asked = bracketed(self.condition(condition), OR)
                return Code(f"{self.text(then, OR)} if {asked} else {self.text(otherwise, TERNARY)}", TERNARY)
            case Source(text=text):
                return Code(text)
            case Filter() | Test() | Call():
                name = row_name(tree)
                if name not in self.table:
                    raise NoPython(name)
                return self.table[name](self, tree)
            case ListOf(items=items):
                return Code("[" + ", ".join(self.text(item, TERNARY) for item in items) + "]")
            case ObjectOf(entries=entries):
                return Code("{" + ", ".join(f"{self._key(k)}: {self.text(v, TERNARY)}" for k, v in entries) + "}")
            case Template(parts=parts):
                return self.format(parts)

    def _key(self, key: Expr) -> str:
        is_text = key.type.is_only("string") or (isinstance(key, Literal) and isinstance(key.value, str))
        return self.text(key, TERNARY) if is_text else self.call("a_text", key).text

    def _index(self, of: Expr, index: Expr) -> Code:
        return Code(f"{self.text(of, ATOM)}[{self.step(index)}]")

    def step(self, index: Expr) -> str:
        """The source of an index: True is one in Python, every other mistake raises there as well."""
        return self.call("an_index", index).text if index.type.may_be("boolean") else self.text(index, TERNARY)

    def _slice(self, of: Expr, start: Expr | None, stop: Expr | None) -> Code:
        lower, upper = ("" if each is None else self.end_of_slice(each) for each in (start, stop))
        return Code(f"{self.text(of, ATOM)}[{lower}:{upper}]")

    def end_of_slice(self, bound: Expr) -> str:
        return self.text(bound, UNARY) if bound.type.is_only("number") else self.call("an_integer", bound).text

    def _sign(self, op: str, operand: Expr) -> Code:
        if not operand.type.is_only("number"):
            return self.call("checked", f"{op}{self.call('a_number', operand).text}")
        code = Code(f"{op}{self.text(operand, UNARY)}", UNARY)
        return code if bound(operand) is not None else self.call("checked", code.text)

    def _arithmetic(self, tree: Binary) -> Code:
        left, op, right = tree.left, tree.op, tree.right
        binding = ADD if op in "+-" else MULTIPLY
        if op == "**":
            return self.call("power", left, right)
        plain = Code(f"{self.text(left, binding)} {op} {self.text(right, binding + 1)}", binding)
        if op == "+" and any(left.type.is_only(kind) and right.type.is_only(kind) for kind in ("string", "array")):
            return plain
        if bound(tree) is not None:
            return plain
        if left.type.is_only("number") and right.type.is_only("number"):
            return self.call("checked", plain.text)
        names = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "modulo"}
        return self.call(names[op], left, right)

    def _chain(self, first: Expr, rest: tuple[tuple[str, Expr], ...]) -> Code:
        links, left = [], first
        for op, right in rest:
            links.append(self._compare(left, op, right))
            left = right
        if len(links) == 1:
            return links[0]
        return Code(" and ".join(bracketed(link, NOT) for link in links), AND)

    def _compare(self, left: Expr, op: str, right: Expr) -> Code:
        if op in ("==", "!="):
            return self.equality(left, right, op == "!=")
        if op in ("in", "not in"):
            if is_membership_plain(left.type, right.type):
                return Code(f"{self.text(left, ADD)} {op} {self.text(right, ADD)}", COMPARE)
            found = self.call("contains", right, left)
            return found if op == "in" else Code(f"not {found.text}", NOT)
        if are_ordered(left.type, right.type):
            return Code(f"{self.text(left, ADD)} {op} {self.text(right, ADD)}", COMPARE)
        found = self.call("less", *((left, right) if op in ("<", ">=") else (right, left)))
        return found if op in ("<", ">") else Code(f"not {found.text}", NOT)

    def equality(self, left: Expr, right: Expr, is_negated: bool = False) -> Code:
        if is_null(left):
            left, right = right, left
        if is_null(right):
            return Code(f"{self.text(left, ADD)} is {'not ' * is_negated}None", COMPARE)
        value = bare(right)
        if isinstance(value, Literal) and isinstance(value.value, bool):
            return Code(f"{self.text(left, ADD)} is {'not ' * is_negated}{value.value}", COMPARE)
        if is_confusable(left.type, right.type):
            found = self.call("same", left, right)
            return Code(f"not {found.text}", NOT) if is_negated else found
        return Code(f"{self.text(left, ADD)} {'!=' if is_negated else '=='} {self.text(right, ADD)}", COMPARE)

    def format(self, parts: tuple[Expr, ...]) -> Code:
        """Texts and values rendered one after the other."""
        pieces: list[str | tuple[str]] = []
        for part in _flat(parts):
            if isinstance(part, Literal):
                pieces.append(as_text(settled(part.value)))
            elif part.type.is_only("string", "integer"):
                pieces.append((self.text(part, TERNARY),))
            else:
                pieces.append((self.call("as_text", part).text,))
        if all(isinstance(piece, str) for piece in pieces):
            return Code(python_text("".join(str(piece) for piece in pieces)))
        if len(pieces) == 1 and not _flat(parts)[0].type.is_only("integer"):
            return self.code(part) if part.type.is_only("string") else self.call("as_text", part)
        source = python_format(pieces)
        if source is not None:
            return Code(source)
        texts = [python_text(each) if isinstance(each, str) else self._joined(each[0]) for each in pieces]
        return Code(f'"".join([{", ".join(texts)}])')

    def _joined(self, source: str) -> str:
        return source if source.startswith("as_text(") else f"str({source})"

    def negated(self, code: Code, is_negated: bool) -> Code:
        return Code(f"not {bracketed(code, NOT)}", NOT) if is_negated else code

    def is_harmless(self, tree: Expr) -> bool:
        """Whether the source of a tree can neither fail nor cost anything: it need not be put off."""
        tree = bare(tree)
        match tree:
            case Literal():
                return True
            case Ref():
                return self.naming.presence(tree) is None
            case ListOf(items=items):
                return all(map(self.is_harmless, items))
            case ObjectOf(entries=entries):
                return all(isinstance(key, Literal) and self.is_harmless(value) for key, value in entries)
        return False

    def item_name(self, *sources: str) -> str:
        """A name for the variable of a comprehension that none of these sources reads."""
        words = set(re.findall(r"[A-Za-z_]\w*", " ".join(sources)))
        names = ("each", "one", "item", *(f"each_{number}" for number in range(2, 100)))
        return next(name for name in names if name not in words)


def bracketed(code: Code, binding: int) -> str:
    return code.text if code.binding >= binding else f"({code.text})"


def row_name(tree: Filter | Test | Call) -> str:
    """The name of a row in the table."""
    return f"is {tree.name}" if isinstance(tree, Test) else f"{tree.name}()" if isinstance(tree, Call) else tree.name


_OPPOSITES = {"==": "!=", "in": "not in", "<": ">=", "<=": ">"}
_OPPOSITES |= {after: before for before, after in _OPPOSITES.items()}


def opposite(tree: Expr | Source) -> Expr | None:
    """The comparison or test that is true where this one is false, None for any other tree."""
    match tree:
        case Text(body=body):
            return opposite(body)
        case Compare(rest=((op, right),)):
            return replace(tree, rest=((_OPPOSITES[op], right),))  # type: ignore[arg-type]
        case Test(negated=negated):
            return replace(tree, negated=not negated)
    return None


def _flat(parts: tuple[Expr, ...]) -> list[Expr]:
    """The parts with those that are themselves concatenations laid open."""
    flat: list[Expr] = []
    for part in map(bare, parts):
        if isinstance(part, Template):
            flat += _flat(part.parts)
        elif isinstance(part, Binary) and part.op == "~":
            flat += _flat((part.left, part.right))
        else:
            flat.append(part)
    return flat
