"""What a run on a real engine came to, in words that all engines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

RunState = Literal["succeeded", "failed", "cancelled", "other"]
TaskState = Literal["succeeded", "failed", "skipped", "cancelled", "running", "other"]


@dataclass(frozen=True, slots=True)
class EngineTask:
    """One task run: the engine's own row, not one of our tasks (an export may need several for one of ours).

    `index_path` holds the indices, from 0, of the loops round it, outermost first; `attempts` counts the first one;
    `message` is the last error of this run of the task; `flow` is the flow it ran in, which is another one for what
    a called flow ran; `engine_state` is the engine's own word for the state.
    """

    name: str
    index_path: tuple[int, ...]
    state: TaskState
    attempts: int
    message: str | None
    flow: str
    engine_state: str
    outputs: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        """The name with its indices: `each[0][2].label` reads `label[0][2]`."""
        return self.name + "".join(f"[{index}]" for index in self.index_path)


@dataclass(frozen=True, slots=True)
class EngineRun:
    """A run that came to its end. `stored` is what the engine's own key-value store holds afterwards.

    `outputs` is None where the engine kept none; `message` is the run's error or why it was refused before it began;
    `logs` are lines "LEVEL task: text" in order of time, the engine's own ones too; `raw` is the driver's answer.
    """

    state: RunState
    outputs: dict[str, Any] | None
    tasks: list[EngineTask]
    logs: list[str]
    message: str | None = None
    stored: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    def task(self, name: str, *index_path: int) -> EngineTask:
        """The one run of a task. Raises LookupError, naming what there is, when there is none or more than one."""
        found = self.runs_of(name, *index_path)
        if len(found) != 1:
            there_are = ", ".join(f"{task.label} {task.state}" for task in self.tasks) or "none"
            raise LookupError(f"{len(found)} task runs of `{name}{list(index_path) or ''}`; there are: {there_are}")
        return found[0]

    def runs_of(self, name: str, *index_path: int) -> list[EngineTask]:
        """All runs of a task at one place of its loops."""
        return [task for task in self.tasks if task.name == name and task.index_path == index_path]

    @property
    def task_states(self) -> dict[str, TaskState]:
        """State by label; where a task ran more than once at one place, the last one's."""
        return {task.label: task.state for task in self.tasks}


@dataclass(frozen=True, slots=True)
class Approval:
    """The answer to a task that waits for a person: the form's fields and who answered."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None


class EngineMissing(RuntimeError):
    """Something that the engine needs is not on this machine and could not be fetched; the text says what."""


class EngineHung(RuntimeError):
    """A run did not end in its time and the engine was killed; the next run starts a new one."""


class EngineBroken(RuntimeError):
    """The engine's process died or answered with an error of its own, not the flow's."""


class ExportInvalid(ValueError):
    """The engine does not accept the exported text; `problems` says why, by file."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{name}: {text}" for name, text in self.problems.items()))


def tail(lines: Sequence[str], most: int = 40) -> str:
    """The last lines of a log, as text."""
    return "\n".join(lines[-most:])
