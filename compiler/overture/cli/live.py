"""A run as it happens: a live tree of tasks on a terminal, a line for each end elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

import click

from overture.cli.console import tell, wants_color
from overture.diagnostics.visible import visible
from overture.expressions.types import Json

MARKS = {"running": "·", "succeeded": "✓", "failed": "✗", "skipped": "-", "cancelled": "×", "waiting": "…"}
COLORS = {
    "running": "cyan",
    "succeeded": "green",
    "failed": "red",
    "skipped": "bright_black",
    "cancelled": "yellow",
    "waiting": "magenta",
}
_MOST_LINES = 40
_LONGEST = 160


def task_line(task: Mapping[str, Json], name: str) -> str:
    """A task that ended (T of the contract), in a line, coloured."""
    notes = [f"{task['attempts']} attempts"] if (task.get("attempts") or 0) > 1 else []
    if task["state"] == "waiting" and (asked := (task.get("outputs") or {}).get("message")):
        notes.append(visible(asked[:_LONGEST]))
    error = task.get("error")
    if error and error["message"]:
        notes.append(visible(error["message"].splitlines()[0][:_LONGEST]))
    text = click.style(f"{MARKS.get(task['state'], '?')} {name}", fg=COLORS.get(task["state"]))
    return "  ".join([text, *notes])


class Live(AbstractContextManager["Live"]):
    """Takes the events of a run: on a terminal redraws a tree, elsewhere a line when a task ends, logs or asks."""

    def __init__(self, *, quiet: bool, no_color: bool) -> None:
        self._quiet = quiet
        self._color = wants_color(no_color, err=True)
        self._is_terminal = sys.stderr.isatty() and not quiet
        self._tasks: dict[str, Mapping[str, Json]] = {}
        self._display: object = None

    def __enter__(self) -> Live:
        if self._is_terminal:
            from rich.console import Console
            from rich.live import Live as RichLive

            console = Console(stderr=True, no_color=not self._color, highlight=False)
            display = RichLive(console=console, refresh_per_second=8, transient=True)
            display.start()
            self._display = display
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.stop()  # type: ignore[attr-defined]
            self._display = None
            for line in self._tree():
                tell(line, color=self._color)

    def see(self, event: Mapping[str, Json]) -> None:
        """Take one event of the local executor."""
        match event["event"]:
            case "log":
                self._log(event)
            case "task_started":
                self._tasks.setdefault(_place(event), {"state": "running"})
                self._draw()
            case "task_ended" | "approval_asked" as what:
                if what == "approval_asked":
                    event = {**event, "state": "waiting", "outputs": {"message": event["message"]}}
                self._tasks[_place(event)] = event
                if self._display is None:
                    tell(task_line(event, _place(event)), quiet=self._quiet, color=self._color)
                self._draw()

    def _log(self, event: Mapping[str, Json]) -> None:
        line = f"  {event.get('level', 'info')}: {visible(str(event['message']))}"
        if self._display is not None:
            self._display.console.print(line, markup=False)  # type: ignore[attr-defined]
        else:
            tell(line, quiet=self._quiet)

    def _tree(self) -> list[str]:
        return [f"{'  ' * at.count('.')}{task_line(task, _in_tree(at))}" for at, task in self._tasks.items()]

    def _draw(self) -> None:
        if self._display is None:
            return
        from rich.text import Text

        lines = self._tree()
        hidden = len(lines) - _MOST_LINES
        shown = [f"  … {hidden} more above", *lines[-_MOST_LINES:]] if hidden > 0 else lines
        self._display.update(Text.from_ansi("\n".join(shown)))  # type: ignore[attr-defined]


def _place(event: Mapping[str, Json]) -> str:
    """Where a task stands, with the rounds of its repeats: `poll[1].look`."""
    place: str = event.get("place", event["at"])
    return place


def _in_tree(at: str) -> str:
    """The name of a task below its loop: `[2].label` of `each_issue[2].label`."""
    loops, dot, name = at.rpartition(".")
    return f"[{loops.rpartition('[')[2]}.{name}" if dot else name
