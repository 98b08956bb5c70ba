"""Answers kept in a file, JSON lines, and given again: a compile that was recorded runs without a model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from overture.drafting.conversation import Client, Message, Objection, Reply, digest
from overture.drafting.failures import DraftingError
from overture.expressions.types import Json

_SHOWN_CHARS = 80


class RecordingClient:
    """Asks another client and appends each answer to a file. Raises DraftingError when that cannot be written."""

    def __init__(self, path: Path, client: Client) -> None:
        self._path = path
        self._client = client

    @property
    def model(self) -> str:
        return self._client.model

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Json], objection: Objection) -> Reply:
        reply = self._client.ask(messages, schema, objection)
        line = {"request": digest(messages, schema), "about": _about(messages), "reply": asdict(reply)}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise DraftingError(f"`{self._path}` cannot be written: {error.strerror}") from None
        return reply


class ReplayClient:
    """Answers from a file that RecordingClient wrote; of several answers to one request, in their order, the last one
    again and again. Raises DraftingError for a file that cannot be read and for a request that is not in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replies: dict[str, list[Reply]] = {}
        self._used: dict[str, int] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DraftingError(f"the recording `{path}` cannot be read: {error}") from None
        self._model = ""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
                reply = Reply(**found["reply"])
                name = str(found["request"])
            except (ValueError, TypeError, KeyError):
                raise DraftingError(f"line {number} of `{path}` is no recorded answer") from None
            self._replies.setdefault(name, []).append(reply)
            self._model = self._model or reply.model

    @property
    def model(self) -> str:
        return self._model

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Json], objection: Objection) -> Reply:
        name = digest(messages, schema)
        replies = self._replies.get(name)
        if replies is None:
            raise DraftingError(
                f"`{self._path}` holds no answer to the request {name[:12]}: {_about(messages)}",
                "record it: the same command with `--record` in place of `--replay`",
            )
        used = self._used.get(name, 0)
        self._used[name] = used + 1
        return replies[min(used, len(replies) - 1)]


def _about(messages: Sequence[Message]) -> str:
    """The beginning of the last thing that the user said, on one line."""
    said = next((each.content for each in reversed(messages) if each.role == "user"), "")
    text = " ".join(said.split())
    return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
