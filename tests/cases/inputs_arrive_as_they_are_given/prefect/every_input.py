"""Gives back an input of every type.

Run: python every_input.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task
from pydantic import Field

TEXTS_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
MAYBE_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}
EITHER_SCHEMA: dict[str, Any] = {"type": ["string", "integer"]}
ANYTHING_SCHEMA: dict[str, Any] = {}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def say(text: str) -> None:
    get_run_logger().info("%s", text)


async def run_every_input(
    text: str,
    word: Literal["one", "two words", "{{ three }}"],
    count: Annotated[int, Field(strict=True)],
    ratio: Annotated[float, Field(strict=True)],
    flag: Annotated[bool, Field(strict=True)],
    list_: list[Any],
    texts: list[str],
    object: dict[str, Any],
    maybe: str | None,
    either: int | str,
    anything: Any,
) -> dict[str, Any]:
    fitting(texts, TEXTS_SCHEMA)
    fitting(maybe, MAYBE_SCHEMA)
    fitting(either, EITHER_SCHEMA)
    fitting(anything, ANYTHING_SCHEMA)
    await say(text)
    return {
        "all": {"text": text, "count": count},
        "text": text,
        "word": word,
        "count": count,
        "ratio": ratio,
        "flag": flag,
        "list": list_,
        "texts": texts,
        "object": object,
        "keys": list(object),
        "maybe": maybe is None,
        "either": f"{either}!",
        "anything": anything,
    }


@flow(name="every_input")
async def every_input(
    text: str,
    word: Literal["one", "two words", "{{ three }}"],
    count: Annotated[int, Field(strict=True)],
    ratio: Annotated[float, Field(strict=True)],
    flag: Annotated[bool, Field(strict=True)],
    list: list[Any],
    texts: list[str],
    object: dict[str, Any],
    maybe: str | None,
    either: int | str,
    anything: Any,
) -> dict[str, Any]:
    """Gives back an input of every type."""
    return await run_every_input(
        text, word, count, ratio, flag, list, texts, object, maybe, either, anything
    )


if __name__ == "__main__":
    asyncio.run(every_input(**json.loads(sys.argv[1])))
