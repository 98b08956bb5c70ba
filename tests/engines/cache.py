"""The folder outside the checkout where engines are installed, once for a machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from engines.model import EngineMissing, tail

INSTALL_TIMEOUT_SECONDS = 1800.0
"""112 MB of jars took 100 s here; a slow line should still get through."""


def cache_folder() -> Path:
    """`OVERTURE_CACHE`, else `~/.cache/overture`."""
    return Path(os.environ.get("OVERTURE_CACHE") or "~/.cache/overture").expanduser()


def installed(target: Path, install: Callable[[Path], None]) -> Path:
    """`target`, made by `install` in a temporary folder beside it and renamed, unless it is there already.

    So a folder of that name is always complete, and two that install at once do not meet.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        install(fresh)
        fresh.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:
            if not target.is_dir():  # not because another one was faster
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def digest(parts: Iterable[bytes]) -> str:
    """A short name for contents: what is keyed by it is made anew when they change."""
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]


def run_tool(command: Sequence[str], purpose: str, env: Mapping[str, str] | None = None) -> str:
    """Run an installer and give its output. Raises EngineMissing with the output's end when it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
            env={**os.environ, **(env or {})},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineMissing(f"cannot {purpose}: {error}") from error
    if done.returncode != 0:
        said = tail((done.stdout + done.stderr).splitlines(), 20)
        raise EngineMissing(f"cannot {purpose}: `{command[0]}` ended with {done.returncode}\n{said}")
    return done.stdout
