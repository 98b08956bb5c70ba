"""Sends the HTTP request of request.json and hands its answer to the flow."""

import base64
import hashlib
import http.client
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from hosts import refuse  # type: ignore[import-not-found]
from pages import joined  # type: ignore[import-not-found]
from schema import check  # type: ignore[import-not-found]
from step import Failed, given, parse, read, result, run, say, show  # type: ignore[import-not-found]


def main() -> None:
    read("request.json")
    if "pages" in given:
        body, reply, content = joined(given, send, body_of)
    if "pages" not in given:
        reply, content = send(given)
    say(status=reply.status)
    if "pages" not in given and ("returns" in given or "body_read" in given):
        body = body_of(reply, content)
    if "returns" in given:
        check(body, given["returns"])
    if "save" in given:
        target = Path("saved", given["save"])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        say(path=given["save"])
    if "headers_read" in given:
        names = sorted({name.lower() for name in reply.headers})
        say(headers={name: ", ".join(reply.headers.get_all(name)) for name in names})
    if "body_read" in given:
        say(body=result(body, given["body_read"] == "plain"))


class Redirects(urllib.request.HTTPRedirectHandler, urllib.request.HTTPDefaultErrorHandler):
    """At most five, never from https to http, without credentials to another origin. Any other status is an answer."""

    max_redirections = max_repeats = 5
    http_error_308 = urllib.request.HTTPRedirectHandler.http_error_302

    def http_error_default(self, request: Any, reply: Any, *_: Any) -> Any:
        return reply

    def redirect_request(self, request: Any, reply: Any, code: int, message: str, headers: Any, url: str) -> Any:
        method, data, kept = request.get_method(), request.data, dict(request.headers)
        if code == 303 or (code in (301, 302) and method == "POST"):
            method, data = "HEAD" if method == "HEAD" else "GET", None
            kept = {name: value for name, value in kept.items() if not name.startswith("Content-")}
        again = urllib.request.Request(url, data, kept, method=method)
        if again.type not in ("https", request.type):
            raise Failed("refused", f"{request.host} redirects from {request.type} to {again.type}")
        if "token" in given or "username" in given or "headers" in given:
            for name in CREDENTIALS if (again.type, again.host) != (request.type, request.host) else ():
                again.remove_header(name)
        if "hosts" in given:
            refuse(url, given["hosts"])
        return again


CREDENTIALS = ("Authorization", "Cookie", "Proxy-authorization", "X-api-key", "Api-key", "Private-token")


def send(asked: dict[str, Any], page: str = "") -> tuple[Any, bytes]:
    """One request, redirects followed: what answered, and its bytes. Raises Failed for a status not accepted."""
    parts = urlsplit(asked["url"].strip())
    # without user, password and query, which may be secret
    where = f"{asked['method']} {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    if parts.scheme.lower() not in ("http", "https"):
        raise Failed("refused", f"{where}: this is no http or https address")
    if "from_data" in asked and {".", ".."} & set(map(unquote, parts.path.split("/"))):
        raise Failed("refused", f"{where}: a segment of the path is only dots")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    if "query" in asked or "pages" in asked:
        query = "&".join(filter(None, (query, encoded(asked.get("query", {})))))
    url = parts._replace(path=path, query=query, fragment="").geturl()
    if "hosts" in asked:
        refuse(url, asked["hosts"])
    headers, data = {"Accept": "*/*", "User-Agent": "kestra"}, None
    if "json" in asked:
        data, headers["Content-Type"] = show(asked["json"]).encode(), "application/json"
    if "text" in asked:
        data, headers["Content-Type"] = asked["text"].encode(), "text/plain; charset=utf-8"
    if "body" in asked:
        is_text = isinstance(asked["body"], str)
        data = (asked["body"] if is_text else show(asked["body"])).encode()
        headers["Content-Type"] = "text/plain; charset=utf-8" if is_text else "application/json"
    if "form" in asked:
        data, headers["Content-Type"] = encoded(asked["form"]).encode(), "application/x-www-form-urlencoded"
    if "file" in asked:
        data, headers["Content-Type"] = content_of(asked["file"]), "application/octet-stream"
    if "token" in asked:
        headers["Authorization"] = "Bearer " + header(asked["token"])
    if "username" in asked:
        pair = f"{asked['username']}:{asked['password']}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    if "key" in asked:
        # the same for every attempt of this task in this run, so that the server can tell a repetition
        headers["Idempotency-Key"] = hashlib.sha256(f"{asked['key']}{page}".encode()).hexdigest()[:32]
    if "headers" in asked:
        headers |= {name.title(): header(value) for name, value in asked["headers"].items()}
    try:
        request = urllib.request.Request(url, data, headers, method=asked["method"])
        with urllib.request.build_opener(Redirects).open(request) as reply:
            content = reply.read()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Failed("http", f"{where}: {getattr(error, 'reason', error)}") from None
    if not any(low <= reply.status <= high for low, high in asked.get("accept", [[200, 299]])):
        say(status=reply.status)
        start = content[:300].decode("utf-8", "replace")
        raise Failed("http", f"{where} answered {reply.status}: {start}".rstrip(": "))
    return reply, content


def header(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise Failed("refused", "a header's value has a line break")
    return text.encode().decode("latin-1")


def content_of(path: str) -> bytes:
    if path.startswith("/") or ".." in path.split("/"):
        raise Failed("refused", f"{path} leads out of the workspace")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Failed("error", f"{path}: {error.strerror}") from None


def body_of(reply: Any, content: bytes) -> Any:
    """The body of an answer: parsed where it says that it is JSON (nothing: null), else text."""
    kind = reply.headers.get_content_type()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return parse(content.decode("utf-8-sig")) if content.strip() else None
        except ValueError as error:
            raise Failed("http", f"the answer is broken JSON: {error}") from None
    try:
        return content.decode(reply.headers.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def encoded(values: dict[str, Any]) -> str:
    """Parameters: a list repeats its key, null leaves it out."""
    pairs = []
    for name, value in values.items():
        each = value if isinstance(value, list) else [value]
        pairs += [(name, item if isinstance(item, str) else show(item)) for item in each if item is not None]
    return urlencode(pairs, quote_via=quote)


if __name__ == "__main__":
    run(main)
