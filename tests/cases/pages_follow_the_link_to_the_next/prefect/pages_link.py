# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "prefect>=3.6.24,<4",
#     "httpx>=0.27",
#     "jsonschema>=4.23",
# ]
# ///
"""Reads all issues, page by page."""

import asyncio
import fnmatch
import ipaddress
import json
import math
from collections.abc import Container, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from jsonschema import Draft202012Validator
from prefect import flow, task
from prefect.runtime import task_run

CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
ISSUES_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["number"],
        "properties": {"number": {"type": "integer"}},
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


async def send(
    method: str,
    url: str | httpx.URL,
    *,
    accept: Container[int] = range(200, 300),
    hosts: Sequence[str] | None = None,
    credentials: Sequence[str] = (),
    **options: Any,
) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error.

    `hosts` are patterns that each url must fit, `credentials` names of headers that
    go to no other host.
    """
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, str(url).strip(), **options)
        for _ in range(6):
            await check_host(request.url, hosts)
            response = await client.send(request)
            if response.status_code in accept:
                return response
            if response.next_request is None:
                where = f"{request.method} to {request.url.host}"
                message = f"{where} was answered with {response.status_code}"
                raise httpx.HTTPStatusError(message, request=request, response=response)
            request = await redirected(request, response.next_request, credentials)
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def redirected(
    before: httpx.Request, after: httpx.Request, credentials: Sequence[str]
) -> httpx.Request:
    """The request that a redirect asks for, if it is safe to send."""
    if before.url.scheme == "https" and after.url.scheme == "http":
        raise PermissionError(f"it redirects from https to http ({after.url.host})")
    if origin(before.url) != origin(after.url):
        for name in (*CREDENTIALS, *credentials):
            after.headers.pop(name, None)
        if not await is_public(after.url):
            raise PermissionError(f"it redirects to a private host ({after.url.host})")
    return after


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port."""
    return url.scheme, url.host, url.port


async def check_host(url: httpx.URL, hosts: Sequence[str] | None) -> None:
    """Refuse a url whose host fits none of the patterns."""
    if url.scheme not in ("http", "https"):
        raise PermissionError("the url is not one of http or https")
    if hosts is None:
        return
    if not any(fnmatch.fnmatch(url.host, pattern.lower()) for pattern in hosts):
        raise PermissionError(f"{url.host} is not among the hosts that may be reached")
    if url.host not in hosts and not await is_public(url):
        raise PermissionError(f"{url.host} is a private host")


async def is_public(url: httpx.URL) -> bool:
    """Whether all addresses of a host belong to the public network."""
    found = await asyncio.get_running_loop().getaddrinfo(url.host, None)
    addresses = [ipaddress.ip_address(each[4][0].partition("%")[0]) for each in found]
    return all(each.is_global and not each.is_multicast for each in addresses)


def with_query(url: str, values: Mapping[str, Any]) -> str:
    """The url with these parameters; a list repeats its name, None leaves it out."""
    mark = "&" if "?" in url else "?"
    pairs = urlencode(text_pairs(values), quote_via=quote)
    return f"{url}{mark}{pairs}" if pairs else url


def text_pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts, as a query or a form has them."""
    return [
        (name, as_text(each))
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    try:
        return read_json(response.content) if response.content.strip() else None
    except ValueError as error:
        host = response.request.url.host
        raise httpx.DecodingError(f"the answer of {host} is broken JSON") from error


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


async def linked_pages(
    method: str,
    url: str,
    *,
    items: str | None = None,
    limit: int = 1000,
    **options: Any,
) -> tuple[list[Any], httpx.Response]:
    """The items of all pages, each of which links to the next, and the last answer."""
    found: list[Any] = []
    target = httpx.URL(url)
    for number in range(1, limit + 1):
        response = await send(method, target, **page_options(options, number))
        found += page_items(response, items)
        link = response.links.get("next", {}).get("url")
        if not link:
            return found, response
        target = response.url.join(link)
        if origin(target) != origin(httpx.URL(url)):
            raise PermissionError(f"the next page has another origin ({target.host})")
    raise httpx.HTTPError(f"there are more than {limit} pages")


def page_options(options: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The options of a page's request, with a key of its own."""
    headers = httpx.Headers(options.get("headers", {}))
    key = str(task_run.id)
    if headers.get("Idempotency-Key") == key:
        headers["Idempotency-Key"] = f"{key}-{number}"
    return {**options, "headers": headers}


def page_items(response: httpx.Response, path: str | None) -> list[Any]:
    """The list that a page holds at a dotted path, or is."""
    found = inside(body_of(response), path)
    if not isinstance(found, list):
        where = f"at {path}" if path else "as its body"
        raise httpx.DecodingError(f"a page has no list {where}")
    return found


def inside(body: Any, path: str | None) -> Any:
    """What stands at a dotted path, None if nothing does."""
    for key in path.split(".") if path else ():
        body = body.get(key) if isinstance(body, dict) else None
    return body


@task(task_run_name="issues", timeout_seconds=30)
async def issues(api: str) -> list[dict[str, Any]]:
    found, _ = await linked_pages("GET", with_query(f"{api}/issues", {"per_page": 2}))
    return fitting(found, ISSUES_SCHEMA)


@flow(name="pages_link")
async def pages_link(api: str = "https://api.example.com") -> dict[str, Any]:
    """Reads all issues, page by page."""
    issues_body = await issues(api)
    return {"numbers": [each["number"] for each in issues_body]}


if __name__ == "__main__":
    asyncio.run(pages_link())
