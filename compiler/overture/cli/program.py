"""The program: its commands are found by name and imported only when they are called."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn

import click

from overture.cli.console import complain, tell
from overture.cli.exits import DONE, FAILED, INTERRUPTED, WRONG_USAGE, WrongUsage
from overture.cli.version import installed_version

COMMANDS: dict[str, str] = {
    "compile": "Turn English into a workflow.",
    "check": "Find what is wrong, before anything runs.",
    "fmt": "Write workflows in canonical form.",
    "explain": "Show the page of a rule, or tell what a workflow does.",
    "plan": "Show what a workflow can touch.",
    "export": "Write a target's files: Kestra, Prefect.",
    "run": "Run a workflow on the local executor.",
    "runs": "List the runs.",
    "show": "Show one run.",
    "resume": "Go on with a run that was interrupted, or waits.",
    "approve": "Answer what a run waits for, and go on with it.",
    "graph": "Draw the graph of a workflow.",
    "schema": "Print the JSON Schema of the language.",
    "backends": "Show what each target can do.",
}
"""Every command that works, with its line in `--help`, in the order of use."""


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        _take_no_plugins()
        module = importlib.import_module(f"overture.cli.commands.{name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, or the nearest one named."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from overture.diagnostics.nearest import did_you_mean

            raise WrongUsage(f"there is no command `{name}`", did_you_mean(name, COMMANDS))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Stable exits: 1 failed, 2 wrong usage or a path that cannot be opened or written, 130 interrupted."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except (click.exceptions.Abort, KeyboardInterrupt) as end:
            if isinstance(end.__cause__, EOFError):  # click takes one for the wish to end, which we never ask for
                raise end.__cause__ from None
            tell("interrupted")
            sys.exit(INTERRUPTED)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(WRONG_USAGE)
        except click.ClickException as error:
            _complain_of_usage(error)
            sys.exit(WRONG_USAGE)
        except OSError as error:
            _end_unwritable(error)
        sys.exit(code if isinstance(code, int) else DONE)


def _complain_of_usage(error: click.ClickException) -> None:
    if isinstance(error, WrongUsage):
        complain(error.message, error.help)
        return
    text = error.format_message().rstrip(".")  # click's own words begin and end as sentences do
    context = error.ctx if isinstance(error, click.UsageError) else None
    help = f"see `{context.command_path} --help`" if context else None
    complain(text[:1].lower() + text[1:], help)


def _end_unwritable(error: OSError) -> NoReturn:
    """A path that cannot be opened or written, or stdout itself: then Python, at exit, must not try it once more."""
    if error.filename is None:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        sys.exit(FAILED)  # what read our output has gone: there is nobody to tell
    words = (error.strerror or str(error)).lower()
    with suppress(OSError):
        complain(f"`{error.filename}`: {words}" if error.filename else f"the output cannot be written: {words}")
    sys.exit(WRONG_USAGE)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A workflow is a file NAME.flow.yaml. Begin with `overture compile REQUEST` or `overture check PATH`.",
)
@click.version_option(installed_version(), prog_name="overture", message="%(prog)s %(version)s")
def program() -> None:
    """Overture: English becomes a checked workflow; a checked workflow runs here, on Kestra, or on Prefect."""


def _take_no_plugins() -> None:
    """Keep pydantic from asking every installed distribution for plugins: nobody's plugin may have a say in what a
    workflow is, and the search takes 30 ms, a tenth of a small file's check. The environment variable against plugins
    would reach the tasks of a run, and still import all that the search needs."""
    loader = ModuleType("pydantic.plugin._loader")
    loader.get_plugins = tuple  # type: ignore[attr-defined]
    sys.modules.setdefault(loader.__name__, loader)
