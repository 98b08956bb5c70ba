"""The guards of language.md 3: what a condition that was read says of the paths in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from overture.expressions.inference import Inferred
from overture.expressions.narrowing import NO_FACTS, facts_from
from overture.expressions.parsing import parse_expression
from overture.expressions.schemas import describe

Infer = Callable[..., Inferred]
Rules = Callable[..., list[str]]

STRING = {"type": "string"}
NAMES: dict[str, Any] = {
    "x": {
        "type": "object",
        "properties": {"opt": STRING, "null": {"type": ["string", "null"]}, "b": {"type": "boolean"}},
        "required": ["null", "b"],
    },
    "xs": {"type": "array", "items": {"type": "object", "properties": {"id": STRING}, "required": ["id"]}},
    "kind": {"enum": ["bug", "feature", "question"]},
    "u": {"type": ["string", "integer", "null"]},
    "s": STRING,
    "n": {"type": "number"},
    "b": {"type": "boolean"},
    "tasks.a.body": STRING,
    "tasks.a.state": {"enum": ["succeeded", "failed", "skipped", "cancelled"]},
}
MISSING = {"tasks.a.body": "`a` may be skipped"}


@pytest.mark.parametrize(
    ("guard", "truth", "read"),
    [
        ("x.opt is defined", True, "x.opt"),
        ("x.opt is not defined", False, "x.opt"),
        ("not (x.opt is not defined)", True, "x.opt"),
        ("x.opt is defined and b", True, "x.opt"),
        ("x.opt is not defined or b", False, "x.opt"),
        ("b and (b and x.opt is defined)", True, "x.opt"),
        ("x.opt is defined if b else false", True, "x.opt"),
        ("(x.opt is defined and b) or (x.opt is defined and not b)", True, "x.opt"),
        ("x.opt | default('') != ''", True, "x.opt"),
        ("'' == x.opt | default('')", False, "x.opt"),
        ("x.opt | default('') == 'a'", True, "x.opt"),
        ("'opt' in x", True, "x.opt"),
        ("x.null != null", True, "x.null[0:1]"),
        ("null != x.null", True, "x.null[0:1]"),
        ("x.null == null", False, "x.null[0:1]"),
        ("x.null is not none", True, "x.null[0:1]"),
        ("x.null is string", True, "x.null[0:1]"),
        ("xs is not empty", True, "xs[0].id ~ (xs | first).id ~ (xs | last).id"),
        ("xs is empty", False, "xs[0].id"),
        ("xs | length > 0", True, "xs[0].id ~ xs[-1].id"),
        ("xs | length >= 2", True, "xs[1].id"),
        ("2 <= xs | length", True, "xs[1].id"),
        ("xs | length == 3", True, "xs[2].id"),
        ("xs | length != 0", True, "xs[0].id"),
        ("xs | length == 0", False, "xs[0].id"),
        ("xs | length < 2", False, "xs[1].id"),
        ("xs != []", True, "xs[0].id"),
        ("xs[1].id is defined", True, "xs[0].id ~ xs[1].id"),
        ("(xs | first).id is defined", True, "(xs | first).id ~ xs[0].id"),
        ("s in xs | map(attribute='id')", True, "(xs | map(attribute='id')) | first"),
        ("xs is not empty", True, "(xs | sort(attribute='id') | first).id"),
        ("xs | selectattr('id', 'eq', 'a') is not empty", True, "(xs | selectattr('id', 'eq', 'a') | first).id"),
        ("tasks.a.state == 'succeeded'", True, "tasks.a.body"),
        ("tasks.a.state != 'succeeded'", False, "tasks.a.body"),
        ("tasks.a.state in ['succeeded']", True, "tasks.a.body"),
        ("tasks.a.body is defined", True, "tasks.a.body"),
        ("tasks.a.body == 'x'", False, "tasks.a.body"),
    ],
)
def test_a_guard_covers_a_read(guard: str, truth: bool, read: str, rules: Rules) -> None:
    unguarded = rules(read, NAMES, missing=MISSING)
    guarded = rules(read, NAMES, missing=MISSING, facts=facts_from(parse_expression(guard), truth))
    assert (bool(unguarded), guarded) == (True, [])
    if truth:
        assert rules(f"({read}) if ({guard}) else ''", NAMES, missing=MISSING) == rules(guard, NAMES, missing=MISSING)


@pytest.mark.parametrize(
    ("guard", "truth", "read"),
    [
        ("x.opt is defined", False, "x.opt"),
        ("x.opt is defined or b", True, "x.opt"),
        ("x.opt is defined and b", False, "x.opt"),
        ("b", True, "x.opt"),
        ("x.opt | default('') == ''", True, "x.opt"),
        ("'opt' not in x", True, "x.opt"),
        ("x.null == null", True, "x.null[0:1]"),
        ("xs is not empty", True, "xs[1].id"),
        ("xs | length >= 0", True, "xs[0].id"),
        ("xs | length > 0", False, "xs[0].id"),
        ("xs is not empty", True, "(xs | selectattr('id', 'eq', 'a') | first).id"),
        ("tasks.a.state == 'failed'", True, "tasks.a.body"),
        ("tasks.a.state == 'succeeded' or b", True, "tasks.a.body"),
        ("1 < 2 < 3", False, "x.opt"),
    ],
)
def test_what_guards_nothing_covers_nothing(guard: str, truth: bool, read: str, rules: Rules) -> None:
    assert rules(read, NAMES, missing=MISSING, facts=facts_from(parse_expression(guard), truth))


@pytest.mark.parametrize(
    ("guard", "truth", "path", "words"),
    [
        ("kind == 'bug'", True, "kind", "'bug'"),
        ("kind == 'bug'", False, "kind", "'feature' or 'question'"),
        ("kind in ['bug', 'feature']", True, "kind", "'bug' or 'feature'"),
        ("kind in ['bug', 'feature']", False, "kind", "'question'"),
        ("kind == 'bug' or kind == 'question'", True, "kind", "'bug' or 'question'"),
        ("kind == 'bug' or kind == 'question'", False, "kind", "'feature'"),
        ("kind != 'bug' and kind != 'question'", True, "kind", "'feature'"),
        ("u is string", True, "u", "text"),
        ("u is string", False, "u", "integer or null"),
        ("u is number", True, "u", "integer"),
        ("u is none", True, "u", "null"),
        ("u == 3", True, "u", "3"),
        ("u > 3", True, "u", "integer"),
        ("u is not none and u is not string", True, "u", "integer"),
        ("x.b", True, "x.b", "true"),
        ("x.b", False, "x.b", "false"),
    ],
)
def test_a_guard_narrows_a_type(guard: str, truth: bool, path: str, words: str, inferred: Infer) -> None:
    found = inferred(path, NAMES, facts=facts_from(parse_expression(guard), truth))
    assert (describe(found.tree.type), found.findings) == (words, ())


@pytest.mark.parametrize(
    "expression",
    [
        "x.opt is defined and x.opt != 'a'",
        "x.opt is not defined or x.opt != 'a'",
        "x.opt if x.opt is defined else 'a'",
        "'a' if x.opt is not defined else x.opt",
        "not (xs is not empty and xs[0].id == 'a')",
        "xs is not empty and (xs | first).id == 'a' and s == xs[0].id",
        "[xs[0].id] if xs | length > 0 else []",
    ],
)
def test_an_expression_is_its_own_guard(expression: str, rules: Rules) -> None:
    assert rules(expression, NAMES) == []


@pytest.mark.parametrize(
    "expression",
    [
        "x.opt != 'a' and x.opt is defined",
        "x.opt is defined or x.opt != 'a'",
        "x.opt if x.opt is not defined else 'a'",
        "(x.opt is defined and b) or x.opt != 'a'",
    ],
)
def test_a_guard_stands_before_what_it_guards(expression: str, rules: Rules) -> None:
    assert rules(expression, NAMES) == ["may-be-missing"]


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("kind == 'bug'", (False,)),
        ("kind != 'bug'", (True,)),
        ("kind == 'feature'", None),
        ("kind in ['bug']", (False,)),
        ("n > 5", (False,)),
        ("n >= 3", (False,)),
        ("n == 3", (False,)),
        ("4 > n", (True,)),
        ("n > 2", None),
        ("n == 2.5", None),
    ],
)
def test_what_facts_settle_is_a_constant_and_no_mistake(
    expression: str, values: tuple[bool, ...] | None, inferred: Infer
) -> None:
    taken = facts_from(parse_expression("kind == 'bug' or n >= 3"), False)
    found = inferred(expression, NAMES, facts=taken)
    assert found.findings == ()
    assert found.tree.type.values == values


def test_facts_add_up(rules: Rules) -> None:
    first = facts_from(parse_expression("x.opt is defined"), True)
    second = facts_from(parse_expression("xs is not empty"), True)
    assert rules("x.opt ~ xs[0].id", NAMES, facts=first.also(second)) == []
    assert rules("x.opt", NAMES, facts=first.either(second)) == ["may-be-missing"]
    assert first.also(NO_FACTS) == first
    assert NO_FACTS.also(first) == first
