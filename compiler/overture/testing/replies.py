"""What a scripted server answers: replies, and the routes that lead to them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote

from overture.testing import shapes
from overture.testing.shapes import CaseError
from overture.testing.values import JSON, expand, holds

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What may stand unescaped in a segment of a path (RFC 3986, 3.3: pchar).
_SEGMENT = "~-._!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: the query as pairs in order, the body parsed if it is JSON or a form, else as text,
    None if there is none."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JSON = None
    raw: bytes = b""
    is_scripted: bool = True

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the server.

    `delay_seconds` is waited first (not longer than the server lives). `is_dropped` closes the connection with
    no answer, `is_endless` sends the body over and over. `link_next` becomes a Link header with rel=next that
    leads to this path of the server. Texts may hold `${world}`, the address of the server.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | str = b""
    delay_seconds: float = 0.0
    is_dropped: bool = False
    is_endless: bool = False
    link_next: str | None = None

    @classmethod
    def of_json(cls, value: JSON, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(status, {"Content-Type": "application/json", **(headers or {})}, text)

    @classmethod
    def of_text(cls, text: str, status: int = 200, content_type: str = "text/plain; charset=utf-8") -> Reply:
        return cls(status, {"Content-Type": content_type}, text)

    def at(self, url: str) -> Reply:
        """This reply as the server at `url` sends it."""
        headers = {name: str(expand(value, {"world": url})) for name, value in self.headers.items()}
        if self.link_next is not None:
            headers["Link"] = f'<{url}{expand(self.link_next, {"world": ""})}>; rel="next"'
        body = self.body
        if isinstance(body, str):
            body = body.replace("${world}", url).encode("utf-8", "surrogatepass")
        return replace(self, headers=headers, body=body)


@dataclass(frozen=True, slots=True)
class Route:
    """Requests with this method and path, whose query and body hold at least these, get the replies in order;
    the last one is given again and again."""

    method: str
    path: str
    replies: tuple[Reply, ...]
    query: tuple[tuple[str, str], ...] = ()
    body: JSON = None
    has_body: bool = False

    def fits(self, request: Request) -> bool:
        return (
            self.method == request.method
            and canonical_path(self.path) == canonical_path(request.path)
            and all(pair in request.query for pair in self.query)
            and (not self.has_body or holds(self.body, request.body))
        )

    @property
    def narrowness(self) -> int:
        """Of several routes that fit the narrowest is taken, of equals the first."""
        return len(self.query) + (2 if self.has_body else 0)


def canonical_path(path: str) -> str:
    """One spelling for all ways to escape the same path."""
    return "/".join(quote(unquote(segment), safe=_SEGMENT) for segment in path.split("/"))


def read_target(where: str, text: str) -> tuple[str, str, tuple[tuple[str, str], ...] | None]:
    """Method, path and query of `GET /issues?page=2`; the query is None when there is no `?`."""
    method, _, rest = text.partition(" ")
    path, mark, query = rest.strip().partition("?")
    if method not in METHODS or not path.startswith("/"):
        raise CaseError(where, f"`{text}` is not of the form `GET /path`")
    return method, path, tuple(parse_qsl(query, keep_blank_values=True)) if mark else None


def read_query(where: str, value: JSON) -> tuple[tuple[str, str], ...]:
    """The pairs of an object; a list repeats its key."""
    pairs: list[tuple[str, str]] = []
    for key, item in shapes.read_mapping(where, value).items():
        for one in item if isinstance(item, list) else [item]:
            pairs += shapes.read_texts(where, {key: one}).items()
    return tuple(pairs)


def read_reply(where: str, value: JSON) -> Reply:
    """A reply of a script; a bare number is a status without a body."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Reply(status=value)
    kinds = ("json", "text", "bytes_base64")
    keys = ("status", "headers", *kinds, "delay", "drop", "link_next")
    script = shapes.read_mapping(where, value, keys)
    if sum(kind in script for kind in kinds) > 1:
        raise CaseError(where, f"has more than one of {', '.join(kinds)}")
    reply = Reply()
    if "json" in script:
        reply = Reply.of_json(script["json"])
    elif "text" in script:
        reply = Reply.of_text(shapes.read_text(f"{where}.text", script["text"]))
    elif "bytes_base64" in script:
        reply = Reply(body=_decode(f"{where}.bytes_base64", script["bytes_base64"]))
    headers = dict(reply.headers)
    for name, text in shapes.read_texts(f"{where}.headers", script.get("headers")).items():
        headers = {key: old for key, old in headers.items() if key.lower() != name.lower()} | {name: text}
    return replace(
        reply,
        status=shapes.read_integer(f"{where}.status", script.get("status", 200)),
        headers=headers,
        delay_seconds=shapes.read_seconds(f"{where}.delay", script.get("delay", 0)),
        is_dropped=shapes.read_truth(f"{where}.drop", script.get("drop", False)),
        link_next=shapes.read_optional_text(f"{where}.link_next", script.get("link_next")),
    )


def read_replies(where: str, value: JSON) -> tuple[Reply, ...]:
    """One reply or a list of them, not empty."""
    if not isinstance(value, list):
        return (read_reply(where, value),)
    if not value:
        raise CaseError(where, "has no reply")
    return tuple(read_reply(f"{where}[{at}]", item) for at, item in enumerate(value))


def read_routes(where: str, value: JSON) -> tuple[Route, ...]:
    """Routes as `{"GET /issues?page=2": reply or replies}` or as a list of
    `{method, path, query, body, replies}`."""
    routes = []
    if isinstance(value, list):
        for at, item in enumerate(value):
            here = f"{where}[{at}]"
            script = shapes.read_mapping(here, item, ("method", "path", "query", "body", "replies"))
            if "path" not in script or "replies" not in script:
                raise CaseError(here, "a route needs `path` and `replies`")
            routes.append(
                Route(
                    shapes.read_word(f"{here}.method", script.get("method", "GET"), {name: name for name in METHODS}),
                    shapes.read_text(f"{here}.path", script["path"]),
                    read_replies(f"{here}.replies", script["replies"]),
                    read_query(f"{here}.query", script.get("query")),
                    script.get("body"),
                    "body" in script,
                )
            )
        return tuple(routes)
    for target, replies in shapes.read_mapping(where, value).items():
        here = f"{where}.{target}"
        method, path, query = read_target(here, target)
        routes.append(Route(method, path, read_replies(here, replies), query or ()))
    return tuple(routes)


def choose_route(routes: Sequence[Route], request: Request) -> int | None:
    """The place of the narrowest route that fits, or None."""
    fitting = [at for at, route in enumerate(routes) if route.fits(request)]
    return max(fitting, key=lambda at: (routes[at].narrowness, -at), default=None)


def _decode(where: str, value: JSON) -> bytes:
    try:
        return base64.b64decode(shapes.read_text(where, value), validate=True)
    except binascii.Error:
        raise CaseError(where, "is no base64") from None


__all__ = [
    "METHODS",
    "Reply",
    "Request",
    "Route",
    "canonical_path",
    "choose_route",
    "read_query",
    "read_replies",
    "read_reply",
    "read_routes",
    "read_target",
]
