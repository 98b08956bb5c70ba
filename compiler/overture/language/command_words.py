"""A command that was written as one text: its words, as a shell would part them, and how they are written as a list."""

from __future__ import annotations

import json
import re
import shlex

_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_HELD = "\ue000"
"""Stands for a template while the words are parted: a private character, which no command holds."""
_OF_SHELL = re.compile(r"[|&;<>$`*\n\\]|^\s*\w+=|(?<!\S)[~#]")
_QUOTED = re.compile(r"""'[^']*'|"[^"$`\\]*\"""")
"""What only a shell gives a meaning to, and what keeps its characters from it."""
_PLAIN = re.compile(r"[A-Za-z./_][A-Za-z0-9./_=+@-]*|--?[A-Za-z][A-Za-z0-9./_=+-]*")
_WORDS_OF_YAML = frozenset(("true", "false", "null"))
MAX_LINE = 2_000
"""Characters of a command that is parted into words: people's are shorter, and a hostile one could hold megabytes."""
MAX_SHOWN = 100
"""Characters of a list that are shown: a help is one line."""


def words_of(text: str) -> tuple[str, ...] | None:
    """The words of a command line; a template is a part of one word. None where a quote is open, or
    where it is longer than anybody writes."""
    if len(text) > MAX_LINE:
        return None
    templates = _TEMPLATE.findall(text)
    try:
        words = shlex.split(_TEMPLATE.sub(_HELD, text))
    except ValueError:
        return None
    if sum(word.count(_HELD) for word in words) != len(templates):
        return None
    rest = iter(templates)
    return tuple(re.sub(_HELD, lambda _: next(rest), word) for word in words)


def needs_shell(text: str) -> bool:
    """Whether a shell would read more than words in a command line."""
    return (
        len(text) <= MAX_LINE and _OF_SHELL.search(_QUOTED.sub(_HELD, _TEMPLATE.sub(_HELD, text.strip()))) is not None
    )


def list_of_words(words: tuple[str, ...], *, is_json: bool = False) -> str:
    """The words as a list of a document."""
    return f"[{', '.join(json.dumps(word, ensure_ascii=False) if is_json else _written(word) for word in words)}]"


def _written(word: str) -> str:
    if _PLAIN.fullmatch(word) and word.lower() not in _WORDS_OF_YAML:
        return word
    return json.dumps(word, ensure_ascii=False)


def mended(text: str, *, is_json: bool = False) -> str | None:
    """The list that a command line certainly means: one that no shell would read otherwise."""
    words = words_of(text)
    if not words or needs_shell(text) or "{{" in words[0]:
        return None
    return list_of_words(words, is_json=is_json)


def help_for(text: str) -> str:
    """What to do about a command that is one text."""
    if not needs_shell(text):
        words = words_of(text)
        shown = list_of_words(words) if words else ""
        return f"give each word by itself: `{shown if 0 < len(shown) <= MAX_SHOWN else '[ls, -l]'}`"
    line = list_of_words(("sh", "-c", text.strip()))
    if "{{" in text or len(line) > MAX_SHOWN:
        line = '[sh, -c, "…"]'
    return f"give each word by itself; for what only a shell reads, run one: `{line}`"
