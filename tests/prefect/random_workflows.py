"""Random workflows of control flow: blocks in blocks, conditions, failures that are gone past, handlers.

Their tasks touch nothing, so that two engines have nothing to differ in but order, states and values. What fails stands
in chains, or is gone past: side by side it would depend on time what had started.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

Task = dict[str, Any]
Seen = tuple[str, str]

_NAMES = (
    "class",
    "list",
    "send",
    "error",
    "index",
    "task",
    "flow",
    "state",
    "skipped",
    "given",
    "same",
    "for",
    "run_state",
)
_HARMLESS = ("set", "set", "set", "log")
_FAILING = ("fail", "assert")
_BLOCKS = ("foreach", "foreach", "branch", "repeat", "try", "try")
_RESULTS = {
    "set": ("v | default('none')", "v is defined", "v | default(0) | string"),
    "foreach": ("value | default([])", "failed | default([]) | length"),
    "branch": ("taken | default('-')",),
    "repeat": ("iterations | default(0)",),
    "try": ("failed | default('-')", "error.type | default('-')"),
}


@dataclass
class Writer:
    """Writes one workflow; `inner` are the tasks of the block just written that may be read from outside."""

    random: random.Random
    ids: list[str] = field(default_factory=list)
    inner: list[Seen] = field(default_factory=list)

    def workflow(self, name: str) -> dict[str, Any]:
        tasks = self.block(0, [], [], is_quiet=False)
        document: dict[str, Any] = {
            "overture": 1,
            "name": name,
            "inputs": {
                "n": {"type": "integer", "default": 1},
                "label": {"type": "string", "default": "a"},
                "list": {"type": "array", "items": {"type": "integer"}, "default": [1, 2, 3]},
            },
            "tasks": tasks,
            "outputs": {f"o{number}": f"tasks.{id}.state" for number, (id, _) in enumerate(self.inner)},
        }
        for number, (id, kind) in enumerate(self.inner):
            if kind in _RESULTS:
                document["outputs"][f"r{number}"] = f"tasks.{id}.{_RESULTS[kind][0]}"
        if self.random.random() < 0.5:
            told = "{{ run.error.task }}/{{ run.error.type }}/{{ run.state }}/{{ run.error.message }}"
            document["on_failure"] = [{"id": "alarm", "kind": "log", "message": told}]
        if self.random.random() < 0.5:
            told = "{{ run.state }} {{ run.error.task | default('-') }} {{ run.error.type | default('-') }}"
            document["finally"] = [{"id": "tidy", "kind": "log", "message": told}]
            if self.random.random() < 0.3:
                document["finally"].append({"id": "crash", "kind": "fail", "message": "broken broom"})
        return document

    def id(self) -> str:
        name = self.random.choice(_NAMES)
        if name in self.ids or self.random.random() < 0.9:
            name = f"t{len(self.ids)}"
        self.ids.append(name)
        return name

    def value(self, seen: list[Seen], items: list[str]) -> str:
        found = ["inputs.n", "inputs.label", "'s'", str(self.random.randint(0, 3)), *items]
        found += ["loop.index"] if items else []
        for id, kind in seen[-6:]:
            found += [f"tasks.{id}.{each}" for each in (*_RESULTS.get(kind, ()), "state", "error.type | default('no')")]
        return self.random.choice(found)

    def condition(self, seen: list[Seen], items: list[str]) -> str:
        found = ["inputs.n > 1", "inputs.n == 2", "inputs.label == 'a'", *(f"{item} > 1" for item in items)]
        found += ["loop.index == 1"] if items else []
        for id, kind in seen[-4:]:
            found.append(f"tasks.{id}.state == 'succeeded'")
            if kind == "set":
                found.append(f"(tasks.{id}.v | default(0)) == 1")
        return self.random.choice(found)

    def block(self, depth: int, seen: list[Seen], items: list[str], *, is_quiet: bool) -> list[Task]:
        order = self.random.choice(["chain", "chain", "graph", "side by side"])
        tasks: list[Task] = []
        here = list(seen)
        for _ in range(self.random.randint(1, 4)):
            task = self.task(depth, here, items, is_quiet=is_quiet or order != "chain")
            if order == "chain":
                here += [(task["id"], task["kind"]), *self.inner]
            else:
                most = min(len(tasks), self.random.randint(0, 2)) if order == "graph" else 0
                task["needs"] = self.random.sample([each["id"] for each in tasks], most)
            tasks.append(task)
        self.inner = [each for each in here if each not in seen]
        return tasks

    def task(self, depth: int, seen: list[Seen], items: list[str], *, is_quiet: bool) -> Task:
        kinds = [*_HARMLESS, *(() if is_quiet else _FAILING), *(_BLOCKS if depth < 3 else ())]
        task: Task = {"id": self.id(), "kind": self.random.choice(kinds)}
        self.inner = []
        match task["kind"]:
            case "set":
                task["values"] = {"v": f"{{{{ {self.value(seen, items)} }}}}"}
            case "log":
                task["message"] = f"{{{{ {self.value(seen, items)} }}}}"
            case "fail":
                task |= {"message": f"boom {task['id']}", "when": self.condition(seen, items)}
            case "assert":
                task |= {"that": [self.condition(seen, items)], "message": f"not so in {task['id']}"}
            case "foreach":
                self.loop(task, depth, seen, items, is_quiet=is_quiet)
            case "branch":
                cases, inner = [], []
                for _ in range(self.random.randint(1, 2)):
                    when = self.condition(seen, items)
                    cases.append({"when": when, "tasks": self.block(depth + 1, seen, items, is_quiet=is_quiet)})
                    inner += self.inner
                task["cases"] = cases
                if self.random.random() < 0.6:
                    task["else"] = self.block(depth + 1, seen, items, is_quiet=is_quiet)
                    inner += self.inner
                self.inner = inner
            case "repeat":
                task |= {"attempts": self.random.randint(1, 3), "every": "1ms"}
                task["tasks"] = self.block(depth + 1, seen, items, is_quiet=is_quiet)
                task["until"] = "inputs.n > 0" if is_quiet else self.random.choice(["inputs.n > 0", "inputs.n > 1"])
            case "try":
                task["tasks"] = self.block(depth + 1, seen, items, is_quiet=False)
                inner = self.inner
                if self.random.random() < 0.7:
                    task["catch"] = self.block(depth + 1, seen + inner, items, is_quiet=is_quiet)
                self.inner = inner
        if "when" not in task and self.random.random() < 0.15:
            task["when"] = self.condition(seen, items)
        if self.random.random() < 0.2:
            task["on_error"] = "continue"
        return task

    def loop(self, task: Task, depth: int, seen: list[Seen], items: list[str], *, is_quiet: bool) -> None:
        name = f"{self.random.choice(['it', 'number', 'label'])}{depth}"
        is_wide = self.random.random() < 0.4
        task |= {"items": self.random.choice(["[1, 2, 3]", "range(0, 3)", "inputs.list", [2, 1], "[]"]), "as": name}
        task["on_item_error"] = "fail" if is_quiet else self.random.choice(["fail", "skip"])
        if self.random.random() < 0.3:
            task["where"] = f"{name} > 1"
        inside = [*items, name]
        if self.random.random() < 0.15:
            task["collect"] = self.random.choice([f"{name} + 1", f"{name} ~ 'x'", f"{name} * loop.index"])
            return
        if is_wide:
            task["concurrency"] = 2
        may_fail = not is_quiet and (not is_wide or task["on_item_error"] == "skip")
        task["tasks"] = self.block(depth + 1, seen, inside, is_quiet=not may_fail)
        read = self.value(self.inner + seen, inside)
        task["collect"] = self.random.choice([name, f"{name} * 10", "loop.index", f"{{i: loop.index, v: {read}}}"])
        self.inner = []


def random_workflow(seed: int) -> dict[str, Any]:
    """The workflow of a number, always the same."""
    return Writer(random.Random(seed)).workflow(f"random_{seed}")
