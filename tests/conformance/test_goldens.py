"""Exports are what stands beside the cases, the same wherever they are made, and read by whoever is to read them."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import case_exports
import pytest
import yaml
from case_exports import CASES, REFUSED, export, exported, exporting_backends, goldens, workflows

from overture.testing import find_cases, load_case
from overture.testing.strict_yaml import read_yaml

EXPORTS = [
    pytest.param(workflow, name, id=f"{workflow.parent.name}-{name}")
    for workflow in workflows()
    for name in exporting_backends()
]
REQUIREMENT_NAME = re.compile(r"[A-Za-z0-9._-]+")


def exports_of(name: str) -> list[Any]:
    return [each for each in EXPORTS if each.values[1] == name]


@pytest.mark.parametrize(("workflow", "name"), EXPORTS)
def test_an_export_is_its_golden(workflow: Path, name: str, is_updating: bool) -> None:
    folder = goldens(workflow, name)
    files = exported(workflow, name)
    if is_updating:
        write(folder, files)
    assert read(folder) == files, "if that is as it should be: make goldens"


def test_every_golden_belongs_to_a_workflow_of_a_case() -> None:
    owned = {goldens(workflow, name) for workflow in workflows() for name in exporting_backends()}
    found = {folder for name in exporting_backends() for folder in CASES.glob(f"*/{name}")}
    assert found - owned == set()


@pytest.mark.parametrize("folder", find_cases(CASES), ids=lambda folder: folder.name)
def test_a_refused_case_says_why_it_is_not_run(folder: Path) -> None:
    case = load_case(folder)
    for name, support in case.engines.items():
        is_refused = REFUSED in exported(case.workflow.resolve(), name)
        assert not is_refused or support.marker in ("notyet", "never"), f"{name} exports no such workflow"


@pytest.mark.parametrize(("workflow", "name"), EXPORTS)
def test_a_plan_is_exported_to_the_same_bytes_twice(workflow: Path, name: str) -> None:
    assert list(export(workflow, name).items()) == list(exported(workflow, name).items())


def test_exports_do_not_depend_on_the_process_that_makes_them() -> None:
    here = case_exports.digests()
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    there = subprocess.run(
        [sys.executable, case_exports.__file__],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(there.stdout) == here


@pytest.mark.parametrize(("workflow", "name"), exports_of("kestra"))
def test_a_kestra_flow_is_the_same_to_every_reader_of_yaml(workflow: Path, name: str) -> None:
    for file, text in exported(workflow, name).items():
        if file == REFUSED:
            continue
        flow = read_yaml(text)  # YAML 1.2; no anchors, tags, duplicate keys
        assert yaml.safe_load(text) == flow  # YAML 1.1, which Kestra's reader leans to
        assert isinstance(flow, dict)
        assert flow["id"] == file.removesuffix(".yaml")


@pytest.mark.parametrize(("workflow", "name"), exports_of("prefect"))
def test_a_prefect_module_imports_only_what_it_declares(workflow: Path, name: str) -> None:
    files = exported(workflow, name)
    modules = {file: ast.parse(text, file) for file, text in files.items() if file.endswith(".py")}
    beside = {file.removesuffix(".py") for file in modules}
    names = set().union(*(imported(tree) for tree in modules.values())) - sys.stdlib_module_names - beside
    assert names == declared(files["requirements.txt"]) - RUN if modules else REFUSED in files


RUN = {"uv"}
"""Libraries that a module runs, and does not import."""


def declared(requirements: str) -> set[str]:
    """The modules of a requirements file; all bear their distribution's name."""
    names = (REQUIREMENT_NAME.match(line) for line in requirements.splitlines() if not line.startswith("#"))
    return {name[0].replace("-", "_") for name in names if name is not None}


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of all modules that a program imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(str(node.module).partition(".")[0])
    return names


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*")) if path.is_file()}


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.is_file() and path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8", newline="")
