"""Which names can be read where (language.md 4): one document a promise, with the codes that it gives."""

from __future__ import annotations

import pytest
from checking import codes, verdict

LOOP = "{id: each, kind: foreach, items: [1], as: one, tasks: [{id: x, kind: set, values: {a: '{{ one }}'}}]}"
BRANCH = (
    "{id: way, kind: branch, cases: [{when: run.trigger == 'manual', tasks: [{id: x, kind: set, values: {a: 1}}]}]}"
)
SET_RUN = "kind: set, values: {a: '{{ run.id }}'}"
REPEAT = f"{{id: again, kind: repeat, attempts: 3, until: tasks.x.a == now(), tasks: [{{id: x, {SET_RUN}}}]}}"
TRY = "{id: risk, kind: try, tasks: [{id: x, kind: set, values: {a: 1}}]}"
TELL = "{id: tell, kind: log, message: '{{ tasks.x.a }}'}"


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ("run.id ~ run.started_at ~ run.trigger", []),
        ("run.scheduled_for | default('')", []),
        ("run.previous_success_at | default('')", []),
        ("run.state", ["OV204"]),
        ("run.error", ["OV204"]),
        ("run.nothing", ["OV204"]),
        ("hello", ["OV205"]),
        ("loop.index", ["OV205"]),
        ("tasks.nobody.value", ["OV202"]),
        ("tasks.tell.state", ["OV207"]),
        ("inputs.nothing", ["OV203"]),
        ("state.nothing", ["OV206"]),
        ("trigger.body", ["OV204"]),
        ("trigger.outputs", ["OV204"]),
    ],
)
def test_a_name_is_one_of_those_that_there_are(reads: str, found: list[str]) -> None:
    assert codes(f'tasks: [{{id: tell, kind: log, message: "{{{{ {reads} }}}}"}}]\n') == found


def test_the_nearest_name_is_told() -> None:
    found = verdict("""
        tasks:
          - {id: fetch, kind: http, url: "https://example.com"}
          - {id: tell, kind: log, message: "{{ tasks.fech.status }} {{ tasks.fetch.stats }}"}
    """)
    assert [each.help for each in found.diagnostics] == ["did you mean `fetch`?", "did you mean `status`?"]


@pytest.mark.parametrize(("holder", "found"), [(LOOP, ["OV207"]), (BRANCH, ["OV208"]), (TRY, ["OV208"]), (REPEAT, [])])
def test_what_stands_in_a_block_is_read_from_outside_as_far_as_it_is_there(holder: str, found: list[str]) -> None:
    assert codes(f"tasks:\n  - {holder}\n  - {TELL}\n") == found
    covered = TELL.replace("tasks.x.a", "tasks.x.a | default(0)")
    assert codes(f"tasks:\n  - {holder}\n  - {covered}\n") == [each for each in found if each == "OV207"]


def test_what_a_repeat_guards_inside_may_be_missing_outside() -> None:
    guarded = REPEAT.replace("tasks.x.a == now()", "run.id == now()").replace(
        "kind: set", "kind: set, when: run.id != 'c'"
    )
    assert codes(f"tasks:\n  - {guarded}\n  - {TELL}\n") == ["OV208"]


@pytest.mark.parametrize("handler", ["on_failure", "finally"])
def test_a_handler_reads_what_it_guards_with_a_warning(handler: str) -> None:
    found = verdict(f"tasks: [{{id: x, kind: set, values: {{a: 1}}}}]\n{handler}: [{TELL}]\n")
    assert [(each.code, each.severity) for each in found.diagnostics] == [("OV208", "warning")]
    assert found.checked is not None


def test_a_catch_reads_what_it_guards_with_a_warning_and_what_came_before_without() -> None:
    flow = """
        tasks:
          - {id: before, kind: set, values: {a: 1}}
          - id: risk
            kind: try
            tasks: [{id: x, kind: set, values: {a: 1}}]
            catch: [{id: tell, kind: log, message: "{{ tasks.before.a }} {{ tasks.x.a }}"}]
    """
    found = verdict(flow)
    assert [(each.code, each.severity) for each in found.diagnostics] == [("OV208", "warning")]
    assert codes(flow.replace("tasks.x.a", "tasks.x.a | default(0)")) == []


def test_a_handler_cannot_read_what_stands_in_a_loop() -> None:
    assert codes(f"tasks: [{LOOP}]\nfinally: [{TELL}]\n") == ["OV207"]


@pytest.mark.parametrize("handler", ["on_failure", "finally"])
def test_nobody_reads_a_handler_from_outside(handler: str) -> None:
    flow = f"tasks: [{{id: y, kind: log, message: y}}]\n{handler}: [{{id: x, kind: set, values: {{a: 1}}}}]\n"
    assert codes(flow + "outputs: {a: tasks.x.a | default(0)}\n") == ["OV207"]
    assert codes(flow.replace("message: y", "message: '{{ tasks.x.a | default(0) }}'")) == ["OV207"]


def test_run_error_is_never_null_in_on_failure_and_may_be_in_finally() -> None:
    tell = "[{id: tell, kind: log, message: '{{ run.error.message }} {{ run.state }}'}]"
    assert codes(f"tasks: [{{id: x, kind: log, message: x}}]\non_failure: {tell}\n") == []
    assert codes(f"tasks: [{{id: x, kind: log, message: x}}]\nfinally: {tell}\n") == ["OV208"]


@pytest.mark.parametrize(
    ("task", "field", "found"),
    [
        ("kind: log, message: x", "state", []),
        ("kind: log, message: x", "error.message", ["OV208"]),
        ("kind: log, message: x", "value", ["OV204"]),
        ("kind: set, values: {a: 1}", "a", []),
        ("kind: set, values: {a: 1}", "b", ["OV204"]),
        ("kind: shell, command: [ls]", "stdout", []),
        ("kind: shell, command: [ls]", "value", ["OV204"]),
        ("kind: shell, command: [ls], returns: {type: integer}", "value", []),
        ("kind: shell, command: [ls], on_error: continue", "exit_code", []),
        ("kind: shell, command: [ls], returns: {type: integer}, on_error: continue", "value", ["OV208"]),
        ("kind: http, url: 'https://a.example'", "status", []),
        ("kind: http, url: 'https://a.example'", "path", ["OV204"]),
        ("kind: http, url: 'https://a.example', save: a.txt", "path", []),
        ("kind: http, url: 'https://a.example', on_error: continue", "status", ["OV208"]),
        ("kind: foreach, items: [1], as: one, collect: one", "value", []),
        ("kind: foreach, items: [1], as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]", "value", ["OV204"]),
        ("kind: foreach, items: [1], as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]", "failed", []),
        ("kind: approve, message: sure", "outcome", []),
        ("kind: try, tasks: [{id: y, kind: log, message: y}]", "failed", []),
        ("kind: branch, cases: [{when: run.id == 'a', tasks: [{id: y, kind: log, message: y}]}]", "taken", []),
    ],
)
def test_a_kind_results_in_what_its_row_says(task: str, field: str, found: list[str]) -> None:
    flow = f"tasks:\n  - {{id: x, {task}}}\n  - {{id: tell, kind: log, message: '{{{{ tasks.x.{field} }}}}'}}\n"
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("schema", "reads", "found"),
    [
        ("{type: object, properties: {b: {type: string}}, required: [b]}", "b", []),
        ("{type: object, properties: {b: {type: string}}}", "b", ["OV208"]),
        ("{type: object, properties: {b: {type: string}}}", "c", ["OV209"]),
        ("{type: object, properties: {b: {type: string}}, additionalProperties: false}", "c", ["OV204"]),
        ("{type: object}", "c", []),
        ("{type: array, items: {type: integer}}", "first", ["OV306"]),
        ('{type: [object, "null"], properties: {b: {type: string}}, required: [b]}', "b", ["OV208"]),
    ],
)
def test_a_schema_says_what_can_be_read(schema: str, reads: str, found: list[str]) -> None:
    flow = f"""
        tasks:
          - {{id: x, kind: http, url: "https://a.example", returns: {schema}}}
          - {{id: tell, kind: log, message: "{{{{ tasks.x.body.{reads} }}}}"}}
    """
    assert codes(flow) == found


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ("xs[0]", ["OV210"]),
        ("xs | first", ["OV210"]),
        ("xs[1] | default(0)", []),
        ("xs | last | default(0)", []),
        ("xs[0] if inputs.xs is not empty else 0", []),
        ("xs[1] if inputs.xs | length > 1 else 0", []),
        ("xs[1] if inputs.xs | length > 0 else 0", ["OV210"]),
        ("xs[3]", ["OV213"]),
    ],
)
def test_an_item_is_there_when_the_list_is_long_enough(reads: str, found: list[str]) -> None:
    flow = "inputs: {xs: {type: array, items: {type: integer}, maxItems: 3, default: []}}\n"
    assert codes(flow + f'tasks: [{{id: tell, kind: log, message: "{{{{ inputs.{reads} }}}}"}}]\n') == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("where: one > loop.index, collect: one", []),
        ("collect: '{at: loop.index, one: one}'", []),
        ("where: tasks.y.a == 1, collect: one, tasks: [{id: y, kind: set, values: {a: 1}}]", ["OV207"]),
        ("collect: tasks.y.a, tasks: [{id: y, kind: set, values: {a: '{{ one }}'}}]", []),
        ("collect: two", ["OV205"]),
    ],
)
def test_a_loop_reads_its_item_and_collects_what_its_tasks_give(fields: str, found: list[str]) -> None:
    flow = (
        f"tasks: [{{id: each, kind: foreach, items: [1, 2], as: one, {fields}}}]\noutputs: {{all: tasks.each.value}}\n"
    )
    assert codes(flow) == found


def test_an_item_ends_with_its_loop() -> None:
    assert codes(f"tasks:\n  - {LOOP}\n  - {{id: tell, kind: log, message: '{{{{ one }}}}'}}\n") == ["OV205"]


def test_ids_are_unique_in_the_whole_document() -> None:
    assert codes(f"tasks:\n  - {LOOP}\n  - {{id: x, kind: log, message: a}}\n") == ["OV201"]
    assert codes("tasks: [{id: x, kind: log, message: a}]\nfinally: [{id: x, kind: log, message: a}]\n") == ["OV201"]


def test_outputs_read_what_a_stop_skips_only_with_a_default() -> None:
    flow = """
        tasks:
          - {id: first, kind: set, values: {a: 1}}
          - {id: enough, kind: stop, when: run.trigger == 'manual'}
          - {id: second, kind: set, values: {a: 1}}
        outputs: {a: tasks.first.a}
    """
    assert codes(flow) == []
    assert codes(flow.replace("a: tasks.first.a", "a: tasks.second.a")) == ["OV208"]
    assert codes(flow.replace("a: tasks.first.a", "a: tasks.second.a | default(0)")) == []
    assert codes(flow.replace("a: tasks.first.a", "a: 0 if run.trigger == 'manual' else tasks.second.a")) == []


def test_what_comes_after_a_stop_reads_what_comes_after_it_too() -> None:
    assert (
        codes("""
        tasks:
          - {id: enough, kind: stop, when: run.trigger == 'manual'}
          - {id: second, kind: set, values: {a: 1}}
          - {id: third, kind: log, message: "{{ tasks.second.a }}"}
    """)
        == []
    )
