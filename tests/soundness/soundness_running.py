"""Generated workflows through the checker and, where it accepts them, through the local executor, many in one process.

Runs share one store in a temporary home (in memory where the machine has such a folder) and one event loop, on a clock
that moves by itself: a run takes some ten milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boundary import judge
from generated_data import random_value
from generated_workflows import Generated, Mode, run_inputs, workflow

from overture.checks.analysis import Analysis
from overture.checks.verdict import Verdict, check
from overture.diagnostics.model import Diagnostic
from overture.language.reading import Reading, read
from overture.plan.build import plan
from overture.testing.clock import SettableClock
from overture.testing.models import ModelCall, say
from overture.testing.replies import Reply, Route
from overture.testing.world import World
from overture_local import NotDue, RunRefused, RunRequest, Store, execute

START = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Found:
    """Something that a run did which the checker had claimed it would not."""

    seed: str
    error: dict[str, Any]
    inputs: dict[str, Any]
    document: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.seed}: task {self.error['task']}: {self.error['message']} with {json.dumps(self.inputs)[:300]}"


@dataclass
class Tally:
    """What came of many workflows: how many were accepted, how their runs ended, what was found."""

    generated: int = 0
    accepted: int = 0
    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.generated += other.generated
        self.accepted += other.accepted
        self.runs += other.runs
        for name in ("ends", "errors", "verdicts", "findings", "told", "found"):
            getattr(self, name).__iadd__(getattr(other, name))

    def __str__(self) -> str:
        share = 100 * self.accepted / max(self.generated, 1)
        return (
            f"{self.generated} workflows, {self.accepted} accepted ({share:.0f} %), {self.runs} runs:"
            f" {dict(self.ends)}; errors of tasks {dict(self.errors)}, of which {dict(self.verdicts)}"
        )


def checked(made: Generated) -> tuple[Verdict, dict[str, Analysis]]:
    """The verdict on a workflow, and the analyses of it and of those that it calls, by name."""
    readings = [
        read(json.dumps(each, indent=1), f"{each['name']}.flow.json") for each in (made.document, *made.callees)
    ]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    if verdict.checked is None:
        return verdict, {}
    analysis = verdict.checked.analysis
    return verdict, {analysis.workflow.name: analysis, **analysis.callees}


@contextmanager
def folder() -> Any:
    path = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def soundness(seeds: Iterable[int], mode: Mode, *, runs: int = 2, outside: float = 0.0) -> Tally:
    """Generates, checks and runs; each accepted workflow `runs` times, with other inputs each time."""

    async def main(home: Path) -> Tally:
        tally = Tally()
        with Store(home / "home") as store:
            for seed in seeds:
                await _try(seed, mode, runs, outside, store, home, tally)
        return tally

    with folder() as home:
        return asyncio.run(main(home))


Job = tuple[int, int, Mode, float]
"""The first seed, the one after the last, the mode, the share of tasks that cost something."""


def done(job: Job) -> Tally:
    """What came of a part of the work; at top level, for another process."""
    first, last, mode, outside = job
    return soundness(range(first, last), mode, outside=outside)


async def _try(seed: int, mode: Mode, runs: int, outside: float, store: Store, home: Path, tally: Tally) -> None:
    rng = random.Random(f"{mode} {seed}")
    made = workflow(rng, mode, name=f"w{seed}", outside=outside)
    verdict, analyses = checked(made)
    tally.generated += 1
    for each in verdict.diagnostics:
        if each.severity != "info":
            tally.findings[f"{each.severity} {each.rule}"] += 1
            tally.told.append(f"{mode} {seed}: {each.code} {each.message}")
    if verdict.checked is None:
        return
    tally.accepted += 1
    built = plan(verdict.checked)
    for number in range(runs):
        rng = random.Random(f"{mode} {seed} {number}")
        inputs, trigger = run_inputs(rng, made.document)
        workspace = home / f"w{seed}-{number}"
        workspace.mkdir()
        content = [{"a": 1, "b": "x"}, {"a": 2}] if rng.random() < 0.8 else []
        (workspace / "there.json").write_text(json.dumps(content))
        events: list[dict[str, Any]] = []
        request = RunRequest(
            inputs=inputs,
            trigger=trigger,
            secrets={"HOOK_KEY": "a key"},
            environment={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            workspace=workspace,
            home=home / "home",
            clock=SettableClock(START),
            on_event=lambda event, events=events: events.append(dict(event)),  # type: ignore[misc]
        )
        try:
            if made.routes or made.answers:
                with _world(made, rng) as world:
                    result = await execute(built, _in(world, request, made), store)
            else:
                result = await execute(built, request, store)
        except NotDue:
            tally.ends["not due"] += 1
            continue
        except RunRefused as refused:
            # a trigger whose own expressions fail, or whose values do not fit the inputs
            tally.ends["refused"] += 1
            error = {"task": None, "type": "expression", "message": refused.message}
            said = _judged(error, verdict.checked.analysis, verdict.diagnostics)
            tally.verdicts[said] += 1
            if said == "counterexample":
                tally.found.append(Found(f"{mode} {seed}", error, inputs, made.document))
            continue
        tally.runs += 1
        tally.ends[result.state] += 1
        for name, error in _errors(events):
            tally.errors[str(error["type"])] += 1
            analysis = analyses[name]
            said = _judged(error, analysis, verdict.diagnostics if name == built.name else ())
            tally.verdicts[said] += 1
            if said == "counterexample":
                tally.found.append(Found(f"{mode} {seed}", error, inputs, made.document))
        shutil.rmtree(workspace, ignore_errors=True)


def _judged(error: dict[str, Any], analysis: Analysis, diagnostics: tuple[Diagnostic, ...]) -> str:
    entry = analysis.index.tasks.get(str(error["task"]))
    in_handler = entry is not None and any(
        each.block.slot in ("on_failure", "finally", "catch") for each in entry.chain()
    )
    return judge(error, analysis, diagnostics, in_handler=in_handler)


def _errors(events: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The failures in the events of a run, each once, with the name of the workflow."""
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for event in events:
        errors = [event.get("origin") or event.get("error")]  # a block's failure is that of what failed inside
        if event["event"] == "task_ended" and isinstance(event.get("outputs"), dict):
            failed = event["outputs"].get("failed")
            errors += [{**each["error"], "task": event["id"]} for each in failed] if isinstance(failed, list) else []
        for error in errors:
            if isinstance(error, dict) and error["type"] != "item":
                key = (event["workflow"], str(error.get("task")), str(error["type"]), str(error["message"]))
                found[key] = {"task": None, **error}
    return [(name, error) for (name, *_), error in found.items()]


def _world(made: Generated, rng: random.Random) -> World:
    routes = [
        Route("GET", path, tuple(Reply.of_json(random_value(rng, schema)) for _ in range(3)))
        for path, schema in made.routes.items()
    ]
    return World(routes, _Model(made, rng))


@dataclass
class _Model:
    """Answers each prompt with a value that fits what its task returns."""

    made: Generated
    rng: random.Random

    def answer(self, call: ModelCall) -> Reply:
        for id, schema in self.made.answers.items():
            if f"{id}: " in call.asked:
                return say(call, json.dumps(random_value(self.rng, schema)))
        return say(call, "nothing")


def _in(world: World, request: RunRequest, made: Generated) -> RunRequest:
    inputs = {**request.inputs, **({"base_url": world.url} if made.routes else {})}
    environment = {**request.environment, "OPENAI_BASE_URL": f"{world.url}/v1", "OPENAI_API_KEY": "key"}
    return replace(request, inputs=inputs, environment=environment, allow_hosts=("127.0.0.1",))
