"""What each filter, test and function of the table becomes in Python: one row each, a missing one is a gap."""

from __future__ import annotations

import re
from collections.abc import Mapping

from overture.expressions.table import FILTERS
from overture.expressions.tree import Call, Compare, Expr, Filter, Index, Key, Literal, Ref, Slice, Test
from overture.expressions.types import ANY, Type
from overture.plan.python_dates import python_pattern
from overture.plan.python_literals import python_text
from overture.plan.python_nodes import (
    ATOM,
    COMPARE,
    LAMBDA,
    NOT,
    TERNARY,
    Code,
    Row,
    Source,
    Writer,
    bare,
    bracketed,
)

Node = Filter | Test | Call


def arguments(node: Node) -> list[Expr | None]:
    """The arguments in the table's order, None for those that are not given."""
    assert isinstance(node, Filter)
    given = dict(node.arguments)
    return [given.get(each.name) for each in FILTERS[node.name].parameters]


def subject(node: Node) -> Expr:
    assert not isinstance(node, Call)
    return node.of


def by_helper(name: str) -> Row:
    """A call of a helper with the subject and the arguments, those that are not given as the table has them."""

    def row(writer: Writer, node: Node) -> Code:
        assert isinstance(node, Filter)
        given = dict(node.arguments)
        values: list[Expr | str] = []
        for parameter in FILTERS[node.name].parameters:
            value = given.get(parameter.name)
            values.append(Literal(None if parameter.is_required else parameter.default) if value is None else value)
        while values and FILTERS[node.name].parameters[len(values) - 1].name not in given:
            values.pop()
        return writer.call(name, node.of, *values)

    return row


def method(source: str) -> Row:
    """A method that only the right kind of value has."""
    return lambda writer, node: Code(f"{writer.text(subject(node), ATOM)}.{source}")


def wrapped(before: str, after: str = ")", binding: int = LAMBDA) -> Row:
    return lambda writer, node: Code(f"{before}{writer.text(subject(node), binding)}{after}")


def constant_text(tree: Expr | None) -> str | None:
    tree = None if tree is None else bare(tree)
    return tree.value if isinstance(tree, Literal) and isinstance(tree.value, str) else None


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
            return start, [*steps, writer.text(index, TERNARY)]
        case Slice(of=of, start=lower, stop=upper):
            start, steps = path_of(writer, of)
            bounds = ["None" if each is None else writer.text(each, TERNARY) for each in (lower, upper)]
            return start, [*steps, f"slice({', '.join(bounds)})"]
        case Filter(name="first" | "last" as name, of=of):
            start, steps = path_of(writer, of)
            return start, [*steps, "0" if name == "first" else "-1"]
    return tree, []


def start_of_path(writer: Writer, start: Expr) -> str:
    return writer.naming.peek(start) if isinstance(start, Ref) else writer.text(start, ATOM)


def default(writer: Writer, node: Node) -> Code:
    of, fallback = bare(subject(node)), arguments(node)[0]
    assert fallback is not None
    if not of.type.is_nullable and isinstance(of, Ref) and writer.naming.presence(of) is None:
        return writer.code(of)
    start, steps = path_of(writer, of)
    source = start_of_path(writer, start)
    if writer.is_harmless(fallback):
        if steps:
            return writer.call("dig", source, *steps, f"default={writer.text(fallback, TERNARY)}")
        if re.fullmatch(r"[\w.]+", source):
            return Code(f"{source} if {source} is not None else {writer.text(fallback, TERNARY)}", TERNARY)
    value = writer.call("dig", source, *steps).text if steps else source
    return writer.call("instead", value, f"lambda: {writer.text(fallback, TERNARY)}")


def defined(writer: Writer, node: Node) -> Code:
    start, steps = path_of(writer, subject(node))
    presence = writer.naming.presence(start) if isinstance(start, Ref) else None
    if steps:
        return writer.call("has", start_of_path(writer, start), *steps)
    return Code(presence or "True", LAMBDA if presence else ATOM)


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
        if not is_plain or (operand is not None and not writer.is_harmless(operand)):
            values = [Literal(None) if each is None else each for each in (attribute, word, operand)]
            return writer.call("kept" if is_kept else "dropped", items, *values)
        each = each_item(writer, items, *([operand] if operand is not None else []))
        asked = condition(writer, each, path, test, operand)
        if not is_kept:
            asked = Code(f"not {bracketed(asked, NOT)}", NOT)
        return Code(f"[{each.text} for {each.text} in {items_of(writer, items)} if {asked.text}]")

    return row


_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in"}


def condition(writer: Writer, each: Source, path: str | None, word: str | None, operand: Expr | None) -> Code:
    keys = [python_text(key) for key in path.split(".")] if path is not None else []
    if word == "defined":
        return writer.call("has", each.text, *keys) if keys else Code("True")
    if word == "none":
        found = writer.call("dig", each.text, *keys).text if keys else each.text
        return Code(f"{found} is None", COMPARE)
    value = each if path is None else at_path(each, path)
    if word is None:
        return writer.condition(value)
    assert operand is not None
    return writer.code(Compare(value, ((_WORDS[word], operand),)))  # type: ignore[arg-type]


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


# Texts and numbers


def split(writer: Writer, node: Node) -> Code:
    separator = arguments(node)[0]
    if separator is not None and not constant_text(separator):
        return by_helper("split")(writer, node)
    return Code(f"{writer.text(subject(node), ATOM)}.split({'' if separator is None else writer.text(separator)})")


def replace(writer: Writer, node: Node) -> Code:
    old, new = arguments(node)
    assert old is not None and new is not None
    if not constant_text(old):
        return by_helper("replaced")(writer, node)
    return Code(f"{writer.text(subject(node), ATOM)}.replace({writer.text(old)}, {writer.text(new, TERNARY)})")


def string(writer: Writer, node: Node) -> Code:
    of = subject(node)
    return writer.code(of) if of.type.is_only("string") else writer.call("as_text", of)


def absolute(writer: Writer, node: Node) -> Code:
    of = subject(node)
    number = writer.text(of) if of.type.is_only("number") else writer.call("a_number", of).text
    return writer.call("checked", f"abs({number})")


def to_number(helper: str, *plain: str) -> Row:
    """A conversion that leaves what already is so as it is."""

    def row(writer: Writer, node: Node) -> Code:
        of = subject(node)
        return writer.code(of) if of.type.is_only(*plain) else writer.call(helper, of)  # type: ignore[arg-type]

    return row


def urlencode(writer: Writer, node: Node) -> Code:
    writer.imports.add("from urllib.parse import quote")
    of = subject(node)
    source = writer.text(of, TERNARY) if of.type.is_only("string") else f"as_text({writer.call('scalar', of).text})"
    writer.helpers |= set() if of.type.is_only("string") else {"as_text"}
    return Code(f'quote({source}, safe="")')


def base64encode(writer: Writer, node: Node) -> Code:
    writer.imports.add("import base64")
    return Code(f"base64.b64encode({writer.text(subject(node), ATOM)}.encode()).decode()")


def sha256(writer: Writer, node: Node) -> Code:
    writer.imports.add("import hashlib")
    return Code(f"hashlib.sha256({writer.text(subject(node), ATOM)}.encode()).hexdigest()")


# Patterns


def flags_of(writer: Writer, node: Node) -> str:
    writer.imports.add("import re")
    return ", re.ASCII" if re.search(r"\\[dDwWsSbB]", constant_text(arguments(node)[0]) or "") else ""


def matches(writer: Writer, node: Node) -> Code:
    pattern = raw(node)
    if pattern is None:
        return by_helper("is_match")(writer, node)
    flags = flags_of(writer, node)
    return Code(f"re.search({pattern}, {writer.text(subject(node), TERNARY)}{flags}) is not None", COMPARE)


def regex_replace(writer: Writer, node: Node) -> Code:
    pattern, new = raw(node), constant_text(arguments(node)[1])
    if pattern is None or new is None or "\\" in new:
        return by_helper("substituted")(writer, node)
    text = writer.text(subject(node), TERNARY)
    flags = flags_of(writer, node).replace(", ", ", flags=")
    return Code(f"re.sub({pattern}, {python_text(new)}, {text}{flags})")


def raw(node: Node) -> str | None:
    """A constant pattern as a raw string where it can be one."""
    pattern = constant_text(arguments(node)[0])
    if pattern is None:
        return None
    pattern = python_pattern(pattern)
    is_raw = "\\" in pattern and '"' not in pattern and pattern.isprintable() and not pattern.endswith("\\")
    return f'r"{pattern}"' if is_raw else python_text(pattern)


# Tests and functions


def test(of_kind: str, negated: str | None = None, binding: int = ATOM) -> Row:
    """A condition on the subject, which stands as `{}`."""

    def row(writer: Writer, node: Node) -> Code:
        assert isinstance(node, Test)
        source = writer.text(node.of, COMPARE + 1)
        if node.negated and negated is not None:
            return Code(negated.format(source), binding)
        return writer.negated(Code(of_kind.format(source), binding), node.negated)

    return row


def is_number(writer: Writer, node: Node) -> Code:
    assert isinstance(node, Test)
    return writer.negated(writer.call("is_number", node.of), node.negated)


def is_empty(writer: Writer, node: Node) -> Code:
    assert isinstance(node, Test)
    if node.of.type.is_only("string", "array", "object"):
        source = writer.text(node.of, COMPARE)
        return Code(f"bool({source})") if node.negated else Code(f"not {source}", NOT)
    return Code(f"len({writer.text(node.of)}) {'>' if node.negated else '=='} 0", COMPARE)


def is_defined(writer: Writer, node: Node) -> Code:
    assert isinstance(node, Test)
    return writer.negated(defined(writer, node), node.negated)


def range_of(writer: Writer, node: Node) -> Code:
    assert isinstance(node, Call)
    if all(each.type.is_only("integer") for each in node.arguments):
        return Code(f"list(range({', '.join(writer.text(each, TERNARY) for each in node.arguments)}))")
    return writer.call("numbers_between", *node.arguments)


def now(writer: Writer, node: Node) -> Code:
    return writer.call("now")


PYTHON: Mapping[str, Row] = {
    "default": default,
    "length": wrapped("len("),
    "first": wrapped("", "[0]", ATOM),
    "last": wrapped("", "[-1]", ATOM),
    "join": join,
    "split": split,
    "lines": by_helper("text_lines"),
    "lower": method("lower()"),
    "upper": method("upper()"),
    "title": by_helper("title_case"),
    "trim": method("strip()"),
    "replace": replace,
    "truncate": by_helper("truncated"),
    "round": by_helper("rounded"),
    "fixed": by_helper("fixed"),
    "abs": absolute,
    "int": to_number("to_integer", "integer"),
    "float": to_number("to_number", "number"),
    "string": string,
    "tojson": by_helper("json_text"),
    "fromjson": by_helper("read_json"),
    "tocsv": by_helper("csv_text"),
    "fromcsv": by_helper("csv_rows"),
    "sort": sort,
    "unique": unique,
    "sum": by_helper("total"),
    "min": extreme("min", "least"),
    "max": extreme("max", "greatest"),
    "reverse": wrapped("", "[::-1]", ATOM),
    "map": mapped,
    "select": selected(has_path=False, is_kept=True),
    "reject": selected(has_path=False, is_kept=False),
    "selectattr": selected(has_path=True, is_kept=True),
    "rejectattr": selected(has_path=True, is_kept=False),
    "groupby": by_helper("grouped"),
    "indexby": indexed,
    "combine": combine,
    "keys": keys,
    "values": lambda writer, node: Code(f"list({writer.text(subject(node), ATOM)}.values())"),
    "flatten": flatten,
    "batch": by_helper("batches"),
    "date": by_helper("date_text"),
    "date_add": by_helper("date_plus"),
    "date_diff": by_helper("date_between"),
    "urlencode": urlencode,
    "base64encode": base64encode,
    "base64decode": by_helper("base64_decoded"),
    "sha256": sha256,
    "slugify": by_helper("slug"),
    "escape": by_helper("escaped"),
    "matches": matches,
    "extract": by_helper("first_match"),
    "regex_replace": regex_replace,
    "is defined": is_defined,
    "is none": test("{} is None", "{} is not None", COMPARE),
    "is string": test("isinstance({}, str)"),
    "is number": is_number,
    "is boolean": test("isinstance({}, bool)"),
    "is sequence": test("isinstance({}, list)"),
    "is mapping": test("isinstance({}, dict)"),
    "is empty": is_empty,
    "now()": now,
    "range()": range_of,
}
"""A row for each filter by its name, for each test (`is NAME`) and function (`NAME()`)."""
