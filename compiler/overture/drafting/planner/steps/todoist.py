"""Steps on Todoist: tasks listed, added, completed (developer.todoist.com/api/v1)."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find_all
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.rendering import text_of
from overture.drafting.planner.results import Result, Schema
from overture.drafting.planner.steps.loops import for_each
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, literal

step = family("Todoist", "Fetch my Todoist tasks. ")
_URL = "https://api.todoist.com/api/v1/tasks"
_PROPERTIES: Schema = {
    "id": {"type": "string"},
    "content": {"type": "string"},
    "description": {"type": "string"},
    "priority": {"type": "integer"},
}
_LIST = "(fetch|get|load|list|retrieve|read) [all] [(the|my)] [open]"
_DUE = "[(due today|(that are|which are) overdue|for today)]"


def _auth(draft: Draft) -> Task:
    return {"type": "bearer", "token": draft.secret("TODOIST_API_TOKEN")}


@step(f"{_LIST} Todoist tasks {_DUE}", "fetch my Todoist tasks due today")
@step(f"{_LIST} [overdue] tasks {_DUE} (from|in|on|of) Todoist {_DUE}", "get the tasks from Todoist")
def fetch(draft: Draft, said: Said) -> None:
    words = draft.source.lower().split()
    wanted = "overdue" if "overdue" in words else "today" if "today" in words else None
    items: Schema = {"type": "object", "properties": dict(_PROPERTIES), "required": list(_PROPERTIES)}
    task: Task = {
        "id": draft.id("todoist tasks"),
        "kind": "http",
        "url": f"{_URL}/filter" if wanted else _URL,
        "query": {"query": wanted, "limit": 200} if wanted else {"limit": 200},
        "auth": _auth(draft),
        "pages": {"style": "cursor", "param": "cursor", "next": "next_cursor", "items": "results"},
        "returns": {"type": "array", "items": items},
    }
    draft.add(task)
    draft.made(
        Result(
            "tasks",
            f"tasks.{task['id']}.body",
            {"type": "array", "items": items},
            frozenset(("todoist", "open", "overdue", "due")),
            title="content",
            aliases={"title": "content", "text": "content", "name": "content"},
            service="todoist",
            base=_URL,
        )
    )


_ADD = "(add|create|make|open) (a|an) [new] (Todoist task|task|to-do)"


@step(f"{_ADD} {{text:quoted}} (in|on|to) Todoist", 'add a task "Call the bank" to Todoist')
@step("(add|create|make|open) (a|an) [new] Todoist task {text:quoted}", 'add a Todoist task "Call the bank"')
def add_text(draft: Draft, said: Said) -> None:
    draft.add(_added(draft, literal(said["text"].first.text)))


@step(f"{_ADD} (in|on|to) Todoist", "for each task, add a task in Todoist")
@step("(add|create|make|open) (a|an) [new] Todoist task", "for each task, add a Todoist task")
@step(
    f"{_ADD} for [(each of|each|every|all of|all)] {{of:thing}} (in|on|to) Todoist",
    "extract the date and the place from each task and add a task for each of them in Todoist",
)
@step(
    "(add|create|make|open) (a|an) [new] Todoist task for [(each of|each|every|all of|all)] {of:thing}",
    "add a Todoist task for each task",
)
def add_for(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["of"]) if "of" in said else draft.loop_item()
    if of is None:
        raise NotUnderstoodError

    def make(item: Result) -> Task:
        title = f"{item.expression}.{item.title}" if item.title else f"{item.expression} | tojson | truncate(200)"
        return _added(draft, in_braces(title) if item.is_object or item.title else text_of(item))

    for_each(draft, of, "add task", make)


def _added(draft: Draft, content: str) -> Task:
    return {
        "id": draft.id("add task"),
        "kind": "http",
        "method": "POST",
        "url": _URL,
        "auth": _auth(draft),
        "body": {"content": content},
    }


@step("(complete|finish|close|check off|tick off) {what:thing}", "complete each task")
def complete(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    if of.service != "todoist":
        raise NotUnderstoodError

    def make(item: Result) -> Task:
        return {
            "id": draft.id("complete"),
            "kind": "http",
            "method": "POST",
            "url": f"{_URL}/{in_braces(f'{item.expression}.id | urlencode')}/close",
            "auth": _auth(draft),
        }

    for_each(draft, of, "complete", make)
