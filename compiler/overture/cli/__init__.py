"""The command line (a contract: names, shapes and exit codes stay as they are). One command a file; no logic here."""

from __future__ import annotations

import sys


def main() -> None:
    """The program `overture`. `--version` answers before anything is imported."""
    try:
        if sys.argv[1:] == ["--version"]:
            from overture.cli.version import installed_version

            print(f"overture {installed_version()}")
            return
        from overture.cli.program import program

        program()
    except KeyboardInterrupt:  # while the program itself was loading; later ones are seen to in `program`
        sys.stderr.write("interrupted\n")
        sys.exit(130)
