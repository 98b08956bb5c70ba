"""The helpers of generated modules: which there are, what each needs, and their sources in order.

Those that work on values come from plan's translation to Python; those that need Prefect, httpx or jsonschema stand in
`functions/*.py.txt`, for these libraries are not ours to import. Which name needs which is read off the sources.

A line there that ends in `#: words` is left out unless the module has the features named: `#: accept`,
`#: auth and not secrets`, `#: pages or files`. What is left is laid out anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from overture.language import formats
from overture.plan import python_helpers, python_source
from overture_prefect.layout import lay_out_function, split

FILES = ("flow", "people", "http", "outside", "programs", "models")


@dataclass(frozen=True, slots=True)
class Helper:
    """A function, class or constant: its source, and the names that stand in it."""

    source: str
    names: frozenset[str]
    is_constant: bool


@cache
def own(features: frozenset[str] = frozenset()) -> tuple[Mapping[str, Helper], Mapping[str, str]]:
    """The helpers of this backend by name, in order, and the import line of each name that they import; of lines that
    only some modules have those for these features."""
    helpers: dict[str, Helper] = {}
    imports: dict[str, str] = {}
    for name in FILES:
        _read(chosen(_text(f"{name}.py.txt"), features), helpers, imports)
    return helpers, imports


_MARK = re.compile(r"  #: ([a-z_ ]+)$")
_SIGNATURE = re.compile(r"^((?:async )?def \w+)\(\n((?: .*\n)+?)\)(.*:)$", re.MULTILINE)


def chosen(text: str, features: frozenset[str]) -> str:
    """A text without the lines that need other features, and without the marks."""
    lines = []
    for line in text.splitlines():
        mark = _MARK.search(line)
        if mark is None:
            lines.append(line)
        elif any(all(_holds(term, features) for term in each.split(" and ")) for each in mark[1].split(" or ")):
            lines.append(line[: mark.start()])
    return _SIGNATURE.sub(_laid_out, "\n".join(lines))


def _holds(term: str, features: frozenset[str]) -> bool:
    return (term.removeprefix("not ") in features) != term.startswith("not ")


def _laid_out(match: re.Match[str]) -> str:
    parameters = [each.strip() for each in split(" ".join(map(str.strip, match[2].splitlines())), ",")]
    return "\n".join(lay_out_function(match[1], parameters, match[3]))


@cache
def of_formats() -> tuple[Mapping[str, Helper], Mapping[str, str], Mapping[str, str]]:
    """The helpers that check formats of texts, their imports, and for each format the source of its check."""
    helpers: dict[str, Helper] = {}
    imports: dict[str, str] = {}
    text = resources.files("overture.language").joinpath("formats.py").read_text("utf-8")
    _read(text, helpers, imports)
    table = ast.parse(text).body[-2]
    assert isinstance(table, ast.AnnAssign) and isinstance(table.value, ast.Dict)
    checks = {
        ast.literal_eval(key): ast.get_source_segment(text, value) or ""
        for key, value in zip(table.value.keys, table.value.values, strict=True)
        if key is not None
    }
    assert checks.keys() == formats.FORMATS.keys()
    return helpers, imports, checks


def _text(name: str) -> str:
    return resources.files("overture_prefect.functions").joinpath(name).read_text("utf-8")


def _read(text: str, helpers: dict[str, Helper], imports: dict[str, str]) -> None:
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            imports |= {each.name: f"import {each.name}" for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports |= {each.name: f"from {node.module} import {each.name}" for each in node.names}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign):
            name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else node.name
            names = _free_names(node) - {name}
            helpers[name] = Helper(_segment(text, node), names, isinstance(node, ast.Assign))


def _free_names(node: ast.AST) -> frozenset[str]:
    """The names that a definition reads and does not bind itself: a variable may be called as another helper is."""
    nodes = list(ast.walk(node))
    read = {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    bound = {each.id for each in nodes if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)}
    return frozenset(read - bound - {each.arg for each in nodes if isinstance(each, ast.arg)})


def _segment(text: str, node: ast.stmt) -> str:
    """The source of a statement with its decorators."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


@dataclass(frozen=True, slots=True)
class Sources:
    """What stands before the tasks of a module: import lines, constants, functions and classes in order."""

    imports: frozenset[str]
    constants: tuple[str, ...]
    functions: tuple[str, ...]


def sources_of(
    names: Iterable[str], format_names: Iterable[str] = (), features: frozenset[str] = frozenset()
) -> Sources:
    """The helpers of these names and all that they need."""
    if set(format_names):
        features |= {"formats"}
    helpers, imports = own(features)
    checks, check_imports, table = of_formats()
    waiting, needed, of_plan = list(names), set[str](), set[str]()
    lines: set[str] = set()
    constants: list[str] = []
    wanted = sorted(set(format_names) & set(table))
    formats_needed: set[str] = set()
    for name in wanted:
        formats_needed |= _closure(name, table[name], checks)
    while waiting:
        name = waiting.pop()
        if name in needed or name in of_plan:
            continue
        if name in helpers:
            needed.add(name)
            waiting += helpers[name].names
            lines |= {imports[each] for each in helpers[name].names if each in imports}
        elif name in python_source.HELPERS:
            of_plan.add(name)
    lines |= python_source.helper_imports(of_plan)
    for name in formats_needed:
        lines |= {check_imports[each] for each in checks[name].names if each in check_imports}
    functions = [source for source in python_source.helper_functions(of_plan).split("\n\n\n") if source]
    plan_constants = [each for each in functions if not each.startswith(("def ", "class "))]
    functions = [each for each in functions if each not in plan_constants]
    constants += [line for each in plan_constants for line in each.splitlines()]
    constants += [each.source for name, each in helpers.items() if name in needed and each.is_constant]
    constants += [each.source for name, each in checks.items() if name in formats_needed and each.is_constant]
    functions += [each.source for name, each in checks.items() if name in formats_needed and not each.is_constant]
    for name in wanted:
        lines |= {check_imports[word] for word in _words(table[name]) if word in check_imports}
    if wanted:
        lines |= {"from jsonschema import FormatChecker", "from typing import Any"}
        functions.append(_format_checker(table, wanted))
    for name, each in helpers.items():
        if name in needed and not each.is_constant:
            functions.append(each.source)
    return Sources(frozenset(lines), tuple(constants), tuple(functions))


def _format_checker(table: Mapping[str, str], names: list[str]) -> str:
    entries = "".join(f'        "{name}": {table[name]},\n' for name in names)
    return f'''def format_checker() -> FormatChecker:
    """The formats of texts that are checked."""
    checker = FormatChecker(formats=())
    checks: dict[str, Any] = {{
{entries}    }}
    for name, has_format in checks.items():
        checker.checks(name)(
            lambda value, test=has_format: not isinstance(value, str) or test(value)
        )
    return checker'''


def _words(source: str) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(source, mode="eval")) if isinstance(each, ast.Name)}


def _closure(name: str, source: str, helpers: Mapping[str, Helper]) -> set[str]:
    found: set[str] = set()
    waiting = list(_words(source))
    while waiting:
        word = waiting.pop()
        if word in helpers and word not in found:
            found.add(word)
            waiting += helpers[word].names
    return found


@cache
def all_names() -> set[str]:
    """Names that no name of the document may take."""
    named = re.compile(r"^(?:(?:async )?(?:def|class) )?([A-Za-z_]\w*)(?:\(| =|:)", re.MULTILINE)
    helpers = {name for file in FILES for name in named.findall(_text(f"{file}.py.txt"))}
    checks, _, _ = of_formats()
    return {*helpers, *checks, *python_source.HELPERS, *python_helpers.CONSTANTS}
