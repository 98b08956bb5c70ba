"""Scripted models and the characters of servers."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from overture.testing import CHARACTERS, ModelScript, World, speaker
from overture.testing.models import read_script

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["bug", "idea"]}}, "required": ["label"]}
WRAPPED = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}


def call(world: World, prompt: str, **more: Any) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(world.host, timeout=1)
    body = {"model": "m1", "messages": [{"role": "user", "content": prompt}], **more}
    headers = {"Content-Type": "application/json", "Authorization": "Bearer sk-canary"}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
    reply = connection.getresponse()
    answer = reply.status, reply.read(100_000)
    connection.close()
    return answer


def content(reply: tuple[int, bytes]) -> Any:
    return json.loads(reply[1])["choices"][0]["message"]["content"]


def by_schema(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def test_a_call_is_answered_by_what_its_prompt_speaks_of() -> None:
    script = read_script("models", {"crash": {"json": {"label": "bug"}}, "wish": [{"text": "one"}, "two"]})
    with World(model=ModelScript(script)) as world:
        assert json.loads(content(call(world, "a crash", response_format=by_schema(SCHEMA)))) == {"label": "bug"}
        assert [content(call(world, "a wish")) for _ in range(3)] == ["one", "two", "two"]
        assert call(world, "nothing known")[0] == 404
    assert [one.model for one in world.model_calls] == ["m1"] * 5
    assert world.model_calls[0].schema == SCHEMA
    assert world.requests == []


def test_a_question_asked_again_finds_its_entry_by_the_earlier_messages() -> None:
    script = read_script("models", {"crash": [{"text": "no json"}, {"json": {"label": "bug"}}]})
    earlier = [
        {"role": "user", "content": "a crash"},
        {"role": "assistant", "content": "no json"},
        {"role": "user", "content": "That does not fit."},
    ]
    with World(model=ModelScript(script)) as world:
        assert content(call(world, "a crash")) == "no json"
        assert json.loads(content(call(world, "", messages=earlier))) == {"label": "bug"}


def test_entries_can_be_held_to_a_model_and_count_tokens() -> None:
    entries = [
        {"model": "m1", "replies": {"status": 500, "text": "down"}},
        {"model": "m2", "replies": {"json": "fine"}, "usage": {"completion_tokens": 7}},
    ]
    with World(model=ModelScript(read_script("models", entries))) as world:
        assert call(world, "x") == (500, b"down")
        reply = call(world, "x", model="m2", response_format=by_schema(WRAPPED))
    assert json.loads(content(reply)) == {"value": "fine"}
    usage = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
    assert json.loads(reply[1])["usage"] == usage


def test_a_forced_tool_gets_its_arguments() -> None:
    tools = [{"type": "function", "function": {"name": "answer", "parameters": SCHEMA}}]
    choice = {"type": "function", "function": {"name": "answer"}}
    with World(model=speaker("openai", {"label": "bug"})) as world:
        message = json.loads(call(world, "x", tools=tools, tool_choice=choice)[1])["choices"][0]["message"]
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"label": "bug"}


@pytest.mark.parametrize(
    ("name", "format_type", "status", "speaks_of"),
    [
        ("openai", "json_schema", 200, '\\"label\\"'),
        ("ollama", "json_schema", 200, "Sure!"),
        ("llama_cpp", "json_schema", 200, "Sure!"),
        ("lm_studio", "json_object", 400, "must be 'json_schema' or 'text'"),
        ("lm_studio", "json_schema", 200, '\\"label\\"'),
        ("deepseek", "json_schema", 400, "response_format"),
        ("deepseek", "json_object", 200, '\\"label\\"'),
        ("llama_cpp_python", "json_schema", 500, "response_format"),
        ("html_proxy", "json_schema", 200, "<!doctype html>"),
        ("null_choices", "json_schema", 200, '"choices":null'),
        ("unauthorized", "json_schema", 401, "sk-canary"),
        ("out_of_quota", "json_schema", 429, "insufficient_quota"),
        ("truncated", "json_schema", 200, '"finish_reason":"length"'),
        ("refusing", "json_schema", 200, '"refusal":"'),
    ],
)
def test_a_character_does_what_its_kind_does(name: str, format_type: str, status: int, speaks_of: str) -> None:
    wanted = by_schema(SCHEMA) if format_type == "json_schema" else {"type": format_type}
    with World(model=speaker(name, {"label": "bug"})) as world:
        reply = call(world, "answer in JSON", response_format=wanted)
    assert reply[0] == status
    assert speaks_of in reply[1].decode()


@pytest.mark.parametrize("name", sorted(CHARACTERS.keys() - {"slow", "silent", "dropping"}))
def test_every_character_answers_something_and_says_what_it_is(name: str) -> None:
    assert CHARACTERS[name].about.endswith(".")
    with World(model=speaker(name, {"label": "bug"})) as world:
        assert call(world, "x", response_format=by_schema(SCHEMA))[0] >= 200
    assert len(world.model_calls) == 1


@pytest.mark.parametrize("name", ["slow", "silent", "dropping"])
def test_who_does_not_answer_in_time_does_not_answer(name: str) -> None:
    with World(model=speaker(name, None)) as world, pytest.raises((OSError, http.client.HTTPException)):
        call(world, "x")


@pytest.mark.parametrize("name", ["rate_limited_once", "overloaded_once", "misfit_once", "truncated_once"])
def test_what_fails_once_is_right_the_second_time(name: str) -> None:
    with World(model=speaker(name, {"label": "bug"})) as world:
        first, second = (call(world, "x", response_format=by_schema(SCHEMA)) for _ in range(2))
    assert first != second
    assert json.loads(content(second)) == {"label": "bug"}
