"""Mutants that are no mistakes, and why.

Each predicate is the argument in code, its docstring the argument in words; `EQUIVALENT` says for which operators it is
asked. What is excluded is counted and printed with the table; a mutant that no predicate names must be killed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from mutation.document import Document, Read, Task, loop_of, schema_of_read, tasks
from mutation.operator import Mutant

Predicate = Callable[[Mutant], bool]


def _read(mutant: Mutant) -> Read:
    read = mutant.facts[0]
    assert isinstance(read, Read)
    return read


def has_a_default(mutant: Mutant) -> bool:
    """`default(d)` stands in for whatever is missing before it (language.md 3), so what the operator takes away is what
    the author has provided for. Only a default that follows the path itself counts."""
    return re.match(r"(\[[^\]]*\])*\s*(\|\s*(first|last)\s*)?\|\s*default\(", _read(mutant).after) is not None


def is_asked_for(mutant: Mutant) -> bool:
    """`is defined` and `is not defined` ask whether it is there, and have an answer either way."""
    return re.match(r"\s*is\s+(not\s+)?defined", _read(mutant).after) is not None


def is_there_whatever_happens(mutant: Mutant) -> bool:
    """Every task has `.state` and `.error`, a skipped or failed one too (language.md 4)."""
    return _read(mutant).parts[2] in ("state", "error")


def survives_a_failure(mutant: Mutant) -> bool:
    """A failed task keeps a shell's `exit_code`, `stdout` and `stderr`, and http's `status` (language.md 4)."""
    return _read(mutant).parts[2] in ("state", "error", "exit_code", "stdout", "stderr", "status")


def was_there_anyway(mutant: Mutant) -> bool:
    """The default stood before what a failed shell or http keeps (see above): it was never needed."""
    return _read(mutant).parts[0] == "tasks" and survives_a_failure(mutant)


def is_of_unknown_type(mutant: Mutant) -> bool:
    """No schema says what is in there, so nobody can know that it may be missing: unknown stays unknown without noise.
    An input that is just an object, the query and the headers of a webhook, a webhook's body without `returns`, the
    outputs of a workflow whose file is not there (a mutant is checked alone)."""
    parts = _read(mutant).parts
    return parts[:2] in (("inputs", "data"), ("trigger", "query"), ("trigger", "headers"), ("trigger", "outputs"))


def may_be_anything(mutant: Mutant) -> bool:
    """An open object is read with a default or asked for, by a name that is like none that it declares: a property
    that may well come. (One letter off a declared name is told.)"""
    return has_a_default(mutant) or is_asked_for(mutant)


def is_rendered_as_nothing(mutant: Mutant) -> bool:
    """Null renders as nothing (language.md 2): without its default the text is another, but right. Only where the path
    is all that the braces hold, and where it is null at worst: a nullable property, the task of the run's error, who
    answered an approval and what they wrote."""
    read, data = mutant.facts
    alone = re.fullmatch(r"\s*\|\s*default\((?:[^()']|'[^']*')*\)\s*", read.after) and not read.before.strip()
    found = schema_of_read(data, read, len(read.parts))
    is_of_approval = any(
        task.kind == "approve" and read.parts in {("tasks", task.id, name) for name in ("by", "comment")}
        for task in tasks(data)
    )
    is_named = read.parts == ("run", "error", "task") or is_of_approval
    is_nullable = is_named or (found is not None and "null" in found[1].get("type", ()))
    return bool(alone) and not read.expression.is_bare and is_nullable


def was_approved(mutant: Mutant) -> bool:
    """Its task runs when `tasks.x.approved`: what is filled in with an approval is there then (language.md 5), so the
    default was never needed."""
    read, data = mutant.facts
    name = read.parts[1]
    guarded = [task for task in tasks(data) if task.data.get("when") == f"tasks.{name}.approved"]
    return read.parts[2:3] == ("value",) and any(
        read.expression.pointer.startswith(task.pointer + "/") for task in guarded
    )


def is_needed_anyway(mutant: Mutant) -> bool:
    """What reads it says in `needs` that it waits for it, and may then stand before it (language.md 4 and 6)."""
    _, task, reader = mutant.facts
    return task.id in (reader.data.get("needs") or ())


def is_harmless_by_itself(mutant: Mutant) -> bool:
    """Inputs are trusted (language.md 7), and so are the items of a list that is one; a pattern or an enum in `returns`
    bounds what may stand there, also where a `set` passes it on."""
    read, data = mutant.facts
    return _is_harmless(data, read)


def _is_harmless(data: Document, read: Read) -> bool:
    loop = loop_of(data, read)
    if read.parts[0] == "inputs" or (loop is not None and str(loop.data["items"]).startswith("inputs.")):
        return True
    found = schema_of_read(data, read, len(read.parts))
    if found is not None:
        return "pattern" in found[1] or "enum" in found[1]
    setting = next((task for task in tasks(data) if read.parts[:2] == ("tasks", task.id) and task.kind == "set"), None)
    match = re.fullmatch(r"\{\{\s*([\w.]+)\s*\}\}", str(setting.data["values"].get(read.parts[2]))) if setting else None
    return match is not None and _is_harmless(data, Read(read.expression, tuple(match.group(1).split(".")), 0))


def main_takes_what_comes(mutant: Mutant) -> bool:
    """`main` has a default for the argument that is left out, or takes any by `**`."""
    task = mutant.facts[0]
    assert isinstance(task, Task)
    main = next(each for each in ast.parse(task.data["code"]).body if getattr(each, "name", "") == "main")
    assert isinstance(main, ast.FunctionDef)
    if main.args.kwarg is not None:
        return True
    if len(mutant.facts) == 1:
        return False
    names = [arg.arg for arg in main.args.args]
    optional = names[len(names) - len(main.args.defaults) :]
    optional += [a.arg for a, d in zip(main.args.kwonlyargs, main.args.kw_defaults, strict=True) if d is not None]
    return mutant.facts[1] in optional


def is_implied_by_reads(mutant: Mutant) -> bool:
    """A read draws the same edge as a need (language.md 6), and so do the tasks that a needed one waits for: what is
    dropped is still so. All of the group but the task listed before are read by the task itself."""
    task, data, group = mutant.facts
    above = data
    for key in task.block.split("/")[1:]:
        above = above[int(key)] if isinstance(above, list) else above[key]
    before = above[task.index - 1]["id"] if task.index else None
    text = str(task.data)
    return all(need == before or f"tasks.{need}." in text for need in group)


_OF_A_READ = (has_a_default, is_asked_for)
EQUIVALENT: dict[str, tuple[Predicate, ...]] = {
    "drop_a_default": (was_there_anyway, is_of_unknown_type, is_rendered_as_nothing, was_approved),
    "require_no_longer_a_property_that_is_read": _OF_A_READ,
    "declare_no_longer_a_property_that_is_read": (may_be_anything,),
    "move_a_task_that_is_read_into_a_branch": (is_there_whatever_happens, *_OF_A_READ),
    "move_a_task_that_is_read_into_a_try": (is_there_whatever_happens, *_OF_A_READ),
    "let_a_task_that_is_read_fail_and_go_on": (survives_a_failure, *_OF_A_READ),
    "skip_a_task_that_is_read": (is_there_whatever_happens, *_OF_A_READ),
    "misspell_what_is_read_of_the_trigger": (is_of_unknown_type,),
    "move_a_task_behind_what_reads_it": (is_needed_anyway,),
    "keep_a_path_no_longer_harmless": (is_harmless_by_itself,),
    "drop_an_argument_of_main": (main_takes_what_comes,),
    "give_main_an_argument_it_lacks": (main_takes_what_comes,),
    "drop_the_needs_of_what_joins_a_group": (is_implied_by_reads,),
}
