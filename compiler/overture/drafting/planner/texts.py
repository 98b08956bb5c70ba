"""Texts of the document that words of the request go into: nothing that a person wrote becomes an expression."""

from __future__ import annotations

import json
import re

from overture.drafting.planner.vocabulary import vocabulary
from overture.expressions.types import Json

_MOST_BRACKETS = 20
_GREATEST = 2**53  # the integers up to it are exact everywhere
_WORDS = vocabulary("and or not in is if else true false none null for elif")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"[A-Za-z_][\w.]*(?:\[[^\]]*\])*")


def literal(text: str) -> str:
    """A template that gives back a text, whatever braces stand in it."""
    text = re.sub(r"\{(?=[{%])", "{{ '{' }}", text)
    return text[:-1] + "{{ '{' }}" if text.endswith("{") else text


def structure_of(text: str) -> Json:
    """The object or list that a quoted text writes as JSON, its texts as templates that give them back; else None."""
    if not text.lstrip().startswith(("{", "[")) or text.count("[") + text.count("{") > _MOST_BRACKETS:
        return None
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
        return _literals(value)
    except ValueError:
        return None


def _refuse(name: str) -> Json:
    raise ValueError(name)


def _literals(value: Json) -> Json:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, (int, float)) and abs(value) > _GREATEST:
        raise ValueError("a number that a double does not hold")
    if isinstance(value, list):
        return [_literals(each) for each in value]
    return {name: _literals(each) for name, each in value.items()} if isinstance(value, dict) else value


def in_quotes(text: str) -> str:
    """A text as a literal of the expression language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def in_braces(expression: str) -> str:
    return f"{{{{ {expression} }}}}"


def key(name: str) -> str:
    """A key of an object literal."""
    return name if _PLAIN.fullmatch(name) and name not in _WORDS else in_quotes(name)


def member(of: str, name: str) -> str:
    """A property of what an expression gives."""
    base = of if _PATH.fullmatch(of) else f"({of})"
    return f"{base}.{name}" if _PLAIN.fullmatch(name) and name not in _WORDS else f"{base}[{in_quotes(name)}]"


def cited(text: str) -> str:
    """Words of the request for a field that is never filled in: no braces that look so, nothing unprintable."""
    text = re.sub(r"\{(?=[{%])", "{ ", text)
    return "".join(char if char.isprintable() else " " for char in text)


def shown(value: str) -> str:
    """A name or a text as a sentence for people cites it."""
    return json.dumps(value, ensure_ascii=False) if "`" in value else f"`{value}`"
