"""Runs commands of the program in one process and tells, on stderr, whatever they did besides reading.

`python audited.py '[["check", "x.flow.yaml"], …]'`: a line of JSON for each command, `[exit code, [event, …]]`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DOING = (
    *("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.startfile"),
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"),
    *("shutil.", "tempfile.", "pty.", "ftplib.", "smtplib.", "urllib.", "http.", "webbrowser.", "sqlite3.connect"),
    *("ctypes.dlopen", "os.kill", "os.utime", "os.setxattr", "os.putenv"),
)
seen: list[str] = []


def hear(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: it cannot be taken off again, not even by what it watches."""
    if event == "open":
        path, _, flags = arguments
        is_open = isinstance(path, int)  # a file that is open already is only wrapped
        if not is_open and isinstance(flags, int) and flags & WRITING:
            seen.append(f"open {path}")
    elif event.startswith(DOING):
        seen.append(f"{event} {arguments[0] if arguments else ''}")


def main() -> None:
    sys.addaudithook(hear)
    from overture.cli.program import program

    for words in json.loads(sys.argv[1]):
        seen.clear()
        try:
            with redirect_stdout(io.TextIOWrapper(io.BytesIO())):
                program(words)
            code: object = 0
        except SystemExit as end:
            code = end.code
        sys.stderr.write(json.dumps([code, seen]) + "\n")


if __name__ == "__main__":
    main()
