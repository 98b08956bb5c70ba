"""Steps by which a model reads: summaries, translations, what stands in a text, what belongs together."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find_all, latest, says_each
from overture.drafting.planner.nouns import name_of
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.rendering import DATA_ONLY, data_of
from overture.drafting.planner.results import Result, Schema
from overture.drafting.planner.steps.fetching import fetch
from overture.drafting.planner.steps.files import read
from overture.drafting.planner.steps.labelling import labels_in
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal

step = family("Reading with AI", "Load https://example.com/news. ")
_LENGTH = (
    "[in {length:count} (word|words|sentence|sentences|line|lines|paragraph|paragraphs|bullet points|bullets|points)]"
)
_SIDE_BY_SIDE = 4


@step(f"(summarise|summarize|condense) [the file] {{file:file}} <ai> {_LENGTH} <ai>", "summarise notes.md")
@step(f"(summarise|summarize|condense|shorten) {{what:thing}} <ai> {_LENGTH} <ai>", "summarise it in two sentences")
@step(
    f"(summarise|summarize|condense) [the (page|article) [at]] {{url:url}} <ai> {_LENGTH} <ai>",
    "summarise https://example.com/a",
)
def summarise(draft: Draft, said: Said) -> None:
    how = ""
    if "length" in said:
        reading, at = said["length"].reading, said["length"].start
        unit = reading.lower(at + 1) if reading.lower(at + 1) != "bullet" else "bullet points"
        how = f" in {reading.tokens[at].text} {unit}"
    _rewrite(draft, said, "summary", f"Summarise this{how}.")


@step("translate [the file] {file:file} (to|into) {language:city} <ai>", "translate README.md into French")
@step("translate {what:thing} (to|into) {language:city} <ai>", "translate it into German")
@step(
    "translate [the (page|article) [at]] {url:url} (to|into) {language:city} <ai>",
    "translate https://example.com/a into German",
)
def translate(draft: Draft, said: Said) -> None:
    _rewrite(
        draft,
        said,
        "translation",
        f"Translate this into {literal(said['language'].text)}. Answer with the translation only.",
    )


def _given(draft: Draft, said: Said) -> Result:
    """What is read: a thing, or a page that is fetched or a file that is read first."""
    if "file" in said:
        read(draft, {"file": said["file"]})
        return next(each for each in draft.results() if not each.is_side)
    if "url" not in said:
        return find_all(draft, said["what"])
    fetch(draft, {"url": said["url"]})
    return next(each for each in draft.results() if not each.is_side)


def _rewrite(draft: Draft, said: Said, noun: str, ask: str) -> None:
    of = _given(draft, said)
    each = "what" in said and of.is_list and (says_each(said["what"]) or noun == "translation")
    task: Task = {"id": draft.id(noun), "kind": "ai", "system": DATA_ONLY}
    if not each:
        task["prompt"] = f"{ask}\n\n{data_of(of)}"
        draft.add(task)
        draft.made(Result(noun, f"tasks.{task['id']}.value", {"type": "string"}, home=task, title=None))
        return
    draft.go_through(of)
    name = draft.loop_name(of.item_name if of.inner is None else of.inner)
    item = of.one(name)
    task["prompt"] = f"{ask}\n\n{data_of(item)}"
    loop = draft.add(
        {
            "id": draft.id(f"{noun} of each {item.noun}"),
            "kind": "foreach",
            "items": of.expression,
            "as": name,
            "concurrency": _SIDE_BY_SIDE,
            "tasks": [{**task, "source": draft.source}],
            "collect": f"tasks.{task['id']}.value",
        }
    )
    nouns = "summaries" if noun == "summary" else "translations"
    many: Schema = {"type": "array", "items": {"type": "string"}}
    draft.made(Result(nouns, f"tasks.{loop['id']}.value", many, item_home=loop["tasks"][0]))


@step("(extract|pull out|pick out) {fields:items} <ai>", "extract the date and the main point")
@step(
    "(extract|pull out|pick out|find) {fields:items} <ai> (from|in|out of) {what:thing} <ai>",
    "extract the date and the main point from it with AI",
)
def extract(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"]) if "what" in said else latest(draft)
    words = labels_in(said["fields"])
    names = list(dict.fromkeys(name_of(word.split()) for word in words))
    if not names or of is None:
        raise NotUnderstoodError
    returns: Schema = {
        "type": "object",
        "properties": {name: {"type": ["string", "null"]} for name in names},
        "required": list(names),
    }
    if "what" not in said:
        draft.assume(f"it is extracted from the {of.noun.replace('_', ' ')}")
    task: Task = {"id": draft.id("extract"), "kind": "ai", "system": DATA_ONLY, "returns": returns}
    prompt = f"Extract: {literal(', '.join(words))}. Say null for what is not there.\n\n"
    if of.is_list and "what" in said and says_each(said["what"]):
        draft.go_through(of)
        name = draft.loop_name(of.item_name if of.inner is None else of.inner)
        task["prompt"] = prompt + data_of(of.one(name))
        loop = draft.add(
            {
                "id": draft.id(f"extract from each {of.item_name}"),
                "kind": "foreach",
                "items": of.expression,
                "as": name,
                "concurrency": _SIDE_BY_SIDE,
                "tasks": [{**task, "source": draft.source}],
                "collect": f"tasks.{task['id']}.value",
            }
        )
        draft.made(Result("details", f"tasks.{loop['id']}.value", {"type": "array", "items": returns}, can_grow=False))
        return
    task["prompt"] = prompt + data_of(of)
    draft.add(task)
    value = f"tasks.{task['id']}.value"
    for name in names:
        draft.made(Result(name, f"{value}.{name}", returns["properties"][name], can_grow=True, is_side=True))
    draft.made(Result("details", value, returns))


def _both(draft: Draft, said: Said) -> tuple[Result, Result]:
    """The two lists that are named, or the last two."""
    if "what" in said:
        return find_all(draft, said["what"]), find_all(draft, said["other"])
    lists = [each for each in draft.results() if each.is_list and not each.is_side and not each.is_gone][:2]
    if len(lists) < 2:
        raise NotUnderstoodError
    draft.assume(f"matched are the {_spoken(lists[1])} and the {_spoken(lists[0])}")
    return lists[1], lists[0]


def _spoken(result: Result) -> str:
    return result.noun.replace("_", " ")


@step(
    "(match|pair|link|join) {what:thing} (with|to|and|against) {other:thing} <ai>",
    "read the orders from a.csv, read the customers from b.csv and match the orders with the customers by AI",
)
@step(
    "(match|pair) (them|the two|both) <ai>",
    "read the orders from a.csv, read the customers from b.csv and match them with AI",
)
def match(draft: Draft, said: Said) -> None:
    left, right = _both(draft, said)
    if not (left.is_list and right.is_list) or left.expression == right.expression:
        raise NotUnderstoodError
    a, b = left.item_name, right.item_name
    if a == b:
        a, b = f"left_{a}", f"right_{b}"
    keys = [f"{a}_index", f"{b}_index"]
    pair: Schema = {
        "type": "object",
        "properties": {key: {"type": "integer", "minimum": 0} for key in keys},
        "required": keys,
    }
    task: Task = {
        "id": draft.id("match"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": (
            "Which of the first list belongs to which of the second? Count both from 0; leave out what has no match."
            "\n\n"
            f"First list:\n{data_of(left)}\n\nSecond list:\n{data_of(right)}"
        ),
        "returns": {"type": "array", "items": pair},
    }
    draft.add(task)
    one = draft.loop_name("pair")
    first, second = f"({left.expression})[{one}.{keys[0]}]", f"({right.expression})[{one}.{keys[1]}]"
    pairs = draft.add(
        {
            "id": draft.id("pairs"),
            "kind": "foreach",
            "items": f"tasks.{task['id']}.value",
            "as": one,
            "where": (
                f"{one}.{keys[0]} < ({left.expression} | length) and {one}.{keys[1]} < ({right.expression} | length)"
            ),
            "collect": f"{{{a}: {first} | default(null), {b}: {second} | default(null)}}",
        }
    )
    for noun in ("matches", "pairs"):
        properties: Schema = {a: left.item_schema, b: right.item_schema}
        items: Schema = {"type": "object", "properties": properties, "required": [a, b]}
        draft.made(Result(noun, f"tasks.{pairs['id']}.value", {"type": "array", "items": items}))
    draft.assume("the model names pairs by their place in the two lists; a place that is not there is left out")
