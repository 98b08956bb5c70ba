"""The command line (a contract: names, shapes and exit codes stay as they are). One command a file; no logic here."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """The program `overture`. `--version` answers before anything is imported."""
    try:
        if sys.argv[1:] == ["--version"]:
            from overture.cli.version import installed_version

            print(f"overture {installed_version()}")
            return
        # A command makes a tree of a file, keeps all of it, and ends: to look through it again and again for what could
        # be freed takes a third of the time of checking 10,000 tasks. A run, which may go on for days, turns it on.
        gc.disable()
        from overture.cli.program import program

        program()
    except KeyboardInterrupt:  # while the program itself was loading; later ones are seen to in `program`
        sys.stderr.write("interrupted\n")
        sys.exit(130)
