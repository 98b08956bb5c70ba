"""The workflow broken_headers.

Environment: SMTP_URL.
Run: python broken_headers.py '{"name": ...}'
"""

import asyncio
import json
import os
import re
import smtplib
import ssl
import sys
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, getaddresses
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from prefect import flow, task
from prefect.runtime import task_run


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong, as data."""
    return {"type": failure_type(error)}


async def send_mail(
    url: str,
    *,
    sender: str,
    to: Any,
    subject: str,
    text: str | None = None,
    html: str | None = None,
    headers: Mapping[str, str] | None = None,
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
        write_content(mail, text, html)
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


def write_content(mail: EmailMessage, text: str | None, html: str | None) -> None:
    """Write a mail's text, its HTML, or both as alternatives."""
    if text is not None:
        mail.set_content(text)
        if html is not None:
            mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html or "", subtype="html")


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


def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {
        TimeoutError: "timeout",
        PermissionError: "refused",
        (LookupError, TypeError, ValueError, ArithmeticError): "expression",
    }
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")


@task
async def by_subject(subject: str) -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="me@example.com",
        to="ann@example.com",
        subject=subject,
        text="hi",
    )


@task
async def by_header(subject: str) -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="me@example.com",
        to="ann@example.com",
        subject="hi",
        text="hi",
        headers={"X-Who": subject},
    )


@task
async def by_recipient(who: str) -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="me@example.com",
        to=[who],
        subject="hi",
        text="hi",
    )


@task
async def to_nobody() -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="me@example.com",
        to=[],
        subject="hi",
        html="<p>hi</p>",
    )


@flow(name="broken_headers")
async def broken_headers(subject: str, who: str) -> dict[str, Any]:
    by_subject_error = by_header_error = by_recipient_error = None
    to_nobody_error = None
    try:
        await by_subject(subject)
    except Exception as error:
        by_subject_error = failure(error)
    try:
        await by_header(subject)
    except Exception as error:
        by_header_error = failure(error)
    try:
        await by_recipient(who)
    except Exception as error:
        by_recipient_error = failure(error)
    try:
        await to_nobody()
    except Exception as error:
        to_nobody_error = failure(error)
    return {
        "subject": dig(by_subject_error, "type", default="none"),
        "header": dig(by_header_error, "type", default="none"),
        "recipient": dig(by_recipient_error, "type", default="none"),
        "nobody": dig(to_nobody_error, "type", default="none"),
    }


if __name__ == "__main__":
    asyncio.run(broken_headers(**json.loads(sys.argv[1])))
