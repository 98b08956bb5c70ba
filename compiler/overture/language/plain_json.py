"""JSON in which nothing is wrong, read at the speed of Python's own scanner.

It takes less than the exact reader of json_text.py does, never more: what it is in doubt about is None, and the exact
reader judges.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NoReturn

from overture.diagnostics.sources import Place
from overture.language.document import MAX_DEPTH, MAX_VALUES, Document, escaped, number_of
from overture.language.places import PlacesOnDemand

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN = re.compile(r"[ \t\r\n,:]*")
_DECODER = json.JSONDecoder()


class _InDoubt(Exception):
    """What stands here is for the exact reader."""


def plain_json(text: str) -> Document | None:
    """The document in `text`, which holds no half of a character; None when there may be a finding in it."""
    # a value follows a bracket or a comma: most of what is too much need not be read to be seen
    if text.count(",") + text.count("[") + text.count("{") > 3 * MAX_VALUES:
        return None
    try:
        data = json.loads(
            text, object_pairs_hook=_object, parse_int=_number, parse_float=_number, parse_constant=_refuse
        )
    except (ValueError, RecursionError, _InDoubt):
        return None
    if not isinstance(data, dict) or not _is_small(data):
        return None
    if "\\u" in text and _HALF.search(text) and _SURROGATE.search(json.dumps(data, ensure_ascii=False)):
        return None
    begin = _skip(text, 0)
    root = Place(begin, text.rindex("}") + 1)
    return Document(data, PlacesOnDemand((root, begin), partial(_opened, text), partial(_whole, text), len(text)), [])


def _whole(text: str) -> Mapping[str, Place]:
    from overture.language.json_text import parse_json

    return parse_json(text).places


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _InDoubt
    return found


def _number(text: str) -> int | float:
    number = number_of(text)
    if number is None:
        raise _InDoubt
    return number


def _refuse(_: str) -> NoReturn:
    raise _InDoubt


def _is_small(data: dict[str, Any]) -> bool:
    """Whether the caps of depth and number of values are kept. Level by level: nothing here is as deep as the data."""
    level: list[Any] = [data]
    values = 1
    for _ in range(MAX_DEPTH):
        inner = [each.values() if type(each) is dict else each for each in level]
        values += sum(map(len, inner))
        if values > MAX_VALUES:
            return False
        level = [value for each in inner for value in each if type(value) is dict or type(value) is list]
        if not level:
            return True
    return False


def _opened(text: str, start: int) -> Iterator[tuple[str, Place, int | None]]:
    """What stands in the list or object that begins at `start`: the decoder finds where each value ends."""
    is_object = text[start] == "{"
    here = _skip(text, start + 1)
    index = 0
    while text[here] not in "]}":
        part, key = str(index), None
        if is_object:
            name, end = _DECODER.raw_decode(text, here)
            part, key = escaped(name), (here, end)
            here = _skip(text, end)
        _, end = _DECODER.raw_decode(text, here)
        yield part, Place(here, end, key), here if text[here] in "[{" else None
        here = _skip(text, end)
        index += 1


def _skip(text: str, start: int) -> int:
    between = _BETWEEN.match(text, start)
    return between.end() if between else start
