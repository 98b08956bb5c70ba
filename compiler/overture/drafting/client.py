"""A model behind an OpenAI-compatible server: one question, one answer, or one clear reason why there is none."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAI, OpenAIError

from overture.drafting.answers import object_in
from overture.drafting.conversation import Message, Objection, Reply
from overture.drafting.failures import DraftingError
from overture.drafting.rungs import RUNGS, is_refusal_of_format, request_for
from overture.drafting.transport import ModelHttp, TooLarge
from overture.expressions.types import Json

DEFAULT_BASE_URL = "https://api.openai.com/v1"
TIMEOUT_SECONDS = 120.0
MAX_TOKENS = 16_000
MAX_CALLS = 5
"""Requests that one answer may cost, retries after 429 and 5xx not counted."""

RETRIES = 3
LONGEST_WAIT_SECONDS = 30.0
_SHOWN_CHARS = 300


@dataclass(slots=True)
class _Spent:
    """What one answer has cost so far."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None

    def count(self, usage: object) -> None:
        if isinstance(usage, dict):
            self.input_tokens = _sum(self.input_tokens, usage.get("prompt_tokens"))
            self.output_tokens = _sum(self.output_tokens, usage.get("completion_tokens"))


@dataclass(slots=True)
class _Refused(Exception):
    """The server does not know the format, or the parameter that limits tokens."""

    message: str


class ModelClient:
    """Asks the model `model` at `base_url`. Which rung of the ladder the server keeps is remembered for its lifetime,
    by schema. `clock` gives seconds, `sleep` waits: a test hands in its own."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        max_tokens: int = MAX_TOKENS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises DraftingError when the default server is meant and there is no key."""
        self._model = model
        self._key = api_key or ""
        self._base_url = (base_url or DEFAULT_BASE_URL).rstrip("/")
        if not self._key and self._base_url == DEFAULT_BASE_URL:
            raise DraftingError(
                "there is no key for the model",
                "set `OPENAI_API_KEY`, name a server of your own with `--base-url`, or use `--planner builtin`",
            )
        self._timeout_seconds = timeout_seconds
        self._max_tokens = max_tokens
        self._clock = clock
        self._sleep = sleep
        self._rungs: dict[str, int] = {}
        # OpenAI's newer models know only the second name, most other servers only the first
        self._limits = ["max_tokens", "max_completion_tokens"]
        if "api.openai.com" in self._base_url:
            self._limits.reverse()
        try:
            self._client = OpenAI(
                api_key=self._key or "none",
                base_url=self._base_url,
                max_retries=0,  # it would repeat an exhausted quota as if it were a rate limit
                timeout=timeout_seconds,
                http_client=ModelHttp(timeout_seconds),
            )
        except (OpenAIError, httpx2.InvalidURL, ValueError) as error:
            raise DraftingError(f"the model's server cannot be addressed: {self._clean(str(error))}") from None

    @property
    def model(self) -> str:
        return self._model

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Json], objection: Objection) -> Reply:
        """The object that the model answers. Raises DraftingError."""
        begun, spent = self._clock(), _Spent()
        name = json.dumps(schema)
        said = list(messages)
        complaints: list[str] = []
        rung = self._rungs.get(name, 0)
        while rung < len(RUNGS):
            try:
                text, model = self._answer(RUNGS[rung], said, schema, spent)
            except _Refused as refused:
                complaints = [f"it refuses `{RUNGS[rung]}`: {refused.message}"]
                rung += 1
                said = list(messages)
                continue
            found = object_in(text)
            wrong = "it is no JSON object" if found is None else objection(found)
            if wrong is None:
                self._rungs[name] = rung
                answer = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode()  # no half characters
                return Reply(
                    answer, model, spent.input_tokens, spent.output_tokens,
                    self._clock() - begun, spent.calls,
                )  # fmt: skip
            complaints.append(wrong)
            if spent.calls >= MAX_CALLS:
                break
            if len(said) > len(messages):  # twice on this rung
                rung += 1
                said = list(messages)
            else:
                request = (
                    f"That answer cannot be used: {wrong}. Answer again, with one JSON object of the shape asked for."
                )
                said = [*messages, Message("assistant", text[:20_000]), Message("user", request)]
        what = complaints[-1] if complaints else "it keeps no format"
        raise DraftingError(f"`{self._model}` gives no answer that can be used: {what}", "try another model")

    def _answer(
        self, rung: str, messages: Sequence[Message], schema: Mapping[str, Json], spent: _Spent
    ) -> tuple[str, str]:
        """The text of one answer, and the model that gave it."""
        max_tokens = self._max_tokens
        for is_last in (False, True):
            body = self._call(rung, messages, schema, max_tokens, spent)
            spent.count(body.get("usage"))
            choice = self._choice(body)
            reason = choice.get("finish_reason")
            message = choice.get("message")
            message = message if isinstance(message, dict) else {}
            if isinstance(message.get("refusal"), str) and message["refusal"]:
                raise DraftingError(f"`{self._model}` refuses: {self._clean(message['refusal'])}", "word it otherwise")
            if reason == "content_filter":
                raise DraftingError(f"the content filter of `{self._model}` stopped the answer", "word it otherwise")
            if reason != "length":
                return _text_of(message), str(body.get("model") or self._model)
            if is_last or spent.calls >= MAX_CALLS:
                break
            max_tokens *= 2
        raise DraftingError(
            f"the answer of `{self._model}` was cut off after {max_tokens} tokens",
            "ask for less at once, or take a model with a longer answer",
        )

    def _choice(self, body: dict[str, Any]) -> dict[str, Any]:
        choices = body.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            return choices[0]
        error = body.get("error")
        if error:
            raise DraftingError(f"the model's server reports an error: {self._clean(_message_of(body))}")
        raise DraftingError("the model's server answered without an answer: there is no choice in it")

    def _call(
        self, rung: str, messages: Sequence[Message], schema: Mapping[str, Json], max_tokens: int, spent: _Spent
    ) -> dict[str, Any]:
        """One request, repeated while the server is busy; its body."""
        request = request_for(rung, messages, schema)
        busy = 0
        while True:
            spent.calls += busy == 0
            failure: APIConnectionError | APIStatusError
            try:
                raw = self._client.chat.completions.with_raw_response.create(  # type: ignore[call-overload]
                    model=self._model, messages=request.messages, **request.options, **{self._limits[0]: max_tokens}
                )
                return self._body(raw.http_response)
            except (APIConnectionError, APIStatusError) as error:
                failure = error
            # judged out here: what is raised must not carry the client's error, which may hold the key
            if isinstance(failure, APIConnectionError):
                raise self._unreachable(failure)
            wait = self._judge(failure, busy)
            if wait is not None:
                busy += 1
                self._sleep(wait)

    def _body(self, response: httpx2.Response) -> dict[str, Any]:
        if response.headers.get("content-type", "").lower().startswith("text/html"):
            raise DraftingError(
                "the model's server answered with a web page", "check the base url: it often ends in `/v1`"
            )
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            raise DraftingError("the model's server answered with something that is no JSON") from None
        if not isinstance(body, dict):
            raise DraftingError("the model's server answered with something that is no completion")
        return body

    def _judge(self, error: APIStatusError, busy: int) -> float | None:
        """The seconds to wait before the same call is made again; None: at once, with the other name of the limit."""
        status, message = error.status_code, self._clean(_message_of(_json(error.response)) or error.response.text)
        told = f": {message}" if message else ""
        if status == 401:
            raise DraftingError(f"the model's server does not take the key{told}", "check `OPENAI_API_KEY`")
        if status == 403:
            raise DraftingError(f"the model's server denies the request{told}", "check what the key may do")
        if status == 429 and "insufficient_quota" in error.response.text:
            raise DraftingError(f"the quota of the key is used up{told}", "waiting does not help: see to the account")
        if status in (400, 422) and self._limits[0] in message and len(self._limits) > 1:
            del self._limits[0]
            return None
        if is_refusal_of_format(status, message):
            raise _Refused(message)
        if status == 404:
            raise DraftingError(f"the model's server does not know `{self._model}`{told}", "check `--model`")
        if 300 <= status < 400:
            raise DraftingError(
                "the model's server redirects the request, which is not followed", "name the final address as base url"
            )
        if status != 429 and status < 500:
            raise DraftingError(f"the model's server refuses the request with {status}{told}")
        wait = _wait(error.response.headers.get("retry-after"), busy)
        if busy >= RETRIES or wait > LONGEST_WAIT_SECONDS:
            what = "is busy" if status == 429 else "fails"
            after = f", and asks to wait {wait:g} seconds" if wait > LONGEST_WAIT_SECONDS else ""
            raise DraftingError(f"the model's server {what} ({status}){after}{told}", "try again later")
        return wait

    def _unreachable(self, error: APIConnectionError) -> DraftingError:
        if isinstance(error, APITimeoutError):
            return DraftingError(
                f"the model's server did not answer within {self._timeout_seconds:g} seconds",
                "try again, or name a faster model",
            )
        cause = error.__cause__
        if isinstance(cause, TooLarge):
            return DraftingError(f"the answer of the model's server is too large: {cause}", "check the base url")
        if isinstance(cause, httpx2.RemoteProtocolError | httpx2.ReadError):
            return DraftingError("the model's server closed the connection without an answer", "try again")
        return DraftingError(
            f"the model's server at `{self._clean(self._base_url)}` cannot be reached", "check the base url and the net"
        )

    def _clean(self, text: str) -> str:
        """What a server says, short, on one line, without the key."""
        if self._key:
            text = text.replace(self._key, "***")
        text = " ".join(text.split())
        return text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"


def _text_of(message: dict[str, Any]) -> str:
    """The content, or the arguments of the tool that was called."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            return str(function["arguments"])
    content = message.get("content")
    if isinstance(content, list):  # some servers answer in parts
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _message_of(body: object) -> str:
    """What an error body says; servers write it in several shapes."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return ""
    error = body.get("error", body)
    if isinstance(error, dict):
        error = error.get("message", "")
    return error if isinstance(error, str) else json.dumps(error)


def _json(response: httpx2.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _wait(retry_after: str | None, busy: int) -> float:
    """Seconds: what the server asks for, else 1, 2, 4."""
    try:
        return max(0.0, float(retry_after)) if retry_after else float(2**busy)
    except ValueError:
        return float(2**busy)


def _sum(one: int | None, other: object) -> int | None:
    return (one or 0) + other if isinstance(other, int) and not isinstance(other, bool) else one
