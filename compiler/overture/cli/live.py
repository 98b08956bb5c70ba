"""A run as it happens: a live tree of tasks on a terminal, a line for each end elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType

import click

from overture.diagnostics.visible import visible
from overture.expressions.types import Json

MARKS = {"running": "·", "succeeded": "✓", "failed": "✗", "skipped": "-", "cancelled": "×", "waiting": "…"}
COLORS = {
    "running": "cyan",
    "succeeded": "green",
    "failed": "red",
    "skipped": "bright_black",
    "cancelled": "yellow",
}
_MOST_LINES = 40


class Live(AbstractContextManager["Live"]):
    """Takes the events of a run: on a terminal redraws a tree, elsewhere writes a line when a task ends or logs."""

    def __init__(self, *, quiet: bool, color: bool) -> None:
        self._quiet = quiet
        self._color = color
        self._is_terminal = sys.stderr.isatty() and not quiet
        self._states: dict[str, tuple[str, str]] = {}
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
            for at, (state, more) in self._states.items():
                click.echo(self._line(at, state, more), err=True, color=self._color)

    def see(self, event: Mapping[str, Json]) -> None:
        """Take one event of the local executor."""
        name = event["event"]
        if name == "log":
            self._log(event)
        elif name == "task_started":
            self._states[event["at"]] = ("running", "")
            self._draw()
        elif name == "task_ended":
            error = event.get("error")
            attempts = event.get("attempts") or 0
            more = visible(error["message"].splitlines()[0][:160]) if error and error["message"] else ""
            if attempts > 1:
                more = f"{attempts} attempts  {more}".rstrip()
            self._states[event["at"]] = (event["state"], more)
            if self._display is None and not self._quiet:
                click.echo(self._line(event["at"], event["state"], more), err=True, color=self._color)
            self._draw()

    def _log(self, event: Mapping[str, Json]) -> None:
        if self._quiet:
            return
        line = f"  {event.get('level', 'info')}: {visible(str(event['message']))}"
        if self._display is not None:
            self._display.console.print(line, markup=False)  # type: ignore[attr-defined]
        else:
            click.echo(line, err=True)

    def _line(self, at: str, state: str, more: str) -> str:
        depth = at.count(".")
        text = f"{'  ' * depth}{MARKS.get(state, '?')} {at.rpartition('.')[2]}"
        return click.style(text, fg=COLORS.get(state)) + (f"  {more}" if more else "")

    def _draw(self) -> None:
        if self._display is None:
            return
        from rich.text import Text

        lines = [self._line(at, state, more) for at, (state, more) in self._states.items()]
        hidden = len(lines) - _MOST_LINES
        shown = [f"  … {hidden} more above", *lines[-_MOST_LINES:]] if hidden > 0 else lines
        self._display.update(Text.from_ansi("\n".join(shown)))  # type: ignore[attr-defined]
