"""How a workflow is started: a schedule, a webhook, the end of another workflow, or a person."""

from __future__ import annotations

import re

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.nouns import name_of, without_determiners
from overture.drafting.planner.patterns import Pattern, Reading, Said, compile_pattern
from overture.drafting.planner.results import Result
from overture.drafting.planner.schedules import spoken_at
from overture.drafting.planner.slots import GROUPS, SLOTS
from overture.drafting.planner.texts import cited
from overture.drafting.planner.tokens import is_gap
from overture.drafting.planner.vocabulary import vocabulary

_WHEN = "(when|whenever|on|each time|every time|as soon as)"
_COMES = "(arrives|comes in|comes|is posted|is received|is sent|is delivered|gets posted)"
WEBHOOKS = (
    f"{_WHEN} (a|an|the|any) [new] {{what:noun}} {_COMES} (by|through|via|on|at|to|over) [(a|the|our)] webhook",
    f"{_WHEN} (a|an|the|our) webhook [(is called|is triggered|is received|arrives|comes in|fires)] "
    "[with (a|an|the) {what:noun}]",
    "(start|started|triggered|starts|run) (by|through|via|on|from) (a|the) webhook [with (a|an|the) {what:noun}]",
)
AFTERS = (
    "(after|when|whenever|once) the workflow {name:name} "
    "(finishes|finished|ends|ended|is done|has run|completes|succeeds|fails)",
    "(after|when|whenever|once) {name:name} (finishes|finished|is done|has run|completes|succeeds|fails)",
)
BY_HAND = ("(when|whenever) I (start it|ask|ask for it|say so)", "(by hand|manually|on demand)")
_WEBHOOKS = [compile_pattern(source, SLOTS, GROUPS) for source in WEBHOOKS]
_AFTERS = [compile_pattern(source, SLOTS, GROUPS) for source in AFTERS]
_BY_HAND = [compile_pattern(source, SLOTS, GROUPS) for source in BY_HAND]
_ENDED = {"succeeds": ["succeeded"], "fails": ["failed"]}
_NO_NAMES = vocabulary("it this that everything anything something")


def read_trigger(draft: Draft, reading: Reading, at: int) -> int | None:
    """What starts the workflow, if the words from `at` on say so: where they end."""
    return (
        _schedule(draft, reading, at)
        or _webhook(draft, reading, at)
        or _after(draft, reading, at)
        or _hand(reading, at)
    )


def _schedule(draft: Draft, reading: Reading, at: int) -> int | None:
    found = spoken_at(reading.tokens, at)
    if found is None:
        return None
    if found.question is not None:
        raise NotUnderstoodError(found.question, found.end)
    _refuse_mixture(draft, "schedule", found.end)
    for cron in found.crons:
        trigger: Task = {"type": "schedule", "cron": cron, "timezone": found.timezone}
        if trigger not in draft.triggers:
            draft.append(draft.triggers, trigger)
    for assumption in found.assumptions:
        draft.assume(assumption)
    return found.end


def _refuse_mixture(draft: Draft, kind: str, end: int) -> None:
    """Beside a webhook nothing else starts the workflow: its data would not be there."""
    kinds = {str(trigger["type"]) for trigger in draft.triggers}
    if kinds - {kind} or (kinds and kind != "schedule"):
        raise NotUnderstoodError("a workflow that reads what started it has one way to start: which one is meant?", end)


def _webhook(draft: Draft, reading: Reading, at: int) -> int | None:
    found = _first(reading, at, _WEBHOOKS)
    if found is None:
        return None
    end, said = found
    _refuse_mixture(draft, "webhook", end)
    draft.secret("HOOK_KEY")
    trigger: Task = {"type": "webhook", "key": "HOOK_KEY"}
    draft.append(draft.triggers, trigger)
    draft.assume("the webhook's url holds the secret `HOOK_KEY`")
    noun = "body"
    if "what" in said:
        noun = name_of(without_determiners(said["what"].words))
        draft.assume(f"what the webhook brings is the {cited(said['what'].text)}: its shape is not known")
    draft.made(Result(noun, "trigger.body", {}, frozenset(("new",)), home=trigger, can_grow=True))
    return end


def _after(draft: Draft, reading: Reading, at: int) -> int | None:
    found = _first(reading, at, _AFTERS)
    if found is None:
        return None
    end, said = found
    token = said["name"].first
    name = token.lower.replace("-", "_")
    if (
        not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name)
        or name in _NO_NAMES
        or not ("_" in name or "workflow" in reading.lower(said["name"].start - 1) or token.kind == "quoted")
    ):
        return None
    _refuse_mixture(draft, "after", end)
    trigger: Task = {"type": "after", "workflow": name}
    states = _ENDED.get(reading.lower(end - 1))
    if states is None and reading.lower(end - 1) != "succeeds":
        states = ["succeeded", "failed"]
        draft.assume(f"it runs after `{name}` however that ends")
    trigger["states"] = states
    draft.append(draft.triggers, trigger)
    draft.made(Result("outputs", "trigger.outputs", {}, frozenset((name,)), is_side=True))
    return end


def _hand(reading: Reading, at: int) -> int | None:
    found = _first(reading, at, _BY_HAND)
    return found[0] if found else None


def _first(reading: Reading, at: int, patterns: list[Pattern]) -> tuple[int, Said] | None:
    for pattern in patterns:
        if pattern.starts is not None and reading.lower(at) not in pattern.starts:
            continue
        best: tuple[int, Said] | None = None
        for end, said in pattern.matches(reading, at):
            if end >= len(reading.tokens) or is_gap(reading.tokens[end]):
                return end, said
            best = best or (end, said)
        if best is not None:
            return best
    return None
