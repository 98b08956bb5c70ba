"""Reads a list that comes in pages: by the Link header, by a cursor, by a page's number or by an offset."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from step import Failed  # type: ignore[import-not-found]


def joined(
    asked: dict[str, Any], send: Callable[..., Any], body_of: Callable[..., Any]
) -> tuple[list[Any], Any, bytes]:
    """All items of all pages, and the last page: what answered, and its bytes."""
    pages = asked["pages"]
    items: list[Any] = []
    last: dict[str, Any] = {}
    for number, changed in enumerate(requests(asked, pages, last)):
        if number >= pages.get("limit", 1000):
            raise Failed("http", f"there are more than {pages.get('limit', 1000)} pages")
        reply, content = send({**asked, **changed}, f"/page {number}")
        value = body_of(reply, content)
        found = at_path(value, pages.get("items"))
        if not isinstance(found, list):
            where = f" at {pages['items']}" if pages.get("items") else ""
            raise Failed("returns", f"page {number + 1} has no list{where}")
        items += found
        last.update(reply=reply, content=content, value=value, count=len(found))
    return items, last["reply"], last["content"]


def requests(asked: dict[str, Any], pages: dict[str, Any], last: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What differs in the request for each page, as the `last` page says."""
    place, style, size = "json" if pages.get("in") == "body" else "query", pages["style"], pages.get("size")

    def with_param(value: Any) -> dict[str, Any]:
        return {place: {**asked.get(place, {}), pages["param"]: value}}

    if style == "link":
        yield {}
        while target := next_link(last["reply"]):
            yield {"url": target, "query": {}}
    elif style == "cursor":
        yield {}
        while (cursor := at_path(last["value"], pages["next"])) not in (None, ""):
            yield with_param(cursor)
    else:
        at = 1 if style == "page" else 0
        while "count" not in last or last["count"] >= (size or 1):
            yield with_param(at)
            at += 1 if style == "page" else last["count"]


def next_link(reply: Any) -> str | None:
    """The target of rel=next of a Link header (RFC 8288); it has the origin of the page before."""
    links = ", ".join(reply.headers.get_all("link", []))
    for target, parameters in re.findall(r"<([^>]*)>((?:\s*;\s*[^,;=]+(?:=(?:\"[^\"]*\"|[^,;]*))?)*)", links):
        rel = re.search(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;]+))", parameters, re.IGNORECASE)
        if rel and "next" in (rel[1] or rel[2]).lower().split():
            here = urlsplit(reply.url)
            there = urlsplit(urljoin(reply.url, target))
            if (here.scheme, here.netloc.lower()) != (there.scheme, there.netloc.lower()):
                raise Failed("refused", f"the next page is at another origin, {there.scheme}://{there.hostname}")
            return str(there.geturl())
    return None


def at_path(value: Any, path: str | None) -> Any:
    for key in path.split(".") if path else []:
        value = value.get(key) if isinstance(value, dict) else None
    return value
