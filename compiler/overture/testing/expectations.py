"""What a case expects of a run, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from overture.testing import shapes
from overture.testing.instances import PerInstance, read_instances
from overture.testing.replies import METHODS, read_target
from overture.testing.shapes import CaseError
from overture.testing.values import JSON

RUN_STATES = ("succeeded", "failed", "cancelled", "waiting")
TASK_STATES = ("succeeded", "failed", "skipped", "cancelled", "waiting")
ERROR_TYPES = (
    "http",
    "timeout",
    "returns",
    "exit",
    "exception",
    "expression",
    "fail",
    "assert",
    "item",
    "refused",
    "error",
)
KEYS = (
    "state",
    "outputs",
    "error",
    "tasks",
    "attempts",
    "requests",
    "model_calls",
    "state_after",
    "files",
    "log",
    "mails",
)
LEVELS = ("debug", "info", "warning", "error")

# Leaves in nested lists; see `order` for what the nesting means.
Nested: TypeAlias = "list[ExpectedRequest | Nested]"
NestedLog: TypeAlias = "list[ExpectedLine | NestedLog]"


@dataclass(frozen=True, slots=True)
class ExpectedRequest:
    """A request that must come. `whole_query` is all pairs in any order; `query` and `headers` name some."""

    method: str
    path: str
    whole_query: tuple[tuple[str, str], ...] | None = None
    query: Mapping[str, JSON] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JSON = None
    has_body: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call to a model: which one, and texts that its messages hold."""

    model: str | None = None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """A line of the log."""

    level: str
    message: str

    def __str__(self) -> str:
        return f"{self.level}: {self.message}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come out. None: not compared, but `requests`, which must all be listed.

    `tasks` maps a task's id (all its instances) or its place in loops (`each[0].label`) to a state, or to the
    states of its instances in order; a task that is not named must have succeeded. `attempts` likewise says how often
    a task was attempted; one that started and is not named, once. `mails` name, in order, what they hold (headers in
    lower case, `recipients`, `text`, `html`, `attachments` by name). `files` maps a path to the content, or to None
    where no file may be.
    """

    state: str = "succeeded"
    outputs: Mapping[str, JSON] | None = None
    error: Mapping[str, JSON] | None = None
    tasks: Mapping[str, PerInstance] = field(default_factory=dict)
    attempts: Mapping[str, PerInstance] = field(default_factory=dict)
    requests: Nested = field(default_factory=list)
    model_calls: int | tuple[ExpectedCall, ...] | None = None
    state_after: Mapping[str, JSON] | None = None
    files: Mapping[str, JSON] = field(default_factory=dict)
    log: NestedLog | None = None
    mails: list[JSON] = field(default_factory=list)


def read_expectation(where: str, value: JSON, *, has_models: bool) -> Expectation:
    script = shapes.read_mapping(where, value, KEYS)
    state = _one_of(f"{where}.state", script.get("state", "succeeded"), RUN_STATES)
    if has_models and "model_calls" not in script:
        raise CaseError(where, "`model_calls` is missing, but `models` are scripted")
    if state == "failed" and "error" not in script:
        raise CaseError(where, "`error` is missing, but the run is to fail")
    return Expectation(
        state=state,
        outputs=_optional_mapping(f"{where}.outputs", script, "outputs"),
        error=_read_error(f"{where}.error", script.get("error")),
        tasks=read_instances(f"{where}.tasks", script.get("tasks"), _read_state),
        attempts=read_instances(f"{where}.attempts", script.get("attempts"), shapes.read_integer),
        requests=_read_requests(f"{where}.requests", script.get("requests")),
        model_calls=_read_calls(f"{where}.model_calls", script.get("model_calls", 0)),
        state_after=_optional_mapping(f"{where}.state_after", script, "state_after"),
        files=shapes.read_mapping(f"{where}.files", script.get("files")),
        log=_read_log(f"{where}.log", script["log"]) if "log" in script else None,
        mails=shapes.read_list(f"{where}.mails", script.get("mails")),
    )


def _optional_mapping(where: str, script: Mapping[str, JSON], key: str) -> Mapping[str, JSON] | None:
    return shapes.read_mapping(where, script[key]) if key in script else None


def _one_of(where: str, value: JSON, words: tuple[str, ...]) -> str:
    return shapes.read_word(where, value, {word: word for word in words})


def _read_error(where: str, value: JSON) -> Mapping[str, JSON] | None:
    if value is None:
        return None
    error = shapes.read_mapping(where, value, ("type", "task", "message"))
    _one_of(f"{where}.type", error.get("type"), ERROR_TYPES)
    if "task" not in error:
        raise CaseError(where, "`task` is missing (null for an error of the run itself)")
    return error


def _read_state(where: str, value: JSON) -> str:
    return _one_of(where, value, TASK_STATES)


def _read_requests(where: str, value: JSON) -> Nested:
    requests: Nested = []
    for at, item in enumerate(shapes.read_list(where, value)):
        here = f"{where}[{at}]"
        if isinstance(item, list):
            requests.append(_read_requests(here, item))
        else:
            request, times = _read_request(here, item)
            requests += [request] * times
    return requests


def _read_request(where: str, value: JSON) -> tuple[ExpectedRequest, int]:
    if isinstance(value, str):
        return ExpectedRequest(*read_target(where, value)), 1
    script = dict(shapes.read_mapping(where, value))
    targets = [key for key in script if key.partition(" ")[0] in METHODS]
    if len(targets) == 1:  # {"POST /path": {body: ...}}
        inner = shapes.read_mapping(f"{where}.{targets[0]}", script.pop(targets[0]))
        script |= inner
        method, path, whole_query = read_target(where, targets[0])
        allowed = ["query", "headers", "body", "times"]
    else:
        method, path, whole_query = read_target(
            where, f"{script.get('method', 'GET')} {shapes.read_text(f'{where}.path', script.get('path'))}"
        )
        allowed = ["method", "path", "query", "headers", "body", "times"]
    shapes.read_mapping(where, script, allowed)
    request = ExpectedRequest(
        method,
        path,
        whole_query,
        shapes.read_mapping(f"{where}.query", script.get("query")),
        shapes.read_texts(f"{where}.headers", script.get("headers")),
        script.get("body"),
        "body" in script,
    )
    return request, shapes.read_integer(f"{where}.times", script.get("times", 1))


def _read_calls(where: str, value: JSON) -> int | tuple[ExpectedCall, ...]:
    if not isinstance(value, list):
        return shapes.read_integer(where, value)
    calls = []
    for at, item in enumerate(value):
        here = f"{where}[{at}]"
        script = shapes.read_mapping(here, item, ("model", "holds"))
        held = script.get("holds", [])
        texts = held if isinstance(held, list) else [held]
        calls.append(
            ExpectedCall(
                shapes.read_optional_text(f"{here}.model", script.get("model")),
                tuple(shapes.read_text(f"{here}.holds", text) for text in texts),
            )
        )
    return tuple(calls)


def _read_log(where: str, value: JSON) -> NestedLog:
    lines: NestedLog = []
    for at, item in enumerate(shapes.read_list(where, value)):
        here = f"{where}[{at}]"
        if isinstance(item, list):
            lines.append(_read_log(here, item))
            continue
        script = shapes.read_mapping(here, item, (*LEVELS, "level", "message"))
        if len(script) == 1 and next(iter(script)) in LEVELS:  # {info: "the message"}
            ((level, message),) = script.items()
        else:
            level, message = _one_of(f"{here}.level", script.get("level"), LEVELS), script.get("message")
        lines.append(ExpectedLine(level, shapes.read_text(f"{here}.message", message)))
    return lines
