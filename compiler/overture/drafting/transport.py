"""The way to a model's server: no redirect, a cap on bytes and on the time of a whole answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

MAX_BYTES = 8_000_000
"""An answer of 16,000 tokens has some 100 kB; more than this is no answer."""

CONNECT_SECONDS = 10.0


class TooLarge(httpx2.TransportError):
    """The server sent more than any answer has, or something packed."""


class _Capped(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, max_bytes: int, is_late: Callable[[], bool]) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._is_late = is_late

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        for chunk in self._stream:
            count += len(chunk)
            if count > self._max_bytes:
                raise TooLarge(f"the server sent more than {self._max_bytes:,} bytes")
            if self._is_late():
                raise httpx2.ReadTimeout("the answer did not end in time")
            yield chunk

    def close(self) -> None:
        self._stream.close()


class ModelHttp(httpx2.Client):
    """The client for the model's server. Redirects are not followed: the request, and the key, go where they were sent
    or nowhere. An answer ends after `max_bytes` or `timeout_seconds`: httpx2's own timeout begins anew with each byte
    that drips in. The system's proxies and certificates hold."""

    def __init__(self, timeout_seconds: float, max_bytes: int = MAX_BYTES) -> None:
        timeout = httpx2.Timeout(timeout_seconds, connect=min(CONNECT_SECONDS, timeout_seconds))
        super().__init__(follow_redirects=False, timeout=timeout)
        self._timeout_seconds = timeout_seconds
        self._max_bytes = max_bytes

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        end = time.monotonic() + self._timeout_seconds
        request.headers["accept-encoding"] = "identity"  # so that the cap counts what is held in memory
        response = super().send(request, stream=True, **(options | {"follow_redirects": False}))
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise TooLarge("the server packed its answer, which it was asked not to do")
            inner = response.stream
            assert isinstance(inner, httpx2.SyncByteStream)
            response.stream = _Capped(inner, self._max_bytes, lambda: time.monotonic() > end)
            if not stream:
                response.read()
        except BaseException:
            response.close()
            raise
        return response
