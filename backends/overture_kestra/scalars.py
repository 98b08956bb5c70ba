"""Texts as YAML scalars that every reader takes for the same text: PyYAML (YAML 1.1), YAML 1.2, and Kestra's own
SnakeYAML under Jackson.

A text stands plain where none of them could see something else in it, in quotes where one could, in a block where it
has several lines or would be long. What is visible in a file stays visible: what a terminal or an editor hides or turns
round is escaped. All classes of characters are written out: Python's own tables differ by its version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

WIDTH = 118
"""Columns of a line; a text that is longer is folded where it has spaces."""

# letters and signs that no reader treats specially, left to right, in every Unicode that matters
_VISIBLE = "\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u058f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u3041-\u9fff"
_PLAIN = re.compile(f"[A-Za-z_/($\xc0-\u024f][{_VISIBLE}]*\\Z")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# a mapping or a comment would begin inside it
_BREAKING = re.compile(r":(?= |\Z)| #")
# what readers of YAML 1.1 take for something else than a text
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "infinity"))
# what a block does not carry unchanged: a line break but \n, what YAML calls unprintable
_UNPRINTABLE = re.compile("[^\n\t\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
# in quotes: what ends lines or vanishes in some readers, what turns text round, lone surrogates, what is no character
_ESCAPED = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff"
    "\U000e0000-\U0010ffff]|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff]"
)
# SnakeYAML reads a longer key only after a question mark
_MOST_OF_A_KEY = 1000
# with more escapes than this a text reads better in a block
_FEW_ESCAPES = 2


def key(text: str) -> str:
    return text if _PLAIN_KEY.match(text) and text.lower() not in _WORDS else quoted(text)


def is_long_key(text: str) -> bool:
    return len(quoted(text)) > _MOST_OF_A_KEY


def text_lines(head: str, text: str, indent: int) -> list[str]:
    """The lines of a text after `head` (`id:` or `-`); those of a block stand at `indent`."""
    if "\n" in text and is_block(text):
        return [f"{head} {_block_header(text)}", *_block_lines(text, indent)]
    found = inline(text)
    is_long = len(head) + 1 + len(found) > WIDTH
    if (is_long or found.count("\\") > _FEW_ESCAPES) and (lines := _folded(text, indent)):
        return [f"{head} >-", *lines]
    return [f"{head} {found}"]


def inline(value: bool | int | float | str | None) -> str:
    """A scalar on one line."""
    if isinstance(value, str):
        if _PLAIN.match(value) and not (value[-1] == " " or _BREAKING.search(value) or value.lower() in _WORDS):
            return value
        return quoted(value)
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" not in text else text.replace("e", ".0e", 1)
    return json.dumps(value)


def quoted(text: str) -> str:
    """In double quotes; in single ones where that saves escapes."""
    if "'" not in text and re.search(r'["\\]', text) and re.match(f"[{_VISIBLE}]*\\Z", text):
        return f"'{text}'"
    return _ESCAPED.sub(lambda found: _escape(found[0]), json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def is_block(text: str) -> bool:
    """Whether a `|` block carries the text unchanged."""
    if _UNPRINTABLE.search(text):
        return False
    lines = text.split("\n")
    # a first line that is blank or indented needs an explicit indentation, which readers differ on; tabs likewise
    if not lines[0].strip() or lines[0][0] in " \t":
        return False
    # of several line breaks at the end a block would take in the blank line that parts two tasks
    return not text.endswith("\n\n") and bool(text.rstrip("\n").rpartition("\n")[2].strip())


def _block_header(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def _block_lines(text: str, indent: int) -> list[str]:
    pad = " " * indent
    lines = text.split("\n")
    if text.endswith("\n"):
        lines = lines[:-1]
    return [pad + line if line else "" for line in lines]


def _folded(text: str, indent: int) -> Sequence[str]:
    """The lines of a `>` block, empty where the text has none: it breaks at single spaces, which readers put back."""
    if not text or "\n" in text or "\t" in text or text[0] == " " or text[-1] == " " or _UNPRINTABLE.search(text):
        return ()
    pad = " " * indent
    most = max(WIDTH - indent, 60)
    lines: list[str] = []
    for word in re.split(r"(?<! ) (?! )", text):
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return [pad + line for line in lines]
