"""From expression trees to Pebble, where the types on the tree show that it means the same.

What is exact was found by running (the tables of the engine's expressions); everything else raises `Inexact` and is
computed by a step in Python instead. Three forms: a value (a Pebble expression), a text (what stands in a template),
and JSON text with holes (what stands in a step's input file).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

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
    Template,
    Test,
    Text,
    Unary,
)
from overture.expressions.types import Json, Type
from overture_kestra import carriers
from overture_kestra.carriers import Carrier, Members
from overture_kestra.constants import (
    COMPACT,
    SPACED,
    constant_text,
    constant_value,
    json_text,
    pebble_string,
    template_text,
    unbracketed,
)
from overture_kestra.inexact import Inexact, bare
from overture_kestra.jq import step_of

# beyond it two whole numbers that differ may compare as equal: Pebble compares doubles
_EXACT = 2**53
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# words that Pebble does not take after a dot, or takes for operators
_WORDS = frozenset(
    ("and", "or", "not", "is", "contains", "equals", "true", "false", "null", "none", "if", "else", "in")
)


__all__ = [
    "COMPACT",
    "FILTERS",
    "SPACED",
    "Find",
    "Pebble",
    "constant_value",
    "json_text",
    "pebble_string",
    "template_text",
    "unbracketed",
]

Find = Callable[[Ref], Carrier]
"""Where a name's value stands."""


class Pebble:
    """Writes trees whose names stand where `find` says."""

    def __init__(self, find: Find) -> None:
        self._find = find

    # ---- values

    def value(self, tree: Expr) -> str:
        """An expression, in brackets where it is no name or literal. Raises Inexact."""
        match tree:
            case Text(body=body):
                return self.value(body)
            case Literal(value=value):
                return self._literal(value)
            case Ref() | Key() | Index():
                return self._path(tree)
            case Filter():
                return self._filter(tree)
            case Test():
                return self._test(tree)
            case Compare(first=first, rest=((op, right),)):
                return self._compare(first, op, right)
            case Unary(op="not", operand=operand):
                return f"(not {self.condition(operand)})"
            case Binary(op="and" | "or" as op, left=left, right=right):
                return f"({self.condition(left)} {op} {self.condition(right)})"
            case Binary(op="~"):
                return self._joined(_operands(tree))
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return f"({self.condition(condition)} ? {self.value(then)} : {self.value(otherwise)})"
            case Template(parts=parts):
                return self._joined(parts)
        raise Inexact("an expression that Pebble computes otherwise")

    def condition(self, tree: Expr) -> str:
        """An expression that is certainly a boolean."""
        if not tree.type.is_only("boolean"):
            raise Inexact("a condition that may be no boolean")
        return self.value(tree)

    def _literal(self, value: Json) -> str:
        if isinstance(value, str):
            return pebble_string(value)
        if isinstance(value, bool) or value is None:
            return json.dumps(value)
        if isinstance(value, int) and abs(value) < 2**63:
            return str(value) if value >= 0 else f"({value})"
        raise Inexact("a number that Pebble writes otherwise")

    def _carrier(self, tree: Expr) -> Carrier | None:
        """Where a whole tree stands: a name, or a member of an object whose members stand in different places."""
        tree = bare(tree)
        if isinstance(tree, Ref):
            return self._find(tree)
        if isinstance(tree, Key):
            of = self._carrier(tree.of)
            if isinstance(of, Members):
                if tree.key not in of.members:
                    raise Inexact("a member that is not there")
                return of.members[tree.key]
        return None

    def _path(self, tree: Expr) -> str:
        tree = bare(tree)
        carrier = self._carrier(tree)
        if isinstance(carrier, Members):
            raise Inexact("an object whose members stand apart")
        if carrier is not None:
            return carriers.value_of(carrier)
        match tree:
            case Key(of=of, key=key):
                if not _base(of).is_only("object", "null"):
                    raise Inexact("a key of what may be no object")  # Pebble would call a method of a Java object
                return self._path(of) + _member(key)
            case Index(of=of, index=index):
                number = bare(index)
                if not (isinstance(number, Literal) and type(number.value) is int and number.value >= 0):
                    raise Inexact("an index that is computed or counts from the end")
                if not _base(of).is_only("array"):
                    raise Inexact("an index of what may be no list")
                return f"{self._path(of)}[{number.value}]"
            case Filter(name="first", of=of):
                if not _base(of).is_only("array"):
                    raise Inexact("the first of what may be no list")
                return f"{self._path(of)}[0]"
        raise Inexact("a part of a computed value")

    def _is_certain(self, tree: Expr) -> bool:
        """Whether a path certainly leads to an object."""
        tree = bare(tree)
        if not tree.type.is_only("object"):
            return False
        if isinstance(tree, Key):
            return tree.key in _base(tree.of).required and self._is_certain(tree.of)
        return isinstance(tree, Ref) and tree.root == "inputs"

    def _filter(self, tree: Filter) -> str:
        row = FILTERS.get(tree.name)
        try:
            if row is None:
                raise Inexact(f"the filter `{tree.name}`")
            return row(self, tree)
        except Inexact:
            if tree.name == "default" or not tree.type.is_only("string", "integer", "boolean"):
                raise
            return f"({self.by_jq(tree)})"

    def default(self, tree: Filter) -> str:
        """`??` takes what is missing at any depth, and null, as ours does."""
        other = tree.argument("value") or next((value for _, value in tree.arguments), None)
        return f"({self._path(tree.of)} ?? {self.value(other) if other is not None else 'null'})"

    def length(self, tree: Filter) -> str:
        if not tree.of.type.is_only("array", "object"):
            raise Inexact("the length of a text")  # Pebble counts UTF-16 units
        return f"({self.value(tree.of)} | length)"

    def first(self, tree: Filter) -> str:
        return self._path(tree)

    def join(self, tree: Filter) -> str:
        if not (tree.of.type.is_only("array") and tree.of.type.item.is_only("string") and len(tree.arguments) <= 1):
            raise Inexact("joining what is not only texts")
        by = self.value(tree.arguments[0][1]) if tree.arguments else "''"
        return f"({self.value(tree.of)} | join({by}))"

    def same_name(self, tree: Filter) -> str:
        if not tree.of.type.is_only("string") or tree.arguments:
            raise Inexact(f"`{tree.name}` of what may be no text")
        return f"({self.value(tree.of)} | {_SAME_NAME[tree.name]})"

    def urlencode(self, tree: Filter) -> str:
        if not tree.of.type.is_only("string"):
            raise Inexact("`urlencode` of what may be no text")
        # Kestra's is a form's: a plus for a space, and an asterisk left as it is
        return f"({self.value(tree.of)} | urlencode | replace({{'+': '%20', '*': '%2A', '%7E': '~'}}))"

    def tojson(self, tree: Filter) -> str:
        return f"({self._shown(tree.of)})"

    def _shown(self, tree: Expr) -> str:
        """The JSON text of a tree as `tojson` shows it: Kestra and jq write some doubles otherwise."""
        carrier = self._carrier(tree)
        is_as_written = isinstance(carrier, carriers.Text) and not carrier.steps
        if not is_as_written and carriers.may_hold_double(tree.type):
            raise Inexact("JSON text with numbers that Kestra writes otherwise")
        return self.json_expression(tree)

    def string(self, tree: Filter) -> str:
        return f"({self._rendered(tree.of)} ~ '')"

    def _test(self, tree: Test) -> str:
        of = bare(tree.of)
        if tree.name == "none":
            found = f"({self.value(of)} is null)"
        elif tree.name == "empty" and of.type.is_only("string", "array", "object"):
            found = f"(({self.value(of)} | length) == 0)"
        elif tree.name == "defined" and isinstance(of, Key) and _base(of.of).is_only("object", "null"):
            # Pebble's own `is defined` is false for null
            holder = self._path(of.of) if self._is_certain(of.of) else f"({self._path(of.of)} ?? fromJson('{{}}'))"
            found = f"({holder} contains {pebble_string(of.key)})"
        else:
            raise Inexact(f"the test `{tree.name}`")
        return f"(not {found})" if tree.negated else found

    def _compare(self, left: Expr, op: str, right: Expr) -> str:
        left, right = bare(left), bare(right)
        if op in ("==", "!="):
            return self._equality(left, op, right)
        if op in ("in", "not in"):
            found = f"({self._holder(right, left)} contains {self.value(left)})"
            return found if op == "in" else f"(not {found})"
        if left.type.is_only("number") and right.type.is_only("number") and (_is_small(left) or _is_small(right)):
            return f"({self.value(left)} {op} {self.value(right)})"
        if _is_integer(left) and _is_integer(right):
            return self._order(self.value(left), op, self.value(right))
        raise Inexact("an order that Pebble sees otherwise")

    def _order(self, left: str, op: str, right: str) -> str:
        """The order of whole numbers of 64 bits: where the doubles that Pebble compares are equal, by a difference."""
        if op in (">", "<="):
            left, right = right, left
        less = f"(({left} < {right}) or (({left} == {right}) and ((({left} * 1) - {right}) < 0)))"
        return less if op in ("<", ">") else f"(not {less})"

    def _equality(self, left: Expr, op: str, right: Expr) -> str:
        for one, other in ((left, right), (right, left)):
            if isinstance(other, Literal) and other.value is None:
                found = f"({self.value(one)} is null)"
                return found if op == "==" else f"(not {found})"
        sides = f"({self.value(left)} {op} {self.value(right)})"
        for kinds in (("string", "null"), ("boolean", "null")):
            if left.type.is_only(*kinds) and right.type.is_only(*kinds):
                return sides
        if left.type.is_only("number") and right.type.is_only("number") and (_is_small(left) or _is_small(right)):
            return sides
        if left.type.is_only("integer") and right.type.is_only("integer"):
            return f"(({self.value(left)} ~ '') {op} ({self.value(right)} ~ ''))"
        raise Inexact("an equality that Pebble sees otherwise")

    def _holder(self, right: Expr, left: Expr) -> str:
        if not left.type.is_only("string"):
            raise Inexact("`in` of what may be no text")
        if isinstance(right, ListOf) and all(isinstance(bare(each), Literal) for each in right.items):
            if all(each.type.is_only("string") for each in right.items):
                return "[" + ", ".join(self.value(each) for each in right.items) + "]"
        elif right.type.is_only("string", "object") or (
            right.type.is_only("array") and right.type.item.is_only("string")
        ):
            return self.value(right)
        raise Inexact("`in` of what Pebble sees otherwise")

    def _rendered(self, tree: Expr) -> str:
        """A value that Pebble renders in a text as we do."""
        tree = bare(tree)
        if not tree.type.is_only("string", "integer", "boolean", "null") or "number" in tree.type.kinds:
            raise Inexact("a value that Kestra writes otherwise")
        return self.value(tree)

    def _joined(self, parts: tuple[Expr, ...]) -> str:
        sides: list[str] = []
        constant = ""
        for part in parts:
            is_constant, value = constant_value(part)
            if is_constant and isinstance(value, str):
                constant += value
                continue
            sides += [pebble_string(constant)] if constant else []
            sides.append(self._rendered(part))
            constant = ""
        if constant or len(sides) < 2:
            is_text = all(map(_is_text, parts)) and not constant
            if not sides or not is_text:
                sides.append(pebble_string(constant))
        return f"({' ~ '.join(sides)})" if len(sides) > 1 else sides[0]

    # ---- texts

    def text(self, tree: Expr) -> str:
        """The tree as a template. Raises Inexact."""
        tree = bare(tree)
        if isinstance(tree, Literal):
            return template_text(tree.value if isinstance(tree.value, str) else _render(tree.value))
        if isinstance(tree, Template):
            return self._beside(tree.parts)
        if isinstance(tree, Filter) and tree.name == "tojson":
            return "{{ " + self._shown(tree.of) + " }}"
        return "{{ " + unbracketed(self._rendered(tree)) + " }}"

    def _beside(self, parts: tuple[Expr, ...]) -> str:
        """Parts of a text one after the other: no two of them may open a tag together."""
        written, constant = "", ""
        for part in parts:
            is_constant, value = constant_value(part)
            if is_constant and not isinstance(value, list | dict):
                constant += value if isinstance(value, str) else _render(value)
                continue
            hole = self.text(part)
            braces = constant[len(constant.rstrip("{")) :]
            if braces and hole.startswith("{"):
                constant, hole = constant.rstrip("{"), f"{{{{ '{braces}' }}}}" + hole
            written += template_text(constant) + hole
            constant = ""
        return written + template_text(constant)

    # ---- JSON text

    def kept(self, tree: Expr) -> str:
        """The tree as JSON text that is kept and may be shown: compact, no escapes, no double that differs."""
        carrier = self._carrier(tree)
        if isinstance(carrier, carriers.Text) and not carrier.steps:
            return "{{ " + self.json_expression(tree) + " }}"
        if carriers.may_hold_double(tree.type) and not constant_value(tree)[0]:
            raise Inexact("a number that Kestra writes otherwise")
        return self.json(tree, COMPACT)

    def json(self, tree: Expr, separators: tuple[str, str] = SPACED) -> str:
        """The tree as JSON text with holes. Raises Inexact."""
        tree = bare(tree)
        is_constant, value = constant_value(tree)
        if is_constant:
            return self._constant(value, separators)
        comma, colon = separators
        match tree:
            case ListOf(items=items):
                return "[" + comma.join(self.json(item, separators) for item in items) + "]"
            case ObjectOf(entries=entries):
                pairs = {}
                for key, value in entries:
                    name = bare(key)
                    if not (isinstance(name, Literal) and isinstance(name.value, str)):
                        raise Inexact("a key that is computed")
                    pairs[name.value] = self.json(value, separators)
                shown = {self._constant(key, separators): value for key, value in pairs.items()}
                return "{" + comma.join(f"{key}{colon}{value}" for key, value in shown.items()) + "}"
        return "{{ " + self.json_expression(tree) + " }}"

    def _constant(self, value: Json, separators: tuple[str, str]) -> str:
        return (
            template_text(constant_text(value, separators)) if separators is COMPACT else json_text(value, separators)
        )

    def json_expression(self, tree: Expr) -> str:
        """An expression that gives the JSON text of a tree."""
        tree = bare(tree)
        carrier = self._carrier(tree)
        if isinstance(carrier, Members):
            raise Inexact("an object whose members stand apart")
        if carrier is not None:
            return carriers.text_of(carrier)
        if isinstance(tree, Filter) and tree.name == "default":
            return self._default_text(tree)
        if tree.type.is_only("string", "number", "boolean", "null"):
            return f"{self.value(tree)} | toJson"
        if carriers.may_hold_double(tree.type):
            raise Inexact("numbers that jq writes otherwise")  # 1e16 as a whole number
        return self.by_jq(tree, "tojson")

    def _default_text(self, tree: Filter) -> str:
        """`a | default(b)` of whole values: null has a JSON text, so only what cannot be null."""
        other = tree.arguments[0][1] if tree.arguments else Literal(None)
        if tree.type.is_only("string", "number", "boolean", "null"):
            return f"{self.value(tree)} | toJson"
        if self._carrier(tree.of) is None or tree.of.type.is_nullable:
            raise Inexact("a default of a part")
        is_constant, value = constant_value(other)
        second = pebble_string(json_text(value)) if is_constant else f"({self.json_expression(other)})"
        return f"({self.json_expression(tree.of)}) ?? {second}"

    def jq_of(self, tree: Expr, *last: str) -> str:
        """jq steps over the JSON text of any value."""
        try:
            return self.by_jq(tree, *last)
        except Inexact:
            program = " | ".join([".[0] | fromjson", *last])
            return f"[{self.json_expression(tree)}] | jq('{program}') | first"

    def by_jq(self, tree: Expr, *last: str) -> str:
        """A part of a value, or what a list comes to, by jq over its JSON text; `last` are further steps."""
        steps = list(last)
        tree = bare(tree)
        while (carrier := self._carrier(tree)) is None:
            step, tree = step_of(tree)
            tree = bare(tree)
            steps.insert(0, step)
        if isinstance(carrier, Members):
            raise Inexact("an object whose members stand apart")
        source = carriers.text_of(carrier)
        if isinstance(carrier, carriers.Text):
            source, steps = carrier.expression, [*(step for step in carrier.steps if step != carriers.SAME), *steps]
        program = " | ".join([".[0] | fromjson", *steps])
        return f"[{source}] | jq('{program}') | first"


_SAME_NAME: Mapping[str, str] = {
    "upper": "upper",
    "lower": "lower",
    "sha256": "sha256",
    "base64encode": "base64encode",
}

FILTERS: Mapping[str, Callable[[Pebble, Filter], str]] = {
    "default": Pebble.default,
    "length": Pebble.length,
    "first": Pebble.first,
    "join": Pebble.join,
    "tojson": Pebble.tojson,
    "string": Pebble.string,
    "urlencode": Pebble.urlencode,
    **dict.fromkeys(_SAME_NAME, Pebble.same_name),
}


def _operands(tree: Expr) -> tuple[Expr, ...]:
    """What a row of `~` joins."""
    tree = bare(tree)
    if isinstance(tree, Binary) and tree.op == "~":
        return (*_operands(tree.left), *_operands(tree.right))
    return (tree,)


def _base(tree: Expr) -> Type:
    return bare(tree).type


def _member(key: str) -> str:
    return f".{key}" if _KEY.match(key) and key not in _WORDS else f"[{pebble_string(key)}]"


def _is_small(tree: Expr) -> bool:
    """Whether a number is certainly one that a double holds exactly; an INT of Kestra's inputs has 32 bits."""
    if isinstance(tree, Literal):
        return isinstance(tree.value, int) and abs(tree.value) < _EXACT
    if isinstance(tree, Ref):
        return tree.root == "inputs" and _is_integer(tree)
    return isinstance(tree, Filter) and tree.name == "length"


def _is_integer(tree: Expr) -> bool:
    return tree.type.is_only("integer") and "number" not in tree.type.kinds


def _is_text(tree: Expr) -> bool:
    return bare(tree).type.is_only("string")


def _render(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        raise Inexact("a number that Pebble writes otherwise")
    return json.dumps(value)
