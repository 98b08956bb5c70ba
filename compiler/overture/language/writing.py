"""The canonical text of a workflow: YAML that a person would write, and that every YAML reader reads alike.

The writer is ours, as only a part of YAML is ever needed and its choices are the point: what is short stands on one
line, what has lines stands as a block, and a text is left bare only when neither YAML 1.1 nor 1.2 could take it for
something else.
"""

from __future__ import annotations

import json
import re
import unicodedata

from overture.expressions.types import Json
from overture.language.canonical import data_of
from overture.language.workflow import Workflow

WIDTH = 120
"""Columns: a line that would be longer is written as a block."""

_TASK_WIDTH = 100
_TASK_FIELDS = 5
_KEY_LIMIT = 1000  # a key of more than 1,024 characters needs the `?` form (YAML 1.2.2, 7.4.2)

_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"))
_BARE = re.compile(r"(?:[^\W\d_]|[_/(])(?:.*[^\s:])?", re.DOTALL)
_DURATION = re.compile(r"(?:[0-9]+(?:ms|[dhms]))+")
_BLOCKS = frozenset(("tasks", "else", "catch", "on_failure", "finally", "cases", "triggers"))


def write(workflow: Workflow) -> str:
    """The workflow in canonical YAML. Reading it gives the same workflow, and writing that the same text."""
    return write_data(data_of(workflow))


def write_data(document: dict[str, Json]) -> str:
    """Canonical data (`data_of`) as YAML: the document's keys as blocks, what is short below them on one line."""
    lines: list[str] = []
    for key, value in document.items():
        if key in ("inputs", "state", "outputs", "labels") and isinstance(value, dict) and value:
            lines += [f"{scalar(key)}:", *_mapping(value, 2)]
        else:
            lines += entry_lines(key, value, 0)
    return "\n".join(lines) + "\n"


def scalar(value: Json, *, in_flow: bool = False) -> str:
    """A scalar on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return str(value)
    return value if _is_bare(value, in_flow) else _quoted(value)


def flow(value: Json) -> str | None:
    """A value on one line, or None when a text in it has lines of its own."""
    if isinstance(value, dict):
        entries = [(scalar(key, in_flow=True), flow(each)) for key, each in value.items()]
        if any(each is None for _, each in entries):
            return None
        return "{" + ", ".join(f"{key}: {each}" for key, each in entries) + "}"
    if isinstance(value, list):
        items = [flow(each) for each in value]
        return None if None in items else "[" + ", ".join(str(each) for each in items) + "]"
    if isinstance(value, str) and _literal(value, 0) is not None:
        return None
    return scalar(value, in_flow=True)


def entry_lines(key: str, value: Json, indent: int) -> list[str]:
    """`key: value` as lines, indented."""
    pad, name = " " * indent, scalar(key)
    if len(name) > _KEY_LIMIT:
        first, *rest = item_lines(value, indent, ": ")
        return [f"{pad}? {name}", first, *rest]
    prefix = f"{pad}{name}:"
    if isinstance(value, str):
        block = _literal(value, indent + 2)
        return [f"{prefix} {scalar(value)}"] if block is None else [f"{prefix} {block[0]}", *block[1:]]
    if not isinstance(value, (dict, list)):
        return [f"{prefix} {scalar(value)}"]
    inline = None if _is_block(key, value) else flow(value)
    if inline is not None and (not value or len(prefix) + 1 + len(inline) <= WIDTH):
        return [f"{prefix} {inline}"]
    return [prefix, *(_mapping(value, indent + 2) if isinstance(value, dict) else _list(value, indent + 2))]


def _mapping(value: dict[str, Json], indent: int) -> list[str]:
    return [line for key, each in value.items() for line in entry_lines(key, each, indent)]


def _list(value: list[Json], indent: int) -> list[str]:
    return [line for each in value for line in item_lines(each, indent, "- ")]


def item_lines(value: Json, indent: int, mark: str) -> list[str]:
    """A value after `- `: its first line shares the line of the mark."""
    pad = " " * indent
    if isinstance(value, str) and (block := _literal(value, indent + 2)) is not None:
        return [f"{pad}{mark}{block[0]}", *block[1:]]
    inline = flow(value)
    if inline is not None and _fits(value, indent + len(mark) + len(inline)):
        return [f"{pad}{mark}{scalar(value) if not isinstance(value, (dict, list)) else inline}"]
    below = _mapping(value, indent + 2) if isinstance(value, dict) else _list(value, indent + 2)
    return [f"{pad}{mark}{below[0][indent + 2 :]}", *below[1:]]


def _fits(value: Json, width: int) -> bool:
    if not isinstance(value, (dict, list)) or not value:
        return True
    if isinstance(value, dict) and "kind" in value and "id" in value:
        width += WIDTH - _TASK_WIDTH if len(value) <= _TASK_FIELDS else WIDTH
    holds_tasks = isinstance(value, dict) and any(_is_block(key, each) for key, each in value.items())
    return width <= WIDTH and not holds_tasks


def _is_block(key: str, value: Json) -> bool:
    """Whether these are tasks (or the cases that hold them) or triggers, which never share a line with their holder."""
    return key in _BLOCKS and isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _is_bare(text: str, in_flow: bool) -> bool:
    if _DURATION.fullmatch(text):
        return True
    return (
        _BARE.fullmatch(text) is not None
        and text.isprintable()
        and text.lower() not in _WORDS
        and ": " not in text
        and " #" not in text
        and "{{" not in text
        and not (in_flow and any(each in text for each in ",?[]{}"))  # PyYAML ends a text at a `?` there
    )


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    # JSON's escapes are YAML's; what is invisible (controls, marks of direction, separators) is written as an escape
    return "".join(_escape(each) for each in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _literal(text: str, indent: int) -> list[str] | None:
    """The lines of a text with lines, as a `|` block indented by `indent` columns: its header, then its lines. None
    for a text of one line or with characters that a block cannot hold."""
    body = text.rstrip("\n")
    if "\n" not in text or not body or any(not line.replace("\t", " ").isprintable() for line in body.split("\n")):
        return None
    lines = body.split("\n")
    if any(line.startswith("\t") for line in lines):
        return None
    ends = len(text) - len(body)
    # without a number, the first line's own indentation would be taken for the block's
    header = "|" + ("2" if not lines[0] or lines[0].startswith(" ") else "") + ("-", "", "+")[min(ends, 2)]
    return [header, *(" " * indent + line if line else "" for line in lines), *[""] * (ends - 1)]


def _number(value: float) -> str:
    """A number that YAML 1.1 takes for one too: it wants a point and the exponent's sign."""
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    if "." not in mantissa:
        mantissa += ".0"
    return mantissa + (f"e{exponent}" if exponent.startswith(("-", "+")) else f"e+{exponent}" if mark else "")
