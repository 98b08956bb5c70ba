"""What the steps of this flow share: how they read what they are given, and how results and errors reach the flow.

Values travel between tasks as JSON text in a string: Kestra drops members that are null from the objects it stores.
"""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn


class Failed(Exception):
    """Ends the step: the error's type (http, returns, exit, ...) and its message."""


def number(text: str) -> int | float:
    """A JSON number; a whole one within 2**53 is an integer, however it is written."""
    value = float(text)
    if value - value != 0:
        raise ValueError(f"{text} is no number of JSON")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def parse(text: str) -> Any:
    return json.loads(text, parse_float=number, parse_constant=number)


def show(value: Any) -> str:
    """A value of JSON as compact text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def checked(value: Any) -> Any:
    """A value as JSON has it. Raises ValueError for what is not JSON (infinity, a set, a key that is no text)."""
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


def result(value: Any, plain: bool) -> Any:
    """A value as the flow takes it: as it is when nothing can be lost (`plain`), else as JSON text."""
    text = show(checked(value))
    # Kestra refuses a larger result without a word; in the flow it has escapes besides
    if len(json.dumps(text)) > 9_000_000:
        raise Failed("error", f"the result has {len(text)} characters, more than a Kestra task can hand on")
    return checked(value) if plain else text


given: dict[str, Any] = {}


def read(name: str) -> dict[str, Any]:
    """The JSON file that the flow wrote for this step."""
    given.update(parse(Path(name).read_text("utf-8")))
    if "seconds" in given:
        signal.signal(signal.SIGALRM, too_late)
        signal.setitimer(signal.ITIMER_REAL, given["seconds"])
    return given


def too_late(*_: Any) -> NoReturn:
    raise Failed("timeout", "it took too long")


def mask(value: Any) -> Any:
    """The value without the secrets that this step was given; short ones would tear ordinary words apart."""
    if isinstance(value, str):
        for secret in sorted(given.get("secrets", []), key=len, reverse=True):
            # as it is, and as it stands in JSON text
            for form in (secret, show(secret)[1:-1], json.dumps(secret)[1:-1]) if len(secret) >= 6 else ():
                value = value.replace(form, "***")
        return value
    if isinstance(value, list):
        return [mask(item) for item in value]
    if isinstance(value, dict):
        return {mask(key): mask(item) for key, item in value.items()}
    return value


def say(**outputs: Any) -> None:
    """Hand outputs to the flow: each is read there as `outputs.<task>.vars.<name>`."""
    if "secrets" in given:
        outputs = mask(outputs)
    print("::" + json.dumps({"outputs": outputs}) + "::", flush=True)


def run(main: Callable[[], None]) -> None:
    """Run a step: a failure is told to the flow as `vars.error`, to the log as a line, and ends with exit code 1."""
    try:
        return main()
    except Failed as failure:
        kind, message = failure.args
    except Exception as failure:
        kind, message = "error", f"{type(failure).__name__}: {failure}"
    if "secrets" in given:
        message = mask(message)
    say(error=show({"type": kind, "message": message[:10_000]}))
    sys.exit(message)
