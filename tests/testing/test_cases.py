"""Case files: what they may say, what is told when they say it wrong, and how a run is held to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from overture.cli.loading import load
from overture.plan.build import plan
from overture.testing import Answer, Case, CaseError, Observed, Request, differences, find_cases, load_case
from overture.testing.instances import REPEATABLE, instance_of
from overture.testing.order import follow, steps_of
from overture.testing.values import is_same

CORPUS = Path(__file__).parent.parent / "cases"

GOOD = """
about: The promise.
inputs: {api: "${world}", when: 22:30, count: 1_0, yes: no}
http:
  GET /a: [503, {json: [1]}]
expect:
  outputs: {n: 2}
  tasks: {label: [succeeded, failed], "each[1].label": failed}
  requests: [GET /a, "GET /a?x=1", POST /b: {body: {text: hi}, headers: {Idempotency-Key: "${same:one}"}}]
  log: [info: hello]
engines: {kestra: run, prefect: {notyet: waits}}
"""


def write(folder: Path, text: str, flow: str = "one.flow.yaml") -> Path:
    (folder / flow).write_text("overture: 1\n")
    (folder / "case.yaml").write_text(text)
    return folder


def read(folder: Path, text: str = GOOD) -> Case:
    return load_case(write(folder, text)).placed("http://w")


def request(target: str, body: Any = None, **headers: str) -> Request:
    method, rest = target.split(" ")
    path, _, query = rest.partition("?")
    pairs = tuple(tuple(pair.split("=")) for pair in query.split("&") if pair)
    names = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, pairs, names, body)  # type: ignore[arg-type]


REQUESTS = [request("GET /a"), request("GET /a?x=1"), request("POST /b", {"text": "hi"}, Idempotency_Key="k")]


def observed(**changes: Any) -> Observed:
    run: dict[str, Any] = {
        "state": "succeeded",
        "outputs": {"n": 2.0},
        "tasks": {"each[0].label": "succeeded", "each[1].label": "failed"},
        "requests": REQUESTS,
        "log": [("info", "hello")],
    }
    return Observed(**{**run, **changes})


def test_a_case_is_read_with_the_scalars_of_yaml_1_2(tmp_path: Path) -> None:
    case = read(tmp_path)
    assert case.inputs == {"api": "http://w", "when": "22:30", "count": "1_0", "yes": "no"}
    assert case.engines["kestra"].marker == "run"
    assert case.engines["prefect"].reason == "waits"
    assert case.workflow.name == "one.flow.yaml"


def test_a_run_that_agrees_has_no_differences(tmp_path: Path) -> None:
    assert differences(read(tmp_path), observed()) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"state": "failed"}, "state: expected succeeded, got failed"),
        ({"outputs": {"n": "2"}}, 'outputs.n: expected 2, got "2"'),
        ({"outputs": {"n": True}}, "outputs.n: expected 2, got true"),
        ({"outputs": {"n": 2, "m": 1}}, "outputs.m: 1 is not expected"),
        ({"outputs": {}}, "outputs.n: expected 2, but it is missing"),
        ({"error": {"type": "fail", "task": "a", "message": "no"}}, "error: none is expected, got (fail at a: no)"),
        ({"tasks": {"label[0]": "succeeded"}}, "tasks.label[1]: expected failed, got nothing"),
        ({"requests": REQUESTS[:2]}, "requests: `POST /b` is missing"),
        ({"requests": [*REQUESTS, request("GET /c")]}, "requests[3]: `GET /c` is not expected"),
        ({"requests": [REQUESTS[1]]}, "requests: `GET /a` is missing"),
        ({"requests": [REQUESTS[2]]}, "requests[0]: expected `GET /a`, got `POST /b`"),
        (
            {"requests": [*REQUESTS[:2], request("POST /b", {"text": 1}, Idempotency_Key="k")]},
            'requests[2].body.text: expected "hi", got 1',
        ),
        (
            {"requests": [*REQUESTS[:2], request("POST /b", {"text": "hi"})]},
            "requests[2].headers.Idempotency-Key: expected ${same:one}, got None",
        ),
        ({"log": [("warning", "hello")]}, "log[0]: expected `info: hello`, got `warning: hello`"),
        ({"log": []}, "log: `info: hello` is missing"),
    ],
)
def test_a_difference_is_told_in_a_line(tmp_path: Path, change: dict[str, Any], line: str) -> None:
    assert line in differences(read(tmp_path), observed(**change))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("about: x", "`expect` is missing"),
        ("about: x\nexpect: {}\nhttps: {}", "`https` is not known here"),
        ("about: x\nabout: y\nexpect: {}", "line 2, column 1: `about` stands here twice"),
        ("about: &a x\nexpect: {}", "anchors have no place here"),
        ("about: x\nexpect: {state: good}", "`expect.state`: is none of succeeded"),
        ("about: x\nexpect: {state: failed}", "`error` is missing"),
        ("about: x\nexpect: {tasks: {a: good}}", "`expect.tasks.a`: is none of succeeded"),
        ("about: x\nexpect: {tasks: {a: [[failed, good]]}}", "`expect.tasks.a[0][1]`: is none of succeeded"),
        ("about: x\nexpect: {tasks: {'a[0': failed}}", "`a[0` names no task"),
        ("about: x\nexpect: {attempts: {a: twice}}", "`expect.attempts.a`: is no whole number"),
        ("about: x\napprovals: {a: yes}\nexpect: {}", "`approvals.a`: is no mapping"),
        ("about: x\napprovals: {a: {approved: yes}}\nexpect: {}", "`approvals.a.approved`: is neither true nor false"),
        ("about: x\nexpect: {requests: [FETCH /a]}", "`expect.requests[0]`: `FETCH /a` is not of the form"),
        ("about: x\nhttp: {GET /a: {json: 1, text: a}}\nexpect: {}", "more than one of json, text"),
        ("about: x\nmodels: {a: {jsn: 1}}\nexpect: {}", "`jsn` is not known here"),
        ("about: x\nmodels: {a: {json: 1}}\nexpect: {}", "`model_calls` is missing"),
        ("about: x\nclock: 2026-01-01\nexpect: {}", "no RFC 3339"),
        ("about: x\nfiles: {../a: x}\nexpect: {}", "leads out of the workspace"),
        ("about: x\nengines: {kestra: maybe}\nexpect: {}", "`engines.kestra`: is none of run"),
        ("about: x\nengines: {airflow: run}\nexpect: {}", "`engines`: `airflow` is not known here"),
        ("about: x\nworkflow: two.flow.yaml\nexpect: {}", "there is no `two.flow.yaml`"),
        ("about: x\nexpect: {outputs: {a: '${inputs.a[0]}'}}", "there is no `a[0]` among the inputs"),
        ("- a", "is no mapping"),
    ],
)
def test_a_bad_case_file_is_told_once_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(CaseError) as caught:
        load_case(write(tmp_path, text))
    assert problem in str(caught.value)
    assert str(tmp_path / "case.yaml") in str(caught.value)


def test_an_expectation_can_speak_of_the_inputs(tmp_path: Path) -> None:
    text = "about: x\ninputs: {a: [{b: '${world}'}]}\nexpect: {outputs: {c: '${inputs.a[0].b}', d: '${inputs.a}'}}"
    assert read(tmp_path, text).expect.outputs == {"c": "http://w", "d": [{"b": "http://w"}]}


def test_two_flows_beside_a_case_must_be_told_apart(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "two.flow.yaml")
    with pytest.raises(CaseError, match=r"one\.flow\.yaml, two\.flow\.yaml"):
        load_case(write(tmp_path, GOOD))


def test_one_name_of_a_key_is_one_text_and_two_names_are_two(tmp_path: Path) -> None:
    text = """
about: x
expect:
  requests:
    - POST /a: {headers: {K: "${same:a}"}, times: 2}
    - POST /b: {headers: {K: "${same:b}", L: "${absent}"}}
"""
    case = read(tmp_path, text)

    def run(*keys: str) -> list[str]:
        first, second, third = keys
        requests = [request("POST /a", K=first), request("POST /a", K=second), request("POST /b", K=third)]
        return differences(case, Observed("succeeded", requests=requests))

    assert run("x", "x", "y") == []
    assert "is not what `a` stands for" in run("x", "z", "y")[1]
    assert "is not what `b` stands for" in run("x", "x", "x")[1]


LOOPS = {"work": 0, "tell": 0, "each": 0, "label": 1, "cell": 2}
"""Tasks of a plan, with the number of loops round each."""

RAN = {"work": "succeeded", "tell": "succeeded", "each": "succeeded"}


@pytest.mark.parametrize(
    ("expected", "tasks", "lines"),
    [
        ("{}", RAN, []),
        ("{}", RAN | {"each[0].label": "succeeded", "label[1]": "succeeded", "cell[0,1]": "succeeded"}, []),
        ("{}", RAN | {"tell": "skipped"}, ["tasks.tell: expected succeeded, got skipped"]),
        ("{}", {"work": "succeeded", "each": "succeeded"}, ["tasks.tell: expected succeeded, got nothing"]),
        ("{}", RAN | {"label[1]": "failed"}, ["tasks.label[1]: expected succeeded, got failed"]),
        ("{'label[1]': failed}", RAN | {"label[0]": "failed", "label[1]": "failed"}, ["tasks.label[0]: expected succ"]),
        ("{label: [failed]}", RAN | {"label[0]": "failed", "label[1]": "failed"}, ["tasks.label[1]: expected nothing"]),
        ("{label: failed}", RAN, ["tasks.label: expected failed, got nothing"]),
        ("{label: failed}", RAN | {"label[0]": "failed", "label[1]": "failed"}, []),
        ("{cell: [[failed], succeeded]}", RAN | {"cell[0,0]": "failed", "cell[1,0]": "succeeded"}, []),
        (
            "{cell: [[failed], []]}",
            RAN | {"cell[0,0]": "failed", "cell[1,0]": "succeeded"},
            ["tasks.cell[1][0]: expe"],
        ),
        (
            "{cell: [[failed, failed]]}",
            RAN | {"cell[0,0]": "failed"},
            ["tasks.cell[0][1]: expected failed"],
        ),
    ],
)
def test_every_task_must_have_succeeded_that_is_not_said_to_have_ended_otherwise(
    tmp_path: Path, expected: str, tasks: dict[str, str], lines: list[str]
) -> None:
    case = read(tmp_path, f"about: x\nexpect: {{tasks: {expected}}}")
    found = differences(case, Observed("succeeded", tasks=tasks, comparable=LOOPS))
    assert len(found) == len(lines)
    assert all(line.startswith(start) for line, start in zip(found, lines, strict=True)), found


@pytest.mark.parametrize(
    ("state", "differs"), [("skipped", False), ("cancelled", False), ("failed", True), ("succeeded", True)]
)
def test_where_only_what_started_is_shown_absent_is_skipped_or_cancelled(
    tmp_path: Path, state: str, differs: bool
) -> None:
    case = read(tmp_path, f"about: x\nexpect: {{tasks: {{tell: {state}, label: [succeeded, {state}]}}}}")
    seen = {"work": "succeeded", "each": "succeeded", "label[0]": "succeeded"}
    shown = Observed("succeeded", tasks=seen, comparable=LOOPS, records_unstarted=False)
    assert len(differences(case, shown)) == (2 if differs else 0)
    assert len(differences(case, replace(shown, records_unstarted=True))) == 2


def test_what_an_engine_shows_nothing_of_is_not_compared(tmp_path: Path) -> None:
    case = read(tmp_path, "about: x\nexpect: {tasks: {work: failed, each: failed}}")
    shown = Observed("succeeded", tasks={"work": "failed"}, comparable={"work": 0})
    assert differences(case, shown) == []


@pytest.mark.parametrize(
    ("expected", "attempts", "lines"),
    [
        ("{}", {"work": 1, "label[0]": 1, "label[1]": 1}, []),
        ("{}", {"work": 2}, ["attempts.work: expected 1, got 2"]),
        ("{work: 2}", {"work": 2}, []),
        ("{work: 2}", {}, ["attempts.work: expected 2, got nothing"]),
        ("{'label[1]': 3}", {"label[0]": 1, "label[1]": 3}, []),
        ("{'label[1]': 3}", {"label[0]": 3, "label[1]": 3}, ["attempts.label[0]: expected 1, got 3"]),
        ("{label: [1, 2]}", {"label[0]": 1, "label[1]": 1}, ["attempts.label[1]: expected 2, got 1"]),
        ("{label: 2}", {"label[0]": 2, "label[1]": 1}, ["attempts.label[1]: expected 2, got 1"]),
    ],
)
def test_a_task_is_attempted_as_often_as_the_case_says_else_once(
    tmp_path: Path, expected: str, attempts: dict[str, int], lines: list[str]
) -> None:
    case = read(tmp_path, f"about: x\nexpect: {{attempts: {expected}}}")
    tasks = dict.fromkeys(attempts, "failed")
    assert differences(case, Observed("succeeded", tasks=tasks, attempts=attempts)) == lines


def test_what_never_started_was_not_attempted_either(tmp_path: Path) -> None:
    case = read(tmp_path, "about: x\nexpect: {tasks: {work: skipped, tell: cancelled}}")
    shown = Observed("succeeded", tasks={"work": "skipped", "tell": "cancelled"}, attempts={"work": 0, "tell": 2})
    assert differences(case, shown) == []


def test_what_people_answer_is_read_by_task(tmp_path: Path) -> None:
    text = "about: x\napprovals: {ask: {approved: false, by: ann, comment: no, value: {n: 3}}, other: {}}\nexpect: {}"
    assert read(tmp_path, text).approvals == {"ask": Answer(False, "ann", "no", {"n": 3}), "other": Answer(True)}


def test_files_and_state_are_held_to_the_case(tmp_path: Path) -> None:
    text = "about: x\nexpect: {files: {a.txt: hi, b.json: {json: {n: 1}}, c: null}, state_after: {seen: [1]}}"
    case = read(tmp_path, text)
    good: dict[str, Any] = {"files": {"a.txt": b"hi", "b.json": b'{"n": 1.0}'}, "state_after": {"seen": [1]}}
    assert differences(case, Observed("succeeded", **good)) == []
    bad = Observed("succeeded", files={"a.txt": b"ho", "c": b""}, state_after={"seen": []})
    assert differences(case, bad) == [
        "state_after.seen: expected [1], got []",
        'files.a.txt: expected "hi", got "ho"',
        "files.b.json: is missing; there are a.txt, c",
        "files.c: no such file is expected",
    ]


@pytest.mark.parametrize(
    ("record", "is_whole"),
    [("abcd", True), ("acbd", True), ("cabd", True), ("bacd", False), ("abc", False), ("abcdd", False), ("", False)],
)
def test_lists_in_lists_are_any_order_and_sequence_by_turns(record: str, is_whole: bool) -> None:
    steps = steps_of([[["a", "b"], "c"], "d"])
    assert follow(steps, record, lambda wanted, got, bound: bound if wanted == got else None, 0).is_whole is is_whole


def test_an_early_match_is_undone_when_it_leads_nowhere() -> None:
    steps = steps_of([["any", "a"]])

    def matches(wanted: object, got: str, bound: int) -> int | None:
        return bound if wanted in ("any", got) else None

    assert follow(steps, ["a", "b"], matches, 0).is_whole


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (2, 2.0, True),
        (True, 1, False),
        ("1", 1, False),
        (None, False, False),
        ([1, {"a": 2}], [1.0, {"a": 2.0}], True),
        ([], {}, False),
        ({"a": None}, {}, False),
    ],
)
def test_values_are_compared_with_their_types(left: Any, right: Any, expected: bool) -> None:
    assert is_same(left, right) is expected


@pytest.mark.parametrize("folder", find_cases(CORPUS), ids=lambda folder: folder.name)
def test_what_a_case_says_of_tasks_is_said_of_tasks_of_its_workflow(folder: Path) -> None:
    case = load_case(folder)
    checked = load(str(case.workflow)).verdict.checked
    assert checked is not None
    kinds = {task.id: task.kind for task in plan(checked).walk()}
    named = {instance_of(name)[0] for name in (*case.expect.tasks, *case.expect.attempts)}
    assert named - kinds.keys() == set()
    assert {kinds.get(name) for name in case.approvals} <= {"approve"}
    assert {kinds[instance_of(name)[0]] for name in case.expect.attempts} <= set(REPEATABLE)


def test_every_case_of_the_corpus_can_be_read_and_says_what_it_promises() -> None:
    folders = find_cases(CORPUS)
    assert len(folders) >= 34
    promises = [load_case(folder).about for folder in folders]
    assert all(promise.endswith(".") for promise in promises)
    assert len(set(promises)) == len(promises)
