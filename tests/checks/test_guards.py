"""What a condition says of the places that it guards (language.md 3)."""

from __future__ import annotations

import pytest
from checking import codes

MAYBE = """
    inputs:
      loud: {type: boolean, default: true}
      name: {type: [object, "null"], properties: {first: {type: string}}, required: [first], default: null}
      names: {type: array, items: {type: string}, default: []}
"""
SKIPPED = '{id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}, when: inputs.loud}'
READ_INPUTS = "  - {id: all, kind: log, message: '{{ inputs.loud }}{{ inputs.name }}{{ inputs.names }}'}"


def _flow(*tasks: str, more: str = "") -> str:
    return MAYBE + "    tasks:\n" + "\n".join(f"    {each}" for each in (READ_INPUTS, *tasks)) + "\n" + more


@pytest.mark.parametrize(
    "guard",
    [
        "inputs.name != null",
        "inputs.name is not none",
        "not (inputs.name is none)",
        "inputs.name.first is defined",
        "inputs.loud and inputs.name != null",
    ],
)
def test_a_condition_guards_its_task(guard: str) -> None:
    assert codes(_flow(f"  - {{id: tell, kind: log, when: {guard}, message: '{{{{ inputs.name.first }}}}'}}")) == []


@pytest.mark.parametrize("guard", ["inputs.loud", "inputs.name == null", "inputs.loud or inputs.name != null"])
def test_a_condition_on_something_else_guards_nothing(guard: str) -> None:
    assert codes(_flow(f"  - {{id: tell, kind: log, when: {guard}, message: '{{{{ inputs.name.first }}}}'}}")) == [
        "OV208"
    ]


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("{id: sure, kind: assert, that: [inputs.name != null]}", []),
        ("{id: sure, kind: assert, that: [inputs.name != null], when: inputs.loud}", ["OV208"]),
        ("{id: sure, kind: assert, that: [inputs.name != null], on_error: continue}", ["OV208"]),
        ("{id: sure, kind: stop, when: inputs.name == null}", []),
        ("{id: sure, kind: fail, message: no, when: inputs.name == null}", []),
        ("{id: sure, kind: log, message: no, when: inputs.name == null}", ["OV208"]),
    ],
)
def test_what_ends_the_run_guards_what_comes_after(first: str, found: list[str]) -> None:
    last = "{id: tell, kind: log, message: '{{ inputs.name.first }} {{ tasks.sure.state }}'}"
    assert codes(_flow(f"  - {first}", f"  - {last}")) == found


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (("inputs.name != null", "inputs.name.first != 'a'"), []),
        (("inputs.name.first != 'a'", "inputs.name != null"), ["OV208"]),
        (("inputs.names is not empty", "inputs.names | max < 'b'"), []),
        (("inputs.loud", "inputs.names | max < 'b'"), ["OV210"]),
    ],
)
def test_a_condition_of_an_assert_guards_those_after_it(conditions: tuple[str, ...], found: list[str]) -> None:
    that = ", ".join(f'"{each}"' for each in conditions)
    assert codes(_flow(f"  - {{id: sure, kind: assert, that: [{that}]}}")) == found


def test_what_ends_the_run_guards_nothing_beside_it() -> None:
    sure = "{id: sure, kind: fail, message: no, when: inputs.name == null}"
    tell = "{id: tell, kind: log, message: '{{ inputs.name.first }}', needs: []}"
    assert codes(_flow(f"  - {sure}", f"  - {tell}")) == ["OV208"]


def test_cases_guard_themselves_and_those_after_them() -> None:
    branch = """  - id: choose
        kind: branch
        cases:
          - {when: inputs.name == null, tasks: [{id: nobody, kind: log, message: nobody}]}
          - {when: inputs.name.first == 'Ada', tasks: [{id: ada, kind: log, message: "{{ inputs.name.first }}"}]}
        else: [{id: other, kind: log, message: "{{ inputs.name.first }}"}]"""
    assert codes(_flow(branch)) == []
    assert codes(_flow(branch.replace("inputs.name == null", "inputs.loud"))) == ["OV208"]


@pytest.mark.parametrize(
    ("when", "message", "found"),
    [
        ("inputs.loud", "{{ tasks.fetch.body }}", []),
        ("tasks.fetch.state == 'succeeded'", "{{ tasks.fetch.body }}", []),
        ("tasks.fetch.body is defined", "{{ tasks.fetch.body }}", []),
        ("inputs.names is not empty", "{{ tasks.fetch.body if inputs.loud else '' }}", []),
        ("inputs.names is not empty", "{{ tasks.fetch.body | default('') }}", []),
        ("inputs.loud and tasks.fetch.body == 'a'", "a", []),
        ("inputs.names is not empty", "{{ tasks.fetch.body }}", ["OV208"]),
        ("inputs.names is not empty", "{{ '' if inputs.loud else tasks.fetch.body }}", ["OV208"]),
        ("inputs.names is not empty", "{{ 1 | default(tasks.fetch.body) }}", ["OV208"]),
    ],
)
def test_a_skipped_task_is_read_behind_its_condition(when: str, message: str, found: list[str]) -> None:
    tell = f"""{{id: tell, kind: log, when: "{when}", message: "{message}"}}"""
    assert codes(_flow(f"  - {SKIPPED}", f"  - {tell}")) == found


def test_one_guard_of_two_reasons_is_not_enough() -> None:
    skipped = SKIPPED.replace("when:", "on_error: continue, when:")
    tell = "{id: tell, kind: log, when: inputs.loud, message: '{{ tasks.fetch.body }}'}"
    assert codes(_flow(f"  - {skipped}", f"  - {tell}")) == ["OV208"]
    assert codes(_flow(f"  - {skipped}", f"  - {tell.replace('inputs.loud', 'tasks.fetch.body is defined')}")) == []


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("tasks.fetch.state == 'succeeded'", []),
        ("tasks.fetch.state != 'failed'", []),
        ("tasks.fetch.error is none", []),
        ("not (tasks.fetch.error != null)", []),
        ("tasks.fetch.state == 'failed'", ["OV208"]),
        ("tasks.fetch.error is not none", ["OV208"]),
    ],
)
def test_a_task_that_may_fail_is_read_where_it_has_not(guard: str, found: list[str]) -> None:
    fetch = '{id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}, on_error: continue}'
    tell = f"""{{id: tell, kind: log, when: "{guard}", message: "{{{{ tasks.fetch.body }}}}"}}"""
    assert codes(_flow(f"  - {fetch}", f"  - {tell}")) == found


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ("tasks.fetch.x if not tasks.risk.failed else tasks.mend.x", []),
        ("tasks.mend.x if tasks.risk.failed else tasks.fetch.x", []),
        ("tasks.fetch.x", ["OV208"]),
        ("tasks.mend.x if not tasks.risk.failed else 0", ["OV208"]),
    ],
)
def test_failed_tells_which_part_of_a_try_ran(reads: str, found: list[str]) -> None:
    tried = """  - id: risk
        kind: try
        tasks: [{id: fetch, kind: set, values: {x: 1}}]
        catch: [{id: mend, kind: set, values: {x: 2}}]"""
    assert codes(_flow(tried, f"""  - {{id: tell, kind: log, message: "{{{{ {reads} }}}}"}}""")) == found


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ("tasks.one.x if tasks.choose.taken == '0' else tasks.two.x", []),
        ("tasks.one.x if inputs.loud else tasks.two.x", []),
        ("tasks.two.x if tasks.choose.taken != '0' else tasks.one.x", []),
        ("tasks.one.x", ["OV208"]),
        ("tasks.two.x if tasks.choose.taken == '0' else 0", ["OV208"]),
    ],
)
def test_taken_tells_which_case_ran(reads: str, found: list[str]) -> None:
    branch = """  - id: choose
        kind: branch
        cases: [{when: inputs.loud, tasks: [{id: one, kind: set, values: {x: 1}}]}]
        else: [{id: two, kind: set, values: {x: 2}}]"""
    assert codes(_flow(branch, f"""  - {{id: tell, kind: log, message: "{{{{ {reads} }}}}"}}""")) == found


def test_a_trigger_that_is_known_gives_its_data() -> None:
    flow = """
        secrets: [KEY]
        triggers:
          - type: webhook
            key: KEY
            when: trigger.body.x == 1
            returns: {type: object, properties: {x: {type: integer}}, required: [x]}
          - {type: schedule, cron: "0 9 * * *", timezone: UTC}
        tasks:
          - {id: tell, kind: log, message: "{{ trigger.body.x }}", when: run.trigger == 'webhook'}
    """
    assert codes(flow) == []
    assert codes(flow.replace("'webhook'", "'schedule'")) == ["OV208"]


def test_what_was_read_of_a_state_that_is_written_may_have_changed() -> None:
    flow = """
        state: {name: {type: [object, "null"], properties: {x: {type: integer}}, required: [x], default: null}}
        tasks:
          - {id: known, kind: assert, that: [state.name != null]}
          - {id: forget, kind: remember, values: {name: null}}
          - {id: tell, kind: log, message: "{{ state.name.x }}"}
    """
    assert codes(flow) == ["OV208"]
    assert codes(flow.replace("kind: remember, values: {name: null}", "kind: log, message: hello")) == []


def test_a_condition_on_an_item_does_not_reach_the_item_of_an_inner_loop() -> None:
    flow = """
        inputs:
          rows:
            type: array
            items: {type: [object, "null"], properties: {x: {type: integer}}, required: [x]}
            default: []
        tasks:
          - id: outer
            kind: foreach
            items: inputs.rows
            as: row
            where: row != null
            tasks:
              - {id: tell, kind: log, message: "{{ row.x }}"}
              - id: inner
                kind: foreach
                items: inputs.rows
                as: row
                tasks: [{id: tell_again, kind: log, message: "{{ row.x }}"}]
    """
    assert codes(flow) == ["OV208"]


def test_a_finally_that_asks_how_the_run_ended_knows_what_there_is() -> None:
    flow = """
        tasks: [{id: one, kind: set, values: {x: 1}}]
        finally:
          - {id: bad, kind: log, message: "{{ run.error.message }}", when: run.state == 'failed'}
          - {id: good, kind: log, message: "{{ tasks.one.x }}", when: run.state == 'succeeded'}
    """
    assert codes(flow) == []
    assert codes(flow.replace("'failed'", "'succeeded'")) == ["OV208"]
    assert codes(flow.replace("'succeeded'", "'cancelled'")) == ["OV208"]


def test_outputs_know_what_was_asserted_but_not_that_nothing_stopped() -> None:
    flow = """
        inputs: {name: {type: [object, "null"], properties: {x: {type: integer}}, required: [x], default: null}}
        tasks:
          - {id: sure, kind: assert, that: [inputs.name != null]}
        outputs: {x: inputs.name.x}
    """
    assert codes(flow) == []
    assert codes(
        flow.replace("kind: assert, that: [inputs.name != null]", "kind: stop, when: inputs.name == null")
    ) == ["OV208"]


BOTH = SKIPPED.replace("when:", "on_error: continue, when:")


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("tasks.fetch.state == 'succeeded'", []),
        ("tasks.fetch.state in ['succeeded']", []),
        ("tasks.fetch.state != 'failed' and tasks.fetch.state != 'skipped'", []),
        ("tasks.fetch.state not in ['failed', 'skipped']", []),
        ("inputs.loud and tasks.fetch.state != 'failed'", []),
        ("inputs.loud and tasks.fetch.error == null", []),
        ("tasks.fetch.body is defined", []),
        ("tasks.fetch.state != 'failed'", ["OV208"]),
        ("tasks.fetch.state != 'skipped'", ["OV208"]),
        ("tasks.fetch.state in ['succeeded', 'skipped']", ["OV208"]),
        ("inputs.loud", ["OV208"]),
        ("inputs.loud or tasks.fetch.state != 'failed'", ["OV208"]),
        ("tasks.all.state == 'succeeded'", ["OV208"]),
    ],
)
def test_each_reason_that_a_result_may_be_missing_needs_its_guard(guard: str, found: list[str]) -> None:
    asked = f"""  - {{id: tell, kind: log, when: "{guard}", message: "{{{{ tasks.fetch.body }}}}"}}"""
    assert codes(_flow(f"  - {BOTH}", asked)) == found
    inside = f"""  - {{id: tell, kind: log, message: "{{{{ tasks.fetch.body if {guard} else '' }}}}"}}"""
    assert codes(_flow(f"  - {BOTH}", inside)) == found


@pytest.mark.parametrize(
    ("guard", "found"),
    [
        ("inputs.loud and inputs.names is not empty", []),
        ("inputs.names is not empty and inputs.name == null and inputs.loud", []),
        ("inputs.loud", ["OV208"]),
        ("inputs.loud or inputs.names is not empty", ["OV208"]),
    ],
)
def test_the_same_condition_in_another_order_or_with_more_is_a_guard(guard: str, found: list[str]) -> None:
    skipped = SKIPPED.replace("inputs.loud", "inputs.loud and inputs.names is not empty")
    asked = f"""  - {{id: tell, kind: log, when: "{guard}", message: "{{{{ tasks.fetch.body }}}}"}}"""
    assert codes(_flow(f"  - {skipped}", asked)) == found
    inside = f"""  - {{id: tell, kind: log, message: "{{{{ tasks.fetch.body if {guard} else '' }}}}"}}"""
    assert codes(_flow(f"  - {skipped}", inside)) == found


@pytest.mark.parametrize(
    ("guard", "reads", "found"),
    [
        ("tasks.risk.error == null", "tasks.fetch.x", []),
        ("tasks.risk.error is none", "tasks.fetch.x", []),
        ("tasks.risk.error != null", "tasks.mend.x", []),
        ("tasks.risk.error != null", "tasks.fetch.x", ["OV208"]),
        ("tasks.risk.state == 'succeeded'", "tasks.fetch.x", ["OV208"]),
        ("tasks.fetch.state == 'succeeded'", "tasks.fetch.x", []),
    ],
)
def test_the_error_of_a_try_tells_which_part_ran(guard: str, reads: str, found: list[str]) -> None:
    tried = """  - id: risk
        kind: try
        tasks: [{id: fetch, kind: set, values: {x: 1}}]
        catch: [{id: mend, kind: set, values: {x: 2}}]"""
    tell = f"""  - {{id: tell, kind: log, when: "{guard}", message: "{{{{ {reads} }}}}"}}"""
    assert codes(_flow(tried, tell)) == found
