"""The cases of `sql` on a real PostgreSQL: what a query gives there is what it gives on SQLite."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engines.test_conformance import CASES, TIMEOUT_SECONDS, export_of, plan_of, surroundings
from overture.testing import Case, differences, load_case

sys.path.append(str(Path(__file__).parents[1] / "local"))
from postgres_server import PROGRAMS, QUOTED, USER, postgres

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine

QUERIES = ("rows_are_written_and_read", "a_failing_row_takes_all_rows_back")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """`host:port` of a server."""
    if PROGRAMS is None:
        pytest.skip("there is no PostgreSQL on this machine")
    with postgres() as place:
        yield place


@pytest.fixture(params=QUERIES)
def case(request: pytest.FixtureRequest) -> Case:
    return load_case(CASES / request.param)


def on(case: Case, server: str, name: str) -> Case:
    """The case with a database of its own on the server."""
    import psycopg

    url = f"postgresql://{USER}:{QUOTED}@{server}"
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return replace(case, secrets={"DATABASE_URL": f"{url}/{name}"})


def test_prefect_asks_a_postgresql(case: Case, server: str, prefect: PrefectEngine, tmp_path: Path) -> None:
    from engines.prefect.observing import observe

    with surroundings(case, tmp_path) as (placed, world, _):
        there = on(placed, server, f"{case.name}_prefect")
        compared, observed, run = observe(
            there, plan_of(case.workflow), export_of(case, "prefect"), world, prefect, tmp_path, TIMEOUT_SECONDS
        )
    assert differences(compared, observed) == [], "\n".join(run.logs)


def test_kestra_asks_a_postgresql(case: Case, server: str, kestra: KestraEngine, tmp_path: Path) -> None:
    from engines.kestra.observing import observe

    with surroundings(case, tmp_path) as (placed, world, _):
        there = on(placed, server, f"{case.name}_kestra")
        observed, run = observe(
            there, plan_of(case.workflow), export_of(case, "kestra"), world, kestra, TIMEOUT_SECONDS
        )
    assert differences(there, observed) == [], "\n".join(run.logs)
