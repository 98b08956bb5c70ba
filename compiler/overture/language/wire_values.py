"""Free-form values in the wire form: JSON as text, because a portable schema knows no "anything".

A text that is no JSON stands for itself, so that `{{ tasks.a.body }}` need not be quoted twice; a text that would be
taken for JSON is quoted once more.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from overture.expressions.types import Json

_QUOTED_OR_BARE = re.compile(r'"(?:[^"\\]|\\.)*"|(\{\{.*?\}\})', re.DOTALL)


class NotJson(ValueError):
    """A text that begins as JSON and is none."""


def encode(value: Json) -> str:
    """A value as text. `decode` gives it back."""
    if isinstance(value, str) and not _is_json_like(value):
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def decode(text: str) -> Json:
    """The value that a text stands for: what it is as JSON, else the text itself. A `{{ }}` that stands bare in JSON is
    the text that should have been quoted. Raises NotJson for a text that begins as an object, a list or a quoted text
    and cannot be read."""
    if not _is_json_like(text):
        return text
    try:
        return _load(text)
    except (ValueError, RecursionError) as error:
        quoted = _QUOTED_OR_BARE.sub(lambda match: json.dumps(match[1]) if match[1] else match[0], text)
        try:
            return _load(quoted)
        except (ValueError, RecursionError):
            raise NotJson(_reason(error)) from None


def _is_json_like(text: str) -> bool:
    """Whether a text is JSON, or begins as a list, an object or a quoted text and so should be."""
    bare = text.strip()
    if bare.startswith(("[", '"')) or (bare.startswith("{") and not bare.startswith("{{")):
        return True
    try:
        _load(text)
    except (ValueError, RecursionError):
        return False
    return True


def _load(text: str) -> Json:
    return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse)


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice}` stands there twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"`{constant}` is no JSON")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)
