"""Names that are written wrong, or of what is not there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from mutation.document import (
    ROOTS,
    Document,
    Read,
    copied,
    drop,
    escaped,
    holders_of_like,
    misspelt,
    put,
    reads,
    retext,
    schema_of_read,
    task_named,
    tasks,
)
from mutation.operator import Mutant, operator


def _with_part_misspelt(data: Document, read: Read, number: int, taken: object = ()) -> Mutant:
    wrong = retext(data, read.expression, *read.span_of(number), misspelt(read.parts[number], taken))
    return Mutant(wrong, (read.expression.holder,), facts=(read, number))


@operator("unknown-task")
def misspell_the_task_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    ids = {task.id for task in tasks(data)}
    for read in reads(data):
        if read.parts[0] == "tasks" and len(read.parts) > 1:
            yield _with_part_misspelt(data, read, 1, ids)


@operator("unknown-field")
def misspell_the_result_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] == "tasks" and len(read.parts) > 2:
            yield _with_part_misspelt(data, read, 2)


@operator("unknown-field", "undeclared-field")
def misspell_a_property_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(1, len(read.parts)):
            found = schema_of_read(data, read, number)
            if found is not None and read.parts[number] in found[1].get("properties", {}):
                yield _with_part_misspelt(data, read, number)


@operator("unknown-input")
def misspell_the_input_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] == "inputs" and len(read.parts) > 1:
            yield _with_part_misspelt(data, read, 1)


@operator("undeclared-secret")
def misspell_the_secret_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] == "secrets" and len(read.parts) > 1:
            start, end = read.span_of(1)
            wrong = retext(data, read.expression, start, end, read.parts[1][:-1] + "QX")
            yield Mutant(wrong, (read.expression.holder,))


@operator("unknown-state")
def misspell_the_state_that_is_read(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] == "state" and len(read.parts) > 1:
            yield _with_part_misspelt(data, read, 1)


@operator("unknown-variable")
def misspell_the_item_of_a_loop(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] not in ROOTS:
            yield _with_part_misspelt(data, read, 0, ROOTS)


@operator("unknown-variable", "unknown-field")
def misspell_what_is_read_of_the_run(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        if read.parts[0] in ("run", "loop") and len(read.parts) > 1:
            yield _with_part_misspelt(data, read, 1)


@operator("unknown-variable")
def read_the_item_of_a_loop_outside_it(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if "as" in task.data:
            changed = copied(data)
            name = task.data["as"]
            changed["tasks"].append({"id": "told_after", "kind": "log", "message": f"{{{{ {name} | tojson }}}}"})
            yield Mutant(changed, (f"/tasks/{len(data['tasks'])}",))


@operator("unknown-task", "unknown-need")
def rename_a_task_but_not_its_reads(data: Document, rng: Random) -> Iterator[Mutant]:
    ids = {task.id for task in tasks(data)}
    for task in tasks(data):
        places = {read.expression.holder for read in reads(data) if read.parts[:2] == ("tasks", task.id)}
        places |= {each.pointer for each in tasks(data) if task.id in (each.data.get("needs") or ())}
        if places:
            yield Mutant(put(data, f"{task.pointer}/id", misspelt(task.id, ids)), tuple(sorted(places)))


@operator("unknown-input")
def rename_an_input_but_not_its_reads(data: Document, rng: Random) -> Iterator[Mutant]:
    for name, schema in (data.get("inputs") or {}).items():
        places = {read.expression.holder for read in reads(data) if read.parts[:2] == ("inputs", name)}
        if places:
            changed = drop(data, f"/inputs/{escaped(name)}")
            changed["inputs"][misspelt(name)] = schema
            yield Mutant(changed, tuple(sorted(places)))


@operator("unknown-field", "undeclared-field")
def rename_a_property_but_not_its_reads(data: Document, rng: Random) -> Iterator[Mutant]:
    for read in reads(data):
        for number in range(1, len(read.parts)):
            found = schema_of_read(data, read, number)
            name = read.parts[number]
            if found is not None and name in found[1].get("properties", {}):
                pointer, schema = found
                renamed = {**schema, "properties": dict(schema["properties"])}
                renamed["properties"][misspelt(name)] = renamed["properties"].pop(name)
                if name in schema.get("required", ()):
                    renamed["required"] = [misspelt(each) if each == name else each for each in schema["required"]]
                yield Mutant(put(data, pointer, renamed), holders_of_like(data, read, number + 1), facts=(read, number))


@operator("duplicate-id")
def give_two_tasks_one_id(data: Document, rng: Random) -> Iterator[Mutant]:
    all_of_them = tasks(data)
    for earlier, later in itertools.pairwise(all_of_them):
        yield Mutant(put(data, f"{later.pointer}/id", earlier.id), (earlier.pointer, later.pointer))


@operator("unknown-need")
def need_what_is_not_there(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        needs = [*(task.data.get("needs") or ()), "nowhere"]
        yield Mutant(put(data, f"{task.pointer}/needs", needs), (task.pointer,))


@operator("unknown-need")
def need_a_task_of_another_block(data: Document, rng: Random) -> Iterator[Mutant]:
    all_of_them = tasks(data)
    for task in all_of_them:
        others = [each for each in all_of_them if each.block != task.block and each.id not in task.round]
        if others:
            needs = [*(task.data.get("needs") or ()), rng.choice(others).id]
            yield Mutant(put(data, f"{task.pointer}/needs", needs), (task.pointer,))


@operator("unknown-workflow")
def call_a_workflow_that_is_not_there(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "call":
            yield Mutant(put(data, f"{task.pointer}/workflow", "nowhere"), (task.pointer,))
            yield Mutant(put(data, f"{task.pointer}/workflow", data["name"]), (task.pointer,))


@operator("unknown-input")
def give_a_called_workflow_an_input_it_lacks(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "call":
            inputs = {**(task.data.get("inputs") or {}), "unheard_of": 1}
            yield Mutant(put(data, f"{task.pointer}/inputs", inputs), (task.pointer,))


@operator("unused-input")
def declare_an_input_that_nothing_reads(data: Document, rng: Random) -> Iterator[Mutant]:
    changed = copied(data)
    changed.setdefault("inputs", {})["unheard_of"] = {"type": "string", "default": "x"}
    yield Mutant(changed, ("/inputs/unheard_of", "/inputs"))


@operator("unused-secret")
def declare_a_secret_that_nothing_reads(data: Document, rng: Random) -> Iterator[Mutant]:
    changed = copied(data)
    changed.setdefault("secrets", []).append("UNHEARD_OF")
    yield Mutant(changed, ("/secrets",))


@operator("unused-result")
def read_no_more_what_a_model_answers(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        readers = [read for read in reads(data) if read.parts[:2] == ("tasks", task.id)]
        if task.kind == "ai" and len(readers) == 1 and readers[0].expression.field in ("message", "text", "body"):
            read = readers[0]
            changed = retext(data, read.expression, read.expression.start, read.expression.end, " run.id ")
            yield Mutant(changed, (task_named(data, task.id).pointer,))
