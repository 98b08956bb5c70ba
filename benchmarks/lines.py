"""How much code there is, by package: lines that hold code, not comments, docstrings or nothing."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from measure import Row

ROOT = Path(__file__).parents[1]
_NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def measure() -> Iterator[Row]:
    """Each package, `overture` by its parts too, and the tests."""
    counts: Counter[str] = Counter()
    for root in ("compiler", "backends", "prompts", "schemas"):
        for path in (ROOT / root).rglob("*.py"):
            parts = path.relative_to(ROOT / root).parts
            count = code_lines(path.read_text(encoding="utf-8"))
            counts[parts[0]] += count
            if parts[0] == "overture" and len(parts) > 2:
                counts[f"overture.{parts[1]}"] += count
    written = [each for each in (ROOT / "tests").rglob("*.py") if "cases" not in each.parts]  # goldens are generated
    counts["tests"] = sum(code_lines(path.read_text(encoding="utf-8")) for path in written)
    for name in sorted(counts):
        yield Row("lines", name, counts[name], "lines")


def code_lines(text: str) -> int:
    """The lines on which a token of code stands."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)
