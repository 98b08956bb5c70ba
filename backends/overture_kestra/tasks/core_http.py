"""`http` as Kestra's own http.Request, and where that would differ.

Found by running 2.0.0: answered 429 or 503 (or not at all, where the method may be repeated) its client sends again by
itself after a second, and no option stops it; it takes every status below 400; it keeps the url among its outputs; what
stands under `options.auth` goes along to any host that a redirect leads to, while a header `Authorization` makes it not
follow there; text beyond ASCII goes out as Latin-1 in a url and in a header; a timeout alone does not interrupt it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.expressions.tree import Expr, Filter, Literal, ObjectOf, Ref, Template, references
from overture.expressions.types import STRING, Json, Type
from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.carriers import SAME, WHOLE, Plain, Text
from overture_kestra.constants import constant_value
from overture_kestra.fitting import all_of, fits, operand
from overture_kestra.inexact import Inexact, bare
from overture_kestra.model import Script, Value
from overture_kestra.pebble import Pebble
from overture_kestra.place import CORE, Failing, Place
from overture_kestra.timing import SHORT_SECONDS, iso_duration

REQUEST = f"{CORE}.http.Request"
MOST_LINES = 12
"""Of the check of an answer; a longer one reads better as the schema that the script checks."""

_WIDTH = 112
_JSON_ANSWER = "(?i)^(application/|[^;]*[+])json *(;|$)"
_SAFE_IN_URL = re.compile(r"[A-Za-z0-9/%:@!$&'()*+,;=~._?-]*\Z")
_SAFE_IN_HEADER = re.compile(r"[ -~]*\Z")
_SAFE_VALUE = re.compile(r"[A-Za-z0-9_-]+\Z")


# ---- where it would differ


def reasons(task: Task, place: Place) -> Iterator[str]:
    """What http.Request would do otherwise with a task that it can say."""
    method = task.literals.get("method", "GET")
    if method not in ("GET", "HEAD", "OPTIONS") and not task.is_idempotent:
        yield "sends again by itself what is answered 429 or 503"
    elif task.retry.attempts > 1:
        yield "sends again by itself, besides its attempts, what is answered 429 or 503"
    if any(ref.root == "secrets" for name in ("url", "query") for ref in _references(task, name)):
        yield "keeps the url, and with it the secret, among its outputs"
    elif not _is_safe_url(task.fields["url"]):
        yield "does not escape what the url is made of"
    for name, tree in _headers(task):
        if name.lower() not in ("authorization", "cookie") and any(ref.root == "secrets" for ref in references(tree)):
            yield f"takes the secret of the header {name} along to where it is redirected"
        elif not _is_safe_header(tree):
            yield f"sends text in the header {name} otherwise"
    if task.timeout_seconds is not None and task.timeout_seconds < SHORT_SECONDS:
        yield "counts its own start to a timeout"


def _references(task: Task, name: str) -> Iterator[Ref]:
    return references(task.fields[name]) if name in task.fields else iter(())


def url_parts(tree: Expr) -> tuple[Expr, ...]:
    tree = bare(tree)
    return tuple(bare(part) for part in tree.parts) if isinstance(tree, Template) else (tree,)


def _is_safe_url(tree: Expr) -> bool:
    """Whether nothing in it needs an escape: an address first, whatever it is, then literals and what is encoded."""
    parts = url_parts(tree)
    for number, part in enumerate(parts):
        if isinstance(part, Literal):
            if not (isinstance(part.value, str) and _SAFE_IN_URL.match(part.value)):
                return False
        elif isinstance(part, Ref) and part.root == "inputs" and number == 0:
            continue
        elif isinstance(part, Filter) and part.name == "urlencode":
            is_trusted = all(ref.root in ("inputs", "run", "loop") for ref in references(part))
            if not is_trusted and not _is_part_of_a_segment(parts, number):
                return False
        elif not _is_safe_value(part.type):
            return False
    return True


def _is_part_of_a_segment(parts: tuple[Expr, ...], number: int) -> bool:
    """Whether literal text stands right beside a part, so that it cannot come to a segment of dots."""
    before = parts[number - 1] if number else None
    after = parts[number + 1] if number + 1 < len(parts) else None
    beside = [
        str(each.value)[end] for each, end in ((before, -1), (after, 0)) if isinstance(each, Literal) and each.value
    ]
    return any(char.isalnum() or char in "-_=" for char in beside)


def _is_safe_value(kind: Type) -> bool:
    if kind.values is not None and not kind.is_nullable:
        return all(isinstance(value, str) and _SAFE_VALUE.match(value) for value in kind.values)
    return kind.is_only("integer", "boolean") and "number" not in kind.kinds


def _headers(task: Task) -> Iterator[tuple[str, Expr]]:
    tree = bare(task.fields["headers"]) if "headers" in task.fields else None
    if isinstance(tree, ObjectOf):
        for key, value in tree.entries:
            yield str(constant_value(key)[1]), value


def _is_safe_header(tree: Expr) -> bool:
    for part in url_parts(tree):
        if isinstance(part, Literal):
            if isinstance(part.value, str) and not _SAFE_IN_HEADER.match(part.value):
                return False
        elif not (isinstance(part, Ref) and part.root == "secrets") and not _is_safe_value(part.type):
            return False
    return True


# ---- the tasks


class _Unsaid(Inexact):
    """What http.Request cannot say, as the rest of a sentence about it."""


def lower_core(task: Task, place: Place) -> list[model.Task]:
    """The request, and what checks its answer. Raises Inexact for what http.Request cannot say."""
    _refuse(task, place)
    try:
        properties = _sent(task, place)
    except _Unsaid:
        raise
    except Inexact as why:
        raise _Unsaid(f"cannot be given {why.args[0]}") from None
    properties["options"] = _options(task)
    check = _check(task, place)
    _results(task, place)
    request = model.Task(task.id, REQUEST, properties)
    _tell(task, place, None if check is None else check.id)
    return [request] if check is None else [request, check]


def _sent(task: Task, place: Place) -> dict[str, Value]:
    """What goes out."""
    pebble = place.pebble
    method = str(task.literals.get("method", "GET"))
    properties: dict[str, Value] = {"uri": pebble.text(task.fields["url"])}
    if method != "GET":
        properties["method"] = method
    if "query" in task.fields:
        properties["params"] = dict(_params(task, pebble))
    headers = {name: pebble.text(_text(tree)) for name, tree in _headers(task)}
    given = {name.lower() for name in headers}
    if "authorization" not in given:
        headers |= _authorization(task, pebble)
    if method in ("POST", "PATCH") and "idempotency-key" not in given:
        headers["Idempotency-Key"] = idempotency_key(task, place)
    if "body" in task.fields:
        body = task.fields["body"]
        if bare(body).type.is_only("string"):
            properties["body"] = _lines(pebble.text(body))
            if "content-type" not in given:
                headers["Content-Type"] = "text/plain; charset=utf-8"
        else:
            properties["body"] = _lines(pebble.json(body))
    if headers:
        properties["headers"] = dict(headers)
    return properties


def _refuse(task: Task, place: Place) -> None:
    literals, fields = task.literals, task.fields
    if literals.get("pages") is not None:
        raise _Unsaid("reads one page")
    for name, why in (
        ("save", "saves no file"),
        ("file", "sends no file of the namespace"),
        ("form", "encodes a form as Latin-1"),
    ):
        if name in fields:
            raise _Unsaid(why)
    if literals.get("hosts") is not None:
        raise _Unsaid("looks at no `hosts`")
    if any(not isinstance(bare(fields[name]), ObjectOf) for name in ("headers", "query") if name in fields):
        raise _Unsaid("takes no computed parameters")
    sent = bare(fields["body"]).type if "body" in fields else STRING
    if sent.may_be("string") and not sent.is_only("string"):
        raise _Unsaid("does not tell text from JSON")
    answer = task.results.get("body", Type())
    may_be_no_json = answer.may_be("string") or answer.may_be("null")
    if may_be_no_json if literals.get("returns") is not None else "body" in task.reads:
        raise _Unsaid("gives every answer as text")
    if place.lowering.tells or place.lowering.plan.timeout_seconds is not None:
        raise _Unsaid("tells no error to another flow")
    if any(loop.id in place.lowering.telling for loop in place.loops):
        raise _Unsaid("tells no error inside a loop")
    if _is_looked_at_when_failed(task, place):
        raise _Unsaid("tells nothing of an answer that it does not accept")


def _is_looked_at_when_failed(task: Task, place: Place) -> bool:
    """Whether anything that runs after a failure of the task may read what it gave, which an error has not."""
    if not {"status", "body", "headers"} & task.reads:
        return False
    lowering = place.lowering
    if task.continues_on_error or any(slot == "tasks" and lowering.tasks[id].kind == "try" for id, slot in place.chain):
        return True
    plan = lowering.plan
    handlers = [block for block in (plan.on_failure, plan.finally_) if block is not None]
    trees = [tree for block in handlers for each in block.walk() for tree in (*each.fields.values(), each.when) if tree]
    return any(ref.root == "tasks" and ref.name == task.id for tree in trees for ref in references(tree))


def _text(tree: Expr) -> Expr:
    return tree if bare(tree).type.is_only("string") else Template((bare(tree),), type=STRING)


def _lines(text: str) -> Value:
    return Script(text) if "\n" in text else text


def _params(task: Task, pebble: Pebble) -> Iterator[tuple[str, Value]]:
    """A list repeats its key and null leaves it out, as with us; numbers are taken as texts alone."""
    tree = bare(task.fields["query"])
    assert isinstance(tree, ObjectOf)
    for key, value in tree.entries:
        name = str(constant_value(key)[1])
        is_constant, found = constant_value(value)
        if is_constant and found is None:
            continue
        if is_constant and isinstance(found, list):
            if not all(isinstance(each, str) for each in found) or not found:
                raise _Unsaid("takes no such list of parameters")
            yield name, [pebble.text(Literal(each, type=STRING)) for each in found]
        elif (
            bare(value).type.is_only("string", "integer", "boolean", "null") and "number" not in bare(value).type.kinds
        ):
            yield name, pebble.text(_text(value))
        else:
            raise _Unsaid("takes no such parameters")


def _authorization(task: Task, pebble: Pebble) -> dict[str, str]:
    fields = task.fields
    if "auth/token" in fields:
        return {"Authorization": "Bearer " + pebble.text(fields["auth/token"])}
    if "auth/username" in fields:
        pair = Template(
            (bare(fields["auth/username"]), Literal(":", type=STRING), bare(fields["auth/password"])), type=STRING
        )
        return {"Authorization": f"Basic {{{{ {pebble.value(pair)} | base64encode }}}}"}
    return {}


def _options(task: Task) -> dict[str, Value]:
    options: dict[str, Value] = {"allowedResponseCodes": _allowed(list(task.literals.get("accept") or ["200-299"]))}
    if task.timeout_seconds is not None:
        # `timeout` alone does not interrupt a request
        options["timeout"] = {"readIdleTimeout": iso_duration(task.timeout_seconds)}
    return options


def _allowed(accept: list[Json]) -> Value:
    """The list of Kestra, or the expression for it."""
    bounds = [str(each).partition("-") for each in accept]
    ranges = [(int(low), int(high or low)) for low, _, high in bounds]
    codes = [code for low, high in ranges for code in range(low, high + 1)]
    if len(codes) <= 10:
        return list(codes)
    program = " + ".join(f"[range({low}; {high + 1})]" for low, high in ranges)
    return (
        f"{{{{ range({ranges[0][0]}, {ranges[0][1]}) }}}}"
        if len(ranges) == 1
        else f"{{{{ [] | jq('{program}') | first }}}}"
    )


def _check(task: Task, place: Place) -> model.Task | None:
    """An Assert after the request: the answer says that it is JSON, and fits `returns`."""
    schema = task.literals.get("returns")
    if schema is None:
        return None
    try:
        conditions = fits(schema)
    except Inexact as why:
        raise _Unsaid(f"has no check for {why.args[0]}") from None
    answer = f"outputs.{task.id}"
    program = f".[0] | fromjson | {all_of(conditions) if conditions else 'true'}"
    line = f"{{{{ [{answer}.body] | jq('{program}') | first }}}}"
    if len(line) > _WIDTH:
        lines = [f"{{{{ [{answer}.body] | jq('.[0] | fromjson"]
        lines += [f"  {'|' if number == 0 else 'and'} {operand(each)}" for number, each in enumerate(conditions)]
        line = "\n".join([*lines, "') | first }}"])
        if len(lines) > MOST_LINES or any(len(each) > 2 * _WIDTH for each in lines):
            raise _Unsaid("would need a long check of its answer")
    is_json = f"{{{{ ({answer}.headers['content-type'][0] ?? '') | regexMatch('{_JSON_ANSWER}') }}}}"
    name = place.lowering.name(f"{task.id}_fits")
    place.lowering.after[task.id] = name
    properties: dict[str, Value] = {
        "conditions": [is_json, _lines(line)],
        "errorMessage": f"the answer of `{task.id}` does not fit",
    }
    return model.Task(name, f"{CORE}.execution.Assert", properties)


def _results(task: Task, place: Place) -> None:
    results, at = place.lowering.results, f"outputs.{task.id}"
    results[task.id, "status"] = Plain(f"{at}.code")
    program = '.[0] | with_entries(.value |= join(", ")) | tojson'
    results[task.id, "headers"] = Text(f"([{at}.headers] | jq('{program}') | first)")
    # the text as it came: jq makes it compact, and a whole number of 2.0; a path to texts needs neither
    if _holds_number(task.results["body"]):
        results[task.id, "body"] = Text(f"{at}.body", (WHOLE,))
    else:
        results[task.id, "body"] = Text(f"{at}.body", (SAME,), f"fromJson({at}.body)")


def _holds_number(kind: Type) -> bool:
    """Whether a number is declared anywhere in a value of this type."""
    if kind.may_be("integer") or kind.may_be("number"):
        return True
    parts = [*kind.properties.values(), *([kind.rest] if kind.rest is not None else [])]
    if kind.may_be("array"):
        parts.append(kind.item)
    return any(_holds_number(part) for part in parts)


def _tell(task: Task, place: Place, check: str | None) -> None:
    """What is known of its error: what Kestra logged, in which a timeout is told by its words."""
    lowering = place.lowering
    state = f"(tasks.{task.id}.state ?? '') == 'FAILED'"
    told = f"({state} ? ([errorLogs(), '{task.id}'] | jq(vars.http_error) | first) : null)"
    lowering.failing[task.id] = Failing(task.id, task.id, (("error", told),))
    if check is not None:
        words = f"the answer of {task.id} does not fit"
        lowering.failing[check] = Failing(check, task.id, (("type", "'returns'"), ("message", f"'{words}'")))


def idempotency_key(task: Task, place: Place) -> str:
    """A template that is the same for every attempt of a task and differs for every other: run, task, items, round."""
    parts = ["{{ execution.id }}", task.id]
    depth = len(place.loops)
    for number in range(depth):
        if number == depth - 1:
            parts.append("{{ item.index }}")
        elif number == depth - 2:
            parts.append("{{ item.parent.index }}")
        else:
            parts.append(f"{{{{ item.parents[{number}].index }}}}")
    rounds = [place.lowering.results.get((repeat, "iterations")) for repeat in task.repeats]
    parts += [f"{{{{ {each.expression} ?? 1 }}}}" for each in rounds if isinstance(each, Plain)]
    return "/".join(parts)
