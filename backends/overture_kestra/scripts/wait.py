"""Says how many whole seconds there are to wait, at least one: for how long, or until when, stands in wait.json."""

import math
import re
from datetime import UTC, datetime

from step import Failed, read, run, say  # type: ignore[import-not-found]

UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def main() -> None:
    wait = read("wait.json")
    seconds = length(wait["for"].strip()) if "for" in wait else until(wait["until"].strip())
    say(seconds=max(1, math.ceil(seconds)))


def length(text: str) -> float:
    parts = re.findall(r"([0-9]+)(ms|d|h|m|s)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Failed("expression", f"`{text}` is not a duration")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


def until(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise Failed("expression", f"`{text}` is not a moment (RFC 3339)")
    return (moment - datetime.now(UTC)).total_seconds()


if __name__ == "__main__":
    run(main)
