"""`sql`: what a query is given and gives, on SQLite and on a real PostgreSQL; what it may not reach."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashing import crash
from local_running import Runner, plan_of
from postgres_server import PASSWORD, PROGRAMS, QUOTED, USER, postgres

from overture.language.placeholders import placeholders, rewritten
from overture.testing import SystemClock
from overture_local import Limits, RunRefused, RunResult, Store, resume
from overture_local.rows import QueryFailed
from overture_local.sqlite import ask_sqlite

HEAD = """
overture: 1
name: asking
inputs: {values: {type: object, default: {}}}
secrets: [DB]
tasks:
"""


def document(*tasks: str) -> str:
    """Queries, one after another; the output is what the last gave."""
    lines = [
        f'  - {{id: q{number}, kind: sql, connection: "{{{{ secrets.DB }}}}", {task}}}'
        for number, task in enumerate(tasks)
    ]
    last = len(tasks) - 1
    return HEAD + "\n".join(lines) + f"\noutputs: {{rows: tasks.q{last}.rows, count: tasks.q{last}.row_count}}\n"


def ask(runner: Runner, *tasks: str, url: str = "sqlite:///data.db", **given: Any) -> RunResult:
    return runner.run(document(*tasks), secrets={"DB": url}, **given)


def rows(result: RunResult) -> Any:
    assert result.state == "succeeded", result.error
    return result.outputs["rows"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if PROGRAMS is None:
        pytest.skip("there is no PostgreSQL on this machine")
    with postgres() as place:
        yield f"postgresql://{USER}:{QUOTED}@{place}/postgres"


# both


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "sqlite:///data.db" if request.param == "sqlite" else str(request.getfixturevalue("server"))


def test_a_query_runs_for_each_object_of_its_parameters(runner: Runner, url: str) -> None:
    result = ask(
        runner,
        "query: drop table if exists paid",
        "query: 'create table paid (who text, cents integer)'",
        "query: 'insert into paid values (:who, :cents)', params: [{who: \"o'neil\", cents: 2}, {who: ann, cents: 3}]",
        "query: select who from paid where cents = :cents, params: [{cents: 2}, {cents: 3}, {cents: 2}]",
        url=url,
    )
    assert (rows(result), result.outputs["count"]) == ([{"who": "o'neil"}], 3)
    assert {task.id: task.outputs["row_count"] for task in result.tasks}["q2"] == 2


def test_a_list_of_parameters_is_one_transaction(runner: Runner, url: str) -> None:
    result = ask(
        runner,
        "query: drop table if exists one",
        "query: create table one (n integer unique)",
        "query: 'insert into one values (:n)', params: [{n: 1}, {n: 2}, {n: 1}], on_error: continue",
        "query: select count(*) as n from one",
        url=url,
    )
    assert rows(result) == [{"n": 0}]
    assert {task.id: task.error.type for task in result.tasks if task.error} == {"q2": "error"}


def test_a_statement_that_can_be_in_no_transaction_runs(runner: Runner, url: str) -> None:
    assert ask(runner, "query: vacuum", url=url).state == "succeeded"


def test_no_parameters_in_a_list_run_nothing(runner: Runner, url: str) -> None:
    result = ask(runner, "query: select 1 as n, params: []", url=url)
    assert (rows(result), result.outputs["count"]) == ([], 0)


def test_what_stands_in_quotes_and_comments_is_no_placeholder(runner: Runner, url: str) -> None:
    result = ask(
        runner,
        "query: \"select ':a' as b, 1 as \\\":c\\\", '%s %' as d -- :e\\n, :f as g /* :h */\", params: {f: x}",
        url=url,
    )
    assert rows(result) == [{"b": ":a", ":c": 1, "d": "%s %", "g": "x"}]


def test_hostile_values_stay_values(runner: Runner, url: str) -> None:
    for text in ("'; drop table paid; --", "%s %(x)s", ":a ::b", '"\\', "x\u2028\u202ey", "q" * 100_000):
        values = {"values": {"text": text}}
        task = "query: 'select cast(:text as varchar(200000)) as it', params: \"{{ inputs.values }}\""
        assert rows(ask(runner, task, url=url, inputs=values)) == [{"it": text}]


@pytest.mark.parametrize("value", [{"a": 1}, "\ud800"])
def test_a_value_that_the_database_cannot_take_fails_the_task(runner: Runner, url: str, value: Any) -> None:
    task = 'query: select :it as it, params: "{{ inputs.values }}"'
    result = ask(runner, task, url=url, inputs={"values": {"it": value}})
    assert result.error is not None and result.error.type == "error", result


def test_a_parameter_that_is_not_given_fails_the_task(runner: Runner, url: str) -> None:
    result = ask(runner, 'query: select :it as it, params: "{{ inputs.values }}"', url=url)
    assert result.error is not None and result.error.type == "error" and "it" in result.error.message


def test_a_query_that_takes_too_long_is_cut_off(runner: Runner, url: str) -> None:
    numbers = "select 1 union all select i + 1 from n where i < 100000000000"
    endless = f"with recursive n(i) as ({numbers}) select count(*) as n from n"
    result = ask(runner, f"query: '{endless}', timeout: 300ms", url=url)
    assert result.error is not None and result.error.type == "timeout"
    assert result.seconds < 8


def test_rows_without_end_are_refused(runner: Runner, url: str) -> None:
    many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select i from n"
    result = ask(runner, f"query: '{many}'", url=url, limits=Limits(output_bytes=50_000))
    assert result.error is not None and "more than 50,000" in result.error.message


# SQLite


def test_values_of_sqlite_become_json(runner: Runner) -> None:
    query = "select 1 as i, 2.0 as whole, 2.5 as f, null as n, x'00ff' as b, 'zoë' as t, 9007199254740993 as big"
    assert rows(ask(runner, f'query: "{query}"')) == [
        {"i": 1, "whole": 2, "f": 2.5, "n": None, "b": "00ff", "t": "zoë", "big": 9007199254740993}
    ]


@pytest.mark.parametrize("value", ["9e999", "-9e999"])
def test_an_infinite_number_of_a_database_is_no_json(runner: Runner, value: str) -> None:
    result = ask(runner, f"query: select {value} as n")
    assert result.error is not None and "is no JSON" in result.error.message


def test_rows_that_were_changed_are_counted(runner: Runner) -> None:
    result = ask(
        runner,
        "query: create table t (n integer)",
        "query: 'with x(n) as (values (1), (2)) insert into t select n from x'",
        "query: update t set n = n + 1",
        "query: 'insert into t values (9) returning n as given'",
    )
    counts = {task.id: task.outputs["row_count"] for task in result.tasks}
    assert counts == {"q0": 0, "q1": 2, "q2": 2, "q3": 1} and rows(result) == [{"given": 9}]


def test_a_database_of_the_workspace_may_be_named_whole(runner: Runner) -> None:
    whole = f"sqlite:///{runner.workspace}/a%20b.db"
    assert rows(ask(runner, "query: create table t (n integer)", "query: select * from t", url=whole)) == []
    assert (runner.workspace / "a b.db").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/passwd",
        "sqlite:///../out.db",
        "sqlite:///a/../../out.db",
        "sqlite:///link.db",
        "sqlite:///in/x.db",
    ],
)
def test_a_database_outside_the_workspace_is_refused(runner: Runner, url: str) -> None:
    outside = runner.folder / "outside"
    outside.mkdir()
    (runner.workspace / "link.db").symlink_to(outside / "x.db")
    (runner.workspace / "in").symlink_to(outside)
    result = ask(runner, "query: create table t (n integer)", url=url)
    assert result.error is not None and result.error.type == "refused" and result.tasks[0].attempts == 1
    assert list(outside.iterdir()) == [] and not (runner.folder / "out.db").exists()


@pytest.mark.parametrize(
    "query",
    [
        "attach '{there}' as other",
        "attach :there as other",
        "vacuum into '{there}'",
        "pragma temp_store_directory = '{folder}'",
    ],
)
def test_a_query_stays_in_its_file(tmp_path: Path, query: str) -> None:
    there = tmp_path / "there.db"
    text = query.format(there=there, folder=tmp_path)

    async def main() -> None:
        await ask_sqlite(str(tmp_path / "here.db"), text, [{"there": str(there)} if ":there" in text else {}], 1_000)

    with pytest.raises(QueryFailed) as failed:
        asyncio.run(main())
    assert failed.value.is_refused and not there.exists()


def test_an_extension_is_not_loaded_and_a_giant_is_not_made(runner: Runner) -> None:
    for query in (
        "select load_extension('x')",
        "select zeroblob(2000000000) as z",
        "select hex(zeroblob(60000000)) as h",
    ):
        result = ask(runner, f'query: "{query}"')
        assert result.error is not None and result.error.type == "error"


@pytest.mark.parametrize(
    "url", ["mysql://a:b@c/d", "data.db", "host=localhost password=abcdefg", "http://[", "x://y:z:1"]
)
def test_another_connection_is_refused_and_nothing_of_it_is_told(runner: Runner, url: str) -> None:
    result = ask(runner, "query: select 1 as n", url=url)
    assert result.error is not None and result.error.type == "refused"
    assert "the connection is no url" in result.error.message and "abcdefg" not in result.error.message


def test_a_policy_speaks_of_the_file_too(runner: Runner) -> None:
    result = ask(runner, "query: select 1 as n", policy={"paths": ["other/*"]})
    assert result.error is not None and "is not among the paths of the policy" in result.error.message


KILLED = document(
    "query: 'create table if not exists t (n integer)'",
    "query: 'insert into t values (:n)', params: [{n: 1}, {n: 2}]",
    "query: select count(*) as n from t",
)


def test_a_query_that_was_recorded_is_not_run_again_after_a_crash(tmp_path: Path) -> None:
    """SIGKILL at each transition: rows are there once, or, of the one task in flight, twice."""
    counts, kill_at = [], 2
    while True:
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            try:
                crash(plan_of(KILLED), folder, kill_at, "", secrets={"DB": "sqlite:///data.db"})
            finally:
                os._exit(0)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            break
        request = Runner(folder).request(home=folder / "home", workspace=folder, secrets={"DB": "sqlite:///data.db"})
        with Store(folder / "home") as store:
            has_inserted = "q1" in {each.key for each in store.events("run-1") if each.kind == "task_ended"}
        try:
            result = resume(plan_of(KILLED), "run-1", request)
        except RunRefused:  # the last transition of all: it has ended
            break
        (row,) = rows(result)
        assert row["n"] == 2 or (row["n"] == 4 and not has_inserted)
        counts.append(row["n"])
        kill_at += 1
    assert len(counts) >= 3 and counts[-1] == 2


# PostgreSQL


def test_values_of_postgresql_become_json(runner: Runner, server: str) -> None:
    query = """
      select 1 as i, 9007199254740993::bigint as big, 2.50::numeric as d, 3::numeric as whole, 1e300::float8 as f,
        true as yes, null as n, '2026-01-31'::date as day, '2026-01-31 10:00+01'::timestamptz as at,
        '2026-01-31 10:00'::timestamp as naive, '10:30'::time as time, '\\\\x00ff'::bytea as bytes,
        array[1, 2] as list, array['2026-01-31'::date] as days, '{"a": [1.0, null]}'::jsonb as j,
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as u, interval '1 day 2 hours' as span
    """
    assert rows(ask(runner, f'query: "{query.replace(chr(34), chr(92) + chr(34))}"', url=server)) == [
        {
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
    ]


def test_casts_lists_and_slices_are_told_from_placeholders(runner: Runner, server: str) -> None:
    task = (
        'query: "select :a::integer + 1 as n, (array[1, 2, 3])[1:2] as two, 3 = any(:ids) as has, $$:x$$ as y,'
        " E'\\\\':z' as w\", params: {a: 4, ids: [1, 3]}"
    )
    assert rows(ask(runner, task, url=server)) == [{"n": 5, "two": [1, 2], "has": True, "y": ":x", "w": "':z"}]


def test_a_private_server_needs_leave(runner: Runner, server: str) -> None:
    result = ask(runner, "query: select 1 as n", url=server, allow_hosts=())
    assert result.error is not None and result.error.type == "refused" and result.error.help is not None
    assert "is not public" in result.error.message and "`--allow-host 127.0.0.1:" in result.error.help
    assert result.tasks[0].attempts == 1


@pytest.mark.parametrize(
    "query",
    ["host=127.0.0.1", "hostaddr=127.0.0.1", "host=/var/run/postgresql", "host=127.0.0.1,93.184.216.34"],
)
def test_a_host_in_the_parameters_of_the_url_is_held_to_the_same(runner: Runner, query: str) -> None:
    result = ask(runner, "query: select 1 as n", url=f"postgresql:///postgres?{query}", allow_hosts=())
    assert result.error is not None and result.error.type == "refused", result.error


def test_a_policy_speaks_of_the_server(runner: Runner, server: str) -> None:
    result = ask(runner, "query: select 1 as n", url=server, policy={"hosts": ["db.example.com"]})
    assert result.error is not None and "is not among the hosts of the policy" in result.error.message


def test_no_error_tells_the_password(runner: Runner, server: str) -> None:
    wrong = server.replace(QUOTED, "wrong-secret%21")
    broken = server.replace(QUOTED, "wrong-secret%2")
    no_port = server.rpartition(":")[0] + ":wrong-secret/postgres"
    for url in (wrong, broken, no_port):
        result = ask(runner, "query: select 1 as n", url=url)
        assert result.error is not None and "wrong-secret" not in result.error.message + str(result.error.help)
    shown = ask(runner, f"query: \"select cast('{PASSWORD}' as integer) as n\"", url=server)
    assert shown.error is not None and PASSWORD not in shown.error.message
    for path in runner.home.glob("runs.db*"):
        assert b"wrong-secret" not in path.read_bytes()


def test_a_cancelled_query_is_cancelled_on_the_server(runner: Runner, server: str) -> None:
    ask(runner, "query: select pg_sleep(60) as n, timeout: 500ms", url=server, clock=SystemClock())
    active = "query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()"
    left = ask(runner, f'query: "select count(*) as n from pg_stat_activity where {active}"', url=server)
    assert rows(left) == [{"n": 0}]


def test_a_driver_that_is_missing_is_named_before_anything_runs(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overture_local.postgres.find_spec", lambda name: None)
    with pytest.raises(RunRefused) as refused:
        ask(runner, "query: select 1 as n", url="postgresql://db.example.com/x")
    assert refused.value.message == "psycopg is not installed, and `q0` asks a PostgreSQL database"
    assert refused.value.help == "`pip install 'overture[postgres]'`"


# placeholders


def test_placeholders_are_found_where_they_stand() -> None:
    query = "select :a, ':b', x::c, \"d:e\", :f -- :g\n, /* :h */ :a, t[1:n], $$:i$$, $q$:j$q$, E'\\':k', :l"
    assert {name: query[slice(*span)] for name, span in placeholders(query).items()} == {
        "a": ":a",
        "f": ":f",
        "l": ":l",
    }
    assert rewritten("a % :b '%:c'", lambda text: text.replace("%", "%%"), "<{}>".format) == "a %% <b> '%%:c'"


def test_every_query_that_sqlite_takes_is_the_same_after_rewriting() -> None:
    """SQLite reads placeholders itself; with them rewritten as its own other form it must read the same."""
    for query in ("select :a as x, ':a' as y", "select 1 /* :a */ + :b as z", 'select :a as "n:a"'):
        values = {"a": 1, "b": 2}
        one = sqlite3.connect(":memory:").execute(query, values).fetchall()
        other = sqlite3.connect(":memory:").execute(rewritten(query, str, "@{}".format), values).fetchall()
        assert one == other
