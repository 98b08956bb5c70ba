"""`ai`: a judgement of a model, held to `returns` (language.md 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from overture.expressions.types import Json
from overture.language.schema import validate
from overture.plan.portable import Portable, portable, unpadded
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.models import Completion, ModelRefused, NoAnswer, Question, Usage

_CALLS_A_MODEL = 2


class _Misfit(Exception):
    """An answer that does not fit, with what is wrong."""


async def run_ai(attempt: Attempt) -> Mapping[str, Json]:
    models = attempt.literal("models") or [attempt.engine.surroundings.models.default_model]
    messages = [{"role": "user", "content": attempt.text("prompt")}]
    system = attempt.optional_text("system")
    if system:
        messages.insert(0, {"role": "system", "content": system})
    usage = Usage()
    reasons: list[str] = []
    for model in models:
        try:
            value, spent = await _ask(attempt, model, messages)
        except NoAnswer as error:
            reasons.append(str(error))
            continue
        except ModelRefused as error:
            raise TaskFailed("http", str(error)) from None
        usage += spent
        counts: dict[str, Json] = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        return {"value": value, "model": model, "usage": counts}
    raise TaskFailed("http", "; ".join(reasons))


async def _ask(attempt: Attempt, model: str, messages: list[dict[str, str]]) -> tuple[Json, Usage]:
    """The value of a model's answer, and the tokens that it took. Raises NoAnswer, ModelRefused, TaskFailed."""
    schema: Mapping[str, Json] | None = attempt.literal("returns")
    form = None if schema is None else portable(schema)
    usage = Usage()
    for call in range(1, _CALLS_A_MODEL + 1):
        question = Question(model, messages, form, attempt.literal("temperature"), attempt.literal("max_tokens"))
        completion = await attempt.engine.surroundings.models.ask(question)
        usage += completion.usage
        if schema is None or form is None:
            return completion.text, usage
        try:
            return _value(completion, schema, form), usage
        except _Misfit as misfit:
            if call == _CALLS_A_MODEL:
                raise TaskFailed("returns", f"the answer of `{model}` does not fit `returns`: {misfit}") from None
            again = f"This answer does not fit: {misfit}. Answer again with the whole JSON, and nothing else."
            messages = [
                *messages,
                {"role": "assistant", "content": completion.text},
                {"role": "user", "content": again},
            ]
    raise AssertionError("the last call returns or raises")


def _value(completion: Completion, schema: Mapping[str, Json], form: Portable) -> Json:
    """The answer's value. Raises _Misfit."""
    found = _find_json(completion.text)
    candidates = [found]
    if form.is_wrapped and isinstance(found, dict) and found.keys() == {"value"}:
        candidates.insert(0, found["value"])
    problems: list[str] = []
    for candidate in candidates:
        value = unpadded(candidate, schema)
        misfits = validate(value, schema)
        if not misfits:
            return value
        problems.append("; ".join(misfit.message for misfit in misfits[:3]))
    raise _Misfit(problems[0])


def _find_json(text: str) -> Json:
    """The JSON that an answer is, or the first that stands in it; one that was cut off is none."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    try:
        return decoder.decode(text.strip())
    except (ValueError, RecursionError):
        pass
    for place, char in enumerate(text):
        if char in "{[":
            try:
                value, _ = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                raise _Misfit("it is no JSON, or it was cut off") from None
            return value
    raise _Misfit("it is no JSON")


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")
