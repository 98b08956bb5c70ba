"""From the model of a module to its source, checked before it leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from textwrap import dedent

from overture.plan.python_source import python_text
from overture_prefect.layout import INDENT, WIDTH, fits, lay_out, lay_out_function
from overture_prefect.lower import wrapped
from overture_prefect.model import Comment, Function, Module, Statement, Suite

_LIBRARIES = ("httpx", "jsonschema", "prefect", "psycopg", "pydantic")


def render(module: Module) -> str:
    """The source of a module. Raises ValueError where it is not what this backend writes."""
    head = ["\n".join(_head(module)), *(["\n".join(_constants(module))] if module.constants else [])]
    parts = ["\n\n".join(head)]
    parts += ["\n".join(_narrow(each)) for each in module.helpers]
    parts += ["\n".join(_function(each)) for each in module.tasks]
    if module.flow is not None:
        parts.append("\n".join(_function(module.flow)))
    if module.main:
        parts.append("\n".join(_statements([Suite('if __name__ == "__main__"', module.main)], 0)))
    source = _marked("\n\n\n".join(parts) + "\n")
    check_source(source)
    return source


_NOQA = "  # noqa: E501"


def _marked(source: str) -> str:
    """The source with a mark where a line cannot be broken: a text without spaces, somebody's code."""
    lines = source.split("\n")
    wide = [number for number, line in enumerate(lines) if len(line) > WIDTH]
    if not wide:
        return source
    texts = [node for node in ast.walk(_parsed(source)) if isinstance(node, ast.Constant | ast.JoinedStr)]
    ends = {number: node.end_lineno or 0 for node in texts for number in range(node.lineno, node.end_lineno or 0)}
    for number in sorted({ends.get(number + 1, number + 1) for number in wide}):
        lines[number - 1] += _NOQA
    return "\n".join(lines)


def _head(module: Module) -> Iterator[str]:
    yield from _docstring(module.docstring, 0)
    if module.imports:
        yield ""
        yield from _imports(module.imports)


def _narrow(source: str) -> Iterator[str]:
    """The source of a helper; those of checks of formats are of another width."""
    for line in source.splitlines():
        if len(line) <= WIDTH:
            yield line
        else:
            depth = (len(line) - len(line.lstrip())) // len(INDENT)
            yield from _line(line.strip(), depth)


def _imports(lines: set[str]) -> Iterator[str]:
    """As isort has them: the standard library, then libraries, then modules beside this one."""
    groups: list[list[str]] = [[], [], []]
    for line in _joined(lines):
        root = line.split()[1].split(".")[0]
        is_beside = line.startswith("from ") and root not in _LIBRARIES and " as " in line
        groups[1 if root in _LIBRARIES else 2 if is_beside else 0].append(line)
    for number, group in enumerate(each for each in groups if each):
        if number:
            yield ""
        for line in sorted(group, key=lambda each: (each.startswith("from "), each.split()[1], each)):
            yield from _import(line)


def _joined(lines: set[str]) -> list[str]:
    named: dict[str, set[str]] = {}
    found = []
    for line in lines:
        if line.startswith("import ") or " as " in line:
            found.append(line)
            continue
        source, _, names = line.removeprefix("from ").partition(" import ")
        named.setdefault(source, set()).update(names.split(", "))
    return found + [f"from {source} import {', '.join(sorted(names, key=_rank))}" for source, names in named.items()]


def _rank(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _import(line: str) -> Iterator[str]:
    if fits(line, 0):
        yield line
        return
    head, _, names = line.partition(" import ")
    yield f"{head} import ("
    yield from (f"{INDENT}{name}," for name in names.split(", "))
    yield ")"


def _constants(module: Module) -> Iterator[str]:
    for name, source in module.constants.items():
        if "\n" in source:
            yield f"{name} = {source}"
        else:
            yield from _line(f"{name} = {source}", 0)


def _function(function: Function) -> Iterator[str]:
    for decorator in function.decorators:
        yield from lay_out(f"@{decorator}")
    head = f"{'async ' * function.is_async}def {function.name}"
    yield from lay_out_function(head, [str(each) for each in function.parameters], f" -> {function.returns}:")
    if function.docstring:
        yield from _docstring(function.docstring, 1)
    if function.body or not function.docstring:
        yield from _statements(function.body, 1, function.docstring is None)


def _docstring(text: str, depth: int) -> Iterator[str]:
    """A docstring; what three quotes cannot hold is written as a plain text."""
    indent = INDENT * depth
    text = "\n".join(line.strip() for line in text.strip().splitlines())
    is_plain = all(char.isprintable() or char == "\n" for char in text)
    text = text.replace("\\", "\\\\")
    if not is_plain or '"""' in text or text.endswith('"') or not text:
        yield indent + python_text(text.replace("\\\\", "\\"))
        return
    most = WIDTH - len(indent)
    lines = [part for line in text.split("\n") for part in (wrapped(line, most - 6) if line else [""])]
    if len(lines) == 1:
        yield f'{indent}"""{lines[0]}"""'
        return
    yield f'{indent}"""{lines[0]}'
    yield from (f"{indent}{line}" if line else "" for line in lines[1:])
    yield f'{indent}"""'


def _line(line: str, depth: int) -> list[str]:
    """A logical line in as many as it takes; as it is where breaking it would change what it means."""
    lines = lay_out(line, depth)
    if len(lines) == 1:
        return lines
    try:
        is_same = _meaning(line) == _meaning(dedent("\n".join(lines)))
    except SyntaxError:  # a long line runs, a broken one does not
        is_same = False
    return lines if is_same else [INDENT * depth + line]


def _meaning(source: str) -> str:
    source = f"if x: pass\n{source}" if source.startswith("el") else source
    return ast.dump(_parsed(f"{source} pass" if source.endswith(":") else source))


def _is_function(statement: Statement) -> bool:
    return isinstance(statement, Suite) and statement.header.startswith(("def ", "async def "))


def _statements(statements: list[Statement], depth: int, is_first_in_function: bool = False) -> Iterator[str]:
    for number, each in enumerate(statements):
        if isinstance(each, Comment):
            most = WIDTH - len(INDENT) * depth - 2
            yield from (f"{INDENT * depth}# {line}" for line in wrapped(each.text, most))
        elif isinstance(each, Suite):
            if _is_function(each) and (number or not is_first_in_function):
                yield ""
            yield from _line(f"{each.header}:", depth)
            yield from _statements(each.body, depth + 1, _is_function(each))
            if _is_function(each) and number < len(statements) - 1 and not _is_function(statements[number + 1]):
                yield ""
        else:
            yield from _line(each, depth)
    if not statements:
        yield f"{INDENT * depth}pass"


# Nothing of the document may become code that this backend does not write

_FORBIDDEN_NAMES = frozenset(("eval", "__import__", "globals", "locals", "breakpoint", "open", "input", "vars"))
_FORBIDDEN_NODES = (ast.Global, ast.YieldFrom, ast.Match, ast.AsyncFor)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SystemError:  # CPython 3.11 and a collection of garbage amid the parse (gh-106905): the next one is right
        return ast.parse(source)


def check_source(source: str) -> None:
    """Raises ValueError for a source that does not parse, or holds what no module of ours holds."""
    tree = _parsed(source)
    compile(tree, "<module>", "exec")  # finds what a tree alone does not show, such as a wrong nonlocal
    for node in ast.walk(tree):
        if isinstance(node, _FORBIDDEN_NODES):
            raise ValueError(f"a {type(node).__name__} in line {getattr(node, 'lineno', 0)}")
        if isinstance(node, ast.Name) and node.id in _FORBIDDEN_NAMES:
            raise ValueError(f"`{node.id}` in line {node.lineno}")
        if isinstance(node, ast.Attribute) and node.attr.startswith("__") and node.attr != "__name__":
            raise ValueError(f"`{node.attr}` in line {node.lineno}")
    for statement in tree.body:
        if not isinstance(statement, _TOP):
            raise ValueError(f"a {type(statement).__name__} in line {statement.lineno}")


_TOP = (
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Expr,
    ast.If,
)
