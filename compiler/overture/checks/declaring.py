"""The mends of a workflow's list of secrets: a name put in, a name taken out, and nothing else touched."""

from __future__ import annotations

import json
import re

from overture.diagnostics.model import Change, Edit
from overture.diagnostics.sources import Place, Source

_LIST = "/secrets"
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=\r|\n|\Z)")
_NOTHING = re.compile(r"[ \t]*(?=\r|\n|\Z)")
_COMMA = re.compile(r"\s*,\s*\Z")
_SIMPLE = re.compile(r"([\"']?)[A-Z][A-Z0-9_]*\1")
_ELEMENT = re.compile(r"[ \t]*-[ \t]+\Z")


def with_secret(source: Source, name: str) -> Edit | None:
    """Declares a secret: at the end of the list, or in a list of its own after the workflow's name. None where the text
    is laid out in a way that leaves it open where to put it."""
    text, places = source.text, source.places
    listed = places.get(_LIST)
    root, named = places.get(""), places.get("/name")
    if listed is None:
        if root is None or named is None:
            return None
        if text[root.start] == "{":
            return _change(source, named.end, named.end, f', "secrets": [{json.dumps(name)}]', name)
        if named.key is None or _line(text, named.key[0]) != named.key[0]:
            return None
        is_plain = text[named.start] not in "|>" and "\n" not in text[named.start : named.end]
        return _on_next_line(source, named, f"secrets: [{name}]", name) if is_plain else None
    written = name if text[root.start if root else 0] != "{" else json.dumps(name)
    last = _last(source)
    if text[listed.start] == "[":
        if last is not None:
            return _change(source, last.end, last.end, f", {written}", name)
        return _change(source, listed.start + 1, listed.start + 1, written, name) if _is_empty(text, listed) else None
    if last is None or not _SIMPLE.fullmatch(text, last.start, last.end):
        return None  # lines below the last one may be read as a part of it
    dash = _ELEMENT.match(text, _line(text, last.start), last.start)
    return _on_next_line(source, last, dash.group() + name, name) if dash else None


def without_secret(source: Source, index: int) -> Edit | None:
    """Takes a secret out of the list, and the list with its last one. None where a comment would go with it."""
    text, places = source.text, source.places
    listed, place = places.get(_LIST), places.get(f"{_LIST}/{index}")
    if listed is None or place is None:
        return None
    before, after = places.get(f"{_LIST}/{index - 1}"), places.get(f"{_LIST}/{index + 1}")
    if text[listed.start] == "[":
        if before is not None and _COMMA.match(text, before.end, place.start):
            return _change(source, before.end, place.end, "")
        if before is None and after is not None and _COMMA.match(text, place.end, after.start):
            return _change(source, place.start, after.start, "")
        if before is not None or after is not None:
            return None
        return _without_lines(source, listed) or _change(source, place.start, place.end, "")
    if before is None and after is None:
        return _without_lines(source, listed)
    start = _line(text, place.start)
    end = _NOTHING.match(text, place.end)
    if not _ELEMENT.match(text, start, place.start) or end is None or "#" in text[start : end.end()]:
        return None  # a comment may stand behind the `|` of a text
    return _change(source, start, _next_line(text, end.end()), "")


def _without_lines(source: Source, listed: Place) -> Edit | None:
    """Takes the whole list out, where it stands on lines of its own."""
    text = source.text
    end = _NOTHING.match(text, listed.end)
    if listed.key is None or end is None or _line(text, listed.key[0]) != listed.key[0]:
        return None
    if "#" in text[listed.key[0] : end.end()]:
        return None
    return _change(source, listed.key[0], _next_line(text, end.end()), "")


def _on_next_line(source: Source, place: Place, line: str, name: str) -> Edit | None:
    rest = _REST.match(source.text, place.end)
    if rest is None:
        return None
    newline = "\r\n" if "\r\n" in source.text else "\n"
    return _change(source, rest.end(), rest.end(), newline + line, name)


def _change(source: Source, start: int, end: int, text: str, name: str | None = None) -> Edit:
    description = f"declare it: `secrets: [{name}]`" if name else "remove it"
    return Edit(description, (Change(source.span(_LIST, start, end), text),))


def _last(source: Source) -> Place | None:
    index = 0
    while f"{_LIST}/{index}" in source.places:
        index += 1
    return source.places.get(f"{_LIST}/{index - 1}")


def _is_empty(text: str, listed: Place) -> bool:
    return not text[listed.start + 1 : listed.end - 1].strip()


def _line(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _next_line(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1
