"""The workflow kept_mail.

Environment: SMTP_URL.
Run: python kept_mail.py '{"name": ...}'
"""

import asyncio
import json
import mimetypes
import os
import re
import smtplib
import ssl
import sys
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, getaddresses
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from prefect import flow, task
from prefect.runtime import task_run


async def send_mail(
    url: str,
    *,
    sender: str,
    to: Any,
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    attachments: Sequence[str] | None = None,
) -> None:
    """Send a mail over the server that the url names."""
    mail = EmailMessage()
    recipients = addresses(to)
    try:
        mail["From"] = sender
        if not mail["From"].addresses:
            raise ValueError("the sender is no address")
        author = mail["From"].addresses[0]
        if recipients:
            mail["To"] = ", ".join(recipients)
        mail["Subject"] = subject
        mail["Date"] = formatdate()
        # the same for every attempt: who gets it twice knows it as one
        mail["Message-ID"] = f"<{task_run.id}@{author.domain or 'localhost'}>"
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        del mail["Bcc"]
        mail.set_content(text)
        for path in attachments or []:
            attach(mail, path)
    except ValueError as error:  # such as a header of two lines
        raise PermissionError(f"the mail cannot be written: {error}") from None
    if not recipients:
        raise PermissionError("the mail has no recipient")
    try:
        server = urlsplit(url.strip())
        port = server.port or (465 if server.scheme == "smtps" else 25)
    except ValueError:  # it quotes the url, and so the password
        raise PermissionError("the connection is no url") from None
    if server.scheme not in ("smtp", "smtps"):
        raise PermissionError("the connection is no smtp or smtps url")
    try:
        refused = await asyncio.to_thread(
            deliver, server, port, author.addr_spec, recipients, mail
        )
    except (OSError, smtplib.SMTPException) as error:
        raise RuntimeError(f"the mail was not sent: {error}") from None
    if refused:
        raise RuntimeError(f"the mail was not taken for {', '.join(refused)}")


def addresses(value: Any) -> list[str]:
    """Recipients: a list, or a text with commas between them."""
    texts = value if isinstance(value, list) else [] if value is None else [value]
    for text in texts:
        if not isinstance(text, str) or re.search(r"[\x00-\x1f\x7f]", text):
            raise PermissionError("a recipient is no address")
    return [address for _, address in getaddresses(texts) if address]


def attach(mail: EmailMessage, path: str) -> None:
    """Attach a file of the working folder."""
    name = Path(path).name
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise ValueError("the name of a file has a line break")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    mail.add_attachment(place(path).read_bytes(), main, sub, filename=name)


def deliver(
    server: SplitResult,
    port: int,
    author: str,
    recipients: Sequence[str],
    mail: EmailMessage,
) -> Iterable[str]:
    """Hand a mail to a server; those of its recipients that the server refuses."""
    is_plain = all(address.isascii() for address in (author, *recipients))
    # not `send_message`, which makes `>From` of a line that begins with `From`
    raw = mail.as_bytes(policy=SMTP if is_plain else SMTPUTF8)
    options = () if is_plain else ("SMTPUTF8", "BODY=8BITMIME")
    context = ssl.create_default_context()
    host = server.hostname or ""
    if server.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=60, context=context)
    else:
        client = smtplib.SMTP(host, port, timeout=60)
    with client:
        client.ehlo()
        if server.scheme == "smtp" and client.has_extn("starttls"):
            client.starttls(context=context)
        if server.username:
            client.login(unquote(server.username), unquote(server.password or ""))
        return client.sendmail(author, recipients, raw, options)


def place(path: str) -> Path:
    """A path in the working folder; none that leads out of it."""
    folder = Path.cwd().resolve()
    real = (folder / path).resolve()
    if not path or path.startswith("~") or not real.is_relative_to(folder):
        raise PermissionError(f"{path} leads out of the working folder")
    return real


@task(name="send")
async def send_(subject: str, text: str) -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="Reports <reports@example.com>",
        to="Ann <ann@example.com>, ben@example.com",
        subject=subject,
        text=text,
        headers={"X-About": "{{ it }} ✓"},
        attachments=["in/data.bin", "in/täble.csv"],
    )


@flow(name="kept_mail")
async def kept_mail(subject: str, text: str) -> None:
    await send_(subject, text)


if __name__ == "__main__":
    asyncio.run(kept_mail(**json.loads(sys.argv[1])))
