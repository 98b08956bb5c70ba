"""Makes Prefect's own environment in the cache, and a database that a server need not migrate."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from engines.cache import cache_folder, digest, installed, run_tool
from engines.toolchain import find_uv

PREFECT_VERSION = "3.9.1"
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PrefectInstall:
    """What is needed to start the engine. `home` is a Prefect home whose SQLite database has its tables and no rows."""

    python: Path
    home: Path


def install_prefect() -> PrefectInstall:
    """Find or make the environment. A second call costs nothing. Raises EngineMissing."""
    folder = cache_folder() / f"prefect-{PREFECT_VERSION}"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lists = [(HERE / name).read_bytes() for name in ("requirements.txt", "overrides.txt")]
    key = f"{version}-{digest(lists)}"
    python = installed(folder / f"env-{key}", make_environment) / "bin/python"
    home = installed(folder / f"home-{key}", lambda fresh: migrate(fresh, python))
    return PrefectInstall(python, home)


def make_environment(folder: Path) -> None:
    """An environment that can be renamed, with what `requirements.txt` names."""
    uv = str(find_uv())
    made = [uv, "venv", "--quiet", "--allow-existing", "--relocatable", "--python", sys.executable, str(folder)]
    run_tool(made, "make an environment for Prefect")
    fetch = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python")]
    fetch += ["--overrides", str(HERE / "overrides.txt"), "--requirements", str(HERE / "requirements.txt")]
    run_tool(fetch, "install Prefect")


def migrate(folder: Path, python: Path) -> None:
    """Let Prefect make its tables once: the 20 s that a server's first start spends on it."""
    command = [str(python), "-m", "prefect", "server", "database", "upgrade", "--yes"]
    run_tool(command, "make Prefect's database", server_settings(folder))


def server_settings(home: Path) -> dict[str, str]:
    """The settings of a quiet server that talks to nobody outside."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
