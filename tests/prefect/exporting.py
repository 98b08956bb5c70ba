"""From a document to its module, and to what running it does."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import prefect_standin
from prefect_standin import Record

from overture.checks import check
from overture.language.reading import Reading, read
from overture.plan.backend import Export
from overture.plan.build import plan
from overture.plan.model import Plan
from overture_prefect import backend
from overture_prefect.names import flow_name, module_name


def plan_of(text: str, beside: Mapping[str, str] | None = None) -> Plan:
    """The plan of a document; `beside` holds the workflows that it may call."""

    def find(name: str) -> Reading | None:
        return read(beside[name], f"{name}.flow.yaml") if beside and name in beside else None

    verdict = check(read(text, "test.flow.json" if text.startswith("{") else "test.flow.yaml"), find)
    assert verdict.checked is not None, [each.message for each in verdict.diagnostics]
    return plan(verdict.checked)


def export(text: str, options: Mapping[str, str] | None = None) -> Export:
    return backend.export(plan_of(text), options or {})


def source_of(text: str, options: Mapping[str, str] | None = None) -> str:
    """The module of a document that has no called workflows."""
    found = export(text, options)
    assert found.files, found.gaps
    return next(iter(found.files.values()))


def document(tasks: str, more: str = "") -> str:
    """A document with these tasks (YAML, indented as it comes)."""
    return f"overture: 1\nname: tried\n{more}\ntasks:\n{tasks}\n"


@contextmanager
def surroundings(folder: Path, modules: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """The working folder, the import path and the variables of a run, and afterwards those of before."""
    here, path, variables = Path.cwd(), list(sys.path), dict(os.environ)
    os.chdir(folder)
    sys.path.insert(0, str(modules))
    os.environ.update(environment)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        os.chdir(here)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(variables)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(modules)):
                del sys.modules[name]


def run_module(
    built: Plan,
    files: Mapping[str, str],
    inputs: Mapping[str, Any],
    folder: Path,
    *,
    record: Record,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """The outputs of a module's flow, or what it raised."""
    modules = folder / "modules"
    workspace = folder / "workspace"
    modules.mkdir()
    workspace.mkdir(exist_ok=True)
    for name, text in files.items():
        (modules / name).write_text(text, "utf-8")
    libraries = {"httpx": httpx2}
    with surroundings(workspace, modules, environment or {}), prefect_standin.installed(record, libraries):
        flow = getattr(importlib.import_module(module_name(built.name)), flow_name(built.name))
        try:
            return asyncio.run(flow(**inputs))
        except Exception as error:
            return error
