"""The tables of filters, tests and functions in the language reference, from the one table."""

from __future__ import annotations

from overture.expressions.schemas import describe
from overture.expressions.table import FILTERS, FUNCTIONS, REQUIRED, TESTS, Parameter
from overture.expressions.values import MISSING, json_text


def filters_table() -> str:
    """Markdown: a row a filter, with an example that the tests run."""
    rows = ["| filter | takes | meaning | example |", "|---|---|---|---|"]
    for row in FILTERS.values():
        written = ", ".join(_parameter(each) for each in row.parameters)
        example = next((each for each in row.examples if each.error is None), None)
        shown = f"`{_cell(example.expression)}` is `{_cell(json_text(example.result))}`" if example else ""
        name = f"{row.name}({written})" if written else row.name
        rows.append(f"| `{_cell(name)}` | {describe(row.subject)} | {_cell(row.meaning)} | {shown} |")
    return "\n".join(rows)


def tests_table() -> str:
    """Markdown: the tests after `is`, then the functions."""
    rows = ["| word | meaning |", "|---|---|"]
    rows += [f"| `is {name}` | {_cell(row.meaning)} |" for name, row in TESTS.items()]
    rows += [f"| `{name}(…)` | {_cell(row.meaning)} |" for name, row in FUNCTIONS.items()]
    return "\n".join(rows)


def _parameter(parameter: Parameter) -> str:
    if parameter.default is REQUIRED:
        return parameter.name
    return f"{parameter.name}=…" if parameter.default is MISSING else f"{parameter.name}={json_text(parameter.default)}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")
