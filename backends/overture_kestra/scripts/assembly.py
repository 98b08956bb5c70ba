"""What a flow carries of the scripts: of each the part that the flow uses, as one text.

A script asks `if "pages" in given:` for what only some steps ask for. Of a name that no step of the flow gives the
branch is left out, and with it every definition and import that nothing needs any more. A module that one script
alone imports becomes part of that script.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

ASKED = frozenset(("given", "schema", "call", "program", "file", "asked", "ask", "hook"))
"""Where scripts look for what they were asked for; in `schema` it is a keyword, named `schema.enum`."""

# modules that look at what another script is given
_ASKS_FOR = {"pages": "request", "hosts": "request"}

# what only our own tools read
_TOOLING = re.compile(r"  # (type: ignore|noqa)[^\n]*")


@cache
def source(name: str) -> str:
    """The whole text of a script. Raises FileNotFoundError."""
    return _TOOLING.sub("", files(__package__).joinpath(f"{name}.py").read_text("utf-8"))


@cache
def modules() -> frozenset[str]:
    own = {"__init__", "assembly"}
    return frozenset(
        each.name.removesuffix(".py")
        for each in files(__package__).iterdir()
        if each.name.endswith(".py") and each.name.removesuffix(".py") not in own
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A statement of a module with the comments over it: the names that it defines (none: it is what the module does
    when it is run) and those that it uses."""

    text: str
    defines: frozenset[str]
    uses: frozenset[str]
    is_definition: bool


@dataclass(slots=True)
class Module:
    """A script without what its flow does not ask for. `imports`: where a name comes from, as `import` lines say."""

    name: str
    docstring: str
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)


def read_module(name: str, parts: Collection[str]) -> Module:
    """The module without the branches for what is not among the parts."""
    text = without_branches(source(name), asked_of(name, parts))
    tree = ast.parse(text)
    lines = text.split("\n")
    module = Module(name, ast.get_docstring(tree, clean=False) or "")
    for node in tree.body:
        if isinstance(node, ast.Import):
            module.imports |= {each.name: (each.name, None) for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            module.imports |= {each.name: (str(node.module), each.name) for each in node.names}
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            module.segments.append(_segment(node, lines))
    return module


def asked_of(name: str, parts: Collection[str]) -> set[str]:
    """The parts that a module looks for, without the name of the script; `step` is given those of any."""
    asks = _ASKS_FOR.get(name, name)
    found = {part for part in parts if part.startswith("schema.")}
    for part in parts:
        script, _, key = part.partition(".")
        if script != "schema" and (name == "step" or script == asks):
            found.add(key)
    return found


def _segment(node: ast.stmt, lines: list[str]) -> Segment:
    start, end = _span(node, lines)
    uses = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            uses.add(each.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
            uses.add(f"{each.value.id}.{each.attr}")  # what `import urllib.error` brings
    defines: set[str] = set()
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        defines = {node.name}
    elif isinstance(node, ast.Assign):
        defines = {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        defines = {node.target.id}
    is_definition = isinstance(node, (ast.FunctionDef, ast.ClassDef))
    return Segment("\n".join(lines[start:end]), frozenset(defines), frozenset(uses), is_definition)


def _span(node: ast.stmt, lines: list[str]) -> tuple[int, int]:
    """Its lines, with the comments right above it."""
    start = node.lineno - 1
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.decorator_list:
        start = node.decorator_list[0].lineno - 1
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start, node.end_lineno or node.lineno


# ---- branches


def without_branches(text: str, parts: Collection[str]) -> str:
    """The text without the branches for what is not asked for, outermost first, until none is left."""
    while True:
        lines = text.split("\n")
        found = next(_decided(ast.parse(text), parts), None)
        if found is None:
            return text
        node, holds = found
        start, end = _span(node, lines)
        kept, inner = node.body if holds else node.orelse, []
        if kept:
            first = _span(kept[0], lines)[0]
            inner = [line.removeprefix("    ") for line in lines[first : kept[-1].end_lineno]]
        text = "\n".join([*lines[:start], *inner, *lines[end:]])


def _decided(tree: ast.AST, parts: Collection[str]) -> Iterator[tuple[ast.If, bool]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If):
            holds = _holds(node.test, parts)
            if holds is not None:
                yield node, holds


def _holds(test: ast.expr, parts: Collection[str]) -> bool | None:
    """What a condition comes to whatever a step is given; None where that is not known."""
    match test:
        case ast.Compare(ast.Constant(str(name)), [ast.In()], [ast.Name(where)]) if where in ASKED:
            return None if (f"schema.{name}" if where == "schema" else name) in parts else False
        case ast.Compare(ast.Constant(str(name)), [ast.NotIn()], [ast.Name(where)]) if where in ASKED:
            return None if name in parts else True
        case ast.BoolOp(op, values):
            found = [_holds(value, parts) for value in values]
            if isinstance(op, ast.And):
                return False if False in found else None
            return False if set(found) == {False} else None
    return None


# ---- what is needed


@dataclass(slots=True)
class Assembly:
    """The texts that a flow carries, by name; `beside`: the other texts that each of them imports."""

    texts: dict[str, str]
    beside: dict[str, frozenset[str]]


def assemble(roots: Mapping[str, Collection[str]], parts: Collection[str]) -> Assembly:
    """The scripts that a flow uses. `roots`: of each that a step runs or imports from, the names that it imports
    (none: it is run). `parts`: what the steps of the flow ask for,
    as `request.pages`, and the keywords of their schemas, as `schema.enum`."""
    loaded = {name: read_module(name, parts) for name in modules()}
    kept = _kept(loaded, roots)
    needs = {name: {origin for origin, _ in _imported(loaded[name], kept[name])} & modules() for name in kept}
    hosts = _hosts(needs, roots)
    inside = {
        name: [each for each in _in_order(needs) if hosts.get(each) == name] + [name]
        for name in kept
        if name not in hosts
    }
    beside = {
        name: frozenset(other for each in inner for other in needs[each] if other in inside) - {name}
        for name, inner in inside.items()
    }
    texts = {name: _text([loaded[each] for each in inner], kept, beside[name]) for name, inner in inside.items()}
    return Assembly(texts, beside)


def _kept(loaded: Mapping[str, Module], roots: Mapping[str, Collection[str]]) -> dict[str, set[Segment]]:
    """The statements of each module that are needed."""
    kept: dict[str, set[Segment]] = {}
    queue = [(name, each) for name, wanted in roots.items() for each in (wanted or [""])]
    done: set[tuple[str, str]] = set()
    while queue:
        name, wanted = entry = queue.pop()
        if entry in done:
            continue
        done.add(entry)
        module = loaded[name]
        for segment in module.segments:
            if (wanted in segment.defines) if wanted else not segment.defines:
                kept.setdefault(name, set()).add(segment)
                for used in segment.uses:
                    origin, imported = module.imports.get(used, (name, used))
                    if origin in loaded and imported is not None:
                        queue.append((origin, imported))
    return kept


def _imported(module: Module, kept: Collection[Segment]) -> set[tuple[str, str | None]]:
    uses = {name for segment in kept for name in segment.uses}
    return {module.imports[name] for name in uses if name in module.imports}


def _hosts(needs: Mapping[str, set[str]], roots: Collection[str]) -> dict[str, str]:
    """Of each module that becomes part of another: which one. It is none that a step names, and one text needs it."""
    hosts: dict[str, str] = {}
    for name in reversed(_in_order(needs)):
        wanting = {hosts.get(other, other) for other, others in needs.items() if name in others}
        if name not in roots and len(wanting) == 1:
            hosts[name] = wanting.pop()
    return hosts


def _in_order(needs: Mapping[str, set[str]]) -> list[str]:
    """What is imported first."""
    order: list[str] = []
    while len(order) < len(needs):
        order += sorted(name for name in needs if name not in order and needs[name] <= set(order))
    return order


def _text(inside: list[Module], kept: Mapping[str, set[Segment]], beside: Collection[str]) -> str:
    """The modules as one text; what it imports of those beside it comes last among the imports."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for module in inside:
        for origin, name in _imported(module, kept[module.name]):
            if name is None:
                plain.add(origin)
            elif origin not in modules() or origin in beside:
                named.setdefault(origin, set()).add(name)
    foreign = [f"import {name}" for name in sorted(plain)]
    foreign += [f"from {origin} import {_names(named[origin])}" for origin in sorted(named) if origin not in beside]
    own = [f"from {origin} import {_names(named[origin])}" for origin in sorted(named) if origin in beside]
    blocks = [f'"""{inside[-1].docstring}"""', *("\n".join(each) for each in (foreign, own) if each)]
    text = "\n\n".join(blocks)
    was_definition = False
    for segment in (each for module in inside for each in module.segments if each in kept[module.name]):
        text += ("\n\n\n" if segment.is_definition or was_definition else "\n\n") + segment.text
        was_definition = segment.is_definition
    return text + "\n"


def _names(names: Collection[str]) -> str:
    """In the order of a formatter: constants, classes, the rest."""
    return ", ".join(sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name)))
