"""`ai`: a script of the flow asks over the Chat Completions protocol.

Not Kestra's ChatCompletion by default: it rewrites the schema, checks nothing, repeats calls by itself and cannot say
which model answered.
"""

from __future__ import annotations

from dataclasses import replace

from overture.expressions.tree import Expr
from overture.plan.model import Task
from overture.plan.portable import portable
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.model import Script, Value
from overture_kestra.pebble import json_text
from overture_kestra.place import Place
from overture_kestra.tasks.chat import lower_chat
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.timing import SHORT_SECONDS

BASE_URL = "{{ envs.openai_base_url ?? 'https://api.openai.com/v1' }}"
MODEL = "{{ envs.overture_model ?? '' }}"
WHY = "its own script: ChatCompletion rewrites the schema and does not check the answer"


def lower_ai(task: Task, place: Place) -> list[model.Task]:
    place.lowering.asks_models = True
    if place.lowering.options.get("ai") == "plugin":
        return lower_chat(task, place, BASE_URL, MODEL)
    step = ScriptStep(task, place, "ask", "ask.json")
    literals = task.literals
    step.text("base_url", f'"{BASE_URL}"')
    models = literals.get("models")
    step.text("models", json_text(list(models)) if models else f'["{MODEL}"]')
    for name in ("temperature", "max_tokens"):
        if literals.get(name) is not None:
            step.literal(name, literals[name])
    if task.timeout_seconds is not None and task.timeout_seconds < SHORT_SECONDS:
        step.literal("seconds", task.timeout_seconds)
    value = task.results["value"]
    if (schema := literals.get("returns")) is not None:
        sent = portable(schema)
        step.literal("returns", schema)
        if sent.schema != schema:
            step.literal("schema", sent.schema)
        if sent.is_wrapped:
            step.literal("wrapped", True)
    if carriers.is_kept(value):
        step.literal("plain", True)
    for name in ("prompt", "system"):
        if name in task.fields:
            _text_file(step, name, task.fields[name])
    at = f"outputs.{task.id}.vars"
    results = place.lowering.results
    results[task.id, "value"] = Plain(f"{at}.value") if carriers.is_kept(value) else Text(f"{at}.value")
    results[task.id, "model"] = Plain(f"{at}.model")
    results[task.id, "usage"] = Plain(f"{at}.usage")
    env: dict[str, Value] = {"OPENAI_API_KEY": "{{ secret('OPENAI_API_KEY') }}"}
    return [replace(step.build(task.id, {"env": env}), comment=WHY)]


def _text_file(step: ScriptStep, name: str, tree: Expr) -> None:
    """A text in a file of its own, as it would be written by hand; computed where Pebble cannot render it."""
    step.trees.append(tree)
    try:
        step.files[f"{name}.txt"] = Script(step.place.pebble.text(tree))
    except Inexact:
        step.computed[name] = tree
