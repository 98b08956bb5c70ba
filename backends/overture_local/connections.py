"""The url that an sql or email task connects to: one secret, whose host may be reached as a host of the plan is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.secrecy import MASK
from overture_local.transport import AddressRefused


@dataclass(frozen=True, slots=True)
class Connection:
    """`scheme` in lower case, `path` with its first slash and escaped, `host` '' for none; `user`, `password`
    unescaped."""

    url: str
    scheme: str
    host: str
    port: int | None
    path: str
    user: str
    password: str

    def told(self, error: object) -> str:
        """What went wrong, in a line, without what the connection keeps to itself: the masks of a run know the whole
        url only."""
        text = " ".join(str(error).split())
        for secret in self._secrets():
            text = text.replace(secret, MASK)
        return text

    def _secrets(self) -> Iterator[str]:
        raw = urlsplit(self.url).password or ""
        yield self.url
        for each in (raw, self.password):
            if each:
                yield each


def connection_of(attempt: Attempt) -> Connection:
    """The connection of a task. Raises TaskFailed, type refused, for what is no url; nothing of it is told."""
    url = attempt.text("connection", with_secrets=True).strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise TaskFailed("refused", "the connection is no url") from None
    if not parts.scheme:
        raise TaskFailed("refused", "the connection is no url")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Connection(url, parts.scheme.lower(), host, port, parts.path, user, password)


async def reachable(attempt: Attempt, host: str, port: int) -> list[str]:
    """The addresses of a server, each one that this run may reach. Raises TaskFailed."""
    engine = attempt.engine
    engine.gate.check_server(host, port)
    try:
        return await engine.surroundings.web.addresses(host, port)
    except AddressRefused as refused:
        help = f"`--allow-host {refused.place}` allows it" if refused.place else None
        raise TaskFailed("refused", str(refused), help=help, is_final=True) from None
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that no name can have
        reason = getattr(error, "strerror", None) or error
        raise TaskFailed("error", f"`{host}` cannot be resolved: {reason}") from None
