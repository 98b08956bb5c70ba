"""Python environments for `requirements`, made by uv once and kept under the home folder."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from overture_local import ownership
from overture_local.processes import OutputTooLong, cleaned, run_process

_POLL_SECONDS = 0.2  # real time: another process makes the same environment
_OUTPUT_BYTES = 4 * 1024 * 1024
# uv's own settings, and the way to the package index
_UV_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "XDG_CACHE_HOME")


class EnvironmentFailed(Exception):
    """An environment that could not be made."""


async def python_for(requirements: Sequence[str], home: Path, environment: Mapping[str, str]) -> Path:
    """The python of an environment that holds the requirements. Raises EnvironmentFailed."""
    name = hashlib.sha256("\n".join((sys.version, *sorted(requirements))).encode()).hexdigest()[:16]
    folder = home / "environments" / name
    python, done = folder / "bin" / "python", folder / "complete"
    if done.exists():
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    while (owned := ownership.take(folder.with_suffix(".lock"))) is None:  # noqa: ASYNC110
        await asyncio.sleep(_POLL_SECONDS)
    try:
        if not done.exists():
            await _make(folder, python, requirements, environment)
            done.touch()
    finally:
        owned.release()
    return python


async def _make(folder: Path, python: Path, requirements: Sequence[str], environment: Mapping[str, str]) -> None:
    uv = shutil.which("uv", path=environment.get("PATH"))
    if uv is None:
        raise EnvironmentFailed("`requirements` are installed by `uv`, and there is no `uv` on the PATH")
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted installation left
    if any(each.startswith("-") for each in requirements):
        raise EnvironmentFailed("a requirement begins with `-`")
    await _uv([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(folder)], folder, environment)
    await _uv([uv, "pip", "install", "--quiet", "--python", str(python), *requirements], folder, environment)


async def _uv(argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    kept = {name: value for name, value in environment.items() if name.startswith("UV_") or name.upper() in _UV_NAMES}
    try:
        ended = await run_process(
            argv, folder=folder.parent, environment=cleaned(environment, kept), limit_bytes=_OUTPUT_BYTES
        )
    except (OSError, OutputTooLong) as error:
        raise EnvironmentFailed(f"`uv` failed: {error}") from None
    if ended.exit_code != 0:
        said = ended.stderr.decode("utf-8", "replace").strip()[-500:]
        raise EnvironmentFailed(f"`uv` could not install the requirements: {said}")
