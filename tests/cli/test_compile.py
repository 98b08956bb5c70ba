"""`compile`: shapes, drafts, what is written over, and models that misbehave."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from cli_running import Ran, files_in, invoke

from overture.language.reading import read
from overture.language.wire import lower
from overture.testing import CHARACTERS, ModelCall, Reply, World, speaker
from overture.testing.models import say

KEY = "sk-test-0123456789abcdef"
REQUEST = 'Every day at 9:00 UTC, fetch https://example.com/status, then log "done"'
MADE = """\
overture: 1
name: status_check
description: Fetch the status.
triggers:
  - {type: schedule, cron: "0 9 * * *", timezone: UTC}
tasks:
  - id: status
    kind: http
    url: https://example.com/status
  - {id: told, kind: log, message: done}
"""


def answer(text: str = MADE, **talk: Any) -> dict[str, Any]:
    """What a model would answer that has this workflow in mind."""
    workflow = read(text, "x.yaml").workflow
    assert workflow is not None
    return {
        **lower(workflow),
        "understanding": "The status is fetched every day.",
        "questions": ["Where should it go?"],
        "assumptions": ["`https://example.com/status` answers JSON"],
        **talk,
    }


def compiled(world: World, *words: str, timeout: str = "5s", request: str = REQUEST) -> Ran:
    """`compile` by the model of a world."""
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": world.model_url, "OVERTURE_MODEL_TIMEOUT": timeout}
    ran = invoke("compile", request, "--model", "some-model", *words, env=env)
    assert KEY not in ran.stdout + ran.stderr
    return ran


def shape(value: Any) -> None:
    """`compile` of the contract."""
    assert list(value) == [
        *("ok", "planner", "name", "path", "files", "understanding", "assumptions", "questions"),
        *("not_understood", "diagnostics", "rounds", "usage"),
    ]
    assert value["ok"] in (True, False) and value["planner"] in ("builtin", "model")
    assert all(list(each) == ["target", "path"] for each in value["files"])
    assert all(list(each) == ["text", "start", "end"] for each in value["not_understood"])
    assert isinstance(value["understanding"], str) and isinstance(value["rounds"], int)
    assert list(value["usage"]) == ["model", "calls", "input_tokens", "output_tokens", "seconds", "cost"]


def test_without_a_key_the_built_in_planner_writes_a_sound_workflow(folder: Path) -> None:
    ran = invoke("compile", REQUEST, "--name", "status")
    assert ran.code == 0 and ran.stdout == "", ran.stderr
    assert "planned by the built-in planner" in ran.stderr and "wrote status.flow.yaml" in ran.stderr
    assert files_in(folder) == {"status.flow.yaml"}
    assert invoke("check", "status.flow.yaml", "--strict").code == 0


def test_json_is_one_document_of_the_contracts_shape(folder: Path) -> None:
    ran = invoke(
        "compile", REQUEST, "--name", "status", "-o", "out", "--to", "kestra", "--to", "prefect", "--format=json"
    )
    assert ran.code == 0, ran.stderr
    shape(ran.json)
    assert (ran.json["ok"], ran.json["name"], ran.json["path"]) == (True, "status", "out/status.flow.yaml")
    assert list(dict.fromkeys(each["target"] for each in ran.json["files"])) == ["kestra", "prefect"]
    written = {each["path"] for each in ran.json["files"]}
    assert written >= {"out/status.yaml", "out/status.py"}
    assert files_in(folder) == {"out/status.flow.yaml", *written}


def test_words_that_are_not_understood_leave_a_draft_and_exit_1(folder: Path) -> None:
    request = f"{REQUEST}, then frobnicate the quux"
    ran = invoke("compile", request, "--name", "status", "--format", "json")
    assert ran.code == 1
    shape(ran.json)
    assert ran.json["ok"] is False and ran.json["not_understood"]
    for each in ran.json["not_understood"]:
        assert request[each["start"] : each["end"]] == each["text"]
    assert files_in(folder) <= {"status.draft.yaml"} and ran.errors


def test_a_sound_draft_of_a_request_that_was_not_understood_whole_is_told_so(folder: Path) -> None:
    ran = invoke("compile", f"{REQUEST}, then frobnicate the quux", "--name", "status")
    assert (ran.code, ran.error) == (
        1,
        "not all of the request was understood: what there is stands in `status.draft.yaml`",
    )
    assert invoke("check", "status.draft.yaml").code == 0
    ran = invoke("compile", "frobnicate the quux", "--name", "quux")
    assert (ran.code, ran.error) == (1, "nothing of the request was understood: nothing was written")
    assert files_in(folder) == {"status.draft.yaml"}


def test_an_unsound_draft_is_told_as_such(folder: Path) -> None:
    text = MADE.replace("message: done", 'message: "{{ tasks.nothing.body }}"')
    with World(model=speaker("openai", answer(text))) as world:
        ran = compiled(world)
    assert ran.code == 1 and ran.errors[-1].startswith("error: this is no sound workflow: what there is stands in ")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (f"{REQUEST}, email it to ops@example.com", None),
        (f"{REQUEST}, ask for approval", None),
        ("After the workflow nightly_sales, log it", None),
        (
            'After the workflow nightly_sales fails, log "x" and email "x" to ops@example.com',
            "`after` runs on Kestra and the local executor only",
        ),
        (REQUEST, None),
    ],
)
def test_where_a_workflow_cannot_run_is_said_in_one_line(folder: Path, request_: str, told: str | None) -> None:
    ran = invoke("compile", request_, "--name", "status")
    lines = [line for line in ran.stderr.splitlines() if " only" in line]
    assert lines == ([] if told is None else [told])
    assert " only" not in invoke("compile", request_, "--name", "quiet", "--quiet").stderr


def test_a_request_comes_from_a_file_and_from_stdin(folder: Path) -> None:
    (folder / "request.txt").write_text(REQUEST)
    assert invoke("compile", "@request.txt", "--name", "one").code == 0
    assert invoke("compile", "-", "--name", "two", stdin=REQUEST).code == 0
    one, two = ((folder / f"{name}.flow.yaml").read_text() for name in ("one", "two"))
    assert one.replace("name: one", "name: two") == two
    assert invoke("compile", "@missing.txt").error == "`missing.txt`: no such file or directory"


def test_a_dash_writes_the_workflow_to_stdout(folder: Path) -> None:
    ran = invoke("compile", REQUEST, "--name", "status", "-o", "-")
    assert ran.code == 0 and read(ran.stdout, "-").workflow is not None
    assert files_in(folder) == set()
    assert invoke("compile", REQUEST, "-o", "-", "--format", "json").code == 2


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([" \n"], "the request is empty"),
        ([REQUEST, "--name", "No Name"], "`No Name` is no name"),
        ([REQUEST, "--name", "../x"], "`../x` is no name"),
        ([REQUEST, "--to", "airflow"], "there is no target `airflow`"),
        ([REQUEST, "-o", "a_file"], "output `a_file` is not a folder"),
        ([REQUEST, "--planner", "model"], "no model is named"),
        ([REQUEST, "--planner", "model", "--model", "m"], "there is no key for the model"),
        ([REQUEST, "--replay", "missing"], None),
        ([REQUEST, "--replay", "a_file"], "line 1 of `a_file` is no recorded answer"),
        (
            [REQUEST, "--replay", "a_file", "--record", "b"],
            "`--replay` asks no model, so there is nothing to `--record`",
        ),
        ([REQUEST, "--model", "m", "--base-url", "http://127.0.0.1:9", "--record", "a_file/x"], None),
    ],
)
def test_wrong_usage_is_said_before_a_model_is_asked(folder: Path, words: list[str], error: str | None) -> None:
    (folder / "a_file").write_text("text")
    ran = invoke("compile", *words)
    assert ran.code == 2 and ran.stdout == ""
    assert error is None or ran.error == error
    assert ran.error and files_in(folder) == {"a_file"}


def test_a_workflow_that_is_there_is_not_written_over_without_force(folder: Path) -> None:
    (folder / "status.flow.yaml").write_text("mine")
    ran = invoke("compile", REQUEST, "--name", "status")
    assert ran.code == 2 and ran.error == "`status.flow.yaml` is there already" and "--force" in ran.stderr
    assert (folder / "status.flow.yaml").read_text() == "mine" and files_in(folder) == {"status.flow.yaml"}
    assert invoke("compile", REQUEST, "--name", "status", "--force").code == 0
    assert (folder / "status.flow.yaml").read_text() != "mine"


def test_an_answer_that_was_paid_for_is_kept_beside_a_workflow_that_is_there(folder: Path) -> None:
    (folder / "status_check.flow.yaml").write_text("mine")
    with World(model=speaker("openai", answer())) as world:
        ran = compiled(world)
    assert ran.code == 2 and "status_check.draft.yaml" in ran.error
    assert (folder / "status_check.flow.yaml").read_text() == "mine"
    assert "https://example.com/status" in (folder / "status_check.draft.yaml").read_text()


def test_force_says_what_the_new_workflow_may_touch_first(folder: Path) -> None:
    invoke("compile", REQUEST, "--name", "status")
    new = 'Every day at 9:00 UTC, fetch https://other.example.org/x, then log "done"'
    ran = invoke("compile", new, "--name", "status", "--force")
    assert ran.code == 0 and "new: host other.example.org" in ran.stderr
    assert ran.stderr.index("new: host") < ran.stderr.index("wrote status.flow.yaml")


def test_a_model_makes_a_workflow(folder: Path) -> None:
    with World(model=speaker("openai", answer())) as world:
        ran = compiled(world, "--format", "json")
    assert ran.code == 0, ran.stderr
    shape(ran.json)
    assert ran.json["planner"] == "model" and ran.json["questions"] == ["Where should it go?"]
    assert ran.json["usage"]["model"] == "some-model" and ran.json["usage"]["calls"] == 1
    assert ran.json["usage"]["input_tokens"] == 10 and ran.json["usage"]["cost"] is None
    assert files_in(folder) == {"status_check.flow.yaml"}


def test_what_a_model_says_cannot_move_the_cursor(folder: Path) -> None:
    with World(
        model=speaker("openai", answer(understanding="\x1b[2J", assumptions=["\x1b[1A", "a\nwrote b"]))
    ) as world:
        ran = compiled(world)
    assert ran.code == 0 and "\x1b" not in ran.stderr and "\nwrote b" not in ran.stderr


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a/b", "", None, ["x"], {"../x": 1}, "..", "x" * 300])
def test_a_name_that_a_model_made_up_does_not_lead_out_of_the_folder(folder: Path, name: Any) -> None:
    (folder / "work").mkdir()
    with World(model=speaker("openai", answer(name=name))) as world:
        ran = compiled(world, "-o", "work")
    assert ran.code in (0, 1)
    assert all(each.startswith("work/") and each.count("/") == 1 for each in files_in(folder))


def test_a_workflow_that_does_not_pass_is_a_draft_and_exits_1(folder: Path) -> None:
    text = MADE.replace("message: done", 'message: "{{ tasks.nothing.body }}"')
    with World(model=speaker("openai", answer(text))) as world:
        ran = compiled(world, "--format", "json")
    assert ran.code == 1
    shape(ran.json)
    assert ran.json["ok"] is False and [each["rule"] for each in ran.json["diagnostics"]] == ["unknown-task"]
    assert ran.json["path"] == "status_check.draft.yaml" and files_in(folder) == {"status_check.draft.yaml"}


@pytest.mark.parametrize(
    "character",
    [
        *("empty_content", "null_content", "null_choices", "empty_choices", "error_in_200", "html_proxy"),
        *("broken_json", "misfit_always", "unauthorized", "forbidden", "not_found", "rate_limited", "out_of_quota"),
        *("redirecting", "silent", "dropping", "endless", "truncated", "refusing", "filtered"),
    ],
)
def test_a_model_that_gives_no_answer_is_one_clear_error(folder: Path, character: str) -> None:
    assert character in CHARACTERS
    with World(model=speaker(character, answer())) as world:
        ran = compiled(world, "--format", "json", timeout="500ms")
    assert ran.code == 1 and ran.error
    shape(ran.json)
    assert ran.json["ok"] is False and ran.json["path"] is None
    assert files_in(folder) == set()


class Prose:
    """A model that chats."""

    def answer(self, call: ModelCall) -> Reply:
        return say(call, "I would first fetch the page { and then } log it. Shall I?")


def test_prose_is_one_clear_error(folder: Path) -> None:
    with World(model=Prose()) as world:
        ran = compiled(world)
    assert ran.code == 1 and "no JSON object" in ran.error and files_in(folder) == set()


@pytest.mark.parametrize("key", ["", KEY])
def test_a_closed_port_is_one_clear_error(folder: Path, key: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    env = {"OPENAI_API_KEY": key} if key else {}
    ran = invoke("compile", REQUEST, "--model", "m", "--base-url", url, env=env)
    assert ran.code == 1 and "cannot be reached" in ran.error and KEY not in ran.stderr
    assert files_in(folder) == set()


def test_a_recording_is_replayed_without_a_model(folder: Path) -> None:
    with World(model=speaker("openai", answer())) as world:
        assert compiled(world, "--record", "talk.jsonl", "-o", "one").code == 0
    assert KEY not in (folder / "talk.jsonl").read_text()
    ran = invoke("compile", REQUEST, "--replay", "talk.jsonl", "-o", "two")
    assert ran.code == 0, ran.stderr
    one, two = (folder / each / "status_check.flow.yaml" for each in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    ran = invoke("compile", "something else", "--replay", "talk.jsonl")
    assert ran.code == 1 and "holds no answer" in ran.error


def test_half_a_name_of_a_model_is_still_a_model(folder: Path) -> None:
    """A flag that names a model is not ignored for want of a key."""
    ran = invoke("compile", REQUEST, "--model", "m")
    assert ran.code == 2 and ran.error == "there is no key for the model"


def test_the_recorded_request_is_json(folder: Path) -> None:
    with World(model=speaker("openai", answer())) as world:
        compiled(world, "--record", "talk.jsonl")
    assert json.loads((folder / "talk.jsonl").read_text().splitlines()[0])["reply"]["model"] == "some-model"
