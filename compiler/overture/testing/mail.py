"""A mailbox for tests: an SMTP server (RFC 5321, without TLS) that takes every message and delivers none."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self
from urllib.parse import quote

from overture.testing.values import JSON

# RFC 5321, 4.5.3.1.6 asks for 1,000 octets a line; a message of a test is never larger than this.
_LINE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it came. `recipients` are the envelope's; `texts` maps `text`, `html` to their content and
    `attachments` names to bytes."""

    sender: str
    recipients: tuple[str, ...]
    headers: Mapping[str, str]
    texts: Mapping[str, str]
    attachments: Mapping[str, bytes]
    user: str | None = None

    def as_json(self) -> dict[str, JSON]:
        """What a case compares: from, recipients, subject, text, html, attachments (names), other headers."""
        told: dict[str, JSON] = {name: text for name, text in self.headers.items()}
        told["recipients"] = [*sorted(self.recipients)]
        told |= {name: text for name, text in self.texts.items()}
        told["attachments"] = list(self.attachments)
        return told


class Mailbox:
    """Alive inside `with`; `mails` are in order of arrival."""

    def __init__(self) -> None:
        self._mails: list[Mail] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="mailbox", daemon=True
        )

    @property
    def url(self) -> str:
        """`smtp://user:password@127.0.0.1:PORT`; any user and password will do."""
        user = quote("post@example.com", safe="")
        return f"smtp://{user}:letters@127.0.0.1:{self._server.server_address[1]}"

    @property
    def mails(self) -> list[Mail]:
        with self._lock:
            return list(self._mails)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def receive(self, mail: Mail) -> None:
        with self._lock:
            self._mails.append(mail)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        sender, recipients, user = "", list[str](), None
        self._say(220, "mailbox ready")
        while line := self.rfile.readline(_LINE_BYTES).decode("utf-8", "replace").rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    self.wfile.write(b"250-mailbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN\r\n")
                case "HELO" | "NOOP" | "RSET":
                    self._say(250, "fine")
                case "AUTH":
                    user = self._authenticate(rest)
                    self._say(235, "welcome")
                case "MAIL":
                    sender, recipients = _address(rest), []
                    self._say(250, "fine")
                case "RCPT":
                    recipients.append(_address(rest))
                    self._say(250, "fine")
                case "DATA":
                    self._say(354, "go on")
                    raw = self._read_data()
                    self.server.mailbox.receive(_mail(sender, tuple(recipients), raw, user))
                    self._say(250, "taken")
                case "QUIT":
                    self._say(221, "bye")
                    return
                case _:
                    self._say(502, "not known here")

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())

    def _authenticate(self, rest: str) -> str:
        """The user's name; the password is taken and forgotten."""
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            if not initial:
                initial = self._ask("")
            return [*_decode(initial).split("\0"), "", ""][1]
        user = _decode(initial or self._ask("Username:"))
        self._ask("Password:")
        return user

    def _ask(self, prompt: str) -> str:
        self._say(334, base64.b64encode(prompt.encode()).decode())
        return self.rfile.readline(_LINE_BYTES).decode().strip()

    def _read_data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(_LINE_BYTES)) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


def _address(argument: str) -> str:
    return argument.partition("<")[2].partition(">")[0]


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except binascii.Error:
        return ""


def _mail(sender: str, recipients: tuple[str, ...], raw: bytes, user: str | None) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    texts, attachments = {}, {}
    for part in message.walk():
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        name = part.get_filename()
        if name is not None:
            payload = part.get_payload(decode=True)
            attachments[name] = payload if isinstance(payload, bytes) else b""
        elif part.get_content_type() in ("text/plain", "text/html"):
            kind = "text" if part.get_content_type() == "text/plain" else "html"
            texts[kind] = str(part.get_content()).replace("\r\n", "\n")
    headers = {name.lower(): str(value) for name, value in message.items()}
    return Mail(sender, recipients, headers, texts, attachments, user)
