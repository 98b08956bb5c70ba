"""Which shapes a workflow takes in Kestra."""

from __future__ import annotations

import json

import pytest
import yaml
from flows import export, flow_of, kinds, task, walk

from overture.plan.backend import Backend
from overture.plan.features import FEATURES
from overture_kestra import backend

SET = "  - {id: %s, kind: log, message: %s}\n"


def test_the_backend_is_one_and_has_a_row_for_every_feature() -> None:
    assert isinstance(backend, Backend)
    assert list(backend.support()) == list(FEATURES)


def test_a_chain_is_a_plain_list() -> None:
    flow = flow_of("  - {id: a, kind: log, message: one}\n  - {id: b, kind: log, message: two}\n")
    assert flow == {
        "id": "flow",
        "namespace": "overture",
        "tasks": [
            {"id": "a", "type": "io.kestra.plugin.core.log.Log", "message": "one"},
            {"id": "b", "type": "io.kestra.plugin.core.log.Log", "message": "two"},
        ],
    }


def test_the_namespace_can_be_set() -> None:
    found = export("  - {id: a, kind: log, message: one}\n", options={"namespace": "team.a"})
    assert yaml.safe_load(found.files["flow.yaml"])["namespace"] == "team.a"


def test_tasks_side_by_side_are_a_dag_with_a_barrier_after_a_failure() -> None:
    flow = flow_of(
        "  - {id: a, kind: wait, for: 1s}\n  - {id: b, kind: fail, needs: [], message: no}\n"
        "  - {id: c, kind: log, needs: [a, b], message: x}\n"
    )
    (dag,) = flow["tasks"]
    assert [entry["task"]["id"] for entry in dag["tasks"]] == ["a", "b", "c"]
    assert dag["tasks"][2]["dependsOn"] == ["a", "b"]
    # a Pause would hold back what runs beside it
    assert dag["tasks"][0]["task"]["type"].endswith("flow.Sleep")
    (barrier,) = flow["errors"]
    assert barrier["type"].endswith("LoopUntil")
    assert all(f".{id}.state" in barrier["condition"] for id in "abc")


def test_a_wait_on_its_own_holds_no_worker() -> None:
    assert flow_of("  - {id: a, kind: wait, for: 1h}\n")["tasks"] == [
        {"id": "a", "type": "io.kestra.plugin.core.flow.Pause", "pauseDuration": "PT1H"}
    ]


def test_a_condition_that_pebble_gives_exactly_is_pebble() -> None:
    head = "inputs: {env: {type: string, default: dev}, n: {type: integer, default: 1}}"
    flow = flow_of("  - {id: a, kind: log, when: inputs.env == 'dev' and inputs.n > 2, message: x}\n", head=head)
    assert flow["tasks"][0]["runIf"] == "{{ (inputs.env == 'dev') and (inputs.n > 2) }}"


def test_a_condition_that_pebble_sees_otherwise_is_computed_before() -> None:
    head = "inputs: {a: {type: string, default: x}, b: {type: string, default: y}}"
    flow = flow_of("  - {id: a, kind: log, when: inputs.a < inputs.b, message: x}\n", head=head)
    assert [each["id"] for each in flow["tasks"]] == ["a_when", "a"]
    assert flow["tasks"][1]["runIf"] == "{{ outputs.a_when.vars.holds }}"
    assert 'given["inputs.a"] < given["inputs.b"]' in flow["tasks"][0]["inputFiles"]["values.py"]


def test_one_case_is_an_if_and_several_are_a_switch_that_never_lacks_a_case() -> None:
    head = "inputs: {n: {type: integer, default: 1}}"
    one = flow_of(
        "  - id: a\n    kind: branch\n    cases: [{when: inputs.n == 1, tasks: [{id: b, kind: log, message: x}]}]\n",
        head=head,
    )
    assert kinds(one["tasks"]) == ["If"]
    several = flow_of(
        "  - id: a\n    kind: branch\n    cases:\n"
        "      - {when: inputs.n == 1, tasks: [{id: b, kind: log, message: x}]}\n"
        "      - {when: inputs.n == 2, tasks: [{id: c, kind: log, message: x}]}\n",
        head=head,
    )
    (switch,) = several["tasks"]
    assert switch["value"] == "{{ (inputs.n == 1) ? '0' : ((inputs.n == 2) ? '1' : 'else') }}"
    assert list(switch["cases"]) == ["0", "1"]
    assert kinds(switch["defaults"]) == ["Return"]


LOOP = (
    "  - id: each\n    kind: foreach\n    items: %s\n    as: x\n    tasks: [{id: say, kind: log, message: '{{ x }}'}]\n"
)


def test_a_loop_over_different_texts_is_a_bare_loop() -> None:
    (loop,) = flow_of(LOOP % "[a, b]")["tasks"]
    assert loop["values"] == ["a", "b"]
    assert [each["message"] for each in loop["tasks"]] == ["{{ item.value }}"]
    assert loop["concurrencyLimit"] == 1


@pytest.mark.parametrize("items", ["[a, a]", "inputs.list"])
def test_any_other_loop_numbers_its_items(items: str) -> None:
    """Kestra drops equal ones."""
    head = "inputs: {list: {type: array, items: {type: string}, default: []}}"
    flow = flow_of(LOOP % items, head=head)
    loop = task(flow, "each")
    assert [each["message"] for each in loop["tasks"]] == ["{{ fromJson(item.value).v }}"]


@pytest.mark.parametrize(
    ("items", "values"),
    [
        ("[1, 2, true]", [1, 2, True]),
        ("[1, 1]", ['{"i":0,"v":1}', '{"i":1,"v":1}']),
        ("[a, a]", ['{"i":0,"v":"a"}', '{"i":1,"v":"a"}']),
    ],
)
def test_a_constant_list_is_written_as_it_is_where_no_two_items_are_equal(items: str, values: list[object]) -> None:
    assert task(flow_of(LOOP % items), "each")["values"] == values


DATA = """inputs:
  rows:
    type: array
    items: {type: object, required: [k, n], properties: {k: {type: string}, n: {type: integer}, more: {type: string}}}
    default: []
"""


def test_items_that_are_kept_are_chosen_by_jq() -> None:
    """No step of Python before the loop where jq is exact."""
    flow = flow_of(
        "  - {id: each, kind: foreach, items: inputs.rows, as: row, where: row.k == 'x' and row.more is defined, "
        "tasks: [{id: say, kind: log, message: '{{ row.k }} {{ row.n }}'}]}\n",
        head=DATA,
    )
    (loop,) = flow["tasks"]
    assert 'map(select((.k == "x") and (has("more"))))' in loop["values"]
    assert loop["tasks"] == [
        {
            "id": "say",
            "type": "io.kestra.plugin.core.log.Log",
            "message": "{{ fromJson(item.value).v.k }} {{ fromJson(item.value).v.n }}",
        }
    ]
    assert "outputs" not in loop


def test_what_an_item_gives_is_an_output_of_the_loop_itself() -> None:
    flow = flow_of(
        "  - {id: each, kind: foreach, items: inputs.rows, as: row, collect: '{name: row.k}', "
        "tasks: [{id: say, kind: log, message: hi}]}\n"
        "  - {id: after, kind: log, message: '{{ tasks.each.value | tojson }}'}\n",
        head=DATA,
    )
    loop = task(flow, "each")
    assert [each["id"] for each in loop["tasks"]] == ["say"]
    assert [each["id"] for each in loop["outputs"]] == ["value"]
    assert kinds(flow["tasks"]) == ["Loop", "Return", "Log"]


def test_a_loop_hands_on_errors_only_where_something_reads_them() -> None:
    tasks = LOOP % "[a, b]"
    assert "outputs" not in task(flow_of(tasks), "each")
    told = flow_of(tasks + "on_failure:\n  - {id: alarm, kind: log, message: '{{ run.error.message }}'}\n")
    assert [each["id"] for each in task(told, "each")["outputs"]] == ["error"]
    untold = flow_of(tasks + "on_failure:\n  - {id: alarm, kind: log, message: 'oh {{ run.state }}'}\n")
    assert "outputs" not in task(untold, "each") and "variables" not in untold


def test_a_mapping_is_one_task_of_jq() -> None:
    flow = flow_of(
        "  - {id: names, kind: foreach, items: inputs.rows, as: row, where: row.n > 1, collect: row.k}\n"
        "  - {id: after, kind: log, message: '{{ tasks.names.value | join }}'}\n",
        head=DATA,
    )
    assert flow["tasks"][0] == {
        "id": "names",
        "type": "io.kestra.plugin.core.debug.Return",
        "format": "{{ [inputs.rows | toJson] | "
        "jq('.[0] | fromjson | map(select(.n > 1)) | map(.k) | tojson') | first }}",
    }


RETRIED = "{id: %s, kind: http, url: 'https://a.example/', retry: {attempts: 3, delay: 2s}}"


def test_attempts_are_kestras_own_and_stand_first_in_their_list() -> None:
    flow = flow_of(f"  - {RETRIED % 'a'}\n  - {RETRIED % 'b'}\n")
    retry = {"type": "constant", "interval": "PT2S", "maxAttempts": 3}
    assert [task(flow, id)["retry"] for id in "ab"] == [retry, retry]
    assert kinds(flow["tasks"]) == ["Commands", "Sequential"]


def test_a_backoff_has_a_longest_interval_above_its_first() -> None:
    flow = flow_of(
        "  - {id: a, kind: http, url: 'https://a.example/', "
        "retry: {attempts: 5, delay: 1s, backoff: exponential, max_delay: 8s}}\n"
    )
    assert flow["tasks"][0]["retry"] == {
        "type": "exponential",
        "interval": "PT1S",
        "maxInterval": "PT8S",
        "delayFactor": 2.0,
        "maxAttempts": 5,
    }


def test_a_failure_that_is_gone_past_ends_as_a_success() -> None:
    (outer,) = flow_of("  - {id: a, kind: fail, on_error: continue, message: no}\n")["tasks"]
    assert outer["allowWarning"] is True
    assert kinds(outer["tasks"]) == ["AllowFailure"]
    assert kinds(outer["tasks"][0]["tasks"]) == ["Fail"]


def test_a_catch_that_fails_fails_its_try() -> None:
    (outer,) = flow_of(
        "  - id: a\n    kind: try\n    tasks: [{id: b, kind: fail, message: x}]\n"
        "    catch: [{id: c, kind: log, message: y}]\n"
    )["tasks"]
    guarded, again = outer["tasks"]
    assert kinds([outer, guarded, again]) == ["Sequential", "AllowFailure", "Fail"]
    assert again["runIf"] == "{{ (tasks.a_catch.state ?? '') == 'FAILED' }}"


def test_a_repeat_runs_one_round_less_than_kestra_is_told() -> None:
    (loop,) = flow_of(
        "  - {id: r, kind: repeat, attempts: 4, every: 2s, until: \"tasks.p.n == '1'\", "
        "tasks: [{id: p, kind: set, values: {n: '1'}}]}\n"
    )["tasks"]
    assert loop["checkFrequency"] == {"interval": "PT2S", "maxIterations": 3}
    assert loop["failOnMaxReached"] is True


def test_texts_of_a_set_are_output_values() -> None:
    head = "inputs: {who: {type: string, default: you}}"
    flow = flow_of(
        "  - {id: a, kind: set, values: {hello: 'hi {{ inputs.who }}', braces: \"{{ '{{' }} x\"}}\n"
        "  - {id: b, kind: log, message: '{{ tasks.a.hello }}!'}\n",
        head=head,
    )
    assert flow["tasks"][0]["values"] == {"hello": "hi {{ inputs.who }}", "braces": "{{ '{{' }} x"}
    assert flow["tasks"][1]["message"] == "{{ outputs.a.values.hello }}!"


def test_a_failing_finally_fails_the_run_by_an_output() -> None:
    found = export("  - {id: a, kind: log, message: x}\nfinally:\n  - {id: b, kind: log, message: y}\n")
    flow = yaml.safe_load(found.files["flow.yaml"])
    assert kinds(flow["finally"]) == ["Sequential"]
    (output,) = flow["outputs"]
    assert "finally_tasks.state" in output["value"]


def test_a_limit_of_runs_and_a_loop_stand_in_two_flows() -> None:
    """Kestra counts the items of a loop as runs of its flow: one of them alone would wait for itself."""
    found = export(LOOP % "[a, b]", head="concurrency: {limit: 1}\ninputs: {n: {type: integer, default: 1}}")
    outer, inner = (yaml.safe_load(text) for text in found.files.values())
    assert list(found.files) == ["flow.yaml", "flow_tasks.yaml"]
    assert outer["concurrency"] == {"limit": 1, "behavior": "QUEUE"}
    assert kinds(outer["tasks"]) == ["Subflow"]
    assert "concurrency" not in inner and kinds(inner["tasks"]) == ["Loop"]


def test_scripts_stand_once_and_only_where_they_are_used() -> None:
    flow = flow_of(
        "  - {id: a, kind: http, url: 'https://a.example/'}\n  - {id: b, kind: http, url: 'https://b.example/'}\n"
    )
    assert sorted(flow["variables"]) == ["request", "step"]
    assert "variables" not in flow_of("  - {id: a, kind: log, message: x}\n")


def test_secrets_are_read_from_kestra_and_named_for_masking() -> None:
    flow = flow_of("  - {id: a, kind: http, url: '{{ secrets.HOOK }}'}\n", head="secrets: [HOOK]")
    text = flow["tasks"][0]["inputFiles"]["request.json"]
    assert "\"url\": {{ secret('HOOK') | toJson }}" in text
    assert "\"secrets\": [{{ secret('HOOK') | toJson }}]" in text


@pytest.mark.parametrize(
    ("tasks", "pointer", "words"),
    [
        (
            "  - {id: e, kind: foreach, items: [a], as: x, tasks: [{id: a, kind: approve, message: x}]}\n",
            "/tasks/0/tasks/0",
            "an `approve` inside a `foreach`",
        ),
        (LOOP % "[a]" + "    timeout: 1m\n", "/tasks/0", "a timeout of `foreach`"),
    ],
)
def test_what_is_not_exported_is_refused_by_name_at_its_place(tasks: str, pointer: str, words: str) -> None:
    found = export(tasks, head="secrets: [DB]")
    assert found.files == {}
    (gap,) = [gap for gap in found.gaps if gap.severity == "error"]
    assert gap.pointer == pointer and words in gap.message


def test_ids_of_generated_tasks_never_clash() -> None:
    flow = flow_of(
        "  - {id: each_item, kind: log, message: x}\n" + LOOP % "[a, a]",
    )
    ids = [each["id"] for each in walk(flow["tasks"])]
    assert len(ids) == len(set(ids))


def test_the_export_is_the_same_every_time() -> None:
    one, other = (export(LOOP % "[a, a]").files for _ in range(2))
    assert json.dumps(one) == json.dumps(other)


def test_a_schedule_says_what_happens_to_missed_times() -> None:
    flow = flow_of(
        "  - {id: a, kind: log, message: x}\n",
        head="triggers: [{type: schedule, cron: '0 9 * * 1-5', timezone: Europe/Berlin}]",
    )
    assert flow["triggers"] == [
        {
            "id": "schedule",
            "type": "io.kestra.plugin.core.trigger.Schedule",
            "cron": "0 9 * * 1-5",
            "timezone": "Europe/Berlin",
            "recoverMissedSchedules": "NONE",
        }
    ]


def test_code_with_braces_is_kept_from_being_rendered() -> None:
    flow = flow_of("  - id: a\n    kind: python\n    code: |\n      def main():\n          return '{{ x }}'\n")
    code = flow["tasks"][0]["inputFiles"]["main.py"]
    assert code == "{% verbatim %}\ndef main():\n    return '{{ x }}'\n{% endverbatim %}\n"


def test_an_approval_is_a_pause_that_says_what_it_asks() -> None:
    flow = flow_of(
        "  - {id: ask, kind: approve, message: 'ok?', timeout: 4h, on_timeout: reject}\n"
        "  - {id: a, kind: log, when: tasks.ask.approved, message: yes it is}\n"
    )
    said, pause, after = flow["tasks"]
    assert said["message"] == "ok?"
    assert (pause["pauseDuration"], pause["behavior"]) == ("PT4H", "RESUME")
    assert after["runIf"] == "{{ (outputs.ask.onResume.approved ?? false) == true }}"
