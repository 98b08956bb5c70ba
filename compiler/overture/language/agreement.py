"""What keys say about one another (language.md 1, 5), which no single field can say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import nearest
from overture.diagnostics.sources import Source, pointer_of
from overture.language import phrases
from overture.language.rules.shape.bad_name import RULE as BAD_NAME
from overture.language.rules.shape.keys_disagree import RULE as KEYS_DISAGREE
from overture.language.rules.shape.missing_key import RULE as MISSING_KEY
from overture.language.rules.shape.reserved_name import RULE as RESERVED_NAME
from overture.language.tasks import TASKS, Pages
from overture.language.workflow import Json, WebhookTrigger

ROOTS = frozenset({"inputs", "tasks", "loop", "secrets", "state", "trigger", "run"})
"""The names that paths in expressions begin with (language.md 4)."""

WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null", "for", "elif"})
"""Words of the expression language: Jinja's, and `null`."""

_OF_EVERY_TASK = frozenset({"state", "error"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_BLOCKS = ("tasks", "else", "catch")
_AGREEING = frozenset({"http", "wait", "email", "foreach", "set"})
"""The kinds of task whose keys say something about one another."""
_HOLDERS = frozenset((*_BLOCKS, "cases", "retry"))
"""The keys of a task under which something else is to be looked at."""
_TOP_BLOCKS = ("tasks", "on_failure", "finally")

MAX_KEYS = 100
"""Keys of an object among which a slip is looked for: more than any object of the language takes."""

Object = dict[str, Json]


def disagreements(data: Object, source: Source) -> list[Diagnostic]:
    """The findings of a whole document; what is of the wrong type is passed over, pydantic says it."""
    found: list[Diagnostic] = []
    for index, trigger in enumerate(_objects(data.get("triggers"))):
        if trigger.get("type") == "webhook":
            here = pointer_of("triggers", index)
            found.extend(_at_least_one(("key", "signature"), trigger, here, source))
    defaults = data.get("defaults")
    if isinstance(defaults, dict):
        found.extend(_retry(defaults, pointer_of("defaults"), source))
    for block in _TOP_BLOCKS:
        found.extend(_tasks(data.get(block), pointer_of(block), source))
    return found


def _tasks(tasks: Json, pointer: str, source: Source) -> Iterator[Diagnostic]:
    for index, task in enumerate(tasks if isinstance(tasks, list) else ()):
        if not isinstance(task, dict):
            continue
        kind = task.get("kind")
        if isinstance(kind, str) and kind in _AGREEING:
            yield from _task(task, f"{pointer}/{index}", source)
        if _HOLDERS.isdisjoint(task):
            continue  # most tasks of a big file
        here = f"{pointer}/{index}"
        yield from _retry(task, here, source)
        for block in _BLOCKS:
            yield from _tasks(task.get(block), f"{here}/{block}", source)
        for number, case in enumerate(_objects(task.get("cases"))):
            yield from _tasks(case.get("tasks"), f"{here}/cases/{number}/tasks", source)


def _task(task: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    match task.get("kind"):
        case "http":
            yield from _at_most_one(("body", "form", "file"), task, pointer, source)
            pages = task.get("pages")
            if isinstance(pages, dict):
                yield from _pages(pages, f"{pointer}/pages", source)
        case "wait":
            yield from _at_most_one(("for", "until"), task, pointer, source)
            yield from _at_least_one(("for", "until"), task, pointer, source)
        case "email":
            yield from _at_least_one(("text", "html"), task, pointer, source)
        case "foreach":
            yield from _at_least_one(("tasks", "collect"), task, pointer, source)
            item = task.get("as")
            if isinstance(item, str) and item in ROOTS | WORDS:
                what = "a name that expressions begin with" if item in ROOTS else "a word of the expression language"
                help = "name one item: `issue`, `row`"
                yield RESERVED_NAME.at(source.value(f"{pointer}/as"), f"`{item}` is {what}", help=help)
        case "set":
            values = task.get("values")
            if isinstance(values, dict):
                yield from _set(values, f"{pointer}/values", source)


def _set(values: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    for key in values:
        if key in _OF_EVERY_TASK:
            message = f"every task has a `{key}`: a `set` cannot name a value so"
            yield RESERVED_NAME.at(source.key(pointer + pointer_of(key)), message, help="name it otherwise")
        elif not _NAME.match(key):
            at = source.key(pointer + pointer_of(key))
            yield BAD_NAME.at(at, f"{phrases.shown(key)} is no name", help=phrases.NAME_HELP)


def _pages(pages: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    style = pages.get("style")
    needed = {"cursor": ("param", "next"), "page": ("param",), "offset": ("param",)}
    for key in needed.get(style if isinstance(style, str) else "", ()):
        if not _has(pages, key) and not _is_misspelt((key,), pages, phrases.keys_of(Pages)):
            at = source.value(f"{pointer}/style")
            help = {
                "param": "`param`: the parameter that says which page",
                "next": "`next`: dotted path of the next cursor in the body",
            }[key]
            yield MISSING_KEY.at(at, f"pages of style `{style}` have no `{key}`", help=help)


def _retry(holder: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    retry = holder.get("retry")
    if isinstance(retry, dict) and _has(retry, "max_delay") and retry.get("backoff", "constant") == "constant":
        at = source.key(f"{pointer}/retry/max_delay")
        message = "`max_delay` needs `backoff: exponential`: a constant delay does not grow"
        yield KEYS_DISAGREE.at(at, message, help="write `backoff: exponential`, or leave `max_delay` out")


def _at_most_one(keys: tuple[str, ...], task: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    there = [key for key in task if key in keys and _has(task, key)]
    if len(there) > 1:
        at = source.key(f"{pointer}/{there[1]}")
        shown = " and ".join(f"`{key}`" for key in there)
        yield KEYS_DISAGREE.at(at, f"{shown} exclude one another", help="keep one of them")


def _at_least_one(keys: tuple[str, ...], holder: Object, pointer: str, source: Source) -> Iterator[Diagnostic]:
    model = TASKS.get(str(holder.get("kind")), WebhookTrigger)
    if any(_has(holder, key) for key in keys) or _is_misspelt(keys, holder, phrases.keys_of(model)):
        return
    name = "a `webhook` trigger" if model is WebhookTrigger else phrases.owner(None, pointer, holder)
    shown = " nor ".join(f"`{key}`" for key in keys)
    help = f"give it {' or '.join(f'`{key}`' for key in keys)}"
    yield MISSING_KEY.at(phrases.place_of_owner(source, pointer, holder), f"{name} has neither {shown}", help=help)


def _is_misspelt(keys: tuple[str, ...], holder: Object, known: list[str]) -> bool:
    """Whether an unknown key was probably meant to be one of `keys`: it is a finding of its own."""
    return any(key not in known and nearest(key, keys) for key in list(holder)[:MAX_KEYS])


def _has(holder: Object, key: str) -> bool:
    return holder.get(key) is not None


def _objects(values: Json) -> list[Object]:
    """The items of a list, by index: an empty object for what is none."""
    return [each if isinstance(each, dict) else {} for each in values] if isinstance(values, list) else []
