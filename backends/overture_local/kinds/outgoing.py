"""The request that an http task makes, from its fields (language.md 5)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlencode

import httpx2

from overture.expressions.evaluation import render
from overture.expressions.tree import Expr, Literal, ObjectOf, Text, constant, references
from overture.expressions.types import Json
from overture.expressions.values import json_text
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.kinds.files import read_bytes

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
_CREDENTIALS = frozenset(("authorization", "cookie", "proxy-authorization"))
_CONTENT_HEADERS = frozenset(("content-type", "content-length", "content-encoding", "content-language"))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request. `headers` have the names as they were written. `secret_headers`: lower-case names of those that hold
    a credential. `json_body`: the body while it is a JSON object, so that a page's parameter can join it."""

    method: str
    url: httpx2.URL
    headers: Mapping[str, str]
    content: bytes | None = None
    json_body: Json = None
    secret_headers: frozenset[str] = frozenset()
    has_secret_content: bool = False

    def without_content(self) -> Outgoing:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _CONTENT_HEADERS}
        return replace(self, headers=headers, content=None, json_body=None)

    def without_credentials(self) -> Outgoing:
        dropped = _CREDENTIALS | self.secret_headers
        return replace(
            self, headers={name: value for name, value in self.headers.items() if name.lower() not in dropped}
        )

    def with_header(self, name: str, value: str) -> Outgoing:
        return replace(self, headers={**self.headers, name: value})

    def has_header(self, name: str) -> bool:
        return any(key.lower() == name for key in self.headers)

    def with_query(self, name: str, value: str) -> Outgoing:
        """With this parameter, in place of one of the same name."""
        pairs = [(key, item) for key, item in self.url.params.multi_items() if key != name]
        return replace(self, url=_with_pairs(self.url, [*pairs, (name, value)]))

    def with_body_value(self, name: str, value: Json) -> Outgoing:
        """With this key in the JSON body."""
        body = {**(self.json_body if isinstance(self.json_body, dict) else {}), name: value}
        request = replace(self, json_body=body, content=json_text(body).encode("utf-8", "surrogatepass"))
        return request if self.has_header("content-type") else request.with_header("Content-Type", "application/json")


def outgoing(attempt: Attempt) -> Outgoing:
    """The request of an attempt, without what differs by page. Raises TaskFailed."""
    text = attempt.text("url", with_secrets=True).strip()
    _check_path(attempt.task.fields["url"], text)
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise TaskFailed("http", "the url is none") from None
    if attempt.has("query"):
        pairs = [*url.params.multi_items(), *_pairs(attempt.value("query", with_secrets=True))]
        url = _with_pairs(url, pairs)
    headers, secret_headers = _headers(attempt)
    request = Outgoing(attempt.literal("method", "GET"), url, headers, secret_headers=secret_headers)
    return _with_content(attempt, _with_auth(attempt, _with_user(request)))


def idempotent(attempt: Attempt, request: Outgoing, page: int) -> Outgoing:
    """With the key by which the other side knows a repetition: the same for every attempt, also after a crash."""
    if request.method not in ("POST", "PATCH") or request.has_header("idempotency-key"):
        return request
    name = f"{attempt.engine.run} {attempt.key} {page}"
    return request.with_header("Idempotency-Key", hashlib.sha256(name.encode()).hexdigest()[:32])


def _check_path(tree: Expr, text: str) -> None:
    """A whole segment that data makes `.` or `..` would lead to another path than the one that was written."""
    if isinstance(constant(tree), str):
        return
    path = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*", "", text)
    for segment in re.split(r"[?#]", path, maxsplit=1)[0].split("/"):
        if unquote(segment) in (".", ".."):
            raise TaskFailed("refused", "a segment of the url is `.` or `..`")


def _pairs(values: Json) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield name, render(each)


def _with_pairs(url: httpx2.URL, pairs: list[tuple[str, str]]) -> httpx2.URL:
    query = urlencode(pairs, quote_via=quote, errors="surrogatepass")
    return url.copy_with(query=query.encode("ascii") if pairs else None)


def _headers(attempt: Attempt) -> tuple[dict[str, str], frozenset[str]]:
    if not attempt.has("headers"):
        return {}, frozenset()
    headers: dict[str, str] = attempt.value("headers", with_secrets=True)
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise TaskFailed("http", f"`{name}` is no name of a header")
        _check_header(name, value)
    tree = attempt.task.fields["headers"]
    tree = tree.body if isinstance(tree, Text) else tree
    entries = tree.entries if isinstance(tree, ObjectOf) else ()
    secret = {
        key.value.lower()
        for key, value in entries
        if isinstance(key, Literal) and isinstance(key.value, str) and _reads_secret(value)
    }
    masker = attempt.engine.masker
    secret |= {name.lower() for name, value in headers.items() if masker.holds(value)}
    return headers, frozenset(secret)


def _check_header(name: str, value: str) -> None:
    if any((ord(char) < 32 and char != "\t") or ord(char) == 127 for char in value):
        raise TaskFailed("http", f"the header `{name}` holds a line break or another control character")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise TaskFailed("http", f"the header `{name}` holds half a character") from None


def _with_user(request: Outgoing) -> Outgoing:
    """A user in the url (`https://user:password@host/`) is sent as HTTP knows it, not in the url."""
    if not request.url.userinfo:
        return request
    url = request.url.copy_with(username=None, password=None)
    if request.has_header("authorization"):
        return replace(request, url=url)
    pair = f"{request.url.username}:{request.url.password}"
    value = f"Basic {base64.b64encode(pair.encode('utf-8', 'surrogatepass')).decode()}"
    return replace(request, url=url).with_header("Authorization", value)


def _with_auth(attempt: Attempt, request: Outgoing) -> Outgoing:
    auth = attempt.literal("auth")
    if auth is None:
        return request
    if auth["type"] == "bearer":
        value = f"Bearer {attempt.text('auth/token', with_secrets=True)}"
    else:
        user = attempt.text("auth/username", with_secrets=True)
        password = attempt.text("auth/password", with_secrets=True)
        value = f"Basic {base64.b64encode(f'{user}:{password}'.encode('utf-8', 'surrogatepass')).decode()}"
    _check_header("Authorization", value)
    headers = {name: each for name, each in request.headers.items() if name.lower() != "authorization"}
    return replace(request, headers={**headers, "Authorization": value})


def _with_content(attempt: Attempt, request: Outgoing) -> Outgoing:
    json_body: Json = None
    if attempt.has("body"):
        body = attempt.value("body", with_secrets=True)
        if isinstance(body, str):
            content, content_type = body.encode("utf-8", "surrogatepass"), "text/plain; charset=utf-8"
        else:
            content, content_type = json_text(body).encode("utf-8", "surrogatepass"), "application/json"
            json_body = body
    elif attempt.has("form"):
        pairs = list(_pairs(attempt.value("form", with_secrets=True)))
        content = urlencode(pairs, errors="surrogatepass").encode("ascii")
        content_type = "application/x-www-form-urlencoded"
    elif attempt.has("file"):
        content, content_type = read_bytes(attempt, attempt.text("file")), "application/octet-stream"
    else:
        return request
    fields = [attempt.task.fields[name] for name in ("body", "form") if attempt.has(name)]
    request = replace(request, content=content, json_body=json_body, has_secret_content=any(map(_reads_secret, fields)))
    return request if request.has_header("content-type") else request.with_header("Content-Type", content_type)


def _reads_secret(tree: Expr) -> bool:
    return any(ref.root == "secrets" for ref in references(tree))
