"""The workflow bound.

Environment: DATABASE_URL.
Run: python bound.py '{"name": ...}'
"""

import asyncio
import contextlib
import json
import math
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote

import psycopg
from jsonschema import Draft202012Validator
from prefect import flow, task
from psycopg.rows import dict_row
from pydantic import Field

PLACEHOLDER = re.compile(
    r"(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
    r"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|(?<![:\w]):([A-Za-z_]\w*)",
    re.DOTALL,
)
TEXTS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
KINDS_QUERY = """\
select 2.0 as whole, :number as half, :nothing as nil, :yes as yes, -- not :this
  ':label' as ":label", '%s %' as share, 9007199254740993 as big /* nor :this */
"""


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


async def run_query(
    url: str, query: str, params: Any = None
) -> tuple[list[dict[str, Any]], int]:
    """Run a query for each of its parameters: the last rows, the sum of the counts."""
    runs = params if isinstance(params, list) else [params or {}]
    try:
        connection, stop, written = await asyncio.to_thread(connected, url, query)
        work = asyncio.ensure_future(
            asyncio.to_thread(run_all, connection, written, runs)
        )
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stop()
            await asyncio.wait([work])
            raise
    except (sqlite3.Error, psycopg.Error, ArithmeticError, ValueError) as error:
        raise RuntimeError(f"the query failed: {error}") from None


def connected(url: str, query: str) -> tuple[Any, Callable[[], None], str]:
    """A connection, what stops its query, and the query as its driver wants it."""
    scheme, _, rest = url.strip().partition("://")
    kind = scheme.partition("+")[0]
    if kind == "sqlite" and rest.startswith("/"):
        path = unquote(rest[1:]) or ":memory:"
        file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        file.row_factory = sqlite3.Row
        return file, file.interrupt, query
    if kind in ("postgresql", "postgres"):
        plain = f"postgresql://{rest}"
        try:
            server = psycopg.connect(plain, autocommit=True, row_factory=dict_row)
        except psycopg.ProgrammingError:  # it quotes the url, and so the password
            raise PermissionError("the connection is no url of PostgreSQL") from None
        written = PLACEHOLDER.sub(
            lambda found: f"%({found[2]})s" if found[2] else found[0],
            query.replace("%", "%%"),
        )
        return server, server.cancel, written
    raise PermissionError("the connection is no url of SQLite or PostgreSQL")


def run_all(
    connection: Any, query: str, runs: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], int]:
    """Run a query for each of its parameters: all or, if one fails, none."""
    rows: list[dict[str, Any]] = []
    count = 0
    with contextlib.closing(connection):  # what is not committed is rolled back
        if len(runs) > 1:
            connection.execute("BEGIN")
        for values in runs:
            cursor = connection.execute(query, values)
            if cursor.description:
                rows = [dict(row) for row in cursor]
                count += len(rows)
            elif isinstance(connection, sqlite3.Connection):
                # its cursor does not know of an insert that begins with WITH
                rows = []
                count += connection.execute("SELECT changes()").fetchone()[0]
            else:
                rows = []
                count += max(cursor.rowcount, 0)
        rows = of_database(rows)
        if len(runs) > 1:
            connection.execute("COMMIT")
    return rows, count


def of_database(value: Any) -> Any:
    """A value of a database as JSON: moments in UTC, bytes in hex, others as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, dict):
        return {name: of_database(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [of_database(item) for item in value]
    if isinstance(value, int):
        return as_number(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return as_number(float(value)) if hasattr(value, "__float__") else str(value)


@task
async def table() -> None:
    await run_query(
        os.environ["DATABASE_URL"], "create table kept (n integer, it text)"
    )


@task
async def keep(rows_value: list[dict[str, Any]]) -> None:
    await run_query(
        os.environ["DATABASE_URL"], "insert into kept values (:n, :it)", rows_value
    )


@task
async def read() -> list[dict[str, Any]]:
    rows, _ = await run_query(
        os.environ["DATABASE_URL"], "select it from kept order by n"
    )
    return rows


@task
async def kinds(number: float) -> list[dict[str, Any]]:
    rows, _ = await run_query(
        os.environ["DATABASE_URL"],
        KINDS_QUERY,
        {"number": number, "nothing": None, "yes": True},
    )
    return rows


@flow(name="bound")
async def bound(
    texts: list[str], number: Annotated[float, Field(strict=True)]
) -> dict[str, Any]:
    fitting(texts, TEXTS_SCHEMA)
    await table()
    rows_value = []
    for index, one_ in enumerate(texts):
        rows_value.append({"n": index, "it": one_})
    await keep(rows_value)
    read_rows = await read()
    kinds_rows = await kinds(number)
    return {"texts": [each["it"] for each in read_rows], "row": kinds_rows[0]}


if __name__ == "__main__":
    asyncio.run(bound(**json.loads(sys.argv[1])))
