"""`sql`: a query, once for each object of its parameters (language.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from overture.expressions.types import Json
from overture_local import postgres
from overture_local.attempt import Attempt
from overture_local.connections import Connection, connection_of, reachable
from overture_local.failures import TaskFailed
from overture_local.kinds.files import place
from overture_local.rows import Answer, QueryFailed
from overture_local.sqlite import MEMORY, ask_sqlite


async def run_sql(attempt: Attempt) -> Mapping[str, Json]:
    connection, given = connection_of(attempt), _given(attempt)
    try:
        answer = await _ask(attempt, connection, given)
    except QueryFailed as failed:
        raise TaskFailed("refused" if failed.is_refused else "error", str(failed)) from None
    attempt.check(answer.rows, "the rows")
    return {"rows": answer.rows, "row_count": answer.row_count}


def _given(attempt: Attempt) -> list[Mapping[str, Json]]:
    params = attempt.value("params") if attempt.has("params") else None
    given = params if isinstance(params, list) else [{} if params is None else params]
    if not all(isinstance(each, dict) for each in given):
        raise TaskFailed("expression", "`params` is neither an object nor a list of objects")
    return given


async def _ask(attempt: Attempt, connection: Connection, given: list[Mapping[str, Json]]) -> Answer:
    query, limit = attempt.literal("query"), attempt.engine.limits.output_bytes
    scheme = connection.scheme.partition("+")[0]  # `postgresql+psycopg`: other programs name a driver too
    if scheme == "sqlite":
        return await ask_sqlite(_file(attempt, connection), query, given, limit)
    if scheme in postgres.SCHEMES:
        return await postgres.ask_postgres(connection, query, given, limit, partial(reachable, attempt))
    raise TaskFailed("refused", "the connection is no url of SQLite or PostgreSQL")


def _file(attempt: Attempt, connection: Connection) -> str:
    """The file of `sqlite:///path`, or of `sqlite:////whole/path`, in the workspace."""
    if connection.host:
        raise TaskFailed("refused", "the connection names a host: SQLite's has three slashes, `sqlite:///`")
    path = unquote(connection.path)[1:]
    if path in ("", MEMORY):
        return MEMORY
    workspace = attempt.engine.workspace
    if path.startswith("/") and ".." not in Path(path).parts:
        whole = Path(path)
        if not whole.is_relative_to(workspace) and whole.parent.resolve().is_relative_to(workspace):
            whole = whole.parent.resolve() / whole.name  # the workspace itself may have been named by a link
        if not whole.is_relative_to(workspace):
            help = "`--workspace DIR` makes that of the database the workspace"
            raise TaskFailed("refused", "the database lies outside the workspace", help=help, is_final=True)
        path = str(whole.relative_to(workspace))
    return str(place(attempt, path))
