"""What the words take for granted about a value, written into the schema that checks it.

`if the amount is more than 100` needs an amount, and needs it to be a number. Where the value comes from an answer
whose shape the draft itself declares, the declaration grows by that, and the assumption is named; elsewhere the words
are not understood.
"""

from __future__ import annotations

from overture.drafting.planner.draft import Draft, NotUnderstoodError
from overture.drafting.planner.results import Result, Schema, may_be_null, type_of
from overture.drafting.planner.texts import member, shown

_TYPES = {"number": "a number", "string": "a text", "boolean": "true or false", "array": "a list"}


def property_of(draft: Draft, of: Result, words: list[str], *, known_only: bool = False) -> Result:
    """A property of a value that is no list. `known_only`: only one that its schema declares."""
    if of.is_list or of.is_gone:
        raise NotUnderstoodError
    name = words[0] if len(words) == 1 else "_".join(words)
    noun = "_".join(words).lower()
    path = of.aliases.get(name.lower())
    if path is not None:
        return _at_path(of, noun, path)
    properties = of.schema.get("properties")
    known: Schema | None = None
    if isinstance(properties, dict):
        known = properties.get(name)
        if known is None:
            name = next((each for each in properties if each.lower() == noun), name)
            known = properties.get(name)
    if known is not None:
        return Result(
            noun,
            member(of.expression, name),
            known,
            can_grow=of.can_grow,
            service="csv" if of.service == "csv" else None,
        )
    if known_only or not of.can_grow:
        raise NotUnderstoodError
    return _grown(draft, of, name, noun)


def _at_path(of: Result, noun: str, path: str) -> Result:
    schema: Schema = of.schema
    expression = of.expression
    for name in path.split("."):
        expression = member(expression, name)
        schema = schema.get("properties", {}).get(name, {})
    return Result(noun, expression, schema)


def _grown(draft: Draft, of: Result, name: str, noun: str) -> Result:
    if type_of(of.schema) not in (None, "object"):
        raise NotUnderstoodError
    _declare(draft, of, "object")
    properties = of.schema.get("properties")
    if not isinstance(properties, dict):
        properties = {}
        draft.change(of.schema, "properties", properties)
    schema: Schema = {"type": "string"} if of.service == "csv" else {}
    draft.change(properties, name, schema)
    draft.change(of.schema, "required", [*of.schema.get("required", []), name])
    spoken = of.noun.replace("_", " ")
    draft.assume(f"each {spoken} has {shown(name)}" if of.is_item else f"the {spoken} has {shown(name)}")
    return Result(
        noun, member(of.expression, name), schema, can_grow=True, service="csv" if of.service == "csv" else None
    )


def known_as(draft: Draft, result: Result, wanted: str) -> str:
    """An expression that gives a value as `number`, `string`, `boolean` or `array`.

    Raises NotUnderstoodError when it is known to be something else.
    """
    have = type_of(result.schema)
    if (have == wanted or (wanted == "number" and have == "integer")) and not may_be_null(result.schema):
        if wanted == "string":
            _declare(draft, result, None)  # a free answer of a model steers nothing until its shape is checked
        return result.expression
    if result.service == "csv" and wanted == "number":
        return f"({result.expression} | float)"
    if have is None or (result.can_grow and have in ("string", "number")):
        if not result.can_grow and result.home is None:
            raise NotUnderstoodError
        _declare(draft, result, wanted)
        if result.can_grow:
            draft.assume(f"`{result.noun.replace('_', ' ')}` is {_TYPES[wanted]}")
        return result.expression
    if have == wanted == "string":
        return f"({result.expression} | default(''))"
    raise NotUnderstoodError


def _declare(draft: Draft, result: Result, wanted: str | None) -> None:
    """Write a type into a value's schema, and the schema into the task that makes the value."""
    if wanted is not None and result.schema.get("type") != wanted:
        draft.change(result.schema, "type", wanted)
    if result.home is not None and result.home.get("returns", result.schema) is not result.schema:
        raise NotUnderstoodError  # it was already taken for something else
    if result.home is not None and "returns" not in result.home:
        draft.change(result.home, "returns", result.schema)
