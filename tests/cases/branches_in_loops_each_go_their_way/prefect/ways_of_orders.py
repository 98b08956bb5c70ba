"""Goes through the lines of those orders that have any, and writes a card for gifts.

Run: python ways_of_orders.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task

ORDERS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "lines", "is_gift"],
        "properties": {
            "id": {"type": "string"},
            "is_gift": {"type": "boolean"},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["sku", "count"],
                    "properties": {
                        "sku": {"type": "string"},
                        "count": {"type": "integer"},
                    },
                },
            },
        },
    },
}


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="say[{order_index}]")
async def say(order: dict[str, Any], order_index: int) -> None:
    get_run_logger().info("%s", order["id"])


@task(task_run_name="none_left[{order_index},{line_index}]")
async def none_left(line: dict[str, Any], order_index: int, line_index: int) -> str:
    return f"{line['sku']}: none"


@task(task_run_name="many[{order_index},{line_index}]")
async def many(line: dict[str, Any], order_index: int, line_index: int) -> str:
    return f"{line['sku']}: {line['count']}, many"


@task(task_run_name="some[{order_index},{line_index}]")
async def some(line: dict[str, Any], order_index: int, line_index: int) -> str:
    return f"{line['sku']}: {line['count']}"


@task(task_run_name="card[{order_index}]")
async def card(order: dict[str, Any], order_index: int) -> str:
    return f"for {order['id']}"


@task(task_run_name="empty[{order_index}]")
async def empty(order: dict[str, Any], order_index: int) -> None:
    get_run_logger().warning("%s", f"{order['id']} is empty")


@flow(name="ways_of_orders")
async def ways_of_orders(orders: list[dict[str, Any]]) -> dict[str, Any]:
    """Goes through the lines of those orders that have any, and writes a card for
    gifts.
    """
    fitting(orders, ORDERS_SCHEMA)
    each_order_value = each_line_value = none_left_text = None
    many_text = some_text = card_text = None
    if orders:
        each_order_value = []
        for order_index, order in enumerate(orders):
            each_line_value = none_left_text = many_text = some_text = None
            card_text = None
            if bool(order["lines"]):
                await say(order, order_index)
                each_line_value = []
                for line_index, line in enumerate(order["lines"]):
                    none_left_text = many_text = some_text = None
                    if line["count"] == 0:
                        none_left_text = await none_left(line, order_index, line_index)
                    elif line["count"] > 9:
                        many_text = await many(line, order_index, line_index)
                    else:
                        some_text = await some(line, order_index, line_index)
                    each_line_value.append(
                        none_left_text
                        if none_left_text is not None
                        else many_text
                        if many_text is not None
                        else some_text
                        if some_text is not None
                        else "",
                    )
                if order["is_gift"]:
                    card_text = await card(order, order_index)
                way_taken = "0"
            else:
                await empty(order, order_index)
                way_taken = "else"
            each_order_value.append(
                {
                    "id": order["id"],
                    "way": way_taken,
                    "lines": each_line_value if each_line_value is not None else [],
                    "note": card_text if card_text is not None else "-",
                },
            )
    return {"orders": each_order_value if each_order_value is not None else []}


if __name__ == "__main__":
    asyncio.run(ways_of_orders(**json.loads(sys.argv[1])))
