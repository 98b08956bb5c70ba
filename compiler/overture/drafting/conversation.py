"""What is said to a model and what it answers; the one seam behind which every client stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, Protocol

from overture.expressions.types import Json


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `text` is the JSON object that was asked for, or the text; tokens are None where the server counts
    none; `calls` and the sums are over all requests that it took."""

    text: str
    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0
    calls: int = 1


Objection = Callable[[dict[str, Json]], "str | None"]
"""What is wrong with the shape of an answer, None when it can be worked with."""


class Client(Protocol):
    """Whoever answers. Raises DraftingError."""

    @property
    def model(self) -> str: ...

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Json], objection: Objection) -> Reply:
        """The answer to a conversation, an object of this JSON Schema as far as the server can be held to it."""


def digest(messages: Sequence[Message], schema: Mapping[str, Json]) -> str:
    """The name of a request: SHA-256 over its messages and its schema."""
    said = [[each.role, each.content] for each in messages]
    return sha256(json.dumps([said, schema], sort_keys=True, ensure_ascii=False).encode()).hexdigest()
