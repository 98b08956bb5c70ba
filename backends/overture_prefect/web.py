"""`http` tasks."""

from __future__ import annotations

import re

from overture.expressions.tree import Expr, Filter, ListOf, Literal, ObjectOf, Template, Text, constant, references
from overture.expressions.types import Json
from overture.plan.python_source import python_literal, python_text
from overture_prefect.making import Maker

_PAGES = {"link": "linked_pages", "cursor": "cursor_pages", "page": "counted_pages", "offset": "counted_pages"}
_PLAIN = ("string", "integer", "boolean")  # what httpx writes as a template does


def lower_http(maker: Maker) -> dict[str, str]:
    method = str(maker.literal("method", "GET"))
    pages = maker.literal("pages")
    arguments = [python_text(method), *_url(maker, has_pages=pages is not None)]
    arguments += _options(maker, method, pages)
    read = maker.read_fields()
    schema = maker.literal("returns")
    saves = maker.has("save")
    if pages is not None or "body" in read or schema is not None:
        maker.program.features.add("bodies")
    if pages is not None:
        return _pages(maker, arguments, str(pages["style"]))
    if not saves and set(read) <= {"body"}:
        call = maker.program.fits(f"await {maker.helper('fetch')}({', '.join(arguments)})", maker.task.id, schema)
        if read:
            return {"body": call}
        maker.body.append(call)
        return {}
    maker.program.features.add("responses")
    maker.body.append(f"response = await {maker.helper('send')}({', '.join(arguments)})")
    found = {"status": "response.status_code", "headers": "dict(response.headers)"}
    # a broken body fails the task though nobody reads it; one that is only saved is not looked into
    if not saves or "body" in read or schema is not None:
        body = maker.program.fits(f"{maker.helper('body_of')}(response)", maker.task.id, schema)
        maker.body.append(f"content = {body}" if "body" in read else body)
        found["body"] = "content"
    if saves:
        _save(maker, "response.content")
        found["path"] = "path"
    return found


def _pages(maker: Maker, arguments: list[str], style: str) -> dict[str, str]:
    """The items of all pages; status and headers are the last one's."""
    read = maker.read_fields()
    maker.program.features |= {"responses", "pages"}
    call = f"await {maker.helper(_PAGES[style])}({', '.join(arguments)})"
    schema, saves = maker.literal("returns"), maker.has("save")
    found = {"status": "response.status_code", "headers": "dict(response.headers)", "body": "found"}
    if "last_page" not in maker.program.features:
        items = maker.program.fits(call, maker.task.id, schema)
        if not saves and read == ["body"]:
            return {"body": items}
        maker.body.append(f"found = {items}" if saves or "body" in read else items)
    else:
        maker.body.append(f"found, {'response' if {'status', 'headers'} & set(read) else '_'} = {call}")
        if schema is not None:
            maker.body.append(maker.program.fits("found", maker.task.id, schema))
    if saves:
        _save(maker, f"{maker.helper('json_text')}(found).encode()")
        found["path"] = "path"
    return found


def _save(maker: Maker, content: str) -> None:
    maker.body.append(f"path = {maker.helper('write_whole')}({maker.rendered('save')}, {content})")


def _url(maker: Maker, *, has_pages: bool) -> list[str]:
    """The url, and its query where httpx writes that as we do."""
    tree = maker.field("url")
    text = constant(tree)
    source = python_text(text.strip()) if isinstance(text, str) else maker.rendered("url")
    if _reads_secret(tree) or (maker.has("query") and _reads_secret(maker.field("query"))):
        maker.program.features.add("own_errors")  # those of httpx hold the whole url
    if text is None and not _is_stripped(tree):
        maker.program.features.add("unstripped")
    if text is None and _has_data_in_path(tree):
        source = f"{maker.helper('whole_path')}({source})"
    if not maker.has("query"):
        return [source]
    query = maker.field("query")
    if isinstance(tree, Literal | Template) and _is_plain(query) and not _has_mark(tree):
        values = maker.expression(query)
        return [f"httpx.URL({source}, params={values})"] if has_pages else [source, f"params={values}"]
    return [f"{maker.helper('with_query')}({source}, {maker.expression(query)})"]


def _reads_secret(tree: Expr) -> bool:
    return any(ref.root == "secrets" for ref in references(tree))


def _is_stripped(tree: Expr) -> bool:
    """Whether a url begins and ends with a text that is no white space; one that data begins holds a scheme."""
    return isinstance(tree, Template) and all(
        (isinstance(part, Literal) and str(part.value).strip() == str(part.value)) or not part.type.may_be("string")
        for part in (tree.parts[0], tree.parts[-1])
    )


def _has_mark(tree: Expr) -> bool:
    parts = tree.parts if isinstance(tree, Template) else (tree,)
    return any(isinstance(part, Literal) and "?" in str(part.value) for part in parts)


def _is_plain(tree: Expr) -> bool:
    """Whether all values are such as httpx writes as a template does."""
    if not isinstance(tree, ObjectOf):
        return False
    for _, value in tree.entries:
        bare = _bare(value)
        each = bare.items if isinstance(bare, ListOf) else (bare,)
        if not all(_bare(one).type.is_only(*_PLAIN) for one in each):  # type: ignore[arg-type]
            return False
    return True


def _is_whole(tree: Expr) -> bool:
    """Whether data has no `/` in it, so that it makes no segment alone where a text stands beside it."""
    tree = _bare(tree)
    return isinstance(tree, Filter) and tree.name in ("urlencode", "slugify", "sha256")


def _has_data_in_path(tree: Expr) -> bool:
    """Whether data may make a segment of the path behind the host, `.` or `..` among them."""
    parts = list(tree.parts) if isinstance(tree, Template) else [tree]
    before = ""
    for number, part in enumerate(parts):
        if isinstance(part, Literal):
            before += str(part.value)
            continue
        if "/" in re.sub(r"^[a-z]+://", "", before) and "?" not in before and part.type.may_be("string"):
            after = parts[number + 1] if number + 1 < len(parts) else None
            follows = isinstance(after, Literal) and re.match(r"[^/?#.%]", str(after.value))
            if not _is_whole(part) or not (follows or re.search(r"[^/.%]$", before)):
                return True
        before += "x"
    return False


def _options(maker: Maker, method: str, pages: dict[str, Json] | None) -> list[str]:
    headers, secret = _headers(maker, method, has_pages=pages is not None)
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
        maker.program.features |= {"accept", "own_errors"}
    if (hosts := maker.literal("hosts")) is not None:
        options.append(f"hosts={python_literal(hosts)}")
        maker.program.features.add("hosts")
    if secret:
        options.append(f"secret_headers={python_literal(sorted(secret))}")
        maker.program.features.add("secret_headers")
    if any(maker.has(name) and _reads_secret(maker.field(name)) for name in ("body", "form")):
        options.append("is_secret=True")
        maker.program.features.add("secret_body")
    return [*options, *(_page_options(maker, pages) if pages else [])]


def _headers(maker: Maker, method: str, *, has_pages: bool) -> tuple[dict[str, str], set[str]]:
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
    names = {name.lower() for name in headers}
    if "authorization" in names and not _is_secure(maker.field("url")):
        maker.program.features.add("upgrade")  # httpx would keep it from http to https
    if "cookie" in names:
        maker.program.features.add("cookie")
    if method in ("POST", "PATCH") and "idempotency-key" not in names:
        maker.program.features.add("page_keys" if has_pages else "keys")
    return headers, secret - {"authorization", "cookie"}


def _is_secure(tree: Expr) -> bool:
    """Whether a url begins with https, whatever the data."""
    first = tree.parts[0] if isinstance(tree, Template) else tree
    return isinstance(first, Literal) and str(first.value).lower().startswith("https://")


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


def _page_options(maker: Maker, pages: dict[str, Json]) -> list[str]:
    style = str(pages["style"])
    features = maker.program.features
    options = []
    if style != "link":
        options.append(f"param={python_text(str(pages.get('param') or style))}")
    if style == "cursor":
        options.append(f"next_at={python_text(str(pages.get('next') or ''))}")
    if style == "offset":
        options.append("by_offset=True")
        features.add("page_offset")
    if style != "link" and pages.get("in") == "body":
        options.append('place="body"')
        features.add("page_body")
    if style in ("page", "offset") and pages.get("size") is not None:
        options.append(f"size={pages['size']}")
    if pages.get("items"):
        options.append(f"items={python_text(str(pages['items']))}")
        features.add("page_items")
    if pages.get("limit") not in (None, 1000):
        options.append(f"limit={pages['limit']}")
    return options
