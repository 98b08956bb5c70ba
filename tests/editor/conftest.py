"""One language server for all tests of editors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from language_server import LanguageServer, ToolMissing, installed


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    try:
        program = installed()
    except ToolMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    found = LanguageServer(program, tmp_path_factory.mktemp("editor"))
    yield found
    found.close()
