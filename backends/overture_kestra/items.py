"""What a loop or a mapping says of each of its items (`where`, `collect`), as jq programs whose input is the item."""

from __future__ import annotations

from overture.expressions.tree import (
    Binary,
    Compare,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Slice,
    Template,
    Test,
    Unary,
)
from overture_kestra.inexact import Inexact, bare
from overture_kestra.jq import ROWS, constant, jq_string, literal, step_of

_SIGNS = frozenset(("<", "<=", ">", ">="))


def condition(tree: Expr, item: str) -> str:
    """A condition over the variable `item`. Raises Inexact."""
    tree = bare(tree)
    if not tree.type.is_only("boolean"):
        raise Inexact("a condition that may be no boolean")
    match tree:
        case Binary(op="and" | "or" as op, left=left, right=right):
            return f"({condition(left, item)} {op} {condition(right, item)})"
        case Unary(op="not", operand=operand):
            return f"({condition(operand, item)} | not)"
        case Compare(first=first, rest=((op, right),)):
            return f"({_compared(bare(first), op, bare(right), item)})"
        case Test(of=of, name="defined" | "none" as name, negated=negated):
            found = _has(bare(of), item) if name == "defined" else f"{_operand(of, item)} == null"
            return f"({found} | not)" if negated else f"({found})"
    return _operand(tree, item)


def value(tree: Expr, item: str) -> str:
    """A value made of the variable `item`. Raises Inexact."""
    tree = bare(tree)
    match tree:
        case Literal(value=found):
            return _constant(found)
        case ListOf(items=items):
            return "[" + ", ".join(value(each, item) for each in items) + "]"
        case ObjectOf(entries=entries):
            pairs = {}
            for key, each in entries:
                name = bare(key)
                if not (isinstance(name, Literal) and isinstance(name.value, str)):
                    raise Inexact("a key that is computed")
                pairs[jq_string(name.value)] = value(each, item)
            return "{" + ", ".join(f"{key}: ({found})" for key, found in pairs.items()) + "}"
        case Template() | Binary(op="~"):
            return " + ".join(_shown(each, item) for each in _parts(tree)) or '""'
    if tree.type.is_only("boolean") and not isinstance(tree, (Ref, Key, Index)):
        return condition(tree, item)
    return _path(tree, item)


def _parts(tree: Expr) -> tuple[Expr, ...]:
    if isinstance(tree, Template):
        return tree.parts
    if isinstance(tree, Binary) and tree.op == "~":
        return (*_parts(bare(tree.left)), *_parts(bare(tree.right)))
    return (tree,)


def _shown(tree: Expr, item: str) -> str:
    """A part of a text: what jq renders as we do."""
    tree = bare(tree)
    if isinstance(tree, Literal) and isinstance(tree.value, str):
        return jq_string(tree.value)
    if tree.type.is_only("string"):
        return _operand(tree, item)
    if tree.type.is_only("integer", "boolean") and "number" not in tree.type.kinds:
        return f"({_path(tree, item)} | tostring)"
    raise Inexact("a value that jq writes otherwise")


def _constant(found: object) -> str:
    if isinstance(found, str):
        return jq_string(found)
    if found is None or isinstance(found, bool):
        return {None: "null", True: "true", False: "false"}[found]
    if isinstance(found, int) and abs(found) < 2**53:
        return str(found) if found >= 0 else f"({found})"
    raise Inexact("a number that jq sees otherwise")


def _path(tree: Expr, item: str) -> str:
    """A part of the item, or what a list in it comes to."""
    steps: list[str] = []
    tree = bare(tree)
    while not isinstance(tree, Ref):
        if not isinstance(tree, (Key, Index, Slice)) and not (isinstance(tree, Filter) and tree.name in ROWS):
            raise Inexact("an expression that jq computes otherwise")
        step, tree = step_of(tree)
        tree = bare(tree)
        steps.insert(0, step)
    if (tree.root, tree.name) != ("item", item):
        raise Inexact(f"`{tree.name}`, which is no part of the item")
    if steps and all(step.startswith(".") and " " not in step for step in steps):
        return "".join(steps)
    return " | ".join(steps) or "."


def _operand(tree: Expr, item: str) -> str:
    found = _path(bare(tree), item)
    return found if found.startswith(".") and " " not in found else f"({found})"


def _has(tree: Expr, item: str) -> str:
    if not (isinstance(tree, Key) and bare(tree.of).type.is_only("object")):
        raise Inexact("a test of a part that may be missing")
    of = _path(tree.of, item)
    found = f"has({jq_string(tree.key)})"
    return found if of == "." else f"{of} | {found}"


def _compared(left: Expr, op: str, right: Expr, item: str) -> str:
    if isinstance(left, Literal) and op in ("==", "!="):
        left, right = right, left
    path, kind = _operand(left, item), left.type
    if op in ("==", "!="):
        return f"{path} {op} {literal(right, kind)}"
    if op in ("in", "not in"):
        if not (isinstance(right, ListOf) and right.items):
            raise Inexact("a test against a list that is computed")
        words = ", ".join(literal(bare(each), kind) for each in right.items)
        found = f"{path} as $it | [{words}] | any(. == $it)"
        return found if op == "in" else f"{found} | not"
    if op not in _SIGNS or not kind.is_only("number") or type(constant(right)) is not int:
        raise Inexact("an order that jq sees otherwise")
    return f"{path} {op} {literal(right, kind)}"
