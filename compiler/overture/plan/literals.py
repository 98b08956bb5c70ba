"""The literal fields of a task as the plan carries them."""

from __future__ import annotations

from typing import Any

from overture.checks.fields import literal_columns
from overture.expressions.types import Json
from overture.language.scalars import seconds
from overture.language.tasks import Common, Part

COMMON = frozenset(
    ("id", "kind", "description", "source", "needs", "on_error", "retry", "timeout", "idempotent", "at_most_once")
)
DURATIONS = frozenset(("every",))


def literals_of(task: Common) -> dict[str, Json]:
    """Every literal field of the kind by its name in the document, defaults filled in, those not given left out."""
    found: dict[str, Json] = {}
    for name, key in literal_columns(type(task)):
        value = getattr(task, name)
        if key in COMMON or value is None:
            continue
        found[key] = seconds(value) if key in DURATIONS else _plain(value)
    return found


def _plain(value: Any) -> Json:
    """A value of the models as JSON. Of a part that holds data (auth) only what is literal."""
    if isinstance(value, Part):
        columns = literal_columns(type(value))
        return {key: _plain(getattr(value, name)) for name, key in columns if getattr(value, name) is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
