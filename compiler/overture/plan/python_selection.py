"""Filters that become paths and comprehensions: `default`, `map`, `select`, `sort` and their kin."""

from __future__ import annotations

import re

from overture.expressions.tree import Compare, Expr, Filter, Index, Key, Literal, Ref, Slice
from overture.expressions.types import ANY, Type
from overture.plan.python_exactness import bare
from overture.plan.python_literals import python_text
from overture.plan.python_nodes import ATOM, COMPARE, LAMBDA, TERNARY, Code, Row, Source, Writer, opposite
from overture.plan.python_rows import Node, arguments, by_helper, constant_text, subject

# Paths: default, defined


def path_of(writer: Writer, tree: Expr) -> tuple[Expr, list[str]]:
    """A tree as the value it starts from and the source of each step of the path, see `dig`."""
    tree = bare(tree)
    match tree:
        case Key(of=of, key=key):
            start, steps = path_of(writer, of)
            return start, [*steps, python_text(key)]
        case Index(of=of, index=index):
            start, steps = path_of(writer, of)
            return start, [*steps, _step(writer, index)]
        case Slice(of=of, start=lower, stop=upper):
            start, steps = path_of(writer, of)
            bounds = ["None" if each is None else _bound(writer, each) for each in (lower, upper)]
            return start, [*steps, f"slice({', '.join(bounds)})"]
        case Filter(name="first" | "last" as name, of=of):
            start, steps = path_of(writer, of)
            return start, [*steps, "0" if name == "first" else "-1"]
    return tree, []


def _step(writer: Writer, index: Expr) -> str:
    """The source of an index that is refused even where it is asked of null, which `dig` and `has` let pass."""
    if index.type.is_only("integer", "string"):
        return writer.text(index, TERNARY)
    return writer.call("an_index", index).text


def _bound(writer: Writer, bound: Expr) -> str:
    """The same for an end of a slice."""
    if bound.type.is_only("integer"):
        return writer.text(bound, TERNARY)
    return writer.call("an_integer", bound).text


def start_of_path(writer: Writer, start: Expr) -> str:
    return writer.naming.peek(start) if isinstance(start, Ref) else writer.text(start, ATOM)


def default(writer: Writer, node: Node) -> Code:
    of, fallback = bare(subject(node)), arguments(node)[0]
    assert fallback is not None
    if not of.type.is_nullable and isinstance(of, Ref) and writer.naming.presence(of) is None:
        return writer.code(of)
    start, steps = path_of(writer, of)
    source = start_of_path(writer, start)
    if writer.is_harmless(fallback) and steps:
        return writer.call("dig", source, *steps, f"default={writer.text(fallback, TERNARY)}")
    if not steps and re.fullmatch(r"[\w.]+", source):
        return Code(f"{source} if {source} is not None else {writer.text(fallback, TERNARY)}", TERNARY)
    value = writer.call("dig", source, *steps).text if steps else source
    return writer.call("instead", value, f"lambda: {writer.text(fallback, TERNARY)}")


def defined(writer: Writer, node: Node) -> Code:
    start, steps = path_of(writer, subject(node))
    presence = writer.naming.presence(start) if isinstance(start, Ref) else None
    if steps or not isinstance(start, Ref):
        return writer.call("has", start_of_path(writer, start), *steps)
    is_compared = re.fullmatch(r'\w+ (is not None|== "\w+")', presence or "")
    return Code(presence or "True", COMPARE if is_compared else LAMBDA if presence else ATOM)


# Lists


def items_of(writer: Writer, items: Expr) -> str:
    """The source of a list to go through: Python goes through texts and objects as well."""
    if items.type.is_only("array"):
        return writer.text(items, TERNARY + 1)
    return writer.call("a_list", items).text


def each_item(writer: Writer, items: Expr, *others: Expr) -> Source:
    name = writer.item_name(*(writer.text(other) for other in others))
    return Source(name, type=items.type.item if items.type.is_only("array") else ANY)


def at_path(start: Expr | Source, path: str) -> Expr | Source:
    """What stands at a dotted path of an item."""
    for key in path.split("."):
        of_object = start.type.is_only("object")
        start = Key(start, key, type=start.type.at(key) if of_object else ANY)  # type: ignore[arg-type]
    return start


def is_typed_path(item: Type, path: str) -> bool:
    """Whether an item certainly is an object all along the path."""
    for key in path.split("."):
        if not item.is_only("object"):
            return False
        item = item.at(key)
    return True


def join(writer: Writer, node: Node) -> Code:
    items, separator = subject(node), arguments(node)[0]
    if separator is None:
        between = '""'
    elif separator.type.is_only("string"):
        between = writer.text(separator, ATOM)
    else:
        between = writer.call("a_text", separator).text
    if items.type.is_only("array") and items.type.item.is_only("string"):
        return Code(f"{between}.join({writer.text(items)})")
    writer.helpers.add("as_text")
    return Code(f"{between}.join(map(as_text, {items_of(writer, items)}))")


def mapped(writer: Writer, node: Node) -> Code:
    items, attribute = subject(node), arguments(node)[0]
    path = constant_text(attribute)
    if path is None:
        return by_helper("picked")(writer, node)
    each = each_item(writer, items)
    return Code(f"[{writer.text(at_path(each, path))} for {each.text} in {items_of(writer, items)}]")


def selected(has_path: bool, is_kept: bool) -> Row:
    """select, reject, selectattr and rejectattr: a comprehension where the words are constant."""

    def row(writer: Writer, node: Node) -> Code:
        items, given = subject(node), arguments(node)
        attribute = given.pop(0) if has_path else None
        word, operand = given
        path, test = constant_text(attribute), constant_text(word)
        is_plain = (attribute is None) == (path is None) and (word is None) == (test is None)
        is_plain &= operand is not None or test not in _WORDS
        if not is_plain or (operand is not None and not writer.is_harmless(operand)):
            found = "None" if attribute is None else writer.call("a_text", attribute).text
            values = [Literal(None) if each is None else each for each in (word, operand)]
            return writer.call("kept" if is_kept else "dropped", items, found, *values)
        each = each_item(writer, items, *([operand] if operand is not None else []))
        asked = condition(writer, each, path, test, operand, is_kept)
        return Code(f"[{each.text} for {each.text} in {items_of(writer, items)} if {asked.text}]")

    return row


_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in"}


def condition(
    writer: Writer, each: Source, path: str | None, word: str | None, operand: Expr | None, is_kept: bool
) -> Code:
    keys = [python_text(key) for key in path.split(".")] if path is not None else []
    if word == "defined":
        return writer.negated(writer.call("has", each.text, *keys) if keys else Code("True"), not is_kept)
    if word == "none":
        found = writer.call("dig", each.text, *keys).text if keys else each.text
        return Code(f"{found} is {'not ' * (not is_kept)}None", COMPARE)
    value = each if path is None else at_path(each, path)
    if word is None:
        return writer.negated(writer.condition(value), not is_kept)
    assert operand is not None
    compared = Compare(value, ((_WORDS[word], operand),))  # type: ignore[arg-type]
    return writer.code(compared if is_kept else opposite(compared) or compared)


def is_sortable(keys: Type) -> bool:
    return keys.is_only("string") or keys.is_only("number")


def sort(writer: Writer, node: Node) -> Code:
    items, (attribute, reverse) = subject(node), arguments(node)
    path = constant_text(attribute)
    if not items.type.is_only("array") or (attribute is None) != (path is None):
        return by_helper("in_order")(writer, node)
    each = each_item(writer, items)
    key = each if path is None else at_path(each, path)
    if not is_sortable(key.type) or (reverse is not None and not reverse.type.is_only("boolean")):
        return by_helper("in_order")(writer, node)
    parts = [writer.text(items, TERNARY)]
    if path is not None:
        parts.append(f"key=lambda {each.text}: {writer.text(key)}")
    if reverse is not None:
        parts.append(f"reverse={writer.text(reverse, TERNARY)}")
    return Code(f"sorted({', '.join(parts)})")


def extreme(plain: str, helper: str) -> Row:
    def row(writer: Writer, node: Node) -> Code:
        items = subject(node)
        if items.type.is_only("array") and is_sortable(items.type.item):
            return Code(f"{plain}({writer.text(items)})")
        return writer.call(helper, items)

    return row


def unique(writer: Writer, node: Node) -> Code:
    items = subject(node)
    if items.type.is_only("array") and (items.type.item.is_only("string", "null") or is_sortable(items.type.item)):
        return Code(f"list(dict.fromkeys({writer.text(items)}))")
    return writer.call("unique", items)


def indexed(writer: Writer, node: Node) -> Code:
    items, attribute = subject(node), arguments(node)[0]
    path = constant_text(attribute)
    if path is None or not is_typed_path(items.type.item, path):
        return by_helper("indexed")(writer, node)
    each = each_item(writer, items)
    key = writer.rendered(at_path(each, path))
    return Code(f"{{{key}: {each.text} for {each.text} in {items_of(writer, items)}}}")


def flatten(writer: Writer, node: Node) -> Code:
    items = subject(node)
    if not items.type.is_only("array") or not items.type.item.is_only("array"):
        return writer.call("flattened", items)
    each = writer.item_name()
    return Code(f"[{each} for part in {writer.text(items, TERNARY + 1)} for {each} in part]")


def combine(writer: Writer, node: Node) -> Code:
    other = arguments(node)[0]
    assert other is not None
    return Code(f"{{**{writer.text(subject(node), ATOM)}, **{writer.text(other, ATOM)}}}")


def keys(writer: Writer, node: Node) -> Code:
    of = subject(node)
    return Code(f"list({writer.text(of) if of.type.is_only('object') else writer.call('an_object', of).text})")
