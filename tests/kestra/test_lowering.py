"""Which shapes a workflow takes in Kestra."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from flows import export, export_calling, flow_of, kinds, task, walk

from overture.plan.backend import Backend, Export
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
    (repeat,) = flow_of(
        "  - {id: r, kind: repeat, attempts: 4, every: 2s, until: \"tasks.p.n == '1'\", "
        "tasks: [{id: p, kind: set, values: {n: '1'}}]}\n"
    )["tasks"]
    loop, used_up = repeat["tasks"]
    assert loop["checkFrequency"] == {"interval": "PT2S", "maxIterations": 3}
    assert loop["failOnMaxReached"] is False, "it would fail a last round that is the one"
    assert used_up["type"].endswith("execution.Fail") and used_up["condition"].startswith("{{ not (")


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
    found = export("  - {id: a, kind: log, message: x}\nfinally:\n  - {id: b, kind: log, message: '{{ run.id }}'}\n")
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
    code = "  - {id: %s, kind: python, code: 'def main(): return 1', returns: {type: integer}}\n"
    text = next(iter(export(code % "a" + code % "b").files.values()))
    assert text.count("import main") == 1
    assert "variables" not in flow_of("  - {id: a, kind: log, message: x}\n")


def test_secrets_are_read_from_kestra_and_named_for_masking() -> None:
    flow = flow_of("  - {id: a, kind: http, url: '{{ secrets.HOOK }}'}\n", head="secrets: [HOOK]")
    text = flow["tasks"][0]["inputFiles"]["request.json"]
    assert "\"url\": {{ secret('HOOK') | toJson }}" in text
    assert "\"secrets\": [{{ secret('HOOK') | toJson }}]" in text


def test_what_is_not_exported_is_refused_by_name_at_its_place() -> None:
    found = export("  - {id: a, kind: approve, message: x, returns: {type: object, properties: {comment: {}}}}\n")
    assert found.files == {}
    (gap,) = [gap for gap in found.gaps if gap.severity == "error"]
    assert gap.pointer == "/tasks/0" and "a field named `comment`" in gap.message


def test_a_loop_that_may_take_only_so_long_is_refused() -> None:
    """Kestra ends the loop, but not the items that run."""
    found = export(LOOP % "[a]" + "    timeout: 1m\n")
    (gap,) = found.gaps
    assert (gap.pointer, gap.severity) == ("/tasks/0", "error")
    assert (
        gap.message
        == "a timeout of a `foreach` with tasks, or of what such a loop stands in, is not exported to Kestra"
    )


def flows_of(tasks: str, *, head: str = "") -> dict[str, Any]:
    found = export(tasks, head=head)
    assert [gap for gap in found.gaps if gap.severity == "error"] == []
    return {name: yaml.safe_load(text) for name, text in found.files.items()}


def test_a_block_that_may_take_only_so_long_stands_in_a_flow_of_its_own() -> None:
    flows = flows_of(
        "  - {id: before, kind: set, values: {n: hi}}\n"
        "  - id: t\n    kind: try\n    timeout: 1m\n"
        "    tasks: [{id: inner, kind: set, values: {m: '{{ tasks.before.n }} {{ inputs.who }}'}}]\n"
        "  - {id: after, kind: log, message: \"{{ tasks.inner.m | default('none') }}\"}\n",
        head="inputs: {who: {type: string, default: you}}",
    )
    outer, inner = flows["flow.yaml"], flows["flow_t.yaml"]
    assert kinds(outer["tasks"]) == ["OutputValues", "Subflow", "Log"]
    assert outer["tasks"][1]["inputs"] == {
        "tasks_before_n": "{{ outputs.before.values.n ?? null }}",
        "who": "{{ inputs.who ?? null }}",
    }
    assert inner["sla"] == [{"id": "timeout", "type": "MAX_DURATION", "behavior": "FAIL", "duration": "PT1M"}]
    assert [each["id"] for each in inner["inputs"]] == ["tasks_before_n", "who"]
    assert [each["id"] for each in inner["outputs"]] == ["inner_m"]
    assert outer["tasks"][2]["message"] == "{{ fromJson(outputs.t.outputs.inner_m) ?? 'none' }}"


def test_who_is_asked_for_each_item_is_asked_in_a_flow_of_its_own() -> None:
    flows = flows_of(
        "  - id: each\n    kind: foreach\n    items: [a, b]\n    as: x\n    tasks:\n"
        "      - {id: ask, kind: approve, message: '{{ x }}?'}\n"
        "      - {id: say, kind: log, when: tasks.ask.approved, message: '{{ x }} it is'}\n"
    )
    (loop,) = flows["flow.yaml"]["tasks"]
    assert kinds(loop["tasks"]) == ["Subflow", "Log"]
    assert loop["tasks"][0]["inputs"] == {"item_x": "{{ item.value ?? null }}"}
    assert kinds(flows["flow_ask.yaml"]["tasks"]) == ["Log", "Pause"]


CALLED = "overture: 1\nname: called\ntasks:\n  - {id: bad, kind: fail, message: oh}\n"


def test_a_called_flow_says_why_it_failed_only_where_that_is_read() -> None:
    assert "error_of_the_run" not in export_calling(CALLED, "x").files["called.yaml"]
    told = export_calling(CALLED, "{{ run.error.message }}").files
    assert [each["id"] for each in yaml.safe_load(told["called.yaml"])["outputs"]] == ["error_of_the_run"]
    assert "outputs.c.outputs.error_of_the_run" in told["flow.yaml"]


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


def asking(schema: str, *, more: str = "") -> Export:
    return export(f"  - {{id: judge, kind: ai, prompt: which?, returns: {schema}{more}}}\n", options={"ai": "plugin"})


def test_a_model_can_be_asked_by_kestras_own_plugin() -> None:
    schema = "{type: object, properties: {label: {enum: [bug, feature]}}, required: [label]}"
    text = asking(schema, more=", temperature: 0").files["flow.yaml"]
    flow = yaml.safe_load(text)
    assert flow["tasks"][0]["type"] == "io.kestra.plugin.ai.completion.ChatCompletion"
    assert flow["tasks"][0]["configuration"] == {
        "temperature": 0,
        "responseFormat": {
            "type": "JSON",
            "jsonSchema": {
                "type": "object",
                "properties": {"label": {"enum": ["bug", "feature"], "type": "string"}},
                "required": ["label"],
            },
            "strictJson": True,
        },
    }
    assert "variables" not in flow
    assert "# Note: ChatCompletion sends the schema in a form of its own, checks no answer" in text


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("{type: array, items: {type: string}}", "its root is no object"),
        ("{type: object, properties: {n: {type: integer, minimum: 1}}}", "`minimum` at $.n is dropped"),
        ("{type: object, properties: {n: {type: [string, 'null']}}}", "$.n may be of several types"),
        ("{type: object, properties: {type: {type: string}}}", "the property `type` at $ is dropped"),
        ("{type: object, properties: {l: {type: array}}}", "$.l has items of any kind"),
    ],
)
def test_a_schema_that_the_plugin_would_distort_is_refused(schema: str, why: str) -> None:
    (gap,) = asking(schema).gaps
    assert gap.pointer == "/tasks/0"
    assert gap.message == f"ChatCompletion would distort the schema of `judge`: {why}"


LOG = "  - {id: a, kind: log, message: x}\n"


@pytest.mark.parametrize(
    ("head", "tasks", "pointer", "words"),
    [
        ("inputs: {b: {type: boolean, default: true}}", LOG, "/inputs/b", "`yes` too"),
        ("inputs: {o: {type: object, default: {}}}", LOG, "/inputs/o", "whether or not it is JSON that fits"),
        ("inputs: {n: {type: number, default: 1}}", LOG, "/inputs/n", "whether or not it fits the schema"),
        ("", LOG + "finally: [{id: z, kind: log, message: x}]\n", "/finally", "does not run its `finally`"),
        ("timeout: 1m", LOOP % "[a]", "/timeout", "end in the background"),
        ("", LOOP % "[a]" + "    concurrency: 2\n", "/tasks/0", "end in the background"),
        (
            "",
            "  - {id: a, kind: approve, message: x, returns: {type: object, properties: {n: {type: integer}}}}\n",
            "/tasks/0/returns",
            "held to its types only",
        ),
        ("", "  - {id: a, kind: shell, command: [ls], at_most_once: true}\n", "/tasks/0", "runs `a` again"),
        (
            "secrets: [K]\ntriggers: [{type: webhook, key: K, returns: {type: object}}]",
            LOG,
            "/triggers/0",
            "null are lost",
        ),
        (
            "",
            "  - {id: p, kind: python, code: 'def main(): return 1'}\n"
            "  - {id: w, kind: write_file, path: a.txt, content: x}\n",
            "/tasks/0",
            "files that `p` itself writes are not kept",
        ),
    ],
)
def test_what_differs_is_a_warning_at_its_place(head: str, tasks: str, pointer: str, words: str) -> None:
    found = export(tasks, head=head)
    assert found.files
    (gap,) = [gap for gap in found.gaps if words in gap.message]
    assert (gap.pointer, gap.severity) == (pointer, "warning")


def test_a_chain_of_simple_tasks_differs_in_nothing() -> None:
    head = "inputs: {s: {type: string, default: x}, n: {type: integer, default: 1}}"
    tasks = LOG + "  - {id: w, kind: wait, for: 5s}\n  - {id: h, kind: http, url: 'https://a.example/'}\n"
    assert export(tasks, head=head).gaps == ()
