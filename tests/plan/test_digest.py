"""The digest of a plan: what is approved is what a workflow means, not how it is described."""

from __future__ import annotations

import pytest
from plan_making import planned

FLOW = """
    description: Tells who is there.
    labels: {team: red}
    inputs:
      who: {type: string, description: the name of a person, default: Ada}
      size: {type: object, properties: {wide: {type: integer, description: in meters}}, default: {}}
    secrets: [HOOK]
    triggers:
      - {type: schedule, cron: "0 9 * * *", timezone: Europe/Berlin}
    tasks:
      - {id: judge, kind: ai, prompt: "Is {{ inputs.who }} here? {{ inputs.size | tojson }}", returns: {type: object, properties: {here: {type: boolean, description: whether}}, required: [here]}}
      - {id: tell, kind: http, method: POST, url: "{{ secrets.HOOK }}", body: {here: "{{ tasks.judge.value.here }}"}, description: says it, source: tell us}
    outputs: {here: tasks.judge.value.here}
"""  # noqa: E501


def _digest(flow: str) -> str:
    return planned(flow).digest


def test_a_digest_is_the_same_each_time() -> None:
    assert _digest(FLOW) == _digest(FLOW)
    assert len(_digest(FLOW)) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Tells who is there.", "Says it."),
        ("labels: {team: red}", "labels: {team: blue}"),
        ("description: the name of a person, ", ""),
        (", description: in meters", ""),
        ("description: says it, ", ""),
        (", source: tell us", ""),
        ("    outputs:", "\n    # a comment\n    outputs:"),
        ('"0 9 * * *", timezone: Europe/Berlin', "'0 9 * * *', timezone: 'Europe/Berlin'"),
    ],
)
def test_what_is_said_of_a_workflow_does_not_change_its_digest(old: str, new: str) -> None:
    assert old in FLOW
    assert _digest(FLOW.replace(old, new)) == _digest(FLOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default: Ada", "default: Bob"),
        ("wide: {type: integer", "wide: {type: number"),
        ('cron: "0 9 * * *"', 'cron: "0 8 * * *"'),
        ("Europe/Berlin", "UTC"),
        ("Is {{ inputs.who }}", "Was {{ inputs.who }}"),
        (", description: whether", ""),
        ("method: POST", "method: PUT"),
        ("body: {here:", "body: {there:"),
        ("outputs: {here:", "outputs: {present:"),
        ("kind: http,", "kind: http, idempotent: true,"),
        ("kind: http,", "kind: http, timeout: 5s,"),
        ("kind: http,", "kind: http, on_error: continue,"),
        ("kind: http,", "kind: http, when: tasks.judge.value.here,"),
        ("kind: http,", "kind: http, hosts: [a.example],"),
        ("kind: ai,", "kind: ai, models: [m],"),
        ("kind: ai,", "kind: ai, temperature: 0,"),
        ("    outputs:", "    timeout: 1h\n    outputs:"),
        ("    outputs:", "    concurrency: {limit: 1}\n    outputs:"),
        ("    outputs:", "    finally: [{id: end, kind: log, message: end}]\n    outputs:"),
    ],
)
def test_what_a_workflow_does_changes_its_digest(old: str, new: str) -> None:
    assert old in FLOW
    assert _digest(FLOW.replace(old, new, 1)) != _digest(FLOW)


def test_an_edge_that_is_there_anyway_does_not_change_a_digest() -> None:
    assert _digest(FLOW.replace("kind: http,", "kind: http, needs: [judge],", 1)) == _digest(FLOW)


def test_what_a_called_workflow_does_changes_the_digest() -> None:
    caller = "tasks: [{id: ask, kind: call, workflow: other}]\n"
    other = "overture: 1\nname: other\ndescription: Says hello.\ntasks: [{id: hello, kind: log, message: hello}]\n"
    first = planned(caller, other).digest
    assert planned(caller, other.replace("Says hello.", "Greets.")).digest == first
    assert planned(caller, other.replace("message: hello", "message: bye")).digest != first
