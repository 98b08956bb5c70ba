"""A tour of the filters, on texts, lists, objects and moments.

Run: python filters.py '{"name": ...}'
"""

import asyncio
import base64
import csv
import hashlib
import io
import json
import math
import re
import sys
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator
from prefect import flow, task

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
MONTHS = {"months": 1, "years": 12}
TIME = r"[Tt](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?"
ROWS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "team", "points"],
        "properties": {
            "name": {"type": "string"},
            "team": {"type": "string"},
            "points": {"type": "integer"},
        },
    },
}


def as_number(value: float) -> int | float:
    """The one form of a number: 2.0 is 2; more than 64 bits is the nearest double."""
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else float(value)
    if not math.isfinite(value):
        raise ArithmeticError("the result is not a finite number")
    return int(value) if value.is_integer() and abs(value) <= 2**53 else value


def refuse_constant(name: str) -> Any:
    """NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is not JSON")


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers are int, however they are written."""
    return json.loads(
        text,
        parse_int=lambda digits: as_number(int(digits)),
        parse_float=lambda digits: as_number(float(digits)),
        parse_constant=refuse_constant,
    )


def number_text(value: float) -> str:
    """A number as text, without a final `.0`."""
    return repr(value).removesuffix(".0")


def printable(value: Any) -> Any:
    """The value, its doubles that Python would print with `.0` as integers."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return int(value)
    return value


def json_text(value: Any) -> str:
    """Compact JSON without needless escapes."""
    return json.dumps(printable(value), ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str:
    """A value as text: null is empty, lists and objects are compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json_text(value)


def kind_of(value: Any) -> str:
    """What a JSON value is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "object" if isinstance(value, dict) else "list"


def a_list(value: Any) -> list[Any]:
    """A list; anything else is refused."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {kind_of(value)}")
    return value


def a_text(value: Any) -> str:
    """A text; anything else is refused."""
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not {kind_of(value)}")
    return value


def an_object(value: Any) -> dict[str, Any]:
    """An object; anything else is refused."""
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, not {kind_of(value)}")
    return value


def a_number(value: Any) -> int | float:
    """A number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, not {kind_of(value)}")
    return value


def an_integer(value: Any) -> int:
    """A whole number; anything else is refused, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected an integer, not {kind_of(value)}")
    return value


def checked(value: float) -> int | float:
    """The result of arithmetic: refused where 64 bits or a double cannot hold it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("the result does not fit into 64 bits")
    return as_number(value)


def scalar(value: Any) -> Any:
    """Anything but a list or an object, which are refused."""
    if isinstance(value, dict | list):
        raise TypeError(f"expected a single value, not {kind_of(value)}")
    return value


def at(value: Any, step: Any) -> Any:
    """A value by its key, an item by its number, or a part by a slice."""
    if isinstance(value, dict if isinstance(step, str) else list | str):
        return value[step]
    raise TypeError(f"no {step!r} in {kind_of(value)}")


def dig(value: Any, *path: Any, default: Any = None) -> Any:
    """What stands at a path of keys, numbers and slices, or else the default."""
    for step in path:
        if value is None and type(step) in (str, int, slice):
            return default
        try:
            value = at(value, step)
        except LookupError:
            return default
    return default if value is None else value


def text_lines(text: str) -> list[str]:
    """The lines of a text; what ends the last line begins no other."""
    found = re.split(r"\r\n|\n|\r", text)
    return found[:-1] if found[-1] == "" else found


def title_case(text: str) -> str:
    """Each word with a capital letter."""
    return re.sub(
        r"[^-\s({\[<]+",
        lambda match: match.group()[0].upper() + match.group()[1:].lower(),
        text,
    )


def truncated(text: str, length: Any, end: str = "...") -> str:
    """At most so many characters, the end included when something is cut off."""
    if an_integer(length) < 0 or not isinstance(end, str):
        raise ValueError("the length is negative, or the end no text")
    if len(a_text(text)) <= length:
        return text
    return (text[: max(length - len(end), 0)] + end)[:length]


def slug(value: Any) -> str:
    """Lower-case ASCII letters and digits, anything else as one hyphen."""
    folded = unicodedata.normalize("NFKD", as_text(scalar(value)))
    letters = folded.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def escaped(value: Any) -> str:
    """A value as text for HTML."""
    text = as_text(value)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def base64_decoded(text: str) -> str:
    """The UTF-8 text that base64 stands for; white space is ignored."""
    digits = "".join(text.split()).encode("ascii")
    return base64.b64decode(digits, validate=True).decode()


def fixed(value: Any, decimals: Any) -> str:
    """A number as text with exactly so many decimals."""
    if not 0 <= an_integer(decimals) <= 100:
        raise ValueError("the number of decimals must be 0 to 100")
    number = a_number(value)
    if isinstance(number, int):
        return f"{number}" + ("." + "0" * decimals if decimals else "")
    return f"{number:z.{decimals}f}"


def to_integer(value: Any) -> int:
    """A number cut off towards zero, or a text of digits as a number."""
    if not isinstance(value, str):
        return int(checked(int(a_number(value))))
    if not re.fullmatch(r"[+-]?[0-9]{1,400}", value):
        raise ValueError("the text is no integer")
    return int(checked(int(value)))


def to_number(value: Any) -> int | float:
    """A number as it is, or a text that is written as one."""
    if not isinstance(value, str):
        return a_number(value)
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", value):
        raise ValueError("the text is no number")
    return as_number(float(value))


def csv_text(rows: list[Any]) -> str:
    """Objects as CSV, the header from the first row's keys; no rows give no text."""
    if not a_list(rows):
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    header = list(an_object(rows[0]))
    writer.writerow(header)
    for number, row in enumerate(rows):
        if not an_object(row).keys() <= set(header):
            raise ValueError(f"row {number} has a key that row 0 lacks")
        writer.writerow([as_text(row.get(key)) for key in header])
    return out.getvalue()


def csv_rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text as objects by its header; every cell is a text."""
    source = io.StringIO(text.removeprefix("\ufeff"), newline="")
    header: list[str] | None = None
    found = []
    for row in csv.reader(source, strict=True):
        if header is None:
            header = row
        elif len(row) > len(header):
            raise ValueError("a row has more cells than the header")
        elif row:
            cells = row + [""] * (len(header) - len(row))
            found.append(dict(zip(header, cells, strict=True)))
    return found


def reach(item: Any, path: str | None) -> Any:
    """What stands in an item at a dotted path of keys."""
    for key in path.split(".") if path is not None else ():
        if not isinstance(item, dict) or key not in item:
            raise KeyError(f"an item has no {path}")
        item = item[key]
    return item


def in_order_keys(keys: list[Any]) -> list[Any]:
    """The keys; refused unless all are numbers, all texts or all booleans."""
    kinds = {kind_of(key) for key in keys}
    if len(kinds) > 1 or not kinds <= {"number", "text", "boolean"}:
        raise TypeError(f"no order among {', '.join(sorted(kinds))}")
    return keys


def unique(items: Any) -> list[Any]:
    """The items without those that came before."""
    found: dict[str, Any] = {}
    for item in a_list(items):
        found.setdefault(json.dumps(item, sort_keys=True), item)
    return list(found.values())


def total(items: Any) -> int | float:
    """The sum of numbers."""
    result: int | float = 0
    for item in a_list(items):
        result = checked(result + a_number(item))
    return result


def picked(items: Any, path: str) -> list[Any]:
    """What stands at a path in each item."""
    path = a_text(path)
    return [reach(item, path) for item in a_list(items)]


def grouped(items: Any, path: str) -> list[dict[str, Any]]:
    """The items by what stands at a path, as {key, items}, in the order of the keys."""
    keys = in_order_keys(picked(items, path))
    groups: dict[Any, list[Any]] = {}
    for key, item in zip(keys, items, strict=True):
        groups.setdefault(key, []).append(item)
    return [{"key": key, "items": groups[key]} for key in sorted(groups)]


def batches(items: Any, size: Any) -> list[list[Any]]:
    """The items in lists of at most so many."""
    if an_integer(size) < 1:
        raise ValueError("a batch holds at least one item")
    return [items[at : at + size] for at in range(0, len(a_list(items)), size)]


def moment(text: str, zone: tzinfo = UTC) -> datetime:
    """The point in time of an RFC 3339 text; one without an offset is in the zone."""
    found = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)(?:{TIME})?", text, re.ASCII)
    if not found or (found[3] and len(found[2]) == 5):
        raise ValueError(f"{text[:40]!r} is no date")
    day, time, fraction, offset = found.groups()
    local = datetime.fromisoformat(f"{day}T{time or '00:00'}")
    local = local.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))
    if offset is None:
        return local.replace(tzinfo=zone)
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[4:])
    if minutes > 59:
        raise ValueError(f"{text[:40]!r} is no date")
    span = timedelta(hours=hours, minutes=minutes)
    return local.replace(tzinfo=timezone(span if offset[0] == "+" else -span))


def utc_text(point: datetime) -> str:
    """A point in time as 2026-01-31T09:00:00Z."""
    point = point.astimezone(UTC)
    return f"{point.year:04}-{point:%m-%dT%H:%M:%S}Z"


def date_zone(name: str | None) -> tzinfo:
    """The zone of an IANA name, UTC without one."""
    return UTC if name in (None, "UTC") else ZoneInfo(str(name))


def date_text(text: str, form: str, tz: str | None = None) -> str:
    """A date by strftime's directives, in English."""
    if "%" not in form or "%" in re.sub("%[YmdHMSfjabz%]", "", form):
        raise ValueError("the format has no directive, or one that is not known")
    point = moment(text, date_zone(tz)).astimezone(date_zone(tz))
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    minutes = int((point.utcoffset() or timedelta()).total_seconds()) // 60
    sign, minutes = "-" if minutes < 0 else "+", abs(minutes)
    parts = {
        "Y": f"{point.year:04}",
        "a": days[point.weekday()],
        "b": months[3 * point.month - 3 : 3 * point.month],
        "z": f"{sign}{minutes // 60:02}{minutes % 60:02}",
        "%": "%",
    }
    return re.sub(
        "%(.)",
        lambda found: parts.get(found[1]) or point.strftime(found[0]),
        form,
    )


def months_later(point: datetime, count: int) -> datetime:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(point.year * 12 + point.month - 1 + count, 12)
    day = min(point.day, monthrange(year, month + 1)[1])
    return point.replace(year=year, month=month + 1, day=day)


def date_plus(text: str, n: Any, unit: str, tz: str | None = None) -> str:
    """A date so many units later; days to years go by the clock on the wall."""
    point = moment(text, date_zone(tz))
    if unit in ("seconds", "minutes", "hours"):
        span = timedelta(seconds=an_integer(n) * SECONDS[unit])
        return utc_text(point.astimezone(UTC) + span)
    local = point.astimezone(date_zone(tz)).replace(tzinfo=None, fold=0)
    if unit in MONTHS:
        local = months_later(local, an_integer(n) * MONTHS[unit])
    else:
        local += timedelta(seconds=an_integer(n) * SECONDS[unit])
    return utc_text(local.replace(tzinfo=date_zone(tz)))


def date_between(text: str, other: str, unit: str) -> int:
    """How many whole units the first date is after the other."""
    end, start = moment(text).astimezone(UTC), moment(other).astimezone(UTC)
    if unit not in MONTHS:
        return (end - start) // timedelta(seconds=SECONDS[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_later(start, months) > end:
        months -= 1
    return months // MONTHS[unit]


def python_pattern(pattern: str) -> str:
    """The pattern for `re`, where a dollar sign would also match before a final \\n."""
    return re.sub(
        r"\\.|\[(?:\\.|[^\]\\])*\]|\$",
        lambda found: r"\Z" if found[0] == "$" else found[0],
        pattern,
        flags=re.DOTALL,
    )


def first_match(text: str, pattern: str) -> str | None:
    """What a pattern finds first: its first group if it has one, None if nothing."""
    found = re.search(python_pattern(pattern), text, re.ASCII)
    if found is None:
        return None
    return found[1] if found.re.groups else found[0]


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema).validate(value)
    return value


@task
async def texts() -> list[Any]:
    return [
        "Straße".upper(),
        "ÄRGER".lower(),
        title_case("the red fox"),
        "  x ".strip(),
        "banana".replace("an", "AN"),
        truncated("abcdefghij", 8),
        truncated("abc", 3),
        fixed(2.5, 2),
        slug("Crème Brûlée & Co."),
        quote("a b/ä~", safe=""),
        base64.b64encode("hi ä".encode()).decode(),
        base64_decoded("aGkg\nw6Q="),
        hashlib.sha256(b"abc").hexdigest(),
        escaped("<b> & c"),
        re.sub("[0-9]+", "#", "a1b22"),
        first_match("v1.22.3", "[0-9]+[.][0-9]+"),
        re.search(r"^v[0-9.]+\Z", "v1.2") is not None,
        len("😀é"),
        ["a", "b", "", "c"],
        text_lines("one\ntwo"),
        as_text(2),
        [
            checked(to_integer("12") + 1),
            checked(to_number("1.5") * 2),
            checked(abs(-3)),
        ],
        json_text({"a": [1, None, "ü"]}),
        read_json('{"a": [1, 2.0]}'),
    ]


@task
async def lists(rows: list[dict[str, Any]]) -> list[int | str | list[Any]]:
    return [
        [each["name"] for each in sorted(rows, key=lambda each: each["points"])],
        sorted(["b", "A", "a", "ä"], reverse=True),
        unique([1, 1, "1", 2, 1]),
        [total([each["points"] for each in rows]), min([4, 2]), max([4, 2])],
        [1, 2, 3][::-1],
        [each for each in [1, 4, 2, 5] if each > 2],
        [each for each in [1, None, 2] if each is not None],
        " & ".join(
            [each["name"] for each in [each for each in rows if each["team"] == "red"]]
        ),
        len([each for each in rows if each["points"] not in [7]]),
        [each["key"] for each in grouped(rows, "team")],
        dig({each["name"]: each for each in rows}, "al", "points", default=0),
        [each for part in [[1], [], [2, 3]] for each in part],
        batches([1, 2, 3], 2),
        [dig(rows, 0, default={}), dig([5, 6], -1, default=0)],
    ]


@task
async def objects(rows: list[dict[str, Any]]) -> list[Any]:
    return [
        {**{"a": 1, "b": 2}, **{"b": 3, "c": None}},
        list({"b": 1, "a": 2}),
        list({"b": 1, "a": 2}.values()),
        csv_text(rows),
        csv_rows('x,y\r\n1,"a ""b"""\r\n'),
        csv_text([]),
    ]


@task
async def moments() -> list[int | str]:
    return [
        date_text("2026-03-29T01:30:00Z", "%d.%m.%Y %H:%M", "Europe/Berlin"),
        date_text("2026-03-29T12:00:00+02:00", "%a %j %Y-%m-%dT%H:%M:%S%z"),
        date_plus("2026-01-31T09:00:00Z", 1, "months"),
        date_plus("2026-03-28T02:30:00Z", 1, "days", "Europe/Berlin"),
        date_between("2026-03-02T00:00:00Z", "2026-02-28T12:00:00Z", "days"),
        date_between("2026-02-28T12:00:00Z", "2026-03-02T00:00:00Z", "hours"),
    ]


@flow(name="filters")
async def filters(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A tour of the filters, on texts, lists, objects and moments."""
    fitting(rows, ROWS_SCHEMA)
    texts_all = await texts()
    lists_all = await lists(rows)
    objects_all = await objects(rows)
    moments_all = await moments()
    return {
        "texts": texts_all,
        "lists": lists_all,
        "objects": objects_all,
        "moments": moments_all,
    }


if __name__ == "__main__":
    asyncio.run(filters(**json.loads(sys.argv[1])))
