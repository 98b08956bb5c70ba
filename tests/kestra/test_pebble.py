"""What Pebble is given, and what it is not given because it would mean something else."""

from __future__ import annotations

import json

import pytest
from flows import flow_of
from translations import DATA, EXPRESSIONS, Names, translations

from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression

HEAD = """inputs:
  s: {type: string, default: x}
  n: {type: integer, default: 1}
  f: {type: number, default: 1.5}
  b: {type: boolean, default: true}
  none: {type: [string, "null"], default: null}
  list: {type: array, items: {type: string}, default: []}
  data:
    type: object
    properties:
      a: {type: string}
      deep: {type: object, properties: {b: {type: integer}}, required: [b]}
    required: [a, deep]
    default: {a: x, deep: {b: 1}}
"""


def message(text: str) -> str | None:
    """The message of a log, None when it is computed by a step."""
    flow = flow_of(f"  - id: a\n    kind: log\n    message: {json.dumps(text)}\n", head=HEAD)
    return str(flow["tasks"][0]["message"]) if len(flow["tasks"]) == 1 else None


@pytest.mark.parametrize(
    ("ours", "pebble"),
    [
        ("plain {} {# text", "plain {} {{ '{#' }} text"),
        ("{{ inputs.s }} and {{ inputs.n }}", "{{ inputs.s }} and {{ inputs.n }}"),
        ("{{ inputs.data.deep.b }}", "{{ inputs.data.deep.b }}"),
        ("{{ inputs.none | default('-') }}", "{{ inputs.none ?? '-' }}"),
        ("{{ inputs.list | join(', ') }}", "{{ inputs.list | join(', ') }}"),
        ("{{ inputs.list | length }}", "{{ inputs.list | length }}"),
        ("{{ inputs.s | upper }}", "{{ inputs.s | upper }}"),
        ("{{ 'a' if inputs.b else 'b' }}", "{{ inputs.b ? 'a' : 'b' }}"),
        ("{{ inputs.list | tojson }}", "{{ inputs.list | toJson }}"),
        ('{{ "it\'s" }}', "it's"),
        # a brace of the text and that of a tag would open another tag
        ("{{ '{' }}{{ inputs.s }}", "{{ '{' }}{{ inputs.s }}"),
        ("a{{ '{{' }}{{ inputs.s }}", "a{{ '{{' }}{{ inputs.s }}"),
        ("{{ '{' }}{{ '% x' }}{{ inputs.s }}", "{{ '{%' }} x{{ inputs.s }}"),
        ("{{ 'a' ~ '{{' ~ inputs.s }}", "{{ 'a{{' ~ inputs.s }}"),
        ("{{ '' ~ inputs.n }}", "{{ inputs.n ~ '' }}"),
        ("{{ inputs.data.deep is defined }}", "{{ inputs.data contains 'deep' }}"),
    ],
)
def test_what_means_the_same_is_pebble(ours: str, pebble: str) -> None:
    assert message(ours) == pebble


@pytest.mark.parametrize(
    "ours",
    [
        "{{ inputs.f }}",  # 2.0 is written as 2.0, large ones as 1.0E21
        "{{ inputs.n + 1 }}",  # 32 bits
        "{{ inputs.s | length }}",  # UTF-16 units
        "{{ inputs.list }}",  # written as Java writes a list
        "{{ inputs.list[-1] | default('') }}",
        "{{ inputs.s | title }}",
        "{{ inputs.list | unique | join(',') }}",
        "{{ inputs.data | tojson }}",  # an open object may hold doubles
        "{{ inputs.s < 'y' }}",
    ],
)
def test_what_would_mean_something_else_is_computed_by_a_step(ours: str) -> None:
    assert message(ours) is None


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("{type: string}", "STRING"),
        ("{enum: [a, b]}", "SELECT"),
        ("{type: integer}", "INT"),
        ("{type: number}", "JSON"),  # FLOAT is of 32 bits
        ("{type: boolean}", "BOOL"),
        ("{type: array, items: {type: string}}", "ARRAY"),
        ("{type: object, properties: {a: {type: string}}}", "JSON"),
        ("{type: object, properties: {a: {type: [string, 'null']}}}", "STRING"),  # JSON text: nulls would be lost
        ("{type: object}", "STRING"),
    ],
)
def test_inputs_have_the_type_that_loses_nothing(schema: str, kind: str) -> None:
    flow = flow_of("  - {id: a, kind: log, message: x}\n", head=f"inputs: {{v: {schema}}}")
    assert flow["inputs"][0]["type"] == kind


def test_defaults_are_kept_from_being_rendered() -> None:
    flow = flow_of("  - {id: a, kind: log, message: x}\n", head="inputs: {v: {type: string, default: '{{ x }} {% y'}}")
    assert flow["inputs"][0]["defaults"] == "{{ '{{' }} x }} {{ '{%' }} y"


def test_lists_are_worked_on_by_jq_where_it_sees_them_as_we_do() -> None:
    names = Names(DATA)
    trees = [infer(parse_expression(expression), names).tree for expression in EXPRESSIONS]
    computed = [text for text, tree in zip(EXPRESSIONS, trees, strict=True) if not list(translations(tree, names))]
    assert computed == []
