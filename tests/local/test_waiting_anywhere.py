"""Workflows made at random, with people asked anywhere in them: each is asked once, and the run comes to its end."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from local_running import Runner, plan_of

from overture_local import Approval, Store, SystemClock, answer, resume, run

_DEEPEST = 3
_PLAIN = ("set", "wait", "approve")
_ALL = (*_PLAIN, "approve", "try", "branch", "foreach", "repeat")


def _tasks(rng: random.Random, depth: int, names: list[str]) -> list[dict[str, Any]]:
    return [_task(rng, depth, names) for _ in range(rng.randint(1, 4))]


def _task(rng: random.Random, depth: int, names: list[str]) -> dict[str, Any]:
    id = _name(names)
    kind = rng.choice(_ALL if depth < _DEEPEST else _PLAIN)
    task: dict[str, Any] = {"id": id, "kind": kind}
    if rng.random() < 0.5:
        task["needs"] = []
    match kind:
        case "set":
            task["values"] = {"x": 1}
        case "wait":
            task["for"] = f"{rng.randint(1, 20)}ms"
        case "approve":
            task["message"] = "ok?"
        case "branch":
            task["cases"] = [{"when": "1 == 1", "tasks": _tasks(rng, depth + 1, names)}]
        case "foreach":
            task |= {"items": list(range(rng.randint(1, 4))), "as": f"item_{id}", "concurrency": rng.randint(1, 4)}
            task["tasks"] = _tasks(rng, depth + 1, names)
        case "repeat":
            done = _name(names)
            task |= {"attempts": 3, "every": "1ms", "until": f"tasks.{done}.x == 1"}
            task["tasks"] = [{"id": done, "kind": "set", "values": {"x": 1}}, *_tasks(rng, depth + 1, names)]
        case "try":
            task["tasks"] = _tasks(rng, depth + 1, names)
            if rng.random() < 0.4:
                task["tasks"].append({"id": _name(names), "kind": "fail", "message": "no"})
                task["catch"] = _tasks(rng, depth + 1, names)
    return task


def _name(names: list[str]) -> str:
    names.append(f"t{len(names)}")
    return names[-1]


@pytest.mark.parametrize("seed", range(8))
def test_everybody_is_asked_once_and_the_run_ends(runner: Runner, seed: int) -> None:
    rng = random.Random(seed)
    plan = plan_of(json.dumps({"overture": 1, "name": "asking", "tasks": _tasks(rng, 0, [])}))
    result = run(plan, runner.request())
    answered: list[str] = []
    while result.state == "waiting":
        some = [each for each in result.questions if rng.random() < 0.6] or result.questions[:1]
        with Store(runner.home) as store:
            for each in some:
                answer(store, each, Approval(True), SystemClock())
        answered += [each.key for each in some]
        result = resume(plan, result.run, runner.request())
    assert result.state == "succeeded", result.error
    assert len(answered) == len(set(answered))
    with Store(runner.home) as store:
        ended = Counter(
            event.key
            for event in store.events(result.run)
            if event.kind == "task_ended" and event.data["state"] in ("succeeded", "failed")
        )
    assert set(ended.values()) == {1}, "a task that had ended was run again"
