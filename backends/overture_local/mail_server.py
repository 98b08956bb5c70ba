"""A mail on its way to a server, by smtplib: on a thread, to an address that was checked, and cut off with its task."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from overture_local.connections import Connection

DEFAULT_PORTS = {"smtps": 465, "smtp": 25}
_SILENCE_SECONDS = 60.0  # of a server, whatever the task's timeout: none is the default


class MailFailed(Exception):
    """A mail that was not taken, or not for all. The message holds nothing that the connection keeps to itself."""


async def send_mail(
    connection: Connection, addresses: Sequence[str], message: EmailMessage, recipients: Sequence[str]
) -> None:
    """Hand a mail to the server at one of its addresses. Raises MailFailed.

    `smtps` speaks TLS from the first byte; `smtp` as soon as the server offers it. Cancelled, it hangs up."""
    line = _Line()
    letter = _Letter(connection, tuple(addresses), message, tuple(recipients))
    work = asyncio.get_running_loop().run_in_executor(None, _send, letter, line)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        line.cut()
        with contextlib.suppress(MailFailed):
            await work
        raise


@dataclass(frozen=True, slots=True)
class _Letter:
    connection: Connection
    addresses: tuple[str, ...]
    message: EmailMessage
    recipients: tuple[str, ...]


def _send(letter: _Letter, line: _Line) -> None:
    connection = letter.connection
    port = connection.port or DEFAULT_PORTS[connection.scheme]
    server = _Server(connection, letter.addresses, line)
    try:
        code, reply = server.connect(connection.host, port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, reply)
        server.ehlo_or_helo_if_needed()
        if connection.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if connection.user:
            server.login(connection.user, connection.password)
        refused = _hand_in(server, letter)
    except smtplib.SMTPRecipientsRefused as error:
        raise MailFailed(connection.told(_told_refused(error.recipients))) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an address that no server takes
        raise MailFailed(connection.told(f"the mail was not sent: {error or type(error).__name__}")) from None
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):  # what was taken is taken, however it says goodbye
            server.quit()
        server.close()
        line.close()
    if refused:
        raise MailFailed(connection.told(_told_refused(refused)))


def _hand_in(server: smtplib.SMTP, letter: _Letter) -> dict[str, tuple[int, bytes]]:
    """Not by `send_message`, which writes `>From` where a line begins with `From`. Who was refused, if not all were."""
    sender = letter.message["From"].addresses[0].addr_spec
    options: tuple[str, ...] = ()
    form = SMTP
    if not all(address.isascii() for address in (sender, *letter.recipients)):
        if not server.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("the server takes no addresses beyond ASCII")
        form, options = SMTPUTF8, ("SMTPUTF8", "BODY=8BITMIME")
    return server.sendmail(sender, letter.recipients, letter.message.as_bytes(policy=form), options)


def _told_refused(recipients: dict[str, tuple[int, bytes]]) -> str:
    (name, (code, reason)) = next(iter(recipients.items()))
    more = f" (and {len(recipients) - 1} more)" if len(recipients) > 1 else ""
    return f"the mail was not taken for `{name}`{more}: {code} {reason.decode('utf-8', 'replace')}"


class _Line:
    """A second handle on the socket of a mail, by which another thread may cut it, also behind TLS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._is_cut = False

    def hold(self, held: socket.socket) -> None:
        """Raises ConnectionAbortedError when it was cut before."""
        self.close()
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError("the task was cut off")
            self._handle = held.dup()

    def cut(self) -> None:
        with self._lock:
            self._is_cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None


class _Server(smtplib.SMTP):
    """smtplib's client on a socket that leads to an address of ours; certificates are held to the name."""

    def __init__(self, connection: Connection, addresses: Sequence[str], line: _Line) -> None:
        # without a name of our own smtplib asks the DNS for one, which takes seconds where there is none
        name = socket.gethostname()
        super().__init__(local_hostname=name if "." in name else "[127.0.0.1]", timeout=_SILENCE_SECONDS)
        self._host = connection.host  # what the certificate after STARTTLS is held to
        self._addresses = addresses
        self._line = line
        self._is_encrypted = connection.scheme == "smtps"

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        failure = OSError(f"`{host}` has no address")
        for address in self._addresses:
            plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            try:
                self._line.hold(plain)
                plain.settimeout(timeout)
                plain.connect((address, port))
                if self._is_encrypted:
                    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
                return plain
            except OSError as error:  # also of a certificate that does not fit
                plain.close()
                failure = error
        raise failure
