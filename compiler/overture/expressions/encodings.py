"""Functions of the table that write and read other forms of a value: JSON, CSV, base64, urls, digests."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
from typing import NoReturn
from urllib.parse import quote

from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture.expressions.values import MAX_TEXT_CHARACTERS, bounded, render, settle


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Refused("the text holds half of a surrogate pair") from None


def read_json(text: str) -> Json:
    """Strict JSON: no NaN, no trailing text; of equal keys the last wins."""

    def refuse(word: str) -> NoReturn:
        raise Refused(f"the text is not JSON: `{word}`")

    try:
        return json.loads(
            text, parse_constant=refuse, parse_int=_integer, parse_float=lambda digits: settle(float(digits))
        )
    except json.JSONDecodeError as error:
        raise Refused(
            f"the text is not JSON: {error.msg.lower()} in line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise Refused("the JSON is nested too deeply") from None


def _integer(digits: str) -> int | float:
    return settle(int(digits)) if len(digits) < 400 else settle(float(digits))


def write_csv(rows: list[Json]) -> str:
    """A header from the first row's keys, CRLF; cells as a template renders them, a key that a row lacks is empty."""
    if not rows:
        return ""
    header: list[str] | None = None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Refused(f"row {number} is no object")
        if header is None:
            header = list(row)
            writer.writerow(header)
        unknown = next((key for key in row if key not in header), None)
        if unknown is not None:
            raise Refused(f"row {number} has a key `{unknown}` that row 0 lacks")
        writer.writerow([render(row.get(key)) for key in header])
        if out.tell() > MAX_TEXT_CHARACTERS:
            break
    return bounded(out.getvalue())


def read_csv(text: str) -> list[dict[str, str]]:
    """Objects by the header row; all cells are texts, a short row is filled with empty ones, empty lines are none."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found: list[dict[str, str]] = []
    header: list[str] | None = None
    try:
        for row in reader:
            if header is None:
                header = row
            elif len(row) > len(header):
                raise Refused(f"line {reader.line_num} has {len(row)} cells, the header has {len(header)}")
            elif row:
                found.append(dict(zip(header, row + [""] * (len(header) - len(row)), strict=True)))
    except csv.Error as error:
        raise Refused(f"the text is not CSV: {error} in line {reader.line_num}") from None
    return found


def url_encode(value: Json) -> str:
    """Everything but unreserved characters, as UTF-8."""
    return bounded(quote(_bytes(render(value)), safe=""))


def encode_base64(text: str) -> str:
    return bounded(base64.b64encode(_bytes(text)).decode())


def decode_base64(text: str) -> str:
    """White space is ignored; what comes out must be UTF-8."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True).decode()
    except UnicodeDecodeError:
        raise Refused("the bytes are no UTF-8 text") from None
    except (binascii.Error, UnicodeEncodeError):
        raise Refused("the text is not base64") from None


def sha256(text: str) -> str:
    """In hexadecimal digits, of the UTF-8 text."""
    import hashlib  # it loads OpenSSL: a tenth of the time in which a small file is checked

    return hashlib.sha256(_bytes(text)).hexdigest()
