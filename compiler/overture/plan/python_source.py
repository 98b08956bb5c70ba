"""Expression trees as Python source: the one translation that every backend which writes Python shares.

The rule: idiomatic Python where the types on the tree show that it means the same (`issue["title"]`, `a == b`, an
f-string), a call of a small helper where they do not (rendering what may be a float, `default` at depth, comparing what
may be a boolean with what may be a number). Helpers are plain functions that are copied into what is written, so that
it imports nothing of ours.

The values that the code meets are JSON as Python has it, with whole doubles already integers, as `read_json` gives
them; a value that the tree's type excludes must have been refused where it came in.
"""

from __future__ import annotations

from dataclasses import dataclass

from overture.expressions.tree import Call, Expr, Filter, Span, Test, walk
from overture.plan.python_filters import PYTHON
from overture.plan.python_helpers import HELPERS, helper_functions, helper_imports, helper_sources, needed_helpers
from overture.plan.python_literals import python_literal, python_text
from overture.plan.python_nodes import Names, Naming, NoPython, Writer, row_name

__all__ = [
    "HELPERS",
    "PYTHON",
    "Names",
    "Naming",
    "NoPython",
    "PythonCode",
    "helper_functions",
    "helper_imports",
    "helper_sources",
    "missing_rows",
    "needed_helpers",
    "python_condition",
    "python_expression",
    "python_literal",
    "python_text",
]


@dataclass(frozen=True, slots=True)
class PythonCode:
    """`text` is one expression on one line; `helpers` are the names of HELPERS that it calls, `imports` whole import
    lines that it needs besides. `is_atom`: an attribute or a subscript may follow it without brackets."""

    text: str
    helpers: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    is_atom: bool = False


def python_expression(tree: Expr, naming: Naming) -> PythonCode:
    """The source of a tree. Raises NoPython where a filter, test or function has no row in PYTHON."""
    writer = Writer(naming, PYTHON)
    code = writer.code(tree)
    return PythonCode(code.text, frozenset(writer.helpers), frozenset(writer.imports), code.is_atom)


def python_condition(tree: Expr, naming: Naming) -> PythonCode:
    """The source of a tree that must be a boolean: what is not is refused when it runs."""
    writer = Writer(naming, PYTHON)
    code = writer.condition(tree)
    return PythonCode(code.text, frozenset(writer.helpers), frozenset(writer.imports), code.is_atom)


def missing_rows(tree: Expr) -> list[tuple[str, Span]]:
    """The filters, tests and functions of a tree that have no row, with their places."""
    rows = [node for node in walk(tree) if isinstance(node, Filter | Test | Call)]
    return [(row_name(node), node.name_span) for node in rows if row_name(node) not in PYTHON]
