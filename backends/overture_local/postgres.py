"""A query on PostgreSQL, by psycopg 3: an optional part, `pip install 'overture[postgres]'`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from overture.expressions.types import Json
from overture.language.placeholders import rewritten
from overture_local.connections import Connection
from overture_local.rows import Answer, QueryFailed, room_of

SCHEMES = ("postgres", "postgresql")
INSTALL = "pip install 'overture[postgres]'"
_DEFAULT_PORT = 5432

Reach = Callable[[str, int], Awaitable[list[str]]]


def is_installed() -> bool:
    return find_spec("psycopg") is not None


async def ask_postgres(
    connection: Connection, query: str, given: Sequence[Mapping[str, Json]], limit_bytes: int, reach: Reach
) -> Answer:
    """Run the query for each of `given`, in one transaction when they are several: one statement is one by itself, and
    some (`vacuum`) can be nothing else. `reach` gives the addresses of a host that may be reached.

    Cancelled, it cancels the query on the server. Raises QueryFailed."""
    import psycopg

    text = rewritten(query, lambda part: part.replace("%", "%%"), "%({})s".format)
    answer, room = Answer(), room_of(limit_bytes)
    where = await _where(connection, reach)
    try:
        async with await psycopg.AsyncConnection.connect(**where, autocommit=len(given) < 2) as server:
            for values in given:
                cursor = await server.execute(text.encode("utf-8"), values)
                columns = None if cursor.description is None else [column.name for column in cursor.description]
                rows: Sequence[Sequence[object]] = () if columns is None else await cursor.fetchall()
                answer.take(columns, rows, max(cursor.rowcount, 0), room)
    except (psycopg.Error, ValueError, OSError) as error:
        raise QueryFailed(connection.told(f"the query failed: {error}")) from None
    return answer


async def _where(connection: Connection, reach: Reach) -> dict[str, Any]:
    """What psycopg connects to: the addresses that were checked, under the names that certificates are held to.

    A url may say a host in its parameters too, and several with commas; the library of the database reads it."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    _, _, rest = connection.url.partition("://")
    try:
        found: dict[str, Any] = dict(conninfo_to_dict(f"postgresql://{rest}"))
    except psycopg.Error:
        raise QueryFailed("the connection is no url of PostgreSQL", is_refused=True) from None
    names = str(found.pop("host", None) or "").split(",")
    numbers = str(found.pop("hostaddr", None) or "").split(",")
    ports = str(found.pop("port", None) or _DEFAULT_PORT).split(",")
    count = max(len(names), len(numbers))
    if len(ports) == 1:
        ports *= count
    if any(len(each) not in (1, count) for each in (names, numbers)) or len(ports) != count:
        raise QueryFailed("the connection has hosts and ports of different numbers", is_refused=True)
    hosts: list[tuple[str, str, str]] = []
    for name, number, port in zip(_spread(names, count), _spread(numbers, count), ports, strict=True):
        target = number or name
        if not target or target.startswith(("/", "@")):
            raise QueryFailed("the connection names no host: a socket of this machine is not reached", is_refused=True)
        try:
            addresses = await reach(target, int(port))
        except ValueError:
            raise QueryFailed("the port of the connection is no number", is_refused=True) from None
        hosts += [(name or number, address, port) for address in addresses]
    found.setdefault("client_encoding", "utf8")
    found["host"], found["hostaddr"], found["port"] = (",".join(column) for column in zip(*hosts, strict=True))
    return found


def _spread(values: list[str], count: int) -> list[str]:
    return values * count if len(values) == 1 else values
