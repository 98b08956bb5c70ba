"""`overture plan`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, say, usual_options
from overture.cli.loading import load_sound
from overture.plan.showing import plan_json, plan_text


@click.command()
@click.argument("file", metavar="FILE")
@format_option("text", "json")
@usual_options
def command(file: str, format_: str, quiet: bool, no_color: bool) -> int:
    """Show what a workflow can touch: hosts, programs, models, secrets, files. Naming it to `run` approves this."""
    _, plan = load_sound(file, quiet=quiet, no_color=no_color, format_=format_)
    if format_ == "json":
        print_json(plan_json(plan))
    else:
        say(plan_text(plan))
    return 0
