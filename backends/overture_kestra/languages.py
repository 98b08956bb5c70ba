"""What each row of the language becomes on Kestra, in the order in which it is tried: Pebble and jq where the types
show that they mean the same, else a step in Python.
"""

from __future__ import annotations

from collections.abc import Mapping

from overture.expressions.table import FILTERS, FUNCTIONS, TESTS
from overture.plan.python_source import PYTHON
from overture_kestra import jq, pebble

PEBBLE_TESTS = ("none", "empty", "defined")

FORMS: Mapping[str, tuple[str, ...]] = {
    "literal": ("Pebble", "Python"),
    "list": ("Pebble", "Python"),
    "object": ("Pebble", "Python"),
    "template": ("Pebble", "Python"),
    "key": ("Pebble", "jq", "Python"),
    "index": ("Pebble", "jq", "Python"),
    "slice": ("jq", "Python"),
    **dict.fromkeys(("+", "-", "*", "/", "//", "%", "**", "negative", "positive"), ("Python",)),
    "~": ("Pebble", "Python"),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), ("Pebble", "Python")),
    "chain": ("Python",),
    **dict.fromkeys(("and", "or", "not", "if"), ("Pebble", "Python")),
}
"""The syntax of expressions, by names of our own."""


def languages() -> dict[str, tuple[str, ...]]:
    """By name: a form, a filter, a test (`is empty`), a function (`now()`). Nothing: it has no translation, and what
    uses it is refused by name."""
    found = dict(FORMS)
    for name in FILTERS:
        found[name] = _those_of(name, name in pebble.FILTERS, name in jq.ROWS)
    for name, row in TESTS.items():
        if row.is_test:
            found[f"is {name}"] = _those_of(f"is {name}", name in PEBBLE_TESTS, False)
    for name in FUNCTIONS:
        found[f"{name}()"] = _those_of(f"{name}()", False, False)
    return found


def _those_of(name: str, has_pebble: bool, has_jq: bool) -> tuple[str, ...]:
    has = {"Pebble": has_pebble, "jq": has_jq, "Python": name in PYTHON}
    return tuple(language for language, there in has.items() if there)
