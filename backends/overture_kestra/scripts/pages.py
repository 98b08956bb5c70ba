"""Reads a list that comes in pages: by the Link header, by a cursor, by a page's number or by an offset."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from request import Answer, origin, send, shown  # type: ignore[import-not-found]
from step import Failed  # type: ignore[import-not-found]


def joined(asked: dict[str, Any], pages: dict[str, Any]) -> tuple[list[Any], Answer]:
    """All items of all pages, and the last page."""
    items: list[Any] = []
    for number, (url, query, body) in enumerate(requests(asked, pages)):
        if number >= pages.get("limit", 1000):
            raise Failed("http", f"there are more than {pages.get('limit', 1000)} pages")
        one = {**asked, "query": query}
        if body is not None:
            one["body"] = body
        answer = send(one, url, f"/page {number}")
        content = answer.read()
        found = at_path(content, pages.get("items"))
        if not isinstance(found, list):
            raise Failed(
                "returns", f"page {number + 1} has no list" + (f" at {pages['items']}" if pages.get("items") else "")
            )
        items += found
        progress.append((answer, content, len(found)))
    return items, progress[-1][0]


# what the last page was: its answer, its body, its number of items
progress: list[tuple[Answer, Any, int]] = []


def requests(asked: dict[str, Any], pages: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Url, query and body of each page, as the page before it says."""
    url, query, body = asked["url"], asked.get("query") or {}, asked.get("body")
    style, param, size = pages["style"], pages.get("param"), pages.get("size")
    in_body = pages.get("in", "query") == "body"

    def with_param(value: Any) -> tuple[str, dict[str, Any], Any]:
        if in_body:
            return url, query, {**(body or {}), param: value}
        return url, {**query, param: value}, body

    if style == "link":
        yield url, query, body
        while target := next_link(progress[-1][0]):
            yield target, {}, body
    elif style == "cursor":
        yield url, query, body
        while (cursor := at_path(progress[-1][1], pages["next"])) not in (None, ""):
            yield with_param(cursor)
    else:
        at = 1 if style == "page" else 0
        while True:
            yield with_param(at)
            count = progress[-1][2]
            if count == 0 or (size is not None and count < size):
                return
            at += 1 if style == "page" else count


def next_link(answer: Answer) -> str | None:
    """The target of rel=next of a Link header (RFC 8288); it has the origin of the page before."""
    for target, parameters in re.findall(
        r"<([^>]*)>((?:\s*;\s*[^,;=]+(?:=(?:\"[^\"]*\"|[^,;]*))?)*)", answer.headers.get("link", "")
    ):
        rel = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;]+))", parameters, re.IGNORECASE)
        if rel and "next" in (rel[1] or rel[2]).lower().split():
            url = urljoin(answer.url, target)
            if origin(url) != origin(answer.url):
                raise Failed("refused", f"the next page is at another origin, {shown(url)}")
            return str(url)
    return None


def at_path(value: Any, path: str | None) -> Any:
    for key in path.split(".") if path else []:
        value = value.get(key) if isinstance(value, dict) else None
    return value
