"""Schemas that no longer fit what is read of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from mutation.document import (
    Document,
    at,
    drop,
    escaped,
    expressions,
    holders_of_like,
    misspelt,
    put,
    reads,
    reads_of,
    retext,
    schema_at,
    schema_of_read,
    tasks,
)
from mutation.operator import Mutant, operator


@operator("type-mismatch", "not-boolean", "unknown-field", "bad-schema")
def make_a_list_that_is_looped_over_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        items = task.data.get("items")
        if task.kind == "foreach" and isinstance(items, str) and re.fullmatch(r"\w+(\.\w+)+", items):
            found = schema_at(data, tuple(items.split(".")))
            if found is not None and found[1].get("type") == "array":
                text = {"type": "string"} | ({"default": "x"} if "default" in found[1] else {})
                yield Mutant(put(data, found[0], text), (task.pointer,))


@operator("not-boolean")
def make_a_boolean_that_steers_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        match = re.fullmatch(r"\s*(?:not\s+)?(\w+(?:\.\w+)+)\s*", each.body)
        if match and each.field in ("when", "where", "until", "that"):
            read = next((read for read in reads(data) if read.expression == each), None)
            found = schema_of_read(data, read, len(read.parts)) if read is not None else None
            if found is not None and found[1].get("type") == "boolean":
                text = {"type": "string"} | ({"default": "yes"} if "default" in found[1] else {})
                yield Mutant(put(data, found[0], text), (each.holder,))


@operator("type-mismatch")
def make_a_number_that_is_computed_with_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        found = schema_of_read(data, read, len(read.parts))
        if found is None or found[1].get("type") not in ("integer", "number"):
            continue
        if re.match(r"\s*(<|>|[-+*/]\s*[\d(])", read.after) or re.search(r"\d\s*(<|>|<=|>=|[-+*/])\s*$", read.before):
            text = {"type": "string"} | ({"default": "x"} if "default" in found[1] else {})
            yield Mutant(put(data, found[0], text), (read.expression.holder,))


@operator("unknown-field", "type-mismatch")
def make_an_object_that_is_read_into_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(2, len(read.parts)):
            found = schema_of_read(data, read, number)
            if found is not None and read.parts[number] in found[1].get("properties", {}):
                text = {"type": "string"} | ({"default": "x"} if "default" in found[1] else {})
                yield Mutant(put(data, found[0], text), (read.expression.holder,), facts=(read, number))


@operator("may-be-missing")
def require_no_longer_a_property_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(1, len(read.parts)):
            found = schema_of_read(data, read, number)
            if found is not None and read.parts[number] in found[1].get("required", ()):
                fewer = [each for each in found[1]["required"] if each != read.parts[number]]
                changed = put(data, f"{found[0]}/required", fewer)
                if found[0].startswith("/inputs") or found[0].startswith("/state"):
                    continue  # a literal default holds it, or not: the value's owner decides
                yield Mutant(changed, holders_of_like(data, read, number + 1), facts=(read, number))


@operator("unknown-field", "undeclared-field")
def declare_no_longer_a_property_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(1, len(read.parts)):
            found = schema_of_read(data, read, number)
            name = read.parts[number]
            if found is not None and name in found[1].get("properties", {}) and len(found[1]["properties"]) > 1:
                changed = drop(data, f"{found[0]}/properties/{escaped(name)}")
                if name in found[1].get("required", ()):
                    fewer = [each for each in found[1]["required"] if each != name]
                    changed = put(changed, f"{found[0]}/required", fewer)
                yield Mutant(changed, holders_of_like(data, read, number + 1), facts=(read, number))


@operator("unknown-field")
def close_an_object_and_misspell_its_property(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(1, len(read.parts)):
            found = schema_of_read(data, read, number)
            if found is not None and read.parts[number] in found[1].get("properties", {}):
                changed = put(data, f"{found[0]}/additionalProperties", False)
                wrong = misspelt(read.parts[number], found[1]["properties"])
                yield Mutant(retext(changed, read.expression, *read.span_of(number), wrong), (read.expression.holder,))


@operator("never-equal")
def take_the_word_that_is_compared_out_of_its_enum(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        found = schema_of_read(data, read, len(read.parts))
        match = re.match(r"\s*==\s*'([^']*)'", read.after)
        if found is not None and match and match.group(1) in found[1].get("enum", ()) and len(found[1]["enum"]) > 1:
            fewer = {**found[1], "enum": [word for word in found[1]["enum"] if word != match.group(1)]}
            if fewer.get("default") == match.group(1):
                fewer["default"] = fewer["enum"][0]
            yield Mutant(put(data, found[0], fewer), (read.expression.holder,))


@operator("never-equal")
def misspell_the_word_that_an_enum_is_compared_with(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        found = schema_of_read(data, read, len(read.parts))
        match = re.match(r"\s*[=!]=\s*'([^']*)'", read.after)
        if found is not None and match and match.group(1) in found[1].get("enum", ()):
            start, end = (read.end + each for each in match.span(1))
            wrong = retext(data, read.expression, start, end, misspelt(match.group(1), found[1]["enum"]))
            yield Mutant(wrong, (read.expression.holder,))


@operator("never-equal")
def compare_the_state_of_a_task_with_no_state(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        for word in ("succeeded", "failed", "skipped", "cancelled"):
            at = each.body.find(f"'{word}'")
            if at >= 0 and ".state" in each.body:
                start = each.start + at + 1
                yield Mutant(retext(data, each, start, start + len(word), misspelt(word)), (each.holder,))


@operator("may-be-missing")
def drop_a_default(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        match = re.match(r"\s*\|\s*default\((?:[^()']|'[^']*')*\)", read.after)
        if match:
            changed = retext(data, read.expression, read.end, read.end + match.end(), "")
            yield Mutant(changed, (read.expression.holder,), facts=(read, data))


@operator("bad-schema", "wrong-type", "wrong-value")
def misspell_a_type_in_a_schema(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, schema in _schemas(data):
        if isinstance(schema.get("type"), str):
            yield Mutant(put(data, f"{pointer}/type", misspelt(schema["type"])), (pointer,))


@operator("bad-schema")
def misspell_a_keyword_of_a_schema(data: Document, rng: Random) -> Iterator[Mutant]:
    for pointer, schema in _schemas(data):
        for key in ("properties", "required", "items", "enum"):
            if key in schema:
                changed = put(drop(data, f"{pointer}/{key}"), f"{pointer}/{misspelt(key)}", schema[key])
                yield Mutant(changed, (pointer,))


@operator("bad-schema")
def let_a_schema_accept_nothing(data: Document, rng: Random) -> Iterator[Mutant]:
    bounds = {
        "string": {"minLength": 5, "maxLength": 2},
        "integer": {"minimum": 10, "maximum": 3},
        "number": {"minimum": 1, "maximum": 0.5},
        "array": {"minItems": 4, "maxItems": 1},
    }
    for pointer, schema in _schemas(data):
        if isinstance(schema.get("type"), str) and schema["type"] in bounds and "default" not in schema:
            yield Mutant(put(data, pointer, {**schema, **bounds[schema["type"]]}), (pointer,))


@operator("bad-schema")
def give_a_default_that_does_not_fit(data: Document, rng: Random) -> Iterator[Mutant]:
    wrong = {"string": 7, "integer": "seven", "number": "seven", "boolean": "yes", "array": "one", "object": []}
    for part in ("inputs", "state"):
        for name, schema in (data.get(part) or {}).items():
            if isinstance(schema.get("type"), str) and schema["type"] in wrong:
                pointer = f"/{part}/{escaped(name)}"
                yield Mutant(put(data, f"{pointer}/default", wrong[schema["type"]]), (pointer,))


def _schemas(data: Document) -> Iterator[tuple[str, dict[str, object]]]:
    """All schemas, those within too."""
    roots = [f"/{part}/{escaped(name)}" for part in ("inputs", "state") for name in data.get(part) or {}]
    roots += [f"{task.pointer}/returns" for task in tasks(data) if "returns" in task.data]
    roots += [f"/triggers/{n}/returns" for n, each in enumerate(data.get("triggers") or ()) if "returns" in each]
    for pointer in roots:
        yield from _within(pointer, at(data, pointer))


def _within(pointer: str, schema: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(schema, dict):
        yield pointer, schema
        for name, each in (schema.get("properties") or {}).items():
            yield from _within(f"{pointer}/properties/{escaped(name)}", each)
        yield from _within(f"{pointer}/items", schema.get("items"))


@operator("may-be-missing")
def let_a_task_that_is_read_fail_and_go_on(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        found = [read for read in reads_of(data, task.id) if len(read.parts) > 2]
        if found and "on_error" not in task.data:
            for read in found:
                changed = put(data, f"{task.pointer}/on_error", "continue")
                yield Mutant(changed, holders_of_like(data, read, 3), facts=(read, 2))


@operator("may-be-missing")
def skip_a_task_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for read in reads_of(data, task.id):
            if len(read.parts) > 2 and "when" not in task.data:
                changed = put(data, f"{task.pointer}/when", "run.trigger == 'manual'")
                yield Mutant(changed, holders_of_like(data, read, 3), facts=(read, 2))
