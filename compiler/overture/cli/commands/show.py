"""`overture show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from overture.cli.console import format_option, print_json, say, tell, usual_options, wants_color
from overture.cli.ending import say_outputs, tell_questions, told
from overture.cli.live import task_line
from overture.cli.store import home_option, named_run, open_store
from overture.diagnostics.visible import visible
from overture.expressions.types import Json

if TYPE_CHECKING:
    from overture_local import Event, Question, RunRow


@click.command()
@click.argument("run", metavar="RUN")
@home_option
@format_option("text", "json")
@usual_options
def command(run: str, home: str | None, format_: str, quiet: bool, no_color: bool) -> int:
    """Show one run: its tasks, its log, its outputs. RUN is its name, the beginning of it, or `last`."""
    from overture_local import questions

    with open_store(home) as store:
        row = store.show(named_run(store, run))
        events = store.events(row.run)
        asked = questions(store, row.run) if row.ended_at is None else []
    result = dict(row.result) if row.result is not None else so_far(row, events, asked)
    if format_ == "json":
        print_json(result)
        return 0
    color = wants_color(no_color, err=False)
    say(f"{row.run}  {row.workflow}  {row.state}  {row.started_at} {_until(row, events)}")
    for task in result["tasks"]:
        say(f"  {task_line(task, task['at'])}", color=color)
    for event in events:
        if event.kind == "log":
            say(f"  {event.time}  {event.data.get('level', 'info')}: {visible(str(event.data['message']))}")
    if error := result["error"]:
        say(f"error: {visible(told(error))}")
    say_outputs(result["outputs"])
    if row.state == "waiting":
        tell_questions(row.run, asked, quiet=quiet)
    if row.state == "interrupted" or (row.state == "waiting" and not asked):
        tell(f"help: `overture resume {row.run}` goes on with it", quiet=quiet)
    return 0


def _until(row: RunRow, events: Sequence[Event]) -> str:
    if row.ended_at is not None:
        return f"to {row.ended_at}"
    if row.state in ("running", "waiting"):
        return "to now"
    return f"and last heard of at {events[-1].time if events else row.started_at}"


def so_far(row: RunRow, events: Sequence[Event], asked: Sequence[Question]) -> dict[str, Json]:
    """A run that has not ended: the tasks that have, as of the last round of a repeat, and those that wait."""
    tasks: dict[str, Json] = {}
    for event in events:
        if event.kind == "task_ended":
            tasks.pop(event.data["at"], None)
            tasks[event.data["at"]] = {key: value for key, value in event.data.items() if key != "origin"}
    tasks |= {each.at: each.as_record() for each in asked if each.run == row.run}
    return {
        "run": row.run,
        "workflow": row.workflow,
        "state": row.state,
        "outputs": {},
        "error": None,
        "tasks": list(tasks.values()),
        "seconds": 0.0,
    }
