"""Gives back its inputs, most of which nobody gives.

Run: python left_out.py
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator
from prefect import flow, task
from pydantic import Field

LIST_DEFAULT: list[Any] = [None, {"{{ a }}": None}, "22:30"]
OBJECT_DEFAULT: dict[str, Any] = {"b": None, "a": {"c": []}}
GIVEN_LIST_DEFAULT: list[Any] = [1]
NOTHING_SCHEMA: dict[str, Any] = {"type": ["string", "null"]}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(name="kept")
async def kept_(text: str, list_: list[Any]) -> tuple[str, list[Any]]:
    return text, list_


async def run_left_out(
    text: str,
    lines: str,
    word: Literal["yes", "no", "0x10"],
    count: Annotated[int, Field(strict=True)],
    ratio: Annotated[float, Field(strict=True)],
    flag: Annotated[bool, Field(strict=True)],
    list_: list[Any],
    object: dict[str, Any],
    nothing: str | None,
    given_empty: str,
    given_zero: Annotated[int, Field(strict=True)],
    given_list: list[Any],
) -> dict[str, Any]:
    fitting(nothing, NOTHING_SCHEMA)
    kept_text, kept_list = await kept_(text, list_)
    return {
        "text": kept_text,
        "lines": lines,
        "word": word,
        "count": count,
        "ratio": ratio,
        "flag": flag,
        "list": kept_list,
        "object": object,
        "nothing": nothing,
        "given": [given_empty, given_zero, given_list],
    }


@flow(name="left_out")
async def left_out(
    text: str = 'it\'s "{{ not }}" {% rendered %} {#',
    lines: str = "one\ntwo\n",
    word: Literal["yes", "no", "0x10"] = "no",
    count: Annotated[int, Field(strict=True)] = 2147483647,
    ratio: Annotated[float, Field(strict=True)] = 0.1,
    flag: Annotated[bool, Field(strict=True)] = False,
    list: list[Any] = LIST_DEFAULT,
    object: dict[str, Any] = OBJECT_DEFAULT,
    nothing: str | None = None,
    given_empty: str = "full",
    given_zero: Annotated[int, Field(strict=True)] = 1,
    given_list: list[Any] = GIVEN_LIST_DEFAULT,
) -> dict[str, Any]:
    """Gives back its inputs, most of which nobody gives."""
    return await run_left_out(
        text,
        lines,
        word,
        count,
        ratio,
        flag,
        list,
        object,
        nothing,
        given_empty,
        given_zero,
        given_list,
    )


if __name__ == "__main__":
    asyncio.run(left_out())
