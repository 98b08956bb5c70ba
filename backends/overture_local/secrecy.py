"""Secrets: a value that cannot slip into a text by accident, and the mask over everything that a run brings in.

A secret of six characters or more is replaced wherever it turns up, in the forms in which it travels: as it is, in
base64 (also inside a longer text, at any of its three alignments), escaped for a URL, and escaped for
JSON. Shorter ones are not masked: they would tear ordinary words apart.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus

from overture.expressions.types import Json

MASK = "***"
MIN_MASKED_CHARACTERS = 6


class Secret:
    """A secret's value; only `reveal` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not serialised")

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


def forms(secret: str) -> Iterator[str]:
    """Every form of a secret that is masked; see the module."""
    yield secret
    for escaped in (json.dumps(secret), json.dumps(secret, ensure_ascii=False)):
        yield escaped[1:-1]
        yield escaped[1:-1].replace("/", "\\/")
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    raw = secret.encode("utf-8", "surrogatepass")
    for shift in range(3):
        padded = b"\0" * shift + raw
        text = base64.b64encode(padded).decode()
        # the first characters hold bits of what stands before, the last ones of what stands after
        start = (0, 2, 3)[shift]
        end = len(text) if len(padded) % 3 == 0 else len(text) - (3 if len(padded) % 3 == 1 else 2)
        inner = text[start:end]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")
    whole = base64.b64encode(raw).decode()
    yield whole
    yield whole.replace("+", "-").replace("/", "_")


class Masker:
    """Replaces secrets in texts and JSON values by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {
            form
            for secret in secrets
            if len(secret) >= MIN_MASKED_CHARACTERS
            for form in forms(secret)
            if len(form) >= MIN_MASKED_CHARACTERS
        }
        longest_first = sorted(found, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if found else None

    def text(self, text: str) -> str:
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def holds(self, text: str) -> bool:
        """Whether a secret stands in the text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def value(self, value: Json) -> Any:
        """The value with every text in it masked, keys too; the value itself when there is nothing to mask."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(MASK, value)
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self._pattern.sub(MASK, key): self.value(item) for key, item in value.items()}
        return value

    def bytes(self, raw: bytes) -> bytes:
        """Bytes masked as the texts that they hold; what is no text passes unchanged."""
        if self._pattern is None:
            return raw
        return self.text(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
