"""`overture resume`."""

from __future__ import annotations

from pathlib import Path

import click

from overture.checks.verdict import check
from overture.cli.commands.run import refused, run_options, watcher
from overture.cli.console import format_option, tell, usual_options, wants_color
from overture.cli.ending import tell_end
from overture.cli.exits import FAILED
from overture.cli.live import Live
from overture.cli.store import open_store
from overture.cli.values import environment, folder, policy_in, secrets_of
from overture.language.reading import Reading, read
from overture.plan.build import plan as build_plan


@click.command()
@click.argument("run", metavar="RUN")
@run_options
@format_option("text", "json")
@usual_options
def command(
    run: str,
    env_files: tuple[str, ...],
    workspace: str,
    allow_hosts: tuple[str, ...],
    policy: str | None,
    home: str,
    events: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> int:
    """Go on with a run that was interrupted. Completed tasks are not run again."""
    from overture_local import RunRefused, RunRequest, StoreError
    from overture_local import resume as resume_run

    with open_store(home) as store:
        row = store.show(run)
    readings = [read(text, path) for path, text in row.sources.items()]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    if verdict.checked is None:
        tell(f"error: the workflow of run `{run}` is not sound any more")
        return FAILED
    plan = build_plan(verdict.checked)
    environ = environment(env_files)
    with Live(quiet=quiet or events, color=wants_color(no_color, err=True)) as live:
        request = RunRequest(
            secrets=secrets_of(plan, environ),
            environment=environ,
            workspace=folder(workspace, "workspace"),
            home=Path(home),
            allow_hosts=allow_hosts,
            policy=policy_in(policy),
            on_event=watcher(events, live),
        )
        try:
            result = resume_run(plan, run, request)
        except (RunRefused, StoreError) as error:
            return refused(error)
    return tell_end(result.as_json(), "text" if events else format_, quiet=quiet or events)
