"""What a task results in: the fields that can be read of it, with their types (language.md 5, the table)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from overture.checks.index import Entry
from overture.expressions.schemas import type_of_schema, union
from overture.expressions.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    NULL,
    STRING,
    Json,
    Type,
    list_of,
    object_of,
)
from overture.language import tasks as kinds

if TYPE_CHECKING:
    from overture.checks.analysis import Analysis

STATES = ("succeeded", "failed", "skipped", "cancelled")
ERROR_TYPES = (
    "http",
    "timeout",
    "returns",
    "exit",
    "exception",
    "expression",
    "fail",
    "assert",
    "item",
    "refused",
    "error",
)

TEXTS = Type(kinds=frozenset(("object",)), rest=STRING)
STATE = Type(kinds=frozenset(("string",)), values=STATES)
ERROR = object_of({"type": Type(kinds=frozenset(("string",)), values=ERROR_TYPES), "message": STRING})
ERROR_OR_NULL = union(ERROR, NULL)
USAGE = object_of({"input_tokens": INTEGER, "output_tokens": INTEGER})
FILE_CONTENT: dict[str, Type] = {
    "text": STRING,
    "base64": STRING,
    "lines": list_of(STRING),
    "csv": list_of(TEXTS),
    "json": ANY,
}
ANSWERED_ON_FAILURE = {"shell": frozenset(("exit_code", "stdout", "stderr"))}
"""Result fields that a failed task still has, by kind; `status` of an http task is there only once it was answered."""

Results = dict[str, Type]


def results_of(entry: Entry, analysis: Analysis) -> Results:
    """The fields that a task results in; never `state` and `error`, which every task has."""
    found = _RESULTS.get(entry.kind)
    return found(entry, analysis) if found else {}


def _returned(schema: dict[str, Json] | None, without: Type = ANY) -> Type:
    return without if schema is None else type_of_schema(schema)


def _http(entry: Entry, analysis: Analysis) -> Results:
    task = entry.task
    assert isinstance(task, kinds.HttpTask)
    body = _returned(task.returns, list_of(ANY) if task.pages else ANY)
    found = {"status": INTEGER, "headers": TEXTS, "body": body}
    return found | {"path": STRING} if task.save is not None else found


def _action(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.ActionTask)
    return {"value": _returned(entry.task.returns)}


def _ai(entry: Entry, analysis: Analysis) -> Results:
    task = entry.task
    assert isinstance(task, kinds.AiTask)
    model = Type(kinds=frozenset(("string",)), values=task.models) if task.models else STRING
    return {"value": _returned(task.returns, STRING), "model": model, "usage": USAGE}


def _python(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.PythonTask)
    return {"value": _returned(entry.task.returns)}


def _shell(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.ShellTask)
    found = {"exit_code": INTEGER, "stdout": STRING, "stderr": STRING}
    return found if entry.task.returns is None else found | {"value": _returned(entry.task.returns)}


# one row at least, whatever the table holds: an aggregate over all of it
_AGGREGATE = re.compile(r"\s*select\s+(?:(?:coalesce|round|cast)\s*\(\s*)?(?:count|sum|avg)\s*\(", re.IGNORECASE)
_FEWER = re.compile(r"\b(?:group|having|over|qualify|limit|offset|fetch|intersect|except|unnest)\b", re.IGNORECASE)


def _sql(entry: Entry, analysis: Analysis) -> Results:
    task = entry.task
    assert isinstance(task, kinds.SqlTask)
    is_there = not isinstance(task.params, (list, str)) and _AGGREGATE.match(task.query) is not None
    min_items = 1 if is_there and not _FEWER.search(task.query) else 0
    return {"rows": list_of(Type(kinds=frozenset(("object",))), min_items=min_items), "row_count": INTEGER}


def _read_file(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.ReadFileTask)
    return {"content": _returned(entry.task.returns, FILE_CONTENT[entry.task.format])}


def _write_file(entry: Entry, analysis: Analysis) -> Results:
    return {"path": STRING}


def _set(entry: Entry, analysis: Analysis) -> Results:
    values = analysis.typed(f"{entry.pointer}/values").type
    return {name: values.at(name) for name in values.properties}


def _approve(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.ApproveTask)
    outcomes = Type(kinds=frozenset(("string",)), values=("approved", "rejected", "timed_out"))
    nullable = union(STRING, NULL)
    value = union(_returned(entry.task.returns), NULL)
    return {"outcome": outcomes, "approved": BOOLEAN, "by": nullable, "comment": nullable, "value": value}


def _call(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.CallTask)
    if not entry.task.wait:
        return {}
    callee = analysis.callees.get(entry.task.workflow)
    return {"value": ANY if callee is None else callee.outputs_type()}


def _branch(entry: Entry, analysis: Analysis) -> Results:
    assert isinstance(entry.task, kinds.BranchTask)
    numbers = tuple(str(number) for number in range(len(entry.task.cases)))
    return {"taken": Type(kinds=frozenset(("string",)), values=(*numbers, "else"))}


def _foreach(entry: Entry, analysis: Analysis) -> Results:
    task = entry.task
    assert isinstance(task, kinds.ForeachTask)
    items = analysis.typed(f"{entry.pointer}/items").type
    failed = object_of({"index": INTEGER, "item": items.item, "error": ERROR})
    found = {"failed": list_of(failed)}
    if task.collect is None:
        return found
    collected = analysis.typed(f"{entry.pointer}/collect").type
    keeps_all = task.where is None and task.on_item_error == "fail"
    value = list_of(collected, min_items=items.min_items if keeps_all else 0, max_items=items.max_items)
    return {"value": value} | found


def _repeat(entry: Entry, analysis: Analysis) -> Results:
    return {"iterations": INTEGER}


def _try(entry: Entry, analysis: Analysis) -> Results:
    return {"failed": BOOLEAN}


_RESULTS: dict[str, Callable[[Entry, Analysis], Results]] = {
    "http": _http,
    "action": _action,
    "ai": _ai,
    "python": _python,
    "shell": _shell,
    "sql": _sql,
    "read_file": _read_file,
    "write_file": _write_file,
    "set": _set,
    "approve": _approve,
    "call": _call,
    "branch": _branch,
    "foreach": _foreach,
    "repeat": _repeat,
    "try": _try,
}
