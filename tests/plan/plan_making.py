"""From a document's text to its plan, for the tests of the plan."""

from __future__ import annotations

import textwrap

from overture.checks import check
from overture.language.reading import Reading, read
from overture.plan.build import plan
from overture.plan.model import Block, Plan

HEAD = "overture: 1\nname: example\n"


def planned(document: str, *others: str) -> Plan:
    """The plan of a document, given without its first two lines; `others` are whole, those that it calls."""
    texts = [HEAD + textwrap.dedent(document), *map(textwrap.dedent, others)]
    readings = [read(text, f"{number}.flow.yaml") for number, text in enumerate(texts)]
    named: dict[str, Reading] = {each.workflow.name: each for each in readings if each.workflow is not None}
    verdict = check(readings[0], named.get)
    assert verdict.checked is not None, [each.message for each in verdict.diagnostics]
    return plan(verdict.checked)


def needs(block: Block) -> dict[str, tuple[str, ...]]:
    """The tasks of a block in order, each with what it needs."""
    return {task.id: task.needs for task in block.tasks}
