"""Workflows with a hostile text in every position that takes one, and where each stands.

A text has a number in its middle, `№17№`, so that it can be told from every other text; what it begins and ends with
is hostile. A template gets it as its author would write it, a `{{` as `{{ '{{' }}`.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from generated_data import Json
from generated_hostile import hostile_text

from overture.checks import check
from overture.language.reading import read
from overture.plan.backend import Export, Gap, load_backend
from overture.plan.build import plan

MARK = "№"


def as_template(text: str) -> str:
    """A text as its author writes it in a template."""
    written = text.replace("{{", "{{ '{{' }}").replace("{%", "{{ '{%' }}")
    return written[:-1] + "{{ '{' }}" if written.endswith("{") else written


def as_literal(text: str) -> str:
    """A text as its author writes it in an expression."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


@dataclass
class Places:
    """Gives texts and keeps where they stand. `without`: positions that get no hostile text."""

    rng: random.Random
    make: Callable[[random.Random], str] = hostile_text
    without: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, place: str, allows: Callable[[str], bool] = lambda text: True) -> str:
        """A text for a position; `place` names the position once in a workflow."""
        number = f"{MARK}{len(self.texts) + 1}{MARK}"
        if place in self.without:
            return number
        while not allows(found := self.make(self.rng) + number + self.make(self.rng)):
            pass
        self.texts[place] = found
        return found

    def template(self, place: str, allows: Callable[[str], bool] = lambda text: True) -> str:
        return as_template(self.text(place, allows))

    def literal(self, place: str) -> str:
        return as_literal(self.text(place))


@dataclass
class Tally:
    """What became of the texts: how many stand in an export as they were, how many positions each refusal took out,
    and those that stand in it otherwise."""

    kept: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def hold(backend: str, seeds: Iterable[int], constants: Callable[[Export], Callable[[str, str], bool]]) -> Tally:
    """Export workflows of hostile texts and look for each text: `constants` gives of an export whether a text stands
    in it at a position. What a backend refuses is left out of the workflow, and the rest exported again."""
    tally = Tally()
    for seed in seeds:
        without: frozenset[str] = frozenset()
        while True:
            places = Places(random.Random(seed), without=without)
            document = static_workflow(places)
            verdict = check(read(json.dumps(document, ensure_ascii=False), "hostile.flow.json"))
            assert verdict.checked is not None, f"seed {seed}: {verdict.diagnostics}"
            export = load_backend(backend).export(plan(verdict.checked), {})
            if export.files:
                break
            refusals = [gap for gap in export.gaps if gap.severity == "error"]
            taken = {place for gap in refusals for place in _places_at(gap, document, places)}
            assert taken, f"seed {seed}: {refusals}"
            without |= taken
            tally.refused.update(gap.message for gap in refusals)
        stands = constants(export)
        tally.kept += len(places.texts)
        wrong = [f"seed {seed}, {place}: {text!r}" for place, text in places.texts.items() if not stands(place, text)]
        tally.kept -= len(wrong)
        tally.faults += wrong
    return tally


def _places_at(gap: Gap, document: Json, places: Places) -> set[str]:
    """The positions at or below the place of a refusal."""
    part = document
    for key in gap.pointer.split("/")[1:]:
        part = part[int(key)] if isinstance(part, list) else part[key]
    shown = json.dumps(part, ensure_ascii=False)
    return {place for place, text in places.texts.items() if MARK + text.split(MARK)[1] + MARK in shown}


def has_no_nul(text: str) -> bool:
    """What a process can be given."""
    return "\x00" not in text


def is_field(text: str) -> bool:
    """What can stand in a header."""
    return text.isprintable() and text == text.strip()


def static_workflow(places: Places) -> dict[str, Json]:
    """A workflow that is only exported: no position is left out that takes text."""
    text, template, literal = places.text, places.template, places.literal
    choice = text("enum")
    key = text("key of a default")
    return {
        "overture": 1,
        "name": "hostile",
        "description": text("description"),
        "labels": {"team": text("label")},
        "inputs": {
            "plain": {"type": "string", "default": text("default"), "description": text("description of an input")},
            "chosen": {"type": "string", "enum": [choice, text("enum 2")], "default": choice},
            "listed": {"type": "array", "items": {"type": "string"}, "default": [text("default in a list")]},
            "shaped": {
                "type": "object",
                "required": ["k"],
                "properties": {"k": {"type": "string", "description": text("description of a property")}},
                "additionalProperties": {"type": "string"},
                "default": {"k": text("default in an object"), key: "x"},
            },
        },
        "state": {"seen": {"type": "string", "default": text("default of the state")}},
        "secrets": ["MAIL_URL", "DATABASE_URL"],
        "triggers": [
            {"type": "schedule", "cron": "0 9 * * *", "timezone": "UTC", "inputs": {"plain": text("schedule's input")}}
        ],
        "tasks": _static_tasks(places),
        "outputs": {
            "joined": f"{literal('output')} ~ inputs.plain",
            "object": f"{{a: {literal('output in an object')}, b: inputs.plain}}",
            "made": "[tasks.made.plain, tasks.made.object, tasks.made.listed, tasks.made.literal, tasks.made.joined]",
            "found": "[tasks.made.same, tasks.made.either, tasks.made.found, tasks.made.computed, tasks.made.at]",
            "more": "[tasks.made.instead, tasks.made.selected, tasks.each.value, tasks.mapped.value]",
            "seen": "[state.seen, inputs.chosen, inputs.listed, inputs.shaped.k]",
        },
        "on_failure": [{"id": "alarm", "kind": "log", "message": template("message of a handler")}],
        "finally": [{"id": "bye", "kind": "log", "message": template("message in the end") + "{{ run.state }}"}],
    }


def _static_tasks(places: Places) -> list[dict[str, Any]]:
    text, template, literal = places.text, places.template, places.literal
    returned = {
        "type": "object",
        "required": ["label"],
        "properties": {"label": {"enum": ["bug", text("returns enum")]}},
    }
    returned["properties"]["label"]["description"] = text("description in returns")
    query = (
        "select '"
        + text("query", lambda text: has_no_nul(text) and ":" not in text).replace("'", "''")
        + "' as a, :p as b"
    )
    if "query" in places.texts:
        places.texts["query"] = query
    say = template("message beside a name") + "{{ inputs.plain }}" + template("message behind a name")
    return [
        {"id": "say", "kind": "log", "message": template("message"), "description": text("description of a task")},
        {"id": "tell", "kind": "log", "message": say, "source": text("source")},
        {
            "id": "made",
            "kind": "set",
            "values": {
                "plain": template("value"),
                "object": {text("key of a value"): template("value in an object"), "b": "{{ inputs.plain }}"},
                "listed": [template("value in a list"), "{{ inputs.plain }}"],
                "literal": f"{{{{ {literal('literal')} }}}}",
                "joined": f"{{{{ inputs.plain ~ {literal('literal beside a name')} }}}}",
                "same": f"{{{{ inputs.plain == {literal('compared')} }}}}",
                "instead": f"{{{{ inputs.shaped.other | default({literal('default of a filter')}) }}}}",
                "either": f"{{{{ {literal('then')} if inputs.plain == 'x' else {literal('else')} }}}}",
                "found": f"{{{{ inputs.plain in [{literal('in a list')}] }}}}",
                "computed": f"{{{{ inputs.plain | replace({literal('replaced')}, {literal('by')}) }}}}",
                "selected": f"{{{{ inputs.listed | select('ne', {literal('selected')}) }}}}",
                "at": f"{{{{ inputs.shaped[{literal('key of a path')}] | default('') }}}}",
            },
        },
        {
            "id": "asked",
            "kind": "http",
            "method": "POST",
            "url": f"https://example.com/{{{{ {literal('url')} | urlencode }}}}",
            "headers": {"X-Text": template("header", is_field)},
            "query": {"q": template("query of a url"), "b": "{{ inputs.plain }}"},
            "body": {
                "text": template("body"),
                text("key of a body"): ["{{ inputs.plain }}", template("list in a body")],
            },
        },
        {
            "id": "sent",
            "kind": "http",
            "method": "POST",
            "url": "https://example.com/",
            "body": template("text as a body"),
        },
        {
            "id": "form",
            "kind": "http",
            "method": "POST",
            "url": "https://example.com/",
            "form": {"f": template("form")},
        },
        {
            "id": "judged",
            "kind": "ai",
            "prompt": template("prompt") + "{{ inputs.plain }}",
            "system": template("system"),
            "returns": returned,
        },
        {
            "id": "ran",
            "kind": "python",
            "code": f"def main(a, b):\n    return {text('code')!r} + a + b\n",
            "args": {"a": template("argument"), "b": "{{ inputs.plain }}" + template("argument behind a name")},
            "returns": {"type": "string"},
        },
        {
            "id": "printed",
            "kind": "shell",
            "command": [
                "printf",
                "%s",
                template("argv", has_no_nul),
                "{{ inputs.plain }}" + template("argv 2", has_no_nul),
            ],
            "env": {"TEXT": template("env", has_no_nul)},
            "stdin": template("stdin"),
        },
        {
            "id": "rows",
            "kind": "sql",
            "connection": "{{ secrets.DATABASE_URL }}",
            "query": query,
            "params": {"p": template("parameter")},
        },
        {
            "id": "mailed",
            "kind": "email",
            "connection": "{{ secrets.MAIL_URL }}",
            "from": "a@example.com",
            "to": ["b@example.com"],
            "subject": template("subject", is_field),
            "text": template("text of a mail"),
            "html": template("html of a mail"),
        },
        {"id": "filed", "kind": "write_file", "path": "a.txt", "content": template("content")},
        {
            "id": "held",
            "kind": "assert",
            "that": [f"inputs.plain != {literal('assertion')}"],
            "message": template("message of an assertion"),
        },
        {
            "id": "way",
            "kind": "branch",
            "cases": [
                {
                    "when": f"inputs.plain == {literal('condition')}",
                    "tasks": [{"id": "failed", "kind": "fail", "message": template("message of a failure")}],
                }
            ],
            "else": [
                {
                    "id": "maybe",
                    "kind": "log",
                    "message": "x",
                    "when": f"inputs.plain is string and {literal('when')} != ''",
                }
            ],
        },
        {
            "id": "each",
            "kind": "foreach",
            "items": [text("item"), text("item 2")],
            "as": "one",
            "tasks": [{"id": "item", "kind": "log", "message": "{{ one }}" + template("message in a loop")}],
            "collect": f"one ~ {literal('collected')}",
        },
        {
            "id": "mapped",
            "kind": "foreach",
            "items": "inputs.listed",
            "as": "two",
            "where": f"two != {literal('where')}",
            "collect": f"{{a: two, b: {literal('mapped')}}}",
        },
        {"id": "kept", "kind": "remember", "values": {"seen": template("remembered")}},
        {"id": "asking", "kind": "approve", "message": template("message of an approval"), "timeout": "1h"},
        {"id": "done", "kind": "stop", "message": template("message of a stop"), "when": "inputs.plain == 'stop'"},
    ]
