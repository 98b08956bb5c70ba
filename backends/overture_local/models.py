"""The model's endpoint: one chat completion, and what is remembered of a server that refuses a format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2

from overture.expressions.types import Json
from overture.plan.portable import Portable
from overture_local.limits import Limits

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MAX_TOKENS = 4096  # a limit is always sent; this one every server takes
_FORMAT_WORDS = ("response_format", "json_schema", "json_object", "schema", "format", "structured", "grammar")
_FINAL = frozenset((401, 403))  # another model of the same endpoint has the same key


class NoAnswer(Exception):
    """The model gave no answer: transport, an error of the server, a refusal. Another model may."""


class ModelRefused(Exception):
    """The endpoint lets us not in; no other model of it would."""


class _FormatRefused(Exception):
    """The server does not take this response format."""


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True, slots=True)
class Question:
    """`form`: how the answer is to look, None for text."""

    model: str
    messages: Sequence[Mapping[str, str]]
    form: Portable | None
    temperature: float | None
    max_tokens: int | None


@dataclass(frozen=True, slots=True)
class Completion:
    text: str
    usage: Usage
    is_cut: bool  # the limit of tokens was reached


class ModelServer:
    """The endpoint that the environment names (OPENAI_BASE_URL, OPENAI_API_KEY). It may have a private address."""

    def __init__(self, environment: Mapping[str, str], limits: Limits) -> None:
        self._url = (environment.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL).rstrip("/") + "/chat/completions"
        self._key = environment.get("OPENAI_API_KEY")
        self.default_model = environment.get("OVERTURE_MODEL")
        self._limits = limits
        self._client: httpx2.AsyncClient | None = None
        self._without_schema: set[str] = set()  # models whose server refused json_schema
        self._token_words: dict[str, str] = {}

    async def ask(self, question: Question) -> Completion:
        """One completion. A server that refuses the format is asked once more in the next lower one, and from then on.

        Raises NoAnswer, ModelRefused."""
        if question.form is not None and question.model not in self._without_schema:
            try:
                return await self._complete(question, _schema_format(question.form))
            except _FormatRefused:
                self._without_schema.add(question.model)
        try:
            return await self._complete(
                _told(question), None if question.form is None else _object_format(question.form)
            )
        except _FormatRefused as refused:
            raise NoAnswer(str(refused)) from None

    async def _complete(self, question: Question, format: Mapping[str, Json] | None) -> Completion:
        word = self._token_words.get(question.model, "max_tokens")
        body: dict[str, Json] = {"model": question.model, "messages": list(question.messages)}
        body[word] = question.max_tokens or DEFAULT_MAX_TOKENS
        if question.temperature is not None:
            body["temperature"] = question.temperature
        if format is not None:
            body["response_format"] = format
        status, text = await self._post(body)
        if status == 200:
            return _read(text)
        said = _error_message(text)
        if status == 400 and word == "max_tokens" and "max_completion_tokens" in said:
            self._token_words[question.model] = "max_completion_tokens"
            return await self._complete(question, format)
        if format is not None and (
            (status == 400 and any(each in said.lower() for each in _FORMAT_WORDS))
            or (status == 500 and "response_format" in said)
        ):
            raise _FormatRefused(f"`{question.model}` was answered with {status}: {said}")
        if status in _FINAL:
            raise ModelRefused(f"the model's endpoint answered with {status}: {said}")
        raise NoAnswer(f"`{question.model}` was answered with {status}: {said}")

    async def _post(self, body: Mapping[str, Json]) -> tuple[int, str]:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=None, follow_redirects=False)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        limit = self._limits.body_bytes
        content = bytearray()
        try:
            async with self._client.stream("POST", self._url, json=body, headers=headers) as response:
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > limit:
                        raise NoAnswer(f"the model's answer has more than {limit:,} bytes")
                return response.status_code, content.decode("utf-8", "replace")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise NoAnswer(f"no answer from the model's endpoint: {error or type(error).__name__}") from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def _schema_format(form: Portable) -> dict[str, Json]:
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": form.is_strict, "schema": form.schema},
    }


def _object_format(form: Portable) -> dict[str, Json]:
    return {"type": "json_object", "schema": form.schema}


def _told(question: Question) -> Question:
    """The question with the schema in words, for servers that hold a model to JSON but to no schema."""
    if question.form is None:
        return question
    schema = json.dumps(question.form.schema, ensure_ascii=False)
    words = {"role": "system", "content": f"Answer with one JSON object that fits this JSON Schema:\n{schema}"}
    messages = [words, *question.messages]
    return Question(question.model, messages, question.form, question.temperature, question.max_tokens)


def _read(text: str) -> Completion:
    try:
        data = json.loads(text)
        choice = data["choices"][0]
        message = choice["message"]
        content, finish = message.get("content"), choice.get("finish_reason")
        refusal = message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NoAnswer("the model's endpoint answered with what is no completion") from None
    if refusal or finish == "content_filter":
        raise NoAnswer(f"the model refused: {refusal or 'content filter'}")
    if not isinstance(content, str) or not content.strip():
        raise NoAnswer("the model answered with nothing")
    return Completion(content, _usage(data.get("usage")), finish == "length")


def _usage(usage: Json) -> Usage:
    def count(name: str) -> int:
        found = usage.get(name) if isinstance(usage, dict) else None
        return found if isinstance(found, int) else 0

    return Usage(count("prompt_tokens"), count("completion_tokens"))


def _error_message(text: str) -> str:
    try:
        error = json.loads(text)["error"]
        said = error if isinstance(error, str) else error["message"]
    except (ValueError, LookupError, TypeError):
        said = text
    return str(said).strip()[:300]
