"""Generate, check, repair: from a request, or a change, to a workflow that passed, or to the honest news that none did.

One call writes the workflow. What is certainly mended is mended here. Then the checker's findings go back, at most
twice, and the answer is a list of edits: what was right stays byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from overture.diagnostics.model import Diagnostic, has_errors
from overture.drafting import edits
from overture.drafting.conversation import Client, Message, Reply
from overture.drafting.facts import facts_in, lost
from overture.drafting.failures import DraftingError
from overture.drafting.findings import told
from overture.drafting.mending import mend, with_edits
from overture.drafting.prompts import change_messages, compile_messages, repair_messages
from overture.expressions.types import Json
from overture.language.canonical import data_of
from overture.language.reading import read
from overture.language.wire import Misfit, lift, lower, wire_schema
from overture.language.wire_schema import TALK
from overture.language.workflow import Workflow
from overture.language.writing import write, write_data

ROUNDS = 2
"""Repairs at most: most of what more rounds would gain is gained in the first two."""

MAX_CALLS = 5
MAX_SECONDS = 120.0
"""What one draft may cost before no further repair is begun."""

_LOCAL_MENDS = 3

Check = Callable[[str], Sequence[Diagnostic]]
"""The findings of a document's text."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a draft cost. Tokens are None when the server counted none."""

    model: str
    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0

    def plus(self, reply: Reply) -> Usage:
        return Usage(
            reply.model,
            self.calls + reply.calls,
            _sum(self.input_tokens, reply.input_tokens),
            _sum(self.output_tokens, reply.output_tokens),
            self.seconds + reply.seconds,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What became of a request. `is_sound`: `text` passed the check, and nothing of the answer was lost on the way;
    otherwise `diagnostics` and `misfits` say what is wrong. `document` is canonical data, `text` its YAML; `rounds`
    counts the repairs."""

    is_sound: bool
    document: dict[str, Json]
    text: str
    understanding: str
    assumptions: tuple[str, ...]
    questions: tuple[str, ...]
    rounds: int
    usage: Usage
    diagnostics: tuple[Diagnostic, ...]
    misfits: tuple[Misfit, ...]


def draft(request: str, client: Client, check: Check, *, name: str | None = None, rounds: int = ROUNDS) -> Draft:
    """A workflow for a request. Raises DraftingError when the model gives no answer; a workflow that did not pass comes
    back as what it is, not sound."""
    if not request.strip():
        raise DraftingError("the request is empty", "say what the workflow is to do")
    facts = facts_in(request)
    messages = compile_messages(request, facts, name)
    reply = client.ask(messages, wire_schema(), _objection)
    work = _Work(client, check, name, Usage(client.model).plus(reply))
    best = work.repair(messages, work.judge(_object(reply)), rounds)
    missing = lost(facts, best.document, [*best.said("assumptions"), *best.said("questions")])
    return work.draft(best, [f"`{fact.text}` of the request is not in the workflow" for fact in missing])


def revise(workflow: Workflow, change: str, client: Client, check: Check, *, rounds: int = ROUNDS) -> Draft:
    """A workflow after a change that is said in words; what the change does not speak of stays. Raises DraftingError
    when the model gives no answer."""
    if not change.strip():
        raise DraftingError("the change is empty", "say what is to be different")
    wire = {key: value for key, value in lower(workflow).items() if key not in TALK}
    messages = change_messages(wire, change)
    reply = client.ask(messages, edits.edits_schema(), edits.objection)
    work = _Work(client, check, None, Usage(client.model).plus(reply))
    answer = _object(reply)
    changed, misfits = edits.apply(wire, answer)
    changed["understanding"] = str(answer.get("reasoning") or answer.get("understanding") or "")
    return work.draft(work.repair(messages, work.judge(changed, misfits), rounds), [])


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A workflow in the wire form and what the checker says about it."""

    wire: dict[str, Json]
    document: dict[str, Json]
    text: str
    diagnostics: tuple[Diagnostic, ...]
    misfits: tuple[Misfit, ...]
    mends: tuple[str, ...]
    is_readable: bool

    @property
    def is_sound(self) -> bool:
        return not self.misfits and not has_errors(self.diagnostics)

    @property
    def errors(self) -> int:
        return len(self.misfits) + sum(each.severity == "error" for each in self.diagnostics)

    @property
    def rank(self) -> tuple[bool, int]:
        """Less is better: a document that can be read at all shows mistakes that hid behind its shape before."""
        return not self.is_readable, self.errors

    def said(self, key: str) -> list[str]:
        value = self.wire.get(key)
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


@dataclass(slots=True)
class _Work:
    client: Client
    check: Check
    name: str | None
    usage: Usage
    rounds: int = field(default=0)

    def judge(self, wire: dict[str, Json], misfits: Sequence[Misfit] = ()) -> _Attempt:
        """Lifts a wire document, mends what is certain, and checks it."""
        document, found = lift(wire)
        done = mend(document, self.name)
        text = _written(document)
        diagnostics = tuple(self.check(text))
        for _ in range(_LOCAL_MENDS):
            mended, words = with_edits(text, diagnostics)
            if not words:
                break
            after = tuple(self.check(mended))
            if sum(each.severity == "error" for each in after) >= sum(each.severity == "error" for each in diagnostics):
                break
            text, diagnostics, done = mended, after, done + words
        reading = read(text, "draft.yaml")
        if reading.workflow is not None and not found:  # else what could not be lifted would pass for what was meant
            document, talk = data_of(reading.workflow), {key: wire.get(key) for key in TALK}
            wire = lower(reading.workflow) | talk
        return _Attempt(
            wire, document, text, diagnostics, (*misfits, *found), tuple(done), reading.workflow is not None
        )

    def repair(self, messages: list[Message], attempt: _Attempt, rounds: int) -> _Attempt:
        """The best that the model makes of the findings, until it is sound, nothing improves or the budget is spent."""
        best = attempt
        while not best.is_sound and self.rounds < rounds and self._can_go_on():
            findings = told(best.text, best.document, best.diagnostics, best.misfits)
            asked = repair_messages(messages, best.wire, findings, best.errors)
            try:
                reply = self.client.ask(asked, edits.edits_schema(), edits.objection)
            except DraftingError:
                break  # the first answer is there, and what is wrong with it is known
            self.rounds += 1
            self.usage = self.usage.plus(reply)
            answer = _object(reply)
            after = self.judge(edits.apply(best.wire, answer)[0])  # what could not be applied shows as not mended
            if after.rank >= best.rank:
                break
            best = replace(after, mends=best.mends + after.mends)
        return best

    def _can_go_on(self) -> bool:
        return self.usage.calls < MAX_CALLS and self.usage.seconds < MAX_SECONDS

    def draft(self, attempt: _Attempt, notes: list[str]) -> Draft:
        understanding = attempt.wire.get("understanding")
        return Draft(
            attempt.is_sound,
            attempt.document,
            attempt.text,
            understanding if isinstance(understanding, str) else "",
            tuple([*attempt.said("assumptions"), *attempt.mends, *notes]),
            tuple(attempt.said("questions")),
            self.rounds,
            self.usage,
            attempt.diagnostics,
            attempt.misfits,
        )


def _written(document: dict[str, Json]) -> str:
    """The canonical text where the document is one, else as near as it gets: the checker says what is wrong in it."""
    text = write_data(document)
    workflow = read(text, "draft.yaml").workflow
    return text if workflow is None else write(workflow)


def _objection(answer: dict[str, Json]) -> str | None:
    if not isinstance(answer.get("tasks"), list):
        return "there is no list `tasks` in it"
    return None if answer["tasks"] else "there is no task in it"


def _object(reply: Reply) -> dict[str, Json]:
    found: dict[str, Json] = json.loads(reply.text)  # the client has seen to it that it is an object
    return found


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
