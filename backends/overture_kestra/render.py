"""From a flow to YAML text: block style, two spaces, no anchors, no tags."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from overture_kestra.model import Flow, Input, Note, Output, Script, Task, Trigger, Value
from overture_kestra.scalars import inline, is_long_key, quoted, text_lines
from overture_kestra.scalars import key as written_key


def render(flow: Flow) -> str:
    """The flow as YAML, which every reader reads as `plain(flow_value(flow))`."""
    lines = [_comment_line(line, 0) for line in flow.header]
    document = flow_value(flow)
    first = True
    for key, value in document.items():
        if not first and isinstance(value, (list, tuple, dict, Note)) and key != "labels":
            lines.append("")
        lines += _apart(key, value) if key in _APART else _entry(key, value, 0)
        first = False
    return "\n".join(lines) + "\n"


# lists whose items stand apart, with a blank line between them
_APART = ("tasks", "errors", "finally")


def _apart(key: str, items: Value) -> list[str]:
    assert isinstance(items, (list, tuple))
    lines = [f"{key}:"]
    for each in items:
        if len(lines) > 1:
            lines.append("")
        lines += _item(each, 2)
    return lines


def plain(value: Value) -> Any:
    """A value without comments and scripts: what a reader of the YAML gets."""
    if isinstance(value, Task):
        return plain(value.entries())
    if isinstance(value, Note):
        return plain(value.value)
    if isinstance(value, Script):
        return value.text
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def flow_value(flow: Flow) -> dict[str, Value]:
    """The flow's entries in the order in which they are written."""
    entries: dict[str, Value] = {"id": flow.id, "namespace": flow.namespace}
    if flow.description is not None:
        entries["description"] = flow.description
    if flow.labels:
        entries["labels"] = dict(flow.labels)
    if flow.inputs:
        entries["inputs"] = [_input(each) for each in flow.inputs]
    if flow.triggers:
        entries["triggers"] = [_trigger(each) for each in flow.triggers]
    if flow.concurrency is not None:
        entries["concurrency"] = dict(flow.concurrency)
    if flow.sla:
        entries["sla"] = list(flow.sla)
    entries["tasks"] = list(flow.tasks)
    if flow.errors:
        entries["errors"] = list(flow.errors)
    if flow.finally_:
        entries["finally"] = list(flow.finally_)
    if flow.outputs:
        entries["outputs"] = [_output(each) for each in flow.outputs]
    if flow.variables:
        # last: they are long, and read once
        note = "the scripts that steps above run: variables are never rendered"
        entries["variables"] = Note(note, dict(flow.variables))
    return entries


def _input(each: Input) -> Value:
    entries: dict[str, Value] = {"id": each.id, "type": each.type, **each.properties}
    if each.description is not None:
        entries["description"] = each.description
    if not each.is_required:
        entries["required"] = False
    if each.has_default:
        entries["defaults"] = each.default
    return entries


def _output(each: Output) -> Value:
    entries: dict[str, Value] = {"id": each.id, "type": each.type}
    if each.description is not None:
        entries["description"] = each.description
    if not each.is_required:
        entries["required"] = False
    entries["value"] = each.value
    return entries if each.comment is None else Note(each.comment, entries)


def _trigger(each: Trigger) -> Value:
    entries: dict[str, Value] = {"id": each.id, "type": each.type}
    if each.when is not None:
        entries["when"] = each.when
    entries |= dict(each.properties)
    return entries if each.comment is None else Note(each.comment, entries)


def _comment_line(text: str, indent: int) -> str:
    """A comment that stays one: no line break, and nothing that a terminal or a reader takes for one."""
    text = re.sub(r"[^\x20-\x7e\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufefe\uff00-\uffef]", " ", text)
    return (" " * indent + "# " + text).rstrip()


def _comment(text: str, indent: int) -> list[str]:
    return [_comment_line(line.strip(), indent) for line in text.splitlines() if line.strip()]


def _entry(key: str, value: Value, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    while isinstance(value, Note):
        lines += _comment(value.comment, indent)
        value = value.value
    if is_long_key(key):
        return [*lines, f"{pad}? {quoted(key)}", *_valued(f"{pad}:", value, indent + 2)]
    return [*lines, *_valued(f"{pad}{written_key(key)}:", value, indent + 2)]


def _valued(head: str, value: Value, indent: int) -> list[str]:
    """A value after a key."""
    if isinstance(value, (str, Script)):
        return text_lines(head, value if isinstance(value, str) else value.text, indent)
    if _is_nested(value):
        return [head, *_nested(value, indent)]
    return [f"{head} {_flat(value)}"]


def _item(value: Value, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    while isinstance(value, Note):
        lines += _comment(value.comment, indent)
        value = value.value
    if isinstance(value, Task):
        lines += _comment(value.comment or "", indent)
    if _is_nested(value):
        # a note on its first entry stands over the whole item
        inner = _nested(value, indent + 2)
        first = next(at for at, line in enumerate(inner) if not line.lstrip().startswith("# "))
        comments = [pad + line.lstrip() for line in inner[:first]]
        return [*lines, *comments, f"{pad}- {inner[first].lstrip()}", *inner[first + 1 :]]
    return [*lines, *_valued(f"{pad}-", value, indent + 2)]


def _is_nested(value: Value) -> bool:
    """Whether a value has entries of its own, each on a line."""
    return isinstance(value, Task) or (isinstance(value, (list, tuple, dict, Mapping)) and bool(value))


def _flat(value: Value) -> str:
    if isinstance(value, (list, tuple)):
        return "[]"
    if isinstance(value, Mapping):
        return "{}"
    assert value is None or isinstance(value, (bool, int, float, str))
    return inline(value)


def _nested(value: Value, indent: int) -> list[str]:
    if isinstance(value, Task):
        value = value.entries()
    if isinstance(value, Mapping):
        return [line for key, each in value.items() for line in _entry(key, each, indent)]
    assert isinstance(value, Sequence) and not isinstance(value, str)
    return [line for each in value for line in _item(each, indent)]
