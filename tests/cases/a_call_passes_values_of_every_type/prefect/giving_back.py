"""Gives back what it is given.

Run: python giving_back.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator
from prefect import flow, task
from pydantic import Field

NOTE_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(name="kept")
async def kept_() -> None:
    return None


async def run_giving_back(
    text: str,
    count: Annotated[int, Field(strict=True)],
    ratio: Annotated[float, Field(strict=True)],
    list_: list[Any],
    object: dict[str, Any],
    yes: Annotated[bool, Field(strict=True)],
    note: str | None,
    word: Literal["small", "large"],
) -> dict[str, Any]:
    fitting(note, NOTE_SCHEMA)
    kept_nothing = await kept_()
    return {
        "all": {
            "text": text,
            "count": count,
            "ratio": ratio,
            "yes": yes,
            "list": list_,
            "object": object,
            "note": note,
            "word": word,
            "nothing": kept_nothing,
        },
        "count": count,
        "yes": yes,
        "list": list_,
        "nothing": kept_nothing,
    }


@flow(name="giving_back")
async def giving_back(
    text: str,
    count: Annotated[int, Field(strict=True)],
    ratio: Annotated[float, Field(strict=True)],
    list: list[Any],
    object: dict[str, Any],
    yes: Annotated[bool, Field(strict=True)] = True,
    note: str | None = None,
    word: Literal["small", "large"] = "small",
) -> dict[str, Any]:
    """Gives back what it is given."""
    return await run_giving_back(text, count, ratio, list, object, yes, note, word)


if __name__ == "__main__":
    asyncio.run(giving_back(**json.loads(sys.argv[1])))
