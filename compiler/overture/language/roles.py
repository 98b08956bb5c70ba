"""What a field of the document holds: a literal, an expression, a template, or a value with templates inside."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import JsonValue


class Role(Enum):
    """How the texts of a field are read (language.md 2). A field without a role is literal."""

    EXPRESSION = "expression"  # the text is a bare expression
    TEMPLATE = "template"  # a text with {{ }}; the result is text
    VALUE = "value"  # any JSON; a text that is one {{ }} alone keeps its type
    EXPRESSIONS = "expressions"  # a list of bare expressions
    OUTPUTS = "outputs"  # an object whose values are bare expressions
    ITEMS = "items"  # a bare expression, or a list of literals
    ARGV = "argv"  # a list of templates whose first is literal
    TEXTS = "texts"  # an object whose values are templates


Expression = Annotated[str, Role.EXPRESSION]
Template = Annotated[str, Role.TEMPLATE]
Value = Annotated[JsonValue, Role.VALUE]
Values = Annotated[dict[str, JsonValue], Role.VALUE]
Expressions = Annotated[list[str], Role.EXPRESSIONS]
Outputs = Annotated[dict[str, str], Role.OUTPUTS]
Items = Annotated[str | list[JsonValue], Role.ITEMS]
Texts = Annotated[dict[str, str], Role.TEXTS]


def role_of(metadata: list[Any]) -> Role | None:
    """The role among a pydantic field's metadata, None for a literal field."""
    return next((each for each in metadata if isinstance(each, Role)), None)
