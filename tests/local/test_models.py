"""The ai task: which model is asked how often, in what form, and what becomes of its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from local_running import Runner

from overture.plan.portable import portable, unpadded
from overture.testing import ModelScript, Reply, ScriptedAnswer, ScriptedEntry, World, speaker
from overture.testing.models import Model
from overture_local import RunRefused, RunResult

RETURNS = "{type: object, required: [label], properties: {label: {enum: [bug, feature]}, why: {type: string}}}"


def _flow(more: str = "", returns: str | None = RETURNS) -> str:
    fits = f", returns: {returns}" if returns else ""
    return f"""
overture: 1
name: judging
tasks:
  - {{id: judge, kind: ai, prompt: "Which label?"{fits}{more}}}
outputs: {{value: tasks.judge.value, usage: tasks.judge.usage, model: tasks.judge.model}}
"""


def _run(runner: Runner, model: Model, more: str = "", returns: str | None = RETURNS) -> tuple[RunResult, World]:
    with World((), model) as world:
        environment = {"OPENAI_BASE_URL": world.model_url, "OPENAI_API_KEY": "key-of-the-model", "OVERTURE_MODEL": "m"}
        return runner.run(_flow(more, returns), environment=environment, allow_hosts=()), world


def _script(*answers: ScriptedAnswer, **by_model: ScriptedAnswer) -> ModelScript:
    entries = [ScriptedEntry("", (answer,), model) for model, answer in by_model.items()]
    return ModelScript([*entries, ScriptedEntry("", answers)] if answers else entries)


GOOD = ScriptedAnswer(value={"label": "bug", "why": "it crashes"})
BAD = ScriptedAnswer(text='{"label": "nonsense"}')
DOWN = ScriptedAnswer(reply=Reply(status=503))


def test_a_good_answer_is_the_value(runner: Runner) -> None:
    result, world = _run(runner, _script(GOOD))
    assert result.outputs["value"] == {"label": "bug", "why": "it crashes"}
    call = world.model_calls[0]
    assert (call.model, call.request.headers["authorization"]) == ("m", "Bearer key-of-the-model")
    assert call.format_type == "json_schema"
    assert call.body["max_tokens"] == 4096


def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_what_was_wrong(runner: Runner) -> None:
    result, world = _run(runner, _script(BAD, GOOD))
    assert result.outputs["value"]["label"] == "bug"
    assert result.outputs["usage"] == {"input_tokens": 20, "output_tokens": 10}
    assert "$.label" in world.model_calls[1].asked
    assert [message["role"] for message in world.model_calls[1].messages] == ["user", "assistant", "user"]


def test_an_answer_that_never_fits_fails_and_no_other_model_is_asked(runner: Runner) -> None:
    result, world = _run(runner, _script(BAD), ", models: [one, two]")
    assert result.error is not None
    assert result.error.type == "returns"
    assert [call.model for call in world.model_calls] == ["one", "one"]


@pytest.mark.parametrize(
    "none",
    [
        DOWN,
        ScriptedAnswer(refusal="I would rather not"),
        ScriptedAnswer(reply=Reply(is_dropped=True)),
        ScriptedAnswer(reply=Reply.of_text("<html>", content_type="text/html")),
        ScriptedAnswer(reply=Reply.of_json({"choices": []})),
        ScriptedAnswer(reply=Reply.of_json({"choices": None})),
        ScriptedAnswer(reply=Reply(status=429)),
        ScriptedAnswer(text=" "),
    ],
)
def test_no_answer_goes_to_the_next_model(runner: Runner, none: ScriptedAnswer) -> None:
    result, world = _run(runner, _script(one=none, two=GOOD), ", models: [one, two]")
    assert result.state == "succeeded", result.error
    assert result.outputs["model"] == "two"
    assert [call.model for call in world.model_calls] == ["one", "two"]


def test_a_key_that_is_refused_stops_at_once(runner: Runner) -> None:
    result, world = _run(runner, _script(ScriptedAnswer(reply=Reply(status=401))), ", models: [one, two]")
    assert result.error is not None
    assert len(world.model_calls) == 1


@pytest.mark.parametrize("name", ["deepseek", "llama_cpp_python", "openai", "lm_studio", "ollama", "llama_cpp", "vllm"])
def test_servers_of_every_character_are_understood(runner: Runner, name: str) -> None:
    result, world = _run(runner, speaker(name, {"label": "bug", "why": "x"}))
    assert result.outputs["value"] == {"label": "bug", "why": "x"}, result.error
    assert len(world.model_calls) <= 2


def test_a_refusal_of_the_format_steps_down_once_and_is_remembered(runner: Runner) -> None:
    flow = _flow().replace("tasks:", "tasks:\n  - {id: first, kind: ai, prompt: Same?, returns: " + RETURNS + "}", 1)
    with World((), speaker("deepseek", {"label": "bug"})) as world:
        environment = {"OPENAI_BASE_URL": world.model_url, "OVERTURE_MODEL": "m"}
        assert runner.run(flow, environment=environment).state == "succeeded"
    assert [call.format_type for call in world.model_calls] == ["json_schema", "json_object", "json_object"]


def test_a_value_that_is_no_object_is_wrapped_and_unwrapped(runner: Runner) -> None:
    result, world = _run(runner, _script(ScriptedAnswer(value=["a", "b"])), "", "{type: array, items: {type: string}}")
    assert result.outputs["value"] == ["a", "b"]
    schema: Any = world.model_calls[0].schema
    assert (schema["type"], schema["required"]) == ("object", ["value"])


def test_without_returns_the_value_is_the_text(runner: Runner) -> None:
    result, world = _run(runner, _script(ScriptedAnswer(text="Dear Ann,\n")), "", None)
    assert result.outputs["value"] == "Dear Ann,\n"
    assert world.model_calls[0].format_type == "text"


def test_an_answer_that_was_cut_off_is_not_repaired(runner: Runner) -> None:
    cut = ScriptedAnswer(text='{"label": "bug", "why": "it cra', finish="length")
    result, _ = _run(runner, _script(cut))
    assert result.error is not None
    assert result.error.type == "returns"


def test_a_server_that_wants_another_word_for_the_limit_gets_it(runner: Runner) -> None:
    said = {"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}
    result, world = _run(runner, _script(ScriptedAnswer(reply=Reply.of_json(said, 400)), GOOD), ", max_tokens: 99")
    assert result.state == "succeeded"
    assert world.model_calls[1].body["max_completion_tokens"] == 99


def test_without_a_model_nothing_is_started(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="names no model"):
        runner.run(_flow())


def test_the_portable_form_requires_every_property_and_drops_what_servers_do_not_know() -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {
            "a": {"type": "string", "maxLength": 5, "description": "short"},
            "b": {"type": ["integer", "null"]},
            "c": {"type": "array", "items": {"enum": ["x", None]}},
        },
    }
    form = portable(schema)
    assert (form.is_strict, form.is_wrapped) == (True, False)
    assert form.schema == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "description": 'short ("maxLength": 5)'},
            "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "c": {
                "anyOf": [
                    {"type": "array", "items": {"type": ["string", "null"], "enum": ["x", None]}},
                    {"type": "null"},
                ]
            },
        },
        "required": ["a", "b", "c"],
        "additionalProperties": False,
    }
    assert unpadded({"a": "x", "b": None, "c": None}, schema) == {"a": "x", "b": None}


@pytest.mark.parametrize(
    "schema",
    [{}, {"type": "object"}, {"type": "array"}, {"type": "object", "additionalProperties": {"type": "string"}}],
)
def test_what_no_server_can_be_held_to_is_not_said_to_be_strict(schema: dict[str, Any]) -> None:
    assert not portable(schema).is_strict
    json.dumps(portable(schema).schema)
