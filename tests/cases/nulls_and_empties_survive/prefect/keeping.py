"""Passes values with null, empty lists and empty texts from task to task.

Run: python keeping.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, task

GIVEN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "note": {"type": ["string", "null"]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def made(given_: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], None]:
    return (
        {
            "name": "",
            "note": None,
            "tags": [],
            "inner": {"deep": None, "list": [None, 1, ""]},
        },
        given_,
        None,
    )


@task
async def passed(
    made_record: dict[str, Any], made_given: dict[str, Any], made_nothing: None
) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        made_record,
        {"given": made_given, "nothing": made_nothing, "no": False, "zero": 0},
    )


async def run_keeping(given_: dict[str, Any]) -> dict[str, Any]:
    fitting(given_, GIVEN_SCHEMA)
    made_record, made_given, made_nothing = await made(given_)
    passed_record, passed_wrapped = await passed(made_record, made_given, made_nothing)
    return {
        "record": passed_record,
        "wrapped": passed_wrapped,
        "is_null": passed_record["note"] is None,
    }


@flow(name="keeping")
async def keeping(given: dict[str, Any]) -> dict[str, Any]:
    """Passes values with null, empty lists and empty texts from task to task."""
    return await run_keeping(given)


if __name__ == "__main__":
    asyncio.run(keeping(**json.loads(sys.argv[1])))
