"""`http`: a request by a script of the flow.

Kestra's own `http.Request` is exact nowhere: its client sends again by itself on 429 and 503, whatever the method, and
no option stops it; it follows https to http, accepts every status below 400, and checks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from overture.expressions.tree import Expr
from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.model import Value
from overture_kestra.place import CORE, Place
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.timing import SHORT_SECONDS

_ALL_GOOD = ["200-299"]


def lower_http(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "request", "request.json")
    literals = task.literals
    step.literal("method", literals.get("method", "GET"))
    step.tree("url", task.fields["url"])
    for name in ("query", "headers", "body", "form", "file", "save"):
        if name in task.fields:
            step.tree(name, task.fields[name])
    _auth(step, task.fields, literals.get("auth") or {})
    if list(literals.get("accept") or _ALL_GOOD) != _ALL_GOOD:
        step.literal("accept", list(literals["accept"]))
    for name in ("pages", "hosts", "returns"):
        if literals.get(name) is not None:
            step.literal(name, literals[name])
    if task.timeout_seconds is not None and task.timeout_seconds < SHORT_SECONDS:
        step.literal("seconds", task.timeout_seconds)
    body = task.results.get("body")
    is_kept = body is not None and carriers.is_kept(body)
    if "body" not in task.reads:
        step.literal("reads_body", False)
    elif is_kept:
        step.literal("plain", True)
    if literals.get("method") in ("POST", "PATCH"):
        step.text("key", idempotency_key(task, place))
    results = place.lowering.results
    at = f"outputs.{task.id}.vars"
    results[task.id, "status"] = Plain(f"{at}.status")
    results[task.id, "headers"] = Plain(f"{at}.headers")
    results[task.id, "body"] = Plain(f"{at}.body") if is_kept else Text(f"{at}.body")
    results[task.id, "path"] = Plain(f"{at}.path")
    more: dict[str, Value] = {}
    if "file" in task.fields:
        more["namespaceFiles"] = {"enabled": True}
    if "save" not in task.fields:
        return [step.build(task.id, more)]
    more["outputFiles"] = ["saved/**"]
    prepare = place.lowering.name(f"{task.id}_answer")
    return [step.build(prepare, more), saved(task, place, prepare, "saved/")]


def saved(task: Task, place: Place, step_id: str, folder: str) -> model.Task:
    """What a step wrote under a folder, put among the namespace files: the workspace that all runs share."""
    for name in ("status", "headers", "body", "path"):
        carrier = place.lowering.results.get((task.id, name))
        if isinstance(carrier, (Plain, Text)):
            moved = carrier.expression.replace(f"outputs.{task.id}.", f"outputs.{step_id}.")
            place.lowering.results[task.id, name] = type(carrier)(moved)
    place.lowering.before[task.id] = step_id
    program = f'.[0] | with_entries(.key |= ltrimstr("{folder}"))'
    files = f"{{{{ [outputs.{step_id}.outputFiles] | jq('{program}') | first }}}}"
    properties: dict[str, Value] = {"namespace": "{{ flow.namespace }}", "filesMap": files}
    return model.Task(task.id, f"{CORE}.namespace.UploadFiles", properties)


def _auth(step: ScriptStep, fields: Mapping[str, Expr], literal: Mapping[str, str]) -> None:
    trees = {name.removeprefix("auth/"): tree for name, tree in fields.items() if name.startswith("auth/")}
    if trees:
        step.group("auth", {"type": literal["type"]}, trees)


def idempotency_key(task: Task, place: Place) -> str:
    """JSON text that is the same for every attempt of a task and differs for every other: run, task, items, round."""
    parts = ["{{ execution.id }}", task.id]
    depth = len(place.loops)
    for number in range(depth):
        if number == depth - 1:
            parts.append("{{ item.index }}")
        elif number == depth - 2:
            parts.append("{{ item.parent.index }}")
        else:
            parts.append(f"{{{{ item.parents[{number}].index }}}}")
    parts += [f"{{{{ outputs.{repeat}.iterationCount ?? 1 }}}}" for repeat in task.repeats]
    return '"' + "/".join(parts) + '"'
