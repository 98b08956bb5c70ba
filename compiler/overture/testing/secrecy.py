"""Whether a secret of a case stands in anything that a run has shown or kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.testing.cases import Case
from overture.testing.models import MODEL_KEY
from overture_local.secrecy import MIN_MASKED_CHARACTERS, forms

EXCERPT_BYTES = 60


def leaks(case: Case, shown: Mapping[str, bytes]) -> list[str]:
    """The secrets of a placed case that stand in what its run has shown, by place, a line each: as they are, in base64
    at any alignment, escaped for a url or for JSON. The key of the models counts too. A secret that is no longer than
    what is not masked, or that an input holds as well, is none."""
    lines = []
    for name, value in secrets_of(case).items():
        needles = sorted({form.encode("utf-8", "surrogatepass") for form in forms(value)}, key=len, reverse=True)
        for place, content in shown.items():
            found = next((needle for needle in needles if needle in content), None)
            if found is not None:
                lines.append(f"secrets: `{name}` stands in {place}: {_excerpt(content, found)}")
    return lines


def secrets_of(case: Case) -> dict[str, str]:
    """The values that nothing may show."""
    public = list(_texts(dict(case.inputs)))
    given = {**case.secrets, "OPENAI_API_KEY": MODEL_KEY}
    return {
        name: value
        for name, value in given.items()
        if len(value) >= MIN_MASKED_CHARACTERS and not any(value in text for text in public)
    }


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _excerpt(content: bytes, found: bytes) -> str:
    at = content.index(found)
    around = content[max(0, at - EXCERPT_BYTES) : at + len(found) + EXCERPT_BYTES]
    return around.decode("utf-8", "replace").replace("\n", " ")
