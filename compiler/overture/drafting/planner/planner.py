"""The built-in planner: plain step-by-step English to a workflow, without a model.

It reads every word or says which it did not understand, and never guesses: what the words leave open becomes an input,
a secret, an assumption or a question.
"""

from __future__ import annotations

import re

from overture.drafting.planner.draft import Draft, Task
from overture.drafting.planner.model import Planned
from overture.drafting.planner.texts import cited
from overture.drafting.planner.walk import Walk
from overture.expressions.types import Json

_DESCRIPTION_CHARACTERS = 300
_SOURCE_CHARACTERS = 80


def plan_request(request: str, *, name: str | None = None) -> Planned:
    """Read a request. Deterministic: no model, no network, the same words give the same workflow. Never raises."""
    walk = Walk(request)
    if name is not None:
        walk.draft.settings["name"] = name
    walk.run()
    draft = walk.draft
    missed = tuple(sorted(walk.missed, key=lambda each: each.start))
    said = tuple(draft.assumptions), tuple(draft.questions)
    if not draft.blocks[0].tasks:
        return Planned(None, "no step was understood", *said, missed)
    document = _document(draft, request, name)
    return Planned(document, _understanding(document, _brought(draft)), *said, missed)


def _document(draft: Draft, request: str, name: str | None) -> dict[str, Json]:
    tasks = [*draft.blocks[0].tasks, *draft.last]
    defaults = {"retry": draft.settings["retry"]} if "retry" in draft.settings else {}
    document: dict[str, Json] = {
        "overture": 1,
        "name": name or _name(draft.blocks[0].tasks),
        "description": cited(" ".join(request.split())[:_DESCRIPTION_CHARACTERS]),
        "inputs": draft.inputs,
        "secrets": draft.secrets,
        "state": draft.state,
        "triggers": draft.triggers,
        "defaults": defaults,
        "timeout": draft.settings.get("timeout"),
        "tasks": tasks,
        "outputs": {name: _output(expression, tasks) for name, expression in draft.outputs.items()},
        "on_failure": draft.on_failure,
        "finally": draft.finally_,
    }
    return {key: value for key, value in document.items() if value}


def _output(expression: str, tasks: list[Task]) -> str:
    """An output of a run that may have ended before: null then."""
    if not any(task["kind"] == "stop" for task in tasks):
        return expression
    made = dict.fromkeys(re.findall(r"tasks\.(\w+)\.", expression))
    return (
        f"({expression}) if {' and '.join(f'tasks.{id}.state == {chr(39)}succeeded{chr(39)}' for id in made)} else null"
    )


def _name(tasks: list[Task]) -> str:
    """A name for the workflow from its first and its last step."""
    ends = [str(tasks[0]["id"]), str(tasks[-1]["id"])] if len(tasks) > 1 else [str(tasks[0]["id"])]
    return "_".join(ends)[:64].strip("_")


def _brought(draft: Draft) -> str:
    """What the webhook brings, if the request says it: ` with the order`."""
    body = next((each for each in draft.blocks[0].results if each.expression == "trigger.body"), None)
    return "" if body is None or body.noun == "body" else f" with the {body.noun.replace('_', ' ')}"


def _understanding(document: dict[str, Json], brought: str) -> str:
    starts = [
        f"at `{each['cron']}` {each['timezone']}"
        if each["type"] == "schedule"
        else f"after `{each['workflow']}`"
        if each["type"] == "after"
        else f"by a webhook{brought}"
        for each in document.get("triggers", [])
    ]
    steps = "; ".join(dict.fromkeys(_told(task) for task in document["tasks"]))
    told = f"starts {' and '.join(starts) or 'by hand'}: {steps}"
    for key, words in (("on_failure", "when it fails"), ("finally", "at the end in any case")):
        if document.get(key):
            told += f"; {words}: {'; '.join(_told(task) for task in document[key])}"
    retry = document.get("defaults", {}).get("retry")
    if retry:
        told += f"; {retry['attempts']} attempts of what may be repeated"
    if document.get("timeout"):
        told += f"; at most {document['timeout']} in all"
    return told


def _told(task: Task) -> str:
    """A task in the words that asked for it, and what stands inside it."""
    words = " ".join(str(task.get("source", "")).split()).rstrip(",:")[:_SOURCE_CHARACTERS] or str(task["id"])
    blocks = [task.get("tasks", []), *(case["tasks"] for case in task.get("cases", []))]
    insides = [
        "; ".join(_told(each) for each in tasks if each.get("source") != task.get("source"))
        for tasks in blocks
        if tasks
    ]
    told = words + ", or else".join(f" ({inside})" for inside in insides if inside)
    for key, joint in (("else", "otherwise"), ("catch", "if that fails")):
        if task.get(key):
            told += f", {joint} ({'; '.join(_told(each) for each in task[key])})"
    return told
