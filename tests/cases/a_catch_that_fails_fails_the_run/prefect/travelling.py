"""Travels by train or else on foot; neither works.

Run: python travelling.py
"""

import asyncio
import contextlib
import json
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.client.schemas.objects import TaskRun
from prefect.states import State


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


class Failed(Exception):
    """A task that is there to fail the run."""


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"message": message_of(error)}


def run_failure(error: BaseException) -> dict[str, Any]:
    """What ended the run, as data, with the task that failed."""
    return {"task": getattr(error, "task", None), **failure(error)}


def message_of(error: BaseException) -> str:
    """The text of an error."""
    return str(error) or type(error).__name__


async def blame(task: Any, run: TaskRun, state: State[Any]) -> None:
    """Note on the error of a failed task which task it was."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, Exception) and not hasattr(error, "task"):
        error.task = task.name


@task(on_failure=[blame])
async def by_train() -> None:
    raise Failed("no train")


@task(on_failure=[blame])
async def by_foot(by_train_error: dict[str, Any]) -> None:
    raise Failed(
        "the bridge is out, and the train: "
        f"{dig(by_train_error, 'message', default='-')}",
    )


@task(on_failure=[blame])
async def tell(run_error: dict[str, Any]) -> None:
    get_run_logger().error(
        "%s", f"{as_text(run_error['task'])}: {run_error['message']}"
    )


@flow(name="travelling")
async def travelling() -> None:
    """Travels by train or else on foot; neither works."""
    by_train_error = None
    try:
        try:
            try:
                await by_train()
            except Exception as error:
                by_train_error = failure(error)
                raise
        except Exception:
            await by_foot(by_train_error)
    except Exception as error:
        run_error = run_failure(error)
        with contextlib.suppress(Exception):
            await tell(run_error)
        raise


if __name__ == "__main__":
    asyncio.run(travelling())
