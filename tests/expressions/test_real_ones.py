"""Expressions as people write them: each is read, has no finding, and is worth what they meant."""

from __future__ import annotations

from typing import Any

import pytest

from overture.expressions.evaluation import evaluate
from overture.expressions.inference import infer, infer_condition
from overture.expressions.parsing import parse_expression, parse_template
from overture.expressions.schemas import type_of_schema
from overture.expressions.types import BOOLEAN

STRING, INTEGER, NUMBER, BOOL = ({"type": name} for name in ("string", "integer", "number", "boolean"))


def thing(**properties: Any) -> dict[str, Any]:
    """An object; a name that ends in `_` may be missing."""
    required = [name for name in properties if not name.endswith("_")]
    return {
        "type": "object",
        "required": required,
        "properties": {name.rstrip("_"): each for name, each in properties.items()},
    }


def many(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


NULLABLE = {"type": ["string", "null"]}
ISSUE = thing(
    number=INTEGER,
    title=STRING,
    body_=NULLABLE,
    state=STRING,
    labels=many(thing(name=STRING)),
    pull_request_={"type": "object"},
)
HOOK = thing(
    action=STRING, issue_=thing(title=STRING, body=NULLABLE), pull_request_=thing(number=INTEGER, body=NULLABLE)
)
SALE = thing(sku=STRING, amount=NUMBER, day=STRING)
RELEASE = thing(id=INTEGER, tag=STRING, draft=BOOL, created_at=STRING)

NAMES: dict[str, Any] = {
    "trigger.body": HOOK,
    "run.started_at": STRING,
    "run.scheduled_for": NULLABLE,
    "run.state": {"enum": ["succeeded", "failed", "cancelled"]},
    "run.error": {**thing(task=NULLABLE, message=STRING), "type": ["object", "null"]},
    "inputs.days": INTEGER,
    "inputs.names": many(STRING, minItems=1),
    "inputs.prefix": STRING,
    "state.seen": many(STRING),
    "tasks.issues.body": many(ISSUE),
    "tasks.releases.body": many(RELEASE),
    "tasks.sales.value": many(thing(lines=many(SALE), shop=STRING)),
    "tasks.flag.value": BOOL,
    "tasks.log.body": STRING,
    "tasks.csv.value": STRING,
    "loop.index": INTEGER,
    "sale": SALE,
    "old": ISSUE,
}

ISSUES = [
    {"number": 1, "title": "a", "body": None, "state": "open", "labels": [{"name": "stale"}]},
    {"number": 2, "title": "b", "state": "closed", "labels": [], "pull_request": {}},
    {"number": 3, "title": "c", "body": "text", "state": "open", "labels": []},
]
DATA: dict[str, Any] = {
    "trigger.body": {"action": "opened", "pull_request": {"number": 7, "body": None}},
    "run.started_at": "2026-03-28T23:30:00Z",
    "run.scheduled_for": None,
    "run.state": "succeeded",
    "run.error": None,
    "inputs.days": 7,
    "inputs.names": ["ann", "bob"],
    "inputs.prefix": "[x]",
    "state.seen": ["k0", "k1"],
    "tasks.issues.body": ISSUES,
    "tasks.releases.body": [
        {"id": 1, "tag": "v1", "draft": False, "created_at": "2026-01-01T00:00:00Z"},
        {"id": 3, "tag": "v3", "draft": True, "created_at": "2026-03-01T00:00:00Z"},
        {"id": 2, "tag": "v2", "draft": False, "created_at": "2026-02-01T00:00:00Z"},
    ],
    "tasks.sales.value": [
        {"shop": "A&B", "lines": [{"sku": "x", "amount": 1.25, "day": "d"}, {"sku": "y", "amount": 2, "day": "d"}]},
        {"shop": "C", "lines": []},
    ],
    "tasks.flag.value": False,
    "tasks.log.body": "one\ntwo\nthree\n",
    "tasks.csv.value": "id,price\n1, 2.50\n",
    "loop.index": 0,
    "sale": {"sku": "x", "amount": 1.25, "day": "2026-03-28"},
    "old": ISSUES[0],
}

VALUES = [
    ("trigger.body.issue.title | default(trigger.body.pull_request.number | default(0))", 7),
    ("trigger.body.issue.body | default(trigger.body.pull_request.body | default(''))", ""),
    ("tasks.issues.body | rejectattr('pull_request', 'defined') | map(attribute='number')", [1, 3]),
    ("(tasks.issues.body | selectattr('title', 'eq', 'z') | first).number | default(0)", 0),
    ("(tasks.issues.body | selectattr('title', 'eq', 'c') | first).number | default(0)", 3),
    (
        "(tasks.releases.body | selectattr('draft', 'eq', false) | rejectattr('id', 'eq', 2)"
        "\n | sort(attribute='created_at', reverse=true) | first).tag | default('')",
        "v1",
    ),
    ("(tasks.log.body | lines)[-2:] | join('\\n')", "two\nthree"),
    ("tasks.sales.value | map(attribute='lines') | flatten | tocsv", "sku,amount,day\r\nx,1.25,d\r\ny,2,d\r\n"),
    ("tasks.sales.value | map(attribute='lines') | flatten | map(attribute='amount') | sum | fixed(2)", "3.25"),
    ("tasks.csv.value | fromcsv", [{"id": "1", "price": " 2.50"}]),
    ("(state.seen + ['k2'])[-2:]", ["k1", "k2"]),
    ("inputs.names[loop.index % (inputs.names | length)] | default('')", "ann"),
    ("inputs.names | reject('eq', 'ann') | first | default('')", "bob"),
    ("run.started_at | date_add(-7 * inputs.days, 'days')", "2026-02-07T23:30:00Z"),
    (
        "run.scheduled_for | default(run.started_at) | date_add(-1, 'days', 'Europe/Berlin')"
        " | date('%Y-%m-%d', 'Europe/Berlin')",
        "2026-03-28",
    ),
    (
        "sale | combine({cents: sale.amount * 100, note: 'n' ~ loop.index})",
        {"sku": "x", "amount": 1.25, "day": "2026-03-28", "cents": 125, "note": "n0"},
    ),
    ("'<td>' ~ ('A&B' | escape) ~ '</td>'", "<td>A&amp;B</td>"),
    ("tasks.issues.body | tojson | truncate(12)", '[{"number...'),
    ("'success' if run.state == 'succeeded' else 'failure'", "success"),
    ("run.error.message | default('')", ""),
    ("tasks.issues.body | groupby('state') | map(attribute='key')", ["closed", "open"]),
    (
        "{number: old.number, text: old.body | default('') | truncate(500), sha: sale.day[:7]}",
        {"number": 1, "text": "", "sha": "2026-03"},
    ),
    ("'- [ ] **' ~ old.title ~ '** ([#' ~ old.number ~ '](u))'", "- [ ] **a** ([#1](u))"),
]

CONDITIONS = [
    (
        "trigger.body.action in ['opened', 'created']"
        " and (trigger.body.issue is defined or trigger.body.pull_request is defined)",
        True,
    ),
    ("tasks.issues.body | selectattr('state', 'eq', 'open') | length > 1", True),
    ("not ('stale' in (old.labels | map(attribute='name'))) and old.state < 'z'", False),
    (
        "tasks.issues.body | rejectattr('pull_request', 'defined') | selectattr('title', 'eq', inputs.prefix) is empty",
        True,
    ),
    ("not tasks.flag.value", True),
    ("old.number in (tasks.issues.body | map(attribute='number'))", True),
    (
        "trigger.body.issue is defined and trigger.body.issue.body != null and trigger.body.issue.body | length > 3",
        False,
    ),
    ("run.started_at | date_diff('2026-03-21T00:00:00Z', 'days') >= inputs.days", True),
]


@pytest.fixture(scope="module")
def scope(names: Any) -> Any:
    return names(DATA, {name: type_of_schema(schema) for name, schema in NAMES.items()})


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_a_value_is_what_was_meant(expression: str, value: Any, scope: Any) -> None:
    tree = parse_expression(expression)
    assert infer(tree, scope).findings == ()
    assert evaluate(tree, scope) == value


@pytest.mark.parametrize(("expression", "value"), CONDITIONS)
def test_a_condition_is_what_was_meant(expression: str, value: bool, scope: Any) -> None:
    found = infer_condition(parse_expression(expression), scope)
    assert (found.findings, found.tree.type.kinds) == ((), BOOLEAN.kinds)
    assert evaluate(found.tree, scope) is value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("repo:{{ inputs.prefix }} is:issue", "repo:[x] is:issue"),
        (
            'mutation($id: ID!) { close(input: {id: $id}) { id } } {{ "{{" }}',
            "mutation($id: ID!) { close(input: {id: $id}) { id } } {{",
        ),
        (
            "Subject: {{ trigger.body.pull_request.number | default('none') }}\n\n{{ state.seen }}\n",
            'Subject: 7\n\n["k0","k1"]\n',
        ),
        ("{{ tasks.issues.body | length }} of {{ 2.0 }}{{ null }}", "3 of 2"),
    ],
)
def test_a_template_is_what_was_meant(template: str, text: str, scope: Any) -> None:
    tree = parse_template(template, keeps_type=False)
    assert infer(tree, scope).findings == ()
    assert evaluate(tree, scope) == text
