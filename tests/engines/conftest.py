"""One engine of each kind for the whole session, started by the first test that asks for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# This folder is the package `engines`: a name that no installed package has, unlike `tests`.
sys.path.insert(0, str(Path(__file__).parents[1]))

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine
    from engines.prefect.engine import PrefectEngine
    from engines.results import Results


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-results", action="store_true", help="write down in results.json what the engines did")


KESTRAS = 2
"""Two of them, and a Prefect beside: a run waits more than it works, and two cores are to be kept busy."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--dist loadgroup` each engine has a process of its own, and its tests stay together."""
    number = 0
    for item in items:
        needed = getattr(item, "fixturenames", ())
        if "prefect" in needed:
            item.add_marker(pytest.mark.xdist_group("prefect"))
        elif "kestra" in needed:
            item.add_marker(pytest.mark.xdist_group(f"kestra {number % KESTRAS}"))
            number += 1


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Iterator[Results]:
    """What the engines did in this session; of sessions side by side each writes down what it saw."""
    from engines.results import Results, renew

    seen = Results()
    yield seen
    if request.config.getoption("--renew-results"):
        renew(seen)


@pytest.fixture(scope="session")
def kestra(results: Results) -> Iterator[KestraEngine]:
    """A real Kestra."""
    from engines.kestra.engine import KestraEngine
    from engines.kestra.install import KESTRA_VERSION

    results.versions["kestra"] = KESTRA_VERSION
    with KestraEngine() as engine:
        begin(engine)
        yield engine


@pytest.fixture(scope="session")
def prefect(results: Results) -> Iterator[PrefectEngine]:
    """A real Prefect."""
    from engines.prefect.engine import PrefectEngine
    from engines.prefect.install import PREFECT_VERSION

    results.versions["prefect"] = PREFECT_VERSION
    with PrefectEngine() as engine:
        begin(engine)
        yield engine


def begin(engine: KestraEngine | PrefectEngine) -> None:
    """Start an engine. What cannot be had ends the session: said once, not by each of a hundred tests, and never as
    something skipped."""
    from engines.model import EngineBroken, EngineHung, EngineMissing

    try:
        engine.start()
    except (EngineMissing, EngineHung, EngineBroken) as error:
        pytest.exit(f"{type(engine).__name__} cannot be had: {error}", returncode=1)
