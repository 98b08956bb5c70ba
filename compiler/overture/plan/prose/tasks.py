"""What a task does: the rest of a sentence that begins with its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.expressions.tree import Expr, ListOf, Text, constant
from overture.expressions.types import Json
from overture.language import tasks as kinds
from overture.language.scalars import seconds
from overture.plan.prose.values import condition, shown, value
from overture.plan.prose.words import code, counted, lasting, listed, named, names, quoted

_VERBS = {
    "GET": "gets",
    "HEAD": "asks for the headers of",
    "OPTIONS": "asks for the options of",
    "POST": "posts to",
    "PUT": "puts to",
    "PATCH": "patches",
    "DELETE": "deletes",
}


def clause(analysis: Analysis, entry: Entry) -> str:
    """`posts to https://… with text`."""
    return _CLAUSES[entry.kind](analysis, entry)


def guard(analysis: Analysis, entry: Entry) -> str | None:
    """The condition of a task's `when`, in words."""
    if entry.task.when is None:
        return None
    return condition(analysis.typed(f"{entry.pointer}/when"), entry.task.when)


def _text(analysis: Analysis, entry: Entry, name: str) -> str:
    return " ".join(shown(analysis.typed(f"{entry.pointer}/{name}")).split())


def _http(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.HttpTask)
    parts = [f"{_VERBS[task.method]} `{_text(analysis, entry, 'url')}`"]
    if task.pages:
        parts.append("page after page")
    if isinstance(task.body, dict):
        parts.append(f"with {names(task.body)}" if task.body else "with nothing")
    elif task.body is not None:
        parts.append("with a body")
    if task.form:
        parts.append(f"with the form fields {names(task.form)}")
    if task.file is not None:
        parts.append(f"with the file `{_text(analysis, entry, 'file')}`")
    if task.save is not None:
        parts.append(f"into the file `{_text(analysis, entry, 'save')}`")
    if task.hosts is not None:
        anywhere = "*" in task.hosts
        parts.append("(at any public host)" if anywhere else f"(only at {names(task.hosts, 'or')})")
    return " ".join(parts)


def _action(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.ActionTask)
    return f"does {named(task.uses)}" + (f" with {names(task.with_)}" if task.with_ else "")


def _ai(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.AiTask)
    who = names(task.models, "or") if task.models else "a model"
    wanted = f" for {shape(task.returns)}" if task.returns is not None else ""
    return f"asks {who}{wanted}: {quoted(_text(analysis, entry, 'prompt'))}"


def _python(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.PythonTask)
    needed = f", with the packages {names(task.requirements)}" if task.requirements else ""
    return f"runs its Python code{f' on {names(task.args)}' if task.args else ''}{needed}"


def _shell(analysis: Analysis, entry: Entry) -> str:
    tree = analysis.typed(f"{entry.pointer}/command")
    words = [shown(item) for item in tree.items] if isinstance(tree, ListOf) else []
    return f"runs {quoted(' '.join(words))}"


def _sql(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.SqlTask)
    database = named(task.connection.strip("{} ").removeprefix("secrets."))
    return f"runs on the database of secret {database}: {quoted(task.query)}"


def _email(analysis: Analysis, entry: Entry) -> str:
    to = analysis.typed(f"{entry.pointer}/to")
    people = [shown(item) for item in to.items] if isinstance(to, ListOf) else [shown(to)]
    return f"mails {names(people) if people else 'nobody'}: {quoted(_text(analysis, entry, 'subject'))}"


def _reads_file(analysis: Analysis, entry: Entry) -> str:
    return f"reads the file `{_text(analysis, entry, 'path')}`"


def _writes_file(analysis: Analysis, entry: Entry) -> str:
    return f"writes the file `{_text(analysis, entry, 'path')}`"


def _set(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.SetTask)
    return f"works out {names(task.values)}"


def _remember(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.RememberTask)
    return f"remembers {names(task.values)} for later runs"


def _log(analysis: Analysis, entry: Entry) -> str:
    return f"logs {quoted(_text(analysis, entry, 'message'))}"


def _assert(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.AssertTask)
    tree = analysis.typed(f"{entry.pointer}/that")
    trees: tuple[Expr, ...] = tree.items if isinstance(tree, ListOf) else (tree,)
    held = (condition(each, text) for each, text in zip(trees, task.that, strict=False))
    return f"fails unless {listed(held)}"


def _fail(analysis: Analysis, entry: Entry) -> str:
    return f"fails with {quoted(_text(analysis, entry, 'message'))}"


def _stop(_: Analysis, entry: Entry) -> str:
    return "ends the run here, well"


def _wait(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.WaitTask)
    if task.until is not None:
        return f"waits until {_moment(analysis.typed(f'{entry.pointer}/until'))}"
    tree = analysis.typed(f"{entry.pointer}/for")
    fixed = constant(tree)
    return f"waits for {lasting(seconds(fixed)) if isinstance(fixed, str) else _moment(tree)}"


def _moment(tree: Expr) -> str:
    return (isinstance(tree, Text) and value(tree.body)) or f"`{shown(tree)}`"


def _approve(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.ApproveTask)
    silence = {"approve": "it counts as approved", "reject": "it counts as refused", "fail": "it fails"}[
        task.on_timeout
    ]
    late = f"; without an answer in {lasting(seconds(task.timeout))} {silence}" if task.timeout else ""
    return f"waits for a person to approve {quoted(_text(analysis, entry, 'message'))}{late}"


def _call(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.CallTask)
    given = f" with {names(task.inputs)}" if task.inputs else ""
    return f"runs workflow {named(task.workflow)}{given}{'' if task.wait else ' and does not wait for it'}"


def _branch(_: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.BranchTask)
    if len(task.cases) == 1:
        return "takes one of two ways" if task.else_ else "is done only in this case"
    return "takes the first of these ways that fits" + ("" if task.else_ else ", or none")


def _foreach(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.ForeachTask)
    if isinstance(task.items, str):
        of = value(analysis.typed(f"{entry.pointer}/items")) or code(task.items)
    else:
        of = counted(len(task.items), "fixed item")
    text = f"goes through {of}, each as {named(task.as_)}"
    if task.where is not None:
        text += f", but only where {condition(analysis.typed(f'{entry.pointer}/where'), task.where)}"
    if not task.tasks:
        return f"{text}, and makes a list of {code(task.collect or task.as_)}"
    if task.concurrency > 1:
        text += f", {task.concurrency} at a time"
    if task.on_item_error == "skip":
        text += ", leaving out those that fail"
    return text


def _repeat(analysis: Analysis, entry: Entry) -> str:
    task = entry.task
    assert isinstance(task, kinds.RepeatTask)
    ends = condition(analysis.typed(f"{entry.pointer}/until"), task.until)
    pause = lasting(seconds(task.every))
    return f"repeats, every {pause} and at most {counted(task.attempts, 'time')}, until {ends}"


def _try(_: Analysis, entry: Entry) -> str:
    return "tries this"


_CLAUSES: Mapping[str, Callable[[Analysis, Entry], str]] = {
    "http": _http,
    "action": _action,
    "ai": _ai,
    "python": _python,
    "shell": _shell,
    "sql": _sql,
    "email": _email,
    "read_file": _reads_file,
    "write_file": _writes_file,
    "set": _set,
    "remember": _remember,
    "log": _log,
    "assert": _assert,
    "fail": _fail,
    "stop": _stop,
    "wait": _wait,
    "approve": _approve,
    "call": _call,
    "branch": _branch,
    "foreach": _foreach,
    "repeat": _repeat,
    "try": _try,
}


def after(entry: Entry) -> list[str]:
    """What else is to be said of a task: its attempts, its time, what its failure means."""
    task: Any = entry.task
    found = []
    if (retry := getattr(task, "retry", None)) is not None and retry.attempts > 1:
        pause = lasting(seconds(retry.delay))
        longer = " at first, then twice as long each time" if retry.backoff == "exponential" else ""
        found.append(f"it is tried up to {retry.attempts} times, {pause} apart{longer}")
    if getattr(task, "timeout", None) and entry.kind != "approve":
        whole = "the whole may take" if entry.blocks else "an attempt may take"
        found.append(f"{whole} {lasting(seconds(task.timeout))}")
    if task.on_error == "continue":
        found.append("if it fails, the run goes on all the same")
    return found


def shape(schema: Mapping[str, Json]) -> str:
    """What a schema asks for: `one of bug, feature`, `an object with …`, `a list of texts`."""
    values = schema.get("enum")
    if isinstance(values, list):
        return f"one of {names((str(each) for each in values), 'or')}" if len(values) > 1 else named(str(values[0]))
    kind = schema.get("type")
    properties = schema.get("properties")
    if kind == "object" or isinstance(properties, dict):
        return f"an object with {names(properties)}" if isinstance(properties, dict) and properties else "an object"
    if kind == "array":
        items = schema.get("items")
        return f"a list, each {shape(items)}" if isinstance(items, dict) and items else "a list"
    words = {"string": "a text", "integer": "an integer", "number": "a number", "boolean": "yes or no"}
    return words.get(kind, "a value") if isinstance(kind, str) else "a value"
