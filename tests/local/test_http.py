"""The http task: what is sent, where redirects lead, what is refused, how answers are read."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from local_running import Runner

from overture.testing import Reply, Route, World
from overture_local import Limits, RunResult

TOKEN = "s3cret-token-value"


def _flow(task: str, more: str = "") -> str:
    return f"""
overture: 1
name: asking
inputs: {{api: {{type: string, default: "http://127.0.0.1:1"}}, data: {{type: string, default: ""}}}}
secrets: [TOKEN]
tasks:
  - {{id: keep, kind: log, message: "{{{{ inputs.api }}}}{{{{ inputs.data }}}}"}}
{task}
{more}
"""


def _run(runner: Runner, world: World, task: str, more: str = "", **given: Any) -> RunResult:
    given.setdefault("inputs", {"api": world.url})
    return runner.run(_flow(task, more), secrets={"TOKEN": TOKEN}, **given)


SECRET_GET = """
  - id: get
    kind: http
    url: "{{ inputs.api }}/start"
    auth: {type: bearer, token: "{{ secrets.TOKEN }}"}
    headers: {X-Api-Key: "key {{ secrets.TOKEN }}", Cookie: "a=b", X-Plain: plain}
"""


def test_a_redirect_to_another_origin_drops_the_credentials(runner: Runner) -> None:
    with World([Route("GET", "/end", (Reply.of_json({"ok": True}),))]) as other:
        moved = Reply(status=302, headers={"Location": f"{other.url}/end"})
        with World([Route("GET", "/start", (moved,))]) as world:
            result = _run(runner, world, SECRET_GET, allow_hosts=(world.host, other.host))
            assert result.state == "succeeded", result.error
            assert world.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
        headers = other.requests[0].headers
    assert {"authorization", "cookie", "x-api-key"}.isdisjoint(headers)
    assert headers["x-plain"] == "plain"


def test_a_redirect_within_the_origin_keeps_the_credentials(runner: Runner) -> None:
    routes = [
        Route("GET", "/start", (Reply(status=307, headers={"Location": "/end"}),)),
        Route("GET", "/end", (Reply(),)),
    ]
    with World(routes) as world:
        assert _run(runner, world, SECRET_GET).state == "succeeded"
        assert world.requests[1].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_redirect_to_a_host_outside_the_plan_is_refused(runner: Runner) -> None:
    moved = Reply(status=302, headers={"Location": "http://elsewhere.example/"})
    with World([Route("GET", "/start", (moved,))]) as world:
        result = _run(runner, world, SECRET_GET)
    assert result.error is not None
    assert (result.error.type, result.error.task) == ("refused", "get")
    assert "elsewhere.example" in result.error.message


def test_a_redirect_that_hosts_names_is_followed(runner: Runner) -> None:
    task = """
  - id: get
    kind: http
    url: "{{ inputs.api }}/start"
    hosts: [localhost]
"""
    with World([Route("GET", "/start", (Reply(status=302, headers={"Location": "/end"}),))]) as world:
        port = world.host.rpartition(":")[2]
        moved = Reply(status=302, headers={"Location": f"http://localhost:{port}/end"})
        with World([Route("GET", "/start", (moved,))]) as first:
            result = _run(runner, first, task, allow_hosts=(first.host, f"localhost:{port}"))
        assert result.error is not None
        assert result.error.type == "http"  # it got there: nothing is scripted for /end
        assert [request.path for request in world.unexpected] == ["/end"]


def test_a_body_with_a_secret_is_not_sent_on_to_another_origin(runner: Runner) -> None:
    task = """
  - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/start", body: {token: "{{ secrets.TOKEN }}"}}
"""
    with World([Route("POST", "/end", (Reply(),))]) as other:
        moved = Reply(status=307, headers={"Location": f"{other.url}/end"})
        with World([Route("POST", "/start", (moved,))]) as world:
            result = _run(runner, world, task, allow_hosts=(world.host, other.host))
        assert other.requests == []
    assert result.error is not None
    assert result.error.type == "refused"


@pytest.mark.parametrize(("hops", "state"), [(5, "succeeded"), (6, "failed")])
def test_five_redirects_are_followed_and_no_more(runner: Runner, hops: int, state: str) -> None:
    routes = [
        Route("GET", f"/{number}", (Reply(status=302, headers={"Location": f"/{number + 1}"}),))
        for number in range(hops)
    ]
    with World([*routes, Route("GET", f"/{hops}", (Reply(),))]) as world:
        result = _run(runner, world, '  - {id: get, kind: http, url: "{{ inputs.api }}/0"}')
    assert result.state == state


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirected_post_becomes_a_get_without_a_body(runner: Runner, status: int) -> None:
    routes = [
        Route("POST", "/start", (Reply(status=status, headers={"Location": "/end"}),)),
        Route("GET", "/end", (Reply(),)),
    ]
    task = '  - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/start", body: {a: 1}}'
    with World(routes) as world:
        assert _run(runner, world, task).state == "succeeded"
        assert world.requests[1].raw == b""
        assert "content-type" not in world.requests[1].headers


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_method_keeps_the_body(runner: Runner, status: int) -> None:
    routes = [
        Route("POST", "/start", (Reply(status=status, headers={"Location": "/end"}),)),
        Route("POST", "/end", (Reply(),)),
    ]
    task = '  - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/start", body: {a: 1}}'
    with World(routes) as world:
        assert _run(runner, world, task).state == "succeeded"
        assert world.requests[1].body == {"a": 1}


def test_a_redirect_that_is_accepted_is_not_followed(runner: Runner) -> None:
    task = '  - {id: get, kind: http, url: "{{ inputs.api }}/start", accept: [302]}'
    with World([Route("GET", "/start", (Reply(status=302, headers={"Location": "/end"}),))]) as world:
        result = _run(runner, world, task, "outputs: {to: tasks.get.headers.location}")
    assert result.outputs == {"to": "/end"}


@pytest.mark.parametrize(("size", "state"), [(1000, "succeeded"), (1001, "failed")])
def test_an_answer_has_a_largest_size(runner: Runner, size: int, state: str) -> None:
    with World([Route("GET", "/start", (Reply(body=b"x" * size),))]) as world:
        result = _run(runner, world, SECRET_GET, limits=Limits(body_bytes=1000))
    assert result.state == state


def test_an_endless_answer_is_cut_off(runner: Runner) -> None:
    with World([Route("GET", "/start", (Reply(body=b"x" * 65536, is_endless=True),))]) as world:
        result = _run(runner, world, SECRET_GET, limits=Limits(body_bytes=1_000_000))
    assert result.error is not None
    assert "more than 1,000,000 bytes" in result.error.message


@pytest.mark.parametrize(("content", "state"), [(b"x" * 2_000_000, "failed"), (b"x" * 2000, "succeeded")])
def test_a_body_that_unpacks_a_hundredfold_is_refused(runner: Runner, content: bytes, state: str) -> None:
    packed = Reply(headers={"Content-Encoding": "gzip"}, body=gzip.compress(content))
    with World([Route("GET", "/start", (packed,))]) as world:
        result = _run(runner, world, SECRET_GET)
    assert result.state == state


@pytest.mark.parametrize("data", ["..", ".", "%2e%2e", ".%2E"])
def test_data_cannot_make_a_segment_that_climbs(runner: Runner, data: str) -> None:
    task = '  - {id: get, kind: http, url: "{{ inputs.api }}/a/{{ inputs.data }}/b"}'
    with World() as world:
        result = _run(runner, world, task, inputs={"api": world.url, "data": data})
        assert world.requests == []
    assert result.error is not None
    assert result.error.type == "refused"


@pytest.mark.parametrize("data", ["a\r\nX-Injected: 1", "a\nb", "a\0b"])
def test_data_cannot_add_a_header(runner: Runner, data: str) -> None:
    task = '  - {id: get, kind: http, url: "{{ inputs.api }}/", headers: {X-Data: "{{ inputs.data }}"}}'
    with World() as world:
        result = _run(runner, world, task, inputs={"api": world.url, "data": data})
        assert world.requests == []
    assert result.state == "failed"


def test_the_key_of_a_write_is_the_same_for_each_attempt_and_another_for_each_item(runner: Runner) -> None:
    task = """
  - id: each
    kind: foreach
    items: [1, 1]
    as: one
    tasks:
      - id: post
        kind: http
        method: POST
        url: "{{ inputs.api }}/post"
        body: {one: "{{ one }}"}
        idempotent: true
        retry: {attempts: 2, delay: 1ms}
"""
    replies = (Reply(status=500), Reply(), Reply(status=500), Reply())
    with World([Route("POST", "/post", replies)]) as world:
        assert _run(runner, world, task).state == "succeeded"
        keys = [request.headers["idempotency-key"] for request in world.requests]
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_a_read_and_a_key_of_ones_own_carry_no_generated_key(runner: Runner) -> None:
    task = """
  - {id: get, kind: http, url: "{{ inputs.api }}/x"}
  - {id: post, kind: http, method: POST, url: "{{ inputs.api }}/x", headers: {idempotency-key: mine}}
"""
    with World([Route("GET", "/x", (Reply(),)), Route("POST", "/x", (Reply(),))]) as world:
        assert _run(runner, world, task).state == "succeeded"
        assert "idempotency-key" not in world.requests[0].headers
        assert world.requests[1].headers["idempotency-key"] == "mine"


def _read(runner: Runner, reply: Reply) -> RunResult:
    with World([Route("GET", "/", (reply,))]) as world:
        return _run(
            runner,
            world,
            '  - {id: get, kind: http, url: "{{ inputs.api }}/"}',
            "outputs: {body: tasks.get.body, headers: tasks.get.headers}",
        )


def test_json_is_read_and_nothing_is_null(runner: Runner) -> None:
    assert _read(runner, Reply.of_json({"a": [1, 2.0]})).outputs["body"] == {"a": [1, 2]}
    kind = {"Content-Type": "application/problem+json"}
    assert _read(runner, Reply(headers=kind, body=b"")).outputs["body"] is None


@pytest.mark.parametrize("body", [b"{", b"NaN", b"[1] x", b"\xff"])
def test_broken_json_fails_the_attempt(runner: Runner, body: bytes) -> None:
    result = _read(runner, Reply(headers={"Content-Type": "application/json"}, body=body))
    assert result.error is not None
    assert result.error.type == "http"


def test_other_bodies_are_text_in_their_own_characters(runner: Runner) -> None:
    latin = Reply(headers={"Content-Type": "text/plain; charset=iso-8859-1"}, body="é".encode("latin-1"))
    assert _read(runner, latin).outputs["body"] == "é"
    assert _read(runner, Reply(body=b"{}")).outputs["body"] == "{}"


def test_repeated_headers_are_joined_under_lower_case_names(runner: Runner) -> None:
    reply = Reply(headers={"X-Many": "a\nb"})
    assert _read(runner, reply).outputs["headers"]["x-many"] == "a, b"


def test_a_page_link_to_another_origin_is_refused(runner: Runner) -> None:
    link = {"Link": '<http://other.example/2>; rel="next"', "Content-Type": "application/json"}
    with World([Route("GET", "/", (Reply(headers=link, body="[1]"),))]) as world:
        task = '  - {id: get, kind: http, url: "{{ inputs.api }}/", pages: {style: link}}'
        result = _run(runner, world, task)
    assert result.error is not None
    assert result.error.type == "refused"


@pytest.mark.parametrize(("limit", "state"), [(3, "succeeded"), (2, "failed")])
def test_more_pages_than_the_limit_fail(runner: Runner, limit: int, state: str) -> None:
    pages = tuple(Reply.of_json(items) for items in ([1], [2], []))
    task = f"""
  - {{id: get, kind: http, url: "{{{{ inputs.api }}}}/", pages: {{style: page, param: page, limit: {limit}}}}}
"""
    with World([Route("GET", "/", pages)]) as world:
        assert _run(runner, world, task).state == state


def test_the_status_of_a_failed_request_can_be_read(runner: Runner) -> None:
    task = '  - {id: get, kind: http, url: "{{ inputs.api }}/", on_error: continue}'
    with World([Route("GET", "/", (Reply(status=418),))]) as world:
        result = _run(runner, world, task, "outputs: {status: tasks.get.status | default(0)}")
    assert result.outputs == {"status": 418}


def test_text_and_forms_go_out_as_they_are(runner: Runner) -> None:
    task = """
  - {id: a, kind: http, method: PUT, url: "{{ inputs.api }}/a", body: "plain {{ inputs.data }}"}
  - {id: b, kind: http, method: PUT, url: "{{ inputs.api }}/b", form: {x: [1, 2], y: null, z: "a b"}}
  - {id: c, kind: http, method: PUT, url: "{{ inputs.api }}/c", body: [1.0, null], headers: {content-type: x/y}}
"""
    routes = [Route("PUT", f"/{name}", (Reply(),)) for name in "abc"]
    with World(routes) as world:
        assert _run(runner, world, task, inputs={"api": world.url, "data": "ä"}).state == "succeeded"
        sent = [(request.headers["content-type"], request.raw) for request in world.requests]
    assert sent == [
        ("text/plain; charset=utf-8", "plain ä".encode()),
        ("application/x-www-form-urlencoded", b"x=1&x=2&z=a+b"),
        ("x/y", b"[1,null]"),
    ]


def test_an_answer_that_is_saved_lies_in_the_workspace(runner: Runner) -> None:
    task = '  - {id: get, kind: http, url: "{{ inputs.api }}/", save: deep/er.bin}'
    with World([Route("GET", "/", (Reply(body=b"\x00\xff" + TOKEN.encode()),))]) as world:
        result = _run(runner, world, task, "outputs: {path: tasks.get.path}")
    assert result.outputs == {"path": "deep/er.bin"}
    assert (runner.workspace / "deep" / "er.bin").read_bytes() == b"\x00\xff***"
    assert json.dumps([dict(task.outputs) for task in result.tasks]).count("body") == 0


def test_a_user_in_the_url_is_sent_as_credentials(runner: Runner) -> None:
    with World([Route("GET", "/x", (Reply(),))]) as world:
        api = world.url.replace("http://", "http://ann:p%40ss@")
        assert _run(runner, world, '  - {id: a, kind: http, url: "{{ inputs.api }}/x"}', inputs={"api": api}).state
        assert world.requests[0].headers["authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
