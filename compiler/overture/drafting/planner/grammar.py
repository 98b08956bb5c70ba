"""What the planner understands, as a table for people: read from the patterns themselves."""

from __future__ import annotations

from dataclasses import dataclass

from overture.drafting.planner.steps import STEPS
from overture.drafting.planner.wordings import WORDINGS

BLOCKS: tuple[tuple[str, str], ...] = (
    ("Starting", "every weekday at nine Berlin time"),
    ("Starting", "every 15 minutes between 9 and 17 on weekdays"),
    ("Starting", "on the 1st and 15th of every month at noon"),
    ("Starting", "when an order arrives by webhook"),
    ("Starting", "after the workflow nightly_sales finishes"),
    ("Blocks", "for each order, ..."),
    ("Blocks", "for each order with a total over 500, ..."),
    ("Blocks", 'for each order whose state is "open", ...'),
    ("Blocks", "if there are no orders, ..., otherwise if ..., otherwise ..."),
    ("Blocks", "... unless the order is urgent"),
    ("Blocks", "if it fails, ... (the run)"),
    ("Blocks", "if that fails, ..., otherwise ... (the step before)"),
    ("Blocks", "whatever happens, ..."),
)
"""How a workflow starts, and blocks: they are not worded by one pattern each."""


@dataclass(frozen=True, slots=True)
class GrammarRow:
    """One line of the table: what the words are for, and how they may go."""

    family: str
    example: str


def grammar() -> tuple[GrammarRow, ...]:
    """All that is understood, by family, each by its example."""
    rows = [GrammarRow(family, example) for family, example in BLOCKS]
    rows += [GrammarRow("Conditions", f"if {wording.example}") for wording in WORDINGS]
    rows += [GrammarRow(step.family, step.example) for step in STEPS]
    return tuple(rows)


def grammar_table() -> str:
    """The table in Markdown: a row a family, its examples in order."""
    families: dict[str, list[str]] = {}
    for row in grammar():
        families.setdefault(row.family, []).append(
            f"`{row.example}`" if "`" not in row.example else f"`` {row.example} ``"
        )
    lines = ["| family | understood |", "|---|---|"]
    lines += [
        f"| {family} | {'; '.join(examples).replace('|', chr(92) + '|')} |" for family, examples in families.items()
    ]
    return "\n".join(lines) + "\n"
