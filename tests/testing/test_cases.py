"""Case files: what they may say, what is told when they say it wrong, and how a run is held to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from overture.testing import Case, CaseError, Observed, Request, differences, find_cases, load_case
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
        ({"tasks": {"label[0]": "succeeded"}}, "tasks.label: expected succeeded, failed, got succeeded"),
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


def test_every_case_of_the_corpus_can_be_read_and_says_what_it_promises() -> None:
    folders = find_cases(CORPUS)
    assert len(folders) >= 34
    promises = [load_case(folder).about for folder in folders]
    assert all(promise.endswith(".") for promise in promises)
    assert len(set(promises)) == len(promises)
