"""Generated workflows as cases for any engine: the local executor says what they mean, an engine is held to it.

A sample is fixed by its seed: workflow, inputs, files, what the server and the model answer. What no engine can be held
to is taken out of it: when a run started (their clocks are their own), and starts by a schedule.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generated_data import random_value
from generated_workflows import run_inputs, workflow

from overture.cli.loading import load
from overture.plan.build import plan
from overture.plan.model import Plan
from overture.testing import Case, Observed, World, load_case
from overture.testing.cases import read_workspace
from overture.testing.values import compare
from overture_local import NotDue, RunRefused, RunRequest, Store, run

STARTED_AT = {"type": "string", "format": "date-time", "default": "2026-01-31T09:00:00Z"}
DELAYS = ("1ms", "20ms", "60ms")


@dataclass(frozen=True)
class Sample:
    """A workflow and its surroundings, before any engine has run it. `script` is the case file but for `expect`."""

    seed: str
    documents: tuple[dict[str, Any], ...]
    script: dict[str, Any]

    def lay(self, folder: Path) -> Case:
        """Write the sample as the folder of a case."""
        folder.mkdir(parents=True, exist_ok=True)
        for document in self.documents:
            (folder / f"{document['name']}.flow.json").write_text(
                json.dumps(document, indent=1, ensure_ascii=False), "utf-8"
            )
        case = {**self.script, "workflow": f"{self.documents[0]['name']}.flow.json"}
        (folder / "case.yaml").write_text(json.dumps(case, indent=1, ensure_ascii=False), "utf-8")
        return load_case(folder)


def sample(seed: str) -> Sample:
    """Half of them are right by construction, of the others nobody knows; some ask a server or start a process."""
    rng = random.Random(f"engines {seed}")
    made = workflow(rng, rng.choice(("sound", "wild")), name="generated", outside=rng.choice((0.0, 0.1, 0.3)))
    document = made.document
    document["triggers"] = [each for each in document.get("triggers", []) if each["type"] == "webhook"]
    if not document["triggers"] or rng.random() < 0.6:
        del document["triggers"]
    inputs, trigger = run_inputs(rng, document)
    document.get("outputs", {}).pop("input_base_url", None)
    made.callees = [_with_own_ids(each) for each in made.callees]
    for each in (document, *made.callees):
        _fix_clock(each)
        for task in tasks_of(each):
            if task["kind"] == "wait" and "for" in task:
                task["for"] = rng.choice(DELAYS)  # so that what runs side by side ends in another order
    if made.routes:
        inputs["base_url"] = "${world}"
    content = [{"a": 1, "b": "x"}, {"a": 2}] if rng.random() < 0.8 else []
    script: dict[str, Any] = {
        "about": f"Whatever seed {seed} gives.",
        "inputs": inputs,
        "files": {"there.json": {"json": content}},
        "http": {f"GET {path}": {"json": random_value(rng, schema)} for path, schema in made.routes.items()},
        "models": {f"{id}: ": {"json": random_value(rng, schema)} for id, schema in made.answers.items()},
        "expect": {"model_calls": 0},
    }
    if document.get("secrets"):
        script["secrets"] = {"HOOK_KEY": "a-key-of-the-case"}
    if trigger is not None:
        script["trigger"] = trigger
    return Sample(seed, (document, *made.callees), script)


def _fix_clock(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    fixed = text.replace("run.started_at", "inputs.started_at").replace("now()", "inputs.started_at")
    if fixed != text:
        document |= json.loads(fixed)
        document["inputs"]["started_at"] = dict(STARTED_AT)


def _with_own_ids(callee: dict[str, Any]) -> dict[str, Any]:
    """A called workflow whose tasks have other names than those of its caller: an engine's log tells only names."""
    text = re.sub(r"\bt([0-9]+)\b", r"c\1", json.dumps({**callee, "name": ""}))
    return {**json.loads(text), "name": callee["name"]}


def tasks_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All tasks of a document, at any depth."""
    for block in blocks_of(document):
        yield from block


def blocks_of(holder: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """All lists of tasks of a document, at any depth."""
    for slot in ("tasks", "catch", "else", "on_failure", "finally"):
        block = holder.get(slot, [])
        if block:
            yield block
        for task in block:
            yield from blocks_of(task)
    for case in holder.get("cases", []):
        yield from blocks_of(case)


@dataclass(frozen=True)
class Reference:
    """What a sample means: what the local executor did with it."""

    case: Case
    plan: Plan
    observed: Observed


def reference(made: Sample, folder: Path) -> Reference | None:
    """Run a sample on the local executor; None where the checker refuses it or there is no run."""
    if "null" in json.dumps(made.script.get("trigger", {})):
        return None  # a null in the body of a webhook is lost on Kestra, which its export tells
    case = made.lay(folder / f"case_{folder.name}")  # engines tell cases apart by their folder
    verdict = load(str(case.workflow)).verdict
    if verdict.checked is None:
        return None
    built = plan(verdict.checked)
    workspace = folder / "workspace"
    workspace.mkdir()
    lines: list[tuple[str, str]] = []
    logs = {task.id for each in (built, *built.callees.values()) for task in each.walk() if task.kind == "log"}

    def watch(event: Any) -> None:
        if event["event"] == "log" and event["id"] in logs:
            lines.append((event["level"], event["message"]))

    with case.world() as world:
        placed = case.placed(world.url, workspace)
        placed.lay_files(workspace)
        request = RunRequest(
            inputs=placed.inputs,
            trigger=placed.trigger,
            secrets=placed.secrets,
            environment={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "OPENAI_BASE_URL": world.model_url,
                "OPENAI_API_KEY": "key-of-the-case",
            },
            workspace=workspace,
            home=folder / "home",
            allow_hosts=("127.0.0.1",),
            on_event=watch,
        )
        try:
            result = run(built, request)
        except (NotDue, RunRefused):
            return None
        with Store(folder / "home") as store:
            state = store.state(built.name)
        observed = Observed(
            state=result.state,
            outputs=result.outputs,
            error=None if result.error is None else result.error.as_json(),
            tasks={task.at: task.state for task in result.tasks},
            requests=world.requests,
            model_calls=world.model_calls,
            state_after=state,
            files=read_workspace(workspace),
            log=lines,
        )
    return Reference(case, built, observed)


Look = Callable[[Case, Plan, World, Path], Observed | str]
"""Runs a placed case on an engine, in a workspace; a text says why its backend refuses it."""


def disagreements(wanted: Reference, look: Look, workspace: Path, untold: tuple[str, ...] = ()) -> list[str] | str:
    """How an engine differs from the local executor, a line each; a text where its backend refuses the workflow.
    `untold`: the kinds of task that have no run of their own there."""
    workspace.mkdir()
    with wanted.case.world() as world:
        found = look(wanted.case.placed(world.url, workspace), wanted.plan, world, workspace)
    return found if isinstance(found, str) else differing(wanted, found, untold)


def differing(reference: Reference, found: Observed, untold: tuple[str, ...] = ()) -> list[str]:
    wanted = reference.observed
    if wanted.state != found.state:
        return [f"state: {wanted.state} {_said(wanted)}, found {found.state} {_said(found)}"]
    if "failed" in wanted.tasks.values() and _has_side_by_side(reference.plan):
        return []  # what a failure finds started beside it is a matter of time
    lines = []
    if wanted.state == "succeeded":
        lines += compare("outputs", dict(wanted.outputs or {}), dict(found.outputs or {}))
    if wanted.error is not None and found.error is not None:
        keys = ["type", "task", *(["message"] if wanted.error["type"] == "fail" else [])]
        lines += [
            f"error.{key}: {wanted.error[key]}, found {found.error[key]} {_said(found)}"
            for key in keys
            if key in found.error and found.error[key] != wanted.error[key]
        ]
    kinds = {task.id: task.kind for task in reference.plan.walk()}
    before, after = (
        {at: state for at, state in _instances(each.tasks).items() if kinds.get(at[0]) not in untold}
        for each in (wanted, found)
    )
    for at, state in before.items():
        if after.get(at, "absent") != state and not (at not in after and state in ("skipped", "cancelled")):
            lines.append(f"task {at}: {state}, found {after.get(at, 'absent')}")
    for name in ("state_after", "files"):
        if getattr(found, name) is not None:
            one, other = dict(getattr(wanted, name)), dict(getattr(found, name))
            lines += [f"{name}: {one}, found {other}"] if one != other else []
    if found.log is not None and sorted(wanted.log or ()) != sorted(found.log):
        lines.append(f"log: {sorted(wanted.log or ())}, found {sorted(found.log)}")
    asked = [sorted((each.method, each.path, str(each.query)) for each in seen.requests) for seen in (wanted, found)]
    if asked[0] != asked[1]:
        lines.append(f"requests: {asked[0]}, found {asked[1]}")
    calls = [len(seen.model_calls or ()) for seen in (wanted, found)]
    if found.model_calls is not None and calls[0] != calls[1]:
        lines.append(f"model calls: {calls[0]}, found {calls[1]}")
    return lines


def _has_side_by_side(plan: Plan) -> bool:
    blocks = [plan.body, *(block for task in plan.walk() for block in task.blocks.values())]
    concurrent = any(task.kind == "foreach" and task.literals.get("concurrency", 1) != 1 for task in plan.walk())
    return concurrent or any(block.shape in ("side by side", "graph") for block in blocks)


def _said(observed: Observed) -> str:
    return "" if observed.error is None else f"({observed.error})"


def _instances(tasks: Any) -> dict[tuple[str, tuple[int, ...]], str]:
    """States by the task's id and its place in all loops round it."""
    found = {}
    for at, state in tasks.items():
        indices = tuple(int(digits) for group in re.findall(r"\[([0-9,]+)\]", at) for digits in group.split(","))
        found[re.sub(r"\[[0-9,]*\]", "", at).rpartition(".")[2], indices] = state
    return found


def shrunk(made: Sample, still_differs: Callable[[Sample], bool], tries: int = 60) -> Sample:
    """A smaller sample of which the same can be said: tasks, fields and outputs are left out one by one."""
    is_smaller = True
    while is_smaller and tries > 0:
        is_smaller = False
        for smaller in _smaller(made):
            if tries <= 0:
                break
            tries -= 1
            if still_differs(smaller):
                made, is_smaller = smaller, True
                break
    return made


def _smaller(made: Sample) -> Iterator[Sample]:
    document = made.documents[0]
    for number, block in enumerate(blocks_of(document)):
        for at in range(len(block)):
            less = deepcopy(document)
            rest = list(blocks_of(less))[number]
            del rest[at]
            if rest:
                yield Sample(made.seed, (less, *made.documents[1:]), made.script)
    for slot in ("on_failure", "finally", "outputs", "triggers", "state"):
        if slot in document:
            yield Sample(
                made.seed, ({k: v for k, v in document.items() if k != slot}, *made.documents[1:]), made.script
            )
    for name in document.get("outputs", {}):
        less = deepcopy(document)
        del less["outputs"][name]
        if less["outputs"]:
            yield Sample(made.seed, (less, *made.documents[1:]), made.script)
    for number, task in enumerate(tasks_of(document)):
        for key in ("when", "on_error", "where", "collect", "concurrency", "on_item_error", "catch", "else", "query"):
            if key in task:
                less = deepcopy(document)
                del list(tasks_of(less))[number][key]
                yield Sample(made.seed, (less, *made.documents[1:]), made.script)
