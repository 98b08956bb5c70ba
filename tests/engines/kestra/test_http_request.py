"""What Kestra's own http task does, on which the choice between it and a script rests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from kestra.flows import export

from overture.testing.models import ModelScript, read_script
from overture.testing.replies import read_routes
from overture.testing.world import World

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.model import EngineTask

pytestmark = pytest.mark.engine

GOOD = {"allowedResponseCodes": "{{ range(200, 299) }}"}


def world(routes: dict[str, Any]) -> World:
    return World(read_routes("http", routes), ModelScript(read_script("models", None)))


def request(id: str, uri: str, **more: Any) -> dict[str, Any]:
    options = {**GOOD, **more.pop("options", {})}
    task = {"id": id, "type": "io.kestra.plugin.core.http.Request", "uri": uri, "allowFailure": True}
    return {**task, "options": options, **more}


def test_what_the_core_form_counts_on(kestra: KestraEngine) -> None:
    with world({"GET /b": 200, "GET /a b": 200, "GET /q": 200, "GET /ä": 200}) as other:
        routes: dict[str, Any] = {
            "GET /busy": 503,
            "POST /full": 429,
            "GET /gone": 404,
            "GET /kept": 304,
            "GET /away": {"status": 302, "headers": {"Location": f"{other.url}/b"}},
            "GET /twice": {"json": {"n": 2.0}, "headers": {"X-Id": "7"}},
            "GET /slow": {"delay": 20},
            **{f"GET /{n}": {"status": 302, "headers": {"Location": f"/{n + 1}"}} for n in range(7)},
            "GET /7": 200,
        }
        with world(routes) as served:
            tasks = [
                request("busy", f"{served.url}/busy"),
                request("full", f"{served.url}/full", method="POST", body="{}"),
                request("gone", f"{served.url}/gone"),
                request("kept", f"{served.url}/kept"),
                request("seven", f"{served.url}/0"),
                request("header", f"{served.url}/away", headers={"Authorization": "Bearer t"}),
                request("option", f"{served.url}/away", options={"auth": {"type": "BEARER", "token": "t"}}),
                request("twice", f"{served.url}/twice"),
                request("query", f"{other.url}/q", params={"a": "x y&é+", "b": ["1", "2"], "c": "{{ null }}", "d": ""}),
                request("number", f"{other.url}/q", params={"a": 1}),
                request("latin", f"{other.url}/ä"),
                request("late", f"{served.url}/slow", timeout="PT1S", options={"timeout": {"readIdleTimeout": "PT1S"}}),
            ]
            flow = {"id": "asking", "namespace": "overture", "tasks": tasks}
            run = kestra.run({"asking": json.dumps(flow)}, "asking")
            asked = [str(each) for each in served.requests]
        got = [(str(each), each.headers.get("authorization")) for each in other.requests]
    found: dict[str, EngineTask] = {task.name: task for task in run.tasks}
    states = {name: task.engine_state for name, task in found.items()}
    assert asked.count("GET /busy") == 2 and asked.count("POST /full") == 2 and asked.count("GET /gone") == 1
    assert {name for name, state in states.items() if state == "SUCCESS"} == {
        "seven",
        "option",
        "twice",
        "query",
        "latin",
    }
    # an option goes along to another host, a header is not followed there
    assert ("GET /b", "Bearer t") in got and len([each for each, _ in got if each == "GET /b"]) == 1
    outputs = found["twice"].outputs or {}
    assert outputs["body"] == '{"n":2.0}' and outputs["headers"]["x-id"] == ["7"] and outputs["uri"].endswith("/twice")
    assert ("GET /q?a=x y&é+&b=1&b=2&d=", None) in got
    assert "Unsupported param type" in (found["number"].message or "")
    assert "imed out" in (found["late"].message or "") or "Timeout" in (found["late"].message or "")


HEAD = "inputs: {api: {type: string}, name: {type: string}, n: {type: integer}}\nsecrets: [TOKEN]"
WRITE = """
  - id: made
    kind: http
    method: POST
    url: "{{ inputs.api }}/items/{{ inputs.name | urlencode }}"
    query: {tag: [a, "b c"], name: "{{ inputs.name }}", none: null, n: 1}
    auth: {type: basic, username: u, password: "{{ secrets.TOKEN }}"}
    body: {name: "{{ inputs.name }}", n: "{{ inputs.n }}", nothing: null, list: [1, "{{ inputs.name }}"]}
    accept: [201, 200]
    returns: {type: object, required: [id], properties: {id: {type: integer}, name: {type: [string, "null"]}}}
  - id: sent
    kind: http
    method: PUT
    url: "{{ inputs.api }}/text"
    body: "{{ inputs.name }} is {{ tasks.made.body.id }} at {{ tasks.made.status }} ({{ tasks.made.headers['x-id'] }})"
outputs: {id: tasks.made.body.id, answer: tasks.made.body}
"""


def test_kestras_own_task_sends_and_reads_what_the_script_does(kestra: KestraEngine) -> None:
    routes = {
        "POST /items/a b&ä'\"{{": {"status": 201, "json": {"id": 2.0, "name": None}, "headers": {"X-Id": "7"}},
        "PUT /text": 200,
    }
    seen = []
    for options in ({}, {"http": "core"}):
        found = export(WRITE, head=HEAD, options=options)
        (text,) = found.files.values()
        assert ("http.Request" in text.partition("tasks:")[2].replace("# a script: http.Request", "")) == bool(options)
        with world(routes) as served:
            inputs = {"api": served.url, "name": "a b&ä'\"{{", "n": 5}
            run = kestra.run({"flow": text}, "flow", inputs, secrets={"TOKEN": "p:ässword"})
            names = ("authorization", "content-type")
            asked = [
                (str(each), each.body, [each.headers.get(name, "").lower().replace(" ", "") for name in names])
                for each in served.requests
            ]
            keys = ["idempotency-key" in each.headers for each in served.requests]
        assert run.state == "succeeded", run.logs
        outputs = {
            name: json.loads(value) if isinstance(value, str) else value for name, value in (run.outputs or {}).items()
        }
        seen.append((asked, keys, outputs))
    script, core = seen
    assert [each[:2] for each in core[0]] == [each[:2] for each in script[0]]
    assert [each[2][0] for each in core[0]] == [each[2][0] for each in script[0]]
    assert [each[2][1].removesuffix(";charset=utf-8") for each in core[0]] == ["application/json", "text/plain"]
    assert core[1:] == script[1:]
    assert core[2] == {"id": 2, "answer": {"id": 2, "name": None}}
