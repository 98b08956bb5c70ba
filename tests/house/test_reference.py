"""The tables of the language reference are those of the code. `make docs` writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from overture.expressions import reference
from overture.language.reference import kinds_table

PATH = Path(__file__).parents[2] / "docs" / "language.md"
TABLES: dict[str, Callable[[], str]] = {
    "kinds": kinds_table,
    "filters": reference.filters_table,
    "tests": reference.tests_table,
}


def written(text: str) -> str:
    for name, table in TABLES.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda found, table=table: f"{found[1]}{table()}\n{found[2]}", text, flags=re.DOTALL)
    return text


@pytest.mark.parametrize("name", TABLES)
def test_the_table_in_the_reference_is_the_codes(name: str) -> None:
    text = PATH.read_text(encoding="utf-8")
    shown = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    assert shown is not None
    assert shown[1] == TABLES[name](), "run `make docs`"


if __name__ == "__main__":
    PATH.write_text(written(PATH.read_text(encoding="utf-8")), encoding="utf-8")
