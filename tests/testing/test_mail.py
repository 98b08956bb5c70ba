"""The mailbox."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from overture.testing import Mailbox, Observed, differences, load_case


def send(mailbox: Mailbox, message: EmailMessage) -> None:
    url = urlsplit(mailbox.url)
    with smtplib.SMTP(url.hostname or "", url.port or 0, timeout=5) as client:
        client.login(unquote(url.username or ""), url.password or "")
        client.send_message(message)


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com, c@example.com", "Grüße"
    message["Bcc"] = "d@example.com"
    message.set_content("line\n.dot\n")
    message.add_alternative("<p>line</p>", subtype="html")
    message.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="a.bin")
    return message


def test_a_message_is_kept_as_it_came() -> None:
    with Mailbox() as mailbox:
        send(mailbox, letter())
    (mail,) = mailbox.mails
    assert mail.user == "post@example.com"
    assert mail.recipients == ("b@example.com", "c@example.com", "d@example.com")
    assert mail.headers["subject"] == "Grüße"
    assert mail.texts == {"text": "line\n.dot\n", "html": "<p>line</p>\n"}
    assert mail.attachments == {"a.bin": b"\x00\x01"}
    assert "bcc" not in mail.headers


def test_mails_are_held_to_the_case(tmp_path: Path) -> None:
    (tmp_path / "a.flow.yaml").write_text("overture: 1")
    (tmp_path / "case.yaml").write_text(
        "about: x\nsecrets: {M: '${mail}'}\nexpect: {mails: [{subject: Grüße, attachments: [a.bin]}]}"
    )
    case = load_case(tmp_path)
    assert case.has_mail
    with Mailbox() as mailbox:
        placed = case.placed("http://w", mail_url=mailbox.url)
        assert placed.secrets == {"M": mailbox.url}
        assert differences(placed, Observed("succeeded")) == ["mails: expected 1, got 0"]
        send(mailbox, letter())
    assert differences(placed, Observed("succeeded", mails=mailbox.mails)) == []
    other = load_case(tmp_path)
    other.expect.mails[0] = {"subject": "Hi", "cc": "x"}
    assert differences(other, Observed("succeeded", mails=mailbox.mails)) == [
        'mails[0].subject: expected "Hi", got "Grüße"',
        'mails[0].cc: expected "x", but it is missing',
    ]
