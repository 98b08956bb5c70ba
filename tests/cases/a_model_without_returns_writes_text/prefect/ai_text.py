"""Lets a model write a line and logs it.

Environment: OVERTURE_MODEL, OPENAI_API_KEY.
Run: python ai_text.py
"""

import asyncio
import os
from typing import Any

import httpx
from prefect import flow, get_run_logger, task


class NoAnswer(httpx.HTTPError):
    """A model that gave no answer."""


async def ask(
    model: str, prompt: str, system: str | None = None, **options: Any
) -> Any:
    """Ask a model."""
    messages = [{"role": "user", "content": prompt}]
    if system:
        messages.insert(0, {"role": "system", "content": system})
    question = {"model": model, "messages": messages, **options}
    return await answer(question)


async def answer(question: dict[str, Any]) -> Any:
    """The text of a model's answer."""
    return await post_question(question)


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


@task(timeout_seconds=120)
async def write(topic: str) -> str:
    return await ask(
        os.environ["OVERTURE_MODEL"],
        f"A line about {topic}, please.",
        system="You write one line, no more.",
        max_tokens=50,
    )


@task
async def say(write_value: str) -> None:
    get_run_logger().info("%s", write_value)


@flow(name="ai_text")
async def ai_text(topic: str = "rain") -> dict[str, Any]:
    """Lets a model write a line and logs it."""
    write_value = await write(topic)
    await say(write_value)
    return {"line": write_value}


if __name__ == "__main__":
    asyncio.run(ai_text())
