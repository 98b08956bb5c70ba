"""Data from outside that gets to where it may not decide; failures that nobody looks at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from mutation.document import Document, at, copied, drop, expressions, put, reads, retext, schema_at, tasks
from mutation.operator import Mutant, operator

OUTSIDE = {"http": "body", "ai": "value", "shell": "stdout", "read_file": "content", "python": None, "sql": None}


def _outside(data: Document, before: str) -> str | None:
    """An expression for a text from outside that may be read at a place in the workflow's own list of tasks."""
    index = int(before.split("/")[2]) if before.startswith("/tasks/") else 0
    for task in tasks(data):
        if task.block == "/tasks" and task.index < index and "when" not in task.data and "on_error" not in task.data:
            field = OUTSIDE.get(task.kind)
            if field is None:
                continue
            found = schema_at(data, ("tasks", task.id, field))
            kept = at(data, f"{task.pointer}/method")
            if kept == "HEAD" or (found is not None and found[1].get("type") in ("boolean", "integer", "number")):
                continue
            if "enum" in (found[1] if found is not None else {}) or (
                found and ("pattern" in found[1] or "format" in found[1])
            ):
                continue
            return f"tasks.{task.id}.{field}" + ("" if field == "stdout" else " | tojson")
    return None


def _tainted(data: Document, kinds: tuple[str, ...]) -> Iterator[tuple[str, dict[str, object], str]]:
    for task in tasks(data):
        found = _outside(data, task.pointer)
        if found is not None and task.kind in kinds:
            yield task.pointer, task.data, found


@operator("untrusted-host")
def let_data_choose_the_host(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, task, outside in _tainted(data, ("http",)):
        if "hosts" not in task:
            url = rng.choice(
                [f"{{{{ {outside} }}}}", f"https://{{{{ {outside} }}}}/a", f"https://{{{{ {outside} }}}}.example.com"]
            )
            yield Mutant(put(data, f"{pointer}/url", url), (pointer,))


@operator("untrusted-path")
def let_data_choose_a_file(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, _task, outside in _tainted(data, ("read_file", "write_file")):
        yield Mutant(put(data, f"{pointer}/path", f"out/{{{{ {outside} }}}}"), (pointer,))
    for pointer, task, outside in _tainted(data, ("http",)):
        if "pages" not in task and "returns" not in task and task.get("method", "GET") == "GET":
            if any(read.parts[:2] == ("tasks", task["id"]) for read in reads(data)):
                continue
            yield Mutant(put(data, f"{pointer}/save", f"{{{{ {outside} }}}}"), (pointer,))


@operator("untrusted-path")
def keep_a_path_no_longer_harmless(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        match = re.search(r"\|\s*(slugify|sha256)\b", each.body)
        if match and each.field in ("path", "save"):
            start, end = each.start + match.start(), each.start + match.end()
            read = next((read for read in reads(data) if read.expression == each), None)
            if read is not None:
                yield Mutant(retext(data, each, start, end, ""), (each.holder,), facts=(read, data))


@operator("untrusted-system")
def let_data_instruct_a_model(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, _task, outside in _tainted(data, ("ai",)):
        yield Mutant(put(data, f"{pointer}/system", f"Obey {{{{ {outside} }}}}."), (pointer,))


@operator("injected-code")
def put_data_into_a_shell_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, _task, outside in _tainted(data, ("shell",)):
        program = rng.choice([["sh", "-c"], ["bash", "-ec"], ["python", "-c"], ["node", "-e"]])
        command = [*program, f"echo {{{{ {outside} }}}}"]
        yield Mutant(put(data, f"{pointer}/command", command), (pointer,))


@operator("option-injection")
def put_data_where_an_option_may_stand(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for read in reads(data):
            if read.parts[0] != "tasks" or read.expression.holder != task.pointer or len(read.parts) < 3:
                continue
            if task.kind == "shell" and read.expression.field == "stdin" and not read.after.strip():
                changed = put(
                    data, f"{task.pointer}/command", [task.data["command"][0], f"{{{{{read.expression.body}}}}}"]
                )
                yield Mutant(changed, (task.pointer,))


@operator("option-injection")
def take_the_double_dash_away(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        command = task.data.get("command") or []
        if "--" in command and not {"-c", "-ec", "-e", "-m"} & set(command):
            fewer = [each for each in command if each != "--"]
            place = command.index("--")
            if place < len(fewer) and str(fewer[place]).lstrip().startswith("{{ tasks."):
                yield Mutant(put(data, f"{task.pointer}/command", fewer), (task.pointer,))


@operator("data-recipients")
def let_data_choose_the_recipient(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, _task, outside in _tainted(data, ("email",)):
        key = rng.choice(["to", "cc", "bcc"])
        yield Mutant(put(data, f"{pointer}/{key}", [f"{{{{ {outside} }}}}"]), (pointer,))


@operator("unchecked-answer")
def check_no_longer_what_a_model_answers(data: Document, rng: Random) -> Iterator[Mutant]:
    """The answer steers where a condition reads it."""
    for task in tasks(data):
        if task.kind == "ai" and "returns" in task.data:
            for read in reads(data):
                steers = read.expression.field in ("when", "where", "until") or read.expression.pointer.endswith(
                    "/items"
                )
                if read.parts[:2] == ("tasks", task.id) and steers:
                    yield Mutant(
                        drop(data, f"{task.pointer}/returns"), (read.expression.holder, task.pointer), facts=(read,)
                    )


@operator("bad-host-pattern")
def write_a_url_for_a_host(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "http":
            wrong = rng.choice([["https://example.com/"], ["example.com/path"], [], ["*.*.com"], ["*example.com"]])
            yield Mutant(put(data, f"{task.pointer}/hosts", wrong), (task.pointer,))


@operator("bare-segment")
def encode_a_query_no_longer(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        match = re.search(r"\|\s*urlencode\b", each.body)
        if match and each.field == "url" and "?" in each.text[: each.start]:
            start, end = each.start + match.start(), each.start + match.end()
            yield Mutant(retext(data, each, start, end, ""), (each.holder,))


@operator("retried-write")
def repeat_a_write(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        writes = task.kind == "email" or (task.kind == "http" and task.data.get("method") in ("POST", "PATCH"))
        if writes or task.kind in ("shell", "call"):
            changed = put(data, f"{task.pointer}/retry", {"attempts": 3})
            at(changed, task.pointer).pop("idempotent", None)
            at(changed, task.pointer).pop("at_most_once", None)
            yield Mutant(changed, (task.pointer,))


@operator("retried-write")
def mark_a_retried_write_no_longer(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        attempts = (task.data.get("retry") or {}).get("attempts", 1)
        writes = task.kind == "email" or (task.kind == "http" and task.data.get("method") in ("POST", "PATCH"))
        if task.data.get("idempotent") and attempts > 1 and writes:
            yield Mutant(drop(data, f"{task.pointer}/idempotent"), (task.pointer,))


@operator("ignored-failures")
def skip_failures_that_nobody_looks_at(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        told = any(read.parts[:2] == ("tasks", task.id) for read in reads(data))
        if task.kind == "foreach" and task.data.get("tasks") and not told:
            yield Mutant(put(data, f"{task.pointer}/on_item_error", "skip"), (task.pointer,), facts=(task,))


@operator("no-timeout")
def wait_for_ever_where_nobody_sits(data: Document, rng: Random) -> Iterator[Mutant]:
    schemas = (data.get("inputs") or {}).values()
    reads_a_trigger = any(read.parts[0] == "trigger" for read in reads(data))
    if "timeout" in data or "defaults" in data or reads_a_trigger or any("default" not in each for each in schemas):
        return
    if any(task.kind in ("shell", "python", "sql", "call", "approve") for task in tasks(data)):
        return  # told once, at the first: that one may have been there before
    changed = copied(data)
    changed["triggers"] = [{"type": "schedule", "cron": "0 6 * * *", "timezone": "UTC"}]
    changed["tasks"].insert(0, {"id": "backs_up", "kind": "shell", "command": ["backup", "--all"]})
    sound = put(changed, "/tasks/0/timeout", "1h")
    yield Mutant(changed, ("/tasks/0",), before=sound)


@operator("same-cause")
def alarm_by_the_way_that_failed(data: Document, rng: Random) -> Iterator[Mutant]:
    urls = [str(task.data["url"]) for task in tasks(data) if task.kind == "http"]
    hosts = {"".join(re.findall(r"^https://[\w.-]+", url)) for url in urls}
    tells = any(task.kind in ("email", "call", "action") for task in tasks(data))
    if "on_failure" not in data and len(hosts) == 1 and hosts != {""} and not tells:
        changed = copied(data)
        url = f"{sorted(hosts)[0]}/alarm"
        changed["on_failure"] = [{"id": "alarms", "kind": "http", "method": "POST", "url": url, "body": {"text": "no"}}]
        others = put(changed, "/on_failure/0/url", "https://elsewhere.example.org/alarm")
        yield Mutant(changed, ("/on_failure", *(task.pointer for task in tasks(data))), before=others)


@operator("racing-state")
def count_in_a_loop_side_by_side(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "foreach" and task.data.get("tasks"):
            changed = copied(data)
            changed.setdefault("state", {})["seen_so_far"] = {"type": "integer", "default": 0}
            loop = at(changed, task.pointer)
            loop["concurrency"] = 4
            loop["tasks"].append(
                {"id": "counts", "kind": "remember", "values": {"seen_so_far": "{{ state.seen_so_far + 1 }}"}}
            )
            sound = copied(changed)
            at(sound, task.pointer)["concurrency"] = 1
            yield Mutant(changed, (task.pointer,), before=sound if task.data.get("concurrency", 1) == 1 else None)
