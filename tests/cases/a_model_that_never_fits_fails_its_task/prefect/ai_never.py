"""Asks for a number; a second model stands by, but not for this.

Environment: OPENAI_API_KEY.
Run: python ai_never.py
"""

import asyncio
import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from jsonschema import Draft202012Validator, ValidationError
from prefect import flow, task
from prefect.runtime import task_run

GUESS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["beans"],
    "properties": {"beans": {"type": "integer"}},
}
GUESS_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"beans": {"type": "integer"}},
    "required": ["beans"],
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


class NoAnswer(httpx.HTTPError):
    """A model that gave no answer; another one may."""


async def ask(
    models: Sequence[str],
    prompt: str,
    schema: dict[str, Any],
    form: dict[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Ask the first model that answers for a value that fits the schema."""
    messages = [{"role": "user", "content": prompt}]
    reasons = []
    for model in models:
        question = {"model": model, "messages": messages, **options}
        try:
            return await answer(question, schema, form or schema)
        except NoAnswer as error:
            reasons.append(f"{model}: {error}")
    raise httpx.HTTPError("; ".join(reasons))


async def answer(
    question: dict[str, Any], schema: dict[str, Any], form: dict[str, Any]
) -> Any:
    """The value of a model's answer; one that does not fit is asked for once more."""
    for is_last in (False, True):
        text = await complete(question, form)
        try:
            return value_of(text, schema)
        except ValidationError as error:
            if is_last:
                raise
            again = f"This answer does not fit: {error.message}. Answer again."
        said = {"role": "assistant", "content": text}
        asked = {"role": "user", "content": again}
        question = {**question, "messages": [*question["messages"], said, asked]}
    raise AssertionError("the last answer returns or raises")


async def complete(question: dict[str, Any], form: dict[str, Any]) -> str:
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


async def post_question(question: dict[str, Any]) -> str:
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
    return text


def value_of(text: str, schema: dict[str, Any]) -> Any:
    """The value that an answer holds, if it fits the schema."""
    start = min((at for at in map(text.find, "{[") if at >= 0), default=0)
    try:
        found = read_json(text.strip())
    except ValueError:
        found = json_at(text, start)
    return fitting(found, schema)


def json_at(text: str, start: int) -> Any:
    """The JSON that begins at a place of a text."""
    try:
        return settled(json.JSONDecoder(parse_constant=int).raw_decode(text, start)[0])
    except ValueError as error:
        raise ValidationError("it is no JSON") from error


@task(timeout_seconds=120)
async def guess() -> dict[str, Any]:
    return await ask(
        ["small", "big"],
        "How many beans are in the jar?",
        schema=GUESS_SCHEMA,
        form=GUESS_FORM,
    )


@task(timeout_seconds=30)
async def tell(api: str, guess_value: dict[str, Any]) -> None:
    await fetch("POST", f"{api}/guesses", json={"beans": guess_value["beans"]})


@flow(name="ai_never")
async def ai_never(api: str = "https://api.example.com") -> None:
    """Asks for a number; a second model stands by, but not for this."""
    guess_value = await guess()
    await tell(api, guess_value)


if __name__ == "__main__":
    asyncio.run(ai_never())
