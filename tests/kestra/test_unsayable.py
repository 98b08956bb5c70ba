"""A text that Kestra cannot hold is refused at its place, not changed in silence."""

from __future__ import annotations

import json

import pytest
from flows import export


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a\0b", "NUL"),
        ("{{ 'a\0b' }}", "NUL"),
        ("{{ '{%' }} raw %}x", "raw tag"),
        ("{{ '{%- raw' }} %}", "raw tag"),
        ({"deep": ["{{ '{%' }}raw %}"]}, "raw tag"),
    ],
)
def test_a_text_that_kestra_cannot_hold_is_refused_at_its_task(value: object, word: str) -> None:
    found = export(f"  - {json.dumps({'id': 'a', 'kind': 'set', 'values': {'v': value}})}")
    assert not found.files
    assert any(gap.pointer == "/tasks/0" and word in gap.message for gap in found.gaps)


@pytest.mark.parametrize("value", ["{{ '{%' }} for %}", "draw", "{ % raw", "{{ '{%' }} endraw %}", "\\0"])
def test_what_only_looks_like_one_is_exported(value: str) -> None:
    assert export(f"  - {json.dumps({'id': 'a', 'kind': 'set', 'values': {'v': value}})}").files
