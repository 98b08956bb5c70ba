"""JSON text with holes is laid out without a change of what it says."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from overture_kestra.layout import WIDTH, json_object
from overture_kestra.pebble import json_text

SCHEMA = {
    "type": "object",
    "required": ["label", "summary"],
    "properties": {"label": {"enum": ["bug", "feature"]}, "summary": {"type": "string", "maxLength": 300}},
}


def test_what_fits_stays_on_its_line_and_what_does_not_gets_a_line_each() -> None:
    text = json_object(['"url": {{ inputs.url | toJson }}', f'"returns": {json_text(SCHEMA)}'])
    assert text == (
        '{\n  "url": {{ inputs.url | toJson }},\n  "returns": {\n    "type": "object",\n'
        '    "required": ["label", "summary"],\n'
        '    "properties": {\n      "label": {"enum": ["bug", "feature"]},\n'
        '      "summary": {"type": "string", "maxLength": 300}\n    }\n'
        "  }\n}\n"
    )


@pytest.mark.parametrize(
    "hole",
    [
        "{{ a }}",
        "{{ fromJson(a)['}}'] | toJson }}",
        '{{ "it\'s }}" | toJson }}',
        "{{ [a] | jq('{\"x\": .[0]} | tojson') | first }}",
        "{{ {'task': {'b': 1}} | toJson }}",
        "{{ 'a\\'}}' ~ b }}",
    ],
)
def test_a_hole_is_never_torn(hole: str) -> None:
    entry = f'"a": [{", ".join([hole] * 9)}, {{"b": {hole}, "c": "{hole} and \\" more"}}]'
    text = json_object([entry])
    assert text.count(hole) == 11
    assert json.loads(text.replace(hole, "0"))["a"][-1] == {"b": 0, "c": '0 and " more'}


def test_generated_json_reads_back_as_it_is() -> None:
    random = Random(3)

    def value(depth: int) -> Any:
        kind = random.randrange(7 if depth else 4)
        if kind < 2:
            return random.choice(["", "a, b", "]}", ": {", 'q"\\', "{{ x", "x" * 90, "é\n"])
        if kind < 4:
            return random.choice([None, True, 0, -1.5, 10**20])
        if kind == 4:
            return [value(depth - 1) for _ in range(random.randrange(5))]
        return {random.choice("abc,:") * n: value(depth - 1) for n in range(random.randrange(5))}

    for _ in range(500):
        wanted = {"a": value(5), "b": value(3)}
        text = json_object([f"{json_text(key)}: {json_text(each)}" for key, each in wanted.items()])
        assert json.loads(text) == wanted
        lines = [line for line in text.splitlines() if len(line) > WIDTH + 1 and line.count('"') > 4]
        assert not lines
