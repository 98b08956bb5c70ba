"""What starts a workflow, told wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from mutation.document import Document, at, copied, drop, escaped, misspelt, put, reads
from mutation.operator import Mutant, operator


def _with_schedule(data: Document, **changed: Any) -> Document | None:
    """A copy with one more schedule; None where the workflow has inputs that nothing sets."""
    schemas = (data.get("inputs") or {}).values()
    if any("default" not in each for each in schemas) or any(read.parts[0] == "trigger" for read in reads(data)):
        return None
    schedule = {"type": "schedule", "cron": "15 6 * * 1-5", "timezone": "Europe/Paris"} | changed
    added = copied(data)
    added.setdefault("triggers", []).append(schedule)
    return added


def _schedules(data: Document, key: str, wrong: list[str]) -> Iterator[Mutant]:
    for value in wrong:
        changed = _with_schedule(data, **{key: value})
        if changed is not None:
            yield Mutant(changed, (f"/triggers/{len(changed['triggers']) - 1}",), before=_with_schedule(data))


@operator("bad-cron")
def write_a_wrong_cron(data: Document, rng: Random) -> Iterator[Mutant]:
    wrong = [
        "61 * * * *",
        "0 24 * * *",
        "0 9 * *",
        "* * * * * *",
        "0 9 * * MOO",
        "0 9 32 * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "daily",
    ]
    yield from _schedules(data, "cron", wrong)


@operator("bad-cron")
def write_a_cron_that_never_fires(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _schedules(data, "cron", ["0 0 30 2 *", "0 0 31 2 *", "0 0 31 4,6,9,11 *", "5 4 31 feb *"])


@operator("clock-change")
def fire_in_an_hour_that_a_clock_change_skips(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _schedules(data, "cron", ["30 2 * * *", "15 2 * * 0", "0 2 * 3,10 *"])


@operator("bad-timezone")
def misspell_the_zone(data: Document, rng: Random) -> Iterator[Mutant]:
    yield from _schedules(data, "timezone", ["Europe/Pariss", "CEST", "Berlin", "UTC+2", "europe paris", ""])


@operator("open-input")
def take_the_default_of_an_input_that_no_trigger_sets(data: Document, rng: Random) -> Iterator[Mutant]:
    before = data if data.get("triggers") else _with_schedule(data)
    for name, schema in (data.get("inputs") or {}).items():
        set_by = [name in (trigger.get("inputs") or {}) for trigger in (before or {}).get("triggers", ())]
        if before is not None and "default" in schema and not all(set_by):
            pointer = f"/inputs/{escaped(name)}"
            changed = drop(before, f"{pointer}/default")
            yield Mutant(changed, (pointer, "/triggers"), before=before)


@operator("unknown-input")
def set_an_input_that_is_not_there(data: Document, rng: Random) -> Iterator[Mutant]:
    changed = _with_schedule(data, inputs={"unheard_of": 1})
    if changed is not None:
        yield Mutant(changed, (f"/triggers/{len(changed['triggers']) - 1}",))


@operator("type-mismatch", "wrong-type", "bad-schema", "wrong-value")
def set_an_input_to_another_type(data: Document, rng: Random) -> Iterator[Mutant]:
    wrong: dict[str, Any] = {
        "string": 7,
        "integer": "seven",
        "number": "seven",
        "boolean": "yes",
        "array": "one",
        "object": [1],
    }
    for name, schema in (data.get("inputs") or {}).items():
        if isinstance(schema.get("type"), str) and schema["type"] in wrong:
            changed = _with_schedule(data, inputs={name: wrong[schema["type"]]})
            if changed is not None:
                yield Mutant(changed, (f"/triggers/{len(changed['triggers']) - 1}",))


@operator("own-end")
def start_a_workflow_after_itself(data: Document, rng: Random) -> Iterator[Mutant]:
    if _with_schedule(data) is not None:
        changed = copied(data)
        changed.setdefault("triggers", []).append({"type": "after", "workflow": data["name"]})
        yield Mutant(changed, ("/triggers",))


@operator("undeclared-secret")
def key_a_webhook_with_what_is_not_declared(data: Document, rng: Random) -> Iterator[Mutant]:
    if _with_schedule(data) is not None:
        changed = copied(data)
        changed.setdefault("triggers", []).append({"type": "webhook", "key": "UNHEARD_OF"})
        yield Mutant(changed, ("/triggers",))


@operator("keys-disagree", "missing-key")
def leave_a_webhook_open_to_all(data: Document, rng: Random) -> Iterator[Mutant]:
    if _with_schedule(data) is not None:
        changed = copied(data)
        changed.setdefault("triggers", []).append({"type": "webhook"})
        yield Mutant(changed, ("/triggers",))


@operator("unknown-field", "undeclared-field", "unknown-variable", "may-be-missing", "read-before-exists")
def misspell_what_is_read_of_the_trigger(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] == "trigger" and len(read.parts) > 1:
            number = rng.randrange(1, len(read.parts))
            start, end = read.span_of(number)
            text = read.expression.text
            wrong = put(data, read.expression.pointer, text[:start] + misspelt(read.parts[number]) + text[end:])
            yield Mutant(wrong, (read.expression.holder,), facts=(read, number, at(data, "/triggers")))


@operator("misplaced-secret", "unknown-variable", "wrong-value", "template-in-literal", "type-mismatch", "bad-schema")
def compute_the_input_of_a_schedule(data: Document, rng: Random) -> Iterator[Mutant]:
    for name, schema in (data.get("inputs") or {}).items():
        if schema.get("type") == "string":
            changed = _with_schedule(data, inputs={name: "{{ trigger.body }}"})
            if changed is not None:
                yield Mutant(changed, ("/triggers",))
