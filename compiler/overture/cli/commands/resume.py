"""`overture resume`."""

from __future__ import annotations

import click

from overture.checks.verdict import check
from overture.cli.commands.run import run_options
from overture.cli.console import complain, format_option, print_json, tell, usual_options
from overture.cli.ending import Watch, check_forms, refusals, tell_end
from overture.cli.exits import FAILED, WrongUsage
from overture.cli.live import Live
from overture.cli.settings import home_folder
from overture.cli.store import named_run, open_store
from overture.cli.values import environment, folder, policy_in, secrets_of
from overture.diagnostics.json_form import check_form
from overture.diagnostics.visible import visible
from overture.language.reading import Reading, read
from overture.plan.build import plan as build_plan
from overture.plan.showing import plan_text


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
    """Go on with a run that was interrupted. Completed tasks are not run again.

    RUN is its name, the beginning of it, or `last`. What was allowed when it began holds (--allow-host, --policy), and
    so does its workspace; secrets are kept nowhere, so they must be in the environment again, or in an --env-file.
    """
    from overture_local import RunRequest
    from overture_local import resume as resume_run

    check_forms(events, format_)
    with open_store(home) as store:
        row = store.show(named_run(store, run))
    if row.parent is not None:
        raise WrongUsage(f"run `{row.run}` was called by run `{row.parent}`", "resume that one")
    if not row.sources:
        raise WrongUsage(
            f"the text of run `{row.run}` is not kept", "go on with it where it was begun: `overture_local.resume`"
        )
    readings = [read(text, path) for path, text in row.sources.items()]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    if verdict.checked is None:
        if format_ == "json":
            print_json(check_form({readings[0].source.path: verdict.diagnostics}))
        complain(f"the workflow of run `{row.run}` is not sound any more")
        return FAILED
    plan = build_plan(verdict.checked)
    environ = environment(env_files)
    watch = Watch(live := Live(quiet=quiet or events, no_color=no_color), events=events)
    request = RunRequest(
        secrets=secrets_of(plan, environ),
        environment=environ,
        workspace=folder(workspace, "workspace") if workspace else None,
        home=home_folder(home),
        allow_hosts=allow_hosts,
        policy=policy_in(policy),
        on_event=watch.see,
    )
    tell(plan_text(plan), quiet=quiet)
    if hosts := (row.request.get("terms") or {}).get("allow_hosts"):
        tell(f"  allowed    {visible(', '.join(hosts))}", quiet=quiet)
    with refusals(plan.name, format_, row.run), live:
        result = resume_run(plan, row.run, request)
    watch.raise_failure()
    return tell_end(result, format_, events=events, quiet=quiet)
