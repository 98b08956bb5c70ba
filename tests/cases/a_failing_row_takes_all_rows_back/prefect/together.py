"""The workflow together.

Environment: DATABASE_URL.
Run: python together.py '{"name": ...}'
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
from typing import Any
from urllib.parse import unquote

import psycopg
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task
from psycopg.rows import dict_row

PLACEHOLDER = re.compile(
    r"(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\""
    r"|--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|(?<![:\w]):([A-Za-z_]\w*)",
    re.DOTALL,
)
FIRST_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["n", "who"],
        "properties": {"n": {"type": "integer"}, "who": {"type": "string"}},
    },
}
SECOND_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["n", "who"],
        "properties": {"n": {"type": "integer"}, "who": {"type": "string"}},
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def an_object(value: Any) -> dict[str, Any]:
    """An object; anything else is refused."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {kind_of(value)}")
    return value


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


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


def parameters(value: Any) -> Any:
    """The parameters of a query: an object, or a list of objects."""
    for each in value if isinstance(value, list) else [value]:
        an_object({} if each is None else each)
    return value


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        ValidationError: "returns",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def table() -> None:
    await run_query(
        os.environ["DATABASE_URL"], "create table people (n integer unique, who text)"
    )


@task
async def write(first: list[dict[str, Any]]) -> int:
    _, count = await run_query(
        os.environ["DATABASE_URL"], "insert into people values (:n, :who)", first
    )
    return count


@task
async def again(second: list[dict[str, Any]]) -> None:
    await run_query(
        os.environ["DATABASE_URL"], "insert into people values (:n, :who)", second
    )


@task
async def none() -> int:
    _, count = await run_query(
        os.environ["DATABASE_URL"], "delete from people where n = :n", parameters([])
    )
    return count


@task
async def raise_all() -> int:
    _, count = await run_query(
        os.environ["DATABASE_URL"], "update people set n = n + 10"
    )
    return count


@task
async def last() -> list[dict[str, Any]]:
    rows, _ = await run_query(
        os.environ["DATABASE_URL"],
        "select n from people where n = :n",
        [{"n": 11}, {"n": 12}],
    )
    return rows


@task(name="names")
async def names_() -> list[dict[str, Any]]:
    rows, _ = await run_query(
        os.environ["DATABASE_URL"], "select who from people order by n"
    )
    return rows


@flow(name="together")
async def together(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> dict[str, Any]:
    fitting(first, FIRST_SCHEMA)
    fitting(second, SECOND_SCHEMA)
    again_error = None
    again_state = "cancelled"
    await table()
    write_row_count = await write(first)
    try:
        await again(second)
        again_state = "succeeded"
    except Exception as error:
        again_state = "failed"
        again_error = failure(error)
    none_row_count = await none()
    raise_all_row_count = await raise_all()
    last_rows = await last()
    names_rows = await names_()
    return {
        "state": again_state,
        "why": dig(again_error, "type", default="none"),
        "written": write_row_count,
        "who": [each["who"] for each in names_rows],
        "none": none_row_count,
        "changed": raise_all_row_count,
        "last": last_rows,
    }


if __name__ == "__main__":
    asyncio.run(together(**json.loads(sys.argv[1])))
