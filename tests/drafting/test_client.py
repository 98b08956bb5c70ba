from __future__ import annotations

import logging
from typing import Any

import pytest

from overture.drafting.client import MAX_CALLS, ModelClient
from overture.drafting.conversation import Message, Reply
from overture.drafting.failures import DraftingError
from overture.testing import CHARACTERS, World, speaker

KEY = "sk-test-0123456789abcdef"
VALUE = {"answer": "{yes}", "parts": [1, {"a": "}"}]}
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}, "parts": {"type": "array", "items": {"type": "string"}}},
    "required": ["answer", "parts"],
    "additionalProperties": False,
}


class Asked:
    """What became of a question to a server of one character."""

    def __init__(self, character: str, *, times: int = 1, timeout_seconds: float = 30.0) -> None:
        self.slept: list[float] = []
        self.reply: Reply | None = None
        self.error: DraftingError | None = None
        with World(model=speaker(character, VALUE)) as world:
            client = ModelClient(
                "some-model",
                api_key=KEY,
                base_url=world.model_url,
                timeout_seconds=timeout_seconds,
                sleep=self.slept.append,
                clock=lambda: 0.0,
            )
            for _ in range(times):
                try:
                    self.reply = client.ask([Message("user", "the question")], SCHEMA, objection)
                except DraftingError as error:
                    self.error = error
            self.calls = world.model_calls
            self.requests = world.requests

    @property
    def formats(self) -> list[str]:
        return [call.format_type for call in self.calls]

    @property
    def message(self) -> str:
        assert self.error is not None, "the server was expected to fail us"
        return self.error.message


def objection(found: dict[str, Any]) -> str | None:
    return None if "answer" in found else "`answer` is missing"


@pytest.mark.parametrize(
    ("character", "formats"),
    [
        ("openai", ["json_schema"]),
        ("ollama", ["json_schema"]),  # does not keep the schema, yet what it wrote can be read
        ("llama_cpp", ["json_schema"]),
        ("llama_cpp_python", ["json_schema", "tool"]),
        ("lm_studio", ["json_schema"]),
        ("vllm", ["json_schema"]),
        ("deepseek", ["json_schema", "tool"]),
        ("openrouter", ["json_schema"]),
        ("gemini", ["json_schema", "tool"]),
        ("anthropic", ["json_schema"]),
        ("tool_only", ["json_schema", "tool"]),
        ("plain_only", ["json_schema", "tool", "json_object", "text"]),
        ("thinking", ["json_schema"]),
        ("fenced", ["json_schema"]),
        ("misfit_once", ["json_schema", "json_schema"]),
        ("no_usage", ["json_schema"]),
        ("rate_limited_once", ["json_schema", "json_schema"]),
        ("overloaded_once", ["json_schema", "json_schema"]),
        ("truncated_once", ["json_schema", "json_schema"]),
    ],
)
def test_an_answer_is_won_by_the_shortest_way(character: str, formats: list[str]) -> None:
    asked = Asked(character)
    assert asked.error is None, asked.message
    assert asked.reply is not None
    assert asked.reply.text == '{"answer": "{yes}", "parts": [1, {"a": "}"}]}'
    assert asked.formats == formats


@pytest.mark.parametrize(
    ("character", "message", "calls"),
    [
        ("misfit_always", "`some-model` gives no answer that can be used: `answer` is missing", MAX_CALLS),
        ("empty_content", "`some-model` gives no answer that can be used: it is no JSON object", MAX_CALLS),
        ("null_content", "`some-model` gives no answer that can be used: it is no JSON object", MAX_CALLS),
        ("null_choices", "the model's server answered without an answer: there is no choice in it", 1),
        ("empty_choices", "the model's server answered without an answer: there is no choice in it", 1),
        ("error_in_200", "the model's server reports an error: Provider returned error", 1),
        ("html_proxy", "the model's server answered with a web page", 1),
        ("broken_json", "the model's server answered with something that is no JSON", 1),
        ("unauthorized", "the model's server does not take the key: Incorrect API key provided: ***.", 1),
        ("forbidden", "the model's server denies the request: Country, region, or territory not supported", 1),
        ("not_found", "the model's server does not know `some-model`: The model `some-model` does not exist", 1),
        ("rate_limited", "the model's server is busy (429), and asks to wait 3600 seconds: Rate limit reached", 1),
        ("out_of_quota", "the quota of the key is used up: You exceeded your current quota", 1),
        ("failing", "the model's server fails (500): Internal Server Error", 4),
        ("redirecting", "the model's server redirects the request, which is not followed", 1),
        ("dropping", "the model's server closed the connection without an answer", 1),
        ("endless", "the answer of the model's server is too large: the server sent more than 8,000,000 bytes", 1),
        ("truncated", "the answer of `some-model` was cut off after 32000 tokens", 2),
        ("refusing", "`some-model` refuses: I cannot help with that.", 1),
        ("filtered", "the content filter of `some-model` stopped the answer", 1),
    ],
)
def test_a_server_that_fails_us_is_told_in_one_sentence(character: str, message: str, calls: int) -> None:
    asked = Asked(character)
    assert asked.message.startswith(message)
    assert len(asked.calls) == calls
    assert asked.requests == [], "nothing else was asked of the server"


@pytest.mark.parametrize("character", ["slow", "silent"])
def test_a_server_that_does_not_answer_is_not_waited_for(character: str) -> None:
    asked = Asked(character, timeout_seconds=0.2)
    assert asked.message == "the model's server did not answer within 0.2 seconds"
    assert len(asked.calls) == 1


def test_every_character_is_played() -> None:
    marks = [
        mark.args[1]
        for test in (
            test_an_answer_is_won_by_the_shortest_way,
            test_a_server_that_fails_us_is_told_in_one_sentence,
            test_a_server_that_does_not_answer_is_not_waited_for,
        )
        for mark in test.pytestmark  # type: ignore[attr-defined]
    ]
    played = {case if isinstance(case, str) else case[0] for mark in marks for case in mark}
    assert played == set(CHARACTERS)


@pytest.mark.parametrize("character", sorted(set(CHARACTERS) - {"slow", "silent"}))
def test_no_message_and_no_log_holds_the_key(character: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asked = Asked(character)
    if asked.error is not None:
        told = repr(asked.error) + str(asked.error) + (asked.error.help or "") + repr(asked.error.__context__)
        assert KEY not in told
    assert KEY not in caplog.text
    assert all(call.request.headers["authorization"] == f"Bearer {KEY}" for call in asked.calls)


def test_the_rung_that_a_server_keeps_is_remembered() -> None:
    asked = Asked("plain_only", times=2)
    assert asked.formats == ["json_schema", "tool", "json_object", "text", "text"]


def test_a_busy_server_is_given_time() -> None:
    assert Asked("rate_limited_once").slept == [1.0]
    assert Asked("failing").slept == [1.0, 2.0, 4.0]
    assert Asked("out_of_quota").slept == []


def test_what_was_wrong_is_said_when_asking_again() -> None:
    asked = Asked("misfit_once")
    first, second = asked.calls
    assert [message["role"] for message in second.messages] == ["user", "assistant", "user"]
    assert "`answer` is missing" in second.asked
    assert first.texts == second.texts[:1]


def test_where_no_format_carries_the_schema_the_question_does() -> None:
    asked = Asked("plain_only")
    assert "JSON Schema" not in asked.calls[0].asked
    assert '"additionalProperties":false' in asked.calls[3].asked


def test_the_tokens_of_all_calls_are_counted() -> None:
    reply = Asked("misfit_once").reply
    assert reply is not None
    assert (reply.calls, reply.input_tokens, reply.output_tokens, reply.model) == (2, 20, 10, "some-model")
    uncounted = Asked("no_usage").reply
    assert uncounted is not None
    assert (uncounted.input_tokens, uncounted.output_tokens) == (None, None)


def test_a_limit_of_tokens_is_always_sent_and_doubled_once() -> None:
    assert [call.body["max_tokens"] for call in Asked("truncated").calls] == [16_000, 32_000]


def test_a_server_that_is_not_there_is_named() -> None:
    client = ModelClient("m", base_url="http://127.0.0.1:9/v1", timeout_seconds=2)
    with pytest.raises(DraftingError, match=r"the model's server at `http://127\.0\.0\.1:9/v1` cannot be reached"):
        client.ask([Message("user", "x")], SCHEMA, objection)


def test_the_default_server_needs_a_key() -> None:
    with pytest.raises(DraftingError, match="there is no key for the model") as caught:
        ModelClient("m")
    assert "--planner builtin" in (caught.value.help or "")
