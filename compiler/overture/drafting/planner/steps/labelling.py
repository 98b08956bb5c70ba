"""Steps by which a model sorts things: labels, scores, yes or no."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, EachError, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find_all, latest, says_each_of
from overture.drafting.planner.nouns import EACH, PRONOUNS, name_of, plural, singular
from overture.drafting.planner.numbers import count_of
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import DATA_ONLY, data_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.slots import is_secret
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import key, literal
from overture.drafting.planner.vocabulary import vocabulary
from overture.language.agreement import WORDS

step = family("Sorting with AI", "Fetch the orders from https://shop.example.com/orders, ")
_LABEL = "(label|classify|categorise|categorize|tag|sort|mark|triage)"
_SIDE_BY_SIDE = 4  # questions to a model at once: enough to hide its latency, few enough for a small server


def labels_in(phrase: Phrase) -> list[str]:
    """The members of an enumeration, without articles; quoted ones as they are. Each once. Raises NotUnderstoodError
    where there are several of one (`every date`)."""
    found: list[str] = []
    words: list[str] = []
    for token in (*phrase.tokens, None):
        if token is not None and token.kind == "quoted":
            found.append(token.text)
        elif token is not None and token.kind == "word" and token.lower not in ("and", "or"):
            if token.lower in EACH:
                raise NotUnderstoodError
            if words or token.lower not in ("a", "an", "the", "its", "all", "any", "both", "some"):
                words.append(token.text if is_secret(token) else token.lower)
        elif words:
            found.append(" ".join(words))
            words = []
    return list(dict.fromkeys(each for each in found if each.strip()))


@step(
    f"{_LABEL} {{what:thing}} <ai> (as|into|by|to be) [either] {{labels:items}} <ai>",
    "classify each as normal, urgent or fraud",
)
@step(f"{_LABEL} {{what:thing}} <ai>", "label each with AI, and post the bugs to Slack")
def label(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    if "labels" in said:
        labels = labels_in(said["labels"])
        if len(labels) < 2:
            raise NotUnderstoodError("which labels are there? Name two or more")
    else:
        labels = _labels_to_come(draft, of)
        if not labels:
            raise NotUnderstoodError("which labels are there? `classify each as bug, feature or question`")
        labels = [*labels, "other"]
        draft.assume(f"no labels were given: they are {', '.join(labels)}, from the rest of the request")
    ask: Task = {
        "id": draft.id("label"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": f"Which label fits best: {literal(', '.join(labels))}?\n\n",
        "returns": {"type": "string", "enum": labels},
    }
    if not of.is_list:
        ask["prompt"] += data_of(of)
        draft.add(ask)
        draft.made(Result("label", f"tasks.{ask['id']}.value", ask["returns"], labels=tuple(labels), is_side=True))
        return
    item, inner, each = _for_each(draft, of, "label", ask)
    draft.made(
        Result(
            of.noun,
            f"tasks.{each['id']}.value",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {inner: item.schema, "label": ask["returns"]},
                    "required": [inner, "label"],
                },
            },
            of.adjectives,
            title=of.title,
            aliases=of.aliases,
            can_grow=of.can_grow,
            labels=tuple(labels),
            inner=inner,
            service=of.service,
            base=of.base,
        )
    )


def _for_each(draft: Draft, of: Result, field: str, ask: Task) -> tuple[Result, str, Task]:
    """Asks a question of each of a list and collects `{<item>: item, <field>: answer}`: the item, its key, the loop."""
    draft.go_through(of)
    name = draft.loop_name(of.item_name if of.inner is None else of.inner)
    item = of.one(name)
    inner = name_of([of.item_name.replace("_", " ")]) if of.inner is None else of.inner
    if inner in WORDS or inner == field:
        inner = f"the_{inner}"
    ask["prompt"] += data_of(item)
    each = draft.add(
        {
            "id": draft.id(f"{field} each {item.noun}"),
            "kind": "foreach",
            "items": of.expression,
            "as": name,
            "concurrency": _SIDE_BY_SIDE,
            "tasks": [{**ask, "source": draft.source}],
            "collect": f"{{{key(inner)}: {item.expression}, {field}: tasks.{ask['id']}.value}}",
        }
    )
    return item, inner, each


def _labels_to_come(draft: Draft, of: Result) -> list[str]:
    """`for the bugs` further on in the request says that `bug` is a label."""
    known = {singular(word) for result in draft.results() for word in (*result.noun.split("_"), result.noun)}
    words, found = draft.rest, []
    for at in range(len(words) - 1):
        if words[at] in ("the", "no") and words[at + 1].isalpha():
            one = singular(words[at + 1])
            follows = words[at + 2] if at + 2 < len(words) else ""
            ends = follows in ("", ",", ".", ";", "and", "to", "in", "into", "with", "on", "at", "then")
            if one != words[at + 1] and one not in known and words[at + 1] not in PRONOUNS and ends:
                found.append(one)
    return list(dict.fromkeys(each for each in found if each not in _NO_LABELS))


_NO_LABELS = vocabulary("result answer run step time day week item label ticket issue task report summary")


@step(
    "(rate|score|rank) {what:thing} <ai> (from|between) {low:count} (to|and) {high:count} <ai>",
    "rate each from 1 to 10 with AI",
)
def rate(draft: Draft, said: Said) -> None:
    of = find_all(draft, said["what"])
    low, high = count_of(said["low"].first), count_of(said["high"].first)
    if low is None or high is None or low >= high:
        raise NotUnderstoodError
    ask: Task = {
        "id": draft.id("rate"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": f"Rate this from {low} to {high}; {high} is best.\n\n",
        "returns": {"type": "integer", "minimum": low, "maximum": high},
    }
    if not of.is_list:
        ask["prompt"] += data_of(of)
        draft.add(ask)
        for noun in ("rating", "score"):
            draft.made(Result(noun, f"tasks.{ask['id']}.value", ask["returns"], is_side=True))
        return
    if of.inner is not None:
        raise NotUnderstoodError
    item, inner, each = _for_each(draft, of, "rating", ask)
    properties = {inner: item.schema, "rating": ask["returns"]}
    draft.made(
        Result(
            f"rated_{plural(of.noun)}",
            f"tasks.{each['id']}.value | sort(attribute='rating', reverse=true)",
            {"type": "array", "items": {"type": "object", "properties": properties, "required": [inner, "rating"]}},
            of.adjectives,
        )
    )
    draft.assume(f"the rated {of.noun.replace('_', ' ')} come best first")


@step(
    "(ask AI|let AI (decide|judge)|decide with AI|judge with AI|check with AI|ask the model) (whether|if) {what:words}",
    "ask AI whether there is fraud among them",
)
def whether(draft: Draft, said: Said) -> None:
    of = latest(draft)
    if of is not None and says_each_of(said["what"], of):
        raise EachError(of)
    about = f"\n\n{data_of(of)}" if of is not None else ""
    ask: Task = {
        "id": draft.id("judge"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": f"Say whether {literal(said['what'].text)}: true or false.{about}",
        "returns": {"type": "boolean"},
    }
    draft.add(ask)
    if of is not None:
        draft.assume(f"`{said['what'].text}` is asked of the {of.noun.replace('_', ' ')}")
    draft.made(Result("answer", in_answer(ask), ask["returns"], is_side=True))


def in_answer(ask: Task) -> str:
    return f"tasks.{ask['id']}.value"
