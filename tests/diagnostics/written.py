"""A document's data written as people and programs write it: every style of YAML's texts, block and flow, JSON with
escapes. What comes out means the data exactly; how it looks is chance."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from random import Random
from typing import Any

Json = Any

_COMMENTS = ("", "", "", "", "  # note", " # {{ inputs.x }} 漢 🎉", "\t# 'quoted\"")
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~=.0-9+<](?:(?!: | #|:$)[^\n\t])*(?<!\s)\Z")
_NO_TEXT = re.compile(r"null|true|false", re.IGNORECASE)
_FLOW_INDICATORS = re.compile(r"[,\[\]{}:?]")
_SINGLE_SPACE = re.compile(r"(?<=\S) (?=[^\s\-?:,\[\]{}#&*!|>'\"%@`.])")
_SHORT = {"\t": "\\t", "\n": "\\n", '"': '\\"', "\\": "\\\\"}


def is_writable(data: Json) -> bool:
    """Whether all its texts may stand in a file as they are: no character that a file must write as an escape."""
    text = json.dumps(data, ensure_ascii=False)
    return not re.search(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\\u[0-9a-f]{4}|\\[bfr]", text)


def as_yaml(data: Json, chance: Random) -> str:
    writer = _Yaml(chance)
    head = chance.choice(("", "# 漢字 🎉\n", "---\n", "%YAML 1.2\n---\n", "\n\n"))
    body = writer.mapping(data, 0).removeprefix("\n") + "\n"
    tail = chance.choice(("", "# end\n", "...\n", "\n")) if not writer.keeps_lines else ""
    return _as_saved(head + body + tail, chance)


def as_json(data: Json, chance: Random) -> str:
    """JSON, compact or not, with some characters written as escapes."""
    comma, colon = chance.choice(((",", ":"), (", ", ": "), (" ,\t", " :  "), (",\n  ", ":\n")))
    escaped = chance.choice((set(), set(), {"z", "e"}, set("{ z1"), set("abcdefghijklmnopqrstuvwxyz0123456789")))

    def text(value: str) -> str:
        plain = json.dumps(value, ensure_ascii=False)[1:-1]
        parts = re.findall(r"\\.|[^\\]", plain, re.DOTALL)
        return '"' + "".join(json_escape(each) if each in escaped else each for each in parts) + '"'

    def json_escape(char: str) -> str:
        return f"\\u{ord(char):0{4}{chance.choice('xX')}}"

    def write(value: Json) -> str:
        if isinstance(value, dict):
            return "{" + comma.join(f"{text(key)}{colon}{write(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list):
            return "[" + comma.join(map(write, value)) + "]"
        ensure_ascii = chance.choice((True, False))
        return text(value) if isinstance(value, str) and not ensure_ascii else json.dumps(value)

    return _as_saved(write(data), chance)


def _as_saved(text: str, chance: Random) -> str:
    if chance.choice((True, False)):
        text = text.replace("\n", "\r\n")
    return chance.choice(("", "\ufeff")) + text


class _Yaml:
    def __init__(self, chance: Random) -> None:
        self._any = chance.choice
        self.keeps_lines = False  # the last text takes all empty lines that follow

    def _is(self, share: float) -> bool:
        return self._any(range(100)) < share * 100

    def mapping(self, data: dict[str, Json], indent: int) -> str:
        """The lines of a block mapping, each begun by a line break."""
        lines = []
        for key, value in data.items():
            start = f"{self._gap(indent)}{' ' * indent}{self._key(key)}:"
            lines.append(start + self._after_key(value, indent))
        return "".join(lines)

    def _after_key(self, value: Json, indent: int) -> str:
        if isinstance(value, dict) and value and self._is(0.7):
            return self._comment() + self.mapping(value, indent + self._any((1, 2, 4)))
        if isinstance(value, list) and value and self._is(0.7):
            return self._comment() + self._sequence(value, indent + self._any((0, 2, 3)))
        if self._is(0.8):
            return " " + self._node(value, indent)
        return f"{self._comment()}\n{' ' * (indent + self._any((1, 2, 5)))}{self._node(value, indent)}"

    def _sequence(self, values: list[Json], indent: int) -> str:
        lines = []
        for value in values:
            lines.append(f"{self._gap(indent)}{' ' * indent}-")
            if isinstance(value, dict) and value and self._is(0.7):
                space = self._any((1, 1, 3))
                written = self.mapping(value, indent + 1 + space)
                # the first key stands behind the dash, unless a comment is between them
                is_apart = written.lstrip().startswith("#")
                lines.append(written if is_apart else " " * space + written.lstrip())
            elif isinstance(value, list) and value and self._is(0.5):
                lines.append(self._sequence(value, indent + 2))
            else:
                lines.append(" " + self._node(value, indent))
        return "".join(lines)

    def _node(self, value: Json, indent: int) -> str:
        if isinstance(value, str):
            return self._text(value, indent, is_flow=False)
        return self._flow(value, indent) + self._comment()

    def _flow(self, value: Json, indent: int) -> str:
        self.keeps_lines = False
        if isinstance(value, dict):
            entries = [f"{self._key(key)}: {self._flow(each, indent)}" for key, each in value.items()]
            return "{" + self._joined(entries, indent) + "}"
        if isinstance(value, list):
            return "[" + self._joined([self._flow(each, indent) for each in value], indent) + "]"
        if isinstance(value, str):
            return self._text(value, indent, is_flow=True)
        return json.dumps(value)

    def _joined(self, entries: list[str], indent: int) -> str:
        space = self._any(("", " ", " ", f"{self._comment()}\n{' ' * (indent + 2)}"))
        return space + f",{space or ' '}".join(entries) + space

    def _comment(self) -> str:
        return self._any(_COMMENTS)

    def _gap(self, indent: int) -> str:
        """What ends the line before, and stands between it and the next."""
        gaps = ["", "", "", f"\n{' ' * indent}# a comment: 'with\" 🎉", "\n# unindented {{ x }}"]
        found = self._any(gaps if self.keeps_lines else [*gaps, "\n", "\n\n"]) + "\n"
        self.keeps_lines = False
        return found

    def _key(self, key: str) -> str:
        style = self._any(("plain", "plain", "plain", "single", "double", "escaped"))
        if style == "plain" and re.fullmatch(r"[a-z_]\w*", key) and key not in ("null", "true", "false"):
            return key
        if style == "escaped":
            return '"' + "".join(f"\\x{ord(char):02x}" if ord(char) < 0x100 else char for char in key) + '"'
        return json.dumps(key, ensure_ascii=False) if style == "double" or "'" in key else f"'{key}'"

    def _text(self, text: str, indent: int, *, is_flow: bool) -> str:
        self.keeps_lines = False
        styles = ["double"]
        if _PLAIN.match(text) and not _NO_TEXT.fullmatch(text) and not (is_flow and _FLOW_INDICATORS.search(text)):
            styles += ["plain", "plain"]
        if not re.search(r"\s\n|\n\s|^\s|\s$", text):
            styles.append("single")
        if "\r" in text:
            styles = ["double"]
        elif not is_flow and text.strip() and not re.search(r"^[\n\t]|[ \t]\n|[ \t]\Z|\n\n.", text):
            styles += ["literal", "literal", "folded", "folded"]
        pad = "\n" + " " * (indent + 1 + self._any((0, 1, 4)))
        style = self._any(styles)
        if style in ("literal", "folded"):
            return self._block(text, indent, is_literal=style == "literal")
        if style == "plain":
            written = self._broken(text, pad)
        elif style == "single":
            lines = [self._broken(line, pad) for line in text.replace("'", "''").split("\n")]
            written = "'" + ("\n" + pad).join(lines) + "'"
        else:
            written = self._double(text, pad)
        return written if is_flow else written + self._comment()

    def _broken(self, line: str, pad: str) -> str:
        """A line with line breaks in the place of some single spaces."""
        is_whole = self._is(0.5)
        return line if is_whole else _SINGLE_SPACE.sub(lambda _: pad if self._is(0.3) else " ", line)

    def _double(self, text: str, pad: str) -> str:
        escapes = 0.3 if self._is(0.3) else 0
        cuts = {self._any(range(1, len(text) + 1)) for _ in range(self._any((0, 0, 1, 3)))} if len(text) > 1 else set()
        written = []
        for index, char in enumerate(text):
            if index in cuts and not char.isspace() and not text[index - 1].isspace():
                written.append("\\" + pad)
            if char in '"\\\n' or not char.isprintable():
                written.append(_SHORT.get(char) or f"\\U{ord(char):08x}")
            elif escapes and self._is(escapes):
                written.append(self._escape(ord(char)))
            else:
                written.append(char)
        return '"' + "".join(written) + '"'

    def _escape(self, code: int) -> str:
        choices = [f"\\U{code:08X}"]
        choices += [f"\\u{code:04x}"] if code < 0x10000 else []
        choices += [f"\\x{code:02x}"] if code < 0x100 else []
        return str(self._any(choices))

    def _block(self, text: str, indent: int, *, is_literal: bool) -> str:
        body = text.rstrip("\n")
        breaks = len(text) - len(body)
        chomping = "-" if not breaks else "+" if breaks > 1 else self._any(("", "+"))
        lines = body.split("\n")
        width = self._any((1, 2, 3, 7))
        indicator = str(width) if lines[0].startswith(" ") or self._is(0.4) else ""
        header = (
            ("|" if is_literal else ">") + self._any((chomping + indicator, indicator + chomping)) + self._comment()
        )
        pad = "\n" + " " * (indent + width)
        written = pad + lines[0]
        for before, line in pairwise(lines):
            is_folded = not is_literal and before[:1] not in " \t" and line[:1] not in " \t"
            written += ("\n" if is_folded else "") + pad + line
        if not is_literal and not any(line[:1] in " \t" for line in lines):
            written = _SINGLE_SPACE.sub(lambda _: pad if self._is(0.3) else " ", written)
        self.keeps_lines = chomping == "+"
        return header + written + ("\n" * (breaks - 1) if self.keeps_lines else self._any(("", "\n")))
