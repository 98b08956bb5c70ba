"""The outputs of a flow, and how a reader gets the workflow's values from Kestra's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from overture.expressions.types import Type
from overture.plan.model import Plan
from overture_kestra import carriers


def output_type(type: Type) -> str:
    """The type of an output in Kestra; TEXT is a STRING that holds JSON text: a JSON output loses members that are
    null. Numbers are JSON: an INT has 32 bits, a FLOAT too."""
    bare = type.without("null")
    if bare.is_only("string"):
        return "STRING"
    if bare.is_only("boolean"):
        return "BOOL"
    if bare.is_only("number") or (bare.is_only("array", "object") and carriers.is_null_free(bare)):
        return "JSON"
    return "TEXT"


def read_outputs(plan: Plan, found: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of a workflow from those that Kestra shows of an execution: JSON text read, what is left out null."""
    values: dict[str, Any] = {}
    for each in plan.outputs:
        value = found.get(each.name)
        if output_type(each.value.type) == "TEXT" and isinstance(value, str):
            value = json.loads(value)
        values[each.name] = value
    return values
