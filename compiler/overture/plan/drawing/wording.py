"""The few words that a drawing has for a task, a block and a trigger."""

from __future__ import annotations

from overture.language import tasks as kinds
from overture.language.facts import may_be_repeated
from overture.language.workflow import Defaults


def one_line(text: str) -> str:
    """White space as single spaces; what cannot be printed is shown as a replacement character, not sent."""
    return "".join(char if char.isprintable() or char == "\u200d" else "�" for char in " ".join(text.split()))


def start(trigger: object) -> str:
    """What starts the workflow."""
    if cron := getattr(trigger, "cron", None):
        said = f"schedule {cron} {getattr(trigger, 'timezone', '')}"
    elif after := getattr(trigger, "workflow", None):
        said = f"after {after}"
    else:
        said = "webhook"
    condition = getattr(trigger, "when", None)
    return one_line(said if condition is None else f"{said} when {condition}")


def title(task: kinds.Common, slot: str) -> str:
    """What stands over a block of the task."""
    if isinstance(task, kinds.BranchTask):
        return "else" if slot == "else" else f"when {task.cases[int(slot)].when}"
    if isinstance(task, kinds.ForeachTask):
        return f"each {task.as_}"
    if isinstance(task, kinds.RepeatTask):
        return f"until {task.until}"
    return "try" if slot == "tasks" else slot


def detail(task: kinds.Common) -> str:
    """A few words that say what a task does: its url, its program, its message."""
    match task:
        case kinds.HttpTask():
            return f"{task.method} {task.url}"
        case kinds.ShellTask():
            return " ".join(task.command)
        case kinds.PythonTask():
            return f"main({', '.join(task.args or ())})"
        case kinds.ForeachTask():
            items = task.items if isinstance(task.items, str) else f"{len(task.items)} items"
            return f"{task.as_} in {items}" + (f" where {task.where}" if task.where is not None else "")
        case kinds.WaitTask():
            return f"for {task.for_}" if task.for_ is not None else f"until {task.until}"
        case kinds.AssertTask():
            return " and ".join(task.that)
        case kinds.SetTask() | kinds.RememberTask():
            return ", ".join(task.values)
    for name in ("prompt", "message", "path", "uses", "workflow", "query", "subject"):
        if text := getattr(task, name, None):
            return str(text)
    return ""


def marks(task: kinds.Common, defaults: Defaults | None) -> tuple[str, ...]:
    """What else a reader should see: attempts, rounds, items at once, what a failure does."""
    found: list[str] = []
    if isinstance(task, kinds.Repeatable):
        retry = task.retry
        if retry is None and defaults is not None and may_be_repeated(task):
            retry = defaults.retry
        if retry is not None and retry.attempts > 1:
            found.append(f"{retry.attempts} attempts")
    if isinstance(task, kinds.RepeatTask):
        found.append(f"at most {task.attempts} rounds, every {task.every}")
    if isinstance(task, kinds.ForeachTask):
        found += [f"{task.concurrency} at once"] if task.concurrency > 1 else []
        found += ["skips items that fail"] if task.on_item_error == "skip" else []
    if task.on_error == "continue":
        found.append("goes on after a failure")
    return tuple(found)
