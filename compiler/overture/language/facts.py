"""Facts of the kinds that checker, plan and drafting share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.language.tasks import (
    ActionTask,
    CallTask,
    Common,
    EmailTask,
    HttpTask,
    Repeatable,
    ShellTask,
    SqlTask,
)
from overture.language.workflow import WebhookTrigger, Workflow

_READING_METHODS = ("GET", "HEAD", "OPTIONS")
_BEFORE = r"(?:\s|\(|--[^\n]*\n|/\*(?:(?!\*/).)*\*/)*"  # comments and parentheses, each in one way only
_SELECT = re.compile(rf"^{_BEFORE}(select|with\b(?!.*\b(insert|update|delete)\b)|values|show|explain)\b", re.I | re.S)


def is_write(task: Common) -> bool:
    """Whether doing a task twice may do something twice (language.md 7: POST, PATCH, email, call, shell, sql that is no
    select). PUT and DELETE are idempotent by HTTP's own rules (RFC 9110, 9.2.2)."""
    if isinstance(task, HttpTask):
        return task.method in ("POST", "PATCH")
    if isinstance(task, SqlTask):
        return not _SELECT.match(task.query)
    return isinstance(task, (EmailTask, CallTask, ShellTask, ActionTask))


def may_be_repeated(task: Repeatable) -> bool:
    """Whether `defaults.retry` reaches a task: it reads, asks a model, or is marked `idempotent` (language.md 5)."""
    if task.idempotent:
        return True
    if isinstance(task, HttpTask):
        return task.method in _READING_METHODS
    return str(task.kind) == "ai" or (isinstance(task, SqlTask) and not is_write(task))  # type: ignore[attr-defined]


def trigger_secrets(workflow: Workflow) -> Iterator[tuple[str, str]]:
    """The secrets that triggers name: (pointer, name)."""
    for number, trigger in enumerate(workflow.triggers or ()):
        if isinstance(trigger, WebhookTrigger):
            if trigger.key is not None:
                yield f"/triggers/{number}/key", trigger.key
            if trigger.signature is not None:
                yield f"/triggers/{number}/signature/secret", trigger.signature.secret
