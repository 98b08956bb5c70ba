"""Runs the query of query.json: on SQLite by Python itself, on PostgreSQL by psycopg, which uv brings."""

import os
import re
import sqlite3
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from schema import check  # type: ignore[import-not-found]
from step import Failed, checked, read, run, say, show  # type: ignore[import-not-found]

# a placeholder; not `::`, not the end of a slice, and not what stands in quotes or in a comment
PLACE = re.compile(
    r"(?<!\w)[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    r"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|(?<![:\w]):(?P<name>[A-Za-z_]\w*)",
    re.DOTALL,
)


def main() -> None:
    asked = read("query.json")
    params = asked.get("params")
    given = params if isinstance(params, list) else [params or {}]
    scheme = urlsplit(asked["connection"]).scheme.partition("+")[0]
    if scheme == "sqlite":
        rows, count = in_sqlite(asked["connection"], asked["query"], given)
    elif scheme in ("postgres", "postgresql"):
        rows, count = in_postgres(asked["connection"], asked["query"], given)
    else:
        raise Failed("refused", "the connection is no sqlite or postgresql url")
    if "returns" in asked:
        check(rows, asked["returns"])
    say(rows=show(checked(rows)), row_count=count)


def in_sqlite(url: str, query: str, given: list[dict[str, Any]]) -> tuple[list[Any], int]:
    """sqlite:///relative or sqlite:////absolute."""
    path = unquote(urlsplit(url).path)[1:]
    try:
        connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        with connection:
            if len(given) > 1:
                connection.execute("begin")
            # not the cursor's count: it knows nothing of an `insert` that begins with `with`
            changed = "select changes()"
            return collected(
                (connection.execute(query, values) for values in given),
                lambda _: connection.execute(changed).fetchone()[0],
            )
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise Failed("error", f"the query failed: {error}") from None


def in_postgres(url: str, query: str, given: list[dict[str, Any]]) -> tuple[list[Any], int]:
    try:
        import psycopg
        from psycopg.rows import dict_row
    except ImportError:
        if os.environ.get("WITH_PSYCOPG"):
            raise Failed("error", "psycopg is not to be had") from None
        words = ["uv", "run", "--no-project", "--quiet", "--with", "psycopg[binary]", "python3", *sys.argv]
        os.execvpe("uv", words, {**os.environ, "WITH_PSYCOPG": "1"})
    written = PLACE.sub(placed, query.replace("%", "%%"))
    try:
        place = "postgresql://" + url.partition("://")[2]  # it may name the driver of another program too
        # one statement is a transaction by itself, and some can be nothing else
        is_alone = len(given) < 2
        try:
            server = psycopg.connect(place, row_factory=dict_row, client_encoding="utf8", autocommit=is_alone)
        except psycopg.ProgrammingError:  # it quotes the url, and so the password
            raise Failed("refused", "the connection is no url of PostgreSQL") from None
        with server as connection:
            return collected(
                (connection.execute(written, values) for values in given), lambda cursor: max(cursor.rowcount, 0)
            )
    except psycopg.Error as error:
        raise Failed("error", f"the query failed: {error}") from None


def placed(found: re.Match[str]) -> str:
    return f"%({found['name']})s" if found["name"] else found[0]


def collected(cursors: Any, changed: Any) -> tuple[list[Any], int]:
    """The rows of the last, and the sum of the counts."""
    rows: list[Any] = []
    count = 0
    for cursor in cursors:
        if cursor.description is None:
            rows, count = [], count + changed(cursor)
        else:
            rows = [value_of(dict(row)) for row in cursor.fetchall()]
            count += len(rows)
    return rows, count


def value_of(value: Any) -> Any:
    """A value of a database as JSON: numbers as numbers, dates as RFC 3339 in UTC, bytes as hex, the rest as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(name): value_of(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [value_of(item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


if __name__ == "__main__":
    run(main)
