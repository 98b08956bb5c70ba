"""Where a task stands while it runs: in which item of which loops, in which round, under which deadlines.

An instance of a task has two names. `at` is the one that people see, `each_issue[0].label`: the loops round it with the
item's number. `key` is the one that the store knows, `each_issue[0]/poll#2/label`: it has the rounds of a repeat too,
so that what was done in round 1 is not taken for round 2 after a crash. `place_of` shows a key as people read places,
`each_issue[0].poll[1].label`: the second round, counted from 0 as items are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from overture.expressions.types import Json
from overture.plan.model import Task, TaskState
from overture_local.clock import Deadline
from overture_local.failures import Failure


def place_of(key: str) -> str:
    """A key as a place: an `at` with the rounds of its repeats."""
    return re.sub(r"#(\d+)/", lambda found: f"[{int(found[1]) - 1}].", key).replace("/", ".")


@dataclass(slots=True)
class Record:
    """What became of one instance of a task."""

    id: str
    at: str
    state: TaskState
    attempts: int = 0
    outputs: Mapping[str, Json] = field(default_factory=dict)
    error: Failure | None = None
    started_at: str | None = None
    ended_at: str | None = None

    def as_json(self) -> dict[str, Json]:
        """T of cli.md."""
        return {
            "id": self.id,
            "at": self.at,
            "state": self.state,
            "attempts": self.attempts,
            "outputs": dict(self.outputs),
            "error": None if self.error is None else self.error.as_json(),
            "started_at": self.started_at,
            "ended_at": self.ended_at,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Record:
        error = data["error"]
        origin = data.get("origin")
        failure = None
        if error is not None:
            root = None if origin is None else Failure(origin["type"], origin["message"], origin["task"])
            failure = Failure(error["type"], error["message"], error["task"], root)
        return cls(
            data["id"],
            data["at"],
            data["state"],
            data["attempts"],
            data["outputs"],
            failure,
            data["started_at"],
            data["ended_at"],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """`records`: the tasks of this item (of the run, outside loops) by id; tasks further out are found by `parent`.
    `variables` holds the item under its `as` name, `index` its number. A branch, a try and the rounds of a repeat share
    their surroundings' records."""

    records: dict[str, Record] = field(default_factory=dict)
    parent: Frame | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    index: int | None = None
    at_prefix: str = ""
    key_prefix: str = ""
    deadline: Deadline | None = None

    def at(self, id: str) -> str:
        return self.at_prefix + id

    def key(self, id: str) -> str:
        return self.key_prefix + id

    def record(self, id: str) -> Record | None:
        """The record of a task here or further out."""
        frame: Frame | None = self
        while frame is not None:
            found = frame.records.get(id)
            if found is not None:
                return found
            frame = frame.parent
        return None

    def item(self, task: Task, name: str, item: Json, index: int) -> Frame:
        """The frame of one item of a foreach."""
        return Frame(
            parent=self,
            variables={name: item},
            index=index,
            at_prefix=f"{self.at(task.id)}[{index}].",
            key_prefix=f"{self.key(task.id)}[{index}]/",
            deadline=self.deadline,
        )

    def round(self, task: Task, number: int) -> Frame:
        """The frame of one round of a repeat."""
        return replace(self, key_prefix=f"{self.key(task.id)}#{number}/")

    def under(self, deadline: Deadline | None) -> Frame:
        """The same place under one more deadline."""
        return self if deadline is self.deadline else replace(self, deadline=deadline)
