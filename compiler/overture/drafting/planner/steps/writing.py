"""Steps by which a model writes."""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, EachError, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find, latest, says_each, says_each_of
from overture.drafting.planner.nouns import DETERMINERS, PRONOUNS, name_of, without_determiners
from overture.drafting.planner.patterns import Phrase, Said
from overture.drafting.planner.rendering import DATA_ONLY, data_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal
from overture.drafting.planner.vocabulary import vocabulary

step = family("Writing with AI", "Fetch the orders from https://shop.example.com/orders. ")
_WRITE = "[(ask|have|let|tell|use) AI [to]] (write|draft|compose|generate|create|prepare|make)"
_FIRST_WORDS = 6
_WRITTEN = vocabulary(
    "report summary overview digest notes announcement newsletter post mail email message letter text "
    "article changelog comment reply answer poem haiku story description recommendation recommendations plan list "
    "briefing review"
)


@step(
    f"{_WRITE} {{kind:noun}} <ai> (about|from|of|on|for|based on|out of) {{what:things}} <ai>",
    "write a short report about the orders with AI",
)
def write_about(draft: Draft, said: Said) -> None:
    kind = _kind(said["kind"])
    found: list[Result] = []
    for phrase in _each_of(said["what"]):
        found.append(find(draft, phrase))
    data = "\n\n".join(f"{of.noun.replace('_', ' ').capitalize()}:\n{data_of(of)}" for of in found)
    _write(draft, kind, f"Write {literal(said['kind'].text)}, from this alone.\n\n{data}")


@step(f"{_WRITE} {{kind:noun}} <ai> (about|on) {{topic:words}}", "write a poem about spring")
def write_topic(draft: Draft, said: Said) -> None:
    kind, topic = _kind(said["kind"]), said["topic"]
    if says_each(topic) or topic.first.lower in DETERMINERS | PRONOUNS | {"its"} - {"a", "an"}:
        raise NotUnderstoodError  # it speaks of something in particular, which no step has made
    _write(draft, kind, f"Write {literal(said['kind'].text)} about {literal(topic.text)}.")


@step("(ask AI|ask the model|let AI|tell AI|use AI|have AI) [to] {what:words}", "ask AI to name the oldest order")
def ask(draft: Draft, said: Said) -> None:
    of = latest(draft)
    if of is not None and says_each_of(said["what"], of):
        raise EachError(of)
    data = f"\n\n{data_of(of)}" if of is not None else ""
    task: Task = {
        "id": draft.id("ask"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": f"{literal(said['what'].text[:1].upper() + said['what'].text[1:])}.{data}",
    }
    draft.add(task)
    if of is not None:
        draft.assume(f"`{said['what'].text}` is asked with the {of.noun.replace('_', ' ')} beside it")
    draft.made(Result(_asked_for(said["what"]), f"tasks.{task['id']}.value", {"type": "string"}, home=task))


@step("ask AI {question:quoted}", 'ask AI "Which order is the oldest?"')
@step("ask AI {question:quoted} (about|of) {what:thing}", 'ask AI "Which is the oldest?" about the orders')
def ask_about(draft: Draft, said: Said) -> None:
    data = f"\n\n{data_of(find(draft, said['what']))}" if "what" in said else ""
    task: Task = {
        "id": draft.id("ask"),
        "kind": "ai",
        "system": DATA_ONLY,
        "prompt": literal(said["question"].first.text) + data,
    }
    draft.add(task)
    draft.made(Result("answer", f"tasks.{task['id']}.value", {"type": "string"}, home=task))


def _asked_for(phrase: Phrase) -> str:
    """What an answer is called: `to write release notes` gives `release_notes`, another is an `answer`."""
    for at, word in enumerate(phrase.words[:_FIRST_WORDS]):
        if word in _WRITTEN and at:
            return _kind(Phrase(phrase.reading, phrase.start + max(1, at - 1), phrase.start + at + 1))
    return "answer"


def _kind(phrase: Phrase) -> str:
    """`a short report` is a `report`: what is written must be a kind of text."""
    words = without_determiners(phrase.words)
    if words[-1] not in _WRITTEN or says_each(phrase):
        raise NotUnderstoodError
    return name_of(words[-2:] if words[-1] == "notes" and len(words) > 1 else words[-1:])


def _each_of(phrase: Phrase) -> list[Phrase]:
    """The members of `the commits, the issues and the notes`."""
    found, start = [], phrase.start
    for at in range(phrase.start, phrase.end + 1):
        if at == phrase.end or phrase.reading.lower(at) in (",", "and"):
            if at > start:
                found.append(Phrase(phrase.reading, start, at))
            start = at + 1
    return found


def _write(draft: Draft, noun: str, prompt: str) -> None:
    task: Task = {"id": draft.id(noun), "kind": "ai", "system": DATA_ONLY, "prompt": prompt}
    draft.add(task)
    draft.made(Result(noun, f"tasks.{task['id']}.value", {"type": "string"}, home=task))
