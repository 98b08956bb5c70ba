"""A slip of the finger is told once, where it is, whatever stands round it."""

from __future__ import annotations

import pytest
from checking import messages

ASK = """
tasks:
  - id: ask
    kind: ai
    prompt: Which?
    returns: {{type: object, required: [label], properties: {{label: {{type: string}}, reason: {{type: string}}}}}}
  - {{id: tell, kind: log, message: "{}"}}
"""
ROWS = """
secrets: [DATABASE]
tasks:
  - id: keep
    kind: sql
    connection: "{{ secrets.DATABASE }}"
    query: insert into people (name, city) values (:name, :city)
    params: """


def test_a_misspelt_default_is_one_mistake() -> None:
    assert messages(ASK.format("{{ tasks.ask.value.reason | defualt('-') }}")) == ["there is no filter `defualt`"]


def test_a_misspelt_test_is_one_mistake() -> None:
    asked = ASK.format("{{ 'a' if tasks.ask.value.reason is defned else 'b' }}")
    assert messages(asked) == ["there is no test `defned`"]


@pytest.mark.parametrize("name", ["reasn", "reaason", "raeson", "reasom"])
def test_a_slip_in_a_property_is_told_although_default_covers_it(name: str) -> None:
    told = messages(ASK.format(f"{{{{ tasks.ask.value.{name} | default('-') }}}}"))
    assert told == [f"`tasks.ask.value` does not declare `{name}`"]


@pytest.mark.parametrize("name", ["why", "reasoning", "note"])
def test_another_property_of_an_open_object_may_come(name: str) -> None:
    assert messages(ASK.format(f"{{{{ tasks.ask.value.{name} | default('-') }}}}")) == []


def test_a_misspelt_keyword_is_one_mistake() -> None:
    document = ASK.format("{{ tasks.ask.value.label }}").replace("required:", "requird:")
    assert messages(document) == ["schemas have no keyword `requird` here"]


def test_each_row_of_parameters_gives_what_the_query_takes() -> None:
    rows = ROWS + "[{name: a, city: b}, {name: c}, {name: d, town: e}]"
    assert messages(rows) == ["this row does not give `city`", "the query has no `:town`"]


def test_a_parameter_under_another_name_is_one_mistake() -> None:
    assert messages(ROWS + "{name: a, town: b}") == ["the query has no `:town`"]


@pytest.mark.parametrize(
    ("guard", "is_told"), [("tasks.other.status == 200", True), ("tasks.fetch.body.a is defined", False)]
)
def test_only_a_guard_on_the_body_itself_says_that_somebody_looked(guard: str, is_told: bool) -> None:
    told = messages(f"""
        tasks:
          - {{id: other, kind: http, url: "https://example.com/b"}}
          - {{id: fetch, kind: http, url: "https://example.com/a"}}
          - {{id: tell, kind: log, message: "{{{{ tasks.fetch.body.a.b.c }}}}", when: {guard}}}
        """)
    assert ("nothing checks what `fetch` answers, and it is read deep" in told) == is_told


@pytest.mark.parametrize("use", ["upper", "round", "join(' ')"])
def test_the_sum_of_what_is_unknown_is_unknown(use: str) -> None:
    told = messages(f"""
        tasks:
          - {{id: fetch, kind: http, url: "https://example.com/a"}}
          - {{id: tell, kind: log, message: "{{{{ (tasks.fetch.body.a + tasks.fetch.body.b) | {use} }}}}"}}
        """)
    assert told == []


def test_a_selection_that_keeps_nothing_is_a_list_all_the_same() -> None:
    told = messages("""
        tasks:
          - {id: some, kind: set, values: {all: "{{ (['x'] | reject('in', ['a', 'b'])) + ['y'] }}"}}
          - {id: tell, kind: log, message: "{{ (tasks.some.all[0] | default('-')) | upper }}"}
        """)
    assert told == ["this is always false: 'x' is never 'a' or 'b'"]
