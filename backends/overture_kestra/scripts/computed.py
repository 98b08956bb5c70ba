"""Computes values that a template cannot give: the file values.py beside it says which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from step import Failed, checked, parse, read, result, run, say, show  # type: ignore[import-not-found]


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
        file = Path(into)
        file.write_text(show(checked(merge(parse(file.read_text("utf-8")), found))), "utf-8")

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
