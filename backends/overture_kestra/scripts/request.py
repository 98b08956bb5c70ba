"""Sends the HTTP request of request.json and hands its answer to the flow.

Not Kestra's own http.Request: that sends again by itself on 429 and 503, follows https to http, keeps credentials
when it is redirected, checks no schema and reads no pages.
"""

import base64
import hashlib
import ipaddress
import re
import socket
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from step import Failed, parse, read, result, run, say, show  # type: ignore[import-not-found]

MOST_REDIRECTS = 5


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


opener = urllib.request.build_opener(NoRedirect)


def main() -> None:
    asked = read("request.json")
    if asked.get("pages"):
        from pages import joined  # type: ignore[import-not-found]

        body, answer = joined(asked, asked["pages"])
    else:
        answer = send(asked, asked["url"])
        body = answer.read()
    if "returns" in asked:
        from schema import check  # type: ignore[import-not-found]

        say(status=answer.status)
        check(body, asked["returns"])
    outputs: dict[str, Any] = {"status": answer.status, "headers": answer.headers}
    if asked.get("save"):
        outputs["path"] = asked["save"]
        target = Path("saved", asked["save"])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.content)
    if asked.get("reads_body", True):
        outputs["body"] = result(body, asked.get("plain", False))
    say(**outputs)


class Answer:
    def __init__(self, url: str, status: int, headers: Message, content: bytes) -> None:
        self.url = url
        self.status = status
        self.headers: dict[str, str] = {}
        for name, value in headers.items():
            name = name.lower()
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value
        self.content = content

    def read(self) -> Any:
        """The body: parsed where it says that it is JSON (nothing: null), else text."""
        kind = self.headers.get("content-type", "")
        if re.match(r"\s*(application/json|[^;]*\+json)\s*(;|$)", kind, re.IGNORECASE):
            if not self.content.strip():
                return None
            try:
                return parse(self.content.decode("utf-8-sig"))
            except ValueError as error:
                raise Failed("http", f"the answer is broken JSON: {error}") from None
        charset = re.search(r"charset=\"?([\w.:-]+)", kind)
        try:
            return self.content.decode(charset[1] if charset else "utf-8", "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


def send(asked: dict[str, Any], url: str, page: str = "") -> Answer:
    """One request, redirects followed. Raises Failed for a status that is not accepted."""
    method = asked.get("method", "GET")
    headers, data = headers_and_data(asked, page)
    url = with_query(url, asked.get("query") or {})
    first, is_first = url, True
    for _ in range(MOST_REDIRECTS + 1):
        refuse(url, asked, is_first)
        answer = exchange(method, url, headers, data)
        target = answer.headers.get("location")
        if answer.status not in (301, 302, 303, 307, 308) or not target:
            if not is_accepted(answer.status, asked.get("accept", ["200-299"])):
                say(status=answer.status)
                start = answer.content[:300].decode("utf-8", "replace")
                raise Failed("http", f"{method} {shown(url)} answered {answer.status}: {start}".rstrip(": "))
            return answer
        target = urljoin(url, target)
        if url.lower().startswith("https:") and target.lower().startswith("http:"):
            raise Failed("refused", f"{shown(url)} redirects from https to http")
        if answer.status == 303 or (answer.status in (301, 302) and method == "POST"):
            method, data = ("HEAD" if method == "HEAD" else "GET"), None
            headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
        if origin(target) != origin(first):
            headers = {name: value for name, value in headers.items() if name.lower() not in CREDENTIALS}
        url, is_first = target, origin(target) == origin(first)
    raise Failed("http", f"{shown(first)} redirects more than {MOST_REDIRECTS} times")


CREDENTIALS = ("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "private-token")


def exchange(method: str, url: str, headers: dict[str, str], data: bytes | None) -> Answer:
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        reply = opener.open(request)
    except urllib.error.HTTPError as error:
        reply = error  # a status of 300 and more: an answer like any other
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Failed("http", f"{method} {shown(url)}: {reason}") from None
    try:
        with reply:
            return Answer(url, reply.status, reply.headers, reply.read())
    except OSError as error:
        raise Failed("http", f"{method} {shown(url)}: {error}") from None


def headers_and_data(asked: dict[str, Any], page: str) -> tuple[dict[str, str], bytes | None]:
    headers = {"Accept": "*/*", "User-Agent": "kestra"}
    headers |= {name: header(value) for name, value in (asked.get("headers") or {}).items()}
    given = {name.lower() for name in headers}
    data: bytes | None = None
    kind = None
    if "form" in asked:
        data, kind = encoded(asked["form"]).encode(), "application/x-www-form-urlencoded"
    elif "file" in asked:
        data, kind = content_of(asked["file"]), "application/octet-stream"
    elif isinstance(asked.get("body"), str):
        data, kind = asked["body"].encode(), "text/plain; charset=utf-8"
    elif "body" in asked:
        data, kind = show(asked["body"]).encode(), "application/json"
    if kind and "content-type" not in given:
        headers["Content-Type"] = kind
    auth = asked.get("auth")
    if auth and "authorization" not in given:
        if auth["type"] == "bearer":
            headers["Authorization"] = header(f"Bearer {auth['token']}")
        else:
            pair = f"{auth['username']}:{auth['password']}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    if asked.get("method") in ("POST", "PATCH") and "idempotency-key" not in given and asked.get("key"):
        # the same for every attempt of this task in this run, so that the server can tell a repetition
        headers["Idempotency-Key"] = hashlib.sha256(f"{asked['key']}{page}".encode()).hexdigest()[:32]
    return headers, data


def header(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise Failed("refused", "a header's value has a line break")
    return text.encode().decode("latin-1")


def content_of(path: str) -> bytes:
    try:
        return Path(inside(path)).read_bytes()
    except OSError as error:
        raise Failed("error", f"{path}: {error.strerror}") from None


def inside(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise Failed("refused", f"{path} leads out of the workspace")
    return path


def text_of(value: Any) -> str:
    """A value as a text shows it."""
    return value if isinstance(value, str) else "" if value is None else show(value)


def encoded(values: dict[str, Any]) -> str:
    """Parameters: a list repeats its key, null leaves it out."""
    pairs = []
    for name, value in values.items():
        each = value if isinstance(value, list) else [value]
        pairs += [(name, text_of(item)) for item in each if item is not None]
    return urlencode(pairs, quote_via=quote)


def with_query(url: str, query: dict[str, Any]) -> str:
    parts = urlsplit(url.strip())
    more = encoded(query)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    old = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(filter(None, (old, more))), ""))


def origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return (
        parts.scheme.lower(),
        (parts.hostname or "").lower(),
        parts.port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def shown(url: str) -> str:
    """The url without user, password and query, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def refuse(url: str, asked: dict[str, Any], is_first: bool) -> None:
    """Raises Failed for an address that this task may not reach."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise Failed("refused", f"{shown(url)}: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Failed("refused", f"{shown(url)} is no http or https address")
    for segment in parts.path.split("/"):
        if unquote(segment) in (".", ".."):
            raise Failed("refused", f"{shown(url)} holds the segment {segment}")
    patterns = asked.get("hosts")
    if patterns is None:
        if not is_first and is_private(host):
            raise Failed("refused", f"a redirect leads to the private address {host}")
        return
    names = (host, f"{host}:{port}") if port else (host,)
    if host in patterns or names[-1] in patterns:
        return
    fits = any(pattern == "*" or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in patterns)
    if not fits:
        raise Failed("refused", f"{host} is not among the hosts {', '.join(patterns)}")
    if is_private(host):
        raise Failed("refused", f"{host} is a private address")


def is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise Failed("http", f"{host}: {error}") from None
    addresses = {ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found}
    return any(not is_public(address) for address in addresses)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6:
        # an IPv4 address in IPv6 clothes: mapped, 6to4, NAT64, compatible
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and int(address) >> 32 in (0, 0x0064_FF9B << 64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and str(address) not in ("168.63.129.16", "192.0.0.192")


def is_accepted(status: int, accept: list[Any]) -> bool:
    for each in accept:
        low, _, high = str(each).partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False


if __name__ == "__main__":
    run(main)
