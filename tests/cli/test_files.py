"""Writing: whole or not at all, all or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cli_running import files_in

from overture.cli.files import write_files


def test_files_are_written_with_the_folders_they_need(folder: Path) -> None:
    write_files({Path("a/b/one.txt"): "ein\r\nUmlaut: ü", Path("two.txt"): ""})
    assert (folder / "a/b/one.txt").read_bytes() == "ein\r\nUmlaut: ü".encode()
    assert (folder / "two.txt").read_bytes() == b""
    assert files_in(folder) == {"a/b/one.txt", "two.txt"}


def test_a_new_file_has_the_mode_that_the_mask_gives(folder: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_files({Path("one.txt"): "1"})
    finally:
        os.umask(mask)
    assert (folder / "one.txt").stat().st_mode & 0o777 == 0o640


def test_when_one_cannot_be_written_none_is(folder: Path) -> None:
    (folder / "old.txt").write_text("old")
    (folder / "taken").write_text("a file")
    with pytest.raises(OSError) as caught:
        write_files({Path("old.txt"): "new", Path("fresh/one.txt"): "1", Path("taken/two.txt"): "2"})
    assert caught.value.filename == "taken/two.txt"
    assert (folder / "old.txt").read_text() == "old"
    assert files_in(folder) == {"old.txt", "taken"} and not (folder / "fresh").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_an_interrupt_and_a_full_disk_leave_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, call: str
) -> None:
    (folder / "old.txt").write_text("old")

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    if call == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(type(error)):
        write_files({Path("old.txt"): "new", Path("x/new.txt"): "new"})
    assert (folder / "old.txt").read_text() == "old"
    assert files_in(folder) == {"old.txt"} and not (folder / "x").exists()


def test_a_folder_a_device_and_a_pipe_are_not_replaced_by_a_file(folder: Path) -> None:
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe")
    for path in (folder / "sub", folder / "pipe", Path("/dev/null")):
        kind = path.stat().st_mode
        with pytest.raises(OSError):
            write_files({path: "text"})
        assert path.stat().st_mode == kind
