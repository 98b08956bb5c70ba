"""Servers as they are met: each character takes a call and what should be answered, and does what its kind does.

What each does was measured or read in the sources named in the documentation of the real servers; the words of
error bodies are theirs in kind, not copies. `speaker("deepseek", answer)` makes a model for a `World` of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from overture.testing.models import ModelCall, say, say_value
from overture.testing.replies import Reply
from overture.testing.values import JSON


@dataclass(frozen=True, slots=True)
class Character:
    """`about` is one sentence; `reply` answers a call, given the value that a good model would answer."""

    name: str
    about: str
    reply: Callable[[ModelCall, JSON], Reply]


CHARACTERS: dict[str, Character] = {}


@dataclass(frozen=True, slots=True)
class Speaker:
    """A model of one character that would always answer the same value."""

    character: Character
    value: JSON

    def answer(self, call: ModelCall) -> Reply:
        return self.character.reply(call, self.value)


def speaker(name: str, value: JSON) -> Speaker:
    """Raises `KeyError` for a character that is not in `CHARACTERS`."""
    return Speaker(CHARACTERS[name], value)


def _character(reply: Callable[[ModelCall, JSON], Reply]) -> Callable[[ModelCall, JSON], Reply]:
    name = reply.__name__.strip("_")
    CHARACTERS[name] = Character(name, (reply.__doc__ or "").strip(), reply)
    return reply


def _refuse(status: int, message: str, code: str | None = None, kind: str = "invalid_request_error") -> Reply:
    return Reply.of_json({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)


def _chat(call: ModelCall, value: JSON) -> Reply:
    """What a model writes that nobody holds to a format: prose with the value in it, never a tool call."""
    text = f"Sure! Here it is:\n\n```json\n{json.dumps(value, ensure_ascii=False)}\n```\nIt has all {{parts}}."
    return say(_without_tools(call), text)


def _without_tools(call: ModelCall) -> ModelCall:
    body = {key: item for key, item in call.body.items() if key not in ("tools", "tool_choice")}
    return replace(call, request=replace(call.request, body=body))


def _misfit(call: ModelCall) -> Reply:
    return say(call, '{"surprise": true}')


@_character
def openai(call: ModelCall, value: JSON) -> Reply:
    """Holds the model to a strict schema, to a tool's, and to JSON."""
    return say_value(call, value)


@_character
def ollama(call: ModelCall, value: JSON) -> Reply:
    """Accepts a schema and a forced tool, enforces neither, and says nothing about it (its cloud models)."""
    return _chat(call, value)


@_character
def llama_cpp(call: ModelCall, value: JSON) -> Reply:
    """Cannot turn this schema into a grammar and answers 200 with free text; json_object it keeps."""
    return _chat(call, value) if call.format_type == "json_schema" else say_value(call, value)


@_character
def llama_cpp_python(call: ModelCall, value: JSON) -> Reply:
    """Fails with 500 on json_schema and names response_format; a json_object with a schema constrains."""
    if call.format_type == "json_schema":
        message = "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type')}]"
        return _refuse(500, message, kind="internal_server_error")
    return say_value(call, value)


@_character
def lm_studio(call: ModelCall, value: JSON) -> Reply:
    """Refuses json_object with 400 and an error that is a bare string; json_schema it keeps."""
    if call.format_type == "json_object":
        return Reply.of_json({"error": "'response_format.type' must be 'json_schema' or 'text'"}, 400)
    return say_value(call, value)


@_character
def vllm(call: ModelCall, value: JSON) -> Reply:
    """Refuses the guided_* parameters of its past with 400; response_format it keeps."""
    if any(name.startswith("guided_") for name in call.body):
        return _refuse(400, "guided decoding parameters are not supported, use structured outputs")
    return say_value(call, value)


@_character
def deepseek(call: ModelCall, value: JSON) -> Reply:
    """Refuses json_schema with 400; json_object it keeps when a message speaks of JSON."""
    if call.format_type == "json_schema":
        return _refuse(400, "This response_format type is unavailable now")
    if call.format_type == "json_object" and not any("json" in text.lower() for text in call.texts):
        return _refuse(400, "Prompt must contain the word 'json' to use 'response_format' of type 'json_object'.")
    return say_value(call, value)


@_character
def openrouter(call: ModelCall, value: JSON) -> Reply:
    """Drops a format its provider cannot keep, unless told with provider.require_parameters to refuse: 404."""
    if call.format_type == "text":
        return say_value(call, value)
    provider = call.body.get("provider")
    if isinstance(provider, dict) and provider.get("require_parameters") is True:
        return _refuse(404, "No endpoints found that can handle the requested parameters.")
    return _chat(call, value)


@_character
def gemini(call: ModelCall, value: JSON) -> Reply:
    """Finds a big schema too complex, 400; a tool's or none is fine."""
    if call.format_type == "json_schema":
        message = "The specified response_format schema produces a constraint with too many states for serving."
        return Reply.of_json([{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}], 400)
    return say_value(call, value)


@_character
def anthropic(call: ModelCall, value: JSON) -> Reply:
    """Ignores every response_format (its compatibility layer); a forced tool it keeps."""
    return say_value(call, value) if call.format_type == "tool" else _chat(call, value)


@_character
def tool_only(call: ModelCall, value: JSON) -> Reply:
    """Refuses every response_format with 400 and keeps a forced tool."""
    if call.response_format is not None:
        return _refuse(400, "Unsupported parameter: 'response_format' is not supported with this model.")
    return say_value(call, value)


@_character
def plain_only(call: ModelCall, value: JSON) -> Reply:
    """Refuses formats and tools with 400; chats."""
    if call.response_format is not None:
        return _refuse(400, "Unknown parameter: 'response_format'.")
    if "tools" in call.body:
        return _refuse(400, "registry model does not support tools")
    return _chat(call, value)


@_character
def thinking(call: ModelCall, value: JSON) -> Reply:
    """Thinks aloud, with braces, before it answers."""
    thoughts = '<think>The user wants {"an": "object"}, so I write {it}.</think>\n'
    return say(_without_tools(call), thoughts + json.dumps(value, ensure_ascii=False))


@_character
def fenced(call: ModelCall, value: JSON) -> Reply:
    """Fences its JSON."""
    return say(_without_tools(call), f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```")


@_character
def misfit_once(call: ModelCall, value: JSON) -> Reply:
    """Answers JSON of another shape at first, the right one when asked again."""
    return _misfit(call) if call.number == 1 else say_value(call, value)


@_character
def misfit_always(call: ModelCall, value: JSON) -> Reply:
    """Answers JSON of another shape, whatever the format."""
    return _misfit(call)


@_character
def empty_content(call: ModelCall, value: JSON) -> Reply:
    """Answers nothing: an empty text that stops regularly."""
    return say(_without_tools(call), "")


@_character
def null_content(call: ModelCall, value: JSON) -> Reply:
    """Answers content null without a refusal."""
    return say(_without_tools(call), None)


@_character
def null_choices(call: ModelCall, value: JSON) -> Reply:
    """200 with `choices: null`."""
    return Reply.of_json({"id": "chatcmpl-0", "object": "chat.completion", "choices": None})


@_character
def empty_choices(call: ModelCall, value: JSON) -> Reply:
    """200 with no choice."""
    return Reply.of_json({"id": "chatcmpl-0", "object": "chat.completion", "choices": []})


@_character
def error_in_200(call: ModelCall, value: JSON) -> Reply:
    """200 whose body is an error object."""
    return Reply.of_json({"error": {"message": "Provider returned error", "code": 502}})


@_character
def html_proxy(call: ModelCall, value: JSON) -> Reply:
    """200 with a page of HTML, as from a proxy that wants a login."""
    return Reply.of_text("<!doctype html><title>Sign in</title>", content_type="text/html; charset=utf-8")


@_character
def broken_json(call: ModelCall, value: JSON) -> Reply:
    """200 whose body is cut off."""
    whole = say_value(call, value)
    return replace(whole, body=whole.body[: len(whole.body) // 2])


@_character
def no_usage(call: ModelCall, value: JSON) -> Reply:
    """Answers well and counts no tokens."""
    reply = json.loads(say_value(call, value).body)
    del reply["usage"], reply["created"]
    return Reply.of_json(reply)


@_character
def unauthorized(call: ModelCall, value: JSON) -> Reply:
    """401, and the key it was given stands in the message."""
    key = call.request.headers.get("authorization", "").removeprefix("Bearer ")
    return _refuse(401, f"Incorrect API key provided: {key}.", "invalid_api_key")


@_character
def forbidden(call: ModelCall, value: JSON) -> Reply:
    """403: the country is not supported."""
    return _refuse(403, "Country, region, or territory not supported", "unsupported_country_region_territory")


@_character
def not_found(call: ModelCall, value: JSON) -> Reply:
    """404: no such model."""
    return _refuse(404, f"The model `{call.model}` does not exist or you do not have access to it.", "model_not_found")


@_character
def rate_limited_once(call: ModelCall, value: JSON) -> Reply:
    """429 with Retry-After of a second, then an answer."""
    if call.number > 1:
        return say_value(call, value)
    reply = _refuse(429, "Rate limit reached", "rate_limit_exceeded", "requests")
    return replace(reply, headers={**reply.headers, "Retry-After": "1"})


@_character
def rate_limited(call: ModelCall, value: JSON) -> Reply:
    """429 always, with Retry-After of an hour."""
    reply = _refuse(429, "Rate limit reached", "rate_limit_exceeded", "requests")
    return replace(reply, headers={**reply.headers, "Retry-After": "3600"})


@_character
def out_of_quota(call: ModelCall, value: JSON) -> Reply:
    """429 that no waiting ends: the quota is used up."""
    return _refuse(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota")


@_character
def overloaded_once(call: ModelCall, value: JSON) -> Reply:
    """503, then an answer."""
    if call.number > 1:
        return say_value(call, value)
    return _refuse(503, "The engine is currently overloaded", kind="server_error")


@_character
def failing(call: ModelCall, value: JSON) -> Reply:
    """500 always, in plain text."""
    return Reply.of_text("Internal Server Error", 500)


@_character
def redirecting(call: ModelCall, value: JSON) -> Reply:
    """307 to a path of the same server; who follows it shows among the world's requests."""
    return Reply(status=307, headers={"Location": "${world}/elsewhere"})


@_character
def slow(call: ModelCall, value: JSON) -> Reply:
    """Answers after five seconds."""
    return replace(say_value(call, value), delay_seconds=5)


@_character
def silent(call: ModelCall, value: JSON) -> Reply:
    """Takes the call and never answers."""
    return Reply(delay_seconds=3600, is_dropped=True)


@_character
def dropping(call: ModelCall, value: JSON) -> Reply:
    """Closes the connection without an answer."""
    return Reply(is_dropped=True)


@_character
def endless(call: ModelCall, value: JSON) -> Reply:
    """200 with a body that does not end."""
    return replace(Reply.of_text(" " * 65536, content_type="application/json"), is_endless=True)


@_character
def truncated(call: ModelCall, value: JSON) -> Reply:
    """Stops in the middle of the answer, finish reason length, whatever the limit."""
    return _cut(call, value)


@_character
def truncated_once(call: ModelCall, value: JSON) -> Reply:
    """Stops in the middle of the first answer, finish reason length."""
    return _cut(call, value) if call.number == 1 else say_value(call, value)


@_character
def refusing(call: ModelCall, value: JSON) -> Reply:
    """Refuses in the field for it."""
    return say(call, None, refusal="I cannot help with that.")


@_character
def filtered(call: ModelCall, value: JSON) -> Reply:
    """Stops by its content filter."""
    return say(_without_tools(call), "", finish="content_filter")


def _cut(call: ModelCall, value: JSON) -> Reply:
    text = json.dumps(value, ensure_ascii=False)
    return say(call, text[: max(1, len(text) // 2)], finish="length")
