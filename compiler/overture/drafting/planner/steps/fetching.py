"""Steps that ask a url."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find, says_each
from overture.drafting.planner.nouns import DETERMINERS, name_of, plural, singular, without_determiners
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.results import Result, Schema, type_of
from overture.drafting.planner.steps.paths import path_of
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, literal
from overture.drafting.planner.vocabulary import vocabulary

step = family("Fetching")
_PLAIN = vocabulary("page site website file document url json csv contents content text html feed")
_ADJECTIVES = vocabulary("new newest latest recent open current unread pending")
_BARE_WORDS = 2  # of a noun phrase without `the`: `fetch new orders`; more is seldom something to fetch
_GENERIC = vocabulary("it this that them everything something anything")


def url_of(phrase: Phrase) -> str:
    """A url of the request as a template. Raises NotUnderstoodError when it names no host."""
    text = phrase.first.text
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise NotUnderstoodError(f"`{text[:80]}` is no url: which one is meant?") from None
    if not host:
        raise NotUnderstoodError(f"`{text[:80]}` names no host: which url is meant?")
    return literal(text)


def open_url(draft: Draft, noun: str, question: str) -> str:
    """The url of something that the request names only by a noun: an input with a placeholder, and a question."""
    name = f"{noun}_url"[:64]
    url = f"https://example.com/{noun.replace('_', '-')}"
    template = draft.input(name, {"type": "string", "format": "uri", "default": url})
    draft.ask(f"{question}? Set the input `{name}`")
    return template


@step("<fetch> [<list>] {what:noun} (from|at|of) {url:url}", "fetch the orders from https://shop.example.com/orders")
@step("<fetch> {what:noun} {url:url}", "fetch the page https://example.com/news")
@step("<fetch> {url:url}", "load https://example.com/news")
@step("<fetch> [<list>] {what:noun}", "fetch the new tickets")
def fetch(draft: Draft, said: Said) -> None:
    words = without_determiners(said["what"].words) if "what" in said else ["page"]
    if "what" in said and says_each(said["what"]):
        if words[-1] in _PLAIN:
            raise NotUnderstoodError  # one url has one page
        words = [*words[:-1], plural(words[-1])]
    adjectives = []
    while len(words) > 1 and words[0] in _ADJECTIVES:
        adjectives.append(words[0])
        words = words[1:]
    noun = name_of(words)
    if any(word.isdecimal() for word in words) or noun in _GENERIC:
        raise NotUnderstoodError
    is_list = singular(words[-1]) != words[-1] and words[-1] not in _PLAIN
    if "url" in said:
        url = url_of(said["url"])
    else:
        first = said["what"].first.lower
        if (
            first in ("a", "an")
            or (first not in DETERMINERS and len(words) > _BARE_WORDS)
            or words[0].startswith("request")
        ):
            raise NotUnderstoodError
        if words[-1] in _PLAIN:
            raise NotUnderstoodError(f"at which url is the {' '.join(words)}?")
        url = open_url(draft, noun, f"at which url {'are' if is_list else 'is'} the {' '.join(words)}")
    task: Task = {"id": draft.id(noun), "kind": "http", "url": url}
    schema: Schema = {}
    if is_list:
        schema = {"type": "array", "items": {"type": "object"}}
        task["returns"] = schema
        draft.assume(f"the {' '.join(words)} come as a JSON list of objects")
    if adjectives:
        draft.assume(f"the url answers the {adjectives[0]} {' '.join(words)} only: nothing is left out here")
    draft.add(task)
    _status_of(draft, task)
    if "what" not in said:
        _listed_by_url(draft, task, said["url"])
    draft.made(
        Result(
            noun,
            f"tasks.{task['id']}.body",
            schema,
            frozenset(adjectives),
            home=None if is_list else task,
            can_grow=True,
        )
    )


def _listed_by_url(draft: Draft, task: Task, phrase: Phrase) -> None:
    """`https://x.example.com/api/users` may be spoken of as `the users`."""
    stem = phrase.first.text.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2].partition(".")[0]
    if re.fullmatch(r"[A-Za-z][A-Za-z_-]{2,30}", stem):
        listed_once_spoken_of(draft, task, f"tasks.{task['id']}.body", name_of([stem]))


def listed_once_spoken_of(draft: Draft, task: Task, expression: str, noun: str) -> None:
    """What is called by a plural is a list of objects, once it is spoken of so."""
    if singular(noun) == noun:
        return
    schema: Schema = {"type": "array", "items": {"type": "object"}}

    def declare() -> None:
        if task.get("returns", schema) is not schema:
            raise NotUnderstoodError
        if "returns" not in task:
            draft.change(task, "returns", schema)
            draft.assume(f"the {noun.replace('_', ' ')} come as a JSON list of objects")

    draft.made(Result(noun, expression, schema, is_side=True, can_grow=True, when_used=declare))


def _status_of(draft: Draft, task: Task) -> None:
    """The status of an answer: once it is asked for, every status is an answer."""

    def accept_all() -> None:
        if "accept" not in task:
            draft.change(task, "accept", ["100-599"])
            draft.assume(f"`{task['id']}` takes any status for an answer, as the words look at it")

    draft.made(Result("status", f"tasks.{task['id']}.status", {"type": "integer"}, is_side=True, when_used=accept_all))


@step("(check|request|ping|probe|call|visit) {url:url}", "check https://example.com/health")
@step("(check|request|ping|probe|call|visit) {what:noun} (at|on) {url:url}", "check the service at https://example.com")
@step(
    "check (whether|if|that) {url:url} (is up|answers|responds|works|is reachable)",
    "check that https://example.com is up",
)
def look(draft: Draft, said: Said) -> None:
    words = without_determiners(said["what"].words) if "what" in said else ["page"]
    if "what" in said and says_each(said["what"]):
        raise NotUnderstoodError
    task: Task = {
        "id": draft.id(" ".join(["check", *words] if "what" in said else ["check"])),
        "kind": "http",
        "url": url_of(said["url"]),
    }
    draft.add(task)
    if said["url"].start > 0 and said["url"].reading.lower(said["url"].end) in ("is", "answers", "responds", "works"):
        draft.assume(f"`{task['id']}` fails unless the status is between 200 and 299")
    _status_of(draft, task)
    draft.made(Result(name_of(words), f"tasks.{task['id']}.body", {}, home=task, can_grow=True))


@step(
    "<fetch> (its {what:field}|the {what:field} of {of:thing})",
    "fetch the orders from https://shop.example.com/orders and for each order, fetch its link",
)
def follow(draft: Draft, said: Said) -> None:
    """A url that stands in data: any public host may be reached, which is said."""
    phrase = said["what"]
    owner = said.get("of")
    words = Phrase(phrase.reading, phrase.start - 1, owner.end if owner else phrase.end)
    if not {"url", "link", "page", "address", "website"} & {singular(word) for word in phrase.words}:
        raise NotUnderstoodError
    of = find(draft, words)
    if of.is_list or type_of(of.schema) not in (None, "string"):
        raise NotUnderstoodError
    if type_of(of.schema) is None:
        draft.change(of.schema, "type", "string")
    task: Task = {"id": draft.id("page"), "kind": "http", "url": in_braces(of.expression), "hosts": ["*"]}
    draft.add(task)
    draft.assume(f"`{task['id']}` may reach any public host, as the data says where to go")
    draft.made(Result("page", f"tasks.{task['id']}.body", {}, home=task, can_grow=True))


@step("download {url:url} (to|as|into) [the file] {file:file}", "download https://example.com/a.csv to data/a.csv")
@step("save {url:url} (to|as|into) [the file] {file:file}", "save https://example.com/a.csv as data/a.csv")
def download(draft: Draft, said: Said) -> None:
    task: Task = {
        "id": draft.id("download"),
        "kind": "http",
        "url": url_of(said["url"]),
        "save": path_of(said["file"]),
    }
    draft.add(task)
    draft.made(Result("file", f"tasks.{task['id']}.path", {"type": "string"}))
