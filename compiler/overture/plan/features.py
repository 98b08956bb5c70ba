"""The features of the language that a target may or may not have: the rows of the support table."""

from __future__ import annotations

from overture.language.tasks import KINDS

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
