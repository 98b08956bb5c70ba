"""Writes a table and mails it.

Environment: SMTP_URL.
Run: python letters.py
"""

import asyncio
import csv
import io
import json
import mimetypes
import os
import re
import smtplib
import ssl
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, getaddresses
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from prefect import flow, task
from prefect.runtime import task_run

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(.+)")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
TO_DEFAULT: list[str] = ["team@example.com"]
TO_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "format": "email"},
}


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


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


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def an_object(value: Any) -> dict[str, Any]:
    """An object; anything else is refused."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {kind_of(value)}")
    return value


def csv_text(rows: list[Any]) -> str:
    """Objects as CSV, the header from the first row's keys; no rows give no text."""
    if not a_list(rows):
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    header = list(an_object(rows[0]))
    writer.writerow(header)
    for number, row in enumerate(rows):
        if not an_object(row).keys() <= set(header):
            raise ValueError(f"row {number} has a key that row 0 lacks")
        writer.writerow([as_text(row.get(key)) for key in header])
    return out.getvalue()


def _is_hostname(text: str) -> bool:
    return len(text) <= 253 and all(
        _LABEL.fullmatch(label) for label in text.split(".")
    )


def _is_email(text: str) -> bool:
    match = _EMAIL.fullmatch(text)
    local = text.rpartition("@")[0]
    if match is None or ".." in local or local.startswith(".") or local.endswith("."):
        return False
    return _is_hostname(match[1])


def format_checker() -> FormatChecker:
    """The formats of texts that are checked."""
    checker = FormatChecker(formats=())
    checks: dict[str, Any] = {
        "email": _is_email,
    }
    for name, has_format in checks.items():
        checker.checks(name)(
            lambda value, test=has_format: not isinstance(value, str) or test(value)
        )
    return checker


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema, format_checker=format_checker()).validate(value)
    return value


async def send_mail(
    url: str,
    *,
    sender: str,
    to: Any,
    subject: str,
    cc: Any = None,
    bcc: Any = None,
    reply_to: str | None = None,
    text: str | None = None,
    html: str | None = None,
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
        if copied := addresses(cc):
            mail["Cc"] = ", ".join(copied)
            recipients += copied
        recipients += addresses(bcc)
        if reply_to:
            mail["Reply-To"] = reply_to
        mail["Subject"] = subject
        mail["Date"] = formatdate()
        # the same for every attempt: who gets it twice knows it as one
        mail["Message-ID"] = f"<{task_run.id}@{author.domain or 'localhost'}>"
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        del mail["Bcc"]
        write_content(mail, text, html)
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


def write_content(mail: EmailMessage, text: str | None, html: str | None) -> None:
    """Write a mail's text, its HTML, or both as alternatives."""
    if text is not None:
        mail.set_content(text)
        if html is not None:
            mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html or "", subtype="html")


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


def write_whole(path: str, content: bytes) -> str:
    """Write a file as a whole or not at all, with the folders it needs; its path."""
    target = place(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return path


@task
async def table() -> str:
    return write_whole("table.csv", csv_text([{"name": "Zoë", "points": 3}]).encode())


@task(name="send")
async def send_(to: list[str], table_path: str) -> None:
    await send_mail(
        os.environ["SMTP_URL"],
        sender="reports@example.com",
        to=to,
        cc="lead@example.com",
        bcc=["archive@example.com"],
        reply_to="help@example.com",
        subject="Points of Zoë",
        text="See the table.\n",
        html="<p>See the table.</p>",
        headers={"X-Report": "points"},
        attachments=[table_path],
    )


@flow(name="letters")
async def letters(to: list[str] = TO_DEFAULT) -> None:
    """Writes a table and mails it."""
    fitting(to, TO_SCHEMA)
    table_path = await table()
    await send_(to, table_path)


if __name__ == "__main__":
    asyncio.run(letters())
