"""What starts a workflow, and what it gives (language.md 1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from checking import codes, told, verdict

from overture.checks.schedules import clock_change

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


START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "found"),
    [
        ("30 2 * * *", "Europe/Berlin", (datetime(2026, 10, 25, 2, 30), False)),
        ("30 2 28 3 *", "Europe/Berlin", (datetime(2027, 3, 28, 2, 30), True)),
        ("0 1 * * SUN", "America/New_York", (datetime(2026, 11, 1, 1, 0), False)),
        ("15 2 * 3 *", "America/New_York", (datetime(2027, 3, 14, 2, 15), True)),
        ("0 0 * * *", "Africa/Cairo", (datetime(2027, 4, 30, 0, 0), True)),
        ("45 1 * * *", "Australia/Lord_Howe", (datetime(2027, 4, 4, 1, 45), False)),
        ("30 2 * * 1-5", "Europe/Berlin", None),
        ("30 3 * * *", "Europe/Berlin", None),
        ("0 2 * * *", "UTC", None),
        ("0 2 * * *", "Asia/Tokyo", None),
        ("30 * * * *", "Europe/Berlin", None),
        ("0 */2 * * *", "Europe/Berlin", None),
    ],
)
def test_a_time_that_a_clock_change_skips_or_repeats_is_known(
    cron: str, zone: str, found: tuple[datetime, bool] | None
) -> None:
    change = clock_change(cron, zone, START)
    assert (None if change is None else (change.moment, change.is_skipped)) == found


def test_a_clock_change_is_worth_a_word_and_no_more() -> None:
    flow = "triggers: [{type: schedule, cron: '30 2 * * *', timezone: %s}]\n" + TASKS
    assert told(flow % "Europe/Berlin") == [("OV505", "info", "'30 2 * * *'")]
    assert told(flow % "Asia/Tokyo") == []


@pytest.mark.parametrize(
    ("zone", "help"),
    [
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("New York", "did you mean `America/New_York`?"),
        ("utc", "did you mean `UTC`?"),
        ("PST", "name a place, such as `Europe/Berlin`, or `UTC`"),
        ("GMT+1", "name a place, such as `Europe/Berlin`, or `UTC`"),
        ("UTC+02:00", "name a place, such as `Europe/Berlin`, or `UTC`"),
    ],
)
def test_a_place_has_a_zone_and_an_offset_has_none(zone: str, help: str) -> None:
    found = verdict(f'triggers: [{{type: schedule, cron: "0 9 * * *", timezone: "{zone}"}}]\n{TASKS}').diagnostics
    assert [(each.code, each.help) for each in found] == [("OV502", help)]


@pytest.mark.parametrize("cron", ["*/61 * * * *", "0 */25 * * *", "0-30/90 * * * *"])
def test_a_step_is_no_longer_than_its_field(cron: str) -> None:
    flow = f"triggers: [{{type: schedule, cron: '{cron}', timezone: UTC}}]\n{TASKS}"
    assert told(flow) == [("OV501", "error", f"'{cron}'")]


OTHER = """\
    overture: 1
    name: other
    tasks: [{id: a, kind: set, values: {n: 1, "maybe": a}}]
    outputs: {n: tasks.a.n}
"""


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("trigger.outputs.n > 3", []),
        ("trigger.outputs.n > 'a'", [("OV306", "error", "trigger.outputs.n > 'a'")]),
        ("trigger.outputs.m > 3", [("OV204", "error", "m")]),
    ],
)
def test_the_outputs_of_a_workflow_beside_this_one_are_known(when: str, found: list[tuple[str, str, str]]) -> None:
    flow = f'triggers: [{{type: after, workflow: other, when: "{when}"}}]\n{TASKS}'
    assert told(flow, OTHER) == found
    assert told(flow) == [], "of one that stands elsewhere nothing is known"


def test_a_run_that_failed_may_have_no_outputs() -> None:
    flow = "triggers: [{type: after, workflow: other, states: [succeeded, failed], when: %s}]\n" + TASKS
    assert told(flow % "trigger.outputs.n > 3", OTHER) == [("OV208", "error", "n")]
    assert told(flow % "trigger.outputs.n | default(0) > 3", OTHER) == []


def test_workflows_that_start_one_another_are_no_endless_search() -> None:
    back = OTHER.replace("name: other\n", "name: other\n    triggers: [{type: after, workflow: example}]\n")
    assert told("triggers: [{type: after, workflow: other, when: trigger.outputs.n > 3}]\n" + TASKS, back) == []


def test_a_webhook_has_a_key_or_a_signature() -> None:
    flow = "secrets: [S]\ntriggers: [{type: webhook%s}]\n" + TASKS
    assert told(flow % ", key: S") == []
    assert told(flow % ", signature: {header: X-Signature, secret: S}") == []
    assert [each[:2] for each in told("triggers: [{type: webhook}]\n" + TASKS)] == [("OV102", "error")]


BODY = "returns: {type: object, properties: {city: {type: %s}, size: {type: integer}}, required: [city]}"
HOOK = """
    secrets: [S]
    inputs: {city: {type: string}, size: {type: integer, default: 1}}
    triggers: [{type: webhook, key: S, %s, inputs: {%s}}]
    tasks: [{id: a, kind: log, message: "{{ inputs.city }}{{ inputs.size }}"}]
"""


@pytest.mark.parametrize(
    ("type", "inputs", "found"),
    [
        ("string", "city: '{{ trigger.body.city }}'", []),
        ("string", "city: '{{ trigger.body.city }}', size: '{{ trigger.body.size | default(3) }}'", []),
        ("integer", "city: '{{ trigger.body.city }}'", [("OV306", "error", "'{{ trigger.body.city }}'")]),
        ('[string, "null"]', "city: '{{ trigger.body.city }}'", [("OV208", "error", "'{{ trigger.body.city }}'")]),
        ("string", "city: '{{ trigger.body.city }}', size: '{{ trigger.body.size }}'", [("OV208", "error", "size")]),
        ("string", "town: '{{ trigger.body.city }}', city: a", [("OV203", "error", "town")]),
        ("string", "size: 3", [("OV503", "error", "webhook")]),
        ("string", "size: a, city: b", [("OV306", "error", "a")]),
    ],
)
def test_a_webhook_hands_on_what_its_body_says(type: str, inputs: str, found: list[tuple[str, str, str]]) -> None:
    assert told(HOOK % (BODY % type, inputs)) == found
