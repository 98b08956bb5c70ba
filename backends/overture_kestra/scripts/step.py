"""What the steps of this flow share: how they read what they are given, and how results and errors reach the flow.

Values travel between tasks as JSON text in a string: Kestra drops members that are null from the objects it stores.
"""

import json
import math
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

# Kestra carries results over gRPC; larger ones are refused by the engine without a word to the step
MOST_CHARACTERS = 9_000_000


class Failed(Exception):
    """Ends the step: `kind` is the error's type (http, returns, exit, ...)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def number(text: str) -> int | float:
    """A JSON number; a whole one within 2**53 is an integer, however it is written."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large for a number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def parse(text: str) -> Any:
    return json.loads(text, parse_float=number, parse_constant=no_constant)


def show(value: Any) -> str:
    """A value as compact JSON text. Raises ValueError for what is not JSON (infinity, a set, a key that is no text)."""
    return json.dumps(checked(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def checked(value: Any) -> Any:
    if isinstance(value, float):
        return number(repr(value))
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [checked(item) for item in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"an object's key is {type(key).__name__}, not text")
        return {key: checked(item) for key, item in value.items()}
    raise ValueError(f"{type(value).__name__} is not JSON")


def too_late(*_: Any) -> NoReturn:
    raise Failed("timeout", "it took too long")


# the values that no output may show: what read() found under "secrets"
hidden: list[str] = []


def read(name: str) -> Any:
    """The JSON file that the flow wrote for this step; `secrets` in it are the secrets that it holds."""
    value = parse(Path(name).read_text("utf-8"))
    if isinstance(value, dict):
        # short ones would tear ordinary words apart
        hidden.extend(secret for secret in value.get("secrets", []) if len(secret) >= 6)
        hidden.sort(key=len, reverse=True)
        if "seconds" in value:
            signal.signal(signal.SIGALRM, too_late)
            signal.setitimer(signal.ITIMER_REAL, value["seconds"])
    return value


def result(value: Any, plain: bool) -> Any:
    """A value as the flow takes it: as it is when nothing can be lost (`plain`), else as JSON text."""
    return checked(value) if plain else show(value)


def mask(value: Any) -> Any:
    """The value without the secrets that this step was given."""
    if isinstance(value, str):
        for secret in hidden:
            value = value.replace(secret, "***").replace(json.dumps(secret)[1:-1], "***")
        return value
    if isinstance(value, list):
        return [mask(item) for item in value]
    if isinstance(value, dict):
        return {mask(key): mask(item) for key, item in value.items()}
    return value


def say(**outputs: Any) -> None:
    """Hand outputs to the flow: each is read there as `outputs.<task>.vars.<name>`."""
    line = json.dumps({"outputs": mask(outputs)})
    if len(line) > MOST_CHARACTERS:
        raise Failed("error", f"the result has {len(line)} characters, more than a Kestra task can hand on")
    print("::" + line + "::", flush=True)


def run(main: Callable[[], None]) -> None:
    """Run a step: a failure is told to the flow as `vars.error`, to the log as a line, and ends with exit code 1."""
    try:
        main()
    except Failed as failure:
        fail(failure.kind, str(failure))
    except Exception as failure:
        fail("error", f"{type(failure).__name__}: {failure}")


def fail(kind: str, message: str) -> NoReturn:
    say(error=show({"type": kind, "message": mask(message)[:10_000]}))
    print(mask(message), file=sys.stderr)
    sys.exit(1)
