"""Steps on lists: what is kept, in which order, how many, how much in all."""

from __future__ import annotations

from dataclasses import replace

from overture.drafting.planner.conditions import read_condition
from overture.drafting.planner.draft import Block, Draft, NotUnderstoodError, Task
from overture.drafting.planner.knowledge import known_as, property_of
from overture.drafting.planner.mentions import find, find_all, latest
from overture.drafting.planner.nouns import singular
from overture.drafting.planner.numbers import count_of
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import DATA_ONLY, data_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import in_braces, in_quotes, literal

step = family("Lists", "Fetch the orders from https://shop.example.com/orders. ")
_SIDE_BY_SIDE = 4


@step("keep only {what:thing} where {when:words}", "keep only the orders where the amount is over 100")
@step(
    "(drop|remove|ignore|leave out|filter out) {what:thing} where {when:words}",
    'drop the orders where the state is "closed"',
)
def keep_where(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"])
    drops = said["what"].reading.lower(said["what"].start - 1) != "only"
    name = draft.loop_name(of.item_name if of.inner is None else of.inner)
    task: Task = {"id": draft.id(f"kept {of.noun}"), "kind": "foreach", "items": of.expression, "as": name}
    block = Block("foreach", task, item=of.one(name))
    block.results.append(of.one(name))
    draft.open(block)
    words = said["when"]
    for end, condition in read_condition(draft, words.reading, words.start):
        if end == words.end and not block.tasks:
            draft.shut()
            draft.add({**task, "where": f"not ({condition})" if drops else condition, "collect": name})
            draft.made(replace(of, expression=f"tasks.{task['id']}.value", when_used=None))
            return
    raise NotUnderstoodError


@step("keep only {what:thing} (about|that are about|that|which) {how:words}", "keep only the orders that look urgent")
def keep_by_judgement(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"])
    if of.inner is not None:
        raise NotUnderstoodError
    words = said["how"].reading.text_of(said["what"].end, said["how"].end)
    name = draft.loop_name(of.item_name)
    ask: Task = {
        "id": draft.id("keep"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": f"Is this one of those {literal(words)}? True or false.\n\n{data_of(of.one(name))}",
        "returns": {"type": "boolean"},
    }
    loop = draft.add(
        {
            "id": draft.id(f"judge each {of.item_name}"),
            "kind": "foreach",
            "items": of.expression,
            "as": name,
            "concurrency": _SIDE_BY_SIDE,
            "tasks": [{**ask, "source": draft.source}],
            "collect": f"{{item: {name}, is_kept: tasks.{ask['id']}.value}}",
        }
    )
    kept = f"tasks.{loop['id']}.value | selectattr('is_kept', 'eq', true) | map(attribute='item')"
    draft.made(replace(of, expression=kept, when_used=None))
    draft.assume(f"a model judges which {of.noun.replace('_', ' ')} are those {words}")


@step("sort {what:thing} by {field:field}", "sort the orders by amount")
@step(
    "sort {what:thing} by {field:field} (descending|in descending order|backwards|highest first|newest first)",
    "sort the orders by amount in descending order",
)
def sort(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"])
    if of.inner is not None or of.service == "csv":
        raise NotUnderstoodError
    value = property_of(draft, replace(of.one("item"), expression="item"), said["field"].words)
    path = value.expression.removeprefix("item.")
    if not path.replace("_", "").replace(".", "").isalnum():
        raise NotUnderstoodError
    backwards = ", reverse=true" if {"descending", "backwards", "first"} & set(draft.source.lower().split()) else ""
    _set(draft, of, f"sorted {of.noun}", f"{of.expression} | sort(attribute={in_quotes(path)}{backwards})")


@step("(keep|take|use) [only] the (first|top|last) {number:count} [{what:noun}]", "take the first 5 orders")
def take(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"]) if "what" in said else latest(draft)
    number = count_of(said["number"].first)
    if of is None or not of.is_list or not number:
        raise NotUnderstoodError
    is_end = said["number"].reading.lower(said["number"].start - 1) == "last"
    _set(
        draft,
        of,
        f"{'last' if is_end else 'first'} {of.noun}",
        f"({of.expression})[{f'-{number}:' if is_end else f':{number}'}]",
    )


@step("(remove|drop) [the] duplicates [(from|in|of) {what:thing}]", "remove the duplicates from the orders")
def distinct(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"]) if "what" in said else latest(draft)
    if of is None or not of.is_list:
        raise NotUnderstoodError
    _set(draft, of, f"distinct {of.noun}", f"{of.expression} | unique")


@step("(sum|sum up|add up|total) the {field:field} [of {what:thing}]", "add up the amounts of the orders")
def add_up(draft: Draft, said: Said) -> None:
    of = find(draft, said["what"]) if "what" in said else latest(draft)
    if of is None or not of.is_list or of.inner is not None:
        raise NotUnderstoodError
    words = said["field"].words
    name = draft.loop_name(of.item_name)
    value = property_of(draft, of.one(name), [*words[:-1], singular(words[-1])])
    task = draft.add(
        {
            "id": draft.id(" ".join(words)),
            "kind": "foreach",
            "items": of.expression,
            "as": name,
            "collect": known_as(draft, value, "number"),
        }
    )
    for noun in ("_".join(words), "sum", "total"):
        draft.made(
            Result(
                noun,
                f"tasks.{task['id']}.value | sum",
                {"type": "number"},
                frozenset(("total", "sum")),
                is_side=noun != "total",
            )
        )


@step("count {what:thing}", "count the orders")
def count(draft: Draft, said: Said) -> None:
    of = _list(draft, said["what"])
    task: Task = {
        "id": draft.id(f"count {of.noun}"),
        "kind": "set",
        "values": {"count": in_braces(f"{of.expression} | length")},
    }
    draft.add(task)
    for noun in ("number", "count"):
        draft.made(Result(noun, f"tasks.{task['id']}.count", {"type": "integer"}))


def _list(draft: Draft, phrase: Phrase) -> Result:
    of = find_all(draft, phrase)
    if not of.is_list:
        raise NotUnderstoodError
    return of


def _set(draft: Draft, of: Result, name: str, expression: str) -> None:
    """Names a list that was made of another one; it is spoken of as that one is."""
    task: Task = {"id": draft.id(name), "kind": "set", "values": {"items": in_braces(expression)}}
    draft.add(task)
    draft.made(replace(of, expression=f"tasks.{task['id']}.items", when_used=None, home=None))
