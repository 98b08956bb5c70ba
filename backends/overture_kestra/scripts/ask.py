"""Asks the models of ask.json for an answer that fits its schema, over the Chat Completions protocol.

An answer that does not fit is asked for once more with what was wrong, then the step fails. A model that gives no
answer (connection, status, refusal) is followed by the next one. Not Kestra's ChatCompletion: that rewrites the
schema, checks no answer, repeats calls by itself and cannot say which model answered.
"""

import json
import os
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from schema import misfits  # type: ignore[import-not-found]
from step import Failed, parse, read, result, run, say, show  # type: ignore[import-not-found]

# between what a model may take to think and what a task's timeout allows
SECONDS_TO_ANSWER = 600


class NoAnswer(Exception):
    """This model gives no answer: the next one may."""


def main() -> None:
    ask = read("ask.json")
    usage = {"input_tokens": 0, "output_tokens": 0}
    models = [model for model in ask["models"] if model]
    if not models:
        raise Failed("error", "no model is named: set OVERTURE_MODEL for the server")
    reasons = []
    for model in models:
        try:
            value, name = answer(ask, model, usage)
        except NoAnswer as reason:
            reasons.append(f"{model}: {reason}")
            print(reasons[-1])
            continue
        say(value=result(value, ask.get("plain", False)), model=name, usage=usage)
        return
    raise Failed("http", "no model answered: " + "; ".join(reasons))


def answer(ask: dict[str, Any], model: str, usage: dict[str, int]) -> tuple[Any, str]:
    """The value of one model, asked again once. Raises NoAnswer, or Failed for a second answer that does not fit."""
    messages = [{"role": "user", "content": text(ask, "prompt")}]
    if "system" in ask or Path("system.txt").exists():
        messages.insert(0, {"role": "system", "content": text(ask, "system")})
    wrong: list[str] = []
    for _ in range(2):
        reply = call(ask, model, messages, usage)
        words = content(reply)
        name = reply.get("model") or model
        if "returns" not in ask:
            if words:
                return words, name
            wrong = ["the answer is empty"]
        else:
            value, wrong = fitting(words, ask)
            if not wrong:
                return value, name
        again = "That answer does not fit: " + "; ".join(wrong[:10]) + ". Answer again."
        messages += [{"role": "assistant", "content": words}, {"role": "user", "content": again}]
    raise Failed("returns", f"{model}: the answer does not fit: " + "; ".join(wrong[:3]))


def text(ask: dict[str, Any], name: str) -> str:
    if name in ask:
        return str(ask[name])
    # newline="": the text goes out as it is
    with Path(f"{name}.txt").open(encoding="utf-8", newline="") as file:
        return file.read()


def fitting(words: str, ask: dict[str, Any]) -> tuple[Any, list[str]]:
    """The value in an answer, and how it breaks the schema."""
    try:
        value = parse(bare(words))
    except ValueError:
        return None, ["the answer is not JSON"]
    if ask.get("wrapped"):
        if not isinstance(value, dict) or "value" not in value:
            return None, ["the answer is not an object with the key value"]
        value = value["value"]
    value = without_padding(value, ask["returns"])
    return value, list(misfits(value, ask["returns"]))


def without_padding(value: Any, schema: dict[str, Any]) -> Any:
    """The answer without the nulls of properties that may be missing: the form asked for every property."""
    if isinstance(value, list):
        return [without_padding(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    parts = schema.get("properties", {})
    padded = {name for name in parts if name not in schema.get("required", []) and list(misfits(None, parts[name]))}
    return {
        name: without_padding(item, parts.get(name, {}))
        for name, item in value.items()
        if item is not None or name not in padded
    }


def bare(words: str) -> str:
    """The JSON of an answer without a thought before it and without a fence round it."""
    words = re.sub(r"\A\s*<think>.*?</think>", "", words, flags=re.DOTALL).strip()
    fenced = re.fullmatch(r"```(?:json)?\s*\n(.*?)\n?```", words, flags=re.DOTALL)
    return fenced[1] if fenced else words


def call(ask: dict[str, Any], model: str, messages: list[dict[str, str]], usage: dict[str, int]) -> dict[str, Any]:
    """One reply. A server that refuses the format is asked once more without it, the schema in words."""
    body: dict[str, Any] = {"model": model, "messages": messages}
    if ask.get("temperature") is not None:
        body["temperature"] = ask["temperature"]
    if ask.get("max_tokens") is not None:
        body["max_tokens"] = ask["max_tokens"]
    if "returns" in ask:
        schema = ask.get("schema", ask["returns"])
        form = {"name": "answer", "strict": True, "schema": schema}
        status, reply = post(ask, {**body, "response_format": {"type": "json_schema", "json_schema": form}})
        if status in (400, 422, 500) and re.search(r"response_?format|json_schema|schema|grammar", reply):
            told = {"role": "system", "content": f"Answer with JSON alone that fits this JSON Schema: {show(schema)}"}
            body["messages"] = [told, *messages]
            status, reply = post(ask, body)
    else:
        status, reply = post(ask, body)
    if status != 200:
        raise NoAnswer(f"status {status}: {reply[:300]}")
    try:
        parsed = json.loads(reply)
        choice = parsed["choices"][0]
        message = choice["message"]
    except (ValueError, LookupError, TypeError):
        raise NoAnswer(f"no reply of a model: {reply[:100]}") from None
    count(usage, parsed.get("usage"))
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise NoAnswer(f"refused: {message.get('refusal') or 'content filter'}")
    assert isinstance(parsed, dict)
    return parsed


def content(reply: dict[str, Any]) -> str:
    words = reply["choices"][0]["message"].get("content")
    return words if isinstance(words, str) else ""


def count(usage: dict[str, int], used: Any) -> None:
    if isinstance(used, dict):
        usage["input_tokens"] += int(used.get("prompt_tokens") or 0)
        usage["output_tokens"] += int(used.get("completion_tokens") or 0)


def post(ask: dict[str, Any], body: dict[str, Any]) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ.get("OPENAI_API_KEY", "")}
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(ask["base_url"].rstrip("/") + "/chat/completions", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as reply:
            return reply.status, reply.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        raise NoAnswer(f"{getattr(error, 'reason', error)}") from None


if __name__ == "__main__":
    run(main)
