"""The world of a test: a local HTTP server that answers by script and records what it is asked."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from overture.testing.models import COMPLETIONS_PATH, Model, ModelCall
from overture.testing.replies import Reply, Request, Route, choose_route
from overture.testing.values import JSON

# An endless body stops when the reader hangs up; that it stops somewhere guards a test whose reader never does.
_ENDLESS_BYTES = 64 * 1024 * 1024


class World:
    """A server on 127.0.0.1 and a free port, alive inside `with`; it serves requests side by side.

    `routes` say what is answered, `model` answers POST /v1/chat/completions. A request that no route fits gets
    404 and stands in `unexpected` as well. `requests` (all but a model's) and `model_calls` are in order of
    arrival and may be read at any time.
    """

    def __init__(self, routes: Sequence[Route] = (), model: Model | None = None) -> None:
        self._routes = tuple(routes)
        self._model = model
        self._used = [0] * len(self._routes)
        self._requests: list[Request] = []
        self._model_calls: list[ModelCall] = []
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="world", daemon=True
        )
        self._is_started = False
        self.closing = threading.Event()

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def model_url(self) -> str:
        """What `OPENAI_BASE_URL` is to be."""
        return f"{self.url}/v1"

    @property
    def requests(self) -> list[Request]:
        with self._lock:
            return list(self._requests)

    @property
    def model_calls(self) -> list[ModelCall]:
        with self._lock:
            return list(self._model_calls)

    @property
    def unexpected(self) -> list[Request]:
        return [request for request in self.requests if not request.is_scripted]

    def start(self) -> Self:
        if not self._is_started:
            self._is_started = True
            self._thread.start()
        return self

    def stop(self) -> None:
        """End the server and all its connections; what it recorded stays."""
        self.closing.set()
        if self._is_started:
            self._server.shutdown()
            self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def receive(self, request: Request) -> Reply:
        """Record `request` and say what it is answered; called by the server's threads."""
        with self._lock:
            if self._model is not None and request.path == COMPLETIONS_PATH and request.method == "POST":
                call = ModelCall.of(request, len(self._model_calls) + 1)
                self._model_calls.append(call)
                return self._model.answer(call).at(self.url)
            at = choose_route(self._routes, request)
            self._requests.append(replace(request, is_scripted=at is not None))
            if at is None:
                return Reply.of_json({"error": f"nothing is scripted for {request}"}, 404)
            replies = self._routes[at].replies
            reply = replies[min(self._used[at], len(replies) - 1)]
            self._used[at] += 1
            return reply.at(self.url)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, world: World) -> None:
        self.world = world
        self._sockets: set[socket.socket] = set()
        self._sockets_lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer looks its own name up in the DNS, which takes seconds where there is none.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._sockets_lock:
            self._sockets.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._sockets_lock:
            self._sockets.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        with self._sockets_lock:
            connections = list(self._sockets)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early (a timeout, say) is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer may wait 40 ms for an acknowledgement
    wbufsize = -1
    server: _Server

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        raw = self._read_body()
        request = Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=_join_headers(self.headers.items()),
            body=_parse(raw, self.headers.get("Content-Type", "")),
            raw=raw,
        )
        reply = self.server.world.receive(request)
        if reply.delay_seconds:
            self.server.world.closing.wait(reply.delay_seconds)
        if reply.is_dropped or self.server.world.closing.is_set():
            self.close_connection = True
            return
        if reply.is_endless:
            self._send_without_end(reply)
            return
        body = reply.body if isinstance(reply.body, bytes) else reply.body.encode()
        self._send_head(reply)
        if reply.status >= 200 and reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in (204, 304):
            self.wfile.write(body)
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def _send_head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            for line in value.split("\n"):  # several headers of one name
                self.send_header(name, line.strip())

    def _send_without_end(self, reply: Reply) -> None:
        piece = (reply.body if isinstance(reply.body, bytes) else reply.body.encode()) or b" "
        self._send_head(reply)
        self.send_header("Connection", "close")
        self.end_headers()
        sent = 0
        while sent < _ENDLESS_BYTES and not self.server.world.closing.is_set():
            self.wfile.write(piece)
            sent += len(piece)
        self.close_connection = True

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            raw = b"".join(self._read_chunks())
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding", "").lower() == "gzip":
            raw = zlib.decompress(raw, wbits=31)
        return raw

    def _read_chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: the world's record is its log."""


def _join_headers(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Lower-case names; repeated ones joined as HTTP allows."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _parse(raw: bytes, content_type: str) -> JSON:
    if not raw:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    text = raw.decode("utf-8", "replace")
    if kind == "application/json" or kind.endswith("+json"):
        with contextlib.suppress(ValueError):
            value: JSON = json.loads(text)
            return value
    if kind == "application/x-www-form-urlencoded":
        return _parse_form(text)
    return text


def _parse_form(text: str) -> JSON:
    """A form as an object, a repeated name as a list: how blanks were escaped is no matter of the workflow's."""
    form: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        form.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else list(values) for name, values in form.items()}
