"""`ai` with `--set ai=plugin`: Kestra's own ChatCompletion, for who prefers it to a script.

It rewrites the schema and checks no answer; a schema that it would distort is refused. Its plugin is not in the
registry, so no test of ours runs it: its behaviour was seen once, on the 1.16 line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.expressions.types import Json
from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.carriers import Members, Plain
from overture_kestra.model import Value
from overture_kestra.place import Place, Refused
from overture_kestra.tasks.simple import text_or_step

CHAT = "io.kestra.plugin.ai.completion.ChatCompletion"
PROVIDER = "io.kestra.plugin.ai.provider.OpenAI"
NOTES = (
    "ChatCompletion sends the schema in a form of its own, checks no answer against it and asks for none again;"
    " it repeats a call that fails up to three times by itself, and puts today's date for `{{current_date}}` in a"
    " system text.",
)
_KEPT = frozenset(("type", "enum", "properties", "required", "items", "description", "additionalProperties"))
_INSTEAD = "export without `--set ai=plugin`"


def lower_chat(task: Task, place: Place, base_url: str, model_name: str) -> list[model.Task]:
    literals, at = task.literals, f"outputs.{task.id}"
    models = [str(each) for each in literals.get("models") or []]
    if len(models) > 1:
        raise Refused("models to fall back on are not exported with `ai=plugin`", _INSTEAD)
    if "model" in task.reads:
        raise Refused("which model answered is not known with `ai=plugin`", _INSTEAD)
    provider: dict[str, Value] = {
        "type": PROVIDER,
        "apiKey": "{{ secret('OPENAI_API_KEY') }}",
        "baseUrl": base_url,
        "modelName": models[0] if models else model_name,
    }
    before: list[model.Task] = []
    messages: list[Value] = []
    for name, role in (("system", "SYSTEM"), ("prompt", "USER")):
        if name in task.fields:
            first, text = text_or_step(place, task, name, task.fields[name])
            before += first
            messages.append({"type": role, "content": text})
    configuration: dict[str, Value] = {}
    if literals.get("temperature") is not None:
        configuration["temperature"] = literals["temperature"]
    if literals.get("max_tokens") is not None:
        configuration["maxToken"] = literals["max_tokens"]
    results = place.lowering.results
    schema = literals.get("returns")
    if schema is None:
        results[task.id, "value"] = Plain(f"{at}.textOutput")
    else:
        for wrong in distorted(schema):
            raise Refused(f"ChatCompletion would distort the schema of `{task.id}`: {wrong}", _INSTEAD)
        configuration["responseFormat"] = {"type": "JSON", "jsonSchema": _sent(schema), "strictJson": True}
        results[task.id, "value"] = Plain(f"{at}.jsonOutput")
    tokens = f"{at}.tokenUsage"
    results[task.id, "usage"] = Members(
        {"input_tokens": Plain(f"{tokens}.inputTokenCount"), "output_tokens": Plain(f"{tokens}.outputTokenCount")}
    )
    properties: dict[str, Value] = {"provider": provider, "messages": messages}
    if configuration:
        properties["configuration"] = configuration
    place.lowering.notes |= dict.fromkeys(NOTES)
    return [*before, model.Task(task.id, CHAT, properties)]


def distorted(schema: Json, at: str = "$") -> Iterator[str]:
    """What ChatCompletion does not send as it is: a line for each."""
    if not isinstance(schema, Mapping):
        yield f"{at} is no schema of an object"
        return
    kind = schema.get("type")
    if at == "$" and kind != "object":
        yield "its root is no object"
    if isinstance(kind, list):
        yield f"{at} may be of several types"
    for keyword in schema:
        if keyword not in _KEPT:
            yield f"`{keyword}` at {at} is dropped"
    if "enum" in schema and not all(isinstance(each, str) for each in schema["enum"]):
        yield f"{at} is one of values that are no texts"
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield f"{at} has properties of any name"
    if kind == "array":
        yield from distorted(schema["items"], f"{at}[]") if "items" in schema else iter([f"{at} has items of any kind"])
    for name, each in schema.get("properties", {}).items():
        if name == "type":
            yield f"the property `type` at {at} is dropped"
        yield from distorted(each, f"{at}.{name}")


def _sent(schema: Mapping[str, Json]) -> dict[str, Value]:
    """The schema with the types that it leaves to be understood."""
    sent = {key: value for key, value in schema.items() if key != "additionalProperties"}
    if "enum" in sent:
        sent.setdefault("type", "string")
    if "items" in sent:
        sent["items"] = _sent(sent["items"])
    if "properties" in sent:
        sent["properties"] = {name: _sent(each) for name, each in sent["properties"].items()}
    return sent
