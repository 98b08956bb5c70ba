"""What a module holds, and what is refused."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
import yaml
from exporting import document, export, plan_of, run_module, source_of
from prefect_standin import Record

from overture.plan.backend import Backend
from overture.plan.features import FEATURES
from overture_prefect import backend
from overture_prefect.names import flow_name, module_name
from overture_prefect.tasks import TASKS

HOSTILE = json.loads((Path(__file__).parents[1] / "expressions" / "hostile.json").read_text("utf-8"))


def test_the_target_is_a_backend_with_a_row_for_every_feature() -> None:
    assert isinstance(backend, Backend)
    assert set(backend.support()) == set(FEATURES)
    assert {name for name in TASKS if name in FEATURES} <= {
        name for name, support in backend.support().items() if support.level != "no"
    } | {"stop"}


def test_a_kind_that_is_not_done_is_refused_at_its_task() -> None:
    found = export(document("- {id: commits, kind: action, uses: github.list_commits}", "secrets: [GITHUB_TOKEN]"))
    assert found.files == {}
    assert [gap.pointer for gap in found.gaps if gap.severity == "error"] == ["/tasks/0"]
    assert "`action`" in next(gap.message for gap in found.gaps if gap.severity == "error")


@pytest.mark.parametrize(
    ("trigger", "pointer"),
    [
        ("{type: after, workflow: other}", "/triggers/0"),
        ('{type: schedule, cron: "0 9 * * *", timezone: UTC, catch_up: all}', "/triggers/0/catch_up"),
    ],
)
def test_a_trigger_that_prefect_lacks_is_refused_by_name(trigger: str, pointer: str) -> None:
    found = export(document("- {id: say, kind: log, message: hello}", f"triggers: [{trigger}]"))
    assert found.files == {}
    assert pointer in [gap.pointer for gap in found.gaps]


def test_secrets_are_read_in_tasks_and_never_handed_on() -> None:
    source = source_of(
        document(
            '- {id: send, kind: http, url: "https://example.com", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}',
            "secrets: [TOKEN]",
        )
    )
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef) and "TOKEN" in ast.unparse(node):
            assert any("task(" in ast.unparse(each) for each in node.decorator_list)
            assert "TOKEN" not in ast.unparse(node.args)
    assert 'os.environ["TOKEN"]' in source or "os.environ['TOKEN']" in source


def test_secrets_can_come_from_blocks() -> None:
    task = '- {id: send, kind: http, url: "https://example.com", headers: {x-key: "{{ secrets.API_KEY }}"}}'
    source = source_of(document(task, "secrets: [API_KEY]"), {"secrets": "block"})
    assert '(await Secret.aload("api-key")).get()' in source
    assert "secret_headers=" in source


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="secrets"):
        export(document("- {id: say, kind: log, message: hello}"), {"secrets": "vault"})


def test_a_module_imports_nothing_of_ours_and_holds_only_what_it_uses() -> None:
    source = source_of(document("- {id: say, kind: log, message: hello}"))
    assert "overture" not in source
    assert "httpx" not in source
    assert "def " in source and source.count("def ") == 2  # the task and the flow


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_texts(text: str, tmp_path: Path) -> None:
    written = text.replace("{{", "{{ '{{' }}").replace("{%", "{{ '{%' }}")
    flow = {
        "overture": 1,
        "name": "hostile",
        "description": text or "x",
        "inputs": {"given": {"type": "string", "default": text, "description": text}},
        "tasks": [
            {"id": "made", "kind": "set", "description": text, "values": {"text": written, "in": f"<{written}>"}},
            {"id": "say", "kind": "log", "message": written},
        ],
        "outputs": {"text": "tasks.made.text", "given": "inputs.given", "in": "tasks.made['in']"},
    }
    built = plan_of(json.dumps(flow))
    record = Record()
    found = run_module(built, backend.export(built, {}).files, {}, tmp_path, record=record)
    assert found == {"text": text, "given": text, "in": f"<{text}>"}
    assert record.logs == [("info", text)]


WHEN = "inputs.list == 10"
NAMES = (
    *("class", "list", "send", "flow", "task", "error", "index"),
    *("state", "skipped", "given", "asyncio", "str", "print"),
)


def test_names_of_python_and_of_helpers_can_be_names_of_the_document(tmp_path: Path) -> None:
    flow = {
        "overture": 1,
        "name": "print",
        "description": "Names that hide something.",
        "inputs": {name: {"type": "integer", "default": at} for at, name in enumerate(NAMES)},
        "tasks": [
            *(
                {
                    "id": name,
                    "kind": "set",
                    "values": {"value": f"{{{{ inputs.{name} + 1 }}}}"},
                    "when": "inputs.list == 10",
                }
                for name in NAMES
            ),
            {
                "id": "each",
                "kind": "foreach",
                "items": "[1, 2]",
                "as": "str",
                "collect": "str ~ '/' ~ loop.index",
            },
        ],
        "outputs": {
            "sum": " + ".join(f"(tasks.{name}.value | default(0))" for name in NAMES),
            "texts": "tasks.each.value",
        },
    }
    built = plan_of(json.dumps(flow))
    files = backend.export(built, {}).files
    assert list(files) == [f"{module_name('print')}.py", "requirements.txt"]
    assert flow_name("print") == "print_flow"
    given = {name if name != "class" else "class_": 10 for name in NAMES}
    found = run_module(built, files, given, tmp_path, record=Record())
    assert found == {"sum": 11 * len(NAMES), "texts": ["1/0", "2/1"]}


def test_a_flow_whose_input_hides_a_name_still_takes_its_trigger() -> None:
    trigger = "triggers: [{type: webhook, key: HOOK, when: trigger.body.ok, returns: {type: object, required: [ok], properties: {ok: {type: boolean}}}}]"  # noqa: E501
    source = source_of(
        document(
            '- {id: say, kind: log, message: "{{ inputs.prefect }}"}',
            f"inputs: {{prefect: {{type: string, default: a}}}}\nsecrets: [HOOK]\n{trigger}",
        )
    )
    assert "return await run_tried(prefect, trigger)" in source
    assert "async def run_tried(prefect_: str, trigger: dict[str, Any] | None)" in source


def test_a_workflow_named_as_a_library_does_not_hide_it() -> None:
    assert module_name("calendar") == "calendar_flow"
    assert module_name("httpx") == "httpx_flow"
    assert module_name("issue_router") == "issue_router"


def test_the_program_runs_once_though_its_deployment_has_a_schedule() -> None:
    source = source_of(
        document(
            "- {id: say, kind: log, message: hello}",
            'triggers: [{type: schedule, cron: "0 9 * * 1-5", timezone: Europe/Berlin}]',
        )
    )
    assert source.endswith('if __name__ == "__main__":\n    asyncio.run(tried())\n')


def test_delays_of_attempts_are_those_of_the_plan() -> None:
    retry = "{attempts: 5, delay: 2s, backoff: exponential, max_delay: 10s}"
    source = source_of(document(f'- {{id: get, kind: http, url: "https://example.com", retry: {retry}}}'))
    assert "retries=4" in source
    assert "retry_delay_seconds=[2, 4, 8, 10]" in source


def test_a_description_is_the_docstring_of_the_flow_and_of_the_module() -> None:
    source = source_of(
        document("- {id: say, kind: log, description: Says it., message: hello}", "description: Greets.")
    )
    tree = ast.parse(source)
    assert str(ast.get_docstring(tree)).startswith("Greets.\n")
    functions = {node.name: ast.get_docstring(node) for node in tree.body if isinstance(node, ast.AsyncFunctionDef)}
    assert functions == {"say": "Says it.", "tried": "Greets."}


def test_the_deployment_holds_schedule_and_limit_and_no_text_that_a_reader_takes_otherwise() -> None:
    files = export(
        document(
            '- {id: say, kind: log, message: "{{ inputs.who }}"}',
            "inputs: {who: {type: string, default: you}}\nconcurrency: {limit: 1}\n"
            'triggers: [{type: schedule, cron: "0 9 * * 1-5", timezone: Europe/Berlin, inputs: {who: "no\\u2028"}}]',
        )
    ).files
    text = files["prefect.yaml"]
    assert "\u2028" not in text
    (found,) = yaml.safe_load(text)["deployments"]
    assert found["schedules"] == [
        {"cron": "0 9 * * 1-5", "timezone": "Europe/Berlin", "parameters": {"who": "no\u2028"}}
    ]
    assert found["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
    assert found["entrypoint"] == "tried.py:tried"


def test_a_text_that_prefect_would_fill_in_is_refused() -> None:
    found = export(
        document(
            '- {id: say, kind: log, message: "{{ inputs.who }}"}',
            "inputs: {who: {type: string, default: you}}\n"
            'triggers: [{type: schedule, cron: "0 9 * * 1-5", timezone: UTC, inputs: {who: "{{ \'{{ $HOME }}\' }}"}}]',
        )
    )
    assert found.files == {}
    assert [gap.pointer for gap in found.gaps if gap.severity == "error"] == ["/triggers/0/inputs/who"]


def test_requirements_name_what_the_module_imports() -> None:
    files = export(document('- {id: get, kind: http, url: "https://example.com"}')).files
    lines = [line for line in files["requirements.txt"].splitlines() if not line.startswith("#")]
    assert lines == ["prefect>=3.8,<4", "httpx>=0.27,<1"]


def test_a_condition_on_a_schedule_ends_the_run_that_it_starts() -> None:
    source = source_of(
        document(
            "- {id: say, kind: log, message: hello}",
            "inputs: {is_on: {type: boolean, default: true}}\n"
            'triggers: [{type: schedule, cron: "0 9 * * *", timezone: UTC, when: inputs.is_on}]',
        )
    )
    assert 'if run_trigger() == "schedule" and not is_on:\n        return Completed(name="Skipped")' in source


def test_a_header_has_at_most_ten_lines() -> None:
    words = "A description that goes on and on. " * 60
    source = source_of(document("- {id: say, kind: log, message: hello}", f"description: {words!r}"))
    assert len(str(ast.get_docstring(ast.parse(source))).splitlines()) <= 10
