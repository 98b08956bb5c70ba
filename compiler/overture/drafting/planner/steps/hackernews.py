"""Stories of Hacker News (github.com/HackerNews/API)."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.numbers import count_of
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.results import Result, Schema
from overture.drafting.planner.steps.registry import family

step = family("Hacker News")
_URL = "https://hacker-news.firebaseio.com/v0"
_LIST = "(fetch|get|load|list|retrieve|read|collect) [the]"
_KIND = "(top|best|new|newest|latest)"
_MOST = 500  # a list has no more
_DEFAULT = 10
_SIDE_BY_SIDE = 4


@step(
    f"{_LIST} {_KIND} [{{number:count}}] [stories|posts|articles|items] (from|on|of) (Hacker News|HN)",
    "get the top 10 stories from Hacker News",
)
@step(
    f"{_LIST} [{{number:count}}] {_KIND} [{{number:count}}] (Hacker News|HN) (stories|posts|articles|items)",
    "fetch the 5 best Hacker News stories",
)
@step(
    f"{_LIST} {{number:count}} {_KIND} (stories|posts|articles|items) (from|on|of) (Hacker News|HN)",
    "fetch the 5 best stories on Hacker News",
)
def fetch(draft: Draft, said: Said) -> None:
    words = draft.source.lower().split()
    kind = "top" if "top" in words else "best" if "best" in words else "new"
    number = count_of(said["number"].first) if "number" in said else _DEFAULT
    if not number or number > _MOST:
        raise NotUnderstoodError(f"Hacker News lists at most {_MOST} stories: how many are wanted?")
    if "number" not in said:
        draft.assume(f"no number was given: the first {_DEFAULT} stories are read")
    ids: Task = {
        "id": draft.id(f"{kind} stories"),
        "kind": "http",
        "url": f"{_URL}/{kind}stories.json",
        "returns": {"type": "array", "items": {"type": "integer"}},
    }
    draft.add(ids)
    # only `id` is certain in an item: a job has no score, a question no url
    text: Schema = {"type": "string"}
    item: Schema = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "title": text},
        "required": ["id", "title"],
    }
    story: Task = {
        "id": draft.id("story"),
        "kind": "http",
        "url": f"{_URL}/item/{{{{ story_id }}}}.json",
        "returns": item,
        "source": draft.source,
    }
    body = f"tasks.{story['id']}.body"
    page = f"'https://news.ycombinator.com/item?id=' ~ {body}.id"
    each = draft.add(
        {
            "id": draft.id("stories"),
            "kind": "foreach",
            "items": f"tasks.{ids['id']}.body[:{number}]",
            "as": "story_id",
            "concurrency": _SIDE_BY_SIDE,
            "tasks": [story],
            "collect": (
                f"{{id: {body}.id, title: {body}.title, url: {body}.url | default({page}), "
                f"score: {body}.score | default(0)}}"
            ),
        }
    )
    fields: Schema = {"id": {"type": "integer"}, "title": text, "url": text, "score": {"type": "integer"}}
    item["properties"].update(url=text, score={"type": "integer"})
    draft.made(
        Result(
            "stories",
            f"tasks.{each['id']}.value",
            {"type": "array", "items": {"type": "object", "properties": fields, "required": list(fields)}},
            frozenset(("top", "best", "new", "hacker", "news")),
            title="title",
            aliases={"link": "url", "points": "score"},
        )
    )
