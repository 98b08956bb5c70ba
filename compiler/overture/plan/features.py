"""The features of the language that a target may or may not have: the rows of the support table."""

from __future__ import annotations

from collections.abc import Iterator

from overture.language.tasks import KINDS, TASKS, Repeatable
from overture.plan.build import DEFAULT_TIMEOUT_SECONDS
from overture.plan.model import Plan, Task

ASPECTS: dict[str, str] = {
    "schedule": "a trigger by cron and time zone",
    "webhook": "a trigger by a posted request",
    "after": "a trigger by another workflow's end",
    "catch_up": "`catch_up: last` or `all` of a schedule",
    "inputs": "inputs with types and defaults",
    "secrets": "secrets",
    "state": "`state`, kept between runs",
    "concurrency": "a limit of runs at once",
    "timeout": "a timeout of the whole run",
    "block_timeout": "a timeout of a branch, foreach, repeat or try",
    "needs": "tasks side by side, in any graph",
    "when": "a task that is skipped",
    "on_error": "`on_error: continue`, with the error's text",
    "retry": "attempts with a delay and a backoff",
    "task_timeout": "a timeout of one attempt",
    "on_failure": "tasks that run when the workflow fails",
    "finally": "tasks that run however it ends",
    "outputs": "outputs with their types",
    "pages": "lists that come in pages",
    "returns": "results checked against a schema",
    "foreach_concurrency": "a foreach of several items at once",
    "on_item_error": "`on_item_error: skip`",
    "resume": "going on after a crash without doing anything twice",
}
"""Name of each aspect, with what it means."""

FEATURES: tuple[str, ...] = (*KINDS, *ASPECTS)


def used_features(plan: Plan) -> frozenset[str]:
    """The features that a workflow uses, the workflows that it calls too. `resume` is of a run, not of a workflow."""
    return frozenset(_of_workflow(plan)) | frozenset().union(*map(used_features, plan.callees.values()))


def _of_workflow(plan: Plan) -> Iterator[str]:
    for trigger in plan.triggers:
        yield trigger.type
        if trigger.catch_up != "none":
            yield "catch_up"
    given = {
        "inputs": plan.inputs,
        "secrets": plan.secrets,
        "state": plan.state,
        "concurrency": plan.concurrency,
        "timeout": plan.timeout_seconds,
        "on_failure": plan.on_failure,
        "finally": plan.finally_,
        "outputs": plan.outputs,
    }
    yield from (name for name, part in given.items() if part)
    for task in plan.walk():
        if not task.is_generated:
            yield task.kind
            yield from _of_task(task)
    blocks = [plan.body, plan.on_failure, plan.finally_]
    blocks += [block for task in plan.walk() for block in task.blocks.values()]
    if any(block is not None and block.shape in ("side by side", "graph") for block in blocks):
        yield "needs"


def _of_task(task: Task) -> Iterator[str]:
    if task.when is not None:
        yield "when"
    if task.continues_on_error:
        yield "on_error"
    if task.retry.attempts > 1:
        yield "retry"
    if task.timeout_seconds is not None and task.kind != "approve":
        if not issubclass(TASKS[task.kind], Repeatable):
            yield "block_timeout"
        elif task.timeout_seconds != DEFAULT_TIMEOUT_SECONDS.get(task.kind):
            yield "task_timeout"
    if task.literals.get("pages"):
        yield "pages"
    if task.literals.get("returns"):
        yield "returns"
    if task.kind == "foreach" and task.literals.get("concurrency", 1) != 1:
        yield "foreach_concurrency"
    if task.kind == "foreach" and task.literals.get("on_item_error") == "skip":
        yield "on_item_error"
