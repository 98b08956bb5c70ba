"""`http`: one request, or one for each page; redirects by hand, each step checked (language.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx2

from overture.expressions.encodings import read_json
from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture.expressions.values import json_text
from overture.language.scalars import is_accepted
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.gate import is_named_by_plan
from overture_local.kinds.files import write_bytes
from overture_local.kinds.outgoing import Outgoing, idempotent, outgoing
from overture_local.kinds.pages import read_pages
from overture_local.transport import AddressRefused
from overture_local.web import Answer, WebError

MAX_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


async def run_http(attempt: Attempt) -> Mapping[str, Json]:
    request = outgoing(attempt)
    pages = attempt.literal("pages")
    if pages is None:
        answer = await exchange(attempt, idempotent(attempt, request, 1))
        body = None if _drops_body(attempt) else parse(answer)
    else:
        answer, body = await read_pages(attempt, request, pages, exchange, parse)
    if not _drops_body(attempt):
        attempt.check(body, "the body")
    outputs: dict[str, Json] = {"status": answer.status, "headers": answer.joined_headers()}
    if not _drops_body(attempt):
        outputs["body"] = body
    if attempt.has("save"):
        content = answer.content if pages is None else json_text(body).encode()
        outputs["path"] = write_bytes(attempt, attempt.text("save"), attempt.engine.masker.bytes(content))
    return outputs


def _drops_body(attempt: Attempt) -> bool:
    """A saved body is not kept a second time in the run's records, unless somebody reads it."""
    return attempt.has("save") and "body" not in attempt.task.reads and attempt.literal("returns") is None


async def exchange(attempt: Attempt, request: Outgoing) -> Answer:
    """Send a request, follow its redirects, and give the answer that is accepted. Raises TaskFailed."""
    accept = tuple(attempt.literal("accept", ["200-299"]))
    for step in range(MAX_REDIRECTS + 1):
        attempt.engine.gate.check_url(attempt.task, request.method, request.url, is_redirect=step > 0)
        try:
            answer = await attempt.engine.surroundings.web.send(
                request.method, request.url, request.headers, request.content
            )
        except AddressRefused as refused:
            # a host that data chose is refused on every engine, and tried again on every engine; nobody is to be
            # talked into allowing it
            is_ours = step == 0 and is_named_by_plan(attempt.task)
            help = f"`--allow-host {refused.place}` allows it" if is_ours and refused.place else None
            raise TaskFailed("refused", str(refused), help=help, is_final=is_ours) from None
        except WebError as error:
            raise TaskFailed("http", str(error)) from None
        if is_accepted(answer.status, accept):
            return answer
        location = answer.header("location")
        if answer.status not in _REDIRECTS or location is None:
            message = f"{request.method} to `{request.url.host}` was answered with {answer.status}"
            raise TaskFailed("http", message, outputs={"status": answer.status})
        request = _redirected(request, answer, location)
    raise TaskFailed("http", f"more than {MAX_REDIRECTS} redirects", outputs={"status": answer.status})


def _redirected(request: Outgoing, answer: Answer, location: str) -> Outgoing:
    """The request that a redirect asks for (RFC 9110, 15.4)."""
    try:
        url = request.url.join(location)
    except (httpx2.InvalidURL, ValueError):
        raise TaskFailed("http", "it redirects to what is no url") from None
    if request.url.scheme == "https" and url.scheme == "http":
        raise TaskFailed("refused", f"it redirects from https to http (`{url.host}`)")
    becomes_get = (answer.status == 303 and request.method != "HEAD") or (
        answer.status in (301, 302) and request.method == "POST"
    )
    if becomes_get:
        request = replace(request.without_content(), method="GET")
    if not is_same_origin(request.url, url):
        if request.content is not None and request.has_secret_content:
            raise TaskFailed("refused", f"it redirects a body that holds a secret to `{url.host}`")
        request = request.without_credentials()
    return replace(request, url=url)


def is_same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    ports = {"http": 80, "https": 443}
    return (one.scheme, one.host, one.port or ports.get(one.scheme)) == (
        other.scheme,
        other.host,
        other.port or ports.get(other.scheme),
    )


def parse(answer: Answer) -> Json:
    """The body: JSON where the answer says so (nothing is null), else text. Raises TaskFailed for broken JSON."""
    content_type, _, parameters = (answer.header("content-type") or "").lower().partition(";")
    kind = content_type.strip()
    if kind == "application/json" or kind.endswith("+json"):
        if not answer.content.strip():
            return None
        try:
            return read_json(answer.content.decode("utf-8-sig"))
        except (Refused, UnicodeDecodeError):
            message = f"the answer of `{answer.url.host}` is broken JSON"
            raise TaskFailed("http", message, outputs={"status": answer.status}) from None
    charset = next(
        (
            value.strip().strip('"')
            for name, _, value in (part.partition("=") for part in parameters.split(";"))
            if name.strip() == "charset"
        ),
        "utf-8",
    )
    try:
        return answer.content.decode(charset, "replace")
    except LookupError:
        return answer.content.decode("utf-8", "replace")
