"""The parts of a rule's page: its title, its sections, the documents shown in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A document shown in a page; `language` is what its fence says, `yaml` or `json`."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    sections: dict[str, str]
    """The text of each section by its heading, in order."""

    def shown(self, section: str) -> list[Shown]:
        """The documents in a section, none where there is no such section."""
        return [Shown(match[1], match[2]) for match in _FENCE.finditer(self.sections.get(section, ""))]

    def markdown(self) -> str:
        """The whole page."""
        return "\n\n".join([f"# {self.title}", *(f"## {name}\n{text}" for name, text in self.sections.items())]) + "\n"


def page_of(text: str) -> Page:
    """A rule's docstring, taken apart."""
    title, *rest = _HEADING.split(text)
    return Page(
        title.strip().removesuffix("."),
        {name: body.strip("\n") for name, body in zip(rest[::2], rest[1::2], strict=True)},
    )
