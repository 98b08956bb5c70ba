"""The command line (a contract: names, shapes and exit codes stay as they are). One command a file; no logic here."""

from __future__ import annotations

import sys


def main() -> None:
    """The program `overture`. `--version` answers before anything is imported."""
    if sys.argv[1:] == ["--version"]:
        from importlib.metadata import version

        print(f"overture {version('overture')}")
        return
    from overture.cli.program import program

    program()
