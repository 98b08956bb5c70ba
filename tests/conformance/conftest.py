"""`--update-goldens` writes what the backends export now beside the cases (`make goldens`)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the goldens anew, and pass")


@pytest.fixture
def is_updating(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be written. The option is unknown to pytest when it runs from further up."""
    return bool(request.config.getoption("--update-goldens", default=False))
