"""From expressions over lists to jq programs, where the types show that they mean the same.

A program gets the JSON text of one value, which keeps members that are null, and works on it with `.[0] | fromjson`.
What jq sees otherwise (the order of texts, a sum's rounding, what is missing) is guarded or refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from overture.expressions.tree import Expr, Filter, Index, Key, ListOf, Literal, Slice
from overture.expressions.types import Json, Type
from overture_kestra.inexact import Inexact, bare

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KEYWORDS = {"and", "or", "not", "if", "then", "else", "elif", "end", "def", "as", "reduce", "foreach"}
_KEYWORDS |= {"import", "include", "try", "catch", "label"}
# up to here jq, which compares doubles, sees whole numbers as they are
_EXACT = 2**53

Row = Callable[[Filter], str]


def jq_string(text: str) -> str:
    """A text inside a jq program that stands in single quotes in Pebble."""
    escaped = "".join(char if re.match(r"[A-Za-z0-9 _.,:;=+*/()<>!?@|&^~$%-]", char) else _units(char) for char in text)
    return f'"{escaped}"'


def _units(char: str) -> str:
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at] * 256 + data[at + 1]:04x}" for at in range(0, len(data), 2))


def step_of(tree: Expr) -> tuple[str, Expr]:
    """The last step of a tree as a jq filter, and the tree that it is applied to. Raises Inexact."""
    match tree:
        case Key(of=of, key=key):
            return member(key, bare(of).type), of
        case Index(of=of, index=index):
            return _item(bare(of).type, bare(index)), of
        case Slice(of=of, start=start, stop=stop):
            return _slice(bare(of).type, start, stop), of
        case Filter(name=name, of=of) if name in ROWS:
            return ROWS[name](tree), of
    raise Inexact("an expression that jq computes otherwise")


def member(key: str, of: Type) -> str:
    """A member of an object; a missing one is an error."""
    if not of.is_only("object", "null"):
        raise Inexact("a key of what may be no object")
    if of.is_only("object") and key in of.required:
        return named(key)
    return f'if has({jq_string(key)}) then {named(key)} else error("missing") end'


def named(key: str) -> str:
    """A member of an object as a jq filter; one that is missing is null."""
    return f".{key}" if _WORD.match(key) and key not in _KEYWORDS else f".[{jq_string(key)}]"


def _item(of: Type, index: Expr) -> str:
    number = index.value if isinstance(index, Literal) else None
    if type(number) is not int or number < 0 or not of.is_only("array"):
        raise Inexact("an index that is computed or counts from the end")
    return f'if length > {number} then .[{number}] else error("missing") end'


def _slice(of: Type, start: Expr | None, stop: Expr | None) -> str:
    if not of.is_only("array"):
        raise Inexact("a part of what may be no list")
    bounds = []
    for each in (start, stop):
        value = None if each is None else constant(bare(each))
        if each is not None and type(value) is not int:
            raise Inexact("a part with computed bounds")
        bounds.append("" if value is None else str(value))
    # jq has no `.[:]`
    return f".[{bounds[0]}:{bounds[1]}]" if any(bounds) else "."


def constant(tree: Expr) -> Json:
    return tree.value if isinstance(tree, Literal) else None


def _list(tree: Filter) -> Type:
    """The type of the items of a filter's list."""
    of = bare(tree.of).type
    if not of.is_only("array"):
        raise Inexact(f"`{tree.name}` of what may be no list")
    return of.item


def _path(tree: Filter, item: Type) -> tuple[str, Type]:
    """The attribute of an item as a jq filter, and its type."""
    attribute = _argument(tree, "attribute")
    path = constant(attribute) if attribute is not None else None
    if not isinstance(path, str):
        raise Inexact("an attribute that is computed")
    steps = []
    for key in path.split("."):
        steps.append(member(key, item))
        item = item.at(key)
    return " | ".join(steps), item


def _argument(tree: Filter, name: str) -> Expr | None:
    found = tree.argument(name)
    return None if found is None else bare(found)


def _length(tree: Filter) -> str:
    _list(tree)
    return "length"


def _first(tree: Filter) -> str:
    _list(tree)
    return 'if length > 0 then .[0] else error("missing") end'


def _last(tree: Filter) -> str:
    _list(tree)
    return 'if length > 0 then .[-1] else error("missing") end'


def _reverse(tree: Filter) -> str:
    _list(tree)
    return "reverse"


def _map(tree: Filter) -> str:
    path, _ = _path(tree, _list(tree))
    return f"map({path})"


def _join(tree: Filter) -> str:
    by = tree.arguments[0][1] if tree.arguments else Literal("")
    text = constant(bare(by))
    if not _list(tree).is_only("string") or not isinstance(text, str):
        raise Inexact("joining what is not only texts")
    return f"join({jq_string(text)})"


def _selected(is_kept: bool) -> Row:
    def row(tree: Filter) -> str:
        condition = _condition(tree, _list(tree))
        return f"map(select({condition}))" if is_kept else f"map(select({condition} | not))"

    return row


def _condition(tree: Filter, item: Type) -> str:
    word = _argument(tree, "test")
    name = constant(word) if word is not None else None
    value = _argument(tree, "value")
    if name in ("defined", "none"):
        attribute = constant(_argument(tree, "attribute") or Literal(None))
        if not (isinstance(attribute, str) and "." not in attribute and item.is_only("object")):
            raise Inexact("a test of a part that may be missing")
        return f"has({jq_string(attribute)})" if name == "defined" else f"{named(attribute)} == null"
    path, kind = _path(tree, item)
    path = path if path.startswith(".") and "|" not in path else f"({path})"
    if word is None:
        if not kind.is_only("boolean"):
            raise Inexact("a condition that may be no boolean")
        return path
    if value is None or not isinstance(name, str):
        raise Inexact("a test that is computed")
    if name == "in":
        if not (isinstance(value, ListOf) and value.items):
            raise Inexact("a test against a list that is computed")
        words = ", ".join(literal(bare(each), kind) for each in value.items)
        return f"({path} as $it | [{words}] | any(. == $it))"
    if name in ("eq", "ne"):
        return f"({path} {'==' if name == 'eq' else '!='} {literal(value, kind)})"
    signs = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
    if name not in signs or not kind.is_only("number") or not isinstance(constant(value), int):
        raise Inexact("an order that jq sees otherwise")
    return f"({path} {signs[name]} {literal(value, kind)})"


def literal(tree: Expr, kind: Type) -> str:
    """A constant that jq compares with values of a type as we do."""
    value = constant(tree)
    if isinstance(value, str) and kind.is_only("string", "null"):
        return jq_string(value)
    if isinstance(value, bool) and kind.is_only("boolean", "null"):
        return "true" if value else "false"
    if type(value) is int and abs(value) < _EXACT and kind.is_only("number", "null"):
        return str(value) if value >= 0 else f"({value})"
    raise Inexact("an equality that jq sees otherwise")


def _sort(tree: Filter) -> str:
    item = _list(tree)
    if tree.argument("reverse") is not None:
        raise Inexact("a reverse order of equal items")
    path, kind = _path(tree, item) if tree.argument("attribute") is not None else (".", item)
    if kind.is_only("string"):
        # jq orders texts by UTF-16 units
        return f"sort_by({path} | explode)"
    if kind.is_only("integer") and "number" not in kind.kinds:
        return f"sort_by({path})"
    raise Inexact("an order that jq sees otherwise")


ROWS: Mapping[str, Row] = {
    "length": _length,
    "first": _first,
    "last": _last,
    "reverse": _reverse,
    "map": _map,
    "join": _join,
    "sort": _sort,
    "selectattr": _selected(True),
    "rejectattr": _selected(False),
}
