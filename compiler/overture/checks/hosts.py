"""Which host a url names, as far as that is certain before the run."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from overture.checks.analysis import Analysis, set_value
from overture.expressions.tree import NO_SPAN, Expr, Literal, Ref, Span, Template, Text


@dataclass(frozen=True, slots=True)
class HostOfUrl:
    """`name`: a literal `host[:port]`, or `inputs.x`, `secrets.X`; None when data chooses it, or `problem` says what is
    wrong with the url. `span`: the part of the url's text that decides."""

    name: str | None
    span: Span = NO_SPAN
    problem: str | None = None

    @property
    def input(self) -> str | None:
        """The name of the input whose value names the host."""
        return self.name.removeprefix("inputs.") if self.name and self.name.startswith("inputs.") else None


MAX_NAMES = 20
"""Names of `set` tasks that are followed to a constant; also the end of names that go round in a ring."""


def host_of(analysis: Analysis, url: Expr, depth: int = 0) -> HostOfUrl:
    body = url.body if isinstance(url, Text) else url
    parts = body.parts if isinstance(body, Template) else (body,)
    first = parts[0] if parts else Literal("")
    if isinstance(first, Ref):
        return _named(analysis, first, parts, depth)
    if not (isinstance(first, Literal) and isinstance(first.value, str)):
        return HostOfUrl(None, first.span)
    text = first.value
    scheme, separator, rest = text.partition("://")
    if (not separator and len(parts) == 1) or (separator and scheme.lower() not in ("http", "https")):
        return HostOfUrl(None, first.span, "a url begins with `https://` or `http://`")
    ends = [rest.find(char) for char in "/?#" if char in rest]
    if separator and (ends or len(parts) == 1):
        return _literal(f"{scheme}://{rest[: min(ends)] if ends else rest}", first.span)
    reading = parts[1] if len(parts) > 1 else first
    if separator and not rest and isinstance(reading, Ref):
        return _named(analysis, reading, parts[1:], depth)
    return HostOfUrl(None, reading.span)


def _literal(url: str, span: Span) -> HostOfUrl:
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError:
        return HostOfUrl(None, span, f"`{url}` is no url")
    if not host:
        return HostOfUrl(None, span, f"`{url}` names no host")
    return HostOfUrl(f"{host}:{port}" if port else host)


def _named(analysis: Analysis, ref: Ref, parts: tuple[Expr, ...], depth: int) -> HostOfUrl:
    """A url that begins with a name: the whole of it, or its host alone, is that name's value."""
    follows = parts[1] if len(parts) > 1 else None
    if follows is not None and not (isinstance(follows, Literal) and str(follows.value)[:1] in ("/", "?", "#")):
        return HostOfUrl(None, ref.span)
    if ref.root in ("inputs", "secrets"):
        return HostOfUrl(f"{ref.root}.{ref.name}", ref.span)
    value = set_value(analysis, ref) if depth < MAX_NAMES else None
    if value is not None:
        body = value.body if isinstance(value, Text) else value
        if isinstance(body, (Literal, Ref, Template)):
            found = host_of(analysis, body, depth + 1)
            return found if found.name is not None else HostOfUrl(None, ref.span)
    return HostOfUrl(None, ref.span)
