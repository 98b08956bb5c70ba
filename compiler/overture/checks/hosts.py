"""Which host a url names, as far as that is certain before the run."""

from __future__ import annotations

from urllib.parse import urlsplit

from overture.checks.analysis import Analysis, set_value
from overture.expressions.records import record
from overture.expressions.tree import NO_SPAN, Expr, Literal, Ref, Span, Template, Text


@record(frozen=True, slots=True)
class HostOfUrl:
    """`names`: a literal `host[:port]`, or `inputs.x`, `secrets.X`; several where an enum chooses. None where data
    chooses it, or `problem` says what is wrong with the url. `span`: the part of the url's text that decides;
    `decides`: that part, where it is no literal."""

    names: tuple[str, ...] = ()
    span: Span = NO_SPAN
    problem: str | None = None
    decides: Expr | None = None


MAX_NAMES = 20
"""Names of `set` tasks that are followed to a constant; also the end of names that go round in a ring."""
MAX_CHOICES = 50
"""Values of an enum that are tried as parts of a url; more is no list that somebody approves."""


def host_of(analysis: Analysis, url: Expr, depth: int = 0) -> HostOfUrl:
    body = url.body if isinstance(url, Text) else url
    parts = _merged(body.parts if isinstance(body, Template) else (body,))
    found = _host(analysis, parts, depth)
    if found.decides is None or found.names or depth > MAX_NAMES:
        return found
    number = next((each for each, part in enumerate(parts[:2]) if part is found.decides), None)
    values = found.decides.type.values
    if number is None or not values or len(values) > MAX_CHOICES or not all(isinstance(each, str) for each in values):
        return found
    names: dict[str, None] = {}
    for value in values:
        chosen = Literal(value, span=found.decides.span)
        each = host_of(analysis, Template((*parts[:number], chosen, *parts[number + 1 :])), depth + 1)
        if not each.names:
            return HostOfUrl((), found.span, each.problem, found.decides)
        names.update(dict.fromkeys(each.names))
    return HostOfUrl(tuple(names), found.span, None, found.decides)


def _merged(parts: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The parts of a text, the fixed ones that follow one another as one."""
    found: list[Expr] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            found[-1] = Literal(f"{last.value}{part.value}", span=last.span)
        else:
            found.append(part)
    return tuple(found)


def _host(analysis: Analysis, parts: tuple[Expr, ...], depth: int) -> HostOfUrl:
    first = parts[0] if parts else Literal("")
    if isinstance(first, Ref):
        return _named(analysis, first, parts, depth)
    if not (isinstance(first, Literal) and isinstance(first.value, str)):
        return HostOfUrl((), first.span, decides=first)
    text = first.value
    scheme, separator, rest = text.partition("://")
    if (not separator and len(parts) == 1) or (separator and scheme.lower() not in ("http", "https")):
        return HostOfUrl((), first.span, "a url begins with `https://` or `http://`")
    ends = [rest.find(char) for char in "/?#" if char in rest]
    if separator and (ends or len(parts) == 1):
        return _literal(f"{scheme}://{rest[: min(ends)] if ends else rest}", first.span)
    reading = parts[1]
    if separator and not rest and isinstance(reading, Ref):
        return _named(analysis, reading, parts[1:], depth)
    return HostOfUrl((), reading.span, decides=reading)


def _literal(url: str, span: Span) -> HostOfUrl:
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError:
        return HostOfUrl((), span, f"`{url}` is no url")
    if not host:
        return HostOfUrl((), span, f"`{url}` names no host")
    return HostOfUrl((f"{host}:{port}" if port else host,))


def _named(analysis: Analysis, ref: Ref, parts: tuple[Expr, ...], depth: int) -> HostOfUrl:
    """A url that begins with a name: the whole of it, or its host alone, is that name's value."""
    unknown = HostOfUrl((), ref.span, decides=ref)
    follows = parts[1] if len(parts) > 1 else None
    if follows is not None and not (isinstance(follows, Literal) and str(follows.value)[:1] in ("/", "?", "#")):
        return unknown
    if ref.root in ("inputs", "secrets"):
        return HostOfUrl((f"{ref.root}.{ref.name}",), ref.span, decides=ref)
    value = set_value(analysis, ref) if depth < MAX_NAMES else None
    if value is not None:
        body = value.body if isinstance(value, Text) else value
        if isinstance(body, (Literal, Ref, Template)):
            found = host_of(analysis, body, depth + 1)
            return HostOfUrl(found.names, ref.span, decides=ref) if found.names else unknown
    return unknown
