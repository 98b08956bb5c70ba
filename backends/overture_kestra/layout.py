"""JSON text with holes (`{{ … }}`) laid out over lines, as a person would write it into a file of a step."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class _Group:
    """A list or an object; each entry is what stands before its value (`"key": `), and the value."""

    opener: str
    entries: tuple[tuple[str, str | _Group], ...]

    @property
    def closer(self) -> str:
        return "]" if self.opener == "[" else "}"


def json_object(entries: list[str]) -> str:
    """An object over several lines, an entry (`"key": value`) each; a wide value over lines of its own."""
    if not entries:
        return "{}\n"
    return "{\n" + ",\n".join(f"  {spread(entry, 2)}" for entry in entries) + "\n}\n"


def spread(entry: str, indent: int) -> str:
    """An entry or a value on one line where it fits, else with a line for each of its parts."""
    if indent + len(entry) <= WIDTH:
        return entry
    before, value, _ = _entry(entry, 0)
    return before + _laid(value, indent, len(before))


def _laid(value: str | _Group, indent: int, before: int) -> str:
    flat = _flat(value)
    if isinstance(value, str) or indent + before + len(flat) <= WIDTH or not value.entries:
        return flat
    pad = " " * (indent + 2)
    lines = [pad + before + _laid(each, indent + 2, len(before)) for before, each in value.entries]
    return f"{value.opener}\n" + ",\n".join(lines) + f"\n{' ' * indent}{value.closer}"


def _flat(value: str | _Group) -> str:
    if isinstance(value, str):
        return value
    return value.opener + ", ".join(before + _flat(each) for before, each in value.entries) + value.closer


def _entry(text: str, at: int) -> tuple[str, str | _Group, int]:
    """What stands before a value, the value, and where it ends."""
    value, end = _value(text, at)
    rest = end
    while rest < len(text) and text[rest] == " ":
        rest += 1
    if isinstance(value, str) and rest < len(text) and text[rest] == ":":
        rest += 1
        while rest < len(text) and text[rest] == " ":
            rest += 1
        inner, end = _value(text, rest)
        return f"{value}: ", inner, end
    return "", value, end


def _value(text: str, at: int) -> tuple[str | _Group, int]:
    if text.startswith("{{", at):
        end = _hole(text, at)
        return text[at:end], end
    if text[at] in "[{":
        return _group(text, at)
    end = _string(text, at) if text[at] == '"' else at
    while end < len(text) and text[end] not in ",:]}":
        end = _hole(text, end) if text.startswith("{{", end) else end + 1
    return text[at:end].rstrip(), end


def _group(text: str, at: int) -> tuple[_Group, int]:
    opener = text[at]
    entries: list[tuple[str, str | _Group]] = []
    at += 1
    while True:
        while text[at] in ", ":
            at += 1
        if text[at] in "]}":
            return _Group(opener, tuple(entries)), at + 1
        before, value, at = _entry(text, at)
        entries.append((before, value))


def _string(text: str, at: int) -> int:
    """Where a string ends; a hole in it may hold quotes of its own."""
    at += 1
    while text[at] != '"':
        if text.startswith("{{", at):
            at = _hole(text, at)
        else:
            at += 2 if text[at] == "\\" else 1
    return at + 1


def _hole(text: str, at: int) -> int:
    """Where a hole ends: its quotes and brackets are Pebble's."""
    depth, quote = 0, ""
    while True:
        char = text[at]
        if quote:
            if char == "\\" and text[at + 1] == quote:
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char in "{}":
            depth += 1 if char == "{" else -1
        at += 1
        if depth == 0:
            return at
