"""What is slow to import is imported only where it is used."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "pydantic",
    "networkx",
    "openai",
    "jinja2",
    "yaml",
    "jsonschema",
    "httpx2",
    "graphlay",
    "rich",
    "click",
    "sqlite3",
    "asyncio",
)


def _loaded(code: str) -> set[str]:
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout
    return {name.partition(".")[0] for name in printed.split()}


def test_version_imports_nothing_heavy() -> None:
    loaded = _loaded("import sys; sys.argv = ['overture', '--version']; from overture.cli import main; main()")
    assert not loaded.intersection(HEAVY)


def test_import_overture_imports_nothing_heavy() -> None:
    assert not _loaded("import overture").intersection(HEAVY)


def test_help_imports_no_command() -> None:
    program = "import sys; sys.argv = ['overture', '--help']; from overture.cli import main"
    loaded = _loaded(f"{program}\ntry: main()\nexcept SystemExit: pass")
    assert not loaded.intersection({"pydantic", "networkx", "openai", "jinja2", "yaml", "jsonschema", "httpx2"})


def test_check_needs_no_model_and_no_network_library() -> None:
    code = "import overture; overture.check('overture: 1\\nname: a\\ntasks: [{id: b, kind: log, message: c}]\\n')"
    assert not _loaded(code).intersection({"openai", "httpx2", "networkx", "rich", "sqlite3"})
