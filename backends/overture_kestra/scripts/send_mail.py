"""Sends the mail of mail.json over the server that its connection names: smtps://user:password@host, or smtp://."""

import mimetypes
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, getaddresses, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from step import Failed, read, run  # type: ignore[import-not-found]

SECONDS = 60


def main() -> None:
    mail = read("mail.json")
    try:
        message = written(mail)
    except ValueError as error:
        raise Failed("refused", str(error)) from None
    except OSError as error:
        raise Failed("error", f"a file cannot be attached: {error}") from None
    recipients = [address for name in ("to", "cc", "bcc") for address in addresses(mail.get(name))]
    if not recipients:
        raise Failed("refused", "the mail has no recipient")
    try:
        with connected(mail["connection"]) as server:
            # not by `send_message`, which writes `>From` where a line begins with `From`
            sender = message["From"].addresses[0].addr_spec
            is_plain = all(address.isascii() for address in (sender, *recipients))
            options = [] if is_plain else ["SMTPUTF8", "BODY=8BITMIME"]
            raw = message.as_bytes(policy=SMTP if is_plain else SMTPUTF8)
            refused = server.sendmail(sender, recipients, raw, options)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Failed("error", f"the mail was not sent: {error}") from None
    if refused:
        raise Failed("error", f"the mail was not taken for {', '.join(refused)}")


def written(mail: dict[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = mail["from"]
    for name, header in (("to", "To"), ("cc", "Cc")):
        if found := addresses(mail.get(name)):
            message[header] = ", ".join(found)
    if mail.get("reply_to"):
        message["Reply-To"] = mail["reply_to"]
    message["Subject"] = mail["subject"]
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid()
    for name, value in (mail.get("headers") or {}).items():
        del message[name]
        message[name] = value
    if not message["From"].addresses:
        raise ValueError("the sender is no address")
    del message["Bcc"]
    if "text" in mail or "html" not in mail:
        message.set_content(mail.get("text", ""))
    if "html" in mail:
        if "text" in mail:
            message.add_alternative(mail["html"], subtype="html")
        else:
            message.set_content(mail["html"], subtype="html")
    attached = mail.get("attachments") or []
    for path in [attached] if isinstance(attached, str) else attached:
        if path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"{path} leads out of the workspace")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        main_kind, _, sub_kind = kind.partition("/")
        message.add_attachment(Path(path).read_bytes(), main_kind, sub_kind, filename=Path(path).name)
    return message


def addresses(value: Any) -> list[str]:
    """Recipients: a list, or a text with commas between them."""
    texts = [] if value is None else [value] if isinstance(value, str) else list(value)
    for text in texts:
        if not isinstance(text, str) or "\n" in text or "\r" in text:
            raise Failed("refused", "a recipient is no address")
    return [address for _, address in getaddresses(texts) if address]


def connected(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host = parts.hostname or ""
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=ssl.create_default_context())
    elif parts.scheme == "smtp":
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    else:
        raise Failed("refused", "the connection is no smtp or smtps address")
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


if __name__ == "__main__":
    run(main)
