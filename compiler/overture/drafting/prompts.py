"""What is said to a model: the templates and worked examples of `overture_prompts`, filled in.

What never changes comes first (rules, kinds, filters, examples), the request last, so that a server can keep the
beginning. The catalogue is read from the models and the table of filters: there is nothing to forget.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from overture.drafting.conversation import Message
from overture.drafting.facts import Fact, schedules_in
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS
from overture.expressions.types import Json
from overture.language.forms import (
    AnyValue,
    Either,
    Field,
    Form,
    ListOf,
    MapOf,
    PartOf,
    SchemaValue,
    Text,
    Word,
    forms_of,
)
from overture.language.reading import read
from overture.language.roles import Role
from overture.language.tasks import TASKS, Repeatable
from overture.language.wire import lower
from overture.language.wire_schema import is_case, task_fields

UNTOLD = frozenset(("action",))
"""Kinds that a model is not told of: without a list of operations it could only guess their names."""

_FILES = resources.files("overture_prompts")
_COMMON = ("id", "source", "description", "needs", "when")
_EXPRESSIONS = (Role.EXPRESSION, Role.EXPRESSIONS, Role.OUTPUTS)


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A request and the answer to it, in the wire form; `text` is the workflow's file."""

    name: str
    request: str
    text: str
    answer: dict[str, Json]


def compile_messages(request: str, facts: list[Fact], name: str | None = None) -> list[Message]:
    """The conversation that asks for a workflow."""
    said = _render(
        "request.md.j2",
        request=request,
        name=name,
        facts=[f"`{fact.text}`" for fact in facts],
        schedules=schedules_in(request),
    )
    return [*_beginning(), Message("user", said)]


def change_messages(wire: dict[str, Json], change: str) -> list[Message]:
    """The conversation that asks for the edits of a workflow."""
    workflow = json.dumps(wire, ensure_ascii=False)
    return [*_beginning(), Message("user", _render("change.md.j2", workflow=workflow, change=change))]


def repair_messages(
    before: list[Message], answer: dict[str, Json], findings: list[dict[str, Json]], count: int
) -> list[Message]:
    """The conversation goes on: what was answered, and what is wrong with it."""
    said = _render("repair.md.j2", findings=findings, count=count)
    return [*before, Message("assistant", json.dumps(answer, ensure_ascii=False)), Message("user", said)]


@cache
def worked_examples() -> tuple[WorkedExample, ...]:
    """The examples that ship, by name."""
    found = []
    for file in sorted(_FILES.joinpath("examples").iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".flow.yaml"):
            continue
        name = file.name.removesuffix(".flow.yaml")
        text = file.read_text(encoding="utf-8")
        workflow = read(text, file.name).workflow
        assert workflow is not None, f"the example {name} is broken"
        talk = json.loads(_FILES.joinpath("examples", f"{name}.talk.json").read_text(encoding="utf-8"))
        request = talk.pop("request")
        found.append(WorkedExample(name, request, text, lower(workflow) | talk))
    return tuple(found)


@cache
def _beginning() -> tuple[Message, ...]:
    """The part that is the same in every conversation."""
    messages = [Message("system", _system())]
    for example in worked_examples():
        messages.append(Message("user", example.request))
        messages.append(Message("assistant", json.dumps(example.answer, ensure_ascii=False)))
    return tuple(messages)


def _system() -> str:
    http, settings = task_fields(TASKS["http"])
    return _render(
        "system.md.j2",
        common=[field for field in http if field.key in _COMMON],
        settings=[field for field in settings if issubclass(TASKS["http"], Repeatable)],
        kinds=[_kind(kind) for kind in TASKS if kind not in UNTOLD],
        filters=list(FILTERS.values()),
        functions=list(FUNCTIONS.values()),
        tests=[row for row in TESTS.values() if row.is_test],
    )


def _kind(kind: str) -> dict[str, Json]:
    own, _ = task_fields(TASKS[kind])
    fields = [
        {
            "key": field.key,
            "is_required": field.is_required,
            "description": field.description,
            "note": _note(field),
        }
        for field in own
        if field.key not in _COMMON
    ]
    return {"name": kind, "about": " ".join((TASKS[kind].__doc__ or "").split()), "fields": fields}


def _note(field: Field) -> str:
    """How a field is written, where its description does not say so."""
    form = field.form
    if is_case(form):
        return "; a list of conditions, one a case"
    if isinstance(form, Either) and isinstance(form.forms[0], Text):
        return "; literals go into `literals`, each as JSON, and `items` is null"
    if field.role in _EXPRESSIONS:
        return " (expression)"
    if isinstance(form, PartOf):
        return "; " + ", or ".join(
            "{" + ", ".join(f"{each.key}{_words(each.form)}" for each in forms_of(model)) + "}" for model in form.models
        )
    if isinstance(form, (Word, AnyValue, SchemaValue, MapOf)):
        return _words(form)
    return " (list)" if isinstance(form, ListOf) else ""


def _words(form: Form) -> str:
    match form:
        case Word(values):
            return ": " + "|".join(map(str, values))
        case MapOf():
            return " (name and value)"
        case AnyValue():
            return " (JSON as text)"
        case SchemaValue():
            return " (JSON Schema as text)"
        case _:
            return ""


@cache
def _environment() -> Environment:
    def load(name: str) -> str:
        return _FILES.joinpath(name).read_text(encoding="utf-8")

    # what is filled in is never rendered again, and nothing here is HTML
    environment = Environment(loader=FunctionLoader(load), undefined=StrictUndefined, autoescape=False)
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment


def _render(template: str, /, **values: Json) -> str:
    return _environment().get_template(template).render(**values)
