"""`overture resume`."""

from __future__ import annotations

import click

from overture.cli.commands.run import run_options
from overture.cli.console import format_option, usual_options
from overture.cli.ending import check_forms
from overture.cli.exits import FAILED, WrongUsage
from overture.cli.resuming import given_by, go_on, plan_of
from overture.cli.store import named_run, open_store


@click.command()
@click.argument("run", metavar="RUN")
@run_options
@format_option("text", "json")
@usual_options
def command(
    run: str,
    env_files: tuple[str, ...],
    workspace: str | None,
    allow_hosts: tuple[str, ...],
    policy: str | None,
    home: str | None,
    events: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> int:
    """Go on with a run that was interrupted, or waits. Completed tasks are not run again.

    RUN is its name, the beginning of it, or `last`. What was allowed when it began holds (--allow-host, --policy), and
    so does its workspace; secrets are kept nowhere, so they must be in the environment again, or in an --env-file.
    """
    from overture_local import resume as resume_run

    check_forms(events, format_)
    with open_store(home) as store:
        row = store.show(named_run(store, run))
    if row.parent is not None:
        raise WrongUsage(f"run `{row.run}` was called by run `{row.parent}`", "resume that one")
    plan = plan_of(row, format_)
    if plan is None:
        return FAILED
    given = given_by(env_files, workspace, allow_hosts, policy, home, events, format_, quiet, no_color)
    return go_on(row, plan, given, lambda plan, request: resume_run(plan, row.run, request))
