"""The exit codes (part of the contract), and what ends a command with 2."""

from __future__ import annotations

import click

DONE = 0
FAILED = 1  # findings of severity error, or a run or a compile that failed
WRONG_USAGE = 2  # wrong usage, a path that cannot be opened, output that cannot be written
INTERRUPTED = 130


class WrongUsage(click.UsageError):
    """The command cannot be done as it was asked for. `help` says what to do."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.help = help
