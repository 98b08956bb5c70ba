"""What a database answers, as JSON: numbers as numbers, dates as RFC 3339 in UTC, bytes as hex, the rest as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture.expressions.values import settle


class QueryFailed(Exception):
    """What the database, or our bounds, have against a query. `is_refused`: it is not to be tried here at all."""

    def __init__(self, message: str, *, is_refused: bool = False) -> None:
        super().__init__(message)
        self.is_refused = is_refused


@dataclass(slots=True)
class Answer:
    """The rows of the last run of a query, and the sum of what all runs of it gave or changed."""

    rows: list[Json] = field(default_factory=list)
    row_count: int = 0

    def take(
        self,
        columns: Iterable[str] | None,
        found: Iterable[Iterable[object]],
        changed: int,
        room: Callable[[int], None],
    ) -> None:
        """Take what one run came to: rows of those columns, or, without columns, so many rows changed. `room` is told
        the size of each row. Raises QueryFailed for a value that is no JSON, and what `room` raises."""
        self.rows = []
        if columns is None:
            self.row_count += changed
            return
        names = list(columns)
        for row in found:
            try:
                values = {name: json_of(value) for name, value in zip(names, row, strict=True)}
            except Refused as refused:
                raise QueryFailed(f"a value of row {len(self.rows) + 1} is no JSON: {refused}") from None
            room(sum(len(value) if isinstance(value, str) else 8 for value in values.values()))
            self.rows.append(values)
        self.row_count += len(self.rows)


def room_of(limit_bytes: int) -> Callable[[int], None]:
    """Counts sizes; raises QueryFailed when they are more than the limit together."""
    total = 0

    def take(size: int) -> None:
        nonlocal total
        total += size
        if total > limit_bytes:
            raise QueryFailed(f"the rows have more than {limit_bytes:,} bytes")

    return take


def json_of(value: object) -> Json:
    """A value of a database. Raises Refused for what is no finite number."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return settle(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (list, tuple)):
        return [json_of(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): json_of(item) for name, item in value.items()}
    try:
        number = float(value)  # type: ignore[arg-type]  # a decimal; what is no number says so
    except (TypeError, ValueError, OverflowError):
        return str(value)
    return settle(number)
