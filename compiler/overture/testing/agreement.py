"""Whether a run agrees with what its case expects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from overture.testing.cases import Case, read_files
from overture.testing.expectations import ExpectedCall, ExpectedLine, ExpectedRequest
from overture.testing.instances import attempt_differences, instance_of, state_differences
from overture.testing.mail import Mail
from overture.testing.models import ModelCall
from overture.testing.order import follow, steps_of
from overture.testing.replies import Request, canonical_path
from overture.testing.secrecy import leaks
from overture.testing.values import JSON, Bindings, compare, show

ABSENT = "${absent}"


@dataclass(frozen=True, slots=True)
class Observed:
    """What a run did, on whatever engine.

    `tasks` maps `at` (`each_issue[0].label`) to a state, `attempts` to a number. `comparable` are the tasks that the
    engine shows, with the number of loops round each (None: those that the case names). `records_unstarted` says
    whether tasks that never started stand in `tasks` as skipped or cancelled. `log` is (level, message) of the log
    tasks in order. `shown` is everything that the run has logged, printed, given or kept, by where that was: no secret
    may stand there. What an engine cannot tell is None, and is not compared; a key that its `error` cannot tell is left
    out of it.
    """

    state: str
    outputs: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    tasks: Mapping[str, str] = field(default_factory=dict)
    attempts: Mapping[str, int] | None = None
    requests: Sequence[Request] = ()
    model_calls: Sequence[ModelCall] | None = None
    state_after: Mapping[str, Any] | None = None
    files: Mapping[str, bytes] | None = None
    log: Sequence[tuple[str, str]] | None = None
    mails: Sequence[Mail] = ()
    records_unstarted: bool = True
    comparable: Mapping[str, int] | None = None
    shown: Mapping[str, bytes] = field(default_factory=dict)


def differences(case: Case, observed: Observed) -> list[str]:
    """What differs, a line each; none when the run agrees with the case. `case` is one that is `placed`."""
    expect = case.expect
    lines = []
    if observed.state != expect.state:
        lines.append(f"state: expected {expect.state}, got {observed.state}{_say_error(observed.error)}")
    if expect.outputs is not None:
        lines += compare("outputs", dict(expect.outputs), dict(observed.outputs or {}), Bindings())
    lines += _error_differences(expect.error, observed.error)
    recorded = observed.records_unstarted
    lines += state_differences(expect.tasks, observed.tasks, observed.comparable, records_unstarted=recorded)
    if observed.attempts is not None:
        lines += attempt_differences(expect.attempts, observed.attempts, observed.tasks)
    lines += _request_differences(expect.requests, observed.requests)
    if observed.model_calls is not None and expect.model_calls is not None:
        lines += _call_differences(expect.model_calls, observed.model_calls)
    if expect.state_after is not None and observed.state_after is not None:
        lines += compare("state_after", dict(expect.state_after), dict(observed.state_after))
    if observed.files is not None:
        lines += _file_differences(expect.files, observed.files)
    lines += _mail_differences(expect.mails, observed.mails)
    if expect.log is not None and observed.log is not None:
        lines += _log_differences(expect.log, observed.log)
    return lines + leaks(case, observed.shown)


def untold(case: Case, observed: Observed) -> list[str]:
    """What the case says and the engine shows nothing of, so that it was not compared."""
    expect = case.expect
    found = []
    if expect.error is not None and observed.error is not None:
        found += [f"error.{key}" for key in expect.error if key not in observed.error]
    if observed.comparable is not None:
        named = {name: instance_of(name)[0] for name in expect.tasks}
        found += [f"tasks.{name}" for name, task in named.items() if task not in observed.comparable]
    stated: dict[str, tuple[object, object]] = {
        "attempts": (expect.attempts or None, observed.attempts),
        "model_calls": (expect.model_calls, observed.model_calls),
        "state_after": (expect.state_after, observed.state_after),
        "files": (expect.files or None, observed.files),
        "log": (expect.log, observed.log),
    }
    return found + [name for name, (wanted, got) in stated.items() if wanted is not None and got is None]


def _say_error(error: Mapping[str, Any] | None) -> str:
    return "" if error is None else f" ({error.get('type')} at {error.get('task')}: {error.get('message')})"


def _error_differences(wanted: Mapping[str, JSON] | None, got: Mapping[str, Any] | None) -> list[str]:
    if wanted is None:
        return [] if got is None else [f"error: none is expected, got{_say_error(got)}"]
    if got is None:
        return [f"error: expected {show(dict(wanted))}, got none"]
    return [line for key, value in wanted.items() if key in got for line in compare(f"error.{key}", value, got[key])]


def _request_differences(wanted: Sequence[object], got: Sequence[Request]) -> list[str]:
    steps = steps_of(wanted)
    fit = follow(steps, got, _match_request, Bindings())
    if fit.is_whole:
        return []
    if len(fit.taken) == len(got):
        return [f"requests: `{steps[at].wanted}` is missing" for at in fit.left]
    place = len(fit.taken)
    request = got[place]
    scripted = "" if request.is_scripted else " (not scripted)"
    nexts = [step for step in (steps[at].wanted for at in fit.open_steps) if isinstance(step, ExpectedRequest)]
    if not nexts:
        return [f"requests[{place}]: `{request}` is not expected{scripted}"]
    names = " or ".join(f"`{step}`" for step in nexts)
    lines = [f"requests[{place}]: expected {names}, got `{request}`{scripted}"]
    for step in nexts:
        if (step.method, canonical_path(step.path)) == (request.method, canonical_path(request.path)):
            bound = _bindings_after(steps, got, fit.taken)
            lines += [f"requests[{place}]{line}" for line in _request_lines(step, request, bound)]
    return lines


def _bindings_after(steps: Sequence[Any], got: Sequence[Request], taken: Sequence[int]) -> Bindings:
    bound = Bindings()
    for request, at in zip(got, taken, strict=False):
        bound = _match_request(steps[at].wanted, request, bound) or bound
    return bound


def _match_request(wanted: object, request: Request, bound: Bindings) -> Bindings | None:
    if not isinstance(wanted, ExpectedRequest):
        return None
    if wanted.method != request.method or canonical_path(wanted.path) != canonical_path(request.path):
        return None
    after = bound.copy()
    return None if _request_lines(wanted, request, after) else after


def _request_lines(wanted: ExpectedRequest, request: Request, bound: Bindings) -> list[str]:
    """How the query, the headers and the body of a request differ."""
    lines = []
    if wanted.whole_query is not None and sorted(wanted.whole_query) != sorted(request.query):
        lines.append(f".query: expected {show(list(wanted.whole_query))}, got {show(list(request.query))}")
    for name, value in wanted.query.items():
        values: list[JSON] = [item for key, item in request.query if key == name]
        expected: list[JSON] = []
        if value != ABSENT:
            expected = [_as_text(item) for item in (value if isinstance(value, list) else [value])]
        lines += compare(f".query.{name}", expected, values, bound)
    for name, text in wanted.headers.items():
        got = request.headers.get(name.lower())
        if text == ABSENT or got is None:
            if (text == ABSENT) != (got is None):
                lines.append(f".headers.{name}: expected {text}, got {got}")
        else:
            lines += compare(f".headers.{name}", text, got, bound)
    if wanted.has_body:
        lines += compare(".body", wanted.body, request.body, bound)
    return lines


def _as_text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _call_differences(wanted: int | Sequence[ExpectedCall], got: Sequence[ModelCall]) -> list[str]:
    count = wanted if isinstance(wanted, int) else len(wanted)
    if count != len(got):
        asked = "; ".join(f"{call.model}: {show(call.asked, 80)}" for call in got)
        return [f"model_calls: expected {count}, got {len(got)}{': ' if asked else ''}{asked}"]
    lines = []
    for at, (call, one) in enumerate(zip(got, [] if isinstance(wanted, int) else wanted, strict=False)):
        if one.model is not None and one.model != call.model:
            lines.append(f"model_calls[{at}].model: expected {one.model}, got {call.model}")
        whole = "\n".join(call.texts)
        lines += [f"model_calls[{at}]: {show(text)} is not in {show(whole)}" for text in one.holds if text not in whole]
    return lines


def _file_differences(wanted: Mapping[str, JSON], got: Mapping[str, bytes]) -> list[str]:
    lines = []
    for name, content in wanted.items():
        if content is None:
            if name in got:
                lines.append(f"files.{name}: no such file is expected")
        elif name not in got:
            lines.append(f"files.{name}: is missing; there are {', '.join(got) or 'none'}")
        elif isinstance(content, dict) and "json" in content:
            try:
                value = json.loads(got[name])
            except ValueError:
                lines.append(f"files.{name}: is no JSON: {show(got[name].decode('utf-8', 'replace'))}")
            else:
                lines += compare(f"files.{name}", content["json"], value)
        elif read_files("files", {name: content})[name] != got[name]:
            lines.append(f"files.{name}: expected {show(content)}, got {show(got[name].decode('utf-8', 'replace'))}")
    return lines


def _mail_differences(wanted: Sequence[JSON], got: Sequence[Mail]) -> list[str]:
    if len(wanted) != len(got):
        told = "; ".join(f"{', '.join(mail.recipients)}: {mail.headers.get('subject', '')}" for mail in got)
        return [f"mails: expected {len(wanted)}, got {len(got)}{': ' if told else ''}{told}"]
    lines = []
    for at, (mail, one) in enumerate(zip(got, wanted, strict=True)):
        named = {key: value for key, value in mail.as_json().items() if isinstance(one, dict) and key in one}
        lines += compare(f"mails[{at}]", one, named)
    return lines


def _log_differences(wanted: Sequence[object], got: Sequence[tuple[str, str]]) -> list[str]:
    steps = steps_of(wanted)
    lines = [ExpectedLine(level, message) for level, message in got]
    fit = follow(steps, lines, _match_line, Bindings())
    if fit.is_whole:
        return []
    if len(fit.taken) == len(lines):
        return [f"log: `{steps[at].wanted}` is missing" for at in fit.left]
    place = len(fit.taken)
    names = " or ".join(f"`{steps[at].wanted}`" for at in fit.open_steps) or "nothing more"
    return [f"log[{place}]: expected {names}, got `{lines[place]}`"]


def _match_line(wanted: object, line: ExpectedLine, bound: Bindings) -> Bindings | None:
    if not isinstance(wanted, ExpectedLine) or wanted.level != line.level:
        return None
    after = bound.copy()
    return None if compare("", wanted.message, line.message, after) else after
