"""`overture show`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, say, usual_options, wants_color
from overture.cli.ending import say_outputs, told
from overture.cli.live import task_line
from overture.cli.store import home_option, open_store
from overture.diagnostics.visible import visible
from overture.expressions.types import Json


@click.command()
@click.argument("run", metavar="RUN")
@home_option
@format_option("text", "json")
@usual_options
def command(run: str, home: str | None, format_: str, quiet: bool, no_color: bool) -> int:
    """Show one run: its tasks, its log, its outputs."""
    with open_store(home) as store:
        row = store.show(run)
        events = store.events(run)
    result = dict(row.result) if row.result is not None else _so_far(row, events)
    if format_ == "json":
        print_json(result)
        return 0
    color = wants_color(no_color, err=False)
    say(f"{row.run}  {row.workflow}  {row.state}  {row.started_at} to {row.ended_at or 'now'}")
    for task in result["tasks"]:
        say(f"  {task_line(task, task['at'])}", color=color)
    for event in events:
        if event.kind == "log":
            say(f"  {event.time}  {event.data.get('level', 'info')}: {visible(str(event.data['message']))}")
    if error := result["error"]:
        say(f"error: {visible(told(error))}")
    say_outputs(result["outputs"])
    return 0


def _so_far(row: Json, events: Json) -> dict[str, Json]:
    """A run that has not ended: the tasks that have."""
    tasks = [
        {key: value for key, value in event.data.items() if key != "origin"}
        for event in events
        if event.kind == "task_ended"
    ]
    return {
        "run": row.run,
        "workflow": row.workflow,
        "state": row.state,
        "outputs": {},
        "error": None,
        "tasks": tasks,
        "seconds": 0.0,
    }
