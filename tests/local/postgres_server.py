"""A PostgreSQL of our own for tests, where the machine has its programs: a folder, a port, a user with a password."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "keeper", "p@ss/word:of-keeper"
QUOTED = "p%40ss%2Fword%3Aof-keeper"


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).parent if here else None


PROGRAMS = _programs()


@contextmanager
def postgres() -> Iterator[str]:
    """`host:port` of a server that runs inside `with`; its database is `postgres`."""
    assert PROGRAMS is not None
    with tempfile.TemporaryDirectory(prefix="overture-pg-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        # the server refuses to run as root; the packages of every distribution bring this user
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        if as_user:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(folder / "password", "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = str(folder / "data")

        def call(program: str, *words: str) -> None:
            subprocess.run(
                [str(PROGRAMS / program), *words], check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user
            )

        call(
            "initdb",
            "-D",
            data,
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "-N",
            "-E",
            "UTF8",
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        call(
            "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            f"{settings} -c timezone=Europe/Berlin",
            "start",
        )
        try:
            yield f"127.0.0.1:{port}"
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")
