"""The comment over a flow, of at most ten lines: what it does, what to set before it runs, how to run it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from overture_kestra.model import Flow, Note, Script, Task, Value
from overture_kestra.place import Lowering

_WIDTH = 110
_MOST_LINES = 10
# the server's language decides what these give
_BY_LANGUAGE = re.compile(r"\| (?:upper|lower|numberFormat)\b")


def header(lowering: Lowering, flow: Flow, more: Sequence[str] = ()) -> tuple[str, ...]:
    """`more`: what else whoever deploys the flow has to know."""
    lines = [_sentence(lowering.plan.description) or f"{flow.id}: a flow of {_count(flow)}."]
    for word, texts in (("Set: ", _to_set(lowering, flow)), ("Run: ", _to_run(lowering, flow)), ("Note: ", more)):
        for number, text in enumerate(texts):
            first = word if number == 0 else " " * len(word)
            lines += wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(word))
    return tuple(lines[:_MOST_LINES])


def _sentence(description: str | None) -> str | None:
    """The first sentence of a description, on one line."""
    words = " ".join((description or "").split())
    found = re.match(r".*?[.!?](?= |$)", words)
    sentence = found[0] if found else words
    return sentence if len(sentence) <= _WIDTH else sentence[: _WIDTH - 3].rstrip() + "..."


def _count(flow: Flow) -> str:
    number = len(flow.tasks)
    return "one task" if number == 1 else f"{number} tasks"


def _to_set(lowering: Lowering, flow: Flow) -> Iterator[str]:
    secrets = sorted({*lowering.plan.secrets, *(["OPENAI_API_KEY"] if lowering.asks_models else [])})
    if secrets:
        yield f"secrets {', '.join(secrets)}: in base64, as SECRET_{secrets[0]} … in the server's environment"
    if lowering.asks_models:
        yield "ENV_OVERTURE_MODEL in the server's environment if no model is named, ENV_OPENAI_BASE_URL if not OpenAI's"
    if any(_BY_LANGUAGE.search(text) for text in _texts(flow)):
        yield "-Duser.language=en among the options of the server's JVM: its language decides on upper and lower case"


def _to_run(lowering: Lowering, flow: Flow) -> Iterator[str]:
    kinds = list(dict.fromkeys(each.type for each in lowering.plan.triggers))
    ways = {
        "schedule": "by its schedule",
        "webhook": f"POST /api/v1/main/executions/webhook/{flow.namespace}/{flow.id}/KEY",
        "after": "by the end of the flow that it names",
    }
    if flow.id != lowering.plan.name:
        yield f"by the flow {lowering.plan.name}, which it belongs to"
    elif kinds:
        yield ", or ".join(ways[kind] for kind in kinds)
    else:
        yield f"by hand, or POST /api/v1/main/executions/{flow.namespace}/{flow.id}"
    others = sorted({task for each in flow.walk() if (task := _called(each)) is not None})
    if others:
        yield f"together with the {'flow' if len(others) == 1 else 'flows'} {', '.join(others)}"
    if any(name != "first_error" for name in lowering.scripts):
        tools = " and uv" if lowering.needs_uv else ""
        yield f"with python3 (3.10 or later){tools} on the worker: steps run on it by the plugin for shell scripts"


def _called(task: Task) -> str | None:
    if not task.type.endswith("flow.Subflow"):
        return None
    found = task.properties.get("flowId")
    return found if isinstance(found, str) else None


def _texts(value: Value | Flow) -> Iterator[str]:
    """Every text that Kestra renders."""
    if isinstance(value, Flow):
        for part in (value.tasks, value.errors, value.finally_, tuple(each.value for each in value.outputs)):
            yield from _texts(part)
        for trigger in value.triggers:
            yield from _texts(trigger.properties)
            yield from _texts(trigger.when)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Script):
        yield value.text
    elif isinstance(value, Task):
        yield from _texts(value.run_if)
        yield from _texts(value.properties)
    elif isinstance(value, Note):
        yield from _texts(value.value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)
