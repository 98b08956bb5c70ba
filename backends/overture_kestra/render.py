"""From a flow to YAML text.

Every string is in double quotes with JSON's escapes (which YAML 1.2 and SnakeYAML both read; a plain `1e3` or `no`
they read as something else), but for keys that are plain words and for scripts in `|` blocks. No anchors, no tags, no
folding. What is written is read back and compared before it leaves (`read_back`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from overture_kestra.model import Flow, Input, Note, Output, Script, Task, Trigger, Value

_WIDTH = 118
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# what YAML 1.1 readers take for something else than a text
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"))
# what a `|` block does not carry unchanged: a line break but \n, what YAML calls unprintable
_UNPRINTABLE = re.compile("[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def render(flow: Flow) -> str:
    """The flow as YAML. Raises ValueError if it does not read back as what it is: a bug of this module."""
    lines = [_comment_line(line, 0) for line in flow.header]
    document = flow_value(flow)
    first = True
    for key, value in document.items():
        if not first and isinstance(value, (list, tuple, dict, Note)) and key != "labels":
            lines.append("")
        lines += _entry(key, value, 0)
        first = False
    text = "\n".join(lines) + "\n"
    if read_back(text) != plain(document):
        raise ValueError(f"the flow `{flow.id}` does not read back as it was written")
    return text


def read_back(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)


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
        entries["description"] = _text(flow.description)
    if flow.labels:
        entries["labels"] = dict(flow.labels)
    if flow.inputs:
        entries["inputs"] = [_input(each) for each in flow.inputs]
    if flow.concurrency is not None:
        entries["concurrency"] = dict(flow.concurrency)
    if flow.sla:
        entries["sla"] = list(flow.sla)
    if flow.triggers:
        entries["triggers"] = [_trigger(each) for each in flow.triggers]
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


def _text(text: str) -> Value:
    return Script(text) if "\n" in text else text


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
    entries["value"] = _text(each.value)
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
    return (" " * indent + "# " + text.strip()).rstrip()


def _comment(text: str, indent: int) -> list[str]:
    return [_comment_line(line, indent) for line in text.splitlines() if line.strip()]


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) and key.lower() not in _WORDS else scalar(key)


def _entry(key: str, value: Value, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    while isinstance(value, Note):
        lines += _comment(value.comment, indent)
        value = value.value
    if isinstance(value, Script) and _is_block(value.text):
        return [*lines, f"{pad}{_key(key)}: {_block_header(value.text)}", *_block_lines(value.text, indent + 2)]
    flat = _flat(value)
    if flat is not None and (_is_short(value) or not isinstance(value, (list, tuple, dict))):
        line = f"{pad}{_key(key)}: {flat}"
        if len(line) <= _WIDTH or not isinstance(value, (list, tuple, dict)):
            return [*lines, line]
    lines.append(f"{pad}{_key(key)}:")
    return lines + _nested(value, indent + 2)


def _nested(value: Value, indent: int) -> list[str]:
    if isinstance(value, Task):
        return _mapping(value.entries(), indent)
    if isinstance(value, Mapping):
        return _mapping(value, indent)
    lines: list[str] = []
    assert isinstance(value, Sequence) and not isinstance(value, str)
    for each in value:
        lines += _item(each, indent)
    return lines


def _mapping(value: Mapping[str, Value], indent: int) -> list[str]:
    return [line for key, each in value.items() for line in _entry(key, each, indent)]


def _item(value: Value, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    while isinstance(value, Note):
        lines += _comment(value.comment, indent)
        value = value.value
    if isinstance(value, Task):
        lines += _comment(value.comment or "", indent)
        value = value.entries()
    if isinstance(value, Script) and _is_block(value.text):
        return [*lines, f"{pad}- {_block_header(value.text)}", *_block_lines(value.text, indent + 2)]
    flat = _flat(value)
    if flat is not None and (_is_short(value) or not isinstance(value, (list, tuple, dict))):
        line = f"{pad}- {flat}"
        if len(line) <= _WIDTH or not isinstance(value, (list, tuple, dict)):
            return [*lines, line]
    inner = _nested(value, indent + 2)
    return [*lines, f"{pad}- {inner[0].lstrip()}", *inner[1:]]


def _is_short(value: Value) -> bool:
    """Whether a list or mapping reads well on one line: scalars only, or small mappings of them, and no task."""
    if isinstance(value, Mapping):
        return "type" not in value and len(value) <= 4 and all(_is_scalar(each) for each in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(_is_scalar(each) for each in value)
    return True


def _is_scalar(value: Value) -> bool:
    return value is None or isinstance(value, (bool, int, float, str)) or value in ([], {})


def _flat(value: Value) -> str | None:
    """The value on one line, or None where it has no such form (a task, a comment inside)."""
    if isinstance(value, Script):
        return scalar(value.text)
    if isinstance(value, (Task, Note)):
        return None
    if isinstance(value, Mapping):
        parts = {key: _flat(each) for key, each in value.items()}
        if None in parts.values():
            return None
        return "{" + ", ".join(f"{_key(key)}: {part}" for key, part in parts.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [_flat(each) for each in value]
        return None if None in items else "[" + ", ".join(str(item) for item in items) + "]"
    return scalar(value)


def scalar(value: bool | int | float | str | None) -> str:
    """A scalar: a text in double quotes, all but plain ASCII and printable letters escaped."""
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        # U+FEFF, U+0085, U+2028 and the like end lines or vanish in some readers; lone surrogates are no text at all
        return re.sub(
            r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]|[^\x00-\uffff]",
            lambda found: _escape(found[0]),
            quoted,
        )
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" not in text else text.replace("e", ".0e", 1)
    return json.dumps(value)


def _escape(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return char if char.isprintable() else f"\\U{code:08x}"
    return f"\\u{code:04x}"


def _is_block(text: str) -> bool:
    """Whether a `|` block carries the text unchanged and reads better than quotes."""
    if "\n" not in text or _UNPRINTABLE.search(text):
        return False
    lines = text.split("\n")
    # a first line that is blank or indented needs an explicit indentation, which readers differ on; tabs likewise
    first = next((line for line in lines if line.strip()), "")
    if not first or first[0] in " \t" or not lines[0].strip():
        return False
    return bool(text.rstrip("\n").rpartition("\n")[2].strip())


def _block_header(text: str) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    return "|" if ends == 1 else "|-" if ends == 0 else "|+"


def _block_lines(text: str, indent: int) -> list[str]:
    pad = " " * indent
    lines = text.split("\n")
    if text.endswith("\n"):
        lines = lines[:-1]
    return [pad + line if line else "" for line in lines]
