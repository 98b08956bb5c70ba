"""What is said of each is done for each, once for each; what is said of all of them is done once, after the loop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planning import checked, missed, run_request, tasks_of

from overture.drafting.planner import plan_request
from overture.drafting.planner.steps import STEPS, Step
from overture.drafting.planner.tokens import tokenize
from overture.testing.replies import Reply, Route
from overture.testing.world import World

ORDERS = "Get the orders from https://shop.example.com/orders"
X = "https://ship.example.com/shipments"


def _shape(tasks: list[dict[str, Any]]) -> list[Any]:
    """The kinds of tasks, a loop as what it goes through and the kinds inside."""
    return [
        (task["items"], _shape(task.get("tasks", []))) if task["kind"] == "foreach" else task["kind"] for task in tasks
    ]


EACH = [
    (f"post each to {X}", "http"),
    (f"post every order to {X}", "http"),
    (f"post each order to {X}", "http"),
    (f"post each of them to {X}", "http"),
    (f"post each of the orders to {X}", "http"),
    (f"post each one to {X}", "http"),
    (f"send every order as JSON to {X}", "http"),
    (f"PUT each order to {X}", "http"),
    ("post each to Slack", "http"),
    ("post the title of each order to Slack", "http"),
    ("post each order's total to Slack", "http"),
    ("notify Discord about every order", "http"),
    ("email each to ops@example.com", "email"),
    ("email ops@example.com every order", "email"),
    ("log each", "log"),
    ("run `wc -c` with each order as input", "shell"),
    ("call the workflow pack_order with each order", "call"),
    ("write a report about each order", "ai"),
    ("label each as normal or urgent", "ai"),
    ("classify every order as normal or urgent with AI", "ai"),
    ("rate each from 1 to 10 with AI", "ai"),
    ("summarise each", "ai"),
    ("summarise the title of each order", "ai"),
    ("translate every order into French", "ai"),
    ("extract the date from each order", "ai"),
    ("ask AI whether each order is late", "ai"),
    ("open a ticket for each order", "http"),
    ("ask for approval of each order", "approve"),
    ("ask AI to draft a reply to each order", "ai"),
    ("ask AI whether each is late", "ai"),
]


@pytest.mark.parametrize(("words", "kind"), EACH)
@pytest.mark.parametrize("joint", [" and ", ". ", ", then "])
def test_each_is_a_loop(words: str, kind: str, joint: str) -> None:
    (_, *rest) = _shape(tasks_of(ORDERS + joint + words))
    assert [tasks for _, tasks in rest] == [[kind]]


@pytest.mark.parametrize("words", ["post each to https://a.example.com/in", "post the title of each order to Slack"])
def test_each_in_a_loop_over_them_is_its_item(words: str) -> None:
    (_, loop) = _shape(tasks_of(f"{ORDERS}, for each order, {words}"))
    assert loop == ("tasks.orders.body", ["http"])


@pytest.mark.parametrize(
    "words",
    [
        "post each customer to Slack",
        "post each page to Slack",
        "if each order is over 100, log it",
        "post each order's titles of each to Slack",
        "comment on each order with each summary",
        "go through each item of each order and log it",
        "add up the amounts of each order",
        "extract every date from it",
        "write a poem about spring for each order",
        "post the orders to each",
    ],
)
def test_an_each_that_no_loop_can_mean_is_named(words: str) -> None:
    assert missed(f"{ORDERS}. {words}.")


@pytest.mark.parametrize("words", ["save each order to out.json", "return every order", "count each order"])
def test_what_holds_every_one_of_them_is_made_once(words: str) -> None:
    assert not any(task["kind"] == "foreach" for task in tasks_of(f"{ORDERS}, {words}"))


OF_ALL = ("fetch", "get", "read", "count", "save", "remove", "sort", "ask AI to name")
"""How the examples begin of steps that do their work on every one of a list at once."""


@pytest.mark.parametrize(
    "step", [step for step in STEPS if not step.example.startswith(OF_ALL)], ids=lambda step: step.example[:60]
)
def test_no_step_drops_an_each(step: Step) -> None:
    for token in tokenize(step.example):
        if token.lower in ("the", "a", "an", "its", "it", "them"):
            words = f"{step.example[: token.start]}each{step.example[token.end :]}"
            planned = plan_request(step.given + words)
            assert planned.not_understood or "'kind': 'foreach'" in str(planned.document), words


def test_every_thing_that_is_fetched_is_a_list() -> None:
    request = (
        f"Get every order from https://shop.example.com/orders, post each to {X}, read each row from a.csv, log each"
    )
    fetch, loop, read, log = tasks_of(request)
    assert (fetch["returns"]["type"], loop["items"]) == ("array", "tasks.orders.body")
    assert (read["kind"], log["items"]) == ("read_file", f"tasks.{read['id']}.content")
    assert missed("Get every page from https://shop.example.com/news") == [
        "Get every page from https://shop.example.com/news"
    ]


@pytest.mark.parametrize("words", ["every weekday at nine", "each Monday at 9", "every order of business day"])
def test_a_schedule_is_no_loop(words: str) -> None:
    planned = plan_request(f"{words}, run `ls`")
    assert planned.document is not None
    assert [task["kind"] for task in planned.document["tasks"]] == ["shell"]
    assert bool(planned.not_understood) is ("business" in words) is not ("triggers" in planned.document)


def test_each_answer_that_is_gone_through_is_checked() -> None:
    for words in ("summarise each", "for each order, summarise it", "write a report about each order"):
        noun = "report" if "report" in words else "summary"
        (_, made, posted) = tasks_of(f"{ORDERS}. {words}. Post each {noun} to Slack")
        assert made["tasks"][0]["returns"] == {"type": "string"}
        assert posted["items"].startswith(f"tasks.{made['id']}.value")
    (_, made) = tasks_of(f"{ORDERS}. Summarise each.")
    assert "returns" not in made["tasks"][0]


def test_a_condition_after_each_is_about_each() -> None:
    (_, loop) = tasks_of(f"{ORDERS} and post each to Slack if its total is over 100")
    assert loop["tasks"][0]["cases"][0]["when"] == "order.total > 100"
    (_, loop) = tasks_of(f"{ORDERS}, post each to {X}, skipping those that fail")
    assert loop["on_item_error"] == "skip"


ALL = [
    "post a digest of the orders to Slack",
    "post a digest to Slack",
    "post a summary of all orders to Slack",
    "post the orders to Slack",
    "post the number of orders to Slack",
    "email the orders to ops@example.com",
    "write a report about the orders with AI",
    "save the orders to orders.json",
    "summarise the orders",
    "count them",
]


@pytest.mark.parametrize("words", ALL)
@pytest.mark.parametrize("joint", [", then ", " and ", ". "])
def test_what_is_about_all_of_them_stands_after_the_loop(words: str, joint: str) -> None:
    loop, *rest = tasks_of(f"{ORDERS}, for each order, post it to {X}{joint}{words}")[1:]
    assert _shape([loop]) == [("tasks.orders.body", ["http"])]
    assert len(rest) == 1 and rest[0]["kind"] != "foreach"


def test_what_is_about_all_of_them_stands_after_a_branch_in_the_loop_too() -> None:
    words = f"for each order, if its total is over 5, post it to {X}, then post a digest of the orders to Slack"
    assert _shape(tasks_of(f"{ORDERS}, {words}")) == ["http", ("tasks.orders.body", ["branch"]), "http"]


def test_each_of_another_list_stands_after_the_loop() -> None:
    request = f"Read b.csv. {ORDERS}, for each order, post it to {X}, then post each row to Slack"
    (_, _, *loops) = _shape(tasks_of(request))
    assert loops == [("tasks.orders.body", ["http"]), ("tasks.read_b.content", ["http"])]


@pytest.mark.parametrize(
    "words",
    [
        "write a report about the order and the orders with AI",
        "post a digest of it to Slack",
        'post "one more" to Slack',
        "wait one second",
    ],
)
def test_what_is_about_one_of_them_stays_in_the_loop(words: str) -> None:
    (_, loop) = tasks_of(f"{ORDERS}, for each order, post it to {X}, then {words}")
    assert len(loop["tasks"]) == 2


def test_lines_below_a_loop_stay_in_it() -> None:
    (_, loop) = tasks_of(f"{ORDERS}\nFor each order:\n- post it to {X}\n- post a digest of the orders to Slack")
    assert len(loop["tasks"]) == 2


def test_each_order_is_posted_once_and_the_digest_once() -> None:
    request = (
        "Get the orders from https://world.test/orders, post each to https://world.test/ship, "
        "then post a digest of the orders to Slack"
    )
    orders = [{"id": 1}, {"id": 2}]
    routes = [
        Route("GET", "/orders", (Reply.of_json(orders),)),
        Route("POST", "/ship", (Reply.of_text("ok"),)),
        Route("POST", "/slack_webhook_url", (Reply.of_text("ok"),)),
    ]
    checked(request)
    with World(routes) as world:
        result, _, _ = run_request(request, world)
        assert result.state == "succeeded"
        sent = [(each.path, each.body) for each in world.requests if each.method == "POST"]
    assert sent[:2] == [("/ship", orders[0]), ("/ship", orders[1])]
    assert [path for path, _ in sent[2:]] == ["/slack_webhook_url"]
