"""Lets a model choose the team for a message and hands it over.

Environment: OVERTURE_MODEL, OPENAI_API_KEY.
Run: python ai_enum.py '{"name": ...}'
"""

import asyncio
import json
import math
import os
import re
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task
from prefect.runtime import task_run

TEAM_SCHEMA: dict[str, Any] = {"enum": ["billing", "support", "sales"]}
TEAM_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "value": {"type": "string", "enum": ["billing", "support", "sales"]},
    },
    "required": ["value"],
    "additionalProperties": False,
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


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


def whole_path(url: str) -> str:
    """The url, refused if data has made a segment of its path `.` or `..`."""
    path = re.split("[?#]", url)[0]
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise PermissionError("a segment of the url is . or ..")
    return url


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


class NoAnswer(httpx.HTTPError):
    """A model that gave no answer."""


async def ask(
    model: str,
    prompt: str,
    schema: dict[str, Any],
    form: dict[str, Any] | None = None,
    **options: Any,
) -> tuple[Any, str, dict[str, int]]:
    """The value of an answer, the model that gave it, and the tokens used."""
    messages = [{"role": "user", "content": prompt}]
    question = {"model": model, "messages": messages, **options}
    return await answer(question, schema, form or schema)


async def answer(
    question: dict[str, Any], schema: dict[str, Any], form: dict[str, Any]
) -> tuple[Any, str, dict[str, int]]:
    """The value of a model's answer; one that does not fit is asked for once more."""
    usage = {"input_tokens": 0, "output_tokens": 0}
    for is_last in (False, True):
        text, spent = await complete(question, form)
        usage["input_tokens"] += spent.get("prompt_tokens") or 0
        usage["output_tokens"] += spent.get("completion_tokens") or 0
        try:
            return value_of(text, schema), question["model"], usage
        except ValidationError as error:
            if is_last:
                raise
            again = f"This answer does not fit: {error.message}. Answer again."
        said = {"role": "assistant", "content": text}
        asked = {"role": "user", "content": again}
        question = {**question, "messages": [*question["messages"], said, asked]}
    raise AssertionError("the last answer returns or raises")


async def complete(
    question: dict[str, Any], form: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """One chat completion; a server that refuses schemas is asked for any JSON."""
    strict = {"name": "answer", "strict": True, "schema": form}
    wanted = {"type": "json_schema", "json_schema": strict}
    try:
        return await post_question({**question, "response_format": wanted})
    except NoAnswer as error:
        if "response_format" not in str(error) and "schema" not in str(error):
            raise
    words = "Answer with one JSON object that fits this JSON Schema:\n"
    hint = {"role": "system", "content": words + json.dumps(form)}
    asked = {**question, "messages": [hint, *question["messages"]]}
    return await post_question({**asked, "response_format": {"type": "json_object"}})


async def post_question(question: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """One request to the endpoint that the environment names."""
    base = os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    key = os.environ.get("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{base.rstrip('/')}/chat/completions"
    try:
        async with httpx.AsyncClient(timeout=None, headers=headers) as client:
            response = await client.post(url, json=question)
    except httpx.HTTPError as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
    if response.status_code in (401, 403):
        raise httpx.HTTPError(f"the endpoint answered with {response.status_code}")
    if response.status_code != 200:
        raise NoAnswer(f"{response.status_code} {response.text[:300]}")
    try:
        found = response.json()
        message = found["choices"][0]["message"]
        refusal, text = message.get("refusal"), message.get("content")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoAnswer("the endpoint answered with what is no completion") from error
    if refusal or not isinstance(text, str) or not text.strip():
        raise NoAnswer(f"it refused: {refusal}" if refusal else "an empty answer")
    return text, found.get("usage") or {}


def value_of(text: str, schema: dict[str, Any]) -> Any:
    """The value that an answer holds, if it fits the schema."""
    start = min((at for at in map(text.find, "{[") if at >= 0), default=0)
    try:
        found = read_json(text.strip())
    except ValueError:
        found = json_at(text, start)
    if isinstance(found, dict) and found.keys() == {"value"}:
        inner = found["value"]
        if Draft202012Validator(schema).is_valid(inner):
            return inner
    return fitting(found, schema)


def json_at(text: str, start: int) -> Any:
    """The JSON that begins at a place of a text."""
    try:
        return settled(json.JSONDecoder(parse_constant=int).raw_decode(text, start)[0])
    except ValueError as error:
        raise ValidationError("it is no JSON") from error


@task(timeout_seconds=120)
async def team(message: str) -> tuple[str, dict[str, Any]]:
    value, _, usage = await ask(
        os.environ["OVERTURE_MODEL"],
        f"Which team is this for? {message}",
        schema=TEAM_SCHEMA,
        form=TEAM_FORM,
        temperature=0,
    )
    return value, usage


@task(timeout_seconds=30)
async def hand_over(api: str, team_value: str, message: str) -> None:
    await fetch("POST", whole_path(f"{api}/teams/{team_value}"), json={"text": message})


@flow(name="ai_enum")
async def ai_enum(message: str, api: str = "https://api.example.com") -> dict[str, Any]:
    """Lets a model choose the team for a message and hands it over."""
    team_value, team_usage = await team(message)
    await hand_over(api, team_value, message)
    return {
        "team": team_value,
        "tokens": checked(team_usage["input_tokens"] + team_usage["output_tokens"]),
    }


if __name__ == "__main__":
    asyncio.run(ai_enum(**json.loads(sys.argv[1])))
