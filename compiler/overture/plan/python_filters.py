"""What each filter, test and function of the table becomes in Python: one row each, a missing one is a gap."""

from __future__ import annotations

import re
from collections.abc import Mapping

from overture.expressions.tree import Call, Test
from overture.plan.python_dates import python_pattern
from overture.plan.python_exactness import bound
from overture.plan.python_literals import python_text
from overture.plan.python_nodes import ATOM, COMPARE, NOT, TERNARY, Code, Row, Writer
from overture.plan.python_rows import Node, arguments, by_helper, constant_text, method, subject, wrapped
from overture.plan.python_selection import (
    combine,
    default,
    defined,
    extreme,
    flatten,
    indexed,
    join,
    keys,
    mapped,
    selected,
    sort,
    unique,
)

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


_LONG = 500_000  # half of the longest list: the first may be below nothing


def range_of(writer: Writer, node: Node) -> Code:
    assert isinstance(node, Call)
    bounds = [bound(each) for each in node.arguments]
    if all(each is not None and each < _LONG for each in bounds):
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
