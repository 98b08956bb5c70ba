"""What filters work on, where that is more than one kind."""

from __future__ import annotations

from overture.expressions.types import ANY, Type, list_of

LIST = list_of(ANY)
SIZED = Type(kinds=frozenset(("string", "array", "object")))
SEQUENCE = Type(kinds=frozenset(("string", "array")))
NUMERIC_TEXT = Type(kinds=frozenset(("string", "number")))
SCALAR = Type(kinds=frozenset(("string", "number", "boolean", "null")))
DATE = Type(kinds=frozenset(("string",)), format="date-time")
STRING_OR_NULL = Type(kinds=frozenset(("string", "null")))
