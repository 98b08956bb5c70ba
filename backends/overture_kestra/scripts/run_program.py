"""Runs the program of program.json without a shell and hands its output to the flow."""

import os
import subprocess
from typing import Any

from schema import check  # type: ignore[import-not-found]
from step import Failed, parse, read, result, run, say  # type: ignore[import-not-found]

# what a program needs of its surroundings; nothing else of the worker's environment reaches it
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "USER", "SHELL", "SSL_CERT_FILE")


def main() -> None:
    program = read("program.json")
    command = program["command"]
    environment = {name: value for name, value in os.environ.items() if name in KEPT}
    environment |= {name: os.environ.get(name, "") for name in program.get("env", [])}
    environment |= program.get("values", {})
    stdin = program.get("stdin")
    try:
        done = subprocess.run(
            command,
            input=None if stdin is None else stdin.encode(),
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=environment,
        )
    except (OSError, ValueError) as error:
        raise Failed("exit", f"{command[0]}: {getattr(error, 'strerror', None) or error}") from None
    # a program that a signal ended has no exit code: 128 and the signal, as a shell says it
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    stdout, stderr = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    outputs: dict[str, Any] = {"exit_code": code, "stdout": stdout, "stderr": stderr}
    say(**outputs)
    if code not in program.get("accept", [0]):
        last = stderr.strip().rpartition("\n")[2]
        raise Failed("exit", f"{command[0]} ended with exit code {code}" + (f": {last}" if last else ""))
    if "returns" in program:
        try:
            value = parse(stdout)
        except ValueError as error:
            raise Failed("returns", f"what {command[0]} printed is not JSON: {error}") from None
        say(value=result(check(value, program["returns"]), program.get("plain", False)))


if __name__ == "__main__":
    run(main)
