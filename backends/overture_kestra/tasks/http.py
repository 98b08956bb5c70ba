"""`http`: Kestra's own http.Request where it means the same, else a script of the flow, with a comment why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from overture.expressions.tree import references
from overture.expressions.types import Json
from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.inexact import Inexact, bare
from overture_kestra.model import Value
from overture_kestra.place import CORE, Place
from overture_kestra.tasks.core_http import idempotency_key, lower_core, reasons, url_parts
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.timing import SHORT_SECONDS

_ALL_GOOD = ["200-299"]


def lower_http(task: Task, place: Place) -> list[model.Task]:
    inexact = list(reasons(task, place))
    if not inexact or place.lowering.options.get("http") == "core":
        try:
            lowered = lower_core(task, place)
        except Inexact as why:
            inexact = [f"a script: http.Request {why.args[0]}"]
        else:
            for each in inexact:
                place.lowering.warn(task.pointer, f"Kestra's own http task {each} (`{task.id}`)")
            return lowered
    else:
        inexact = [f"a script: http.Request {inexact[0]}"]
    *first, last = _lower_script(task, place)
    if first:
        return [replace(first[0], comment=inexact[0]), *first[1:], last]
    return [replace(last, comment=inexact[0])]


def _lower_script(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "request", "request.json")
    literals = task.literals
    step.literal("method", literals.get("method", "GET"))
    step.tree("url", task.fields["url"])
    if any(True for part in url_parts(task.fields["url"])[1:] for _ in references(part)):
        step.literal("from_data", True)
    for name in ("query", "headers", "form", "file", "save"):
        if name in task.fields:
            step.tree(name, task.fields[name])
    _body(step, task)
    for name, tree in task.fields.items():
        if name.startswith("auth/"):
            step.tree(name.removeprefix("auth/"), tree)
    accept = list(literals.get("accept") or _ALL_GOOD)
    if accept != _ALL_GOOD:
        step.literal("accept", [list(each) for each in statuses(accept)])
    for name in ("pages", "hosts", "returns"):
        if literals.get(name) is not None:
            step.literal(name, literals[name])
    if task.timeout_seconds is not None and task.timeout_seconds < SHORT_SECONDS:
        step.literal("seconds", task.timeout_seconds)
    body = task.results.get("body")
    is_kept = body is not None and carriers.is_kept(body)
    if "body" in task.reads:
        step.literal("body_read", "plain" if is_kept else "text")
    if "headers" in task.reads:
        step.literal("headers_read", True)
    if literals.get("method") in ("POST", "PATCH"):
        step.text("key", f'"{idempotency_key(task, place)}"')
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


def _body(step: ScriptStep, task: Task) -> None:
    """The body, by what it may be: JSON, text, or either."""
    tree = task.fields.get("body")
    pages: Mapping[str, Json] = task.literals.get("pages") or {}
    if tree is None:
        if pages.get("in") == "body":
            step.literal("json", {})
        return
    kind = bare(tree).type
    if kind.is_only("string"):
        step.tree("text", tree)
    elif kind.may_be("string") and pages.get("in") != "body":
        step.tree("body", tree)
    else:
        step.tree("json", tree)


def statuses(accept: list[Json]) -> Iterator[tuple[int, int]]:
    """The first and the last of each range of statuses."""
    for each in accept:
        low, _, high = str(each).partition("-")
        yield int(low), int(high or low)


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
