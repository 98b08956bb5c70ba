"""Has a label made for each parcel, and leaves out those for which there is none.

Run: python parcels.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task

from label_of import label_of as call_label_of

PARCELS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "grams"],
        "properties": {"id": {"type": "string"}, "grams": {"type": "integer"}},
    },
}


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error), "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """The text of an error, without what libraries add to it."""
    return str(getattr(error, "message", error)) or type(error).__name__


async def called(name: str, run: Awaitable[Any]) -> Any:
    """The outputs of a called flow; what fails in it is told as its failure."""
    try:
        return await run
    except Exception as error:
        raise RuntimeError(f"{name} failed: {error}") from error


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        ValidationError: "returns",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task(task_run_name="label[{index}]")
async def label(api: str, parcel: dict[str, Any], index: int) -> dict[str, Any]:
    return await called(
        "label_of", call_label_of(api=api, id=parcel["id"], grams=parcel["grams"])
    )


@flow(name="parcels")
async def parcels(
    parcels: list[dict[str, Any]], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Has a label made for each parcel, and leaves out those for which there is
    none.
    """
    fitting(parcels, PARCELS_SCHEMA)
    each_value = []
    each_failed = []
    for index, parcel in enumerate(parcels):
        try:
            label_value = await label(api, parcel, index)
            each_value.append(label_value["text"])
        except Exception as error:
            each_failed.append(
                {"index": index, "item": parcel, "error": failure(error)}
            )
    return {
        "labels": each_value,
        "failed": [each["index"] for each in each_failed],
        "items": [each["item"]["id"] for each in each_failed],
    }


if __name__ == "__main__":
    asyncio.run(parcels(**json.loads(sys.argv[1])))
