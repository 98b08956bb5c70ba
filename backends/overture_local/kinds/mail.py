"""`email`: a mail with its texts, headers and files of the workspace (language.md 5)."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from pathlib import PurePosixPath

from overture.expressions.types import Json
from overture_local.attempt import Attempt
from overture_local.connections import connection_of, reachable
from overture_local.failures import TaskFailed
from overture_local.kinds.files import read_bytes
from overture_local.mail_server import DEFAULT_PORTS, MailFailed, send_mail

_NAME = re.compile(r"[!-9;-~]+")  # of a header: RFC 5322, 3.6.8
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


async def run_email(attempt: Attempt) -> Mapping[str, Json]:
    connection = connection_of(attempt)
    if connection.scheme not in DEFAULT_PORTS or not connection.host:
        raise TaskFailed("refused", "the connection is no url of a mail server: `smtps://user:password@host`")
    recipients = [address for name in ("to", "cc", "bcc") for address in _addresses(attempt, name)]
    if not recipients:
        raise TaskFailed("refused", "the mail has no recipient")
    try:
        message = _written(attempt)
    except (ValueError, LookupError) as error:  # a line break in a header, half a character
        raise TaskFailed("refused", f"the mail cannot be written: {error}") from None
    addresses = await reachable(attempt, connection.host, connection.port or DEFAULT_PORTS[connection.scheme])
    try:
        await send_mail(connection, addresses, message, recipients)
    except MailFailed as failed:
        raise TaskFailed("error", str(failed)) from None
    return {}


def _written(attempt: Attempt) -> EmailMessage:
    """Raises ValueError for what no mail can hold, TaskFailed for a file that cannot be attached."""
    message = EmailMessage()
    sender = attempt.text("from")
    message["From"] = sender
    for name, header in (("to", "To"), ("cc", "Cc")):
        if found := _addresses(attempt, name):
            message[header] = ", ".join(found)
    if reply_to := attempt.optional_text("reply_to"):
        message["Reply-To"] = reply_to
    message["Subject"] = attempt.text("subject")
    message["Date"] = format_datetime(attempt.engine.clock.now())
    message["Message-ID"] = _message_id(attempt, sender)
    headers: Mapping[str, str] = attempt.value("headers") if attempt.has("headers") else {}
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"`{name}` is no name of a header")
        del message[name]
        message[name] = value
    if not getattr(message["From"], "addresses", ()):
        raise ValueError("`from` is no address")
    del message["Bcc"]
    _write_texts(message, attempt.optional_text("text"), attempt.optional_text("html"))
    for path in _paths(attempt):
        _attach(message, PurePosixPath(path).name, read_bytes(attempt, path))
    return message


def _write_texts(message: EmailMessage, text: str | None, html: str | None) -> None:
    if html is None:
        message.set_content(text or "")
    elif text is None:
        message.set_content(html, subtype="html")
    else:
        message.set_content(text)
        message.add_alternative(html, subtype="html")


def _attach(message: EmailMessage, name: str, content: bytes) -> None:
    if _CONTROL.search(name):
        raise ValueError("the name of a file holds a line break or another control character")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    main_kind, _, sub_kind = kind.partition("/")
    message.add_attachment(content, main_kind, sub_kind, filename=name)


def _addresses(attempt: Attempt, name: str) -> list[str]:
    """Recipients: a list, or a text with commas between them. Raises TaskFailed."""
    value = attempt.value(name) if attempt.has(name) else None
    texts = [] if value is None else value if isinstance(value, list) else [value]
    for text in texts:
        if not isinstance(text, str) or _CONTROL.search(text):
            raise TaskFailed("refused", f"a recipient of `{name}` is no address")
    return [address for _, address in getaddresses(texts) if address]


def _paths(attempt: Attempt) -> list[str]:
    value = attempt.value("attachments") if attempt.has("attachments") else None
    paths = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(path, str) for path in paths):
        raise TaskFailed("expression", "a path of `attachments` is no text")
    return paths


def _message_id(attempt: Attempt, sender: str) -> str:
    """The same for every attempt, also after a crash: a mail that was sent twice is known as one."""
    name = hashlib.sha256(f"{attempt.engine.run} {attempt.key}".encode()).hexdigest()[:32]
    (_, address), *_ = getaddresses([sender]) or [("", "")]
    domain = address.rpartition("@")[2]
    return f"<{name}@{domain if domain.isascii() and domain else 'overture.invalid'}>"
