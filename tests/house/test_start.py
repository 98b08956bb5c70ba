"""What is slow to import is imported only where it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from overture.language.reading import read

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


def _modules(code: str) -> set[str]:
    """The names of all modules that a new process has when it has run the code."""
    return set(
        subprocess.run(
            [sys.executable, "-c", f"{code}\nimport sys; print('\\0', *sys.modules)"],
            capture_output=True,
            text=True,
            check=True,
        )
        .stdout.partition("\0")[2]
        .split()
    )


def _loaded(code: str) -> set[str]:
    return {name.partition(".")[0] for name in _modules(code)}


def test_version_imports_nothing_heavy() -> None:
    loaded = _loaded("import sys; sys.argv = ['overture', '--version']; from overture.cli import main; main()")
    assert not loaded.intersection(HEAVY)


def test_import_overture_imports_nothing_heavy() -> None:
    assert not _loaded("import overture").intersection(HEAVY)


def test_help_imports_no_command() -> None:
    program = "import sys; sys.argv = ['overture', '--help']; from overture.cli import main"
    loaded = _loaded(f"{program}\ntry: main()\nexcept SystemExit: pass")
    assert not loaded.intersection({"pydantic", "networkx", "openai", "jinja2", "yaml", "jsonschema", "httpx2"})


UNUSED = {
    *("asyncio", "cron_descriptor", "httpx2", "jinja2", "jsonschema", "networkx", "openai", "referencing", "rich"),
    *("ruamel", "sqlglot", "sqlite3", "ssl", "numpy"),
}
"""What no check of a small sound file needs: no call, no cycle, no default beside more than a type, no query."""

SOUND = """overture: 1
name: small
tasks:
  - id: a
    kind: set
    values: {x: 1}
  - id: b
    kind: log
    message: "{{ tasks.a.x }}"
"""


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_checking_a_small_sound_file_imports_only_what_it_needs(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"small.flow.{ending}"
    path.write_text(SOUND if ending == "yaml" else json.dumps(read(SOUND, "small.flow.yaml").data), encoding="utf-8")
    program = f"import sys; sys.argv = ['overture', 'check', {str(path)!r}]; from overture.cli import main"
    loaded = _modules(f"{program}\ntry: main()\nexcept SystemExit as end: assert not end.code")
    assert not {name.partition(".")[0] for name in loaded}.intersection(UNUSED)
    # what says what is wrong with a file waits for one that has something wrong
    faulty = ("faults", "forms", "formatting", "json_text", "schema", "wire", "yaml_faults", "yaml_text")
    assert not loaded.intersection(f"overture.language.{name}" for name in faulty)
    assert not {name for name in loaded if name.startswith("overture.plan.")}
    # the search for plugins, and what only schedules and the names of temporary files need
    assert not loaded.intersection(("importlib.metadata", "cronsim"))


def test_the_models_are_built_once_for_the_whole_document() -> None:
    code = """
from overture.language.reading import read
from overture.language.tasks import TASKS
from overture.language.workflow import Workflow
assert not Workflow.__pydantic_complete__
read("overture: 1\\nname: a\\ntasks: [{id: b, kind: log, message: c}]\\n", "x.yaml")
assert Workflow.__pydantic_complete__
assert not any(each.__pydantic_complete__ for each in TASKS.values())
"""
    assert _modules(code)


def test_check_needs_no_model_and_no_network_library() -> None:
    code = "import overture; overture.check('overture: 1\\nname: a\\ntasks: [{id: b, kind: log, message: c}]\\n')"
    assert not _loaded(code).intersection({"openai", "httpx2", "networkx", "rich", "sqlite3"})
