"""The program: its commands are found by name and imported only when they are called."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from typing import Any

import click

from overture.cli.exits import FAILED, INTERRUPTED, WRONG_USAGE

COMMANDS: dict[str, str] = {
    "compile": "Turn English into a workflow.",
    "check": "Find what is wrong, before anything runs.",
    "fmt": "Write workflows in canonical form.",
    "explain": "Show the page of a rule.",
    "plan": "Show what a workflow can touch.",
    "export": "Write a target's files: Kestra, Prefect.",
    "run": "Run a workflow on the local executor.",
    "runs": "List the runs.",
    "show": "Show one run.",
    "resume": "Go on with a run that was interrupted.",
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
        module = importlib.import_module(f"overture.cli.commands.{name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Stable exits: 1 failed, 2 wrong usage or a path that cannot be opened or written, 130 interrupted."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.exceptions.Abort:
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except click.ClickException as error:
            error.show()
            sys.exit(WRONG_USAGE if isinstance(error, click.UsageError) else FAILED)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            # what reads our output has gone: not an error of ours, and Python must not complain at exit
            sys.stderr.close()
            sys.exit(FAILED)
        except OSError as error:
            name = f"`{error.filename}`: " if error.filename else ""
            click.echo(f"error: {name}{(error.strerror or str(error)).lower()}", err=True)
            sys.exit(WRONG_USAGE)
        sys.exit(code if isinstance(code, int) else 0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A workflow is a file NAME.flow.yaml. Begin with `overture compile REQUEST` or `overture check PATH`.",
)
@click.version_option(version("overture"), prog_name="overture", message="%(prog)s %(version)s")
def program() -> None:
    """Overture: English becomes a checked workflow; a checked workflow runs here, on Kestra, or on Prefect."""
