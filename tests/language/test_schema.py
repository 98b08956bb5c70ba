from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from overture.language import tasks, workflow
from overture.language.canonical import data_of
from overture.language.forms import forms_of
from overture.language.schema import schema_text, shipped_schema, validate, workflow_schema
from overture.language.tasks import KINDS, Part
from overture.language.workflow import Workflow

from .generation import documents, whole_workflows, workflow_of

SCHEMA = workflow_schema()
DOCUMENT = {"overture": 1, "name": "w", "tasks": [{"id": "a", "kind": "log", "message": "hello"}]}


def parts() -> list[type[Part]]:
    found = [each for module in (tasks, workflow) for each in vars(module).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, Part) and each is not Part]


def messages(**fields: Any) -> list[str]:
    return [each.message for each in validate(DOCUMENT | fields, SCHEMA)]


def test_the_shipped_schema_is_the_models_schema() -> None:
    assert shipped_schema() == schema_text(SCHEMA), "write it anew: overture schema > workflow.v1.schema.json"


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("model", parts(), ids=lambda model: model.__name__)
def test_every_class_and_every_field_is_described(model: type[Part]) -> None:
    assert model.__doc__
    assert [field.key for field in forms_of(model) if not field.description] == []


def test_every_property_of_the_schema_is_described() -> None:
    holders = {"": SCHEMA, **SCHEMA["$defs"]}
    named = [(holder, name, each) for holder, schema in holders.items() for name, each in schema["properties"].items()]
    assert len(named) > 200
    assert [f"{holder}.{name}" for holder, name, each in named if not each["description"]] == []


@whole_workflows
@given(documents())
def test_what_the_models_take_fits_the_schema(document: dict[str, Any]) -> None:
    assert validate(document, SCHEMA) == []
    assert validate(data_of(workflow_of(document)), SCHEMA) == []


@whole_workflows
@given(documents(), st.data())
def test_schema_and_models_agree_on_what_is_wrong(document: dict[str, Any], data: st.DataObject) -> None:
    """One value anywhere is replaced, taken away or joined by an unknown one."""
    document = copy.deepcopy(document)
    holders = [(holder, key) for holder, key in _holders(document) if key != "overture"]  # pydantic takes true for 1
    holder, key = data.draw(st.sampled_from(holders))
    match data.draw(st.sampled_from(("replace", "delete", "add"))):
        case "replace":
            holder[key] = data.draw(st.sampled_from((None, 0, 1.5, True, "", "x", [], {}, ["x"], {"x": 1}, [1], -1)))
        case "delete":
            del holder[key]
        case _ if isinstance(holder, dict):
            holder["brandnew"] = 1
    try:
        Workflow.model_validate_json(json.dumps(document), by_name=False, by_alias=True)
        is_right = True
    except ValidationError:
        is_right = False
    misfits = [each for each in validate(document, SCHEMA) if not _is_in_a_schema(each.pointer)]
    assert (misfits == []) is is_right, misfits


def _is_in_a_schema(pointer: str) -> bool:
    """What stands in a schema of the document is for the checker: the models take any object."""
    parts = pointer.split("/")[1:] or [""]
    return "returns" in parts[:-1] or (parts[0] in ("inputs", "state") and len(parts) > 2)


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield value, key
        yield from _holders(each)


def test_a_mistake_in_a_task_is_told_where_it_is() -> None:
    inner = {"id": "b", "kind": "http", "url": "https://example.com", "accept": [99]}
    assert messages(tasks=[{"id": "a", "kind": "try", "tasks": [inner]}]) == [
        "`$.tasks[0].tasks[0].accept[0]` must be at least 100, not `99`"
    ]


def test_an_unknown_key_is_told_where_it_is() -> None:
    assert messages(tasks=[{"id": "a", "kind": "log", "mesage": "hello"}]) == [
        "`$.tasks[0]` lacks `message`",
        "`$.tasks[0]` may not have `mesage`",
    ]


def test_an_unknown_kind_is_one_mistake() -> None:
    (message,) = messages(tasks=[{"id": "a", "kind": "htp", "url": "x"}])
    assert message.startswith('`$.tasks[0].kind` is `"htp"`, none of `http`')


def test_a_mistake_in_the_schema_of_an_input_is_told() -> None:
    assert messages(inputs={"a": {"type": "text"}})
    assert messages(inputs={"a": {"properties": {"b": {"minLenght": 1}}}}) == [
        "`$.inputs.a.properties.b` may not have `minLenght`"
    ]


def test_every_kind_has_a_branch() -> None:
    branches = SCHEMA["$defs"]["Task"]["allOf"]
    assert [each["if"]["properties"]["kind"]["const"] for each in branches] == list(KINDS)
