"""Goes through all lamps of all rooms of all floors.

Run: python house.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from prefect import flow, get_run_logger, task

FLOORS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "rooms"],
        "properties": {
            "name": {"type": "string"},
            "rooms": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "lamps"],
                    "properties": {
                        "name": {"type": "string"},
                        "lamps": {"type": "array", "items": {"type": "string"}},
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


@task(task_run_name="floor_at[{floor_index}]")
async def floor_at(floor_index: int) -> int:
    return floor_index


@task(task_run_name="room_at[{floor_index},{room_index}]")
async def room_at(room_index: int, floor_index: int) -> int:
    return room_index


@task(task_run_name="lamp_at[{floor_index},{room_index},{lamp_index}]")
async def lamp_at(
    floor_at_index: int,
    room_at_index: int,
    lamp_index: int,
    floor_index: int,
    room_index: int,
) -> None:
    get_run_logger().info("%s", f"{floor_at_index}/{room_at_index}/{lamp_index}")


@flow(name="house")
async def house(floors: list[dict[str, Any]]) -> dict[str, Any]:
    """Goes through all lamps of all rooms of all floors."""
    fitting(floors, FLOORS_SCHEMA)
    each_floor_value = []
    for floor_index, floor in enumerate(floors):
        floor_at_index = await floor_at(floor_index)
        each_room_value = []
        for room_index, room in enumerate(floor["rooms"]):
            room_at_index = await room_at(room_index, floor_index)
            each_lamp_value = []
            for lamp_index, lamp in enumerate(room["lamps"]):
                await lamp_at(
                    floor_at_index, room_at_index, lamp_index, floor_index, room_index
                )
                each_lamp_value.append(
                    f"{floor_at_index}.{room_at_index}.{lamp_index} {floor['name']} "
                    f"{room['name']} {lamp}",
                )
            each_room_value.append(each_lamp_value)
        each_floor_value.append(each_room_value)
    return {"house": each_floor_value}


if __name__ == "__main__":
    asyncio.run(house(**json.loads(sys.argv[1])))
