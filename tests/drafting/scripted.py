"""A client that answers by script, and the checker as drafting is handed it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from overture.checks import check as check_reading
from overture.diagnostics.model import Diagnostic
from overture.drafting.conversation import Message, Objection, Reply
from overture.drafting.failures import DraftingError
from overture.language.reading import read


class Scripted:
    """Gives the answers in order; an answer that its asker objects to, or one too few, is an error."""

    model = "some-model"

    def __init__(self, *answers: Any, calls: int = 1) -> None:
        self._answers = list(answers)
        self._calls = calls
        self.asked: list[list[Message]] = []

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any], objection: Objection) -> Reply:
        self.asked.append(list(messages))
        if len(self.asked) > len(self._answers):
            raise DraftingError("there is no further answer")
        answer = self._answers[len(self.asked) - 1]
        assert objection(answer) is None
        return Reply(json.dumps(answer), self.model, 100, 50, 1.5, self._calls)


def check(text: str) -> tuple[Diagnostic, ...]:
    return check_reading(read(text, "draft.yaml")).diagnostics
