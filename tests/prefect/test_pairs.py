"""Our exports beside what somebody who knows Prefect writes by hand, from its documentation (docs.prefect.io)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from overture.cli.loading import load
from overture.plan.build import plan
from overture_prefect import backend

HERE = Path(__file__).parent
FLOWS = HERE.parent / "kestra" / "pairs"

MORE = {"nightly_import": 1.45, "stock_check": 1.35, "release_notes": 3.3}
"""How many times as long as the one by hand an export may be. What it has more is redirects that stay on https, whole
numbers, files that stay in the working folder, programs and code in processes that leave nothing behind."""


def lines_of(source: str) -> int:
    """Lines without comments, empty ones and docstrings."""
    tree = ast.parse(source)
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(bool(line.strip()) and not line.strip().startswith("#") and number not in told for number, line in lines)


@pytest.mark.parametrize("name", sorted(MORE))
def test_an_export_is_not_much_longer_than_one_by_hand(name: str) -> None:
    checked = load(str(FLOWS / name / f"{name}.flow.yaml")).verdict.checked
    assert checked is not None
    ours = lines_of(backend.export(plan(checked), {}).files[f"{name}.py"])
    by_hand = lines_of((HERE / "pairs" / name / "by_hand.py").read_text("utf-8"))
    assert ours <= MORE[name] * by_hand, (ours, by_hand)


@pytest.mark.parametrize("name", sorted(MORE))
def test_the_tasks_are_those_that_somebody_writes_by_hand(name: str) -> None:
    checked = load(str(FLOWS / name / f"{name}.flow.yaml")).verdict.checked
    assert checked is not None
    ours = backend.export(plan(checked), {}).files[f"{name}.py"]
    assert tasks_of(ours) == tasks_of((HERE / "pairs" / name / "by_hand.py").read_text("utf-8"))


def tasks_of(source: str) -> set[str]:
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
        and any(ast.unparse(each).startswith("task") for each in node.decorator_list)
    }
