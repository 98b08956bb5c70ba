"""Runs a case's export on a real Kestra and says what it did in the words of the cases.

What Kestra cannot tell, and is therefore not compared: a task that never started, which has no task run; the type of an
error that no script of the flow has written, but for a timeout and the messages of fail and assert; the files, where a
case says nothing of them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from engines.kestra.engine import KestraEngine
from engines.model import Approval, EngineRun, EngineTask
from overture.plan.backend import Export
from overture.plan.model import Plan, Task
from overture.testing.agreement import Observed
from overture.testing.cases import Answer, Case, read_workspace
from overture.testing.instances import REPEATABLE, comparable_tasks
from overture.testing.models import MODEL_KEY
from overture.testing.world import World
from overture_kestra import read_outputs
from overture_kestra.place import input_type

STEPS = (
    "values",
    "when",
    "case",
    "items",
    "inputs",
    "seconds",
    "content",
    "answer",
    "until",
    "collect",
    "steps",
    "fits",
)
"""Roles of the tasks that stand before one of the workflow's, or after it, and fail for it."""


def observe(
    case: Case, plan: Plan, export: Export, world: World, engine: KestraEngine, timeout_seconds: float
) -> tuple[Observed, EngineRun]:
    """Run a placed case against its world. Raises what `KestraEngine.run` raises."""
    tenant = case.name.replace("_", "-")[:60]
    if case.files:
        _seed(case, engine, tenant)
    trigger = _trigger(plan, case, engine, tenant)
    main = f"{plan.name}.yaml"
    run = engine.run(
        export.files,
        main,
        {**_given(plan, export.files[main], trigger, engine), **_inputs(plan, case.inputs)},
        timeout_seconds,
        secrets={"OPENAI_API_KEY": MODEL_KEY, **case.secrets},
        envs={"openai_base_url": world.model_url, "overture_model": "model-of-the-case"},
        stored={f"{plan.name}_{name}": _compact(value) for name, value in case.state.items()},
        approvals={task: _approval(answer) for task, answer in case.approvals.items()},
        trigger=trigger,
        world=tenant,
    )
    files = _files(engine, tenant) if case.files or case.expect.files else None
    # what a run leaves is for itself alone: the next one of this name starts anew
    return (
        Observed(
            state=run.state,
            outputs=read_outputs(plan, run.outputs or {}) if run.state == "succeeded" else {},
            error=_error(plan, run) if run.state == "failed" else None,
            tasks=_states(plan, run),
            attempts=_attempts(plan, run),
            requests=world.requests,
            model_calls=world.model_calls,
            state_after=_kept(plan, run),
            files=files,
            log=_log(plan, run),
            records_unstarted=False,
            comparable=comparable_tasks(plan),
            shown={
                "the answer": json.dumps(run.raw, ensure_ascii=False).encode(),
                "the log": "\n".join(run.logs).encode(),
                **engine.kept(tenant),
            },
        ),
        run,
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _inputs(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as whoever starts the flow has to give them."""
    types = {each.name: input_type(each.type) for each in plan.inputs}
    return {
        name: value if types[name] in ("STRING", "SELECT", "INT", "BOOL") else _compact(value)
        for name, value in given.items()
        if name in types
    }


def _trigger(plan: Plan, case: Case, engine: KestraEngine, tenant: str) -> dict[str, Any]:
    """What Kestra itself makes of what started the run: it alone has the web server and the scheduler."""
    if case.trigger is None:
        return {}
    given: dict[str, Any] = dict(case.trigger)
    kind = str(given["type"])
    trigger = next((each for each in plan.triggers if each.type == kind), None)
    variables: dict[str, Any]
    if kind == "webhook":
        headers = dict(given.get("headers", {}))
        raw = json.dumps(given.get("body"), ensure_ascii=False)
        variables = {"body": given.get("body")}
        if trigger is not None and trigger.signature is not None:
            signature = trigger.signature
            made = hmac.new(case.secrets[signature.secret].encode(), raw.encode(), hashlib.sha256).hexdigest()
            headers.setdefault(signature.header, signature.prefix + made)
            # Kestra keeps the body with the run; here it lies with a run that counts as this one's parent
            origin = {"executionId": "hook", "flowId": plan.name, "namespace": "overture"}
            variables = {"uri": _stored(engine, tenant, plan, raw), **origin}
        variables["headers"] = {name: [text] for name, text in headers.items()}
        variables["parameters"] = {name: [text] for name, text in given.get("query", {}).items()}
        return {"id": kind, "type": "io.kestra.plugin.core.trigger.Webhook", "variables": variables}
    if kind == "schedule":
        return {
            "id": kind,
            "type": "io.kestra.plugin.core.trigger.Schedule",
            "variables": {"date": given.get("scheduled_for")},
        }
    variables = {"outputs": given.get("outputs", {}), "executionId": "of-the-other"}
    return {"id": kind, "type": "io.kestra.plugin.core.trigger.Flow", "variables": variables}


def _stored(engine: KestraEngine, tenant: str, plan: Plan, raw: str) -> str:
    """A file where Kestra keeps the body of a webhook with `fetchType: STORE`."""
    engine.start()
    assert engine._folder is not None
    path = f"overture/{plan.name.replace('_', '-')}/executions/hook/body.json"
    file = engine._folder / "storage" / f"world-{tenant}" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(raw, "utf-8")
    return f"kestra:///{path}"


def _given(plan: Plan, flow: str, trigger: Mapping[str, Any], engine: KestraEngine) -> dict[str, Any]:
    """The inputs that the trigger sets, rendered by Kestra."""
    if not trigger:
        return {}
    document = yaml.safe_load(flow)
    own: dict[str, Any] = next((each for each in document.get("triggers", []) if each["type"] == trigger["type"]), {})
    given = dict(own.get("inputs", {}))
    templates = {name: text for name, text in given.items() if isinstance(text, str)}
    found = engine.render(list(templates.values()), {"trigger": trigger["variables"]})
    return given | dict(zip(templates, (each.text for each in found), strict=True))


def _approval(answer: Answer) -> Approval:
    """The form as a person fills it in: what is not filled in is not sent."""
    comment = {} if answer.comment is None else {"comment": answer.comment}
    return Approval({"approved": answer.approved, **comment, **answer.value}, answer.by)


# ---- files: those of the namespace, laid and taken by flows of the test's own


def _seed(case: Case, engine: KestraEngine, world: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case.lay_files(Path(folder))
        names = sorted(case.files)
        flow = {
            "id": "seed",
            "namespace": "overture",
            "tasks": [
                {
                    "id": "lay",
                    "type": "io.kestra.plugin.scripts.shell.Commands",
                    "taskRunner": {"type": "io.kestra.plugin.core.runner.Process"},
                    "commands": [f"cp -r {shlex.quote(folder)} laid"],
                    "outputFiles": ["laid/**"],
                },
                {
                    "id": "upload",
                    "type": "io.kestra.plugin.core.namespace.UploadFiles",
                    "namespace": "overture",
                    "filesMap": {name: "{{ outputs.lay.outputFiles['laid/" + name + "'] }}" for name in names},
                },
            ],
        }
        run = engine.run({"seed": json.dumps(flow)}, "seed", world=world)
        assert run.state == "succeeded", run.logs


def _files(engine: KestraEngine, world: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        flow = {
            "id": "take",
            "namespace": "overture",
            "tasks": [
                {
                    "id": "take",
                    "type": "io.kestra.plugin.scripts.shell.Commands",
                    "taskRunner": {"type": "io.kestra.plugin.core.runner.Process"},
                    "namespaceFiles": {"enabled": True},
                    "commands": [f"cp -r . {shlex.quote(folder)}"],
                }
            ],
        }
        run = engine.run({"take": json.dumps(flow)}, "take", world=world)
        assert run.state == "succeeded", run.logs
        return read_workspace(Path(folder))


# ---- what it did


def _states(plan: Plan, run: EngineRun) -> dict[str, str]:
    rows = _rows(plan, run)
    states: dict[str, str] = {}
    for task in plan.walk():
        own: list[EngineTask] = [row for row in rows if row.name == task.id]
        for row in own:
            states[row.label] = row.state
        places = {row.index_path for row in own}
        for row in rows:
            is_step = row.name.startswith(f"{task.id}_") and row.name.removeprefix(f"{task.id}_") in STEPS
            if is_step and row.state in ("failed", "skipped") and row.index_path not in places:
                states[task.id + "".join(f"[{index}]" for index in row.index_path)] = row.state
            if row.name == f"{task.id}_fits" and row.state == "failed":
                # the check of an answer, after the task that asked for it
                states[task.id + "".join(f"[{index}]" for index in row.index_path)] = row.state
    return states


def _attempts(plan: Plan, run: EngineRun) -> dict[str, int]:
    kinds = {task.id: task.kind for task in plan.walk()}
    rows = [row for row in _rows(plan, run) if kinds.get(row.name) in REPEATABLE]
    return {row.label: row.attempts for row in rows}


def _rows(plan: Plan, run: EngineRun) -> list[EngineTask]:
    """The task runs of the workflow's own flows; a task in a flow of its own counts by the Subflow that runs it."""
    flows = {plan.name, f"{plan.name}_tasks", *(f"{plan.name}_{task.id}" for task in plan.walk())}
    return [row for row in run.tasks if row.flow in flows and row.flow != f"{plan.name}_{row.name}"]


def _error(plan: Plan, run: EngineRun) -> dict[str, Any] | None:
    """The error that the run would report: of the first task, in the order of the workflow, whose failure counts."""
    late = [row for row in run.tasks if row.engine_state == "KILLED"]
    if plan.timeout_seconds is not None and late:
        return {"type": "timeout", "task": None}
    if run.raw.get("refused"):
        return {"type": "refused", "task": None, "message": run.message}
    found = _failed(plan, run, plan.body.tasks, ())
    if found is None and plan.finally_ is not None:
        found = _failed(plan, run, plan.finally_.tasks, ())
    if found is None:
        return {"message": run.message}
    task, row = found
    said = (row.outputs or {}).get("vars", {}).get("error")
    if said:
        return {"task": task.id, **json.loads(said)}
    error: dict[str, Any] = {"task": task.id}
    if task.kind in ("fail", "assert"):
        error |= {"type": task.kind, "message": (row.message or "").rpartition("failed!\n")[2]}
    elif row.name == f"{task.id}_fits":
        error |= {"type": "returns"}
    elif "Timeout after" in (row.message or ""):
        error |= {"type": "timeout"}
    return error


def _failed(
    plan: Plan, run: EngineRun, tasks: tuple[Task, ...], path: tuple[int, ...]
) -> tuple[Task, EngineTask] | None:
    for task in tasks:
        if task.continues_on_error:
            continue
        rows = [row for row in _rows(plan, run) if row.state == "failed"]
        names = (task.id, *(f"{task.id}_{step}" for step in STEPS))
        own = [row for row in rows if row.name in names and row.index_path[: len(path)] == path]
        if not own:
            continue
        slots = [name for name in task.blocks if not (task.kind == "try" and name == "tasks")]
        deeper = (
            sorted({row.index_path for row in rows if len(row.index_path) > len(path)})
            if task.kind == "foreach"
            else [path]
        )
        for place in deeper:
            for slot in slots:
                inner = _failed(plan, run, task.blocks[slot].tasks, place)
                if inner is not None:
                    return inner
        return task, own[-1] if task.kind != "http" else own[0]
    return None


def _kept(plan: Plan, run: EngineRun) -> dict[str, Any]:
    found = {each.name: run.stored.get(f"{plan.name}_{each.name}") for each in plan.state}
    return {
        name: json.loads(value) if isinstance(value, str) else value
        for name, value in found.items()
        if value is not None
    }


def _log(plan: Plan, run: EngineRun) -> list[tuple[str, str]]:
    all_tasks = [task for each in (plan, *plan.callees.values()) for task in each.walk()]
    kinds = {task.id: task.kind for task in all_tasks if task.kind in ("log", "stop")}
    entries = sorted(
        (entry for execution in run.raw.get("executions", []) for entry in execution["logs"]),
        key=lambda entry: str(entry["at"]),
    )
    return [
        ({"WARN": "warning"}.get(entry["level"], entry["level"].lower()), entry["message"])
        for entry in entries
        if entry["task"] in kinds
        and not entry["message"].startswith("io.kestra")
        # what a Return gives it also writes as a line of its own
        and not (kinds[entry["task"]] == "stop" and entry["level"] == "DEBUG")
    ]
