"""How a request is read: which words open what, what `it` is, what is assumed, what is named as not understood."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from planning import checked, errors_of, missed, tasks_of

from overture.drafting.planner import plan_request
from overture.drafting.planner.grammar import grammar, grammar_table

ORDERS = "Fetch the orders from https://shop.example.com/orders. "


def _document(request: str) -> dict[str, Any]:
    checked(request)
    document = plan_request(request).document
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("Fetch the orders from https://a.example.com/o and dance on the table", ["dance on the table"]),
        ("Fly to the moon", ["Fly to the moon"]),
        (ORDERS + "Post the angry orders to Slack.", ["Post the angry orders to Slack"]),
        (ORDERS + "Post the customers to Slack.", ["Post the customers to Slack"]),
        (ORDERS + "If it rains, post it to Slack, and log it. Log it.", ["If it rains, post it to Slack, and log it"]),
        (
            ORDERS + "For each customer, post it to Slack, and log it.",
            ["For each customer, post it to Slack, and log it"],
        ),
        (ORDERS + "Post it to Slack if it rains.", ["if it rains"]),
        (ORDERS + "Post it to Slack with a red hat.", ["with a red hat"]),
        (ORDERS + "Otherwise, log it.", ["Otherwise, log it"]),
        (ORDERS + "If there are no orders.", ["If there are no orders"]),
        (ORDERS + "Save the orders to ../secret.json.", ["Save the orders to ../secret.json"]),
        ("Write a report about the orders with AI", ["Write a report about the orders with AI"]),
        ("Post it to Slack", ["Post it to Slack"]),
        ("", []),
        ("  \n\n - \n", []),
    ],
)
def test_exactly_the_words_that_are_not_understood_are_named(request_: str, words: list[str]) -> None:
    assert missed(request_) == words


def test_what_depends_on_words_that_are_not_understood_is_left_out() -> None:
    planned = plan_request(ORDERS + 'If it rains, post "wet" to Slack.')
    assert planned.document is not None
    assert [task["id"] for task in planned.document["tasks"]] == ["orders"]


def test_inside_a_loop_it_is_the_item() -> None:
    request = ORDERS + "For each order, classify it as normal or urgent, if it is urgent, post it to Slack."
    (_, loop) = tasks_of(request)
    label, choose = loop["tasks"]
    assert "{{ order | tojson }}" in label["prompt"]
    assert choose["cases"][0]["when"] == "tasks.label.value == 'urgent'"
    assert choose["cases"][0]["tasks"][0]["body"] == {"text": "{{ order | tojson }}"}


def test_after_a_loop_it_is_not_what_a_branch_may_have_made() -> None:
    request = "Load https://a.example.com/n. If the page is empty, summarise it. Post it to Slack."
    assert missed(request) == ["Post it to Slack"]


def test_an_otherwise_belongs_to_the_branch_before_it() -> None:
    request = (
        ORDERS
        + 'For each order, if the amount is over 100, log "big", otherwise if the amount is over 10, log "some", '
        'otherwise log "small".'
    )
    choose = tasks_of(request)[1]["tasks"][0]
    assert [case["when"] for case in choose["cases"]] == ["order.amount > 100", "order.amount > 10"]
    assert [case["tasks"][0]["message"] for case in choose["cases"]] == ["big", "some"]
    assert choose["else"][0]["message"] == "small"


def test_a_second_if_stands_beside_the_first() -> None:
    request = ORDERS + 'For each order, if its a is over 1, log "a", and if its b is over 1, log "b".'
    assert [task["kind"] for task in tasks_of(request)[1]["tasks"]] == ["branch", "branch"]


def test_an_if_that_reads_what_the_first_made_stands_inside_it() -> None:
    request = ORDERS + "If there are any orders, ask AI whether they are late, if so, post it to Slack."
    assert missed(request) == []
    (_, choose) = tasks_of(request)
    assert [task["kind"] for task in choose["cases"][0]["tasks"]] == ["ai", "branch"]


def test_lines_below_a_colon_are_the_block() -> None:
    request = (
        "1. Read data/customers.csv.\n2. For each customer:\n   - classify it as big or small\n"
        '   - if it is big, post it to https://crm.example.com/big\n3. Log "done".'
    )
    read, loop, log = tasks_of(request)
    assert (read["kind"], loop["kind"], log["kind"]) == ("read_file", "foreach", "log")
    assert [task["kind"] for task in loop["tasks"]] == ["ai", "branch"]


def test_a_wrapped_line_is_no_end_of_a_sentence() -> None:
    request = (
        "Fetch the orders from https://shop.example.com/orders, and then for each order,\n"
        "classify it as normal or urgent, if it is urgent, post it to Slack, and save the\norders to orders.json."
    )
    assert missed(request) == []


def test_lines_of_their_own_are_steps() -> None:
    request = (
        "fetch the orders from https://shop.example.com/orders\nfor each order, log it\nsave the orders to out.json"
    )
    assert [task["kind"] for task in tasks_of(request)] == ["http", "foreach", "write_file"]


def test_the_next_sentence_goes_on_with_a_loop_where_only_the_loop_makes_sense_of_it() -> None:
    request = ORDERS + "For each order, rate it from 1 to 10 with AI. If the rating is above 7, post it to Slack."
    (_, loop) = tasks_of(request)
    assert [task["kind"] for task in loop["tasks"]] == ["ai", "branch"]
    assert "`If the rating is above 7,` is done for each order, too" in plan_request(request).assumptions


def test_what_no_round_can_do_is_done_after_the_loop() -> None:
    request = ORDERS + "For each order, summarise it and post the summaries to Slack."
    _, loop, post = tasks_of(request)
    assert loop["collect"] == "{order: order, summary: tasks.summary.value}"
    assert "tasks.each_order.value" in post["body"]["text"]


def test_if_it_fails_is_the_run_and_if_that_fails_the_step() -> None:
    document = _document('Run `a`. If it fails, log "run". Otherwise, log "fine".')
    assert [task["kind"] for task in document["tasks"]] == ["shell", "log"]
    assert document["on_failure"][0]["message"] == "run"
    tried, choose = tasks_of('Run `a`. If that fails, log "step". Otherwise, log "fine".')
    assert (tried["kind"], tried["catch"][0]["message"]) == ("try", "step")
    assert choose["cases"][0]["when"] == f"not tasks.{tried['id']}.failed"


def test_a_run_can_end_inside_a_case() -> None:
    request = ORDERS + 'If there are no orders, log "nothing" and stop. Otherwise log "work". Log "on".'
    _, choose, stop, log = tasks_of(request)
    assert (choose["else"][0]["message"], log["message"]) == ("work", "on")
    assert (stop["kind"], stop["when"]) == ("stop", "tasks.choose.taken == '0'")


def test_a_stop_in_a_loop_is_not_understood() -> None:
    assert missed(ORDERS + "For each order, log it, and stop.") == ["stop"]


def test_a_condition_may_follow_its_step() -> None:
    request = ORDERS + 'Post them to Slack if there are more than 5 orders, otherwise log "few".'
    choose = tasks_of(request)[1]
    assert choose["cases"][0]["when"] == "tasks.orders.body | length > 5"
    assert choose["else"][0]["message"] == "few"


def test_conditions_are_joined_by_and_or_or_but_not_by_both() -> None:
    request = ORDERS + 'For each order, if its a is over 1 and its b is "x", log it.'
    assert tasks_of(request)[1]["tasks"][0]["cases"][0]["when"] == "(order.a > 1) and (order.b == 'x')"
    mixed = ORDERS + 'For each order, if its a is over 1 and its b is "x" or its c is over 2, log it.'
    assert missed(mixed) != []


def test_what_is_taken_for_granted_is_written_into_the_schema_and_named() -> None:
    request = ORDERS + "For each order, if the amount is more than 100, post it to Slack."
    planned = plan_request(request)
    assert planned.document is not None
    items = planned.document["tasks"][0]["returns"]["items"]
    assert items == {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}
    assert "each order has `amount`" in planned.assumptions
    assert "`amount` is a number" in planned.assumptions


def test_an_open_value_is_an_input_and_a_question() -> None:
    planned = plan_request("fetch the tickets and post them to Slack")
    assert planned.questions == ("at which url are the tickets? Set the input `tickets_url`",)
    assert planned.document is not None
    assert planned.document["inputs"]["tickets_url"]["default"] == "https://example.com/tickets"
    assert planned.document["secrets"] == ["SLACK_WEBHOOK_URL"]


def test_a_verb_may_be_left_out() -> None:
    request = "Read the customers from a.csv and the orders from b.csv, then save the orders to c.json."
    assert [task["kind"] for task in tasks_of(request)] == ["read_file", "read_file", "write_file"]


def test_a_value_goes_to_a_url_as_it_is_and_to_a_chat_as_text() -> None:
    request = ORDERS + "Post the number of orders to https://a.example.com/n and the number of orders to Slack."
    _, plain, chat = tasks_of(request)
    assert plain["body"] == "{{ tasks.orders.body | length }}"
    assert chat["body"] == {"text": "{{ tasks.orders.body | length | string }}"}


def test_quoted_json_is_sent_as_json() -> None:
    (post,) = tasks_of('Post `{"a": [1, "{{ b }}"]}` to https://a.example.com/in')
    assert post["body"] == {"a": [1, "{{ '{' }}{ b }}"]}


def test_every_word_of_a_long_request_is_in_a_source_or_elsewhere_said() -> None:
    request = (
        "every weekday at nine, fetch the new issues, label each with AI, open a ticket for the bugs, post a digest to "
        "Slack; retry twice, tell me if it fails"
    )
    document = _document(request)
    assert document["triggers"] == [{"type": "schedule", "cron": "0 9 * * 1-5", "timezone": "UTC"}]
    assert document["defaults"] == {"retry": {"attempts": 3}}
    sources = {task["source"] for task in [*document["tasks"], *document["on_failure"]]}
    assert sources == {
        "fetch the new issues",
        "label each with AI",
        "open a ticket for the bugs",
        "post a digest to Slack",
        "tell me if it fails",
    }


def test_a_name_is_taken_over() -> None:
    planned = plan_request("run `ls`", name="mine")
    assert planned.document is not None
    assert planned.document["name"] == "mine"


def test_the_grammar_is_read_from_the_patterns() -> None:
    assert {"Starting", "Blocks", "Conditions", "Fetching", "GitHub"} <= {row.family for row in grammar()}
    assert "| Weather | `get the weather for Berlin from OpenWeather` |" in grammar_table()


def test_a_document_without_errors_is_returned_even_where_words_are_missing() -> None:
    planned = plan_request(ORDERS + "Shine them. Post them to Slack.")
    assert [each.text for each in planned.not_understood] == ["Shine them"]
    assert errors_of(planned) == []


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("with total over 500", "order.total > 500"),
        ("with a total of at least 500 euros", "order.total >= 500"),
        ("whose total is over 500", "order.total > 500"),
        ("where the total is over 500", "order.total > 500"),
        ('with the state "open"', "order.state == 'open'"),
        ('whose state is "open" and its total is over 5', "(order.state == 'open') and (order.total > 5)"),
        ("whose draft is false", "not order.draft"),
    ],
)
@pytest.mark.parametrize("joint", [", log it", ":\n- log it", " log it"])
def test_a_loop_may_say_which_of_them(words: str, where: str, joint: str) -> None:
    (_, loop) = tasks_of(f"{ORDERS}For each order {words}{joint}")
    assert loop["where"] == where
    assert [task["kind"] for task in loop["tasks"]] == ["log"]


def test_which_of_them_is_named_where_it_is_not_understood() -> None:
    assert missed(ORDERS + "For each order with a red hat, log it.") == ["with a red hat"]
    assert missed(ORDERS + "Post each order with total over 500 to Slack.") != []


@pytest.mark.parametrize(
    ("words", "when"),
    [
        ("is true", "order.paid"),
        ("is false", "not order.paid"),
        ("is not true", "not order.paid"),
        ("is not false", "order.paid"),
    ],
)
def test_a_property_may_be_true_or_false(words: str, when: str) -> None:
    for request in (f"only if its paid {words}, log it", f"log it only if its paid {words}"):
        (_, loop) = tasks_of(f"{ORDERS}For each order, {request}.")
        assert loop["tasks"][0]["cases"][0]["when"] == when


def test_what_is_saved_may_be_left_out() -> None:
    _, save = tasks_of(ORDERS + "Save as result.csv.")
    assert (save["format"], save["content"]) == ("csv", "{{ tasks.orders.body }}")
    assert "`result.csv` holds the orders" in plan_request(ORDERS + "Save as result.csv.").assumptions
    assert missed("Save as result.csv.") == ["Save as result.csv"]
