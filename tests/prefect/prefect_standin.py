"""A small stand-in for Prefect, which is no dependency of ours.

Flows and tasks run as they are called, with attempts and timeouts, and everything is written down. What Prefect itself
does is proved on a real one (tests/engines).
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict

current_task: ContextVar[Any] = ContextVar("current_task")


@dataclass
class Record:
    """What the runs of a test did. `tasks`: the last state of each task run by its name; `logs`: level and text.
    `answers`: what people fill in, by task."""

    tasks: dict[str, str] = field(default_factory=dict)
    logs: list[tuple[str, str]] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)


class State:
    def __init__(self, name: str = "Completed", message: str | None = None, error: Exception | None = None) -> None:
        self.name = name
        self.message = message
        self.error = error

    async def aresult(self, raise_on_failure: bool = True) -> Any:
        if self.error is not None and raise_on_failure:
            raise self.error
        return self.error


class Task:
    def __init__(self, record: Record, function: Callable[..., Any], options: dict[str, Any]) -> None:
        self.record, self.function, self.options = record, function, options
        self.name = options.get("name") or function.__name__

    def with_options(self, **options: Any) -> Task:
        return Task(self.record, self.function, {**self.options, **options})

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(self.function).bind(*args, **kwargs).arguments
        name = str(self.options.get("task_run_name") or self.name).format(**bound)
        run = SimpleNamespace(id=uuid.uuid4(), name=name)
        token = current_task.set(run)
        try:
            return await self._attempts(run, args, kwargs)
        finally:
            current_task.reset(token)

    async def _attempts(self, run: Any, args: Any, kwargs: Any) -> Any:
        retries = self.options.get("retries", 0)
        for attempt in range(retries + 1):
            self.record.attempts[run.name] = self.record.attempts.get(run.name, 0) + 1
            try:
                async with asyncio.timeout(self.options.get("timeout_seconds")):
                    found = await self.function(*args, **kwargs)
            except asyncio.CancelledError:
                self.record.tasks[run.name] = "cancelled"
                raise
            except Exception as error:
                if attempt < retries:
                    await asyncio.sleep(0)  # how long to wait is Prefect's business
                    continue
                self.record.tasks[run.name] = "failed"
                for hook in self.options.get("on_failure", ()):
                    await hook(self, run, State("Failed", error=error))
                raise
            is_skipped = isinstance(found, State) and found.name == "Skipped"
            self.record.tasks[run.name] = "skipped" if is_skipped else "succeeded"
            return found
        raise AssertionError("the last attempt returns or raises")


class RunInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @classmethod
    def with_initial_data(cls, description: str) -> type[RunInput]:
        assert isinstance(description, str)
        return cls


class Pause:
    """The pauses of a run: one at a time for each of its flows, which ends when it is answered or times out."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.waiting: asyncio.Future[dict[str, Any]] | None = None

    async def wait(self, wait_for_input: type[RunInput], **options: float) -> RunInput:
        name = current_task.get().name.partition("[")[0]
        if name in self.record.answers:
            await asyncio.sleep(0)
            return wait_for_input(**self.record.answers[name])
        self.waiting = asyncio.get_running_loop().create_future()
        return wait_for_input(**await asyncio.wait_for(self.waiting, options["timeout"]))

    async def resume(self, run: object, run_input: dict[str, Any]) -> None:
        assert self.waiting is not None
        self.waiting.set_result(run_input)


def modules(record: Record) -> dict[str, ModuleType]:
    """The modules that a generated one may import of Prefect."""

    def task(function: Any = None, **options: Any) -> Any:
        return Task(record, function, options) if function else lambda inner: Task(record, inner, options)

    def flow(function: Any = None, **options: Any) -> Any:
        return function if function else lambda inner: inner

    class Logger:
        def __getattr__(self, level: str) -> Callable[..., None]:
            def write(text: str, *args: Any) -> None:
                record.logs.append((level, text % args if args else text))

            return write

    class Variable:
        @staticmethod
        async def aget(name: str, default: Any = None) -> Any:
            return record.variables.get(name, default)

        @staticmethod
        async def aset(name: str, value: Any, overwrite: bool = False) -> None:
            record.variables[name] = value

    class Client:
        async def __aenter__(self) -> Client:
            return self

        async def __aexit__(self, *error: Any) -> None:
            pass

        async def read_flow_runs(self, **filters: Any) -> list[Any]:
            return []  # there was no run before

    class FlowRunContext:
        @staticmethod
        def get() -> Any:
            return SimpleNamespace(flow_run=SimpleNamespace(start_time=datetime.now(UTC), auto_scheduled=False))

    class Names(ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {"__init__": lambda self, *args, **kwargs: None})

    flow_run = SimpleNamespace(id=uuid.uuid4(), scheduled_start_time=datetime.now(UTC), flow_name="flow")
    parts = {name: property(lambda self, name=name: getattr(current_task.get(), name)) for name in ("id", "name")}
    task_run = type("TaskRun", (), parts)()
    pause = Pause(record)
    found = {
        "prefect": {
            "task": task,
            "flow": flow,
            "get_run_logger": Logger,
            "get_client": Client,
            "pause_flow_run": pause.wait,
        },
        "prefect.flow_runs": {"aresume_flow_run": pause.resume},
        "prefect.input": {"RunInput": RunInput},
        "prefect.states": {"Completed": State, "State": dict},
        "prefect.runtime": {"flow_run": flow_run, "task_run": task_run},
        "prefect.variables": {"Variable": Variable},
        "prefect.context": {"FlowRunContext": FlowRunContext},
        "prefect.tasks": {
            "exponential_backoff": lambda factor: lambda retries: [factor * 2**n for n in range(retries)]
        },
    }
    made: dict[str, ModuleType] = {}
    for name, members in found.items():
        made[name] = Names(name)
        made[name].__dict__.update(members)
    made["prefect.states"].__dict__["State"] = type("State", (State,), {"__class_getitem__": lambda cls, item: cls})
    for name in ("client", "client.schemas", "client.schemas.objects", "client.schemas.filters", "schedules"):
        made[f"prefect.{name}"] = Names(name)
    for name in ("client.schemas.sorting", "deployments"):
        made[f"prefect.{name}"] = Names(name)
    made["prefect.client.schemas.objects"].__dict__["StateType"] = SimpleNamespace(COMPLETED="COMPLETED")
    made["prefect.client.schemas.sorting"].__dict__["FlowRunSort"] = SimpleNamespace(END_TIME_DESC="END_TIME_DESC")
    return made


@contextmanager
def installed(record: Record, libraries: dict[str, ModuleType]) -> Iterator[None]:
    """Let imports find these modules for a while."""
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("prefect", *libraries)}
    for name in before:
        del sys.modules[name]
    sys.modules.update({**modules(record), **libraries})
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in ("prefect", *libraries)]:
            del sys.modules[name]
        sys.modules.update(before)


logging.getLogger("httpx").setLevel(logging.WARNING)
