"""The way to the network: resolve a name once, check every address it has, connect to one that was checked.

The connection pool asks its network backend for a connection to a host name; ours looks the name up, refuses it when
one of its addresses is not public, and connects to the address itself. TLS, SNI and the Host header keep the name, and
nothing looks the name up a second time, so a name that changes its address in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2
import httpx2

from overture_local.addresses import is_public, read_address

Resolve = Callable[[str, int], Awaitable[list[str]]]
MayBePrivate = Callable[[str, int], bool]


class AddressRefused(Exception):
    """A host with an address that may not be reached. `place`: the host and port, as `--allow-host` takes them."""

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(message)
        self.place = place


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system resolves it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to public addresses only, but for hosts that `may_be_private` names (by host and port)."""

    def __init__(self, may_be_private: MayBePrivate, resolve: Resolve = resolve) -> None:
        self._may_be_private = may_be_private
        self._resolve = resolve
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the signature is the pool's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            addresses = await self.addresses(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that no name can have
            reason = getattr(error, "strerror", None) or error
            raise httpcore2.ConnectError(f"`{host}` cannot be resolved: {reason}") from None
        failure: Exception = httpcore2.ConnectError(f"`{host}` has no address")
        for text in addresses:
            try:
                return await self._network.connect_tcp(text, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of which may be reached. Raises AddressRefused, OSError, UnicodeError."""
        addresses = await self._resolve(host, port)
        if not self._may_be_private(host, port):
            for text in addresses:
                if not is_public(read_address(text)):
                    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                    raise AddressRefused(f"`{host}` has the address {text}, which is not public", place)
        return addresses

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("sockets of this machine are not reached")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedTransport(httpx2.AsyncBaseTransport):
    """httpx2's transport over a connection pool with a network of ours. No proxy is used: behind one, addresses would
    be looked up where nobody checks them."""

    def __init__(self, network: httpcore2.AsyncNetworkBackend, *, connections: int, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=30.0,
            network_backend=network,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        sent = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _translated():
            response = await self._pool.handle_async_request(sent)
        assert isinstance(response.stream, AsyncIterable)
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        if hasattr(self._stream, "aclose"):
            await self._stream.aclose()


@contextmanager
def _translated() -> Iterator[None]:
    """What goes wrong below, as httpx2's users know it."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise httpx2.TimeoutException(str(error)) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise httpx2.TransportError(str(error)) from error
