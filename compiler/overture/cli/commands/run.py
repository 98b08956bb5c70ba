"""`overture run`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from overture.cli.console import format_option, tell, usual_options, wants_color
from overture.cli.ending import tell_end
from overture.cli.exits import DONE, FAILED
from overture.cli.live import Live
from overture.cli.loading import load_sound
from overture.cli.values import environment, folder, inputs_of, object_in, policy_in, secrets_of
from overture.plan.model import Plan
from overture.plan.showing import plan_text

F = TypeVar("F", bound=Callable[..., Any])


def run_options(function: F) -> F:
    """The options that `run` and `resume` share."""
    for option in (
        click.option(
            "--env-file", "env_files", multiple=True, metavar="FILE", help="NAME=value lines, over the environment."
        ),
        click.option("--workspace", default=".", metavar="DIR", help="Where files are read and written, programs run."),
        click.option(
            "--allow-host",
            "allow_hosts",
            multiple=True,
            metavar="HOST[:PORT]",
            help="A private address that may be reached.",
        ),
        click.option("--policy", metavar="FILE", help="Only what this policy file (TOML) names is allowed too."),
        click.option("--home", default=".overture", envvar="OVERTURE_HOME", metavar="DIR", help="Where runs are kept."),
        click.option("--events", is_flag=True, help="Print one JSON object a line as things happen."),
    ):
        function = option(function)
    return function


def watcher(events: bool, live: Live) -> Callable[[Any], None]:
    """What takes the events of a run: stdout, a line each, or the live tree."""
    if not events:
        return live.see
    return lambda event: click.echo(json.dumps(dict(event), ensure_ascii=False))


def refused(error: Exception) -> int:
    """A run that is not to start: why, and what to do."""
    tell(f"error: {error}")
    if help := getattr(error, "help", None):
        tell(f"help: {help}")
    return FAILED


def announce(plan: Plan, *, quiet: bool) -> None:
    """The effects that naming the file approves are printed before anything happens."""
    tell(plan_text(plan), quiet=quiet)


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
    workspace: str,
    allow_hosts: tuple[str, ...],
    policy: str | None,
    home: str,
    events: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> int:
    """Run a workflow on the local executor. Naming the file approves the effects that its plan names."""
    from overture_local import NotDue, RunRefused, RunRequest, StoreError
    from overture_local import run as run_plan

    loaded, plan = load_sound(file, quiet=quiet, no_color=no_color)
    environ = environment(env_files)
    given = inputs_of(plan, pairs, inputs)
    data = object_in(trigger) if trigger else None
    announce(plan, quiet=quiet)
    with Live(quiet=quiet or events, color=wants_color(no_color, err=True)) as live:
        request = RunRequest(
            inputs=given,
            trigger=data,
            secrets=secrets_of(plan, environ),
            environment=environ,
            workspace=folder(workspace, "workspace"),
            home=Path(home),
            sources=loaded.texts,
            allow_hosts=allow_hosts,
            approve_digest=approve,
            policy=policy_in(policy),
            on_event=watcher(events, live),
        )
        try:
            result = run_plan(plan, request)
        except NotDue as error:
            tell(str(error))
            return DONE
        except (RunRefused, StoreError) as error:
            return refused(error)
    return (
        tell_end(result.as_json(), format_, quiet=quiet)
        if not events
        else tell_end(result.as_json(), "text", quiet=True)
    )
