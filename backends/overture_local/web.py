"""One HTTP request, one answer, within bounds. Redirects, pages and what an answer means are the http task's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from overture_local.limits import Limits
from overture_local.transport import AddressRefused, GuardedNetwork, GuardedTransport, MayBePrivate, Resolve

_USER_AGENT = "overture"
# A body below this is no bomb, however well it was packed: short texts of one letter reach any ratio.
_RATIO_FLOOR_BYTES = 64 * 1024


class WebError(Exception):
    """No answer, or one beyond the bounds. The message names no path or query: they may hold secrets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` in the order in which they came, names in lower case; `content` decoded."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    url: httpx2.URL

    def header(self, name: str) -> str | None:
        """The values of a header, joined as HTTP allows."""
        found = [value for key, value in self.headers if key == name]
        return ", ".join(found) if found else None

    def joined_headers(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for name, value in self.headers:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        return joined


class Web:
    """The connections of one process. Holds no cookies, follows no redirect, uses no proxy."""

    def __init__(self, limits: Limits, may_be_private: MayBePrivate, resolve: Resolve) -> None:
        self._limits = limits
        self._network = GuardedNetwork(may_be_private, resolve)
        self._transport: GuardedTransport | None = None
        self._slots = asyncio.Semaphore(limits.sockets)

    async def send(self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes | None) -> Answer:
        """Raises WebError, and AddressRefused for a host that may not be reached."""
        request = httpx2.Request(
            method,
            url,
            headers=[(b"user-agent", _USER_AGENT.encode()), (b"accept-encoding", b"gzip, deflate")]
            + [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()],
            content=content,
        )
        if self._transport is None:  # not before it is needed: reading the certificates takes a while
            tls = httpx2.create_ssl_context()
            self._transport = GuardedTransport(self._network, connections=self._limits.sockets, tls=tls)
        async with self._slots:
            try:
                response = await self._transport.handle_async_request(request)
                try:
                    body = await self._read(response, url)
                finally:
                    await response.aclose()
            except AddressRefused:
                raise
            except (httpx2.HTTPError, OSError) as error:
                raise WebError(f"no answer from `{url.host}`: {error or type(error).__name__}") from None
        found = tuple((name.lower(), value) for name, value in response.headers.multi_items())
        return Answer(response.status_code, found, body, url)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses at which a server that speaks no HTTP may be reached. Raises AddressRefused, OSError,
        UnicodeError."""
        return await self._network.addresses(host, port)

    async def _read(self, response: httpx2.Response, url: httpx2.URL) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self._limits.body_bytes:
                raise WebError(f"the answer of `{url.host}` has more than {self._limits.body_bytes:,} bytes")
            raw = response.num_bytes_downloaded
            if size > _RATIO_FLOOR_BYTES and size > raw * self._limits.gzip_ratio:
                raise WebError(
                    f"the answer of `{url.host}` is packed more than {self._limits.gzip_ratio} times smaller than it is"
                )
            parts.append(part)
        return b"".join(parts)

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()
