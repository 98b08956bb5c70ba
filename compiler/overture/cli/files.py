"""Reading and writing: workflow files, `-`, folders; nothing half-written."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from overture.cli.exits import WrongUsage
from overture.language.document import MAX_BYTES

ENDINGS = (".flow.yaml", ".flow.yml", ".flow.json")
STDIN = "-"
STDOUT = "-"


def workflow_paths(paths: tuple[str, ...]) -> list[str]:
    """The workflow files that paths name, each once: files as they are, folders searched (but for hidden ones), `-` is
    stdin.

    Raises OSError for a folder that cannot be opened and WrongUsage for one without workflows.
    """
    found: dict[str, None] = {}
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            found[path] = None
            continue
        inside = list(_search(Path(path)))
        if not inside:
            raise WrongUsage(f"no workflow (`*.flow.yaml`) stands in `{path}`")
        found.update(dict.fromkeys(map(str, inside)))
    return list(found)


def _search(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from (Path(here, each) for each in sorted(names) if is_workflow(Path(here, each)))


def is_workflow(path: Path) -> bool:
    """Whether a path is a file of the name that workflows have."""
    return path.name.endswith(ENDINGS) and path.is_file()


def read_bytes(path: str) -> bytes:
    """The content of a file, or of stdin for `-`; of one too large to be a workflow, enough to see that it is. Raises
    OSError."""
    if path == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(path).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_text(path: str) -> str:
    """The text of a file or of stdin. Raises OSError and WrongUsage."""
    content = read_bytes(path)
    if len(content) > MAX_BYTES:
        raise WrongUsage(f"`{path}` is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(
            f"`{path}` is not UTF-8 text: byte {error.start + 1} is 0x{content[error.start]:02x}"
        ) from None


def read_argument(text: str) -> str:
    """A text given on the command line: itself, with `@FILE` the content of a file, with `-` that of stdin."""
    if text == STDIN:
        return read_text(STDIN)
    return read_text(text[1:]) if text.startswith("@") else text


def write_files(files: Mapping[Path, str]) -> None:
    """Write files, each whole and all or none: temporary files beside them, fsync, then the renames. A file behind a
    symbolic link is written where it is, with the mode that it has. Raises OSError."""
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    path = Path()
    try:
        for path, text in files.items():
            target = path.resolve() if path.is_symlink() else path
            _refuse_special(target)
            for folder in reversed([each for each in target.parents if not each.exists()]):
                folder.mkdir(exist_ok=True)
                made.append(folder)
            temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
            staged.append((temporary, target))
            _write(temporary, text, target)
        for temporary, target in staged:
            path = target
            temporary.replace(target)
    except BaseException as error:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink()
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None
        raise


def _refuse_special(target: Path) -> None:
    """A rename would put a file in the place of a folder, a device or a pipe."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "this is no regular file")


def _write(temporary: Path, text: str, target: Path) -> None:
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "wb") as file:
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
