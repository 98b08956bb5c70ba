"""The ladder: the ways of asking for JSON, from the one that holds the model to a schema to the one that hopes.

Servers differ, and most of them do not say what they cannot do; a rung is left only when the server refuses the format
by name or when an answer is of another shape twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from overture.drafting.conversation import Message
from overture.expressions.types import Json

RUNGS = ("json_schema", "tool", "json_object", "text")

_NAME = "answer"
_FORMAT_WORDS = re.compile(
    r"response_format|json_schema|json_object|json mode|structured|schema|grammar|tool|function|guided", re.IGNORECASE
)
_LENGTH_WORDS = re.compile(r"context (length|window)|maximum context|too many tokens|prompt is too long", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """The parameters of one call, as chat completions take them."""

    messages: list[dict[str, str]]
    options: dict[str, Any]


def request_for(rung: str, messages: Sequence[Message], schema: Mapping[str, Json]) -> Request:
    """How a rung asks. Where no format carries the schema, the conversation ends with it."""
    said = [{"role": each.role, "content": each.content} for each in messages]
    if rung == "json_schema":
        wanted = {"name": _NAME, "strict": True, "schema": schema}
        return Request(said, {"response_format": {"type": "json_schema", "json_schema": wanted}})
    if rung == "tool":
        function = {"name": _NAME, "description": "Hand in the answer.", "parameters": schema}
        choice = {"type": "function", "function": {"name": _NAME}}
        return Request(said, {"tools": [{"type": "function", "function": function}], "tool_choice": choice})
    shape = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    words = f"Answer with one JSON object and nothing else. It fits this JSON Schema:\n{shape}"
    said[-1] = said[-1] | {"content": f"{said[-1]['content']}\n\n{words}"}
    return Request(said, {"response_format": {"type": "json_object"}} if rung == "json_object" else {})


def is_refusal_of_format(status: int, message: str) -> bool:
    """Whether a server says that it does not know this way of asking: 4xx or 5xx with words that name the format."""
    if status not in (400, 404, 415, 422, 500, 501) or _LENGTH_WORDS.search(message):
        return False
    return _FORMAT_WORDS.search(message) is not None
