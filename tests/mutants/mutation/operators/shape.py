"""Documents that are not of the language's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from mutation.document import Document, drop, misspelt, put, tasks
from mutation.operator import Mutant, operator

REQUIRED = {
    "http": ["url"], "ai": ["prompt"], "python": ["code"], "shell": ["command"], "log": ["message"],
    "sql": ["connection", "query"], "email": ["connection", "from", "to", "subject"], "read_file": ["path"],
    "write_file": ["path", "content"], "set": ["values"], "foreach": ["items"], "branch": ["cases"],
    "repeat": ["until", "attempts", "tasks"], "call": ["workflow"], "assert": ["that"], "approve": ["message"],
}  # fmt: skip
TYPES = {
    "concurrency": "four", "needs": 7, "accept": "ok", "values": [], "command": 7, "that": 7,
    "hosts": "example.com", "idempotent": "yes", "attempts": "three", "temperature": "cold", "tasks": {}, "cases": {},
    "requirements": "requests", "when": True, "pages": "link", "retry": 3, "headers": [], "id": 7, "kind": ["log"],
}  # fmt: skip
WORDS = {
    "method": "FETCH",
    "level": "loud",
    "format": "xml",
    "on_error": "ignore",
    "on_item_error": "drop",
    "on_timeout": "wait",
}


@operator("unknown-key")
def misspell_a_key(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for key in task.data:
            if key not in ("id", "kind", *REQUIRED.get(task.kind, ())):
                changed = put(drop(data, f"{task.pointer}/{key}"), f"{task.pointer}/{misspelt(key)}", task.data[key])
                yield Mutant(changed, (task.pointer,))


@operator("unknown-key", "keys-disagree")
def give_a_task_a_key_of_another_kind(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        key = "prompt" if task.kind != "ai" else "url"
        yield Mutant(put(data, f"{task.pointer}/{key}", "hello"), (task.pointer,))


@operator("missing-key", "keys-disagree", "unknown-key")
def leave_out_a_key_that_must_be(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for key in ("id", "kind", *REQUIRED.get(task.kind, ())):
            yield Mutant(drop(data, f"{task.pointer}/{key}"), (task.pointer,))
            if key not in ("id", "kind"):
                renamed = put(drop(data, f"{task.pointer}/{key}"), f"{task.pointer}/{misspelt(key)}", task.data[key])
                yield Mutant(renamed, (task.pointer,))


@operator("wrong-type", "wrong-value", "bad-duration")
def give_a_key_a_value_of_another_type(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for key in task.data:
            if key in TYPES:
                yield Mutant(put(data, f"{task.pointer}/{key}", TYPES[key]), (task.pointer,))


@operator("wrong-value")
def write_a_word_that_is_none_of_those(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for key, word in WORDS.items():
            if key in task.data:
                yield Mutant(put(data, f"{task.pointer}/{key}", word), (task.pointer,))


@operator("unknown-kind")
def misspell_a_kind(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        yield Mutant(put(data, f"{task.pointer}/kind", misspelt(task.kind)), (task.pointer,))


@operator("bad-name", "reserved-name")
def write_a_name_that_is_none(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        wrong = rng.choice(["Fetch", "fetch-all", "1st", "", "a b", "x" * 65])
        yield Mutant(put(data, f"{task.pointer}/id", wrong), (task.pointer,))
        if "as" in task.data:
            yield Mutant(
                put(data, f"{task.pointer}/as", rng.choice(["tasks", "inputs", "run", "not", "if"])), (task.pointer,)
            )


@operator("bad-duration", "wrong-type", "wrong-value")
def write_a_duration_that_is_none(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind in ("http", "ai", "python", "shell", "branch", "foreach", "repeat"):
            wrong = rng.choice(["5 minutes", "1.5h", "soon", "-3s", "30", 30])
            yield Mutant(put(data, f"{task.pointer}/timeout", wrong), (task.pointer,))


@operator("unknown-version")
def write_another_version(data: Document, rng: Random) -> Iterator[Mutant]:
    yield Mutant(put(data, "/overture", rng.choice([2, "1", 0])), ("/overture",))


@operator("duplicate-key")
def write_a_key_twice(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        marked = json.dumps(put(data, f"{task.pointer}/id", "the id that is to stand twice"))
        pair = json.dumps("the id that is to stand twice")
        text = marked.replace(f'"id": {pair}', f'"id": {json.dumps(task.id)}, "id": {json.dumps(task.id)}')
        yield Mutant(text, (task.pointer,))


@operator("keys-disagree")
def give_two_keys_of_which_one_may_be(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "http" and "body" in task.data:
            yield Mutant(put(data, f"{task.pointer}/form", {"a": "b"}), (task.pointer,))
        if task.kind == "wait":
            both = {**task.data, "for": "3s", "until": "2026-01-01T00:00:00Z"}
            yield Mutant(put(data, task.pointer, both), (task.pointer,))
