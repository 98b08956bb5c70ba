"""Lists that come in pages: four ways to ask for the next one (language.md 5)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import httpx2

from overture.expressions.evaluation import render
from overture.expressions.types import Json
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.kinds.outgoing import Outgoing, idempotent
from overture_local.web import Answer

Exchange = Callable[[Attempt, Outgoing], Awaitable[Answer]]
Parse = Callable[[Answer], Json]

_DEFAULT_LIMIT = 1000
_FIRST = {"page": 1, "offset": 0}
# `<url>; rel="next"`: a target in angle brackets and its parameters (RFC 8288)
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^;,="\s]+(?:\s*=\s*(?:"[^"]*"|[^";,\s]+))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^";,\s]+))', re.I)


@dataclass(frozen=True, slots=True)
class _Page:
    """What decides about the next page."""

    answer: Answer
    body: Json
    items: list[Json]
    count: int  # items of all pages so far


async def read_pages(
    attempt: Attempt, first: Outgoing, pages: Mapping[str, Json], exchange: Exchange, parse: Parse
) -> tuple[Answer, list[Json]]:
    """The last page's answer and the items of all pages. Raises TaskFailed."""
    limit = pages.get("limit") or _DEFAULT_LIMIT
    style = pages["style"]
    request: Outgoing | None = first
    if style in _FIRST:
        request = _with_parameter(first, pages, _FIRST[style])
    joined: list[Json] = []
    number = 0
    while request is not None:
        number += 1
        if number > limit:
            raise TaskFailed("http", f"there are more than {limit} pages")
        answer = await exchange(attempt, idempotent(attempt, request, number))
        body = parse(answer)
        items = _items(body, pages, number)
        joined += items
        request = _next(first, request, pages, _Page(answer, body, items, len(joined)), number)
    return answer, joined


def _next(first: Outgoing, request: Outgoing, pages: Mapping[str, Json], page: _Page, number: int) -> Outgoing | None:
    style = pages["style"]
    if style == "link":
        target = next_link(page.answer.header("link") or "")
        return None if target is None else _linked(first, request, page.answer, target)
    if style == "cursor":
        cursor = _at(page.body, pages.get("next"))
        return None if cursor in (None, "") else _with_parameter(first, pages, cursor)
    size = pages.get("size")
    if not page.items or (size is not None and len(page.items) < size):
        return None
    return _with_parameter(first, pages, number + 1 if style == "page" else page.count)


def _linked(first: Outgoing, request: Outgoing, answer: Answer, target: str) -> Outgoing:
    try:
        url = answer.url.join(target)
    except (httpx2.InvalidURL, ValueError):
        raise TaskFailed("http", "the link to the next page is no url") from None
    ports = {"http": 80, "https": 443}
    origins = [(each.scheme, each.host, each.port or ports.get(each.scheme)) for each in (first.url, url)]
    if origins[0] != origins[1]:
        raise TaskFailed("refused", f"the next page has another origin: `{url.host}`")
    return replace(request, url=url)


def next_link(header: str) -> str | None:
    """The target of the first link with `rel=next` of a Link header."""
    for target, parameters in _LINK.findall(header):
        relation = _REL.search(parameters)
        if relation is not None and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return None


def _with_parameter(request: Outgoing, pages: Mapping[str, Json], value: Json) -> Outgoing:
    name = pages.get("param") or pages["style"]
    if pages.get("in") == "body":
        return request.with_body_value(name, value)
    return request.with_query(name, render(value))


def _items(body: Json, pages: Mapping[str, Json], number: int) -> list[Json]:
    path = pages.get("items")
    items = _at(body, path)
    if not isinstance(items, list):
        where = f"at `{path}`" if path else "as its body"
        raise TaskFailed("http", f"page {number} has no list {where}")
    return items


def _at(body: Json, path: str | None) -> Json:
    for key in path.split(".") if path else ():
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body
