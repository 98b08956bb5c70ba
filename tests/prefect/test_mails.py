"""`email` in a module: what leaves it, and what is refused before anything does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exporting import document, export, plan_of, run_module
from prefect_standin import Record

from overture.testing import Mailbox

HEAD = """inputs: {who: {type: string, default: a@example.com}, what: {type: string, default: hi}}
secrets: [SMTP]"""


def send(folder: Path, url: str, fields: str, **inputs: Any) -> Any:
    task = f'  - {{id: mail, kind: email, connection: "{{{{ secrets.SMTP }}}}", {fields}}}'
    text = document(task, HEAD)
    found = export(text)
    assert found.files, found.gaps
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    return run_module(plan_of(text), found.files, inputs, place, record=Record(), environment={"SMTP": url})


ADDRESSED = 'from: me@example.com, to: "{{ inputs.who }}", subject: "{{ inputs.what }}"'
PLAIN = f"{ADDRESSED}, text: hi"


@pytest.mark.parametrize(
    ("more", "texts"),
    [
        ("text: plain", {"text": "plain\n"}),
        ("html: <b>x</b>", {"html": "<b>x</b>\n"}),
        ("text: plain, html: <b>x</b>", {"text": "plain\n", "html": "<b>x</b>\n"}),
    ],
)
def test_a_mail_has_the_texts_that_are_given(tmp_path: Path, more: str, texts: dict[str, str]) -> None:
    with Mailbox() as mailbox:
        assert send(tmp_path, mailbox.url, f"{ADDRESSED}, {more}") is None
    (mail,) = mailbox.mails
    assert mail.texts == texts


def test_a_name_stays_and_its_address_counts(tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        send(tmp_path, mailbox.url, PLAIN.replace("me@example.com", "Me <me@example.com>"), who="Zoë <zoe@example.com>")
    (mail,) = mailbox.mails
    assert (mail.sender, mail.recipients) == ("me@example.com", ("zoe@example.com",))
    assert mail.headers["from"] == "Me <me@example.com>"
    assert mail.headers["message-id"].endswith("@example.com>")


@pytest.mark.parametrize(
    "inputs",
    [
        {"who": "a@example.com\nBcc: b@example.com"},
        {"what": "x\r\nBcc: b@example.com"},
        {"who": ""},
    ],
)
def test_what_makes_two_headers_of_one_is_refused(tmp_path: Path, inputs: dict[str, str]) -> None:
    with Mailbox() as mailbox:
        assert isinstance(send(tmp_path, mailbox.url, PLAIN, **inputs), PermissionError)
    assert mailbox.mails == []


@pytest.mark.parametrize(
    "address", ["imap://u:keep-this@h", "u:keep-this@h", "smtp://u:keep-this\u2100@h", "smtp://u:keep-this@h:port"]
)
def test_a_connection_that_is_none_is_refused_and_not_told(tmp_path: Path, address: str) -> None:
    found = send(tmp_path, address, PLAIN)
    assert isinstance(found, PermissionError) and "keep-this" not in str(found)


def test_a_server_that_is_not_there_fails_the_task(tmp_path: Path) -> None:
    found = send(tmp_path, "smtp://u:keep-this@127.0.0.1:1", PLAIN)
    assert isinstance(found, RuntimeError) and "keep-this" not in str(found)


def test_a_file_outside_the_workspace_is_not_attached(tmp_path: Path) -> None:
    with Mailbox() as mailbox:
        assert isinstance(send(tmp_path, mailbox.url, f"{PLAIN}, attachments: [../../x]"), PermissionError)
    assert mailbox.mails == []


def test_a_header_that_is_no_name_is_refused() -> None:
    task = f'  - {{id: mail, kind: email, connection: "{{{{ secrets.SMTP }}}}", {PLAIN}, headers: {{"X y": z}}}}'
    found = export(document(task, HEAD))
    assert ("/tasks/0", "`X y` is no name of a header") in [(gap.pointer, gap.message) for gap in found.gaps]
