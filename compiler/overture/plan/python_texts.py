"""Helpers of written Python that work on texts, and between texts and other values (see python_values.py)."""

from __future__ import annotations

import base64
import csv
import io
import re
import unicodedata
from typing import Any

from overture.plan.python_values import (
    a_list,
    a_number,
    a_text,
    an_integer,
    an_object,
    as_number,
    as_text,
    checked,
    scalar,
)


def split(text: str, separator: str | None = None) -> list[str]:
    """The parts of a text between separators; without one, its words."""
    return text.split(None if separator is None else a_text(separator))


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


def replaced(text: str, old: str, new: str) -> str:
    """The text with another one in place of each `old`."""
    if not old:
        raise ValueError("the text to replace is empty")
    return text.replace(old, new)


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


def rounded(value: Any, precision: Any = 0) -> int | float:
    """Half to even, to so many decimals."""
    number = a_number(value)
    if abs(an_integer(precision)) > 400:
        return number if precision > 0 else 0
    return checked(round(number, precision))


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
