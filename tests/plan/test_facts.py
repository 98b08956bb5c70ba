"""What the plan tells backends about values."""

from __future__ import annotations

import pytest

from overture.expressions.findings import Lookup
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression
from overture.expressions.tree import Ref
from overture.expressions.types import INTEGER, STRING, list_of, object_of
from overture.plan.facts import may_hold_twice

ROWS = list_of(object_of({"k": STRING, "n": INTEGER}))


class Names:
    """`rows`, a list of objects, and `one`, a list of at most one text."""

    def lookup(self, ref: Ref) -> Lookup:
        return Lookup({"rows": ROWS, "one": list_of(STRING, max_items=1)}[ref.name])


@pytest.mark.parametrize(
    ("expression", "twice"),
    [
        ("['a', 'b']", False),
        ("[1, 2]", False),
        ("['a', 'a']", True),
        ("[1, 1.0]", True),
        ("[]", False),
        ("rows", True),
        ("one", False),
        ("range(0, 9)", False),
        ("rows | map(attribute='k')", True),
        ("rows | map(attribute='k') | unique", False),
        ("rows | map(attribute='k') | unique | sort | reverse", False),
        ("(rows | groupby('k'))[1:]", False),
        ("rows | first | keys", False),
        ("['a', 'b'] + ['b']", True),
        ("rows | selectattr('n', 'gt', 1)", True),
    ],
)
def test_a_list_is_known_to_hold_no_value_twice(expression: str, twice: bool) -> None:
    assert may_hold_twice(infer(parse_expression(expression), Names()).tree) is twice
