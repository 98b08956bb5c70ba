"""The literal texts of the language: names, durations, statuses."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, JsonValue, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,127}$")]
Duration = Annotated[
    str, StringConstraints(pattern=r"^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$", min_length=2)
]
Schema = Annotated[dict[str, JsonValue], Field(description="a JSON Schema (the subset of the language)")]

_UNITS_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(duration: str) -> float:
    """The length of `500ms`, `30s`, `1h30m`, `2d`, in seconds. Raises ValueError for a text that is no duration."""
    parts = re.findall(r"([0-9]+)(ms|d|h|m|s)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"`{duration}` is not a duration")
    return sum(int(number) * _UNITS_SECONDS[unit] for number, unit in parts)


def is_accepted(status: int, accept: tuple[Any, ...]) -> bool:
    """Whether a status is among those accepted: numbers, or texts such as `200-299`."""
    for each in accept:
        low, _, high = str(each).partition("-")
        if int(low) <= status <= int(high or low):
            return True
    return False
