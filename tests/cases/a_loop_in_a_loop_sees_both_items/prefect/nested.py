"""Greets every member of every team.

Run: python nested.py '{"name": ...}'
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run

TEAMS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "members"],
        "properties": {
            "name": {"type": "string"},
            "members": {"type": "array", "items": {"type": "string"}},
        },
    },
}


async def fetch(method: str, url: str, **options: Any) -> Any:
    """Send a request, follow its redirects, and give the body of the answer."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, url.strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.next_request is None:
                return body_of(response.raise_for_status())
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return response.json(parse_constant=int) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task(task_run_name="greet[{team_index},{member_index}]", timeout_seconds=30)
async def greet(
    api: str, member: str, team: dict[str, Any], member_index: int, team_index: int
) -> None:
    await fetch(
        "POST",
        f"{api}/greetings",
        json={"text": f"{member} of {team['name']}", "number": member_index},
    )


@flow(name="nested")
async def nested(
    teams: list[dict[str, Any]], api: str = "https://api.example.com"
) -> dict[str, Any]:
    """Greets every member of every team."""
    fitting(teams, TEAMS_SCHEMA)
    each_team_value = []
    for team_index, team in enumerate(teams):
        each_member_value = []
        for member_index, member in enumerate(team["members"]):
            await greet(api, member, team, member_index, team_index)
            each_member_value.append(f"{member}@{team['name']}")
        each_team_value.append(
            {"team": team["name"], "at": team_index, "greeted": each_member_value}
        )
    return {"teams": each_team_value}


if __name__ == "__main__":
    asyncio.run(nested(**json.loads(sys.argv[1])))
