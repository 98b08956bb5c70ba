"""Runs inside the child process of a python task: reads `{code, args}` from stdin, calls `main`, writes the result.

It is started as a file by `python -I`, so it imports nothing of ours. The result goes to the file descriptor named on
the command line, as `{"value": …}` or `{"error": …}`; whatever the code prints goes where prints go.
"""

from __future__ import annotations

import io
import json
import linecache
import os
import sys
import traceback
from typing import Any

NAME = "<code>"


def _refuse(value: Any) -> Any:
    raise TypeError(f"the result is not JSON: {type(value).__name__}")


def _call(code: str, args: dict[str, Any]) -> Any:
    linecache.cache[NAME] = (len(code), None, code.splitlines(keepends=True), NAME)
    names: dict[str, Any] = {"__name__": "__overture__"}
    exec(compile(code, NAME, "exec"), names)
    return names["main"](**args)


def _check_keys(value: Any) -> None:
    """JSON would turn other keys into texts in silence."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"the result is not JSON: an object's key is {type(key).__name__}")
            _check_keys(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check_keys(item)


def main() -> None:
    descriptor = int(sys.argv[1])
    given = json.loads(sys.stdin.buffer.read())
    sys.stdin = io.StringIO()
    sys.path.append("")  # last: a file of the workspace must not stand in for a module of Python
    try:
        value = _call(given["code"], given["args"])
        _check_keys(value)
        text = json.dumps({"value": value}, allow_nan=False, default=_refuse)
    except BaseException as error:
        # what the reader needs is where in the code it happened, not how we got there
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == NAME]
        place = f" (line {frames[-1].lineno})" if frames else ""
        text = json.dumps({"error": f"{type(error).__name__}: {error}{place}"})
        traceback.print_exception(error)
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(descriptor, "w", encoding="utf-8") as result:
        result.write(text)


if __name__ == "__main__":
    main()
