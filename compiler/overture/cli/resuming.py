"""A run of the store that goes on: its workflow from the texts that are kept, what it is given anew, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from overture.checks.verdict import check
from overture.cli.console import complain, print_json, tell
from overture.cli.ending import Watch, refusals, tell_end
from overture.cli.exits import DONE, WrongUsage
from overture.cli.live import Live
from overture.cli.settings import home_folder
from overture.cli.values import environment, folder, policy_in, secrets_of
from overture.diagnostics.json_form import check_form
from overture.diagnostics.visible import visible
from overture.expressions.types import Json
from overture.language.reading import Reading, read
from overture.plan.build import plan as build_plan
from overture.plan.model import Plan
from overture.plan.showing import plan_text

if TYPE_CHECKING:
    from overture_local import RunRequest, RunResult, RunRow


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever goes on with a run says anew, and how they want to be told."""

    environ: Mapping[str, str]
    workspace: Path | None
    home: Path
    allow_hosts: tuple[str, ...]
    policy: Mapping[str, Json] | None
    format_: str
    events: bool
    quiet: bool
    no_color: bool


def given_by(
    env_files: tuple[str, ...],
    workspace: str | None,
    allow_hosts: tuple[str, ...],
    policy: str | None,
    home: str | None,
    events: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> Given:
    """From the options of the command line. Raises OSError and WrongUsage."""
    return Given(
        environ=environment(env_files),
        workspace=folder(workspace, "workspace") if workspace else None,
        home=home_folder(home),
        allow_hosts=allow_hosts,
        policy=policy_in(policy),
        format_=format_,
        events=events,
        quiet=quiet,
        no_color=no_color,
    )


def plan_of(row: RunRow, format_: str) -> Plan | None:
    """The plan of a run, made of the texts that are kept; None, said, when it is not sound any more. Raises WrongUsage
    where no text is kept."""
    if not row.sources:
        raise WrongUsage(
            f"the text of run `{row.run}` is not kept", "go on with it where it was begun: `overture_local.resume`"
        )
    readings = [read(text, path) for path, text in row.sources.items()]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    if verdict.checked is not None:
        return build_plan(verdict.checked)
    if format_ == "json":
        print_json(check_form({readings[0].source.path: verdict.diagnostics}))
    complain(f"the workflow of run `{row.run}` is not sound any more")
    return None


def go_on(row: RunRow, plan: Plan, given: Given, work: Callable[[Plan, RunRequest], RunResult | None]) -> int:
    """Go on with a run by `work`, which gives None when somebody else does and that has been said; the exit code."""
    from overture_local import RunRequest

    live = Live(quiet=given.quiet or given.events, no_color=given.no_color)
    watch = Watch(live, events=given.events)
    request = RunRequest(
        secrets=secrets_of(plan, given.environ),
        environment=given.environ,
        workspace=given.workspace,
        home=given.home,
        allow_hosts=given.allow_hosts,
        policy=given.policy,
        on_event=watch.see,
    )
    tell(plan_text(plan), quiet=given.quiet)
    if hosts := (row.request.get("terms") or {}).get("allow_hosts"):
        tell(f"  allowed    {visible(', '.join(hosts))}", quiet=given.quiet)
    with refusals(plan.name, given.format_, row.run), live:
        result = work(plan, request)
    watch.raise_failure()
    if result is None:
        return DONE
    return tell_end(result, given.format_, events=given.events, quiet=given.quiet)
