"""A model's side of chat completions, scripted: what is asked, what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from overture.testing import shapes
from overture.testing.replies import Reply, Request
from overture.testing.shapes import CaseError
from overture.testing.values import JSON

COMPLETIONS_PATH = "/v1/chat/completions"
MODEL_KEY = "key-of-the-case"
"""What a case that is run gives as OPENAI_API_KEY."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A request for a completion; `number` counts the server's calls from 1."""

    number: int
    model: str
    messages: tuple[Mapping[str, JSON], ...]
    response_format: JSON
    request: Request

    @property
    def body(self) -> dict[str, JSON]:
        return self.request.body if isinstance(self.request.body, dict) else {}

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each message."""
        return tuple(_text_of(message.get("content")) for message in self.messages)

    @property
    def asked(self) -> str:
        """The text of the last message of the user."""
        roles = [message.get("role") for message in self.messages]
        return next(
            (text for role, text in zip(reversed(roles), reversed(self.texts), strict=True) if role == "user"), ""
        )

    @property
    def format_type(self) -> str:
        """`json_schema`, `json_object`, `tool` for a forced tool call, else `text`."""
        if isinstance(self.response_format, dict) and isinstance(self.response_format.get("type"), str):
            return str(self.response_format["type"])
        return "tool" if self.tool else "text"

    @property
    def tool(self) -> dict[str, JSON] | None:
        """The function (name, parameters) that the call forces, or None."""
        choice = self.body.get("tool_choice")
        functions = [
            tool["function"]
            for tool in shapes.read_list("tools", self.body.get("tools"))
            if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
        ]
        if choice == "required" and functions:
            return functions[0] if isinstance(functions[0], dict) else None
        if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
            for function in functions:
                if isinstance(function, dict) and function.get("name") == choice["function"].get("name"):  # type: ignore[union-attr]
                    return function
        return None

    @property
    def schema(self) -> JSON:
        """The schema that comes with the call, wherever it stands, or None."""
        wanted = self.response_format
        if isinstance(wanted, dict):
            inner = wanted.get("json_schema")
            return inner.get("schema") if isinstance(inner, dict) else wanted.get("schema")
        return self.tool.get("parameters") if self.tool else None

    @classmethod
    def of(cls, request: Request, number: int) -> ModelCall:
        body = request.body if isinstance(request.body, dict) else {}
        messages = tuple(m for m in shapes.read_list("messages", body.get("messages")) if isinstance(m, dict))
        return cls(number, str(body.get("model", "")), messages, body.get("response_format"), request)


class Model(Protocol):
    """Whoever answers the calls of a `World`."""

    def answer(self, call: ModelCall) -> Reply: ...


def say(
    call: ModelCall,
    content: str | None,
    *,
    usage: Mapping[str, int] | None = None,
    finish: str = "stop",
    refusal: str | None = None,
) -> Reply:
    """A completion with this content: as a tool's arguments if the call forces a tool, else as text."""
    message: dict[str, JSON] = {"role": "assistant", "content": content}
    if refusal is not None:
        message["refusal"] = refusal
    elif call.tool is not None and content is not None:
        function: JSON = {"name": call.tool.get("name"), "arguments": content}
        message = {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": f"call_{call.number}", "type": "function", "function": function}],
        }
        finish = "tool_calls" if finish == "stop" else finish
    counted = dict(usage or {"prompt_tokens": 10, "completion_tokens": 5})
    counted.setdefault("total_tokens", sum(counted.values()))
    return Reply.of_json(
        {
            "id": f"chatcmpl-{call.number}",
            "object": "chat.completion",
            "created": 0,
            "model": call.model,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {name: number for name, number in counted.items()},
        }
    )


def say_value(call: ModelCall, value: JSON, *, usage: Mapping[str, int] | None = None) -> Reply:
    """A completion that gives `value` as JSON, wrapped in `{value}` where the call's schema asks for just that."""
    if _wants_wrapping(call.schema) and not (isinstance(value, dict) and value.keys() == {"value"}):
        value = {"value": value}
    return say(call, json.dumps(value, ensure_ascii=False), usage=usage)


@dataclass(frozen=True, slots=True)
class ScriptedAnswer:
    """One answer of a script: a value, a text (with its finish reason), a refusal, or a reply of the server."""

    value: JSON = None
    text: str | None = None
    refusal: str | None = None
    reply: Reply | None = None
    finish: str = "stop"

    def to(self, call: ModelCall, usage: Mapping[str, int]) -> Reply:
        if self.reply is not None:
            return self.reply
        if self.refusal is not None:
            return say(call, None, refusal=self.refusal, usage=usage)
        if self.text is not None:
            return say(call, self.text, usage=usage, finish=self.finish)
        return say_value(call, self.value, usage=usage)


@dataclass(frozen=True, slots=True)
class ScriptedEntry:
    """The answers, in order, to calls that speak of `match` (and name `model`, where it is given)."""

    match: str
    answers: tuple[ScriptedAnswer, ...]
    model: str | None = None
    usage: Mapping[str, int] = field(default_factory=lambda: {"prompt_tokens": 10, "completion_tokens": 5})


class ModelScript:
    """Answers calls by the first entry whose `match` stands in the last message of the user, failing that in any
    message. A call that no entry fits gets 404, as from a server that does not know the model."""

    def __init__(self, entries: Sequence[ScriptedEntry]) -> None:
        self._entries = tuple(entries)
        self._used = [0] * len(self._entries)

    def answer(self, call: ModelCall) -> Reply:
        at = self._choose(call)
        if at is None:
            error: JSON = {"error": {"message": f"no scripted answer for model `{call.model}`"}}
            return Reply.of_json(error, 404)
        entry = self._entries[at]
        answer = entry.answers[min(self._used[at], len(entry.answers) - 1)]
        self._used[at] += 1
        return answer.to(call, entry.usage)

    def _choose(self, call: ModelCall) -> int | None:
        for texts in ((call.asked,), call.texts):
            for at, entry in enumerate(self._entries):
                if entry.model in (None, call.model) and any(entry.match in text for text in texts):
                    return at
        return None


def read_script(where: str, value: JSON) -> tuple[ScriptedEntry, ...]:
    """Entries as `{"text of the prompt": answer or answers}` or as a list of
    `{match, model, replies, usage}`."""
    if not isinstance(value, list):
        return tuple(
            ScriptedEntry(match, _read_answers(f"{where}.{match}", answers))
            for match, answers in shapes.read_mapping(where, value).items()
        )
    entries = []
    for at, item in enumerate(value):
        here = f"{where}[{at}]"
        script = shapes.read_mapping(here, item, ("match", "model", "replies", "usage"))
        if "replies" not in script:
            raise CaseError(here, "an entry needs `replies`")
        counts = shapes.read_mapping(f"{here}.usage", script.get("usage"), ("prompt_tokens", "completion_tokens"))
        usage = {name: shapes.read_integer(f"{here}.usage.{name}", count) for name, count in counts.items()}
        entries.append(
            ScriptedEntry(
                shapes.read_text(f"{here}.match", script.get("match", "")),
                _read_answers(f"{here}.replies", script["replies"]),
                shapes.read_optional_text(f"{here}.model", script.get("model")),
                {"prompt_tokens": 10, "completion_tokens": 5} | usage,
            )
        )
    return tuple(entries)


def _read_answers(where: str, value: JSON) -> tuple[ScriptedAnswer, ...]:
    if not isinstance(value, list):
        return (_read_answer(where, value),)
    if not value:
        raise CaseError(where, "has no answer")
    return tuple(_read_answer(f"{where}[{at}]", item) for at, item in enumerate(value))


def _read_answer(where: str, value: JSON) -> ScriptedAnswer:
    if isinstance(value, str):
        return ScriptedAnswer(text=value)
    keys = ("json", "text", "refusal", "status", "html", "no_choices", "finish", "delay", "drop")
    script = shapes.read_mapping(where, value, keys)
    if "html" in script:
        html = shapes.read_text(f"{where}.html", script["html"])
        return ScriptedAnswer(reply=Reply.of_text(html, content_type="text/html; charset=utf-8"))
    if "no_choices" in script:
        return ScriptedAnswer(reply=Reply.of_json({"id": "chatcmpl-0", "choices": []}))
    if "status" in script or "drop" in script:
        return ScriptedAnswer(
            reply=Reply(
                status=shapes.read_integer(f"{where}.status", script.get("status", 200)),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                body=shapes.read_text(f"{where}.text", script.get("text", "")),
                delay_seconds=shapes.read_seconds(f"{where}.delay", script.get("delay", 0)),
                is_dropped=shapes.read_truth(f"{where}.drop", script.get("drop", False)),
            )
        )
    if "refusal" in script:
        return ScriptedAnswer(refusal=shapes.read_text(f"{where}.refusal", script["refusal"]))
    if "text" in script:
        finish = shapes.read_text(f"{where}.finish", script.get("finish", "stop"))
        return ScriptedAnswer(text=shapes.read_text(f"{where}.text", script["text"]), finish=finish)
    if "json" not in script:
        raise CaseError(where, "an answer has one of json, text, refusal, status, html, no_choices")
    return ScriptedAnswer(value=script["json"])


def _text_of(content: JSON) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _wants_wrapping(schema: JSON) -> bool:
    if not isinstance(schema, dict):
        return False
    properties = schema.get("properties")
    return isinstance(properties, dict) and list(properties) == ["value"]
