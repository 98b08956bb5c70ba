"""Durations as Kestra takes them (ISO 8601)."""

from __future__ import annotations

SHORT_SECONDS = 5.0
"""Below this the start of a step (some tenths of a second) would eat into its timeout."""

SELF_TIMED = frozenset(("http", "ai"))
"""Kinds whose script holds a short timeout itself."""


def iso_duration(seconds: float) -> str:
    """A duration of at least a millisecond: Kestra refuses none at all."""
    thousandths = max(1, round(seconds * 1000))
    whole, rest = divmod(thousandths, 1000)
    hours, whole = divmod(whole, 3600)
    minutes, whole = divmod(whole, 60)
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if whole or rest or not text:
        text += f"{whole}.{rest:03d}".rstrip("0").rstrip(".") + "S" if rest else f"{whole}S"
    return "PT" + text
