"""`http` tasks."""

from __future__ import annotations

import re

from overture.expressions.tree import Expr, Literal, ObjectOf, Template, Text, constant, references
from overture.expressions.types import Json
from overture.plan.python_source import python_literal, python_text
from overture_prefect.making import Maker

_PAGES = {"link": "linked_pages", "cursor": "cursor_pages", "page": "counted_pages", "offset": "counted_pages"}
_PLAIN = ("string", "integer", "boolean")  # what httpx writes as a template does


def lower_http(maker: Maker) -> dict[str, str]:
    method = str(maker.literal("method", "GET"))
    pages = maker.literal("pages")
    arguments = [python_text(method), _url(maker)]
    arguments += _options(maker, method, pages)
    read = maker.read_fields()
    schema = maker.literal("returns")
    saves = maker.has("save")
    asks_answer = saves or "status" in read or "headers" in read
    found = {"status": "response.status_code", "headers": "dict(response.headers)"}
    if pages is None:
        call = f"await {maker.helper('send')}({', '.join(arguments)})"
        # a broken body fails the task though nobody reads it; one that is only saved is not looked into
        needs_body = not saves or "body" in read or schema is not None
        if asks_answer or "body" in read or schema is not None:
            maker.body.append(f"response = {call}")
            call = "response"
        body = f"{maker.helper('body_of')}({call})" if needs_body else call
    else:
        call = f"await {maker.helper(_PAGES[str(pages['style'])])}({', '.join(arguments)})"
        maker.body.append(f"found, {'response' if asks_answer and read != ['path'] else '_'} = {call}")
        needs_body, body = "body" in read or saves or schema is not None, "found"
    if needs_body:
        body = maker.program.fits(body, maker.task.id, schema)
        if read == ["body"] and not saves:
            return {"body": body}
        if "body" in read or (saves and pages is not None):
            maker.body.append(f"content = {body}")
            found["body"] = "content"
        else:
            maker.body.append(body)
    if saves:
        _save(maker, pages is None)
        found["path"] = "path"
    return found


def _save(maker: Maker, is_single: bool) -> None:
    content = "response.content" if is_single else f"{maker.helper('json_text')}(content).encode()"
    maker.body.append(f"path = {maker.helper('write_whole')}({maker.rendered('save')}, {content})")


def _url(maker: Maker) -> str:
    tree = maker.field("url")
    source = maker.rendered("url")
    if constant(tree) is None and _has_data_in_path(tree):
        source = f"{maker.helper('whole_path')}({source})"
    if not maker.has("query"):
        return source
    query = maker.field("query")
    return f"{maker.helper('with_query')}({source}, {maker.expression(query)})"


def _has_data_in_path(tree: Expr) -> bool:
    """Whether data makes a part of the path behind the host."""
    parts = list(tree.parts) if isinstance(tree, Template) else [tree]
    before = ""
    for part in parts:
        if isinstance(part, Literal):
            before += str(part.value)
        elif "/" in re.sub(r"^[a-z]+://", "", before) and "?" not in before:
            return not part.type.is_only("integer")
        else:
            before += "x"
    return False


def _options(maker: Maker, method: str, pages: dict[str, Json] | None) -> list[str]:
    headers, secret = _headers(maker, method)
    options: list[str] = []
    content = _content(maker, headers, options)
    if content is not None:
        merged = f", {_dict(headers)}" if headers else ""
        options.append(f"**{maker.helper('with_headers')}({content}{merged})" if merged else f"**{content}")
    elif headers:
        options.insert(0, f"headers={_dict(headers)}")
    accept = maker.literal("accept")
    if accept and list(accept) != ["200-299"]:
        options.append(f"accept={_accept(list(accept))}")
    if (hosts := maker.literal("hosts")) is not None:
        options.append(f"hosts={python_literal(hosts)}")
    if secret:
        options.append(f"credentials={python_literal(sorted(secret))}")
    return [*options, *(_page_options(pages) if pages else [])]


def _headers(maker: Maker, method: str) -> tuple[dict[str, str], set[str]]:
    """The sources of the headers by name, and those names that hold a secret."""
    headers: dict[str, str] = {}
    secret: set[str] = set()
    if maker.has("headers"):
        tree = maker.field("headers")
        assert isinstance(tree, ObjectOf)
        for key, value in tree.entries:
            name = str(key.value) if isinstance(key, Literal) else ""
            headers[name] = maker.program.rendered(value, maker.naming)
            if any(ref.root == "secrets" for ref in references(value)):
                secret.add(name.lower())
    auth = maker.literal("auth")
    if auth is not None:
        headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        if auth["type"] == "bearer":
            bearer = Template((Literal("Bearer "), maker.field("auth/token")))
            headers["Authorization"] = maker.expression(bearer)
        else:
            parts = ", ".join(maker.rendered(f"auth/{name}") for name in ("username", "password"))
            headers["Authorization"] = f"{maker.helper('basic_auth')}({parts})"
    if method in ("POST", "PATCH") and not any(name.lower() == "idempotency-key" for name in headers):
        maker.imports("from prefect.runtime import task_run")
        headers["Idempotency-Key"] = "str(task_run.id)"
    return headers, secret - {"authorization", "cookie"}


def _content(maker: Maker, headers: dict[str, str], options: list[str]) -> str | None:
    """Adds what is sent to the options; gives the source of a request's part where that is known only when it runs."""
    if maker.has("body"):
        tree = maker.field("body")
        if tree.type.is_only("string"):
            _content_type(headers, "text/plain; charset=utf-8")
            options.append(f"content={maker.expression(tree)}")
        elif not tree.type.may_be("string") and not tree.type.is_nullable:
            options.append(f"json={maker.expression(tree)}")
        else:
            return f"{maker.helper('any_body')}({maker.expression(tree)})"
    elif maker.has("form"):
        options.append(f"data={_fields(maker, maker.field('form'))}")
    elif maker.has("file"):
        _content_type(headers, "application/octet-stream")
        options.append(f"content={maker.helper('place')}({maker.rendered('file')}).read_bytes()")
    return None


def _content_type(headers: dict[str, str], value: str) -> None:
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = python_text(value)


def _fields(maker: Maker, tree: Expr) -> str:
    source = maker.expression(tree)
    if isinstance(tree, ObjectOf) and all(_bare(value).type.is_only(*_PLAIN) for _, value in tree.entries):  # type: ignore[arg-type]
        return source
    return f"{maker.helper('form_of')}({source})"


def _bare(tree: Expr) -> Expr:
    while isinstance(tree, Text):
        tree = tree.body
    return tree


def _dict(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{python_text(name)}: {value}" for name, value in entries.items()) + "}"


def _accept(accept: list[Json]) -> str:
    """Statuses as a range or a list."""
    parts = []
    for each in accept:
        low, _, high = str(each).partition("-")
        parts.append(f"range({low}, {int(high) + 1})" if high else low)
    if len(parts) == 1 and parts[0].startswith("range"):
        return parts[0]
    return "[" + ", ".join(f"*{part}" if part.startswith("range") else part for part in parts) + "]"


def _page_options(pages: dict[str, Json]) -> list[str]:
    style = str(pages["style"])
    options = []
    if style != "link":
        options.append(f"param={python_text(str(pages.get('param') or style))}")
    if style == "cursor":
        options.append(f"next_at={python_text(str(pages.get('next') or ''))}")
    if style == "offset":
        options.append("by_offset=True")
    if style != "link" and pages.get("in") == "body":
        options.append('place="body"')
    if style in ("page", "offset") and pages.get("size") is not None:
        options.append(f"size={pages['size']}")
    if pages.get("items"):
        options.append(f"items={python_text(str(pages['items']))}")
    if pages.get("limit") not in (None, 1000):
        options.append(f"limit={pages['limit']}")
    return options
