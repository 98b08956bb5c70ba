"""Runs the query of query.json: on SQLite by Python itself, on PostgreSQL by psycopg, which uv brings."""

import os
import re
import sqlite3
import sys
from typing import Any
from urllib.parse import unquote, urlsplit

from step import Failed, read, run, say, show  # type: ignore[import-not-found]

# a placeholder; not `::`, and not what stands in quotes or in a comment
PLACE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)", re.DOTALL)


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
        from schema import check  # type: ignore[import-not-found]

        check(rows, asked["returns"])
    say(rows=show(rows), row_count=count)


def in_sqlite(url: str, query: str, given: list[dict[str, Any]]) -> tuple[list[Any], int]:
    """sqlite:///relative or sqlite:////absolute."""
    path = unquote(urlsplit(url).path)[1:]
    try:
        connection = sqlite3.connect(path or ":memory:")
        connection.row_factory = sqlite3.Row
        with connection:
            return collected((connection.execute(query, values) for values in given), lambda row: dict(row))
    except (sqlite3.Error, ValueError) as error:
        raise Failed("error", f"the query failed: {error}") from None


def in_postgres(url: str, query: str, given: list[dict[str, Any]]) -> tuple[list[Any], int]:
    try:
        import psycopg  # type: ignore[import-not-found]
        from psycopg.rows import dict_row  # type: ignore[import-not-found]
    except ImportError:
        if os.environ.get("WITH_PSYCOPG"):
            raise Failed("error", "psycopg is not to be had") from None
        words = ["uv", "run", "--no-project", "--quiet", "--with", "psycopg[binary]", "python3", *sys.argv]
        os.execvpe("uv", words, {**os.environ, "WITH_PSYCOPG": "1"})
    written = PLACE.sub(placed, query.replace("%", "%%"))
    try:
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return collected((connection.execute(written, values) for values in given), dict)
    except psycopg.Error as error:
        raise Failed("error", f"the query failed: {error}") from None


def placed(found: re.Match[str]) -> str:
    return f"%({found[1]})s" if found[1] else found[0]


def collected(cursors: Any, as_dict: Any) -> tuple[list[Any], int]:
    """The rows of the last, and the sum of the counts."""
    rows: list[Any] = []
    count = 0
    for cursor in cursors:
        if cursor.description is None:
            rows, count = [], count + max(cursor.rowcount, 0)
        else:
            rows = [{name: value_of(value) for name, value in as_dict(row).items()} for row in cursor.fetchall()]
            count += len(rows)
    return rows, count


def value_of(value: Any) -> Any:
    """A value of a database as JSON: numbers as numbers, dates as RFC 3339, the rest as text."""
    if value is None or isinstance(value, (bool, int, float, str, list, dict)):
        return value
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


if __name__ == "__main__":
    run(main)
