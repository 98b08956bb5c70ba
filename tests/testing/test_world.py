"""The scripted server: what it answers, what it remembers."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any

import pytest

from overture.testing import World
from overture.testing.replies import read_routes


def ask(
    world: World, target: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    method, path = target.split(" ")
    connection = http.client.HTTPConnection(world.host, timeout=5)
    sent = None if body is None else json.dumps(body)
    connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
    reply = connection.getresponse()
    answer = (reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
    connection.close()
    return answer


def test_replies_come_in_order_and_the_last_one_stays() -> None:
    with World(read_routes("http", {"GET /a": [503, {"json": {"n": 1}}]})) as world:
        assert [ask(world, "GET /a")[0] for _ in range(3)] == [503, 200, 200]
        assert json.loads(ask(world, "GET /a")[2]) == {"n": 1}


def test_the_narrowest_route_answers() -> None:
    routes = read_routes(
        "http",
        [
            {"path": "/a", "replies": {"text": "any"}},
            {"path": "/a", "query": {"page": 2}, "replies": {"text": "second"}},
            {"method": "POST", "path": "/a", "body": {"x": {"y": 1}}, "replies": {"text": "one"}},
        ],
    )
    with World(routes) as world:
        assert ask(world, "GET /a?page=2&x=1")[2] == b"second"
        assert ask(world, "GET /a?page=3")[2] == b"any"
        assert ask(world, "POST /a", {"x": {"y": 1, "z": 2}, "w": 0})[2] == b"one"
        assert ask(world, "POST /a", {"x": {"y": True}})[0] == 404


def test_a_request_that_nobody_scripted_is_told_and_kept() -> None:
    with World() as world:
        assert ask(world, "POST /x?a=1&a=&b=%20", {"k": [1, None]}, {"X-Key": "v"})[0] == 404
    (request,) = world.unexpected
    assert str(request) == "POST /x?a=1&a=&b= "
    assert request.query == (("a", "1"), ("a", ""), ("b", " "))
    assert request.body == {"k": [1, None]}
    assert request.headers["x-key"] == "v"


def test_a_body_that_is_no_json_is_kept_as_text_and_none_as_none() -> None:
    with World() as world:
        ask(world, "GET /x")
        ask(world, "POST /x", {"a": 1}, {"Content-Type": "text/plain"})
    assert [request.body for request in world.requests] == [None, '{"a": 1}']


def test_world_stands_for_the_address_and_a_link_leads_back() -> None:
    script = {"GET /a": {"json": {"next": "${world}/b"}, "link_next": "/a?page=2", "headers": {"X-At": "${world}"}}}
    with World(read_routes("http", script)) as world:
        _, headers, body = ask(world, "GET /a")
        assert json.loads(body) == {"next": f"{world.url}/b"}
        assert headers["link"] == f'<{world.url}/a?page=2>; rel="next"'
        assert headers["x-at"] == world.url


def test_a_dropped_reply_is_no_reply() -> None:
    with World(read_routes("http", {"GET /a": {"drop": True}})) as world, pytest.raises(http.client.HTTPException):
        ask(world, "GET /a")


def test_requests_are_served_side_by_side() -> None:
    with World(read_routes("http", {"GET /a": {"delay": 0.2}})) as world:
        began = time.monotonic()
        threads = [threading.Thread(target=ask, args=(world, "GET /a")) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began < 1.5
        assert len(world.requests) == 10


def test_a_world_that_ends_waits_for_no_slow_reply() -> None:
    world = World(read_routes("http", {"GET /a": {"delay": 60}})).start()

    def ask_in_vain() -> None:
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(world, "GET /a")

    thread = threading.Thread(target=ask_in_vain)
    thread.start()
    while not world.requests:
        threading.Event().wait(0.005)
    began = time.monotonic()
    world.stop()
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 2


def test_a_chunked_body_is_read() -> None:
    with World() as world:
        connection = http.client.HTTPConnection(world.host, timeout=5)
        connection.request("POST", "/x", iter([b"one ", b"two"]), {"Content-Type": "text/plain"})
        connection.getresponse().read()
        connection.close()
    assert world.requests[0].body == "one two"


def test_empty_statuses_have_no_body_and_keep_the_connection() -> None:
    with World(read_routes("http", {"GET /a": 204, "GET /b": {"text": "b"}})) as world:
        connection = http.client.HTTPConnection(world.host, timeout=5)
        for path, expected in [("/a", b""), ("/b", b"b"), ("/a", b"")]:
            connection.request("GET", path)
            assert connection.getresponse().read() == expected
        connection.close()
