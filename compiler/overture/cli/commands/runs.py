"""`overture runs`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, say, tell, usual_options
from overture.cli.settings import home_folder
from overture.cli.store import has_store, home_option, open_store


@click.command()
@click.option("--workflow", metavar="NAME", help="Only the runs of this workflow.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most so many, newest first.")
@home_option
@format_option("text", "json")
@usual_options
def command(workflow: str | None, limit: int, home: str | None, format_: str, quiet: bool, no_color: bool) -> int:
    """List the runs, newest first."""
    rows = []
    if has_store(home):
        with open_store(home) as store:
            rows = store.runs(workflow, limit=limit)
    if format_ == "json":
        fields = ("run", "workflow", "state", "started_at", "ended_at")
        print_json({"runs": [{name: getattr(row, name) for name in fields} for row in rows]})
        return 0
    for row in rows:
        say(f"{row.run}  {row.state:<11}  {row.started_at}  {row.workflow}")
    if not rows:
        tell(f"no runs are kept in `{home_folder(home)}`", quiet=quiet)
    return 0
