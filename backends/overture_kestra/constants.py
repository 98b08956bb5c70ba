"""Constants as they stand in templates: as Pebble literals, as text, and as JSON text; brackets round expressions."""

from __future__ import annotations

import base64
import json
import re

from overture.expressions.tree import Expr, ListOf, Literal, ObjectOf, Template
from overture.expressions.types import Json
from overture_kestra.inexact import Inexact, bare

_EXACT = 2**53
RAW_TAG = re.compile(r"\{%-?\s*raw")

# what stands between the members of JSON text, and between a key and its value
SPACED = (", ", ": ")
COMPACT = (",", ":")


def pebble_string(text: str) -> str:
    """A text as a Pebble literal. Pebble knows one escape, that of the quote; base64 carries what it cannot.

    Raises Inexact for a text with a raw tag, which Kestra takes out of every result, and for lone surrogates.
    """
    if RAW_TAG.search(text) or "\0" in text or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise Inexact("a text that Kestra changes")
    if "\\" in text or "{%" in text:
        return f"('{base64.b64encode(text.encode()).decode()}' | base64decode)"
    quote = '"' if "'" in text and '"' not in text and "#{" not in text else "'"
    return quote + text.replace(quote, "\\" + quote) + quote


def template_text(text: str) -> str:
    """A constant text as it stands in a template: what would open a tag is written as a value."""
    if RAW_TAG.search(text) or "\0" in text or any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise Inexact("a text that Kestra changes")
    return re.sub(r"\{[{%#]", lambda found: "{{ '" + found[0] + "' }}", text)


def json_text(value: Json, separators: tuple[str, str] = SPACED) -> str:
    """A constant as JSON text that a template leaves as it is: `{{` inside its texts is written with an escape."""
    return re.sub(r"\{([{%#])", lambda found: f"{{\\u{ord(found[1]):04x}", constant_text(value, separators))


def constant_text(value: Json, separators: tuple[str, str]) -> str:
    """The JSON text of a constant."""
    text = json.dumps(_whole(value), ensure_ascii=False, separators=separators)
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _whole(value: Json) -> Json:
    """A value in which whole doubles are integers."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return value


def constant_value(tree: Expr) -> tuple[bool, Json]:
    """Whether a tree is made of literals alone, and its value."""
    tree = bare(tree)
    match tree:
        case Literal(value=value):
            return True, value
        case ListOf(items=items):
            parts = [constant_value(item) for item in items]
            return all(known for known, _ in parts), [value for _, value in parts]
        case ObjectOf(entries=entries):
            keys = [constant_value(key) for key, _ in entries]
            values = [constant_value(value) for _, value in entries]
            known = all(each for each, _ in (*keys, *values)) and all(isinstance(key, str) for _, key in keys)
            return known, {
                str(key): value for (_, key), (_, value) in zip(keys, values, strict=True)
            } if known else None
        case Template(parts=parts):
            texts = [constant_value(part) for part in parts]
            if all(known and isinstance(text, str) for known, text in texts):
                return True, "".join(str(text) for _, text in texts)
    return False, None


def unbracketed(expression: str) -> str:
    """The expression without brackets round the whole of it."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth, quote = 0, ""
    at = 0
    while at < len(expression):
        char = expression[at]
        if quote:
            if char == "\\" and at + 1 < len(expression) and expression[at + 1] == quote:
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0 and at < len(expression) - 1:
                return expression
        at += 1
    return expression[1:-1]
