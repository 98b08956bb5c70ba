from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overture.drafting.answers import object_in

VALUE = {"a": "}", "b": [{"c": '"{'}]}
TEXT = json.dumps(VALUE)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"  {TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"Here it is: {TEXT} I hope {{it}} helps.",
        f"{{I think}} so: {TEXT}",
        f'<think>perhaps {{"x": 1}}</think>{TEXT}',
        f"```\n{json.dumps(VALUE, indent=2)}\n```\nDone.",
        f'An example is {{"x": 1}}, the answer is {TEXT}',
    ],
)
def test_the_object_is_found(text: str) -> None:
    assert object_in(text) == VALUE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "[1]",
        "null",
        "{",
        "{" * 500,
        '{"a": 1',
        '{"a": {"b": 1}, "c": ',
        'Sure: {"a": [{"b": 1}, ',
        "[" * 9999,
    ],
)
def test_where_there_is_none_none_is_found(text: str) -> None:
    assert object_in(text) is None


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), st.integers(), min_size=1), min_size=1), st.data())
def test_an_object_that_is_cut_off_is_never_taken_for_a_shorter_one(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    assert object_in(text[: data.draw(st.integers(0, len(text) - 1))]) is None
