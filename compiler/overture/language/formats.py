"""The formats of texts that are checked (JSON Schema 2020-12, Validation 7.3). An unknown format says nothing."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date, time
from urllib.parse import urlsplit
from uuid import UUID

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?([zZ]|[+-][0-9]{2}:[0-9]{2})")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(.+)")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_format(text: str, format: str) -> bool:
    """Whether a text has a format; true for a format that is not known."""
    check = FORMATS.get(format)
    return check is None or check(text)


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None and _parses(date.fromisoformat, text)


def _is_time(text: str) -> bool:
    """RFC 3339, section 5.6; a leap second may stand at the end of any minute."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    clock, _, zone = match.groups()
    if zone not in "zZ" and not _parses(time.fromisoformat, zone[1:]):
        return False
    return _parses(time.fromisoformat, clock[:6] + "59" if clock.endswith(":60") else clock)


def _is_date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "tT " and _is_date(text[:10]) and _is_time(text[11:])


def _is_hostname(text: str) -> bool:
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def _is_email(text: str) -> bool:
    match = _EMAIL.fullmatch(text)
    local = text.rpartition("@")[0]
    if match is None or ".." in local or local.startswith(".") or local.endswith("."):
        return False
    return _is_hostname(match[1])


def _is_uri(text: str) -> bool:
    """RFC 3986: absolute, with ASCII only and every `%` an escape."""
    if _URI.fullmatch(text) is None or re.search("%(?![0-9A-Fa-f]{2})", text):
        return False
    return _parses(lambda each: urlsplit(each).port, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_date_time,
    "date": _is_date,
    "time": _is_time,
    "email": _is_email,
    "hostname": _is_hostname,
    "uri": _is_uri,
    "ipv4": lambda text: _parses(ipaddress.IPv4Address, text),
    "ipv6": lambda text: "%" not in text and _parses(ipaddress.IPv6Address, text),
    "uuid": lambda text: _UUID.fullmatch(text) is not None and _parses(UUID, text),
}
"""Whether a text has the format, by its name."""
