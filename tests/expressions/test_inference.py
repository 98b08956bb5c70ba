"""What is known before anything runs: types, what may be missing, what is certainly wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from overture.expressions.inference import Inferred
from overture.expressions.parsing import parse_expression, parse_value
from overture.expressions.schemas import describe
from overture.expressions.tree import Ref, walk
from overture.expressions.types import ANY

Infer = Callable[..., Inferred]
Rules = Callable[..., list[str]]

STRING, INTEGER, NUMBER, BOOLEAN = ({"type": name} for name in ("string", "integer", "number", "boolean"))
ISSUE = {
    "type": "object",
    "required": ["number", "title", "body", "user", "labels", "done"],
    "properties": {
        "number": INTEGER,
        "title": STRING,
        "body": {"type": ["string", "null"]},
        "user": {"type": ["object", "null"], "properties": {"login": STRING}, "required": ["login"]},
        "labels": {"type": "array", "items": {"type": "object", "properties": {"name": STRING}, "required": ["name"]}},
        "done": BOOLEAN,
        "milestone": STRING,
    },
}
CLOSED = {**ISSUE, "additionalProperties": False}
NAMES: dict[str, Any] = {
    "x": ISSUE,
    "c": CLOSED,
    "xs": {"type": "array", "items": ISSUE},
    "two": {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2},
    "n": INTEGER,
    "f": NUMBER,
    "s": STRING,
    "b": BOOLEAN,
    "kind": {"enum": ["bug", "feature"]},
    "any": {},
    "o": {"type": "object"},
}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("x.title", "text"),
        ("x.body", "text or null"),
        ("x.body | default('')", "text"),
        ("x.milestone | default(0)", "integer or text"),
        ("x.labels", "list of {name}"),
        ("x.labels | map(attribute='name')", "list of text"),
        ("xs | rejectattr('user', 'none') | map(attribute='user.login')", "list of text"),
        ("xs | groupby('title')", "list of {key, items}"),
        (
            "(xs | groupby('done') | first | default({items: []})).items",
            "list of {number, title, body, user, labels, done, …}",
        ),
        ("xs | map(attribute='labels') | flatten", "list of {name}"),
        ("xs | selectattr('milestone', 'defined') | map(attribute='milestone')", "list of text"),
        ("xs | rejectattr('body', 'none') | map(attribute='body')", "list of text"),
        ("xs | sort(attribute='number') | batch(2)", "list of list of {number, title, body, user, labels, done, …}"),
        ("n + 1", "integer"),
        ("n / 2", "number"),
        ("n // 2 % 3", "integer"),
        ("n ** 2", "integer"),
        ("n ** n", "number"),
        ("n + f", "number"),
        ("s + 'a'", "text"),
        ("two + [1.5]", "list of number"),
        ("1 + 2", "3"),
        ("'a' ~ n", "text"),
        ("n > 3 and b", "boolean"),
        ("1 < 2", "true"),
        ("true or b", "true"),
        ("not true", "false"),
        ("n if b else 'a'", "integer or text"),
        ("{a: n, b: [s]}", "{a, b}"),
        ("{a: n}.a", "integer"),
        ("[1, 'a']", "list of 1 or 'a'"),
        ("two[0]", "integer"),
        ("s[0:2]", "text"),
        ("two | sum", "integer"),
        ("[n, f] | sum", "number"),
        ("f | round", "integer"),
        ("f | round(2)", "number"),
        ("two | min", "integer"),
        ("kind", "'bug' or 'feature'"),
        ("any.a.b", "anything"),
        ("x | combine({title: 1}) | tojson", "text"),
        ("(x | combine({title: n})).title", "integer"),
        ("(c | combine({extra: n})).extra", "integer"),
        ("o | keys", "list of text"),
        ("s | split(',')", "list of text"),
        ("range(0, 3)", "list of integer"),
        ("s | fromjson", "anything"),
        ("(xs | indexby('number'))[s].title", "text"),
    ],
)
def test_the_type_of_an_expression(expression: str, words: str, inferred: Infer) -> None:
    found = inferred(expression, NAMES)
    assert found.findings == ()
    assert describe(found.tree.type, depth=3) == words


def test_every_node_has_its_type(inferred: Infer) -> None:
    found = inferred("{title: x.title | lower, n: [n + 1, x.labels | length]} if b else null", NAMES)
    assert all(node.type != ANY for node in walk(found.tree))


@pytest.mark.parametrize(
    ("expression", "rule", "place", "message"),
    [
        ("s | lowr", "unknown-filter", "lowr", "there is no filter `lowr`"),
        ("s | string.lower", "unknown-filter", "string.lower", "there is no filter `string.lower`"),
        ("s is strng", "unknown-test", "strng", "there is no test `strng`"),
        ("s is eq", "unknown-test", "eq", "there is no test `eq`"),
        ("lower(s)", "unknown-function", "lower", "there is no function `lower`"),
        ("range(5)", "bad-argument", "range(5)", "`range` takes 2 arguments"),
        ("now(1)", "bad-argument", "now(1)", "`now` takes no argument"),
        ("s | lower(1)", "bad-argument", "1", "`lower` takes no argument"),
        ("s | truncate(5, '', 1)", "bad-argument", "1", "`truncate` takes 2 arguments"),
        ("s | truncate(5, killwords=true)", "bad-argument", "killwords", "`truncate` has no argument `killwords`"),
        ("s | replace('a')", "bad-argument", "replace", "`replace` needs `new`"),
        ("xs | map('title')", "bad-argument", "'title'", "`map` takes its arguments by name"),
        ("s | truncate('5')", "bad-argument", "'5'", "`length` of `truncate` is '5', not integer"),
        ("xs | batch(0)", "bad-argument", "0", "a batch holds at least one item"),
        ("s | date('%Y', 'Mars')", "bad-argument", "'Mars'", "there is no time zone `Mars`"),
        ("s | date('YYYY')", "bad-format", "'YYYY'", "the format `YYYY` holds no directive such as `%Y`"),
        ("s | date('%B')", "bad-format", "'%B'", "the format has no directive `%B`"),
        ("s | matches('(?<=a)b')", "bad-pattern", "'(?<=a)b'", "look-behind is not the same everywhere"),
        ("c.titel", "unknown-field", "titel", "`c` has no `titel`"),
        ("c.titel | default('')", "unknown-field", "titel", "`c` has no `titel`"),
        ("c.titel is defined", "unknown-field", "titel", "`c` has no `titel`"),
        ("{a: 1}.b", "unknown-field", "b", "this has no `b`"),
        ("x.milestone", "may-be-missing", "milestone", "`milestone` may be missing: it is not required"),
        ("x.user.login", "may-be-missing", "login", "`x.user` may be null"),
        ("x.extra", "undeclared-field", "extra", "`x` does not declare `extra`"),
        ("xs[0].title", "short-list", "0", "`xs` may be empty"),
        ("xs[n].title", "short-list", "n", "`xs` may have no such item"),
        ("xs[-3]", "short-list", "-3", "`xs` may have fewer than 3 items"),
        ("xs | first", "short-list", "first", "`xs` may be empty"),
        ("(xs | selectattr('done') | last).title", "short-list", "last", "this may be empty"),
        ("two[2]", "list-too-short", "2", "`two` has at most 2 items"),
        ("two[:n] | max", "short-list", "max", "this may be empty"),
        ("(two | select('gt', 1) | min) | default(0)", "short-list", "min", "this may be empty"),
        ("[] | max", "list-too-short", "max", "this has at most 0 items"),
        ("[] | first", "list-too-short", "first", "this has at most 0 items"),
        ("s.a", "type-mismatch", "a", "`s` is text and has no keys"),
        (
            "xs.title",
            "type-mismatch",
            "title",
            "`xs` is list of {number, title, body, user, labels, done, …} and has no keys",
        ),
        ("n[0]", "type-mismatch", "0", "`n` is integer and has no items"),
        ("x[b]", "type-mismatch", "b", "an index is an integer or a text, not boolean"),
        ("xs[s]", "type-mismatch", "s", "`xs` is list of {number, title, body, user, labels, done, …} and has no keys"),
        ("s + 1", "type-mismatch", "s + 1", "`+` takes two numbers, two texts or two lists, not text and 1"),
        ("s * 2", "type-mismatch", "s * 2", "`*` takes two numbers, not text and 2"),
        ("-s", "type-mismatch", "s", "`-` takes a number: text, not number"),
        ("s < 1", "type-mismatch", "s < 1", "`<` takes two numbers or two texts, not text and 1"),
        ("b < b", "type-mismatch", "b < b", "`<` takes two numbers or two texts, not boolean and boolean"),
        ("1 in s", "type-mismatch", "1 in s", "`in` looks for a text there, not 1"),
        ("1 in n", "type-mismatch", "1 in n", "`in` looks into a list, an object or a text, not integer"),
        ("n | lower", "type-mismatch", "lower", "`lower` works on text, not on integer"),
        ("xs | sum", "type-mismatch", "sum", None),
        ("x.labels | sort", "type-mismatch", "sort", "{name} has no order"),
        ("n is empty", "type-mismatch", "empty", "`empty` asks of text or list or object, not of integer"),
        ("{(n): 1}", "type-mismatch", "n", "a key is a text: integer, not text"),
        ("s[b:]", "type-mismatch", "b", "the end of a slice is an integer: boolean, not integer"),
        ("n == '1'", "never-equal", "n == '1'", "this is always false: integer is never '1'"),
        ("kind == 'bugs'", "never-equal", "'bugs'", "this is always false: 'bug' or 'feature' is never 'bugs'"),
        ("kind != 'bugs'", "never-equal", "'bugs'", "this is always true: 'bug' or 'feature' is never 'bugs'"),
        ("'a' in two", "never-equal", "'a' in two", "this is always false: 'a' is never integer"),
        ("n and b", "not-boolean", "n", "a condition is true or false, not integer"),
        ("not s", "not-boolean", "s", "a condition is true or false, not text"),
        ("1 if xs else 2", "not-boolean", "xs", None),
        (
            "9223372036854775807 + 1",
            "constant-overflow",
            "9223372036854775807 + 1",
            "the result does not fit into 64 bits",
        ),
        (
            "9223372036854775808",
            "constant-overflow",
            "9223372036854775808",
            "`9223372036854775808` does not fit into 64 bits",
        ),
        ("n / 0", "division-by-zero", "n / 0", "this divides by zero"),
        ("xs | map(attribute='titel') | join", "undeclared-field", "'titel'", "each item does not declare `titel`"),
        ("[c] | map(attribute='titel')", "unknown-field", "'titel'", "each item has no `titel`"),
        (
            "xs | map(attribute='milestone')",
            "may-be-missing",
            "'milestone'",
            "`milestone` may be missing: it is not required in an item",
        ),
        ("xs | map(attribute='user.login')", "may-be-missing", "'user.login'", "`user` may be null in an item"),
        ("xs | sort(attribute='labels')", "type-mismatch", "'labels'", "list of {name} has no order"),
        ("xs | selectattr('number', 'eq', 'a')", "never-equal", "'a'", "this is always false: integer is never 'a'"),
        (
            "xs | selectattr('number', 'lt', 'a')",
            "type-mismatch",
            "'a'",
            "`<` takes two numbers or two texts, not integer and 'a'",
        ),
        (
            "xs | selectattr('number')",
            "not-boolean",
            "'number'",
            "`selectattr` without a test asks for true or false, not integer",
        ),
        ("xs | selectattr('done', 'equalto', true)", "bad-argument", "'equalto'", None),
        ("xs | selectattr('done', 'eq')", "bad-argument", "'eq'", "the test `eq` takes a value"),
        ("xs | selectattr('done', 'defined', 1)", "bad-argument", "1", "the test `defined` takes no value"),
        ("two | select('eq', 'a')", "never-equal", "'a'", "this is always false: integer is never 'a'"),
        ("tasks.a.body", "unknown-name", "tasks.a.body", "there is no `tasks.a.body`"),
    ],
)
def test_one_mistake_is_one_finding_at_its_smallest_place(
    expression: str, rule: str, place: str, message: str | None, inferred: Infer
) -> None:
    names = {**NAMES, "xs": {"type": "array", "items": ISSUE}}
    findings = inferred(expression, names).findings
    assert [(each.rule, expression[slice(*each.span)]) for each in findings] == [(rule, place)]
    assert message is None or findings[0].message == message


@pytest.mark.parametrize(
    "expression",
    [
        "(c.titel + 1) | round",
        "(nothing.a ~ 1) | lower",
        "not (n and b)",
        "(s | lowr) + 1",
        "[s + 1] | sum",
        "x.milestone ~ 1 > x.milestone",
        "(xs | first).title ~ (xs | first).title",
        "{a: s * 2}.a.b",
        "-(s * 2)",
        "(c.titel)[0].x",
        "x[c.titel]",
        "(xs | selectattr('done', 'eq') | first).nothing",
    ],
)
def test_what_follows_from_a_mistake_is_none(expression: str, rules: Rules) -> None:
    assert len(rules(expression, NAMES)) == 1


@pytest.mark.parametrize(
    "expression",
    [
        "x.milestone | default('')",
        "x.milestone is defined",
        "x.user.login | default('')",
        "x.extra | default('')",
        "x.extra.deeper[0] is defined",
        "(xs | first).title | default('')",
        "xs[0].user.login | default('')",
        "xs[n:] | first | default({})",
        "two | first",
        "two[-2] + two[1]",
        "xs | map(attribute='number') | max if xs is not empty else 0",
        "xs | map(attribute='number') | max if xs | map(attribute='number') | length > 0 else 0",
        "s | split(',') | first",
        "xs | groupby('title') | map(attribute='items') | flatten",
        "any[0] | default(1)",
        "any + 1 > any and any",
        "o.whatever",
        "x.body == null or x.body != 'a'",
        "x.title != null",
        "any | map(attribute='a') | sort",
        "xs | selectattr('milestone', 'defined') | selectattr('milestone', 'eq', 'a')",
        "xs | rejectattr('milestone', 'defined')",
        "xs | selectattr('milestone', 'none')",
        "n in [1, null]",
        "s in o and s in s and s not in kind",
        "kind in ['bug', 'feature']",
        "[] | sum + ([] | join | length)",
        "range(0, n)",
        "now() | date('%Y')",
    ],
)
def test_what_may_be_right_has_no_error(expression: str, rules: Rules) -> None:
    assert rules(expression, NAMES) == []


def test_an_unknown_name_tells_what_there_is(inferred: Infer) -> None:
    (finding,) = inferred("s | lowr", NAMES).findings
    assert finding.name == "lowr"
    assert "lower" in finding.known
    (finding,) = inferred("c.titel", NAMES).findings
    assert (finding.name, "title" in finding.known) == ("titel", True)
    (finding,) = inferred("s | truncate(5, ende='')", NAMES).findings
    assert (finding.name, finding.known) == ("ende", ("length", "end"))


def test_a_condition_is_true_or_false(rules: Rules) -> None:
    assert rules("xs | length", NAMES, is_condition=True) == ["not-boolean"]
    assert rules("xs | length > 0", NAMES, is_condition=True) == []
    assert rules("any.flag", NAMES, is_condition=True) == []
    assert rules("nothing", NAMES, is_condition=True) == ["unknown-name"]


def test_a_finding_in_a_value_says_in_which_text(names: Any) -> None:
    from overture.expressions.inference import infer
    from overture.expressions.schemas import type_of_schema

    tree, _ = parse_value({"a": ["ok {{ s }}", "{{ s + 1 }}"], "b/c": "x {{ n | lower }}"})
    env = names({}, {"s": type_of_schema(STRING), "n": type_of_schema(INTEGER)})
    found = infer(tree, env)
    assert [(each.where, each.rule, each.span) for each in found.findings] == [
        ("/a/1", "type-mismatch", (3, 8)),
        ("/b~1c", "type-mismatch", (9, 14)),
    ]


def test_a_name_that_may_be_missing_is_covered_like_any_path(rules: Rules, inferred: Infer) -> None:
    missing = {"tasks.a.body": "`a` may be skipped"}
    names = {"tasks.a.body": ISSUE, "tasks.a.state": STRING}
    assert rules("tasks.a.body.title", names, missing=missing) == ["may-be-missing"]
    (finding,) = inferred("tasks.a.body.title ~ tasks.a.body.number", names, missing=missing).findings
    assert finding.message == "`tasks.a.body` may be missing: `a` may be skipped"
    for covered in (
        "tasks.a.body.title | default('')",
        "tasks.a.body is defined and tasks.a.body.title == 'a'",
        "tasks.a.body.title if tasks.a.state == 'succeeded' else ''",
    ):
        assert rules(covered, names, missing=missing) == []


def test_a_read_is_there_when_what_makes_it_so_is_known(rules: Rules) -> None:
    missing = {"tasks.a.body": "its try may have failed"}
    names = {"tasks.a.body": ISSUE, "tasks.t.failed": BOOLEAN}
    present = {"tasks.a.body": ((Ref("tasks", "t", "failed"), False),)}
    assert rules("tasks.a.body.title if not tasks.t.failed else ''", names, missing=missing, present_when=present) == []
    assert rules("tasks.a.body.title if tasks.t.failed else ''", names, missing=missing, present_when=present) == [
        "may-be-missing"
    ]


@pytest.mark.parametrize("middle", ["x and x", "x is defined and b", "'a' ~ x"])
def test_the_deepest_tree_is_inferred(middle: str, names: Any) -> None:
    from overture.expressions.inference import infer

    infer(parse_expression(" and ".join(["b"] * 200)), names())
    infer(parse_expression("[" * 195 + middle + "]" * 195), names())
