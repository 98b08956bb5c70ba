from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from overture.drafting.conversation import Message, Objection, Reply
from overture.drafting.failures import DraftingError
from overture.drafting.recording import RecordingClient, ReplayClient

ASKED = [Message("system", "rules"), Message("user", "Send the report\nevery Monday")]
SCHEMA = {"type": "object"}


class Counting:
    """Answers with the number of the call."""

    model = "some-model"

    def __init__(self) -> None:
        self.calls = 0

    def ask(self, messages: Sequence[Message], schema: Mapping[str, Any], objection: Objection) -> Reply:
        self.calls += 1
        return Reply(f'{{"n": {self.calls}}}', self.model, 10, 5, 0.5)


def never(found: dict[str, Any]) -> str | None:
    return None


def test_what_was_recorded_is_given_again_in_order(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    recording = RecordingClient(path, Counting())
    replies = [recording.ask(ASKED, SCHEMA, never) for _ in range(2)]
    replaying = ReplayClient(path)
    assert [replaying.ask(ASKED, SCHEMA, never) for _ in range(3)] == [*replies, replies[-1]]
    assert replaying.model == recording.model == "some-model"


@pytest.mark.parametrize(
    ("messages", "schema"), [(ASKED[:1], SCHEMA), ([*ASKED, ASKED[1]], SCHEMA), (ASKED, {"type": "array"})]
)
def test_another_request_is_not_answered(tmp_path: Path, messages: list[Message], schema: Any) -> None:
    path = tmp_path / "talk.jsonl"
    RecordingClient(path, Counting()).ask(ASKED, SCHEMA, never)
    with pytest.raises(DraftingError, match="holds no answer to the request") as caught:
        ReplayClient(path).ask(messages, schema, never)
    assert "--record" in (caught.value.help or "")


def test_a_miss_says_what_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text("")
    with pytest.raises(DraftingError, match="Send the report every Monday"):
        ReplayClient(path).ask(ASKED, SCHEMA, never)


@pytest.mark.parametrize("line", ["x", "{}", '{"request": "a", "reply": {"brandnew": 1}}', "[]"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(DraftingError, match="line 2 of"):
        ReplayClient(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DraftingError, match="cannot be read"):
        ReplayClient(tmp_path / "none.jsonl")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DraftingError, match="cannot be written"):
        RecordingClient(tmp_path, Counting()).ask(ASKED, SCHEMA, never)
