"""`sql` in a module: what a query is given and gives, on SQLite and on a real PostgreSQL, as on the local executor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exporting import document, export, plan_of, run_module
from prefect_standin import Record

sys.path.append(str(Path(__file__).parents[1] / "local"))
from postgres_server import PROGRAMS, QUOTED, USER, postgres

QUERIES = "inputs: {values: {type: object, default: {}}, rows: {type: array, items: {type: object}, default: []}}"


def ask(folder: Path, url: str, *queries: str, **inputs: Any) -> Any:
    """What the last of these tasks gave, or what ended the run."""
    tasks = [
        f'  - {{id: q{number}, kind: sql, connection: "{{{{ secrets.DB }}}}", {query}}}'
        for number, query in enumerate(queries)
    ]
    last = f"tasks.q{len(queries) - 1}"
    text = document("\n".join(tasks), f"{QUERIES}\nsecrets: [DB]\noutputs: [{{rows: {last}.rows}}]")
    text = text.replace(f"outputs: [{{rows: {last}.rows}}]", f"outputs: {{rows: {last}.rows, count: {last}.row_count}}")
    found = export(text)
    assert found.files, found.gaps
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    return run_module(plan_of(text), found.files, inputs, place, record=Record(), environment={"DB": url})


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if PROGRAMS is None:
        pytest.skip("there is no PostgreSQL on this machine")
    with postgres() as place:
        yield f"postgresql://{USER}:{QUOTED}@{place}/postgres"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    (tmp_path / "data").mkdir()
    return f"sqlite:///{tmp_path}/data/x.db" if request.param == "sqlite" else str(request.getfixturevalue("server"))


def test_a_query_runs_for_each_object_of_its_parameters(tmp_path: Path, url: str) -> None:
    found = ask(
        tmp_path,
        url,
        "query: drop table if exists paid",
        "query: 'create table paid (who text, cents integer)'",
        "query: 'insert into paid values (:who, :cents)', params: \"{{ inputs.rows }}\"",
        "query: select who from paid where cents = :cents, params: [{cents: 2}, {cents: 3}, {cents: 2}]",
        rows=[{"who": "o'neil", "cents": 2}, {"who": "ann", "cents": 3}],
    )
    assert found == {"rows": [{"who": "o'neil"}], "count": 3}


def test_a_list_of_parameters_is_one_transaction(tmp_path: Path, url: str) -> None:
    found = ask(
        tmp_path,
        url,
        "query: drop table if exists one",
        "query: create table one (n integer unique)",
        "query: 'insert into one values (:n)', params: [{n: 1}, {n: 2}, {n: 1}], on_error: continue",
        "query: 'with x(n) as (values (1), (2)) insert into one select n from x'",
        "query: select count(*) as n from one",
    )
    assert found == {"rows": [{"n": 2}], "count": 1}


def test_rows_that_were_changed_are_counted(tmp_path: Path, url: str) -> None:
    before = ("query: drop table if exists t", "query: create table t (n integer)")
    with_ = "query: 'with x(n) as (values (1), (2)) insert into t select n from x'"
    assert ask(tmp_path, url, *before) == {"rows": [], "count": 0}
    assert ask(tmp_path, url, *before, with_) == {"rows": [], "count": 2}
    assert ask(tmp_path, url, "query: 'insert into t values (9) returning n as given'") == {
        "rows": [{"given": 9}],
        "count": 1,
    }
    assert ask(tmp_path, url, "query: select 1 as n, params: []") == {"rows": [], "count": 0}


def test_what_stands_in_quotes_and_comments_is_no_placeholder(tmp_path: Path, url: str) -> None:
    query = "query: \"select ':a' as b, 1 as \\\":c\\\", '%s %' as d -- :e\\n, :f as g /* :h */\", params: {f: x}"
    assert ask(tmp_path, url, query)["rows"] == [{"b": ":a", ":c": 1, "d": "%s %", "g": "x"}]


def test_hostile_values_stay_values(tmp_path: Path, url: str) -> None:
    query = "query: 'select cast(:text as varchar(200000)) as it', params: \"{{ inputs.values }}\""
    for text in ("'; drop table paid; --", "%s %(x)s", ":a ::b", '"\\', "x\u2028\u202ey", "q" * 100_000):
        assert ask(tmp_path, url, query, values={"text": text})["rows"] == [{"it": text}]


@pytest.mark.parametrize("values", [{"it": {"a": 1}}, {"it": "\ud800"}, {}])
def test_a_value_that_the_database_cannot_take_fails_the_task(tmp_path: Path, url: str, values: dict[str, Any]) -> None:
    found = ask(tmp_path, url, 'query: select :it as it, params: "{{ inputs.values }}"', values=values)
    assert isinstance(found, RuntimeError) and "the query failed" in str(found)


def test_a_query_that_takes_too_long_is_cut_off(tmp_path: Path, url: str) -> None:
    numbers = "select 1 union all select i + 1 from n where i < 100000000000"
    endless = f"with recursive n(i) as ({numbers}) select count(*) as n from n"
    assert isinstance(ask(tmp_path, url, f"query: '{endless}', timeout: 300ms"), TimeoutError)


def test_an_error_does_not_tell_the_connection(tmp_path: Path, url: str) -> None:
    for broken in (f"{url}?%2", url.replace("@", "%2@", 1), url.replace("@", "\u2100@"), f"nothing{url}"):
        found = ask(tmp_path, broken, "query: select 1 from nowhere")
        assert isinstance(found, RuntimeError | PermissionError) and broken not in str(found)
        assert QUOTED not in str(found)


def test_values_of_sqlite_become_json(tmp_path: Path) -> None:
    query = "select 1 as i, 2.0 as whole, 2.5 as f, null as n, x'00ff' as b, 'zoë' as t, 9007199254740993 as big"
    assert ask(tmp_path, "sqlite:///data.db", f'query: "{query}"')["rows"] == [
        {"i": 1, "whole": 2, "f": 2.5, "n": None, "b": "00ff", "t": "zoë", "big": 9007199254740993}
    ]


def test_values_of_postgresql_become_json(tmp_path: Path, server: str) -> None:
    query = """
      select 1 as i, 9007199254740993::bigint as big, 2.50::numeric as d, 3::numeric as whole, 1e300::float8 as f,
        true as yes, null as n, '2026-01-31'::date as day, '2026-01-31 10:00+01'::timestamptz as at,
        '2026-01-31 10:00'::timestamp as naive, '10:30'::time as time, '\\\\x00ff'::bytea as bytes,
        array[1, 2] as list, array['2026-01-31'::date] as days, '{"a": [1.0, null]}'::jsonb as j,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as u, interval '1 day 2 hours' as span
    """
    (row,) = ask(tmp_path, server, f'query: "{query.replace(chr(34), chr(92) + chr(34))}"')["rows"]
    assert row == {
        "i": 1,
        "big": 9007199254740993,
        "d": 2.5,
        "whole": 3,
        "f": 1e300,
        "yes": True,
        "n": None,
        "day": "2026-01-31",
        "at": "2026-01-31T09:00:00Z",
        "naive": "2026-01-31T10:00:00",
        "time": "10:30:00",
        "bytes": "00ff",
        "list": [1, 2],
        "days": ["2026-01-31"],
        "j": {"a": [1, None]},
        "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "span": "1 day, 2:00:00",
    }


def test_casts_lists_and_slices_are_told_from_placeholders(tmp_path: Path, server: str) -> None:
    query = (
        'query: "select :a::integer + 1 as n, (array[1, 2, 3])[1:2] as two, 3 = any(:ids) as has, $$:x$$ as y,'
        " E'\\\\':z' as w\", params: {a: 4, ids: [1, 3]}"
    )
    assert ask(tmp_path, server, query)["rows"] == [{"n": 5, "two": [1, 2], "has": True, "y": ":x", "w": "':z"}]


@pytest.mark.parametrize("address", ["mysql://a:b@c/d", "data.db", "host=localhost", "sqlite://data.db", "http://x"])
def test_another_connection_is_refused(tmp_path: Path, address: str) -> None:
    found = ask(tmp_path, address, "query: select 1 as n")
    assert isinstance(found, PermissionError) and address not in str(found)
