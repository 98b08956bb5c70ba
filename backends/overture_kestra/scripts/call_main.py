"""Calls `main` of main.py with the arguments of call.json and hands what it returns to the flow."""

import os
import sys
import traceback
from typing import Any

from schema import check  # type: ignore[import-not-found]
from step import Failed, parse, read, result, run, say  # type: ignore[import-not-found]

# what a program needs of its surroundings; nothing else of the worker's environment reaches it
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "SSL_CERT_FILE")


def main() -> None:
    call = read("call.json")
    for name in set(os.environ) - set(KEPT):
        del os.environ[name]
    try:
        import main as written  # type: ignore[import-not-found]

        value: Any = written.main(**call["args"])
    except SystemExit as end:
        raise Failed("exception", f"the code ended itself with {end.code}") from None
    except BaseException as error:
        traceback.print_exc(file=sys.stdout)
        raise Failed("exception", f"{type(error).__name__}: {error}") from None
    try:
        carried = result(value, False)
    except (ValueError, TypeError) as error:
        raise Failed("returns", f"what main returned is not JSON: {error}") from None
    if "returns" in call:
        check(parse(carried), call["returns"])
    say(value=value if call.get("plain") else carried)


if __name__ == "__main__":
    run(main)
