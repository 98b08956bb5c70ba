"""Reading of case files: what stands where is taken out by name, and the first thing that is wrong is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from overture.testing.values import JSON, show

T = TypeVar("T")


class CaseError(ValueError):
    """A case file that is not one: the message names the file, the place in it and what is wrong there."""

    def __init__(self, where: str, problem: str, file: Path | None = None) -> None:
        self.where, self.problem, self.file = where, problem, file
        place = f"`{where}`: " if where else ""
        super().__init__(f"{file}: {place}{problem}" if file else f"{place}{problem}")


def read_mapping(where: str, value: JSON, allowed: Iterable[str] | None = None) -> dict[str, JSON]:
    """`value` as an object with no key but `allowed` (None: any)."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CaseError(where, f"is no mapping but {show(value)}")
    known = None if allowed is None else list(allowed)
    for key in value:
        if known is not None and key not in known:
            raise CaseError(where, f"`{key}` is not known here; known are {', '.join(known)}")
    return value


def read_list(where: str, value: JSON) -> list[JSON]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise CaseError(where, f"is no list but {show(value)}")
    return value


def read_text(where: str, value: JSON) -> str:
    if not isinstance(value, str):
        raise CaseError(where, f"is no text but {show(value)}")
    return value


def read_optional_text(where: str, value: JSON) -> str | None:
    return None if value is None else read_text(where, value)


def read_integer(where: str, value: JSON) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CaseError(where, f"is no whole number but {show(value)}")
    return value


def read_seconds(where: str, value: JSON) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise CaseError(where, f"is no number of seconds but {show(value)}")
    return float(value)


def read_truth(where: str, value: JSON) -> bool:
    if not isinstance(value, bool):
        raise CaseError(where, f"is neither true nor false but {show(value)}")
    return value


def read_texts(where: str, value: JSON) -> dict[str, str]:
    """An object of texts; numbers may stand for their text."""
    texts = {}
    for key, item in read_mapping(where, value).items():
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise CaseError(f"{where}.{key}", f"is no text but {show(item)}")
        texts[key] = item if isinstance(item, str) else str(item)
    return texts


def read_word(where: str, value: JSON, words: Mapping[str, T]) -> T:
    """What `value`, one of the words, stands for."""
    if not isinstance(value, str) or value not in words:
        raise CaseError(where, f"is none of {', '.join(words)} but {show(value)}")
    return words[value]
