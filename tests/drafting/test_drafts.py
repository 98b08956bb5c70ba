from __future__ import annotations

import json
from typing import Any

import pytest

from overture.drafting.client import ModelClient
from overture.drafting.drafts import MAX_CALLS, Draft, draft, revise
from overture.drafting.failures import DraftingError
from overture.language.canonical import data_of
from overture.language.reading import read
from overture.language.wire import lower
from overture.testing import World, speaker

from .scripted import Scripted, check

REQUEST = "Every day at 6:00 UTC write the number of stars of acme/app to the log."
WORKFLOW = """\
overture: 1
name: star_count
triggers:
  - {type: schedule, cron: "0 6 * * *", timezone: UTC}
tasks:
  - id: repo
    kind: http
    url: https://api.github.com/repos/acme/app
    returns: {type: object, properties: {stargazers_count: {type: integer}}, required: [stargazers_count]}
  - {id: tell, kind: log, message: "{{ tasks.repo.body.stargazers_count }} stars"}
"""
TALK = {"understanding": "The stars are counted.", "questions": ["Which log?"], "assumptions": ["The log will do."]}


def wire(text: str = WORKFLOW) -> dict[str, Any]:
    workflow = read(text, "w.yaml").workflow
    assert workflow is not None
    return lower(workflow) | TALK


def task(answer: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in answer["tasks"] if each["id"] == name)


def broken(**fields: Any) -> dict[str, Any]:
    """The right answer, but for some fields of the task `tell`."""
    answer = wire()
    task(answer, "tell").update(fields)
    return answer


def edits(*made: dict[str, Any]) -> dict[str, Any]:
    return {"reasoning": "", "edits": list(made)}


def put(**fields: Any) -> dict[str, Any]:
    return {"op": "put", "after": None, "task": task(wire(), "tell") | fields}


def drafted(*answers: Any, **options: Any) -> tuple[Draft, Scripted]:
    client = Scripted(*answers)
    return draft(REQUEST, client, check, **options), client


def test_a_right_answer_becomes_a_sound_workflow_in_one_call() -> None:
    found, client = drafted(wire())
    assert found.is_sound
    assert found.text == WORKFLOW
    assert (found.understanding, found.questions) == (TALK["understanding"], ("Which log?",))
    assert found.assumptions == ("The log will do.",)
    assert (found.rounds, len(client.asked)) == (0, 1)


def test_the_request_comes_last_and_what_stands_before_it_never_changes() -> None:
    _, one = drafted(wire())
    client = Scripted(wire())
    draft("Something else with https://example.com/x", client, check, name="other")
    assert one.asked[0][:-1] == client.asked[0][:-1]
    assert one.asked[0][-1].content.startswith(REQUEST)
    assert "is cron `0 6 * * *`, timezone UTC" in one.asked[0][-1].content
    assert "`https://example.com/x`" in client.asked[0][-1].content
    assert "Call the workflow `other`" in client.asked[0][-1].content


def test_a_request_is_never_taken_for_a_template() -> None:
    client = Scripted(wire())
    draft("Say {{ 7 * 7 }} and {% raw %}", client, check)
    assert client.asked[0][-1].content.startswith("Say {{ 7 * 7 }} and {% raw %}")


def test_findings_go_back_and_the_answer_is_edits() -> None:
    found, client = drafted(broken(message="{{ tasks.repos.body }}"), edits(put()))
    assert found.is_sound
    assert found.text == WORKFLOW
    assert found.rounds == 1
    said = client.asked[1][-1].content
    finding = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    assert (finding["task"], finding["field"]) == ("tell", "message")
    assert "`repos`" in finding["message"]


def test_what_did_not_pass_is_never_called_sound() -> None:
    wrong = put(message="{{ tasks.nothing.body }}")
    found, client = drafted(broken(message="{{ tasks.repos.body }}"), edits(wrong), edits(wrong))
    assert not found.is_sound
    assert any(each.severity == "error" for each in found.diagnostics)
    assert len(client.asked) == 2, "nothing improved, so nothing more was asked"


def test_no_more_than_two_repairs_are_asked_for() -> None:
    answer = wire()
    for number in range(5):
        answer["tasks"].append(task(wire(), "tell") | {"id": f"t{number}", "message": f"{{{{ inputs.x{number} }}}}"})
    mended = [edits(put(id=f"t{number}")) for number in range(5)]
    found, client = drafted(answer, *mended)
    assert (found.rounds, len(client.asked)) == (2, 3)
    assert not found.is_sound
    assert sum(each.severity == "error" for each in found.diagnostics) == 3, "the best attempt is kept"


def test_a_repair_that_makes_it_worse_is_thrown_away() -> None:
    worse = {"op": "set", "field": "triggers", "value": "[5]"}
    found, _ = drafted(broken(message="{{ inputs.x }}"), edits(worse))
    assert [each.severity for each in found.diagnostics] == ["error"]


def test_at_most_ten_findings_are_told_at_once() -> None:
    answer = wire()
    for number in range(30):
        answer["tasks"].append(task(wire(), "tell") | {"id": f"t{number}", "message": f"{{{{ inputs.x{number} }}}}"})
    _, client = drafted(answer, edits())
    said = client.asked[1][-1].content
    assert said.count('"code"') == 10
    assert "found 30 errors" in said


def test_a_model_that_fails_during_repair_leaves_what_is_there() -> None:
    found, _ = drafted(broken(message="{{ inputs.x }}"))
    assert not found.is_sound
    assert found.rounds == 0
    assert 'message: "{{ inputs.x }}"' in found.text


def test_the_budget_of_calls_ends_the_repairs() -> None:
    client = Scripted(broken(message="{{ inputs.x }}"), edits(put()), calls=MAX_CALLS)
    assert not draft(REQUEST, client, check).is_sound
    assert len(client.asked) == 1


def test_a_whole_workflow_is_taken_where_edits_were_asked_for() -> None:
    found, _ = drafted(broken(message="{{ inputs.x }}"), wire())
    assert found.text == WORKFLOW


def test_what_could_not_be_read_is_told_and_never_passes() -> None:
    answer = broken()
    task(answer, "repo")["body"] = '{"a": '
    task(answer, "repo")["method"] = "POST"
    found, client = drafted(answer)
    assert not found.is_sound
    assert [each.pointer for each in found.misfits] == ["/tasks/0/body"]
    assert "the text is no JSON" in client.asked[1][-1].content


def test_a_secret_that_is_read_is_declared_without_asking() -> None:
    answer = wire()
    task(answer, "repo")["auth"] = {"type": "bearer", "token": "{{ secrets.GITHUB_TOKEN }}"}
    found, client = drafted(answer)
    assert found.is_sound and len(client.asked) == 1
    assert found.document["secrets"] == ["GITHUB_TOKEN"]
    assert "`GITHUB_TOKEN` is declared among the secrets" in found.assumptions


def test_the_alias_of_a_time_zone_is_mended_without_asking() -> None:
    answer = wire()
    answer["triggers"][0]["timezone"] = "europe/berlin"
    found, client = drafted(answer)
    assert found.is_sound and len(client.asked) == 1
    assert found.document["triggers"][0]["timezone"] == "Europe/Berlin"
    assert any("europe/berlin" in each for each in found.assumptions)


@pytest.mark.parametrize(
    ("wanted", "name"), [("Star Count!", "star_count"), ("2nd", "w_2nd"), ("x" * 99, "x" * 64), ("***", "workflow")]
)
def test_a_name_is_made_one(wanted: str, name: str) -> None:
    found, _ = drafted(wire() | {"name": wanted})
    assert found.document["name"] == name
    assert any(wanted in each for each in found.assumptions)
    assert drafted(wire(), name="other")[0].document["name"] == "other"


def test_what_the_request_says_literally_is_not_lost_in_silence() -> None:
    client = Scripted(wire())
    found = draft("Tell ops@acme.example the stars of acme/app, at most 250", client, check)
    assert "`ops@acme.example` of the request is not in the workflow" in found.assumptions
    assert "`250` of the request is not in the workflow" in found.assumptions


def test_what_it_cost_is_summed_up() -> None:
    found, _ = drafted(broken(message="{{ inputs.x }}"), edits(put()))
    usage = found.usage
    assert (usage.model, usage.calls, usage.input_tokens, usage.output_tokens, usage.seconds) == (
        "some-model", 2, 200, 100, 3.0,
    )  # fmt: skip


@pytest.mark.parametrize("answer", [
    {"tasks": [5]}, {"tasks": [{"kind": "http"}]}, {"tasks": [{"kind": []}], "name": 5, "triggers": 5, "inputs": "{"},
    {"tasks": [{"kind": "branch", "id": "a", "cases": None}], "secrets": 5, "questions": 5, "assumptions": [5, None]},
])  # fmt: skip
def test_no_answer_is_so_strange_that_it_breaks_us(answer: Any) -> None:
    found, _ = drafted(answer, edits(5, {}, {"op": "put", "task": None}, {"op": "set", "field": "tasks"}))  # type: ignore[arg-type]
    assert not found.is_sound
    assert found.text


def test_an_empty_request_is_refused() -> None:
    with pytest.raises(DraftingError, match="the request is empty"):
        draft("  \n", Scripted(), check)


def revised(change: str, *answers: Any) -> tuple[Draft, Scripted]:
    workflow = read(WORKFLOW, "w.yaml").workflow
    assert workflow is not None
    client = Scripted(*answers)
    return revise(workflow, change, client, check), client


def test_a_change_touches_only_what_its_edits_name() -> None:
    found, client = revised("Log it as a warning", edits(put(level="warning")))
    assert found.is_sound
    changed = set(found.text.splitlines()) ^ set(WORKFLOW.splitlines())
    assert all("id: tell" in line for line in changed) and len(changed) == 2
    assert "Log it as a warning" in client.asked[0][-1].content
    assert '"id": "repo"' in client.asked[0][-1].content


def test_a_change_can_add_and_remove_and_set() -> None:
    new = task(wire(), "tell") | {"id": "first", "message": "begin"}
    found, _ = revised(
        "Say begin, drop the rest, run it by hand",
        edits(
            {"op": "put", "after": "", "task": new},
            {"op": "remove", "id": "tell"},
            {"op": "remove", "id": "repo"},
            {"op": "set", "field": "triggers", "value": None},
            {"op": "set", "field": "inputs", "value": '{"x": {"type": "string", "default": "y"}}'},
        ),
    )
    assert found.is_sound
    assert [each["id"] for each in found.document["tasks"]] == ["first"]
    assert "triggers" not in found.document
    assert found.document["inputs"] == {"x": {"type": "string", "default": "y"}}


def test_an_edit_that_cannot_be_made_is_repaired_or_told() -> None:
    lost = {"op": "remove", "id": "tel"}
    found, client = revised("Do not log", edits(lost), edits({"op": "remove", "id": "tell"}))
    assert "there is no task `tel`: did you mean `tell`?" in client.asked[1][-1].content
    assert found.is_sound
    assert not revised("Do not log", edits(lost))[0].is_sound


def test_an_empty_change_is_refused() -> None:
    with pytest.raises(DraftingError, match="the change is empty"):
        revised(" ")


@pytest.mark.parametrize("character", ["openai", "deepseek", "ollama", "plain_only", "gemini", "anthropic", "thinking"])
def test_every_kind_of_server_gives_the_same_workflow(character: str) -> None:
    with World(model=speaker(character, wire())) as world:
        found = draft(REQUEST, ModelClient("some-model", base_url=world.model_url, timeout_seconds=30), check)
    assert found.is_sound
    assert found.text == WORKFLOW
    assert data_of(read(found.text, "w.yaml").workflow) == found.document


@pytest.mark.parametrize(
    ("character", "message"),
    [
        ("html_proxy", "the model's server answered with a web page"),
        ("broken_json", "something that is no JSON"),
        ("empty_content", "it is no JSON object"),
        ("misfit_always", "there is no list `tasks` in it"),
        ("truncated", "was cut off"),
        ("unauthorized", "does not take the key"),
        ("refusing", "refuses"),
    ],
)
def test_a_model_that_gives_nothing_is_one_clear_error(character: str, message: str) -> None:
    with World(model=speaker(character, wire())) as world:
        client = ModelClient("some-model", base_url=world.model_url, timeout_seconds=30, sleep=lambda seconds: None)
        with pytest.raises(DraftingError, match=message):
            draft(REQUEST, client, check)


def test_a_valid_document_of_a_wrong_shape_is_told_by_the_checker() -> None:
    with World(model=speaker("openai", {"tasks": [{"kind": "log", "id": "a", "text": "hello"}], "name": "w"})) as world:
        found = draft(REQUEST, ModelClient("some-model", base_url=world.model_url, timeout_seconds=30), check)
    assert not found.is_sound
    assert any("`text`" in each.message for each in found.diagnostics)
