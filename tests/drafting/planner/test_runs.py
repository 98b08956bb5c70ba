"""Requests from end to end: read, checked, run on the local executor, and what the world then saw."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from planning import run_request

from overture.testing.models import ModelCall, ModelScript, read_script, say, say_value
from overture.testing.replies import Reply, Request, Route
from overture.testing.world import World

ORDERS = [
    {"id": 1, "text": "my parcel burns", "amount": 10, "state": "open"},
    {"id": 2, "text": "thank you", "amount": 250, "state": "open"},
    {"id": 3, "text": "who are you", "amount": 900, "state": "closed"},
]
OK = Reply.of_text("ok")


def route(method: str, path: str, value: Any = None, **more: Any) -> Route:
    return Route(method, path, (OK if value is None else Reply.of_json(value),), **more)


class Judge:
    """Answers by what the question holds: the first of the words that stands in it decides."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def answer(self, call: ModelCall) -> Reply:
        for words, value in self._answers.items():
            if words in call.asked:
                return say(call, value) if call.schema is None else say_value(call, value)
        return Reply.of_json({"error": {"message": "no answer is scripted"}}, 404)


def posts(world: World, path: str) -> list[Any]:
    return [request.body for request in world.requests if request.method == "POST" and request.path == path]


def asked(world: World, method: str) -> list[Request]:
    return [request for request in world.requests if request.method == method]


def test_orders_are_sorted_and_each_goes_where_its_label_says() -> None:
    request = (
        "Fetch the orders from https://world.test/orders. For each order, classify it as normal, urgent or fraud with "
        'AI, if it is urgent, post it to Slack, otherwise post "fine" to https://world.test/hook. '
        "Save the orders to out.json."
    )
    model = Judge({"burns": "urgent", "thank": "normal", "who": "fraud"})
    routes = [route("GET", "/orders", ORDERS), route("POST", "/slack_webhook_url"), route("POST", "/hook")]
    with World(routes, model) as world:
        result, _, workspace = run_request(request, world)
        assert result.state == "succeeded"
        told = posts(world, "/slack_webhook_url")
        assert [json.loads(body["text"]) for body in told] == [ORDERS[0]]
        assert posts(world, "/hook") == ["fine", "fine"]
        saved = json.loads((workspace / "out.json").read_text())
        assert [(each["order"]["id"], each["label"]) for each in saved] == [(1, "urgent"), (2, "normal"), (3, "fraud")]


def test_labels_that_the_rest_of_the_request_names_open_tickets_and_make_a_digest() -> None:
    request = (
        "fetch the issues from https://world.test/issues, label each with AI, open a ticket for the bugs at "
        "https://world.test/tickets, post a digest to Slack; retry twice, tell me if it fails"
    )
    issues = [{"title": "it crashes"}, {"title": "love it"}]
    routes = [route("GET", "/issues", issues), route("POST", "/slack_webhook_url"), route("POST", "/tickets")]
    with World(routes, Judge({"crashes": "bug", "love": "other"})) as world:
        result, _, _ = run_request(request, world)
        assert result.state == "succeeded"
        assert [json.loads(body["body"]) for body in posts(world, "/tickets")] == [issues[0]]
        (digest,) = posts(world, "/slack_webhook_url")
        assert digest["text"].startswith("2 issues:\n- [bug] ")
        assert "\n- [other] " in digest["text"]


def test_a_failure_is_told_where_the_rest_is_posted() -> None:
    request = "Load https://world.test/page and post it to Discord. Tell me if it fails."
    routes = [Route("GET", "/page", (Reply.of_text("no", 500),)), route("POST", "/discord_webhook_url")]
    with World(routes) as world:
        result, _, _ = run_request(request, world)
        assert result.state == "failed"
        (told,) = posts(world, "/discord_webhook_url")
        assert told["content"].startswith("page failed: ")


def test_reads_are_tried_again_as_often_as_was_said() -> None:
    request = "Load https://world.test/page. Retry twice waiting 1 second. Log the page."
    routes = [Route("GET", "/page", (Reply.of_text("", 503), Reply.of_text("", 503), Reply.of_text("at last")))]
    with World(routes) as world:
        result, log, _ = run_request(request, world)
        assert result.state == "succeeded"
        assert log == ["at last"]
        assert len(world.requests) == 3


def test_a_webhook_is_routed_by_what_it_brings() -> None:
    request = (
        "When an order arrives by webhook, if its amount is more than 100, post it to https://world.test/big, "
        "otherwise post it to https://world.test/small."
    )
    with World([route("POST", "/big"), route("POST", "/small")]) as world:
        for order in ORDERS[:2]:
            trigger = {"type": "webhook", "body": order, "headers": {}, "query": {}}
            result, _, _ = run_request(request, world, trigger=trigger)
            assert result.state == "succeeded"
        assert posts(world, "/small") == [ORDERS[0]]
        assert posts(world, "/big") == [ORDERS[1]]


def test_what_is_extracted_is_posted_as_json() -> None:
    request = (
        "When a mail arrives by webhook, extract name and amount from the mail, post it to https://world.test/crm "
        "and if the amount is at least 100, post the name to Slack"
    )
    model = Judge({"Ada": {"name": "Ada", "amount": 120}})
    with World([route("POST", "/crm"), route("POST", "/slack_webhook_url")], model) as world:
        trigger = {"type": "webhook", "body": "Ada wants 120", "headers": {}, "query": {}}
        result, _, _ = run_request(request, world, trigger=trigger)
        assert result.state == "succeeded"
        assert posts(world, "/crm") == [{"name": "Ada", "amount": 120}]
        assert posts(world, "/slack_webhook_url") == [{"text": "Ada"}]


def test_a_table_is_read_filtered_by_a_number_and_saved() -> None:
    request = (
        "Read data/sales.csv.\n"
        "For each sale:\n"
        "  - if the amount is over 100, post the product to https://world.test/big\n"
        "Save the sales to out/sales.json"
    )
    files = {"data/sales.csv": "product,amount\nlamp,99\nbed,340\n"}
    with World([route("POST", "/big")]) as world:
        result, _, workspace = run_request(request, world, files=files)
        assert result.state == "succeeded"
        assert posts(world, "/big") == ["bed"]
        saved = json.loads((workspace / "out/sales.json").read_text())
        assert saved == [{"product": "lamp", "amount": "99"}, {"product": "bed", "amount": "340"}]


def test_nothing_to_do_ends_the_run_well() -> None:
    request = 'Fetch the orders from https://world.test/orders. If there are no orders, stop. Post "work" to Slack.'
    with World([route("GET", "/orders", []), route("POST", "/slack_webhook_url")]) as world:
        result, _, _ = run_request(request, world)
        assert result.state == "succeeded"
        assert posts(world, "/slack_webhook_url") == []


def test_a_command_is_run_and_what_follows_a_failing_one_is_done() -> None:
    request = (
        "Run `sh -c 'echo made; exit 3'`. If that fails, log \"rolled back\". Run `echo hello`, save the output to "
        'hello.txt. Whatever happens, log "done".'
    )
    with World() as world:
        result, log, workspace = run_request(request, world)
        assert result.state == "succeeded"
        assert log == ["rolled back", "done"]
        assert (workspace / "hello.txt").read_text() == "hello\n"


def test_a_status_is_looked_at_and_not_failed_on() -> None:
    request = 'Check https://world.test/health. If the status is not 200, post "down" to Slack, otherwise log "up".'
    with World([Route("GET", "/health", (Reply.of_text("", 503),)), route("POST", "/slack_webhook_url")]) as world:
        result, log, _ = run_request(request, world)
        assert result.state == "succeeded"
        assert posts(world, "/slack_webhook_url") == [{"text": "down"}]
        assert log == []


def test_new_issues_are_commented_on_closed_and_no_pull_requests() -> None:
    request = (
        "Fetch the open issues of acme/app from GitHub. For each issue, ask AI whether it is spam, if so, close it and "
        'comment "Closed as spam" on it.'
    )

    def issue(number: int, title: str, **more: Any) -> dict[str, Any]:
        known = {"number": number, "title": title, "body": None, "html_url": "u", "created_at": "2026-01-01T00:00:00Z"}
        return known | {"user": {"login": "ada"}} | more

    found = [issue(1, "buy pills"), issue(2, "it crashes"), issue(3, "pills in code", pull_request={"url": "x"})]
    first = Reply.of_json(found[:2])
    paged = Reply(first.status, first.headers, first.body, link_next="/repos/acme/app/issues?page=2")
    routes = [
        Route("GET", "/repos/acme/app/issues", (paged,)),
        Route("GET", "/repos/acme/app/issues", (Reply.of_json(found[2:]),), query=(("page", "2"),)),
        route("PATCH", "/repos/acme/app/issues/1", {}),
        route("POST", "/repos/acme/app/issues/1/comments", {}),
    ]
    with World(routes, Judge({"pills": True, "crashes": False})) as world:
        result, _, _ = run_request(request, world, services=("https://api.github.com",))
        assert result.state == "succeeded", result.error
        assert [request.body for request in asked(world, "PATCH")] == [{"state": "closed"}]
        assert posts(world, "/repos/acme/app/issues/1/comments") == [{"body": "Closed as spam"}]
        assert world.unexpected == []
        assert len(world.model_calls) == 2
        assert {request.headers["authorization"] for request in world.requests} == {f"Bearer {world.url}/github_token"}


def test_release_notes_are_written_from_the_commits_since_the_last_release() -> None:
    request = (
        "Get the commits since the last release of acme/app, write release notes from the commits with AI, save the "
        "release notes to NOTES.md and post them to Slack."
    )
    commit = {"sha": "a1", "html_url": "u", "commit": {"message": "Mend the lamp"}}
    routes = [
        route("GET", "/repos/acme/app/releases/latest", {"tag_name": "v1.0"}),
        route("GET", "/repos/acme/app/compare/v1.0...HEAD", {"commits": [commit]}),
        route("POST", "/slack_webhook_url"),
    ]
    with World(routes, Judge({"Mend the lamp": "# Notes\nThe lamp works."})) as world:
        result, _, workspace = run_request(request, world, services=("https://api.github.com",))
        assert result.state == "succeeded", result.error
        assert (workspace / "NOTES.md").read_text() == "# Notes\nThe lamp works."
        assert posts(world, "/slack_webhook_url") == [{"text": "# Notes\nThe lamp works."}]


def test_top_stories_are_read_one_by_one_and_posted_by_title() -> None:
    request = "Get the top 2 stories from Hacker News and post them to Slack. Return the stories."
    routes = [
        route("GET", "/v0/topstories.json", [7, 8, 9]),
        route("GET", "/v0/item/7.json", {"id": 7, "title": "A job"}),
        route("GET", "/v0/item/8.json", {"id": 8, "title": "A tale", "url": "https://e.com", "score": 5}),
        route("POST", "/slack_webhook_url"),
    ]
    with World(routes) as world:
        result, _, _ = run_request(request, world, services=("https://hacker-news.firebaseio.com",))
        assert result.state == "succeeded", result.error
        assert posts(world, "/slack_webhook_url") == [{"text": "2 stories:\n- A job\n- A tale"}]
        assert result.outputs["stories"][1] == {"id": 8, "title": "A tale", "url": "https://e.com", "score": 5}


def test_the_weather_decides_what_is_told() -> None:
    request = (
        "Get the weather for Berlin from OpenWeather. If the temperature is below 5, post the sky to Slack, otherwise "
        'log "warm".'
    )
    sky = {
        "main": {"temp": 3.5, "feels_like": 9, "humidity": 80},
        "wind": {"speed": 2},
        "weather": [{"description": "snow"}],
    }
    routes = [
        route("GET", "/geo/1.0/direct", [{"lat": 52.5, "lon": 13.4}]),
        route("GET", "/data/2.5/weather", sky),
        route("POST", "/slack_webhook_url"),
    ]
    with World(routes) as world:
        result, _, _ = run_request(request, world, services=("https://api.openweathermap.org",))
        assert result.state == "succeeded", result.error
        assert posts(world, "/slack_webhook_url") == [{"text": "snow"}]
        assert dict(asked(world, "GET")[0].query)["q"] == "Berlin"
        assert dict(asked(world, "GET")[1].query)["lat"] == "52.5"


def test_todoist_tasks_are_read_in_pages_and_completed() -> None:
    request = "Fetch my Todoist tasks due today, complete each task and post the number of tasks to Slack."

    def task(id: str) -> dict[str, Any]:
        return {"id": id, "content": "Call", "description": "", "priority": 1}

    routes = [
        route("GET", "/api/v1/tasks/filter", {"results": [task("a")], "next_cursor": "c"}),
        route("GET", "/api/v1/tasks/filter", {"results": [task("b")], "next_cursor": None}, query=(("cursor", "c"),)),
        route("POST", "/api/v1/tasks/a/close"),
        route("POST", "/api/v1/tasks/b/close"),
        route("POST", "/slack_webhook_url"),
    ]
    with World(routes) as world:
        result, _, _ = run_request(request, world, services=("https://api.todoist.com",))
        assert result.state == "succeeded", result.error
        assert world.unexpected == []
        assert posts(world, "/slack_webhook_url") == [{"text": "2"}]


def test_each_round_of_a_loop_gives_what_is_posted_after_it() -> None:
    request = (
        "Fetch the orders from https://world.test/orders. For each order, summarise it. Post the summaries to Slack."
    )
    model = Judge({"burns": "fire", "thank": "thanks", "who": "question"})
    with World([route("GET", "/orders", ORDERS), route("POST", "/slack_webhook_url")], model) as world:
        result, _, _ = run_request(request, world)
        assert result.state == "succeeded", result.error
        assert posts(world, "/slack_webhook_url") == [{"text": "3 summaries:\n- fire\n- thanks\n- question"}]


def test_what_has_not_changed_since_the_last_run_is_not_posted() -> None:
    request = "Load https://world.test/page. If it has changed since the last run, post it to Slack."
    with World([Route("GET", "/page", (Reply.of_text("a"),)), route("POST", "/slack_webhook_url")]) as world:
        result, _, workspace = run_request(request, world)
        again, _, _ = run_request(request, world, folder=workspace.parent)
        assert (result.state, again.state) == ("succeeded", "succeeded")
        assert posts(world, "/slack_webhook_url") == [{"text": "a"}]


def test_customers_are_matched_with_orders() -> None:
    request = (
        "Read the customers from customers.csv, fetch the orders from https://world.test/orders, match the customers "
        "with the orders by AI and save the matches to matches.json."
    )
    answer = [{"customer_index": 1, "order_index": 0}, {"customer_index": 9, "order_index": 0}]
    model = ModelScript(read_script("model", {"First list": {"json": {"value": answer}}}))
    with World([route("GET", "/orders", ORDERS)], model) as world:
        result, _, workspace = run_request(request, world, files={"customers.csv": "name\nAda\nBob\n"})
        assert result.state == "succeeded", result.error
        assert json.loads((workspace / "matches.json").read_text()) == [
            {"customer": {"name": "Bob"}, "order": ORDERS[0]}
        ]


def test_quoted_text_stays_text_whatever_it_holds() -> None:
    hostile = "{{ run.id }} {% if %} {{ '{' }} {{{ }} {"
    with World([route("POST", "/slack_webhook_url")]) as world:
        result, log, _ = run_request(f'Post "{hostile}" to Slack and log "{hostile}"', world)
        assert result.state == "succeeded", result.error
        assert posts(world, "/slack_webhook_url") == [{"text": hostile}]
        assert log == [hostile]
