"""Mistakes in a few tasks that are put into a workflow at a place chosen at random.

Each row is the sound tasks and the one place that makes them wrong, so that the same rows try the checker's silence:
the sound ones must not be told anything of severity error or warning.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from mutation.document import Document, at, copied, put, tasks
from mutation.operator import OPERATORS, Mutant, Operator

FETCH = {"id": "p_fetch", "kind": "http", "url": "https://example.com/a"}
TEXT = {**FETCH, "returns": {"type": "string"}}
LIST = {**FETCH, "returns": {"type": "array", "items": {"type": "string"}}}
ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}, "note": {"type": ["string", "null"]}, "link": {"type": "string"}}, "required": ["id", "title", "note"]}  # fmt: skip
THING = {**FETCH, "returns": ITEM}
THINGS = {**FETCH, "returns": {"type": "array", "items": ITEM}}
WORD = {"type": "object", "properties": {"label": {"enum": ["bug", "feature", "question"]}}, "required": ["label"]}
ASK = {"id": "p_ask", "kind": "ai", "prompt": "Which label?", "returns": WORD}


def log(text: str, **more: Any) -> dict[str, Any]:
    return {"id": "p_tell", "kind": "log", "message": text, **more}


@dataclass(frozen=True, slots=True)
class Planted:
    """Sound tasks; where in them what is written makes the mistake; `_` as a value takes the key away."""

    name: str
    wakes: tuple[str, ...]
    tasks: list[dict[str, Any]]
    wrong: tuple[tuple[str, Any], ...]
    parts: dict[str, Any] = field(default_factory=dict)


def one(name: str, wakes: str, tasks: list[dict[str, Any]], at: str, value: Any, **parts: Any) -> Planted:
    return Planted(name, tuple(wakes.split()), tasks, ((at, value),), parts)


INPUTS = {"p_count": {"type": "integer", "default": 3}, "p_word": {"enum": ["red", "blue"], "default": "red"}}
DATABASE = {"secrets": ["P_DATABASE"]}
MAIL = {"secrets": ["P_MAIL"]}
QUERY = {"id": "p_rows", "kind": "sql", "connection": "{{ secrets.P_DATABASE }}", "query": "select id from people where city = :city", "params": {"city": "Berlin"}}  # fmt: skip
PYTHON = {"id": "p_sum", "kind": "python", "code": "import math\n\n\ndef main(a, b):\n    return math.floor(a + b)\n", "args": {"a": 1, "b": 2}, "returns": {"type": "integer"}}  # fmt: skip
SEND = {"id": "p_send", "kind": "email", "connection": "{{ secrets.P_MAIL }}", "from": "a@example.com", "to": "b@example.com", "subject": "Hello", "text": "Hello"}  # fmt: skip
LOOP = {"id": "p_each", "kind": "foreach", "items": "tasks.p_fetch.body", "as": "p_item", "tasks": [{"id": "p_post", "kind": "http", "method": "POST", "url": "https://example.com/{{ p_item.id }}", "returns": {"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}}], "collect": "tasks.p_post.body.key"}  # fmt: skip
BRANCH = {"id": "p_way", "kind": "branch", "cases": [{"when": "tasks.p_ask.value.label == 'bug'", "tasks": [log("a bug")]}, {"when": "tasks.p_ask.value.label == 'feature'", "tasks": [{"id": "p_wish", "kind": "log", "message": "a wish"}]}]}  # fmt: skip

ROWS = [
    one("read_a_property_that_may_be_missing", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.link | default('none') }}")], "/1/message", "{{ tasks.p_fetch.body.link }}"),
    one("read_past_a_property_that_may_be_missing", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.link | default('') | upper }}")], "/1/message", "{{ tasks.p_fetch.body.link | upper }}"),
    one("guard_on_another_property", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.link }}", when="tasks.p_fetch.body.link is defined")], "/1/when", "tasks.p_fetch.body.title is defined"),
    one("guard_the_wrong_way_round", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.link }}", when="tasks.p_fetch.body.link is defined")], "/1/when", "tasks.p_fetch.body.link is not defined"),
    one("guard_with_or_in_place_of_and", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.link }}", when="tasks.p_fetch.body.link is defined and tasks.p_fetch.body.id > 3")], "/1/when", "tasks.p_fetch.body.link is defined or tasks.p_fetch.body.id > 3"),
    one("take_a_null_for_a_text", "may-be-missing", [THING, log("{{ tasks.p_fetch.body.note | default('') | upper }}")], "/1/message", "{{ tasks.p_fetch.body.note | upper }}"),
    one("guard_a_null_the_wrong_way_round", "type-mismatch may-be-missing", [THING, log("{{ tasks.p_fetch.body.note | upper }}", when="tasks.p_fetch.body.note is not none")], "/1/when", "tasks.p_fetch.body.note is none"),
    one("read_a_null_out_of_an_object", "type-mismatch may-be-missing unknown-field", [{**FETCH, "returns": {"type": ["object", "null"], "properties": {"a": {"type": "string"}}, "required": ["a"]}}, log("{{ tasks.p_fetch.body.a | default('') }}")], "/1/message", "{{ tasks.p_fetch.body.a }}"),
    one("go_on_after_a_failure_and_read", "may-be-missing", [{**TEXT, "on_error": "continue"}, log("{{ tasks.p_fetch.body }}", when="tasks.p_fetch.state == 'succeeded'")], "/1/when", "tasks.p_fetch.state == 'failed'"),
    one("forget_the_guard_of_what_may_fail", "may-be-missing", [{**TEXT, "on_error": "continue"}, log("{{ tasks.p_fetch.body }}", when="tasks.p_fetch.state == 'succeeded'")], "/1/when", "_"),
    one("read_out_of_a_branch", "may-be-missing", [{"id": "p_way", "kind": "branch", "cases": [{"when": "run.trigger == 'manual'", "tasks": [TEXT]}]}, log("{{ tasks.p_fetch.body | default('') }}")], "/1/message", "{{ tasks.p_fetch.body }}"),
    one("read_out_of_a_try", "may-be-missing", [{"id": "p_try", "kind": "try", "tasks": [TEXT]}, log("{{ tasks.p_fetch.body | default('') }}")], "/1/message", "{{ tasks.p_fetch.body }}"),
    one("read_out_of_a_loop", "read-before-exists", [THINGS, LOOP, log("{{ tasks.p_each.value | length }}")], "/2/message", "{{ tasks.p_post.body.key }}"),
    one("read_the_other_case", "may-be-missing read-before-exists", [ASK, {**BRANCH, "cases": [{"when": "tasks.p_ask.value.label == 'bug'", "tasks": [TEXT]}, {"when": "tasks.p_ask.value.label == 'feature'", "tasks": [log("{{ tasks.p_ask.model }}")]}]}], "/1/cases/1/tasks/0/message", "{{ tasks.p_fetch.body }}"),
    one("misspell_the_word_of_a_case", "never-equal", [ASK, BRANCH], "/1/cases/1/when", "tasks.p_ask.value.label == 'features'"),
    one("misspell_the_word_of_an_input", "never-equal", [log("{{ 'r' if inputs.p_word == 'red' else 'b' }} {{ inputs.p_count }}")], "/0/message", "{{ 'r' if inputs.p_word == 'rad' else 'b' }} {{ inputs.p_count }}", inputs=INPUTS),
    one("look_for_a_word_an_enum_lacks", "never-equal", [ASK, log("hello", when="tasks.p_ask.value.label in ['bug', 'feature']")], "/1/when", "tasks.p_ask.value.label in ['bugs', 'features']"),
    one("compare_a_number_with_a_text", "never-equal", [THING, log("hello", when="tasks.p_fetch.body.id == 3")], "/1/when", "tasks.p_fetch.body.id == '3'"),
    one("order_a_number_and_a_text", "type-mismatch", [THING, log("hello", when="tasks.p_fetch.body.id > 3")], "/1/when", "tasks.p_fetch.body.title > 3"),
    one("compute_with_a_text", "type-mismatch", [THING, log("{{ tasks.p_fetch.body.id + 1 }}")], "/1/message", "{{ tasks.p_fetch.body.title + 1 }}"),
    one("round_a_text", "type-mismatch", [THING, log("{{ tasks.p_fetch.body.id | round }}")], "/1/message", "{{ tasks.p_fetch.body.title | round }}"),
    one("join_a_number", "type-mismatch", [LIST, log("{{ tasks.p_fetch.body | join(', ') }}")], "/1/message", "{{ tasks.p_fetch.status | join(', ') }}"),
    one("sum_objects", "type-mismatch", [THINGS, log("{{ tasks.p_fetch.body | map(attribute='id') | sum }}")], "/1/message", "{{ tasks.p_fetch.body | sum }}"),
    one("sum_texts_of_objects", "type-mismatch", [THINGS, log("{{ tasks.p_fetch.body | map(attribute='id') | sum }}")], "/1/message", "{{ tasks.p_fetch.body | map(attribute='title') | sum }}"),
    one("misspell_an_attribute", "unknown-field undeclared-field", [THINGS, log("{{ tasks.p_fetch.body | map(attribute='title') | join(', ') }}")], "/1/message", "{{ tasks.p_fetch.body | map(attribute='titel') | join(', ') }}"),
    one("misspell_the_attribute_of_a_selection", "unknown-field undeclared-field", [THINGS, log("{{ tasks.p_fetch.body | selectattr('id', 'gt', 3) | length }}")], "/1/message", "{{ tasks.p_fetch.body | selectattr('idd', 'gt', 3) | length }}"),
    one("map_an_attribute_that_may_be_missing", "may-be-missing", [THINGS, log("{{ tasks.p_fetch.body | selectattr('link', 'defined') | map(attribute='link') | join(', ') }}")], "/1/message", "{{ tasks.p_fetch.body | map(attribute='link') | join(', ') }}"),
    one("loop_over_an_object", "type-mismatch", [THINGS, LOOP, log("{{ tasks.p_each.value | length }}")], "/1/items", "tasks.p_fetch.headers"),
    one("misspell_a_property_of_an_item", "unknown-field undeclared-field", [THINGS, LOOP, log("{{ tasks.p_each.value | length }}")], "/1/tasks/0/url", "https://example.com/{{ p_item.ident }}"),
    one("misspell_a_property_of_what_was_collected", "unknown-field undeclared-field", [THINGS, {**LOOP, "collect": "{key: tasks.p_post.body.key}"}, log("{{ tasks.p_each.value | map(attribute='key') | join(' ') }}")], "/2/message", "{{ tasks.p_each.value | map(attribute='kay') | join(' ') }}"),
    one("read_a_value_that_is_not_collected", "unknown-field may-be-missing", [THINGS, LOOP, log("{{ tasks.p_each.value | length }}")], "/1/collect", "_"),
    one("drop_by_what_is_no_condition", "not-boolean", [THINGS, {**LOOP, "where": "p_item.id > 3"}, log("{{ tasks.p_each.value | length }}")], "/1/where", "p_item.title"),
    one("drop_by_what_never_holds", "never-equal", [THINGS, {**LOOP, "where": "p_item.id == 3"}, log("{{ tasks.p_each.value | length }}")], "/1/where", "p_item.id == 'three'"),
    one("take_the_first_of_what_may_be_none", "short-list", [LIST, log("{{ tasks.p_fetch.body | first | default('') }}")], "/1/message", "{{ tasks.p_fetch.body | first }}"),
    one("take_an_item_that_may_not_be", "short-list", [LIST, log("{{ tasks.p_fetch.body[0] }}", when="tasks.p_fetch.body is not empty")], "/1/when", "_"),
    one("guard_another_list", "short-list", [LIST, log("{{ tasks.p_fetch.body[0] }}", when="tasks.p_fetch.body | length > 0")], "/1/when", "tasks.p_fetch.headers | length > 0"),
    one("take_an_item_past_the_end", "list-too-short", [log("{{ [1, 2, 3][2] }}")], "/0/message", "{{ [1, 2, 3][3] }}"),
    one("take_more_than_a_schema_allows", "list-too-short", [{**FETCH, "returns": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}}, log("{{ tasks.p_fetch.body[1] }}")], "/1/message", "{{ tasks.p_fetch.body[2] }}"),
    one("take_fewer_items_for_granted", "short-list list-too-short", [{**FETCH, "returns": {"type": "array", "items": {"type": "string"}, "minItems": 2}}, log("{{ tasks.p_fetch.body[1] }}")], "/0/returns/minItems", 1),
    one("divide_by_zero", "division-by-zero", [log("{{ 7 / 2 }}")], "/0/message", "{{ 7 // 0 }}"),
    one("leave_64_bits", "constant-overflow", [log("{{ 9223372036854775806 + 1 }}")], "/0/message", "{{ 9223372036854775807 + 1 }}"),
    one("leave_a_group_of_a_pattern_open", "bad-pattern", [TEXT, log("{{ tasks.p_fetch.body | matches('^(a|b)+$') }}")], "/1/message", "{{ tasks.p_fetch.body | matches('^(a|b+$') }}"),
    one("look_behind", "bad-pattern", [TEXT, log("{{ tasks.p_fetch.body | regex_replace('b', '') }}")], "/1/message", "{{ tasks.p_fetch.body | regex_replace('(?<=a)b', '') }}"),
    one("write_a_date_format_of_java", "bad-format", [log("{{ run.started_at | date('%Y-%m-%d') }}")], "/0/message", "{{ run.started_at | date('yyyy-MM-dd') }}"),
    one("write_a_directive_that_is_not_there", "bad-format", [log("{{ run.started_at | date('%Y') }}")], "/0/message", "{{ run.started_at | date('%G') }}"),
    one("leave_out_an_argument", "bad-argument", [TEXT, log("{{ tasks.p_fetch.body | replace('a', 'b') }}")], "/1/message", "{{ tasks.p_fetch.body | replace('a') }}"),
    one("wait_for_no_duration", "bad-wait bad-duration", [{"id": "p_pause", "kind": "wait", "for": "5m"}], "/0/for", "five minutes"),
    one("wait_until_no_moment", "bad-wait", [{"id": "p_pause", "kind": "wait", "until": "2030-01-31T09:00:00Z"}], "/0/until", "tomorrow"),
    one("repeat_until_never", "endless-repeat never-equal", [{"id": "p_poll", "kind": "repeat", "attempts": 5, "every": "3s", "tasks": [{**FETCH, "returns": WORD}], "until": "tasks.p_fetch.body.label == 'bug'"}], "/0/until", "tasks.p_fetch.body.label == 'done'"),
    one("repeat_until_at_once", "constant-condition endless-repeat", [{"id": "p_poll", "kind": "repeat", "attempts": 5, "every": "3s", "tasks": [{**FETCH, "returns": WORD}], "until": "tasks.p_fetch.body.label == 'bug'"}], "/0/until", "true"),
    one("cover_a_case_by_an_earlier_one", "covered-case", [ASK, BRANCH], "/1/cases/1/when", "tasks.p_ask.value.label == 'bug'"),
    one("follow_the_last_of_a_group", "follows-one", [{**FETCH, "id": "p_start"}, {**FETCH, "id": "p_left", "method": "POST", "needs": ["p_start"]}, {**FETCH, "id": "p_right", "method": "POST", "needs": ["p_start"]}, log("both are done", needs=["p_left", "p_right"])], "/3/needs", "_"),
    one("go_round", "cycle read-before-exists", [{**FETCH, "id": "p_left", "needs": []}, {**FETCH, "id": "p_right", "method": "POST", "url": "https://example.com/{{ tasks.p_left.status }}"}], "/0/url", "https://example.com/{{ tasks.p_right.status }}"),
    one("break_the_code", "python-code", [PYTHON, log("{{ tasks.p_sum.value }}")], "/0/code", "def main(a, b)\n    return a + b\n"),
    one("call_main_otherwise", "python-code", [PYTHON, log("{{ tasks.p_sum.value }}")], "/0/code", "def run(a, b):\n    return a + b\n"),
    one("take_one_argument_more", "python-code", [PYTHON, log("{{ tasks.p_sum.value }}")], "/0/code", "def main(a, b, c):\n    return a + b + c\n"),
    one("hide_main_in_a_class", "python-code", [PYTHON, log("{{ tasks.p_sum.value }}")], "/0/code", "class Sum:\n    def main(a, b):\n        return a + b\n"),
    one("import_a_package_that_is_not_required", "missing-requirement", [PYTHON, log("{{ tasks.p_sum.value }}")], "/0/code", "import pandas as pd\n\n\ndef main(a, b):\n    return int(pd.Series([a, b]).sum())\n"),
    one("ask_for_a_column_by_a_template", "template-in-literal injected-code", [QUERY, log("{{ tasks.p_rows.row_count }}")], "/0/query", "select id from people where city = :city and run = '{{ run.id }}'", **DATABASE),
    one("name_a_parameter_otherwise", "sql-params", [QUERY, log("{{ tasks.p_rows.row_count }}")], "/0/params", {"town": "Berlin"}, **DATABASE),
    one("leave_out_the_parameters", "sql-params", [QUERY, log("{{ tasks.p_rows.row_count }}")], "/0/params", "_", **DATABASE),
    one("leave_one_row_without_a_parameter", "sql-params", [{**QUERY, "query": "insert into people (city) values (:city)", "params": [{"city": "a"}, {"city": "b"}]}], "/0/params", [{"city": "a"}, {"town": "b"}], **DATABASE),
    one("write_the_database_out", "bad-connection", [QUERY, log("{{ tasks.p_rows.row_count }}"), {"id": "p_keep", "kind": "http", "url": "https://example.com", "auth": {"type": "bearer", "token": "{{ secrets.P_DATABASE }}"}}], "/0/connection", "postgresql://db.example.com/people", **DATABASE),
    one("log_a_secret", "misplaced-secret", [SEND, log("sent")], "/1/message", "sent by {{ secrets.P_MAIL }}", **MAIL),
    one("prompt_a_secret", "misplaced-secret", [SEND, ASK, log("{{ tasks.p_ask.value.label }}")], "/1/prompt", "Which label? {{ secrets.P_MAIL }}", **MAIL),
    one("remember_a_secret", "misplaced-secret", [SEND, {"id": "p_keep", "kind": "remember", "values": {"p_seen": "x"}}], "/1/values/p_seen", "{{ secrets.P_MAIL }}", **MAIL, state={"p_seen": {"type": "string", "default": ""}}),
    one("write_a_secret_into_a_file", "misplaced-secret", [SEND, {"id": "p_keep", "kind": "write_file", "path": "a.txt", "content": "x"}], "/1/content", "{{ secrets.P_MAIL }}", **MAIL),
    one("mail_a_secret", "misplaced-secret", [SEND], "/0/text", "Use {{ secrets.P_MAIL }}", **MAIL),
    one("forget_to_declare_a_state", "unknown-state", [{"id": "p_keep", "kind": "remember", "values": {"p_seen": "x"}}], "/0/values", {"p_sean": "x"}, state={"p_seen": {"type": "string", "default": ""}}),
    one("remember_another_type", "type-mismatch bad-schema wrong-type", [{"id": "p_keep", "kind": "remember", "values": {"p_seen": "{{ state.p_seen + 1 }}"}}], "/0/values/p_seen", "{{ run.id }}", state={"p_seen": {"type": "integer", "default": 0}}),
    one("ask_the_host_that_data_names", "untrusted-host", [THING, {"id": "p_next", "kind": "http", "url": "https://example.com/{{ tasks.p_fetch.body.id }}"}], "/1/url", "https://{{ tasks.p_fetch.body.title }}/a"),
    one("take_away_the_hosts", "untrusted-host", [TEXT, {"id": "p_next", "kind": "http", "url": "{{ tasks.p_fetch.body }}", "hosts": ["*.example.com"]}], "/1/hosts", "_"),
    one("widen_the_enum_of_a_host", "untrusted-host", [{**ASK, "returns": {"enum": ["eu", "us"]}}, {"id": "p_next", "kind": "http", "url": "https://{{ tasks.p_ask.value }}.example.com/a"}], "/0/returns", {"type": "string"}),
    one("widen_the_enum_of_a_path", "untrusted-path", [{**ASK, "returns": {"enum": ["eu", "us"]}}, {"id": "p_keep", "kind": "write_file", "path": "out/{{ tasks.p_ask.value }}.txt", "content": "x"}], "/0/returns", {"type": "string"}),
    one("keep_a_set_that_leads_to_a_host", "untrusted-host", [TEXT, {"id": "p_here", "kind": "set", "values": {"base": "https://example.com"}}, {"id": "p_next", "kind": "http", "url": "{{ tasks.p_here.base }}/a", "headers": {"X-A": "{{ tasks.p_fetch.body }}"}}], "/1/values/base", "https://{{ tasks.p_fetch.body }}"),
    one("lead_to_a_host_by_a_loop", "untrusted-host", [LIST, {"id": "p_each", "kind": "foreach", "items": "tasks.p_fetch.body", "as": "p_item", "tasks": [{"id": "p_next", "kind": "http", "method": "POST", "url": "https://example.com/x", "body": "{{ p_item }}"}]}], "/1/tasks/0/url", "{{ p_item }}"),
    one("save_where_data_says", "untrusted-path", [THING, {"id": "p_keep", "kind": "write_file", "path": "out/{{ tasks.p_fetch.body.title | slugify }}.txt", "content": "x"}], "/1/path", "out/{{ tasks.p_fetch.body.title }}.txt"),
    one("attach_what_data_says", "untrusted-path", [THING, {**SEND, "attachments": ["a.txt"], "text": "{{ tasks.p_fetch.body.title }}"}], "/1/attachments", ["{{ tasks.p_fetch.body.title }}"], **MAIL),
    one("send_a_file_that_data_names", "untrusted-path", [THING, {"id": "p_next", "kind": "http", "method": "PUT", "url": "https://example.com/x", "file": "a.txt", "headers": {"X-A": "{{ tasks.p_fetch.body.id }}"}}], "/1/file", "{{ tasks.p_fetch.body.title }}"),
    one("instruct_a_model_by_data", "untrusted-system", [TEXT, {**ASK, "system": "Be brief.", "prompt": "Which label? {{ tasks.p_fetch.body }}"}, log("{{ tasks.p_ask.value.label }}")], "/1/system", "Be brief. {{ tasks.p_fetch.body }}"),
    one("run_a_text_of_data", "injected-code", [TEXT, {"id": "p_run", "kind": "shell", "command": ["sh", "-c", 'echo "$1" | wc -c', "--", "{{ tasks.p_fetch.body }}"]}], "/1/command", ["sh", "-c", "echo {{ tasks.p_fetch.body }} | wc -c"]),
    one("run_the_program_that_data_names", "untrusted-program", [TEXT, {"id": "p_run", "kind": "shell", "command": ["timeout", "10s", "sort", "--", "{{ tasks.p_fetch.body }}"]}], "/1/command", ["timeout", "10s", "{{ tasks.p_fetch.body }}"]),
    one("leave_a_query_unfinished", "sql-query", [QUERY, log("{{ tasks.p_rows.row_count }}")], "/0/query", "select id from people where city = :city and", **DATABASE),
    one("ask_two_things_in_one_query", "sql-query", [QUERY, log("{{ tasks.p_rows.row_count }}")], "/0/query", "select id from people where city = :city; delete from people", **DATABASE),
    one("bound_a_text_as_a_number", "idle-keyword bad-schema", [{**FETCH, "returns": {"type": "string", "minLength": 2}}, log("{{ tasks.p_fetch.body }}")], "/0/returns", {"type": "string", "minimum": 2}),
    one("require_a_property_by_another_name", "idle-keyword", [THING, log("{{ tasks.p_fetch.body.title }}")], "/0/returns/required", ["id", "title", "notes"]),
    one("compare_dates_as_texts", "dates-as-text", [THING, log("late", when="tasks.p_fetch.body.title | date_diff(now(), 'hours') < 0")], "/1/when", "tasks.p_fetch.body.title < now()"),
    one("read_deep_into_what_nobody_checks", "unchecked-body", [{**FETCH, "returns": {"type": "object", "properties": {"user": {"type": "object", "properties": {"address": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}, "required": ["address"]}}, "required": ["user"]}}, log("{{ tasks.p_fetch.body.user.address.city }}")], "/0/returns", "_"),
    one("let_data_be_an_option", "option-injection", [TEXT, {"id": "p_run", "kind": "shell", "command": ["ls", "--", "{{ tasks.p_fetch.body }}"]}], "/1/command", ["ls", "{{ tasks.p_fetch.body }}"]),
    one("mail_whom_data_says", "data-recipients", [{**FETCH, "returns": {"type": "string", "format": "email"}}, {**SEND, "to": "{{ tasks.p_fetch.body }}"}], "/0/returns", {"type": "string"}, **MAIL),
    one("steer_by_an_unchecked_answer", "unchecked-answer", [{**ASK, "returns": {"type": "boolean"}}, log("hello", when="tasks.p_ask.value")], "/0/returns", "_"),
    one("steer_by_a_word_of_an_unchecked_answer", "unchecked-answer", [{**ASK, "returns": {"enum": ["yes", "no"]}}, log("hello", when="tasks.p_ask.value == 'yes'")], "/0/returns", "_"),
    one("encode_a_query_no_more", "bare-segment", [TEXT, {"id": "p_next", "kind": "http", "url": "https://example.com/s?q={{ tasks.p_fetch.body | urlencode }}"}], "/1/url", "https://example.com/s?q={{ tasks.p_fetch.body }}"),
    one("order_twice", "retried-write", [{"id": "p_order", "kind": "http", "method": "POST", "url": "https://example.com/orders", "body": {"n": 1}, "retry": {"attempts": 3}, "idempotent": True}], "/0/idempotent", "_"),
    one("mail_twice", "retried-write", [{**SEND, "retry": {"attempts": 1}}], "/0/retry", {"attempts": 3}, **MAIL),
    one("insert_twice", "retried-write", [{**QUERY, "retry": {"attempts": 3}}, log("{{ tasks.p_rows.row_count }}")], "/0/query", "insert into people (city) values (:city)", **DATABASE),
    one("skip_failures_and_never_look", "ignored-failures", [THINGS, {**LOOP, "on_item_error": "skip"}, log("{{ tasks.p_each.failed | length }} failed")], "/2/message", "done"),
    one("shut_an_object_and_ask_for_more", "unknown-field bad-schema", [{**FETCH, "returns": {**ITEM, "additionalProperties": False}}, log("{{ tasks.p_fetch.body.title }}")], "/1/message", "{{ tasks.p_fetch.body.headline }}"),
    one("require_what_is_not_declared_in_a_closed_object", "bad-schema", [{**FETCH, "returns": {**ITEM, "additionalProperties": False}}, log("{{ tasks.p_fetch.body.title }}")], "/0/returns/required", ["id", "title", "note", "colour"]),
    one("bound_a_text_wrongly", "bad-schema", [{**FETCH, "returns": {"type": "string", "minLength": 2, "maxLength": 9}}, log("{{ tasks.p_fetch.body }}")], "/0/returns/minLength", 19),
    one("empty_an_enum", "bad-schema wrong-value", [{**ASK, "returns": {"enum": ["a", "b"]}}, log("{{ tasks.p_ask.value }}")], "/0/returns", {"enum": []}),
    one("give_an_enum_no_word_of_its_type", "bad-schema", [{**ASK, "returns": {"type": "string", "enum": ["a", "b"]}}, log("{{ tasks.p_ask.value }}")], "/0/returns/enum", [1, 2]),
    one("break_the_pattern_of_a_schema", "bad-schema bad-pattern", [{**FETCH, "returns": {"type": "string", "pattern": "^[a-z]+$"}}, log("{{ tasks.p_fetch.body }}")], "/0/returns/pattern", "^[a-z+$"),
]  # fmt: skip


def _planted(data: Document, rng: Random, planted: Planted, more: list[dict[str, Any]]) -> tuple[Document, list[str]]:
    """A copy with tasks put into a block, and the pointers of those tasks."""
    blocks = sorted({task.block for task in tasks(data) if task.block.startswith("/tasks")})
    block = rng.choice(blocks)
    ends = [n for n, task in enumerate(at(data, block)) if task["kind"] in ("fail", "stop") and "when" not in task]
    last = min([*ends, len(at(data, block))])  # what stands behind such an end is never reached
    places = [
        n for n in range(last + 1) if n == 0 or "needs" not in at(data, block)[n - 1]
    ]  # behind a group: after one
    place = rng.choice(places)
    changed = copied(data)
    at(changed, block)[place:place] = copy.deepcopy(more)
    for part, value in planted.parts.items():
        if isinstance(value, dict):
            changed[part] = {**(changed.get(part) or {}), **copy.deepcopy(value)}
        else:
            changed[part] = [*(changed.get(part) or []), *(each for each in value if each not in changed.get(part, ()))]
    return changed, [f"{block}/{place + number}" for number in range(len(more))]


def planted(data: Document, rng: Random, row: Planted, turn: int) -> Document:
    """A copy with the sound tasks of a row in it, under names that no other turn gives."""
    text = json.dumps([row.tasks, row.parts]).replace("p_", f"p{turn}_").replace("P_", f"P{turn}_")
    tasks, parts = json.loads(text)
    return _planted(data, rng, replace(row, tasks=tasks, parts=parts), tasks)[0]


def _operator(row: Planted) -> Operator:
    def operate(data: Document, rng: Random) -> Iterator[Mutant]:
        wrong: Any = {"tasks": row.tasks}
        for pointer, value in row.wrong:
            wrong = put(wrong, f"/tasks{pointer}") if value == "_" else put(wrong, f"/tasks{pointer}", value)
        place = rng.random()
        before, _ = _planted(data, Random(place), row, row.tasks)
        changed, places = _planted(data, Random(place), row, wrong["tasks"])
        yield Mutant(changed, tuple(places), before=before)

    return Operator(row.name, frozenset(row.wakes), operate)


OPERATORS.extend(_operator(each) for each in ROWS)
