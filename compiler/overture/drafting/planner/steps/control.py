"""Steps that wait, tell the log, stop, ask a person, remember, give back."""

from __future__ import annotations

import re

from overture.drafting.planner.conditions import read_condition
from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find, find_all
from overture.drafting.planner.nouns import name_of
from overture.drafting.planner.numbers import count_of, duration_at
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.rendering import message_of, value_of
from overture.drafting.planner.results import Result, type_of
from overture.drafting.planner.steps.fetching import url_of
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal

step = family("Going on", "Load https://example.com/news. ")
_ROUNDS = 60
_AT_ONCE = 4
_MOST_AT_ONCE = 1000


@step("(wait|pause|sleep) [for] {time:duration}", "wait five minutes")
@step("{time:duration} later", "five minutes later, post it to Slack")
def wait(draft: Draft, said: Said) -> None:
    found = duration_at(said["time"].tokens, 0)
    assert found is not None  # the slot has read it
    draft.add({"id": draft.id("wait"), "kind": "wait", "for": found[1]})


@step(
    "wait until {url:url} (answers|responds|is up|is reachable|is there) [with {status:count}]",
    "wait until https://example.com/health answers with 200",
)
def wait_until(draft: Draft, said: Said) -> None:
    wanted = count_of(said["status"].first) if "status" in said else 200
    if wanted is None or not 100 <= wanted <= 599:
        raise NotUnderstoodError
    ask: Task = {"id": draft.id("look"), "kind": "http", "url": url_of(said["url"]), "accept": ["100-599"]}
    draft.add(
        {
            "id": draft.id("wait"),
            "kind": "repeat",
            "every": "10s",
            "attempts": _ROUNDS,
            "until": f"tasks.{ask['id']}.status == {wanted}",
            "tasks": [{**ask, "source": draft.source}],
        }
    )
    draft.assume(f"it is asked every 10 seconds, at most {_ROUNDS} times")


@step("(log|print|note) {text:quoted}", 'log "done"')
def log_text(draft: Draft, said: Said) -> None:
    draft.add({"id": draft.id("log"), "kind": "log", "message": literal(said["text"].first.text)})


@step("(log|print|show) {what:thing}", "log the page")
def log(draft: Draft, said: Said) -> None:
    of = find(draft, said["what"])
    draft.add({"id": draft.id("log"), "kind": "log", "message": message_of(draft, of)})


@step("(stop|end|quit|exit) [here] [(the run|the workflow)]", "stop")
def stop(draft: Draft, said: Said) -> None:
    """Only the workflow's own list can end the run: what stands in a branch there ends it after the branch."""
    if draft.block.kind in ("case", "else") and len(draft.blocks) == 2 and draft.block.tasks:
        draft.stop_here()
        return
    if draft.block.kind != "root":
        raise NotUnderstoodError
    draft.add({"id": draft.id("stop"), "kind": "stop"})


@step("(fail|fail the run) with {text:quoted}", 'if the page contains "sold out", fail with "sold out"')
def fail(draft: Draft, said: Said) -> None:
    draft.add({"id": draft.id("fail"), "kind": "fail", "message": literal(said["text"].first.text)})


@step("(make sure|ensure|assert|check|verify) [that] {what:words}", 'make sure that the page contains "in stock"')
def ensure(draft: Draft, said: Said) -> None:
    phrase = said["what"]
    for end, expression in read_condition(draft, phrase.reading, phrase.start):
        if end == phrase.end:
            words = phrase.text
            draft.add(
                {
                    "id": draft.id("ensure"),
                    "kind": "assert",
                    "that": [expression],
                    "message": literal(f"not so: {words}"),
                }
            )
            return
    raise NotUnderstoodError


@step("(wait for|ask for|get) [an|my|our|the] (approval|confirmation|ok)", "wait for approval")
@step("ask me (for approval|to approve it|to confirm it|to approve|to confirm)", "ask me for approval")
@step("ask me (for approval of|to approve|to confirm) {what:thing}", "ask me for approval of the page")
@step("(wait for|ask for|get) [an|my|our|the] (approval|confirmation) of {what:thing}", "ask for approval of the page")
def approve(draft: Draft, said: Said) -> None:
    message = "Go on?"
    if "what" in said:
        message = f"Go on?\n\n{message_of(draft, find(draft, said['what']))}"
    task: Task = {
        "id": draft.id("approve"),
        "kind": "approve",
        "message": message,
        "timeout": "1d",
        "on_timeout": "reject",
    }
    draft.add(task)
    draft.assume("nobody's answer within a day counts as a no")
    approved = f"tasks.{task['id']}.approved"
    draft.made(Result("approval", approved, {"type": "boolean"}, is_side=True))
    if draft.block.kind == "root" and not _asks_whether(draft):
        draft.add({"id": draft.id("stop"), "kind": "stop", "when": f"not {approved}"})
        draft.assume("without approval the run ends there")


def _asks_whether(draft: Draft) -> bool:
    """Whether the rest of the request says itself what an approval leads to."""
    return bool({"approved", "rejected", "confirmed", "refused", "denied"} & set(draft.rest))


@step("remember {what:thing} [as {name:name}]", "remember the page as last_page")
def remember(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    name = name_of([said["name"].text if "name" in said else of.noun.replace("_", " ")])
    kind = type_of(of.schema)
    if name not in draft.state:
        schema: Task = {"default": None}
        if kind is not None:
            schema = {"type": [kind, "null"], "default": None}
        draft.change(draft.state, name, schema)
    elif type_of(draft.state[name]) not in (None, kind):
        raise NotUnderstoodError
    draft.add({"id": draft.id(f"remember {name}"), "kind": "remember", "values": {name: value_of(of)}})


@step("(return|output|give back|hand back) {what:thing} [as {name:name}]", "return the page")
def give_back(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    if draft.block.kind != "root" or not any(each.expression == of.expression for each in draft.block.results):
        raise NotUnderstoodError
    name = name_of([said["name"].text if "name" in said else of.noun.replace("_", " ")])
    if name in draft.outputs or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise NotUnderstoodError
    draft.change(draft.outputs, name, of.expression)


@step(
    "(skip|skipping|ignore|ignoring|leaving out) [(those|the ones|items|any|all) that] (fail|fails|failures|errors)",
    "fetch the orders from https://a.example.com/o, for each order, post it to https://b.example.com/in, "
    "skipping those that fail",
)
def skip_failures(draft: Draft, said: Said) -> None:
    _of_loop(draft, "on_item_error", "skip")


@step(
    "{number:count} at (a time|once)",
    "fetch the orders from https://a.example.com/o, for each order, post it to https://example.com/in, 4 at a time",
)
@step(
    "(in parallel|side by side|at the same time)",
    "fetch the orders from https://a.example.com/o, for each order, post it to https://example.com/in in parallel",
)
def at_once(draft: Draft, said: Said) -> None:
    number = count_of(said["number"].first) if "number" in said else _AT_ONCE
    if number is None or not 1 <= number <= _MOST_AT_ONCE:
        raise NotUnderstoodError
    if "number" not in said:
        draft.assume(f"in parallel means {_AT_ONCE} at a time")
    _of_loop(draft, "concurrency", number)


def _of_loop(draft: Draft, field: str, value: object) -> None:
    """Say something of the loop that is being written."""
    loop = next((block.task for block in reversed(draft.blocks) if block.kind == "foreach"), None)
    if loop is None or field in loop:
        raise NotUnderstoodError
    draft.change(loop, field, value)
