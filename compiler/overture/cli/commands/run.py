"""`overture run`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from overture.cli.console import format_option, tell, usual_options
from overture.cli.ending import Watch, check_forms, refusals, tell_end
from overture.cli.live import Live
from overture.cli.loading import load_sound
from overture.cli.settings import home_folder
from overture.cli.store import home_option
from overture.cli.values import environment, folder, inputs_of, policy_in, secrets_of, trigger_of
from overture.plan.showing import plan_text

F = TypeVar("F", bound=Callable[..., Any])


def run_options(function: F) -> F:
    """The options that `run` and `resume` share."""
    for option in (
        click.option("--events", is_flag=True, help="Print one JSON object a line as things happen."),
        home_option,
        click.option(
            "--policy",
            metavar="FILE",
            help="Allow no more than this TOML file names: hosts, programs, secrets, models, paths. Kept for `resume`.",
        ),
        click.option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            metavar="HOST[:PORT]",
            help="A private address that may be reached, also one that the plan names. Kept for `resume`.",
        ),
        click.option(
            "--workspace",
            metavar="DIR",
            help="Where files are read and written, programs run: the current folder. Kept for `resume`.",
        ),
        click.option(
            "--env-file",
            "env_files",
            multiple=True,
            metavar="FILE",
            help="NAME=value lines, over the environment. Kept nowhere.",
        ),
    ):
        function = option(function)
    return function


@click.command()
@click.argument("file", metavar="FILE")
@click.option("-i", "--input", "pairs", multiple=True, metavar="NAME=VALUE", help="An input, read by its type.")
@click.option("--inputs", metavar="FILE", help="Inputs from a JSON or YAML file.")
@click.option("--trigger", metavar="FILE", help="A trigger's data: {type: webhook, body: …}.")
@click.option("--approve", metavar="DIGEST", help="Run only if the plan's digest is this one.")
@run_options
@format_option("text", "json")
@usual_options
def command(
    file: str,
    pairs: tuple[str, ...],
    inputs: str | None,
    trigger: str | None,
    approve: str | None,
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
    """Run a workflow on the local executor. Naming the file approves the effects that its plan names."""
    from overture_local import RunRequest
    from overture_local import run as run_plan

    check_forms(events, format_)
    loaded, plan = load_sound(file, quiet=quiet, no_color=no_color, format_=format_)
    environ = environment(env_files)
    watch = Watch(live := Live(quiet=quiet or events, no_color=no_color), events=events)
    request = RunRequest(
        inputs=inputs_of(plan, pairs, inputs),
        trigger=trigger_of(plan, trigger) if trigger else None,
        secrets=secrets_of(plan, environ),
        environment=environ,
        workspace=folder(workspace, "workspace") if workspace else None,
        home=home_folder(home),
        sources=loaded.texts,
        allow_hosts=allow_hosts,
        approve_digest=approve,
        policy=policy_in(policy),
        on_event=watch.see,
    )
    tell(plan_text(plan), quiet=quiet)  # what naming the file approves is said before anything happens
    with refusals(plan.name, format_), live:
        result = run_plan(plan, request)
    watch.raise_failure()
    return tell_end(result, format_, events=events, quiet=quiet)
