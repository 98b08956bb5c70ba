"""What the steps of this flow share: what they are given, how data is checked, how results reach the flow.

Values travel between tasks as JSON text in a string: Kestra drops members that are null from the objects it stores.
"""

import json
import math
import re
import signal
import sys
from collections.abc import Callable, Iterator
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
    with open(name, encoding="utf-8") as file:
        value = parse(file.read())
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


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return {str: "string", list: "array", dict: "object"}[type(value)]


def same(a: Any, b: Any) -> bool:
    if kind_of(a) != kind_of(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def misfits(value: Any, schema: Any, at: str = "$") -> Iterator[str]:
    """How a value breaks a JSON Schema, a line for each way."""
    if schema is True:
        return
    if schema is False:
        yield f"{at} is not allowed"
        return
    kind = kind_of(value)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    is_whole = kind == "number" and (isinstance(value, int) or value.is_integer())
    if types and kind not in types and not ("integer" in types and is_whole):
        yield f"{at} must be {' or '.join(types)}, is {kind}"
        return
    if "enum" in schema and not any(same(value, each) for each in schema["enum"]):
        yield f"{at} must be one of {show(schema['enum'])}"
    if "const" in schema and not same(value, schema["const"]):
        yield f"{at} must be {show(schema['const'])}"
    if kind == "object":
        yield from object_misfits(value, schema, at)
    elif kind == "array":
        if len(value) < schema.get("minItems", 0):
            yield f"{at} needs at least {schema['minItems']} items"
        if len(value) > schema.get("maxItems", math.inf):
            yield f"{at} takes at most {schema['maxItems']} items"
        for index, item in enumerate(value):
            yield from misfits(item, schema.get("items", True), f"{at}[{index}]")
    elif kind == "string":
        if len(value) < schema.get("minLength", 0):
            yield f"{at} is shorter than {schema['minLength']} characters"
        if len(value) > schema.get("maxLength", math.inf):
            yield f"{at} is longer than {schema['maxLength']} characters"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{at} must match {schema['pattern']}"
    elif kind == "number":
        if value < schema.get("minimum", -math.inf):
            yield f"{at} must be at least {schema['minimum']}"
        if value > schema.get("maximum", math.inf):
            yield f"{at} must be at most {schema['maximum']}"


def object_misfits(value: dict[str, Any], schema: Any, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}.{name} is missing"
    for name, item in value.items():
        yield from misfits(item, properties.get(name, schema.get("additionalProperties", True)), f"{at}.{name}")


def check(value: Any, schema: Any) -> Any:
    """Refuses a value that does not fit."""
    wrong = list(misfits(value, schema))
    if wrong:
        more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
        raise Failed("returns", "; ".join(wrong[:3]) + more)
    return value


class Given(dict[str, Any]):
    """What a step reads, by the names of the workflow; a name without a value is not in it."""

    def __missing__(self, name: str) -> NoReturn:
        raise Failed("expression", f"`{name}` has no value")


def compute(values: Callable[[Given], dict[str, Any]], plain: tuple[str, ...] = (), into: str | None = None) -> None:
    """Compute values from given.json and hand them to the flow (`plain`: as they are), or write them `into` the
    file that the next command reads."""

    def main() -> None:
        given = Given()
        for name, value in read("given.json").items():
            # a list of none or one: what may have no value
            if not name.endswith("?"):
                given[name] = value
            elif value:
                given[name[:-1]] = value[0]
        try:
            found = values(given)
            if into is None:
                found = {name: result(value, name in plain) for name, value in found.items()}
        except Failed:
            raise
        except Exception as error:
            raise Failed("expression", f"{type(error).__name__}: {error}") from None
        if into is None:
            say(**found)
            return
        with open(into, encoding="utf-8") as file:
            merged = merge(parse(file.read()), found)
        with open(into, "w", encoding="utf-8") as file:
            file.write(json.dumps(merged))

    run(main)


def merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The members of both; `auth.token` of the second goes into the object `auth` of the first."""
    merged = dict(first)
    for name, value in second.items():
        outer, dot, inner = name.partition(".")
        merged[outer] = {**merged.get(outer, {}), inner: value} if dot else value
    return merged


def mapped(
    items: Any, where: Callable[[Any, int], bool], collect: Callable[[Any, int], Any] | None, skips: bool
) -> tuple[list[Any], list[Any]]:
    """The values of the items that `where` keeps, and those that failed."""
    kept = [item for index, item in enumerate(items) if where(item, index)]
    value, failed = [], []
    for index, item in enumerate(kept if collect else []):
        try:
            value.append(checked(collect(item, index)))  # type: ignore[misc]
        except Exception as error:
            if not skips:
                raise
            failed.append({"index": index, "item": item, "error": {"type": "expression", "message": str(error)}})
    return value, failed
