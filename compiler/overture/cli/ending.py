"""How a run is watched and how it ended, told: as the JSON of the contract, or in a few lines; and its exit code."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from overture.cli.console import complain, print_json, print_line, put, tell
from overture.cli.exits import DONE, FAILED, INTERRUPTED, WRONG_USAGE, WrongUsage
from overture.cli.live import Live
from overture.diagnostics.visible import visible
from overture.expressions.types import Json

if TYPE_CHECKING:
    from overture_local import Question, RunResult


class Watch:
    """Takes the events of a run and prints them, as lines of JSON or as the live tree. A reader that goes away does not
    end the run: printing stops, and `raise_failure` says so when the run is over."""

    def __init__(self, live: Live, *, events: bool) -> None:
        self._print: Callable[[Mapping[str, Json]], None] = print_line if events else live.see
        self._failure: OSError | None = None

    def see(self, event: Mapping[str, Json]) -> None:
        if self._failure is None:
            try:
                self._print(event)
            except OSError as error:
                self._failure = error

    def raise_failure(self) -> None:
        """Raises OSError when something could not be printed, unless whoever read it had seen enough."""
        if self._failure is not None and self._failure.errno != errno.EPIPE:
            raise self._failure


@contextmanager
def refusals(workflow: str, format_: str, run: str | None = None) -> Iterator[None]:
    """Round a run: one that is not to start, or a store that fails, is said and gives an exit code. Where JSON was
    asked for, a document of a run's shape says it too; `run` is null in it when there is none."""
    import gc
    import sqlite3

    from overture_local import NotDue, RunRefused, StoreError

    gc.enable()  # `main` turned it off
    try:
        yield
    except NotDue as error:
        tell(str(error))
        if format_ == "json":
            print_json(_unstarted(run, workflow, "succeeded", None))
        raise click.exceptions.Exit(DONE) from None
    except (RunRefused, StoreError) as error:
        complain(str(error), error.help)
        if format_ == "json":
            reason = {"type": "refused", "message": str(error), "task": None}
            print_json(_unstarted(run, workflow, "failed", reason))
        raise click.exceptions.Exit(FAILED) from None
    except sqlite3.Error as error:
        complain(f"the run cannot be recorded: {error}", "what was recorded stays: `overture resume RUN` goes on")
        raise click.exceptions.Exit(WRONG_USAGE) from None


def _unstarted(run: str | None, workflow: str, state: str, error: Json) -> dict[str, Json]:
    names = ("run", "workflow", "state", "outputs", "error", "tasks", "seconds")
    return dict(zip(names, (run, workflow, state, {}, error, [], 0.0), strict=True))


def check_forms(events: bool, format_: str) -> None:
    """Raises WrongUsage where two forms are asked for on one stdout."""
    if events and format_ == "json":
        raise WrongUsage("`--events` and `--format json` both write to stdout", "`--events` ends with the run's end")


def tell_end(ended: RunResult, format_: str, *, events: bool, quiet: bool) -> int:
    """Print how a run ended, if the events have not told it. The exit code: 0 for done or waiting, 130 for cancelled,
    else 1."""
    result = ended.as_json()
    state = result["state"]
    if format_ == "json":
        print_json(result)
    else:
        ended_as = "waits for an answer" if state == "waiting" else f"{state} in {result['seconds']:.1f} s"
        tell(f"{result['workflow']} {ended_as}, run {result['run']}", quiet=quiet)
        if error := result["error"]:
            complain(told(error), ended.error.help if ended.error else None)
        if not events:
            say_outputs(result["outputs"])
    tell_questions(ended.run, ended.questions, quiet=quiet)
    return {"succeeded": DONE, "waiting": DONE, "cancelled": INTERRUPTED}.get(state, FAILED)


def tell_questions(run: str, questions: Iterable[Question], *, quiet: bool) -> None:
    """What a run waits for, each with the command that answers it."""
    for each in questions:
        until = f" (until {each.until})" if each.until else ""
        tell(f"{each.place}: {visible(each.message)}{until}", quiet=quiet)
        fields = "".join(f" -i {name}=…" for name in (each.returns or {}).get("required", ()))
        words = f"overture approve {run} {quote(each.place)}"
        tell(f"help: `{words} --yes{fields}`, or `--no`", quiet=quiet)


def told(error: Mapping[str, Any]) -> str:
    """An error of the contract (E) in a line."""
    return f"{error['task']}: {error['message'] or error['type']}" if error["task"] else str(error["message"])


def say_outputs(outputs: Mapping[str, Json] | None) -> None:
    """A run's outputs: texts as they are (on a terminal with nothing in them that it would obey), all else as JSON."""
    for name, value in (outputs or {}).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if sys.stdout.isatty():
            text = "\n".join(map(visible, text.split("\n")))
        put(f"{name}: {text}\n")
