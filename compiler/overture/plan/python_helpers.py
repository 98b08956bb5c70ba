"""The helpers of written Python as source: what each needs is read off the functions themselves.

The functions stand in python_values.py, python_texts.py, python_lists.py and python_dates.py as any others do, typed
and tested; here their sources are taken from those files, with the helpers, constants and imports that they name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from overture.plan import python_dates, python_lists, python_texts, python_values

_MODULES = (python_values, python_texts, python_lists, python_dates)


@dataclass(frozen=True, slots=True)
class _Helper:
    source: str
    names: frozenset[str]
    is_constant: bool


def _read() -> tuple[dict[str, _Helper], dict[str, str]]:
    """Every function and constant of the modules, in order; and the import line of each imported name."""
    helpers: dict[str, _Helper] = {}
    imports: dict[str, str] = {}
    for module in _MODULES:
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import):
                imports |= {each.name: f"import {each.name}" for each in node.names}
            elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith(("overture", "__future__")):
                imports |= {each.name: f"from {node.module} import {each.name}" for each in node.names}
            elif isinstance(node, ast.FunctionDef | ast.Assign):
                name = node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.targets[0])
                names = frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name)) - {name}
                text = ast.get_source_segment(source, node) or ""
                helpers[name] = _Helper(text, names, isinstance(node, ast.Assign))
    return helpers, imports


_HELPERS, _IMPORTS = _read()

HELPERS: Mapping[str, str] = {name: each.source for name, each in _HELPERS.items() if not each.is_constant}
"""The source of each helper by its name, without those that it needs."""

CONSTANTS: frozenset[str] = frozenset(_HELPERS) - frozenset(HELPERS)
"""Names that helpers need besides."""


def needed_helpers(names: Iterable[str]) -> list[str]:
    """These helpers and those that they need (constants too), in an order in which they can be written."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [each for each in _HELPERS[name].names if each in _HELPERS]
    return [name for name in _HELPERS if name in needed]


def helper_imports(names: Iterable[str]) -> frozenset[str]:
    """The import lines that these helpers and those that they need ask for, each importing one name."""
    words = {word for name in needed_helpers(names) for word in _HELPERS[name].names}
    return frozenset(_IMPORTS[word] for word in words if word in _IMPORTS)


def helper_functions(names: Iterable[str]) -> str:
    """The helpers and those that they need, two empty lines between functions, without imports."""
    needed = [_HELPERS[name] for name in needed_helpers(names)]
    constants = [each.source for each in needed if each.is_constant]
    functions = [each.source for each in needed if not each.is_constant]
    return "\n\n\n".join([*(["\n".join(constants)] if constants else []), *functions])


def helper_sources(names: Iterable[str], imports: Iterable[str] = ()) -> str:
    """What has to stand before code that calls these helpers: import lines (with further ones), then the helpers in
    order. Ends in a line break unless it is empty."""
    names = list(names)
    lines = grouped_imports({*helper_imports(names), *imports})
    return "\n\n\n".join(each for each in (lines, helper_functions(names)) if each) + ("\n" if names or lines else "")


def grouped_imports(lines: Iterable[str]) -> str:
    """Import lines of the standard library as isort orders them, those from one module joined."""
    plain = sorted(line for line in set(lines) if line.startswith("import "))
    named: dict[str, set[str]] = {}
    for line in set(lines) - set(plain):
        module, _, imported = line.removeprefix("from ").partition(" import ")
        named.setdefault(module, set()).update(imported.split(", "))
    joined = [f"from {module} import {', '.join(sorted(names, key=_isort_key))}" for module, names in named.items()]
    return "\n".join([*plain, *sorted(joined)])


def _isort_key(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
