"""`run`, `runs`, `show`, `resume`: shapes, exit codes, and what is said when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_running import HELLO, Ran, invoke

from overture_local import Store

LOOP = """\
overture: 1
name: loop
tasks:
  - id: each
    kind: foreach
    items: [a, b]
    as: one
    tasks:
      - {id: say, kind: log, message: "it is {{ one }}"}
      - id: inner
        kind: foreach
        items: [1, 2]
        as: number
        tasks:
          - {id: pair, kind: set, values: {text: "{{ one }}{{ number }}"}}
        collect: tasks.pair.text
    collect: tasks.inner.value
outputs:
  pairs: tasks.each.value
"""
FAILING = """\
overture: 1
name: failing
tasks:
  - {id: before, kind: log, message: hi}
  - {id: stopped, kind: fail, message: "no\\nmore"}
  - {id: after, kind: log, message: never}
"""
TYPED = """\
overture: 1
name: typed
inputs:
  text: {type: string}
  number: {type: integer, default: 1}
  ratio: {type: number, default: 1}
  flag: {type: boolean, default: false}
  names: {type: array, items: {type: string}, default: []}
  maybe: {type: [string, "null"], default: null}
tasks:
  - {id: hi, kind: log, message: hi}
outputs:
  text: inputs.text
  number: inputs.number
  ratio: inputs.ratio
  flag: inputs.flag
  names: inputs.names
  maybe: inputs.maybe
"""
WEBHOOK = """\
secrets: [KEY]
triggers:
  - type: webhook
    key: KEY
    when: trigger.body.go
    returns: {type: object, properties: {go: {type: boolean}}, required: [go]}
"""
SECRET = """\
overture: 1
name: secret
secrets: [API_TOKEN]
tasks:
  - {id: ask, kind: http, url: "http://127.0.0.1:9/", auth: {type: bearer, token: "{{ secrets.API_TOKEN }}"}}
"""


def write(folder: Path, text: str) -> str:
    name = f"{text.split('name: ')[1].split()[0]}.flow.yaml"
    (folder / name).write_text(text)
    return name


def _task(value: Any) -> None:
    assert list(value) == ["id", "at", "state", "attempts", "outputs", "error", "started_at", "ended_at"]
    assert value["state"] in ("succeeded", "failed", "skipped", "cancelled", "waiting")
    assert isinstance(value["attempts"], int) and isinstance(value["outputs"], dict)
    if value["error"] is not None:
        assert list(value["error"]) == ["type", "message", "task"]


def _run(value: Any) -> None:
    assert list(value) == ["run", "workflow", "state", "outputs", "error", "tasks", "seconds"]
    assert isinstance(value["run"], str) and isinstance(value["seconds"], float)
    for each in value["tasks"]:
        _task(each)


def test_json_is_one_document_of_the_contracts_shape(folder: Path) -> None:
    ran = invoke("run", write(folder, LOOP), "--format", "json")
    assert ran.code == 0
    _run(ran.json)
    assert ran.json["state"] == "succeeded" and ran.json["error"] is None
    assert ran.json["outputs"] == {"pairs": [["a1", "a2"], ["b1", "b2"]]}


def test_what_a_task_in_a_loop_gave_is_named_by_its_place(folder: Path) -> None:
    tasks = invoke("run", write(folder, LOOP), "--format", "json").json["tasks"]
    found = {each["at"]: each["outputs"] for each in tasks if each["id"] == "pair"}
    assert found["each[1].inner[0].pair"] == {"text": "b1"} and len(found) == 4


def test_a_failed_run_exits_1_in_the_same_shape(folder: Path) -> None:
    ran = invoke("run", write(folder, FAILING), "--format", "json")
    assert ran.code == 1
    _run(ran.json)
    assert ran.json["state"] == "failed" and ran.json["outputs"] == {}
    assert ran.json["error"] == {"type": "fail", "message": "no\nmore", "task": "stopped"}
    assert [each["state"] for each in ran.json["tasks"]] == ["succeeded", "failed", "cancelled"]


def test_effects_are_said_before_anything_happens(folder: Path) -> None:
    ran = invoke("run", write(folder, LOOP))
    lines = ran.stderr.splitlines()
    assert lines[0] == "loop: 4 tasks" and lines[1] == "  touches nothing outside"
    assert lines[2].split() == ["digest", invoke("plan", "loop.flow.yaml", "--format", "json").json["digest"]]


def test_outputs_alone_go_to_stdout(folder: Path) -> None:
    ran = invoke("run", write(folder, LOOP))
    assert ran.stdout == 'pairs: [["a1", "a2"], ["b1", "b2"]]\n'
    assert invoke("run", write(folder, HELLO)).stdout == "greeting: hello world\n"


def test_a_line_names_a_task_in_a_loop_by_its_place(folder: Path) -> None:
    lines = invoke("run", write(folder, LOOP)).stderr.splitlines()
    told = [line.split()[1] for line in lines if line.startswith("✓")]
    assert told == [
        *("each[0].say", "each[0].inner[0].pair", "each[0].inner[1].pair", "each[0].inner"),
        *("each[1].say", "each[1].inner[0].pair", "each[1].inner[1].pair", "each[1].inner"),
        "each",
    ]
    assert "  info: it is a" in lines


def test_quiet_says_nothing_of_a_run_that_succeeds_but_its_outputs(folder: Path) -> None:
    ran = invoke("run", write(folder, HELLO), "--quiet")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "greeting: hello world\n", "")
    assert invoke("run", write(folder, FAILING), "--quiet").error.startswith("stopped: no")


def test_events_are_json_lines_and_nothing_else_on_stdout(folder: Path) -> None:
    ran = invoke("run", write(folder, LOOP), "--events")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    names = [each["event"] for each in events]
    assert names[0] == "run_started" and names[-1] == "run_ended"
    assert [each["at"] for each in events if each["event"] == "task_ended"][-1] == "each"
    assert events[-1]["outputs"] == {"pairs": [["a1", "a2"], ["b1", "b2"]]}
    assert "✓" not in ran.stderr


def test_events_and_json_do_not_share_stdout(folder: Path) -> None:
    ran = invoke("run", write(folder, LOOP), "--events", "--format", "json")
    assert ran.code == 2 and ran.stdout == "" and not (folder / ".overture").exists()


def test_a_workflow_that_is_not_sound_does_not_run(folder: Path) -> None:
    ran = invoke("run", write(folder, HELLO.replace("tasks.greet", "tasks.great")), "--format", "json")
    assert ran.code == 1 and "did you mean `greet`?" in ran.stderr
    assert [each["code"] for each in ran.json["files"][0]["diagnostics"] if each["severity"] == "error"] == ["OV202"]
    assert not (folder / ".overture").exists()


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        (["text=5"], {"text": "5"}),
        (["text=a=b"], {"text": "a=b"}),
        (["text="], {"text": ""}),
        (["text=x", "number=7"], {"number": 7}),
        (["text=x", "ratio=2.5"], {"ratio": 2.5}),
        (["text=x", "flag=true"], {"flag": True}),
        (["text=x", 'names=["a", "1"]'], {"names": ["a", "1"]}),
        (["text=x", "maybe=null"], {"maybe": None}),
        (["text=x", "maybe=x"], {"maybe": "x"}),
        (["text=x", "text=y"], {"text": "y"}),
    ],
)
def test_an_input_is_read_by_its_type(folder: Path, pairs: list[str], found: dict[str, Any]) -> None:
    words = [word for pair in pairs for word in ("-i", pair)]
    ran = invoke("run", write(folder, TYPED), *words, "--format", "json")
    assert ran.code == 0, ran.stderr
    assert {name: ran.json["outputs"][name] for name in found} == found


@pytest.mark.parametrize(
    ("pair", "error"),
    [
        ("number=x", "input `number` must be integer, `x` is not"),
        ("ratio=NaN", "input `ratio` must be number, `NaN` is not"),
        ("ratio=1e999", "input `ratio` must be number, `1e999` is not"),
        ("number=9223372036854775808", "input `number` must be integer, `9223372036854775808` is not"),
        ("flag=yes", "input `flag` must be boolean, `yes` is not"),
        ("names=[a]", "input `names` must be array, `[a]` is not"),
        ("nmber=1", "input `nmber` does not exist"),
        ("number", "`-i number` gives no value"),
    ],
)
def test_an_input_that_does_not_fit_is_wrong_usage(folder: Path, pair: str, error: str) -> None:
    ran = invoke("run", write(folder, TYPED), "-i", "text=x", "-i", pair)
    assert ran.code == 2 and ran.error == error and not (folder / ".overture").exists()


def test_inputs_come_from_a_file_and_a_pair_wins(folder: Path) -> None:
    write(folder, TYPED)
    (folder / "in.yaml").write_text("text: from the file\nnumber: 3\n")
    (folder / "in.json").write_text('{"text": "json", "number": 4}')
    ran = invoke("run", "typed.flow.yaml", "--inputs", "in.yaml", "-i", "number=9", "--format", "json")
    assert ran.json["outputs"]["text"] == "from the file" and ran.json["outputs"]["number"] == 9
    ran = invoke("run", "typed.flow.yaml", "--inputs", "-", stdin='{"text": "from stdin"}')
    assert ran.code == 0 and "from stdin" in ran.stdout
    assert invoke("run", "typed.flow.yaml", "--inputs", "in.json").code == 0


@pytest.mark.parametrize("text", ["[1]", "text: [", '{"text": NaN}', "txt: x", "a: &x 1", ""])
def test_a_file_of_inputs_that_cannot_be_used_is_wrong_usage(folder: Path, text: str) -> None:
    (folder / "in").write_text(text)
    ran = invoke("run", write(folder, TYPED), "--inputs", "in")
    assert ran.code == 2 and ran.error and not (folder / ".overture").exists()


def test_a_required_input_that_is_missing_is_named(folder: Path) -> None:
    ran = invoke("run", write(folder, TYPED))
    assert ran.code == 1 and "`text`" in ran.error


def test_approve_pins_the_plan(folder: Path) -> None:
    digest = invoke("plan", write(folder, HELLO), "--format", "json").json["digest"]
    assert invoke("run", "hello.flow.yaml", "--approve", digest).code == 0
    write(folder, HELLO.replace("hello {{", "bye {{"))
    ran = invoke("run", "hello.flow.yaml", "--approve", digest)
    assert ran.code == 1 and digest in ran.error and ran.stdout == ""


def test_a_policy_allows_only_what_it_names(folder: Path) -> None:
    write(folder, SECRET)
    (folder / "policy.toml").write_text('hosts = ["example.com"]\n')
    ran = invoke("run", "secret.flow.yaml", "--policy", "policy.toml", env={"API_TOKEN": "0123456789"})
    assert ran.code == 1 and "127.0.0.1" in ran.error
    (folder / "policy.toml").write_text("hosts = [")
    ran = invoke("run", "secret.flow.yaml", "--policy", "policy.toml", env={"API_TOKEN": "0123456789"})
    assert ran.code == 2 and "TOML" in ran.error


def test_all_that_is_missing_is_told_at_once_and_how_to_give_it(folder: Path) -> None:
    judge = "  - {id: judge, kind: ai, prompt: well?}\n"
    ran = invoke("run", write(folder, SECRET.replace("secrets: [", "secrets: [OTHER, ") + judge.replace("well", "so")))
    assert ran.code == 1 and ran.error == "secret `API_TOKEN` is not set"
    lines = ran.stderr.partition("error: ")[2].splitlines()
    assert [line.split("`")[1] for line in lines] == [
        "API_TOKEN",
        "OVERTURE_MODEL",
        "OPENAI_API_KEY",
        "--env-file FILE",
    ]
    assert not invoke("runs", "--format", "json").json["runs"]


def test_a_run_that_is_refused_is_one_document_too(folder: Path) -> None:
    ran = invoke("run", write(folder, SECRET), "--format", "json")
    assert ran.code == 1 and ran.error == "secret `API_TOKEN` is not set"
    assert list(ran.json) == ["run", "workflow", "state", "outputs", "error", "tasks", "seconds"]
    assert (ran.json["run"], ran.json["workflow"], ran.json["state"]) == (None, "secret", "failed")
    assert ran.json["error"] == {"type": "refused", "message": "secret `API_TOKEN` is not set", "task": None}
    run = invoke("run", write(folder, HELLO), "--format", "json").json["run"]
    again = invoke("resume", run, "--format", "json")
    assert again.code == 1 and again.json["run"] == run and "has ended" in again.json["error"]["message"]


def test_a_private_host_is_refused_with_the_flag_that_allows_it(folder: Path) -> None:
    ran = invoke("run", write(folder, SECRET), env={"API_TOKEN": "0123456789"})
    assert ran.code == 1 and "is not public" in ran.error and "attempts" not in ran.stderr
    assert "help: `--allow-host 127.0.0.1:9` allows it\n" in ran.stderr


def test_secrets_come_from_the_environment_and_from_files_of_it(folder: Path) -> None:
    write(folder, SECRET)
    ran = invoke("run", "secret.flow.yaml")
    assert ran.code == 1 and ran.error == "secret `API_TOKEN` is not set"
    (folder / "env").write_text("# tokens\nexport API_TOKEN='canary-0123456789'\n\n")
    words = ("--env-file", "env", "--allow-host", "127.0.0.1:9", "--format", "json")
    ran = invoke("run", "secret.flow.yaml", *words)
    assert ran.code == 1 and ran.json["error"]["type"] == "http"
    assert "canary" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("content", [b"JUST WORDS", b"=x", b"A=\xff"])
def test_a_file_of_the_environment_that_cannot_be_read_is_wrong_usage(folder: Path, content: bytes) -> None:
    (folder / "env").write_bytes(content)
    ran = invoke("run", write(folder, HELLO), "--env-file", "env")
    assert ran.code == 2 and "`env`" in ran.error


def test_a_trigger_that_is_not_due_ends_well_without_a_run(folder: Path) -> None:
    write(folder, HELLO.replace("tasks:", WEBHOOK + "tasks:"))
    (folder / "go.json").write_text('{"type": "webhook", "body": {"go": true}}')
    (folder / "stay.json").write_text('{"type": "webhook", "body": {"go": false}}')
    assert invoke("run", "hello.flow.yaml", "--trigger", "go.json").stdout == "greeting: hello world\n"
    ran = invoke("run", "hello.flow.yaml", "--trigger", "stay.json")
    assert ran.code == 0 and ran.stdout == "" and "there is no run" in ran.stderr
    ran = invoke("run", "hello.flow.yaml", "--trigger", "stay.json", "--format", "json")
    assert ran.code == 0 and (ran.json["run"], ran.json["error"], ran.json["tasks"]) == (None, None, [])
    assert len(invoke("runs", "--format", "json").json["runs"]) == 1


HOOKED = HELLO.replace("inputs.who", "trigger.body.who").replace("inputs:\n  who: {type: string, default: world}\n", "")
HOOK = WEBHOOK.replace("    when: trigger.body.go\n", "").replace(
    "go: {type: boolean}}, required: [go]", "who: {type: string}}, required: [who]"
)
BOTH = HOOK.replace("triggers:\n", 'triggers:\n  - {type: schedule, cron: "0 9 * * *", timezone: UTC}\n')


def test_a_run_by_hand_that_reads_a_trigger_is_told_of_the_flag(folder: Path) -> None:
    ran = invoke("run", write(folder, HOOKED.replace("tasks:", HOOK + "tasks:", 1)))
    assert ran.code == 1 and ran.error == "greet: `trigger.body` is missing"
    assert "help: give a trigger's data: `--trigger FILE`" in ran.stderr


@pytest.mark.parametrize("triggers", [HOOK, BOTH])
@pytest.mark.parametrize(
    "text", ['{"body": {"who": "you"}}', '{"type": "webhook", "body": {"who": "you"}, "query": {}}']
)
def test_the_type_of_a_trigger_that_goes_without_saying_need_not_be_said(
    folder: Path, triggers: str, text: str
) -> None:
    write(
        folder, HELLO.replace("inputs.who", "trigger.body.who | default('me')").replace("tasks:", triggers + "tasks:")
    )
    (folder / "hook.json").write_text(text)
    ran = invoke("run", "hello.flow.yaml", "--trigger", "hook.json")
    assert ran.code == 0 and ran.stdout == "greeting: hello you\n", ran.stderr


@pytest.mark.parametrize(
    ("triggers", "text", "error"),
    [
        (HOOK, '{"who": "you"}', "does not say which trigger's data it holds"),
        (BOTH, "{}", "does not say which trigger's data it holds"),
        (HOOK, '{"type": "webhook", "bdy": {}}', "a trigger of type `webhook` has no `bdy`"),
    ],
)
def test_a_file_that_is_no_triggers_data_is_told_what_to_look_like(
    folder: Path, triggers: str, text: str, error: str
) -> None:
    write(folder, HELLO.replace("tasks:", triggers + "tasks:"))
    (folder / "hook.json").write_text(text)
    ran = invoke("run", "hello.flow.yaml", "--trigger", "hook.json")
    assert ran.code == 2 and error in ran.error and '{"type": "webhook", "body": …' in ran.stderr
    assert not (folder / ".overture").exists()


def test_a_workflow_runs_from_stdin(folder: Path) -> None:
    assert invoke("run", "-", stdin=HELLO).stdout == "greeting: hello world\n"


def test_runs_lists_the_newest_first_and_show_shows_one(folder: Path) -> None:
    first = invoke("run", write(folder, HELLO), "--format", "json").json
    second = invoke("run", write(folder, FAILING), "--format", "json").json
    listed = invoke("runs", "--format", "json").json
    assert list(listed) == ["runs"]
    assert [each["run"] for each in listed["runs"]] == [second["run"], first["run"]]
    assert invoke("show", first["run"], "--format", "json").json == first
    assert invoke("show", second["run"], "--format", "json").json == second
    assert [line.split()[0] for line in invoke("runs").stdout.splitlines()] == [second["run"], first["run"]]
    assert len(invoke("runs", "--workflow", "hello").stdout.splitlines()) == 1


def test_a_run_is_named_by_the_beginning_of_its_name_or_as_the_last(folder: Path) -> None:
    first = invoke("run", write(folder, HELLO), "--format", "json").json["run"]
    second = invoke("run", write(folder, FAILING), "--format", "json").json["run"]
    assert invoke("show", "last", "--format", "json").json["run"] == second
    assert invoke("show", first[:-3], "--format", "json").json["run"] == first
    assert f"run `{second}` has ended" in invoke("resume", "last").error
    ran = invoke("show", "20")
    assert ran.code == 2 and ran.error == "`20` is the beginning of 2 runs"
    assert f"help: there is {second}, {first}\n" in ran.stderr
    for unknown in ("", "%", "x"):
        ran = invoke("show", unknown)
        assert ran.code == 2 and f"there is no run `{unknown}`" in ran.error


def test_a_called_run_is_shown_by_its_own_name_and_does_not_hide_its_caller(folder: Path) -> None:
    write(folder, HELLO)
    caller = "overture: 1\nname: caller\ntasks:\n  - {id: ask, kind: call, workflow: hello}\n"
    run = invoke("run", write(folder, caller), "--format", "json").json["run"]
    assert invoke("show", run[:-1], "--format", "json").json["run"] == run
    called = invoke("show", f"{run}.", "--format", "json").json
    assert called["workflow"] == "hello" and called["run"].startswith(run)
    ran = invoke("resume", called["run"])
    assert ran.code == 2 and ran.error == f"run `{called['run']}` was called by run `{run}`"


REPEAT = """\
overture: 1
name: again
state: {n: {type: integer, default: 0}}
tasks:
  - id: poll
    kind: repeat
    attempts: 5
    every: 1ms
    until: state.n == 3
    tasks:
      - {id: count, kind: remember, values: {n: "{{ state.n + 1 }}"}}
      - id: each
        kind: foreach
        items: [a]
        as: one
        tasks:
          - {id: say, kind: log, message: "{{ one }}"}
"""


def test_the_rounds_of_a_repeat_are_told_apart_as_items_are(folder: Path) -> None:
    ran = invoke("run", write(folder, REPEAT))
    told = [line.split()[1] for line in ran.stderr.splitlines() if line.startswith("✓")]
    rounds = [f"poll[{number}].{name}" for number in range(3) for name in ("count", "each[0].say", "each")]
    assert told == [*rounds, "poll"]
    places = [each["at"] for each in invoke("show", "last", "--format", "json").json["tasks"]]
    assert places == ["count", "each[0].say", "each", "poll"]  # the contract's `at` has no rounds


def test_show_names_tasks_in_loops_by_their_place(folder: Path) -> None:
    run = invoke("run", write(folder, LOOP), "--format", "json").json["run"]
    shown = invoke("show", run).stdout
    assert "✓ each[0].inner[1].pair\n" in shown and "info: it is b" in shown and shown.endswith("]]\n")


def test_the_runs_of_a_folder_without_a_store_are_none(folder: Path) -> None:
    ran = invoke("runs", "--format", "json")
    assert (ran.code, ran.json) == (0, {"runs": []})
    assert not (folder / ".overture").exists()


@pytest.mark.parametrize("command", ["show", "resume"])
def test_an_unknown_run_is_wrong_usage(folder: Path, command: str) -> None:
    ran = invoke(command, "20260101-000000-00000000")
    assert ran.code == 2 and ran.error == "no runs are kept in `.overture`" and not (folder / ".overture").exists()
    invoke("run", write(folder, HELLO))
    ran = invoke(command, "20260101-000000-00000000", "--format", "json")
    assert ran.code == 2 and ran.stdout == "" and "there is no run `20260101-000000-00000000`" in ran.error


def test_a_run_that_has_ended_is_not_resumed(folder: Path) -> None:
    run = invoke("run", write(folder, HELLO), "--format", "json").json["run"]
    ran = invoke("resume", run)
    assert ran.code == 1 and "has ended" in ran.error


def test_a_run_of_the_library_whose_text_is_not_kept_is_not_resumed_here(folder: Path) -> None:
    with Store(folder / ".overture") as store:
        begun = {"workflow": "w", "digest": "d", "started_at": "2026-01-01T00:00:00.000Z"}
        store.create("run-1", **begun, request={}, sources={})
    ran = invoke("resume", "last")
    assert (ran.code, ran.error) == (2, "the text of run `run-1` is not kept")


def test_a_file_that_is_no_store_is_wrong_usage(folder: Path) -> None:
    (folder / ".overture").mkdir()
    (folder / ".overture" / "runs.db").write_text("this is no database, but it is long enough to be looked at")
    for words in (["runs"], ["show", "x"], ["resume", "x"], ["run", write(folder, HELLO)]):
        ran = invoke(*words)
        assert ran.code in (1, 2) and "runs.db" in ran.error and ran.stdout == ""


def _shown_plan(ran: Ran) -> list[str]:
    return [line for line in ran.stdout.splitlines() if line.startswith("  ")]


def test_a_plan_is_of_the_contracts_shape(folder: Path) -> None:
    ran = invoke("plan", write(folder, SECRET), "--format", "json")
    assert ran.code == 0 and list(ran.json) == ["name", "digest", "effects", "tasks"]
    assert ran.json["effects"] == {
        "hosts": [{"host": "127.0.0.1:9", "methods": ["GET"]}],
        "programs": [],
        "models": [],
        "secrets": ["API_TOKEN"],
        "paths": [],
        "emails": [],
        "databases": [],
        "workflows": [],
    }
    assert ran.json["tasks"] == 1 and len(ran.json["digest"]) == 64


def test_a_value_in_a_plan_does_not_pass_for_a_row_of_its_own(folder: Path) -> None:
    shell = 'tasks:\n  - {id: sh, kind: shell, command: ["ls\\n  hosts      none\\e[2K"]}'
    ran = invoke("plan", write(folder, HELLO.partition("inputs:")[0] + shell))
    assert ran.code == 0, ran.stderr
    assert "\x1b" not in ran.stdout
    assert [line.split()[0] for line in _shown_plan(ran)] == ["programs", "note", "digest"]
