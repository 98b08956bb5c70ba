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


@pytest.fixture(scope="session")
def kestra() -> Iterator[KestraEngine]:
    """A real Kestra; it starts with the first run."""
    from engines.kestra.engine import KestraEngine

    with KestraEngine() as engine:
        yield engine


@pytest.fixture(scope="session")
def prefect() -> Iterator[PrefectEngine]:
    """A real Prefect; it starts with the first run."""
    from engines.prefect.engine import PrefectEngine

    with PrefectEngine() as engine:
        yield engine
