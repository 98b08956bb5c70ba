"""The built-in planner: plain step-by-step English to a workflow, without a model.

It reads the request from left to right. At each place the longest step that fits is taken; words that fit none are named
as not understood, never guessed at. A sentence that begins with `for each` or `if` is a block to its end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from overture.drafting.planner.draft import Draft, NotUnderstoodError
from overture.drafting.planner.model import Block, NotUnderstood, Planned, Result
from overture.drafting.planner.phrases import NOUN, THING, head_of
from overture.drafting.planner.schedules import schedule_at
from overture.drafting.planner.steps import STEPS, condition
from overture.expressions.types import Json

_GAP = re.compile(
    r"(?:[\s,:!–—-]+|[.;]+(?=\s|$)|(?:and|then|also|next|first|second|third|finally|lastly|afterwards|please|after that|so|"
    r"step \d+|\d+[.)](?=\s))(?![\w'/]))+",
    re.I,
)
_ENDS_SENTENCE = re.compile(r"[.;](?=\s|$)|\n")
_BOUNDARY = (
    r"(?=\s*(?:[,.;:!)]|$)|\s+(?:and|then|if|when|every|each|otherwise|else|on|retry|at|for each|daily|hourly|nightly|"
    r"tell|please|in case)\b)"
)
_COMPILED = [(re.compile(pattern.pattern + _BOUNDARY, re.I), build) for pattern, build in STEPS]
_NEXT = re.compile(r"[,.;\n]|\s(?:and|then)\s", re.I)
_FOR_EACH = re.compile(
    rf"for (?:each|every)(?: (?:one|item))?(?: (?:of|in))? (?P<what>{THING})\b(?: (?:do|in turn))?", re.I
)
_IF = re.compile(r"if (?P<condition>[^.;\n]+?)(?:,? then\b|,|:)", re.I)
_STOP_IF = re.compile(
    r"(?:stop|end|quit)(?: here)? (?:if|when) (?P<condition>[^,.;\n]+)|(?:if|when) (?P<before>[^,.;\n]+),? (?:then )?(?:stop|end|quit)\b",
    re.I,
)
_OTHERWISE = re.compile(r"(?:otherwise|else|if not)\b", re.I)
_WEBHOOK = re.compile(
    rf"(?:when|whenever|on) (?:a|an|the) (?:webhook (?:is called|is received|arrives|comes in|fires)|(?P<what>{NOUN}) (?:arrives|comes in|is posted|is received) (?:by|through|via|on|at) (?:a |the )?webhook)",
    re.I,
)


@dataclass(slots=True)
class _Open:
    """A block that words have opened and the end of its sentence closes."""

    kind: str  # foreach, if, else
    task: dict[str, Json]
    block: Block = field(default_factory=Block)


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.draft = Draft()
        self.missed: list[NotUnderstood] = []
        self.open: list[_Open] = []
        self.last_branch: dict[str, Json] | None = None

    def run(self) -> None:
        here = 0
        while here < len(self.text):
            if gap := _GAP.match(self.text, here):
                if _ENDS_SENTENCE.search(gap[0]):
                    self.close_all()
                here = gap.end()
                continue
            here = self.take(here)
        self.close_all()

    def take(self, here: int) -> int:
        """Read one step from `here` on; where it ends."""
        self.draft.rest = self.text[here:]
        for read in (self.schedule, self.webhook, self.stop, self.for_each, self.otherwise, self.step, self.when):
            end = read(here)
            if end is not None:
                return end
        return self.miss(here)

    def schedule(self, here: int) -> int | None:
        found = schedule_at(self.text, here)
        if found is None:
            return None
        self.draft.triggers.append({"type": "schedule", "cron": found.cron, "timezone": found.timezone})
        self.draft.assumptions += found.assumptions
        return found.end

    def webhook(self, here: int) -> int | None:
        found = _WEBHOOK.match(self.text, here)
        if found is None:
            return None
        self.draft.secret("HOOK_KEY")
        self.draft.triggers.append({"type": "webhook", "key": "HOOK_KEY"})
        self.draft.assumptions.append("the webhook's url holds the secret `HOOK_KEY`")
        noun = head_of(found["what"]) if found["what"] else "body"
        self.draft.made(Result(noun, "trigger.body"))
        return found.end()

    def stop(self, here: int) -> int | None:
        found = _STOP_IF.match(self.text, here)
        if found is None or self.open:
            return None
        said = self.condition(found["condition"] or found["before"])
        if said is None:
            return None
        self.draft.source = found[0]
        self.draft.add({"id": self.draft.id("stop"), "kind": "stop", "when": said})
        return found.end()

    def for_each(self, here: int) -> int | None:
        found = _FOR_EACH.match(self.text, here)
        if found is None:
            return None
        try:
            labelled = self.draft.labelled(found["what"])
            of = labelled[0] if labelled else self.draft.find(found["what"])
        except NotUnderstoodError:
            return None
        if not of.is_list:
            return None
        self.draft.source = found[0]
        task: dict[str, Json] = {
            "id": self.draft.id(f"each_{of.item}"),
            "kind": "foreach",
            "items": of.expression,
            "as": of.item,
            "source": found[0],
        }
        if labelled:
            task["where"] = f"{of.item}.label == '{labelled[1]}'"
        self.begin(_Open("foreach", task))
        self.draft.block.items.add(of.item)
        inner = f"{of.item}.{of.inner}" if of.inner else of.item
        self.draft.made(Result(of.item if of.inner is None else of.inner, inner, title=of.title))
        return found.end()

    def when(self, here: int) -> int | None:
        found = _IF.match(self.text, here)
        if found is None:
            return None
        said = self.condition(found["condition"])
        if said is None:
            return None
        self.draft.source = found[0]
        task: dict[str, Json] = {
            "id": self.draft.id("choose"),
            "kind": "branch",
            "cases": [{"when": said}],
            "source": found[0],
        }
        self.begin(_Open("if", task))
        return found.end()

    def otherwise(self, here: int) -> int | None:
        found = _OTHERWISE.match(self.text, here)
        if found is None:
            return None
        if self.open and self.open[-1].kind == "if":
            self.close()
        if self.last_branch is None or "else" in self.last_branch:
            return None
        self.begin(_Open("else", self.last_branch))
        return found.end()

    def condition(self, words: str) -> str | None:
        try:
            return condition(self.draft, words)
        except NotUnderstoodError:
            return None

    def step(self, here: int) -> int | None:
        matches = [(found, build) for pattern, build in _COMPILED if (found := pattern.match(self.text, here))]
        for found, build in sorted(matches, key=lambda each: -each[0].end()):
            before = set(self.draft.ids)
            self.draft.source = found[0]
            try:
                build(self.draft, found)
            except NotUnderstoodError:
                self.draft.ids = before
                continue
            return found.end()
        return None

    def miss(self, here: int) -> int:
        """Name the words up to the next comma, full stop or `and` as not understood."""
        found = _NEXT.search(self.text, here + 1)
        end = found.start() if found else len(self.text)
        words = self.text[here:end].rstrip()
        self.missed.append(NotUnderstood(words, here, here + len(words)))
        return max(here + len(words), here + 1)

    def begin(self, opened: _Open) -> None:
        self.open.append(opened)
        self.draft.blocks.append(opened.block)

    def close(self) -> None:
        """Close the innermost open block: its tasks become part of its task. An empty one is dropped."""
        opened = self.open.pop()
        self.draft.blocks.pop()
        tasks = opened.block.tasks
        if not tasks:
            return
        if opened.kind == "else":
            opened.task["else"] = tasks
        elif opened.kind == "if":
            opened.task["cases"][0]["tasks"] = tasks
            self.draft.block.tasks.append(opened.task)
            self.last_branch = opened.task
        else:
            self.draft.block.tasks.append({**opened.task, "tasks": tasks})

    def close_all(self) -> None:
        while self.open:
            self.close()


def plan_request(request: str, *, name: str | None = None) -> Planned:
    """Read a request. Deterministic: no model, no network, the same words give the same workflow."""
    walk = _Walk(request)
    walk.run()
    draft = walk.draft
    tasks = draft.blocks[0].tasks
    missed = tuple(walk.missed)
    questions = tuple(dict.fromkeys(draft.questions))
    assumptions = tuple(dict.fromkeys(draft.assumptions))
    if not tasks:
        return Planned(None, "no step was understood", assumptions, questions, missed)
    document: dict[str, Json] = {
        "overture": 1,
        "name": name or _name(tasks),
        "description": " ".join(request.split())[:300],
        "inputs": draft.inputs,
        "secrets": draft.secrets,
        "triggers": draft.triggers,
        "defaults": {"retry": draft.retry} if draft.retry else {},
        "tasks": tasks,
        "on_failure": draft.on_failure,
    }
    document = {key: value for key, value in document.items() if value}
    return Planned(document, _understanding(document), assumptions, questions, missed)


def _name(tasks: list[dict[str, Json]]) -> str:
    """A name for the workflow from its first and its last step."""
    ends = [str(tasks[0]["id"]), str(tasks[-1]["id"])] if len(tasks) > 1 else [str(tasks[0]["id"])]
    return "_".join(ends)[:64].strip("_")


def _understanding(document: dict[str, Json]) -> str:
    starts = ", ".join(
        f"at {each['cron']} {each['timezone']}" if each["type"] == "schedule" else "by a webhook"
        for each in document.get("triggers", [])
    )
    steps = ", then ".join(f"`{task['id']}` ({task['kind']})" for task in document["tasks"])
    return f"starts {starts or 'by hand'}: {steps}"
