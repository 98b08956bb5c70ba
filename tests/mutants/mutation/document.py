"""A document's data seen as what an author writes: tasks, expressions, reads and schemas.

Read here anew with simple means, not through the checker's own index: what tests the checker must not trust it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = Any
Document = dict[str, Any]

BLOCKS = ("tasks", "else", "catch")
HANDLERS = ("on_failure", "finally")
_BARE = {"when", "where", "collect"}
_LITERAL = {
    *("id", "kind", "description", "needs", "source", "on_error", "retry", "timeout", "idempotent", "at_most_once"),
    *("method", "accept", "pages", "hosts", "returns", "uses", "models", "temperature", "max_tokens", "code"),
    *("requirements", "format", "level", "on_timeout", "workflow", "wait", "as", "concurrency", "on_item_error"),
    *("every", "attempts", *BLOCKS, "cases"),
}
_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_WORD = re.compile(r"(?<![\w.'\"\])|])([a-z]\w*)((?:\.\w+)+)?(?!\w|\s*\(|\s*:|\s*=[^=])")
ROOTS = ("tasks", "inputs", "secrets", "state", "trigger", "run", "loop")


@dataclass(frozen=True, slots=True)
class Task:
    """A task: where it stands, its block's pointer and its place in it, and the ids of the tasks round it."""

    pointer: str
    data: dict[str, Any]
    block: str
    index: int
    round: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def kind(self) -> str:
        return str(self.data["kind"])


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: the field that holds it, the innermost task or part of the document, and its span in the field."""

    pointer: str
    holder: str
    field: str
    text: str
    start: int
    end: int

    @property
    def body(self) -> str:
        return self.text[self.start : self.end]

    @property
    def is_bare(self) -> bool:
        return self.start == 0 and self.end == len(self.text)


@dataclass(frozen=True, slots=True)
class Read:
    """A dotted path in an expression, such as `tasks.a.body.title`; the span is that of the field's text."""

    expression: Expression
    parts: tuple[str, ...]
    start: int

    @property
    def end(self) -> int:
        return self.start + len(".".join(self.parts))

    @property
    def before(self) -> str:
        return self.expression.text[self.expression.start : self.start]

    @property
    def after(self) -> str:
        return self.expression.text[self.end : self.expression.end]

    def span_of(self, number: int) -> tuple[int, int]:
        start = self.start + sum(len(part) + 1 for part in self.parts[:number])
        return start, start + len(self.parts[number])


def tasks(data: Document) -> list[Task]:
    """All tasks, nested ones and handlers too, in the order of the document."""
    found: list[Task] = []
    for key in ("tasks", *HANDLERS):
        _collect(data.get(key), f"/{key}", (), found)
    return found


def _collect(block: Json, pointer: str, round: tuple[str, ...], found: list[Task]) -> None:
    for index, task in enumerate(block or ()):
        here = f"{pointer}/{index}"
        found.append(Task(here, task, pointer, index, round))
        inner = (*round, str(task["id"]))
        for key in BLOCKS:
            _collect(task.get(key), f"{here}/{key}", inner, found)
        for number, case in enumerate(task.get("cases") or ()):
            _collect(case["tasks"], f"{here}/cases/{number}/tasks", inner, found)


def task_named(data: Document, id: str) -> Task:
    return next(task for task in tasks(data) if task.id == id)


_seen: dict[int, tuple[Document, list[Expression], list[Read]]] = {}


def expressions(data: Document) -> list[Expression]:
    """All expressions: what stands bare and what stands between `{{` and `}}`."""
    return _looked_through(data)[1]


def reads(data: Document) -> list[Read]:
    """All dotted paths that begin with a root or the name of a loop's item."""
    return _looked_through(data)[2]


def _looked_through(data: Document) -> tuple[Document, list[Expression], list[Read]]:
    """Kept, as each operator asks anew of the same documents; a kept document keeps its identity to itself."""
    if id(data) not in _seen:
        found = _expressions(data)
        _seen[id(data)] = data, found, _reads(data, found)
    return _seen[id(data)]


def _expressions(data: Document) -> list[Expression]:
    found: list[Expression] = []
    for name, text in (data.get("outputs") or {}).items():
        found += _bare(f"/outputs/{escaped(name)}", f"/outputs/{escaped(name)}", "outputs", text)
    for number, trigger in enumerate(data.get("triggers") or ()):
        here = f"/triggers/{number}"
        found += _bare(f"{here}/when", here, "when", trigger.get("when"))
        if trigger["type"] != "schedule":
            found += _templates(f"{here}/inputs", here, "inputs", trigger.get("inputs"))
    for task in tasks(data):
        for key, value in task.data.items():
            here = f"{task.pointer}/{escaped(key)}"
            if (
                key in _BARE
                or (key == "items" and isinstance(value, str))
                or (key == "until" and task.kind == "repeat")
            ):
                found += _bare(here, task.pointer, key, value)
            elif key == "that":
                for number, each in enumerate(value):
                    found += _bare(f"{here}/{number}", task.pointer, key, each)
            elif key == "cases":
                for number, case in enumerate(value):
                    found += _bare(f"{here}/{number}/when", task.pointer, "when", case["when"])
            elif key == "command":
                found += _templates(here, task.pointer, key, ["", *value[1:]])
            elif key not in _LITERAL and not (key == "query" and task.kind == "sql") and key != "items":
                found += _templates(here, task.pointer, key, value)
    return found


def _bare(pointer: str, holder: str, field: str, text: Json) -> Iterator[Expression]:
    if isinstance(text, str):
        yield Expression(pointer, holder, field, text, 0, len(text))


def _templates(pointer: str, holder: str, field: str, value: Json) -> Iterator[Expression]:
    if isinstance(value, str):
        for match in _TEMPLATE.finditer(value):
            yield Expression(pointer, holder, field, value, match.start(1), match.end(1))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _templates(f"{pointer}/{escaped(key)}", holder, field, each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _templates(f"{pointer}/{number}", holder, field, each)


def _reads(data: Document, all_of_them: list[Expression]) -> list[Read]:
    names = {*ROOTS, *(task.data["as"] for task in tasks(data) if "as" in task.data)}
    found = []
    for each in all_of_them:
        blank = _STRING.sub(lambda match: "'" + " " * (len(match.group()) - 2) + "'", each.body)
        for match in _WORD.finditer(blank):
            if match.group(1) in names:
                parts = (match.group(1), *(match.group(2) or "").split(".")[1:])
                found.append(Read(each, parts, each.start + match.start()))
    return found


def reads_of(data: Document, id: str) -> list[Read]:
    """The reads of a task from outside it, handlers left out: they may read what may be missing."""
    task = task_named(data, id)
    return [
        read
        for read in reads(data)
        if read.parts[:2] == ("tasks", id)
        and not is_within(read.expression.holder, task.pointer)
        and not read.expression.holder.startswith(("/on_failure", "/finally"))
        and "/catch/" not in read.expression.holder
    ]


def holders_of_like(data: Document, read: Read, parts: int) -> tuple[str, ...]:
    """Who reads the same thing by the first `parts` of a path: what the first reader is told of, the others are not."""
    like = [each for each in reads(data) if each.parts[:parts] == read.parts[:parts]]
    return (read.expression.holder, *sorted({each.expression.holder for each in like}))


def loop_of(data: Document, read: Read) -> Task | None:
    """The loop whose item a read begins with."""
    for task in tasks(data):
        if task.data.get("as") == read.parts[0] and is_within(read.expression.holder, task.pointer):
            return task
    return None


_RESULTS = {"http": "body", "read_file": "content", "action": "value"}
_RESULTS |= dict.fromkeys(("ai", "python", "shell", "approve"), "value")


def schema_at(data: Document, parts: tuple[str, ...]) -> tuple[str, dict[str, Any]] | None:
    """The pointer and the schema of what a path reads, as far as `inputs`, `state` and `returns` declare it."""
    webhooks = [n for n, each in enumerate(data.get("triggers") or ()) if each["type"] == "webhook"]
    if parts[:2] == ("trigger", "body") and len(webhooks) == 1:
        pointer, rest = f"/triggers/{webhooks[0]}/returns", parts[2:]
    elif parts[0] in ("inputs", "state") and len(parts) > 1:
        pointer, rest = f"/{parts[0]}/{parts[1]}", parts[2:]
    elif parts[0] == "tasks" and len(parts) > 2:
        task = next((each for each in tasks(data) if each.id == parts[1]), None)
        if task is None or _RESULTS.get(task.kind) != parts[2]:
            return None
        pointer, rest = f"{task.pointer}/returns", parts[3:]
    else:
        return None
    schema = at(data, pointer)
    for part in rest:
        if not isinstance(schema, dict) or part not in schema.get("properties", {}):
            return None
        pointer, schema = f"{pointer}/properties/{escaped(part)}", schema["properties"][part]
    return (pointer, schema) if isinstance(schema, dict) else None


def schema_of_read(data: Document, read: Read, parts: int) -> tuple[str, dict[str, Any]] | None:
    """The schema of the first `parts` of a read; of a loop's item when its items are read plainly."""
    if read.parts[0] in ROOTS:
        return schema_at(data, read.parts[:parts])
    loop = loop_of(data, read)
    items = loop.data["items"] if loop is not None else None
    if not isinstance(items, str) or not re.fullmatch(r"\w+(\.\w+)+", items):
        return None
    found = schema_at(data, tuple(items.split(".")))
    if found is None or not isinstance(found[1].get("items"), dict):
        return None
    pointer, schema = f"{found[0]}/items", found[1]["items"]
    for part in read.parts[1:parts]:
        if part not in schema.get("properties", {}):
            return None
        pointer, schema = f"{pointer}/properties/{escaped(part)}", schema["properties"][part]
    return pointer, schema


def is_within(pointer: str, holder: str) -> bool:
    return pointer == holder or pointer.startswith(holder + "/")


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def at(data: Json, pointer: str) -> Json:
    """What stands at a pointer, or None."""
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list):
            data = data[int(key)] if int(key) < len(data) else None
        else:
            data = data.get(key) if isinstance(data, dict) else None
    return data


def copied(data: Document) -> Document:
    return copy.deepcopy(data)


_GONE = object()


def put(data: Document, pointer: str, value: Json = _GONE) -> Document:
    """A document with another value at a pointer; without a value the key is gone. Only what leads there is copied."""
    changed = dict(data)
    holder: Any = changed
    *above, last = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    for key in above:
        where: Any = int(key) if isinstance(holder, list) else key
        holder[where] = copy.copy(holder[where])
        holder = holder[where]
    where = int(last) if isinstance(holder, list) else last
    if value is _GONE:
        del holder[where]
    else:
        holder[where] = value
    return changed


def drop(data: Document, pointer: str) -> Document:
    return put(data, pointer)


def retext(data: Document, expression: Expression, start: int, end: int, text: str) -> Document:
    """A copy in which a part of an expression's field reads otherwise."""
    return put(data, expression.pointer, expression.text[:start] + text + expression.text[end:])


def reworded(data: Document, expression: Expression, body: str) -> Document:
    """A copy in which an expression is another."""
    return retext(data, expression, expression.start, expression.end, f" {body} " if not expression.is_bare else body)


def misspelt(name: str, taken: object = ()) -> str:
    """A name that differs by a letter and is none of those taken."""
    at = max(1, len(name) // 2)
    wrong = name[:at] + "q" + name[at:]
    while wrong in taken:  # type: ignore[operator]
        wrong += "q"
    return wrong
