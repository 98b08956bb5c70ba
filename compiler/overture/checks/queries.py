"""What a SQL query says, read by sqlglot. It is imported only where a workflow has a query: that takes a while."""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from overture.expressions.records import record

MAX_CHARACTERS = 20_000
"""Of a query that is parsed: a longer one was made by a program, and takes seconds."""

# the tongues of the urls that connections are made of, and how people name secrets that hold one
_TONGUES = {
    "postgres": re.compile(r"POSTGRES|(?:^|_)PG(?:_|$)|PSQL|COCKROACH|TIMESCALE"),
    "sqlite": re.compile(r"SQLITE"),
    "mysql": re.compile(r"MYSQL|MARIADB"),
    "tsql": re.compile(r"MSSQL|SQL_?SERVER"),
    "snowflake": re.compile(r"SNOWFLAKE"),
    "bigquery": re.compile(r"BIGQUERY"),
    "redshift": re.compile(r"REDSHIFT"),
    "duckdb": re.compile(r"DUCKDB"),
    "clickhouse": re.compile(r"CLICKHOUSE"),
    "oracle": re.compile(r"ORACLE"),
}
_USUAL = ("postgres", "sqlite", "mysql")
_BEGINNINGS = frozenset(
    (
        "select",
        "insert",
        "update",
        "delete",
        "with",
        "values",
        "create",
        "alter",
        "drop",
        "truncate",
        "merge",
        "replace",
        "show",
        "explain",
        "pragma",
        "vacuum",
        "copy",
        "begin",
        "start",
        "commit",
        "rollback",
        "savepoint",
        "call",
        "exec",
        "execute",
        "grant",
        "revoke",
        "set",
        "use",
        "analyze",
        "describe",
        "desc",
        "attach",
        "detach",
        "refresh",
        "do",
        "listen",
        "notify",
        "unlisten",
        "checkpoint",
        "reindex",
        "cluster",
        "discard",
        "reset",
        "load",
        "lock",
        "comment",
        "declare",
        "fetch",
        "from",
        "table",
        "optimize",
        "rename",
        "kill",
        "install",
        "export",
        "import",
        "release",
        "end",
        "prepare",
        "deallocate",
    )
)
"""Words that begin a statement in some tongue."""
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@record(frozen=True, slots=True)
class Fault:
    """What is wrong with a query, and the characters of it."""

    message: str
    span: tuple[int, int]


def tongue_of(secret: str) -> str | None:
    """The dialect of the database whose url a secret of this name holds, if the name tells."""
    return next((each for each, form in _TONGUES.items() if form.search(secret)), None)


@lru_cache(maxsize=4096)
def fault_of(query: str, tongue: str | None) -> Fault | None:
    """What is wrong with a query in every tongue that it may be in; None also where that is not known."""
    if len(query) > MAX_CHARACTERS:
        return None
    first: Fault | None = None
    for each in (tongue, None) if tongue is not None else (*_USUAL, None):
        fault = _fault(query, each)
        if fault is None:
            return None
        first = first or fault
    return first


def _fault(query: str, tongue: str | None) -> Fault | None:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    word = re.search(r"[A-Za-z_]\w*", _COMMENT.sub(lambda match: " " * len(match[0]), query))
    if word is not None and word[0].lower() not in _BEGINNINGS:
        return Fault(f"`{word[0]}` begins no statement", word.span())
    log = logging.getLogger("sqlglot")
    was, log.disabled = log.disabled, True  # it says there what it does not know
    try:
        statements = [each for each in sqlglot.parse(query, dialect=tongue) if each is not None]
    except ParseError as error:
        return _place(query, error.errors[0] if error.errors else {})
    except SqlglotError:
        return Fault("the query does not parse", (0, len(query)))
    except RecursionError:
        return None
    finally:
        log.disabled = was
    statements = [each for each in statements if each.key != "semicolon"]  # with a comment behind it
    if not statements:
        return Fault("the query has no statement", (0, len(query)))
    if len(statements) > 1:
        return Fault(f"the query has {len(statements)} statements", (0, len(query)))
    return None


def _place(query: str, error: dict[str, object]) -> Fault:
    """The word at which a query cannot be read on: sqlglot tells its line and the column of its last character."""
    word, line, column = str(error.get("highlight") or ""), error.get("line"), error.get("col")
    if word and isinstance(line, int) and isinstance(column, int):
        end = sum(len(each) + 1 for each in query.split("\n")[: line - 1]) + column
        if query[end - len(word) : end] == word:
            return Fault(f"the query cannot be read on at `{word}`", (end - len(word), end))
    return Fault("the query does not parse", (0, len(query)))
