"""Every night, sums up yesterday's orders by region, has a model comment on them,
files the report and posts it.

Environment: SHOP_TOKEN, SLACK_WEBHOOK_URL, OVERTURE_MODEL, OPENAI_API_KEY.
Run: python nightly_report.py
Deploy: prefect --no-prompt deploy --all
"""

import asyncio
import contextlib
import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
from calendar import monthrange
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

import httpx
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from prefect import flow, get_run_logger, task
from prefect.context import FlowRunContext
from prefect.runtime import flow_run, task_run

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
MONTHS = {"months": 1, "years": 12}
TIME = r"[Tt](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?"
ENVIRONMENT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
PYTHON_CHILD = """\
import io, json, os, sys, traceback
given = json.loads(sys.stdin.buffer.read())
sys.stdin = io.StringIO()
names = {"__name__": "__child__"}
def check(value):
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the result is not JSON: a key is no text")
        value = value.values()
    if not isinstance(value, str):
        for item in value if hasattr(value, "__iter__") else ():
            check(item)
try:
    exec(compile(given["code"], "<code>", "exec"), names)
    value = names["main"](**given["args"])
    check(value)
    text = json.dumps({"value": value}, allow_nan=False)
except BaseException as error:
    text = json.dumps({"error": f"{type(error).__name__}: {error}"})
    traceback.print_exc()
with open(given["result"], "w") as file:
    file.write(text)
"""
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
SHOP_SCHEMA: dict[str, Any] = {"type": "string", "format": "uri"}
ORDERS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["region", "cents"],
        "properties": {"region": {"type": "string"}, "cents": {"type": "integer"}},
    },
}
TOTALS_CODE = """\
def main(orders):
    regions = {}
    for order in orders:
        row = regions.setdefault(order["region"], {"region": order["region"], "orders": 0, "cents": 0})
        row["orders"] += 1
        row["cents"] += order["cents"]
    return sorted(regions.values(), key=lambda row: -row["cents"])
"""  # noqa: E501
TOTALS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["region", "orders", "cents"],
        "properties": {
            "region": {"type": "string"},
            "orders": {"type": "integer"},
            "cents": {"type": "integer"},
        },
    },
}
COMMENT_SCHEMA: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 300}
COMMENT_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "value": {
            "type": "string",
            "description": '("minLength": 1, "maxLength": 300)',
        },
    },
    "required": ["value"],
    "additionalProperties": False,
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


def settled(value: Any) -> Any:
    """A JSON value with each number in its one form."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settled(item) for item in value]
    return as_number(value) if type(value) in (int, float) else value


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


def instead(value: Any, fallback: Callable[[], Any]) -> Any:
    """The value, or what is worked out instead of None."""
    return fallback() if value is None else value


def fixed(value: Any, decimals: Any) -> str:
    """A number as text with exactly so many decimals."""
    if not 0 <= an_integer(decimals) <= 100:
        raise ValueError("the number of decimals must be 0 to 100")
    number = a_number(value)
    if isinstance(number, int):
        return f"{number}" + ("." + "0" * decimals if decimals else "")
    return f"{number:z.{decimals}f}"


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


def format_checker() -> FormatChecker:
    """The formats of texts that are checked."""
    checker = FormatChecker(formats=())
    checks: dict[str, Any] = {
        "uri": _is_uri,
    }
    for name, has_format in checks.items():
        checker.checks(name)(
            lambda value, test=has_format: not isinstance(value, str) or test(value)
        )
    return checker


def started_at() -> str:
    """When this run started."""
    context = FlowRunContext.get()
    started = context.flow_run.start_time if context and context.flow_run else None
    return utc_text(started or datetime.now(UTC))


def scheduled_for() -> str | None:
    """When this run was to start; None for one that is started by hand."""
    point = flow_run.scheduled_start_time
    return utc_text(point) if run_trigger() == "schedule" else None


def run_trigger() -> str:
    """What started this run."""
    context = FlowRunContext.get()
    is_scheduled = context and context.flow_run and context.flow_run.auto_scheduled
    return "schedule" if is_scheduled else "manual"


async def send(method: str, url: str | httpx.URL, **options: Any) -> httpx.Response:
    """Send a request and follow its redirects; what is not accepted is an error."""
    async with httpx.AsyncClient(timeout=None) as client:
        request = client.build_request(method, str(url).strip(), **options)
        if method in ("POST", "PATCH"):
            request.headers.setdefault("Idempotency-Key", str(task_run.id))
        for _ in range(6):
            response = await client.send(request)
            if response.is_success:
                return response
            if response.next_request is None:
                where = f"{request.method} to {request.url.host}"
                message = f"{where} was answered with {response.status_code}"
                raise httpx.HTTPStatusError(message, request=request, response=response)
            before, request = request, response.next_request
            if before.url.scheme == "https" and request.url.scheme == "http":
                raise PermissionError(f"it redirects to http ({request.url.host})")
            if before.url.scheme != request.url.scheme:
                request.headers.pop("Authorization", None)
    raise httpx.TooManyRedirects("more than 5 redirects", request=request)


async def fetch(method: str, url: str, **options: Any) -> Any:
    """The body of the answer to a request."""
    return body_of(await send(method, url, **options))


def body_of(response: httpx.Response) -> Any:
    """The body of an answer: JSON where it says so (nothing is None), else text."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return response.text
    return read_json(response.content) if response.content.strip() else None


def fitting(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value that fits a JSON Schema."""
    Draft202012Validator(schema, format_checker=format_checker()).validate(value)
    return value


async def counted_pages(
    method: str,
    url: str | httpx.URL,
    param: str,
    size: int = 1,
    limit: int = 1000,
    **options: Any,
) -> list[Any]:
    """The items of all pages up to one with fewer than `size`."""
    found: list[Any] = []
    for number in range(1, limit + 1):
        target, own = at_page(url, param, number), options
        response = await send(method, target, **own)
        page = list_of(response)
        found += page
        if len(page) < size:
            return found
    raise httpx.HTTPError(f"there are more than {limit} pages")


def at_page(url: str | httpx.URL, param: str, value: Any) -> str:
    """The url of a page."""
    target = httpx.URL(url)
    others = [pair for pair in target.params.multi_items() if pair[0] != param]
    query = urlencode([*others, (param, as_text(value))], quote_via=quote)
    return str(target.copy_with(query=query.encode()))


def list_of(response: httpx.Response) -> list[Any]:
    """The list that a page is."""
    found = body_of(response)
    if not isinstance(found, list):
        raise httpx.DecodingError("a page has no list where it should")
    return found


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """What a program gets of the environment, and what is its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ENVIRONMENT or name.startswith("LC_")
    }
    return {"PATH": os.defpath, **kept, **extra}


async def run_program(
    argv: Sequence[str],
    *,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    accept: Container[int] = (0,),
) -> tuple[int, str, str]:
    """Run a program to its end; its exit code and what it wrote.

    When the task is cancelled or times out, nothing of the program is left.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        env=clean_environment(env or {}),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await process.communicate(stdin.encode())
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    code = process.returncode or 0
    stdout, stderr = out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    if code not in accept:
        raise subprocess.CalledProcessError(code, list(argv), stdout, stderr)
    return code, stdout, stderr


class PythonError(Exception):
    """An exception in a child process of Python."""


async def run_python(code: str, args: Mapping[str, Any]) -> Any:
    """Call main(...) of the code in a process of its own; prints go to the log."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        given = json.dumps({"code": code, "args": args, "result": str(result)})
        argv = [sys.executable, "-I", "-c", PYTHON_CHILD]
        _, stdout, stderr = await run_program(argv, stdin=given)
        if stdout.strip():
            get_run_logger().info("%s", stdout.rstrip("\n"))
        if stderr.strip():
            get_run_logger().warning("%s", stderr.rstrip("\n"))
        return python_result(result)


def python_result(path: Path) -> Any:
    """What the code in the other process returned, or raised."""
    if not path.exists():
        raise PythonError("the code ended without a result")
    found = read_json(path.read_bytes())
    if "error" in found:
        raise PythonError(found["error"])
    return found["value"]


def place(path: str) -> Path:
    """A path in the working folder; none that leads out of it."""
    folder = Path.cwd().resolve()
    real = (folder / path).resolve()
    if not path or path.startswith("~") or not real.is_relative_to(folder):
        raise PermissionError(f"{path} leads out of the working folder")
    return real


def write_whole(path: str, content: bytes) -> str:
    """Write a file as a whole or not at all, with the folders it needs; its path."""
    target = place(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    part.replace(target)
    return path


class NoAnswer(httpx.HTTPError):
    """A model that gave no answer."""


async def ask(
    model: str,
    prompt: str,
    schema: dict[str, Any],
    form: dict[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Ask a model for a value that fits the schema."""
    messages = [{"role": "user", "content": prompt}]
    question = {"model": model, "messages": messages, **options}
    return await answer(question, schema, form or schema)


async def answer(
    question: dict[str, Any], schema: dict[str, Any], form: dict[str, Any]
) -> Any:
    """The value of a model's answer; one that does not fit is asked for once more."""
    for is_last in (False, True):
        text = await complete(question, form)
        try:
            return value_of(text, schema)
        except ValidationError as error:
            if is_last:
                raise
            again = f"This answer does not fit: {error.message}. Answer again."
        said = {"role": "assistant", "content": text}
        asked = {"role": "user", "content": again}
        question = {**question, "messages": [*question["messages"], said, asked]}
    raise AssertionError("the last answer returns or raises")


async def complete(question: dict[str, Any], form: dict[str, Any]) -> str:
    """One chat completion; a server that refuses schemas is asked for any JSON."""
    strict = {"name": "answer", "strict": True, "schema": form}
    wanted = {"type": "json_schema", "json_schema": strict}
    try:
        return await post_question({**question, "response_format": wanted})
    except NoAnswer as error:
        if "response_format" not in str(error) and "schema" not in str(error):
            raise
    words = "Answer with one JSON object that fits this JSON Schema:\n"
    hint = {"role": "system", "content": words + json.dumps(form)}
    asked = {**question, "messages": [hint, *question["messages"]]}
    return await post_question({**asked, "response_format": {"type": "json_object"}})


async def post_question(question: dict[str, Any]) -> str:
    """One request to the endpoint that the environment names."""
    base = os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    key = os.environ.get("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{base.rstrip('/')}/chat/completions"
    try:
        async with httpx.AsyncClient(timeout=None, headers=headers) as client:
            response = await client.post(url, json=question)
    except httpx.HTTPError as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
    if response.status_code in (401, 403):
        raise httpx.HTTPError(f"the endpoint answered with {response.status_code}")
    if response.status_code != 200:
        raise NoAnswer(f"{response.status_code} {response.text[:300]}")
    try:
        found = response.json()
        message = found["choices"][0]["message"]
        refusal, text = message.get("refusal"), message.get("content")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoAnswer("the endpoint answered with what is no completion") from error
    if refusal or not isinstance(text, str) or not text.strip():
        raise NoAnswer(f"it refused: {refusal}" if refusal else "an empty answer")
    return text


def value_of(text: str, schema: dict[str, Any]) -> Any:
    """The value that an answer holds, if it fits the schema."""
    start = min((at for at in map(text.find, "{[") if at >= 0), default=0)
    try:
        found = read_json(text.strip())
    except ValueError:
        found = json_at(text, start)
    if isinstance(found, dict) and found.keys() == {"value"}:
        inner = found["value"]
        if Draft202012Validator(schema).is_valid(inner):
            return inner
    return fitting(found, schema)


def json_at(text: str, start: int) -> Any:
    """The JSON that begins at a place of a text."""
    try:
        return settled(json.JSONDecoder(parse_constant=int).raw_decode(text, start)[0])
    except ValueError as error:
        raise ValidationError("it is no JSON") from error


@task
async def day() -> str:
    return date_text(
        date_plus(
            instead(scheduled_for(), lambda: started_at()), -1, "days", "Europe/Berlin"
        ),
        "%Y-%m-%d",
        "Europe/Berlin",
    )


@task(retries=2, retry_delay_seconds=[5, 10], timeout_seconds=30)
async def orders(shop: str, day_date: str) -> list[dict[str, Any]]:
    return fitting(
        await counted_pages(
            "GET",
            httpx.URL(f"{shop}/orders", params={"date": day_date, "per_page": 2}),
            headers={"Authorization": f"Bearer {os.environ['SHOP_TOKEN']}"},
            param="page",
            size=2,
        ),
        ORDERS_SCHEMA,
    )


@task
async def totals(orders_body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return fitting(
        await run_python(TOTALS_CODE, {"orders": orders_body}), TOTALS_SCHEMA
    )


@task(timeout_seconds=120)
async def comment(totals_value: list[dict[str, Any]]) -> str:
    return await ask(
        os.environ["OVERTURE_MODEL"],
        "What stands out in these figures? Answer in one sentence.\n"
        f"{csv_text(totals_value)}\n",
        schema=COMMENT_SCHEMA,
        form=COMMENT_FORM,
    )


@task
async def report(day_date: str, comment_value: str, rows_value: list[str]) -> str:
    return write_whole(
        f"reports/{day_date}.md",
        "".join(
            [
                "# Orders of ",
                str(day_date),
                "\n\n",
                str(comment_value),
                "\n\n| Region | Orders | Total |\n| --- | --- | --- |\n",
                str("\n".join(rows_value)),
                "\n",
            ],
        ).encode(),
    )


@task(timeout_seconds=30)
async def post(
    orders_body: list[dict[str, Any]], day_date: str, comment_value: str
) -> None:
    await fetch(
        "POST",
        os.environ["SLACK_WEBHOOK_URL"],
        json={"text": f"{len(orders_body)} orders on {day_date}: {comment_value}"},
    )


@flow(name="nightly_report")
async def nightly_report(shop: str = "https://shop.example.com/api") -> dict[str, Any]:
    """Every night, sums up yesterday's orders by region, has a model comment on
    them, files the report and posts it.
    """
    fitting(shop, SHOP_SCHEMA)
    day_date = await day()
    orders_body = await orders(shop, day_date)
    totals_value = await totals(orders_body)
    comment_value = await comment(totals_value)
    rows_value = [
        f"| {row['region']} | {row['orders']} | "
        f"{fixed(checked(row['cents'] / 100), 2)} |"
        for row in totals_value
    ]
    report_path = await report(day_date, comment_value, rows_value)
    await post(orders_body, day_date, comment_value)
    return {"file": report_path, "totals": totals_value}


if __name__ == "__main__":
    asyncio.run(nightly_report())
