"""Puts Kestra's jars and this folder's compiled classes into the cache."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from engines.cache import cache_folder, digest, installed, run_tool
from engines.model import EngineMissing
from engines.toolchain import find_java, find_maven

KESTRA_VERSION = "2.0.0"
HERE = Path(__file__).parent
STAND_INS = HERE / "standin"
COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
COMPILER = "org.eclipse.jdt.internal.compiler.batch.Main"


@dataclass(frozen=True, slots=True)
class KestraInstall:
    """What is needed to start the engine."""

    java: Path
    classes: Path
    jars: Path

    @property
    def class_path(self) -> str:
        """Our classes first; Java itself expands the star."""
        return f"{self.classes}{os.pathsep}{self.jars}/*"


def install_kestra() -> KestraInstall:
    """Find or fetch Java, the jars and the classes. A second call costs nothing. Raises EngineMissing."""
    java = find_java()
    folder = cache_folder() / f"kestra-{KESTRA_VERSION}"
    pom = (HERE / "pom.xml").read_bytes()
    jars = installed(folder / f"jars-{digest([pom])}", lambda fresh: copy_jars(fresh, java))
    sources = sorted([HERE / "Engine.java", HERE / "logback.xml", *STAND_INS.rglob("*.java")])
    key = digest([pom, *(part for path in sources for part in (path.name.encode(), path.read_bytes()))])
    classes = installed(folder / f"classes-{key}", lambda fresh: compile_classes(fresh, java, jars))
    return KestraInstall(java, classes, jars)


def copy_jars(folder: Path, java: Path) -> None:
    """Let Maven resolve the pom and copy every jar (284, 115 MB) into a folder."""
    env = {} if shutil.which("java") else {"JAVA_HOME": str(java.parent.parent)}
    command = [str(find_maven()), "--batch-mode", "--quiet", "--file", str(HERE / "pom.xml")]
    run_tool([*command, COPY_DEPENDENCIES, f"-DoutputDirectory={folder}"], "fetch Kestra's jars with Maven", env)


def compile_classes(folder: Path, java: Path, jars: Path) -> None:
    """Compile the engine and the stand-ins, and name the stand-ins where Kestra looks for plugins."""
    compilers = sorted(jars.glob("ecj-*.jar"))
    if not compilers:
        raise EngineMissing(f"`{jars}` has no ecj jar to compile the engine with")
    class_path = os.pathsep.join(map(str, sorted(jars.glob("*.jar"))))
    command = [str(java), "-cp", str(compilers[0]), COMPILER, "-25", "-proc:none", "-nowarn", "-cp", class_path]
    command += ["-d", str(folder), str(HERE / "Engine.java"), str(STAND_INS)]
    run_tool(command, "compile the Kestra engine")
    plugins = folder / "META-INF/services/io.kestra.core.models.Plugin"
    plugins.parent.mkdir(parents=True)
    names = (path.relative_to(STAND_INS).with_suffix("").parts for path in sorted(STAND_INS.rglob("*.java")))
    plugins.write_text("".join(".".join(parts) + "\n" for parts in names))
    shutil.copy(HERE / "logback.xml", folder)
