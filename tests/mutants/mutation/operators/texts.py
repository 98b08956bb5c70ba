"""Files that are no YAML or JSON of ours, and comments that allow what they should not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random

from mutation.document import Document, copied, put, tasks
from mutation.operator import Mutant, operator
from overture.language.writing import write_data

ANYWHERE = ("",)


def _yaml(data: Document) -> str:
    """The document as canonical YAML; data of a base is canonical enough for that."""
    return write_data(copied(data))


def _line_of(data: Document, rng: Random) -> tuple[list[str], int]:
    """The lines of the YAML, and one of them that names the workflow or describes it."""
    lines = _yaml(data).split("\n")
    return lines, rng.choice([n for n, line in enumerate(lines) if line.startswith(("name:", "description:"))])


@operator("not-yaml")
def break_the_yaml(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    for wrong in ('x: "open', "more: [a", "\tx: 1", "a: b: c", "}: {"):
        yield Mutant("\n".join([*lines[: number + 1], wrong, *lines[number + 1 :]]), ANYWHERE)


@operator("not-json")
def break_the_json(data: Document, rng: Random) -> Iterator[Mutant]:
    text = json.dumps(data, indent=1)
    places = [match.start() for match in re.finditer(r"[,{\[]\n", text)][1:]
    for _ in range(3):
        place = rng.choice(places)
        yield Mutant(text[:place] + rng.choice([";", "'", "//"]) + text[place + 1 :], ANYWHERE)
    yield Mutant(text[: rng.choice(places)], ANYWHERE)


@operator("not-text")
def write_a_character_that_is_no_text(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    lines[number] += rng.choice(["\x00", "\x07", "\x1b[0m", "\ufffe"])
    yield Mutant("\n".join(lines), ANYWHERE)


@operator("yaml-shorthand")
def write_an_anchor_or_a_tag(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    key, value = lines[number].split(": ", 1)
    for wrong in (f"{key}: &here {value}", f"{key}: !!str {value}", f"{key}: *here"):
        yield Mutant("\n".join([*lines[:number], wrong, *lines[number + 1 :]]), ANYWHERE)


@operator("duplicate-key")
def write_a_line_twice(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    yield Mutant("\n".join([*lines[: number + 1], lines[number], *lines[number + 1 :]]), ANYWHERE)


@operator("key-not-text")
def write_a_key_that_is_no_text(data: Document, rng: Random) -> Iterator[Mutant]:
    lines = _yaml(data).rstrip("\n").split("\n")
    for wrong in ("? [a, b]\n: 1", "? {a: b}\n: 1"):
        yield Mutant("\n".join([*lines, wrong, ""]), ANYWHERE)


@operator("number-out-of-range")
def write_a_number_that_nothing_holds(data: Document, rng: Random) -> Iterator[Mutant]:
    marker = '"the number that is too large"'
    for task in tasks(data):
        if task.kind in ("http", "ai", "python", "shell"):
            marked = put(data, f"{task.pointer}/retry", {"attempts": json.loads(marker)})
            yield Mutant(json.dumps(marked).replace(marker, rng.choice(["1e400", "9" * 30, "-1e999"])), (task.pointer,))


@operator("empty-document")
def leave_nothing(data: Document, rng: Random) -> Iterator[Mutant]:
    yield Mutant("# " + _yaml(data).replace("\n", "\n# "), ANYWHERE)


@operator("unused-allow")
def allow_what_is_not_there(data: Document, rng: Random) -> Iterator[Mutant]:
    rule = rng.choice(["retried-write", "unused-secret", "racing-state", "short-list"])
    lines, number = _line_of(data, rng)
    lines.insert(number, f"# overture: allow {rule} (it was so once)")
    yield Mutant("\n".join(lines), ANYWHERE)


@operator("unknown-rule")
def allow_a_rule_that_is_none(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    lines.insert(number, "# overture: allow retried-rite (it was so once)")
    yield Mutant("\n".join(lines), ANYWHERE)


@operator("allowed-error")
def allow_an_error(data: Document, rng: Random) -> Iterator[Mutant]:
    lines, number = _line_of(data, rng)
    lines.insert(number, f"# overture: allow {rng.choice(['unknown-task', 'cycle', 'literal-key'])} (later)")
    yield Mutant("\n".join(lines), ANYWHERE)
