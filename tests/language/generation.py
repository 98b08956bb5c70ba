"""Whole workflows of every kind, for properties that hold of each document: right in shape, ids unique, no more.

What a name stands for is not generated: expressions are texts here. `workflows()` gives models, `documents()` the data
as a person might have written it (defaults sometimes spelt out, floats that are integers).
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from overture.language.tasks import KINDS
from overture.language.workflow import Workflow

Json = Any

whole_workflows = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties of whole workflows: a few are large."""

_AWKWARD = (
    "", " ", "a", "no", "Yes", "null", "~", "1", "0o17", "1e3", "22:30", "1_000", "0x1f", ".5", "2026-01-31",
    "=", "<<", "- a", "a: b", "a #b", "# a", "a:", "'", '"', "\\", "{{ inputs.x }}", "{{ a }} {{ b }}", "{a}",
    "[a]", "a, b", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "---", "...", "? a", "a\n", "a\nb", "a\n\n",
    "\na", " a\nb", "a\n  ", "a\r\nb", "\ta\nb", "a\tb\n", "a \nb", "\n", "\n\n", " \n", "a\n \nb\n", "\u2028",
    "a\u2028b\nc", "\x85", "\ufeff", "\u202e", "\x00", "\x07\n", "é", "日本語", "🙂", "\U0001f469\u200d\U0001f4bb",
    "a" * 130, "line one\nline two is longer: yes\n", "def main(a):\n    return a\n", "1h30m", "200-299",
    "True", "NaN", "infinity", "y", "o'clock", 'say "x"', "\u00a0",
)  # fmt: skip

texts = st.sampled_from(_AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
secret_names = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True)
durations = st.sampled_from(("500ms", "30s", "1h30m", "2d", "1d2h3m4s5ms"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from((1e300, 1e16, 2.0**53, 5e-324, 1e-7, -0.0, 2.0, 1.5e22))
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
objects = st.dictionaries(texts | names, values, max_size=3)
maps = st.dictionaries(texts | names, texts, max_size=3)
schemas = st.recursive(
    st.fixed_dictionaries({"type": st.sampled_from(("string", "integer", "number", "boolean", "null"))})
    | st.fixed_dictionaries({"enum": st.lists(scalars, min_size=1, max_size=3)})
    | st.just({}),
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(names, inner, max_size=2),
                "required": st.lists(names, max_size=2),
            }
        )
    ),
    max_leaves=4,
)
statuses = st.lists(st.integers(100, 599) | st.sampled_from(("200-299", "404")), max_size=3)
word_lists = st.lists(texts, max_size=3)


def _some(required: dict[str, st.SearchStrategy[Json]], **optional: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """An object with these keys; `x_` stands for the key `x` where that is a word of Python."""
    return st.fixed_dictionaries(
        {key.rstrip("_"): each for key, each in required.items()},
        optional={key.rstrip("_"): each for key, each in optional.items()},
    )


retries = _some(
    {"attempts": st.integers(1, 1000)},
    delay=durations,
    backoff=st.sampled_from(("constant", "exponential")),
    max_delay=durations,
)
_bearer = _some({"type": st.just("bearer"), "token": texts})
_basic = _some({"type": st.just("basic"), "username": texts, "password": texts})
_key = _some({"type": st.just("key"), "value": texts})
_pages = _some(
    {"style": st.sampled_from(("link", "cursor", "page", "offset"))},
    param=texts,
    in_=st.sampled_from(("query", "body")),
    items=texts,
    next=texts,
    size=st.integers(1, 500),
    limit=st.integers(1, 5000),
)
_formats = st.sampled_from(("text", "lines", "json", "csv", "base64"))
_common = {
    "description": texts,
    "needs": st.lists(names, max_size=3),
    "when": texts,
    "on_error": st.sampled_from(("fail", "continue")),
    "source": texts,
}
_repeatable = _common | {
    "retry": retries,
    "timeout": durations,
    "idempotent": st.booleans(),
    "at_most_once": st.booleans(),
}
_container = _common | {"timeout": durations}


def _strategies(blocks: st.SearchStrategy[Json]) -> dict[str, st.SearchStrategy[Json]]:
    """A task of each kind without its id; `blocks` gives the task lists of those that hold tasks."""
    cases = st.lists(_some({"when": texts, "tasks": blocks}), min_size=1, max_size=2)
    full = st.dictionaries(names, values, min_size=1, max_size=3)
    kinds: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
        "http": (
            {"url": texts},
            {
                "method": st.sampled_from(("GET", "POST", "PATCH")),
                "query": objects,
                "headers": maps,
                "body": values,
                "form": objects,
                "file": texts,
                "auth": _bearer | _basic,
                "accept": statuses,
                "pages": _pages,
                "save": texts,
                "hosts": word_lists,
                "returns": schemas,
            },
            _repeatable,
        ),
        "action": (
            {"uses": texts},
            {"with_": objects, "auth": _bearer | _basic | _key, "returns": schemas},
            _repeatable,
        ),
        "ai": (
            {"prompt": texts},
            {
                "system": texts,
                "models": st.lists(texts, min_size=1, max_size=2),
                "temperature": st.floats(0, 2),
                "max_tokens": st.integers(1, 9999),
                "returns": schemas,
            },
            _repeatable,
        ),
        "python": ({"code": texts}, {"args": objects, "requirements": word_lists, "returns": schemas}, _repeatable),
        "shell": (
            {"command": st.lists(texts, min_size=1, max_size=3)},
            {
                "env": maps,
                "stdin": texts,
                "accept": st.lists(st.integers(0, 255), max_size=2),
                "returns": schemas,
            },
            _repeatable,
        ),
        "sql": ({"connection": texts, "query": texts}, {"params": values}, _repeatable),
        "email": (
            {"connection": texts, "from_": texts, "to": values, "subject": texts},
            {
                "cc": values,
                "bcc": values,
                "reply_to": texts,
                "text": texts,
                "html": texts,
                "headers": maps,
                "attachments": values,
            },
            _repeatable,
        ),
        "read_file": ({"path": texts}, {"format": _formats, "returns": schemas}, _common),
        "write_file": ({"path": texts, "content": values}, {"format": _formats}, _common),
        "set": ({"values": full}, {}, _common),
        "remember": ({"values": full}, {}, _common),
        "log": ({"message": texts}, {"level": st.sampled_from(("debug", "info", "warning", "error"))}, _common),
        "assert": ({"that": st.lists(texts, min_size=1, max_size=3)}, {"message": texts}, _common),
        "fail": ({"message": texts}, {}, _common),
        "stop": ({}, {"message": texts}, _common),
        "wait": ({}, {"for_": texts, "until": texts}, _common),
        "approve": (
            {"message": texts},
            {"on_timeout": st.sampled_from(("approve", "reject", "fail")), "returns": schemas},
            _container,
        ),
        "call": ({"workflow": names}, {"inputs": objects, "wait": st.booleans()}, _repeatable),
        "branch": ({"cases": cases}, {"else_": blocks}, _container),
        "foreach": (
            {"items": texts | st.lists(values, max_size=3), "as_": names.map(lambda name: f"x_{name}")},
            {
                "where": texts,
                "concurrency": st.integers(1, 1000),
                "on_item_error": st.sampled_from(("fail", "skip")),
                "tasks": blocks,
                "collect": texts,
            },
            _container,
        ),
        "repeat": (
            {"attempts": st.integers(1, 100_000), "until": texts, "tasks": blocks},
            {"every": durations},
            _container,
        ),
        "try": ({"tasks": blocks}, {"catch": blocks}, _container),
    }
    assert kinds.keys() == set(KINDS), "a kind of task is not generated"
    return {
        kind: _some({"kind": st.just(kind), **required}, **own, **shared)
        for kind, (required, own, shared) in kinds.items()
    }


_LEAVES = (
    "http",
    "action",
    "ai",
    "python",
    "shell",
    "sql",
    "email",
    "read_file",
    "write_file",
    "set",
    "remember",
    "log",
)
_MORE_LEAVES = ("assert", "fail", "stop", "wait", "approve", "call")
_inner = st.lists(
    st.one_of(*(_strategies(st.nothing())[kind] for kind in _LEAVES + _MORE_LEAVES)), min_size=1, max_size=2
)
_middle = st.lists(st.one_of(*_strategies(_inner).values()), min_size=1, max_size=2)
_by_kind = _strategies(_middle)
_tasks = st.lists(st.one_of(*_by_kind.values()), min_size=1, max_size=3)


def _agree(task: Json) -> None:
    """Takes out what excludes one another, and adds what must be there one way or the other (language.md 5)."""
    match task["kind"]:
        case "http":
            for key in [key for key in ("body", "form", "file") if task.get(key) is not None][1:]:
                del task[key]
            if "pages" in task:
                task["pages"] = {"param": "page", "next": "cursor"} | task["pages"]
        case "wait":
            task.setdefault("for", "1s")
            if "until" in task:
                del task["for"]
        case "email":
            task.setdefault("text", "")
        case "foreach":
            task.setdefault("collect", "1")
        case "set":
            task["values"] = {f"v{number}": each for number, each in enumerate(task["values"].values())}
    _agree_retry(task)


def _agree_retry(holder: Json) -> None:
    if "max_delay" in holder.get("retry", {}):
        holder["retry"]["backoff"] = "exponential"


def _with_ids(tasks: list[Json], numbers: count[int]) -> None:
    for task in tasks:
        task["id"] = f"t{next(numbers)}"
        _agree(task)
        for key in ("tasks", "else", "catch"):
            _with_ids(task.get(key, []), numbers)
        for case in task.get("cases", []):
            _with_ids(case["tasks"], numbers)


_triggers = (
    _some(
        {"type": st.just("schedule"), "cron": texts, "timezone": texts},
        catch_up=st.sampled_from(("none", "last", "all")),
        inputs=objects,
        when=texts,
    )
    | _some(
        {"type": st.just("webhook")},
        key=secret_names,
        signature=_some(
            {"header": texts, "secret": secret_names}, prefix=texts, encoding=st.sampled_from(("hex", "base64"))
        ),
        returns=schemas,
        inputs=objects,
        when=texts,
    )
    | _some(
        {"type": st.just("after"), "workflow": names},
        states=st.lists(st.sampled_from(("succeeded", "failed", "cancelled")), max_size=3),
        inputs=objects,
        when=texts,
    )
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Json]:
    """The data of a document."""
    found: dict[str, Json] = draw(
        _some(
            {"overture": st.just(1), "name": names, "tasks": _tasks},
            description=texts,
            labels=maps,
            inputs=st.dictionaries(names, schemas, max_size=3),
            secrets=st.lists(secret_names, max_size=3),
            state=st.dictionaries(names, schemas, max_size=2),
            triggers=st.lists(_triggers, max_size=2),
            defaults=_some({}, retry=retries, timeout=durations),
            timeout=durations,
            concurrency=_some({"limit": st.integers(1, 9)}, when_full=st.sampled_from(("queue", "skip", "fail"))),
            outputs=maps,
            on_failure=_middle,
            finally_=_middle,
        )
    )
    found = json.loads(json.dumps(found))  # hypothesis may hand out one object twice; ids make them differ
    _agree_retry(found.get("defaults", {}))
    for trigger in found.get("triggers", []):
        if trigger["type"] == "webhook" and "signature" not in trigger:
            trigger.setdefault("key", "HOOK_KEY")
    numbers = count()
    for block in ("tasks", "on_failure", "finally"):
        _with_ids(found.get(block, []), numbers)
    return found


def workflow_of(document: Json) -> Workflow:
    """The model of a document's data. Raises pydantic's ValidationError."""
    return Workflow.model_validate_json(json.dumps(document))


def workflows() -> st.SearchStrategy[Workflow]:
    return documents().map(workflow_of)
