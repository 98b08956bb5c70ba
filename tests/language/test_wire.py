from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer

from overture.language.canonical import data_of
from overture.language.tasks import KINDS, TASKS
from overture.language.validation import validate
from overture.language.wire import lift, lower, wire_digest, wire_schema
from overture.language.wire_values import NotJson, decode, encode
from overture.language.workflow import Workflow

from .generation import texts, values, whole_workflows, workflow_of, workflows

SCHEMA = wire_schema()
DIGEST = "53eb7403493c80344b96828d733edc388647ae8f107fffca6dd79e42d15cd10f"
TOKENIZER = LLTokenizer("byte")
GRAMMAR = LLMatcher.grammar_from_json_schema(json.dumps(SCHEMA))

LOG = {"kind": "log", "id": "a", "message": "hello"}


def accepts(document: Any) -> bool:
    """Whether a server that constrains its model with the schema could give this document."""
    matcher = LLMatcher(TOKENIZER, GRAMMAR)
    text = json.dumps(document, ensure_ascii=False).replace("\x7f", "\\u007f")  # llguidance wants DEL escaped
    tokens = TOKENIZER.tokenize_bytes(text.encode())
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def wire(*tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"name": "w", "tasks": list(tasks), **fields}


@whole_workflows
@given(workflows())
def test_nothing_is_lost_on_the_way_to_the_wire_and_back(workflow: Workflow) -> None:
    data, misfits = lift(json.loads(json.dumps(lower(workflow))))
    assert misfits == []
    assert json.dumps(data) == json.dumps(data_of(workflow))


@whole_workflows
@given(workflows())
def test_every_workflow_can_be_written_under_the_grammar(workflow: Workflow) -> None:
    document = lower(workflow)
    assert validate(document, SCHEMA) == []
    assert accepts(document)


@whole_workflows
@given(workflows(), st.data())
def test_what_breaks_the_schema_is_refused_by_the_grammar(workflow: Workflow, data: st.DataObject) -> None:
    document = copy.deepcopy(lower(workflow))
    holder, key = data.draw(st.sampled_from(list(_holders(document))))
    match data.draw(st.sampled_from(("drop", "add", "kind", "type"))):
        case "drop" if isinstance(holder, dict):
            del holder[key]
        case "add" if isinstance(holder, dict):
            holder["brandnew"] = None
        case "kind" if isinstance(holder, dict) and "kind" in holder:
            holder["kind"] = next(kind for kind in KINDS if TASKS[kind] is not TASKS[holder["kind"]])
        case _:
            holder[key] = {"brandnew": holder[key]}
    assert validate(document, SCHEMA) != []
    assert not accepts(document)


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield value, key
        yield from _holders(each)


def test_the_grammar_compiles_without_a_warning() -> None:
    is_error, messages = LLMatcher.validate_grammar_with_warnings(GRAMMAR, TOKENIZER)
    assert (is_error, messages) == (False, [])


def test_the_bytes_of_the_schema_are_stable() -> None:
    assert wire_digest() == DIGEST, "each change costs every server a compile and the prompt cache: is it wanted?"


def test_the_schema_keeps_to_the_portable_set() -> None:
    def check(schema: Any, path: str) -> None:
        assert schema.keys() <= {
            "type", "properties", "required", "additionalProperties", "items", "anyOf", "$ref", "const", "enum", "$defs"
        }, path  # fmt: skip
        if "properties" in schema:
            assert schema["additionalProperties"] is False, path
            assert schema["required"] == list(schema["properties"]), path
        for each in schema.get("anyOf", []):
            assert "$ref" in each or each == {"type": "null"}, path
        variants = [SCHEMA["$defs"][each["$ref"][8:]] for each in schema.get("anyOf", []) if "$ref" in each]
        if len(variants) > 1:
            tags = [next(iter(variant["properties"].values())).get("const") for variant in variants]
            assert None not in tags and len(set(tags)) == len(tags), path
        for key in ("properties", "$defs"):
            for name, each in schema.get(key, {}).items():
                check(each, f"{path}/{name}")
        if "items" in schema:
            check(schema["items"], f"{path}/items")

    check(SCHEMA, "")
    text = json.dumps(SCHEMA)
    assert text.count('"properties"') < 100 and len(text) < 60_000


def test_the_schema_is_not_recursive() -> None:
    def reaches(name: str, seen: tuple[str, ...]) -> None:
        assert name not in seen, seen
        for each in json.dumps(SCHEMA["$defs"][name]).split('"#/$defs/')[1:]:
            reaches(each.split('"')[0], (*seen, name))

    for name in SCHEMA["$defs"]:
        reaches(name, ())


def test_the_kind_comes_first_in_every_task() -> None:
    for kind, model in TASKS.items():
        assert next(iter(SCHEMA["$defs"][model.__name__]["properties"].items()))[1]["const"] == kind
    assert accepts(lower(workflow_of({"overture": 1, "name": "w", "tasks": [LOG]})))


@given(values)
def test_a_value_survives_as_text(value: Any) -> None:
    assert json.dumps(decode(encode(value))) == json.dumps(value)


@given(texts)
def test_a_plain_text_stays_plain(text: str) -> None:
    assert decode(encode(text)) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ tasks.a.body }}", "{{ tasks.a.body }}"),
        ("plain", "plain"),
        ("5", 5),
        ('"5"', "5"),
        ("null", None),
        ('{"a": {{ tasks.a.value }}}', {"a": "{{ tasks.a.value }}"}),
        ('[{{ a["b"] }}, "{{ c }}"]', ['{{ a["b"] }}', "{{ c }}"]),
        ("NaN", "NaN"),
        ("", ""),
    ],
)
def test_text_is_json_where_it_can_be(text: str, value: Any) -> None:
    assert decode(text) == value


@pytest.mark.parametrize(
    "text", ['{"a": }', "[1, 2", '"open', "{'a': 1}", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 9999]
)
def test_text_that_begins_as_json_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        decode(text)


def test_broken_json_is_told_at_its_place() -> None:
    task = {"kind": "http", "id": "a", "url": "x", "body": '{"a": }', "query": [{"name": "q", "value": "[1"}]}
    _, misfits = lift(wire(task))
    assert [each.pointer for each in misfits] == ["/tasks/0/query/0/value", "/tasks/0/body"]
    assert misfits[1].message == "the text is no JSON: expecting value at character 7"


def test_tasks_stand_where_parent_and_slot_say() -> None:
    data, misfits = lift(
        wire(
            {"kind": "log", "id": "in_else", "message": "x", "parent": "b", "slot": "else"},
            {"kind": "branch", "id": "b", "cases": ["inputs.x", "inputs.y"]},
            {"kind": "log", "id": "first", "message": "x", "parent": "b", "slot": "0"},
            {"kind": "log", "id": "second", "message": "x", "parent": "b", "slot": "case 1"},
            {"kind": "try", "id": "t", "slot": "finally"},
            {"kind": "log", "id": "tried", "message": "x", "parent": "t"},
            {"kind": "log", "id": "caught", "message": "x", "parent": "t", "slot": "catch"},
        )
    )
    assert misfits == []
    branch = data["tasks"][0]
    assert [[task["id"] for task in case["tasks"]] for case in branch["cases"]] == [["first"], ["second"]]
    assert [task["id"] for task in branch["else"]] == ["in_else"]
    guarded = data["finally"][0]
    assert (guarded["tasks"][0]["id"], guarded["catch"][0]["id"]) == ("tried", "caught")


@pytest.mark.parametrize(
    ("tasks", "pointer", "message"),
    [
        ([LOG | {"parent": "eahc"}, {"kind": "foreach", "id": "each", "items": "x", "as": "y"}],
         "/tasks/0/parent", "there is no block `eahc`: did you mean `each`?"),
        ([LOG, LOG | {"id": "b", "parent": "a"}], "/tasks/1/slot", "`a` holds no tasks: it is of kind `log`"),
        ([LOG | {"slot": "after"}], "/tasks/0/slot",
         "the workflow has no place `after`: it has `tasks`, `on_failure`, `finally`"),
        ([{"kind": "branch", "id": "b", "cases": ["x"]}, LOG | {"parent": "b", "slot": "1"}], "/tasks/1/slot",
         "`b` has no place `1`: it has `0`, `else`"),
        ([{"kind": "try", "id": "t", "parent": "t"}], "/tasks/0/parent", "`t` would stand inside itself"),
        ([LOG | {"kind": "lgo"}], "/tasks/0/kind", "`lgo` is no kind of task: did you mean `log`?"),
        ([{"kind": "set", "id": "a", "values": 5}], "/tasks/0/values", "a list of `name` and `value` must stand here"),
        ([{"kind": "set", "id": "a", "values": [{"name": "x", "value": "1"}] * 2}], "/tasks/0/values/1",
         "`x` stands here twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_over_is_told(tasks: list[Any], pointer: str, message: str) -> None:
    data, misfits = lift(wire(*tasks))
    assert [(each.pointer, each.message) for each in misfits] == [(pointer, message)]
    assert len(list(_ids(data))) == len(tasks), "no task is lost"


def test_blocks_that_hold_one_another_end_up_in_the_open() -> None:
    data, misfits = lift(wire({"kind": "try", "id": "a", "parent": "b"}, {"kind": "try", "id": "b", "parent": "a"}))
    assert [each.pointer for each in misfits] == ["/tasks/0/parent", "/tasks/1/parent"]
    assert [task["id"] for task in data["tasks"]] == ["a", "b"]


def _ids(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if "kind" in data:
            yield data["id"]
        for each in data.values():
            yield from _ids(each)
    elif isinstance(data, list):
        for each in data:
            yield from _ids(each)


def test_the_canonical_form_is_understood_too() -> None:
    document = {
        "overture": 1, "name": "w", "inputs": {"x": {"type": "string"}},
        "tasks": [{"id": "b", "kind": "branch", "cases": [{"when": "true", "tasks": [LOG]}],
                   "else": [LOG | {"id": "c"}]},
                  {"id": "h", "kind": "http", "url": "x", "body": {"a": [1]}, "headers": {"h": "v"}, "needs": "b",
                   "timeout": "3s"}],
        "on_failure": [LOG | {"id": "d"}], "outputs": {"y": "inputs.x"},
    }  # fmt: skip
    data, misfits = lift(document)
    assert misfits == []
    assert data["tasks"][1]["needs"] == ["b"]
    assert data | {"tasks": 0} == document | {"tasks": 0}
    assert data["tasks"][0] == document["tasks"][0]  # type: ignore[index]


@pytest.mark.parametrize(
    "answer",
    [None, 5, "x", [], {}, {"tasks": 5}, {"tasks": [None, 5, "x", [], {}]}, {"tasks": [{"kind": ["a"], "id": {}}]},
     {"inputs": [5], "tasks": [{"kind": "branch", "id": "a", "cases": 5}, {"kind": "http", "auth": 5, "id": "b"}]},
     {"tasks": [{"kind": "try", "id": "a", "tasks": 5, "settings": 5, "retry": []}], "triggers": [5, {"type": []}]}],
)  # fmt: skip
def test_no_answer_is_so_strange_that_it_breaks_us(answer: Any) -> None:
    data, _ = lift(answer)
    json.dumps(data)
