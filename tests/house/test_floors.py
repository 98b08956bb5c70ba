"""Lower never imports higher, backends never import each other, and each library has one home."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {
    "overture.diagnostics": 0,
    "overture.expressions": 1,
    "overture.language": 2,
    "overture.checks": 3,
    "overture.plan": 4,
    "overture_kestra": 5,
    "overture_local": 5,
    "overture_prefect": 5,
    "overture.drafting": 5,
    "overture.api": 6,
    "overture.cli": 6,
    "overture.testing": 6,
    "overture": 7,
    "overture_prompts": 0,
    "overture_schemas": 0,
}
HOMES = {
    "networkx": ("overture.checks",),
    "openai": ("overture.drafting",),
    "click": ("overture.cli",),
    "rich": ("overture.cli",),
    "jinja2": ("overture.expressions", "overture.drafting", "overture_prefect"),
    "pydantic": ("overture.language",),
    "yaml": ("overture.language", "overture_kestra", "overture.testing"),
    "ruamel": ("overture.language",),
    "jsonschema": ("overture.language",),
    "cron_descriptor": ("overture.plan",),
    "cronsim": ("overture.checks",),
    "sqlglot": ("overture.checks",),
    "graphlay": ("overture.plan.drawing.arrangement",),
    "httpx2": ("overture_local", "overture.drafting"),
}


def _modules() -> Iterator[tuple[str, Path]]:
    for folder in ("compiler", "backends", "prompts", "schemas"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _imports(path: Path) -> Iterator[str]:
    """What a module imports, but for what only the type checker sees."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "overture")


def _floor(name: str) -> tuple[str, int] | None:
    found = [each for each in FLOORS if name == each or name.startswith(each + ".")]
    return (max(found, key=len), FLOORS[max(found, key=len)]) if found else None


MODULES = list(_modules())


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_no_module_imports_a_higher_floor(name: str, path: Path) -> None:
    own = _floor(name)
    assert own is not None, f"`{name}` has no floor"
    for imported in _imports(path):
        other = _floor(imported)
        if other is None or other[0] == own[0] or imported == "overture":
            continue
        assert other[1] < own[1] or own[1] == other[1] == 6, f"{name} imports {imported}"


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_each_library_has_one_home(name: str, path: Path) -> None:
    for imported in _imports(path):
        homes = HOMES.get(imported.partition(".")[0])
        assert homes is None or any(name == home or name.startswith(home + ".") for home in homes), (
            f"{name} imports {imported}"
        )


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_modules_stay_short(name: str, path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def test_no_module_is_a_drawer() -> None:
    for name, _ in MODULES:
        assert name.rpartition(".")[2] not in {"utils", "helpers", "common", "manager", "base", "misc"}
