"""The inputs of a flow: their types, defaults and bounds."""

from __future__ import annotations

from collections.abc import Mapping

from overture.plan.model import Input
from overture_kestra import model
from overture_kestra.model import Value
from overture_kestra.pebble import json_text, template_text
from overture_kestra.place import input_type


def flow_input(each: Input) -> model.Input:
    """An input of the flow, of the type that keeps every value."""
    kind = input_type(each.type)
    properties: dict[str, Value] = {}
    schema = each.schema
    description = each.description
    if kind == "SELECT":
        properties["values"] = [str(value) for value in each.type.without("null").values or ()]
    elif kind.startswith("ARRAY"):
        kind, _, item = kind.partition(" ")
        properties["itemType"] = item
    elif kind == "INT":
        for bound, name in (("minimum", "min"), ("maximum", "max")):
            if schema.get(bound) is not None:
                properties[name] = schema[bound]
    elif kind == "STRING" and (pattern := _validator(schema)) is not None:
        properties["validator"] = pattern
    elif kind == "TEXT":
        kind = "STRING"
        note = "JSON text: a JSON input would lose members that are null"
        description = note if description is None else f"{description} ({note})"
    has_default = not each.is_required and each.default is not None
    return model.Input(
        each.name,
        kind,
        properties,
        # null is no value to Kestra: who may be null may be missing too
        is_required=(each.is_required and not is_null_missing(each)) or has_default,
        default=_default(kind, input_type(each.type), each) if has_default else None,
        has_default=has_default,
        description=description,
    )


def is_null_missing(each: Input) -> bool:
    """Whether giving null is giving nothing: where the value is no JSON text."""
    return each.type.is_nullable and input_type(each.type) != "TEXT"


def loosely_checked(each: Input) -> str | None:
    """What Kestra takes that the schema of an input would refuse."""
    kind = input_type(each.type)
    if kind == "BOOL":
        return f"Kestra takes any text for `{each.name}`: what is not `true` is false, `yes` too"
    if kind == "TEXT":
        return f"Kestra takes any text for `{each.name}`, whether or not it is JSON that fits the schema"
    if kind == "JSON" or (kind.startswith("ARRAY") and {"minItems", "maxItems", "uniqueItems"} & set(each.schema)):
        return f"Kestra takes any JSON for `{each.name}`, whether or not it fits the schema"
    return None


def taken_otherwise(each: Input) -> str | None:
    """What Kestra makes of a value that the schema of an input takes."""
    kind = input_type(each.type)
    if is_null_missing(each) and not each.is_required and each.default is not None:
        return f"`{each.name}` takes its default on Kestra when it is given as null"
    bounds = (each.schema.get("minimum"), each.schema.get("maximum"))
    if kind == "INT" and any(bound is not None and not -(2**31) <= bound < 2**31 for bound in bounds):
        return f"Kestra refuses integers of more than 32 bits for `{each.name}`"
    return None


def _validator(schema: Mapping[str, object]) -> str | None:
    """A pattern that fits the whole text where the schema asks for more than any text."""
    pattern, least, most = schema.get("pattern"), schema.get("minLength"), schema.get("maxLength")
    if pattern is not None:
        return f"(?s).*(?:{pattern}).*" if least is None and most is None else None
    if least is not None or most is not None:
        return f"(?s).{{{least or 0},{'' if most is None else most}}}"
    return None


def _default(kind: str, carried: str, each: Input) -> Value:
    """A default as Kestra takes it: it renders the texts in it."""
    value = each.default
    if carried in ("STRING", "SELECT"):
        return template_text(str(value))
    if carried in ("INT", "BOOL"):
        return bool(value) if carried == "BOOL" else int(value)
    if carried == "ARRAY STRING":
        return [template_text(str(item)) for item in value]
    if carried.startswith("ARRAY"):
        return list(value)
    return template_text(json_text(value, (",", ":")) if carried == "TEXT" else json_text(value))
