"""The promises of installing: complete or not there, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines.cache import installed, run_tool
from engines.model import EngineMissing


def test_an_install_happens_once(tmp_path: Path) -> None:
    calls: list[Path] = []

    def install(folder: Path) -> None:
        calls.append(folder)
        (folder / "file").write_text("text")

    first = installed(tmp_path / "deep" / "tool", install)
    second = installed(tmp_path / "deep" / "tool", install)
    assert first == second == tmp_path / "deep" / "tool"
    assert (first / "file").read_text() == "text"
    assert len(calls) == 1


def test_a_failed_install_leaves_nothing_behind(tmp_path: Path) -> None:
    def install(folder: Path) -> None:
        (folder / "half").write_text("text")
        raise EngineMissing("no network")

    with pytest.raises(EngineMissing):
        installed(tmp_path / "tool", install)
    assert list(tmp_path.iterdir()) == []


def test_the_slower_of_two_installs_takes_what_the_faster_made(tmp_path: Path) -> None:
    def install_fast(folder: Path) -> None:
        (folder / "file").write_text("fast")

    def install(folder: Path) -> None:
        (folder / "file").write_text("slow")
        installed(tmp_path / "tool", install_fast)

    assert (installed(tmp_path / "tool", install) / "file").read_text() == "fast"
    assert [path.name for path in tmp_path.iterdir()] == ["tool"]


def test_a_failing_tool_says_what_it_was_for_and_what_it_said() -> None:
    with pytest.raises(EngineMissing, match=r"cannot fetch jars: `sh` ended with 3\nno such host"):
        run_tool(["sh", "-c", "echo no such host; exit 3"], "fetch jars")


def test_a_missing_tool_says_what_it_was_for() -> None:
    with pytest.raises(EngineMissing, match="cannot fetch jars"):
        run_tool(["no-such-tool-here"], "fetch jars")
