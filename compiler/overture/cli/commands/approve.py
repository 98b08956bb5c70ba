"""`overture approve`."""

from __future__ import annotations

import getpass
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from overture.cli.commands.run import run_options
from overture.cli.commands.show import so_far
from overture.cli.console import format_option, print_json, tell, usual_options
from overture.cli.ending import check_forms, refusals
from overture.cli.exits import FAILED, WrongUsage
from overture.cli.resuming import given_by, go_on, plan_of
from overture.cli.store import named_run, open_store
from overture.cli.values import fields_of
from overture.diagnostics.nearest import did_you_mean
from overture.plan.model import Plan

if TYPE_CHECKING:
    from overture_local import Approval, Question, RunRequest, RunResult, RunRow, Store

# Whoever runs the run looks for answers twice a second, and once more before it ends; then the run is ours.
_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1


@click.command()
@click.argument("run", metavar="RUN")
@click.argument("task", metavar="TASK")
@click.option("--yes/--no", "is_approved", default=None, help="Approve, or refuse.")
@click.option("--by", metavar="NAME", help="Who says so.  [default: the user of this machine]")
@click.option("--comment", metavar="TEXT", help="What else there is to say.")
@click.option(
    "-i", "--input", "pairs", multiple=True, metavar="FIELD=VALUE", help="A field to fill in, read by its type."
)
@run_options
@format_option("text", "json")
@usual_options
def command(
    run: str,
    task: str,
    is_approved: bool | None,
    by: str | None,
    comment: str | None,
    pairs: tuple[str, ...],
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
    """Answer what a run waits for, and go on with it. The first answer stands.

    RUN is its name, the beginning of it, or `last`; TASK the id of an `approve` task, or its place where it is asked
    more than once (`each[2].ask`). As for `resume`, what was allowed at the start holds, and secrets are given again.
    """
    from overture_local import Approval, questions

    check_forms(events, format_)
    if is_approved is None:
        raise WrongUsage("an answer is `--yes` or `--no`")
    given = given_by(env_files, workspace, allow_hosts, policy, home, events, format_, quiet, no_color)
    with open_store(home) as store:
        asked = store.show(named_run(store, run))
        row = asked
        while row.parent is not None:  # who called it goes on with it
            row = store.show(row.parent)
        plan = plan_of(row, format_)
        if plan is None:
            return FAILED
        with refusals(plan.name, format_, row.run):
            question = _question(store, asked, plan, task, questions(store, asked.run))
    approval = Approval(is_approved, by if by is not None else _user(), comment, fields_of(question.returns, pairs))
    return go_on(row, plan, given, lambda plan, request: _answer(row, plan, request, question, approval, format_))


def _answer(
    row: RunRow, plan: Plan, request: RunRequest, question: Question, approval: Approval, format_: str
) -> RunResult | None:
    """Record the answer and go on with the run; None when the process that has it does, and that is said.

    Raises RunRefused, StoreError."""
    from overture_local import RunHeld, RunRefused, Store, answer, resume

    with Store(request.home) as store:
        answer(store, question, approval, request.clock, secrets=request.secrets.values())
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return resume(plan, row.run, request)
        except (RunHeld, RunRefused) as error:
            with Store(request.home) as store:
                is_taken = _is_taken(store, question)
                if not is_taken and isinstance(error, RunRefused):
                    raise
                now = store.show(row.run)
                document = now.result or so_far(now, store.events(row.run), ())
            if not is_taken and time.monotonic() < end:
                time.sleep(_POLL_SECONDS)
                continue
            tell(f"`{question.place}` is answered, the process that runs `{row.run}` goes on")
            if format_ == "json":
                print_json(dict(document))
            return None


def _is_taken(store: Store, question: Question) -> bool:
    ended = (event for event in store.events(question.run) if event.kind == "task_ended")
    return any(event.key == question.key for event in ended)


def _question(store: Store, row: RunRow, plan: Plan, task: str, found: Sequence[Question]) -> Question:
    """The one question that a task's id or place names. Raises WrongUsage, RunRefused."""
    from overture_local import RunRefused

    named = [each for each in found if task in (each.id, each.at, each.place)]
    exact = [each for each in named if task == each.place] or named
    if len(exact) == 1:
        return exact[0]
    if exact:
        more = ", …" if len(exact) > 3 else ""
        places = ", ".join(f"`{each.place}`" for each in exact[:3])
        raise WrongUsage(f"`{task}` waits {len(exact)} times", f"name one: {places}{more}")
    waits = f"it waits for {', '.join(f'`{each.place}`' for each in found[:3])}" if found else None
    if row.ended_at is not None and not found:
        raise RunRefused(f"run `{row.run}` has ended: it {row.state}")
    if past := _past(store, row.run, task):
        raise RunRefused(past, waits or f"`overture resume {row.run}` goes on")
    kinds = {each.id: each.kind for one in (plan, *plan.callees.values()) for each in one.walk()}
    if kinds.get(task) == "approve":
        raise RunRefused(
            f"`{task}` does not wait: nobody was asked yet", waits or f"`overture resume {row.run}` goes on"
        )
    if task in kinds:
        raise WrongUsage(f"`{task}` is no `approve` task", waits)
    approvals = [id for id, kind in kinds.items() if kind == "approve"]
    raise WrongUsage(f"run `{row.run}` asks no `{task}`", did_you_mean(task, approvals) if approvals else waits)


def _past(store: Store, run: str, task: str) -> str | None:
    """What became of a question that was asked and does not wait any more; None for one that was not asked."""
    from overture_local.frames import place_of

    for name in (run, *(row.run for row in store.called_by(run))):
        answered = store.answers(name)
        for event in store.events(name):
            if event.kind == "approval_asked" and task in (event.data["id"], event.data["at"], place_of(event.key)):
                return f"`{task}` {'has been answered already' if event.key in answered else 'waits no longer'}"
    return None


def _user() -> str | None:
    with suppress(OSError, KeyError):  # a user without a name
        return getpass.getuser()
    return None
