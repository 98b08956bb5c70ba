"""From a document's text to what the checker says of it, for the tests of the checker."""

from __future__ import annotations

import textwrap

from overture.checks import Verdict, check
from overture.diagnostics.model import At
from overture.language.reading import Reading, read

HEAD = "overture: 1\nname: example\n"


def verdict(document: str, *others: str) -> Verdict:
    """What `check` says of a document, given without its first two lines; `others` are whole, those that it calls."""
    texts = [HEAD + textwrap.dedent(document), *map(textwrap.dedent, others)]
    readings = [read(text, f"{number}.flow.yaml") for number, text in enumerate(texts)]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    return check(readings[0], named.get)


def codes(document: str, *others: str) -> list[str]:
    """The codes of all findings, in the order of the file."""
    return [each.code for each in verdict(document, *others).diagnostics]


def messages(document: str, *others: str) -> list[str]:
    return [each.message for each in verdict(document, *others).diagnostics]


def told(document: str, *others: str) -> list[tuple[str, str, str]]:
    """The code, the severity and the text at its place of each finding, in the order of the file."""
    lines = (HEAD + textwrap.dedent(document)).splitlines()
    return [(each.code, each.severity, _text(lines, each.at)) for each in verdict(document, *others).diagnostics]


def _text(lines: list[str], at: At) -> str:
    """What stands at a place; of more than one line the first."""
    end = at.end_column - 1 if at.line == at.end_line else None
    return lines[at.line - 1][at.column - 1 : end]
