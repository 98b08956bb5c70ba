"""What a run is asked for and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from overture.expressions.evaluation import ExpressionError, evaluate
from overture.expressions.types import Json
from overture.language.schema import validate
from overture.plan.model import Plan, Trigger
from overture_local.approvals import Approval, Question
from overture_local.clock import Clock, SystemClock
from overture_local.failures import Failure, NotDue, RunRefused
from overture_local.frames import Frame, Record
from overture_local.limits import Limits
from overture_local.scope import Names, RunScope
from overture_local.surroundings import OnEvent
from overture_local.transport import Resolve, resolve

TRIGGER_DATA = {
    "schedule": '`{"type": "schedule", "scheduled_for": …}`',
    "webhook": '`{"type": "webhook", "body": …, "headers": {…}, "query": {…}}`',
    "after": '`{"type": "after", "workflow": …, "state": …, "outputs": {…}}`',
}
"""How the data of each kind of trigger look; all but the type may be left out."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is started with.

    `inputs` are values, not texts. `trigger`: None by hand, else `{type, scheduled_for, ...data}` of a schedule,
    webhook (`body`, `headers`, `query`) or after (`workflow`, `state`, `outputs`). `secrets` holds at least those that
    the plan names. `environment`: where OPENAI_API_KEY, OPENAI_BASE_URL and OVERTURE_MODEL stand, and what children
    get a cleaned part of. `sources`: the texts of the workflow and of those it calls by their path, the run's own
    first, kept for `resume`. `approve_digest` pins the plan; `policy` is the table of a policy file. `workspace`: None
    is the current folder. `allow_hosts`, `policy` and `workspace` are kept too: a request to resume adds hosts, and has
    a policy or a workspace only where it is to be another one. `approvals`: answers by the id of the task, for a run
    without a person; a task that is not among them is never answered, and its timeout passes on the clock. None: a run
    that can only go on by an answer ends `waiting`, and `resume` goes on with it. `on_event` gets each event as a
    JSON object, on the loop's thread.
    """

    inputs: Mapping[str, Json] = field(default_factory=dict)
    trigger: Mapping[str, Json] | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: Path | None = None
    home: Path = Path(".overture")
    sources: Mapping[str, str] = field(default_factory=dict)
    allow_hosts: tuple[str, ...] = ()
    approve_digest: str | None = None
    policy: Mapping[str, Json] | None = None
    approvals: Mapping[str, Approval] | None = None
    clock: Clock = field(default_factory=SystemClock)
    on_event: OnEvent | None = None
    run_id: str | None = None
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = resolve


@dataclass(frozen=True, slots=True)
class RunResult:
    """The `run` of cli.md: how it ended, or that it waits, its outputs, its first error, its tasks. `questions`: what
    it and the runs that it called wait for."""

    run: str
    workflow: str
    state: Literal["succeeded", "failed", "cancelled", "waiting"]
    outputs: Mapping[str, Json]
    error: Failure | None
    tasks: tuple[Record, ...]
    seconds: float
    questions: tuple[Question, ...] = ()

    def as_json(self) -> dict[str, Json]:
        return {
            "run": self.run,
            "workflow": self.workflow,
            "state": self.state,
            "outputs": dict(self.outputs),
            "error": None if self.error is None else self.error.as_json(),
            "tasks": [task.as_json() for task in self.tasks],
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> RunResult:
        error = data["error"]
        return cls(
            data["run"],
            data["workflow"],
            data["state"],
            data["outputs"],
            None if error is None else Failure(error["type"], error["message"], error["task"]),
            tuple(Record.from_json(task) for task in data["tasks"]),
            data["seconds"],
        )


class Cancellation:
    """A wish to cancel that several places may utter and one run hears. Belongs to one event loop."""

    def __init__(self) -> None:
        self.is_requested = False
        self._listeners: list[Callable[[], None]] = []

    def request(self) -> None:
        """Cancel; asked once more, cut off what runs at the end (`finally`) too."""
        self.is_requested = True
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)
        if self.is_requested:
            listener()


def start_values(plan: Plan, request: RunRequest) -> tuple[dict[str, Json], dict[str, Json]]:
    """Inputs, with what the trigger gives and the defaults, and the trigger's data.

    Raises RunRefused for values that do not fit, NotDue when the trigger's `when` says that there is no run."""
    data = dict(request.trigger or {})
    trigger = _find_trigger(plan, data) if request.trigger is not None else None
    given: dict[str, Any] = {}
    if trigger is not None:
        if trigger.type == "webhook":
            data["headers"] = {name.lower(): value for name, value in (data.get("headers") or {}).items()}
            data.setdefault("query", {})
            data.setdefault("body", None)
            if trigger.returns is not None:
                _fit(data["body"], trigger.returns, "the trigger's body")
        scope = RunScope(Names({}, data, {}, {}, {}, request.clock), Frame())
        for name, tree in trigger.inputs.items():
            try:
                given[name] = evaluate(tree, scope)
            except ExpressionError as error:
                raise RunRefused(f"input `{name}` of the trigger: {error}") from None
    inputs = _inputs(plan, {**given, **request.inputs})
    if trigger is not None and trigger.when is not None:
        scope = RunScope(Names(inputs, data, {}, {}, {}, request.clock), Frame())
        try:
            is_due = evaluate(trigger.when, scope)
        except ExpressionError as error:
            raise RunRefused(f"`when` of the trigger: {error}") from None
        if is_due is not True:
            raise NotDue("`when` of the trigger is false: there is no run")
    return inputs, data


def _find_trigger(plan: Plan, data: Mapping[str, Json]) -> Trigger:
    kind = data.get("type")
    for trigger in plan.triggers:
        if trigger.type == kind and (kind != "after" or data.get("workflow", trigger.workflow) == trigger.workflow):
            return trigger
    has = _list("it has", {trigger.type for trigger in plan.triggers})
    raise RunRefused(f"`{plan.name}` has no trigger of type `{kind}`", has or "it has none: run it without `--trigger`")


def _inputs(plan: Plan, given: Mapping[str, Json]) -> dict[str, Json]:
    known = {each.name for each in plan.inputs}
    for name in given:
        if name not in known:
            raise RunRefused(f"`{plan.name}` has no input `{name}`", _list("it has", known))
    if missing := [each.name for each in plan.inputs if each.is_required and each.name not in given]:
        said = "\n".join(f"input `{name}` is not given" for name in missing)
        raise RunRefused(said, f"give it: `{' '.join(f'-i {name}=…' for name in missing)}`")
    inputs: dict[str, Json] = {}
    for each in plan.inputs:
        if each.name in given:
            inputs[each.name] = given[each.name]
        else:
            inputs[each.name] = each.default
            continue
        _fit(inputs[each.name], each.schema, f"input `{each.name}`")
    return inputs


def _fit(value: Json, schema: Mapping[str, Json], what: str) -> None:
    misfits = validate(value, schema)
    if misfits:
        raise RunRefused(f"{what} does not fit: {'; '.join(misfit.message for misfit in misfits[:3])}")


def _list(lead: str, names: set[str]) -> str | None:
    return f"{lead} {', '.join(f'`{name}`' for name in sorted(names))}" if names else None
