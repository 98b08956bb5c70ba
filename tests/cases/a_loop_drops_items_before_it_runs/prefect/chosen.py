"""Picks what is cheap, tells its price, and maps a list without any task.

Run: python chosen.py '{"name": ...}'
"""

import asyncio
import json
import math
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task

GOODS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "cents"],
        "properties": {"name": {"type": "string"}, "cents": {"type": "integer"}},
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="tell[{index}]")
async def tell(index: int, good: dict[str, Any]) -> None:
    get_run_logger().info("%s", f"{index} {good['name']}")


@flow(name="chosen")
async def chosen(goods: list[dict[str, Any]]) -> dict[str, Any]:
    """Picks what is cheap, tells its price, and maps a list without any task."""
    fitting(goods, GOODS_SCHEMA)
    cheap_value = []
    for index, good in enumerate([good for good in goods if good["cents"] < 200]):
        await tell(index, good)
        cheap_value.append(good["name"])
    labels_value = [
        f"{one_['name']} {as_text(checked(one_['cents'] / 100))}"
        for one_ in goods
        if one_["name"] != "salt"
    ]
    return {"cheap": cheap_value, "labels": labels_value}


if __name__ == "__main__":
    asyncio.run(chosen(**json.loads(sys.argv[1])))
