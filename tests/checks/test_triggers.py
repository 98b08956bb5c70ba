"""What starts a workflow, and what it gives (language.md 1)."""

from __future__ import annotations

import pytest
from checking import codes

TASKS = "tasks: [{id: a, kind: log, message: a}]\n"


@pytest.mark.parametrize(
    "cron",
    [
        "0 9 * * 1-5",
        "*/15 9-17 * * mon,FRI",
        "0 0 1 JAN-MAR *",
        "0 9 29 2 *",
        "0 9 31 2 1",
        "5,35 * * * 0,7",
        "0 9 * * SUN",
    ],
)
def test_posix_cron_of_five_fields_is_taken(cron: str) -> None:
    assert codes(f'triggers: [{{type: schedule, cron: "{cron}", timezone: UTC}}]\n{TASKS}') == []


@pytest.mark.parametrize(
    "cron",
    [
        "0 0 9 * * 1-5", "@daily", "0 9 L * *", "0 9 * * 5L", "0 9 * * 5#2", "0 9 LW * *", "0 9 31 2 *", "60 9 * * *",
        "0 24 * * *", "*/0 9 * * *", "0 9 * * FUNDAY", "0 9 MON * *", "0 9 ? * *", "",
    ],
)  # fmt: skip
def test_a_cron_of_another_kind_or_one_that_never_fires_is_refused(cron: str) -> None:
    assert codes(f'triggers: [{{type: schedule, cron: "{cron}", timezone: UTC}}]\n{TASKS}') == ["OV501"]


@pytest.mark.parametrize("zone", ["CEST", "../UTC", "Europe/Berln", "utc+1"])
def test_a_time_zone_is_one_of_the_list(zone: str) -> None:
    assert codes(f'triggers: [{{type: schedule, cron: "0 9 * * *", timezone: "{zone}"}}]\n{TASKS}') == ["OV502"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("inputs: {city: Berlin}", []),
        ("inputs: {city: Berlin, size: 1}", []),
        ("catch_up: last", ["OV503"]),
        ("inputs: {city: 1}", ["OV306"]),
        ("inputs: {city: Paris}", ["OV306"]),
        ("inputs: {town: Berlin}", ["OV503", "OV203"]),
        ("inputs: {citty: Berlin}", ["OV203"]),
        ("inputs: {city: '{{ inputs.size }}'}", ["OV314"]),
        ("inputs: {city: '{{ x }}'}", ["OV306"]),
    ],
)
def test_a_schedule_gives_the_inputs_that_have_no_default_as_they_stand(given: str, found: list[str]) -> None:
    flow = f"""
        inputs: {{city: {{enum: [Berlin, Rome]}}, size: {{type: integer, default: 1}}}}
        triggers: [{{type: schedule, cron: "0 9 * * *", timezone: UTC, {given}}}]
        tasks: [{{id: a, kind: log, message: "{{{{ inputs.city }}}} {{{{ inputs.size }}}}"}}]
    """
    assert sorted(set(codes(flow))) == sorted(set(found))


def test_an_input_without_a_default_is_given_by_hand() -> None:
    assert codes('inputs: {a: {type: string}}\ntasks: [{id: x, kind: log, message: "{{ inputs.a }}"}]\n') == []


def test_a_trigger_reads_its_own_data_and_nothing_of_the_run() -> None:
    flow = """
        secrets: [KEY]
        inputs: {a: {type: string, default: a}}
        triggers:
          - {type: webhook, key: KEY, inputs: {a: "{{ trigger.query.a | default('') }}"}, when: inputs.a != ''}
          - {type: after, workflow: other, when: trigger.outputs.x == 1}
        tasks: [{id: x, kind: log, message: "{{ inputs.a }}"}]
    """
    assert codes(flow) == []
    assert codes(flow.replace("inputs.a != ''", "tasks.x.state == 'failed'")) == ["OV207"]
    assert codes(flow.replace("inputs.a != ''", "trigger.outputs == 1")) == ["OV204"]


def test_data_that_not_every_trigger_gives_may_be_missing() -> None:
    flow = """
        secrets: [KEY]
        triggers: [{type: webhook, key: KEY}]
        tasks: [{id: x, kind: log, message: "{{ trigger.body }}"}]
    """
    assert codes(flow) == []
    schedule = ', {type: schedule, cron: "0 9 * * *", timezone: UTC}]'
    assert codes(flow.replace("key: KEY}]", "key: KEY}" + schedule)) == ["OV208"]


def test_a_workflow_does_not_start_itself_without_end() -> None:
    assert codes("triggers: [{type: after, workflow: example}]\n" + TASKS) == ["OV504"]
    assert codes("triggers: [{type: after, workflow: example, when: trigger.outputs.more == true}]\n" + TASKS) == []
    assert codes("triggers: [{type: after, workflow: other}]\n" + TASKS) == []
