"""Makes the function of one task: its decorator, its parameters, its body."""

from __future__ import annotations

from typing import Any

from overture.expressions.schemas import is_assignable, type_of_schema
from overture.expressions.tree import Expr, ListOf, Literal, ObjectOf, Ref, Template, Text
from overture.expressions.types import ANY, Json, Type
from overture.plan.model import Retry, Task
from overture.plan.python_source import python_literal, python_text
from overture_prefect.model import Function, Parameter, Statement
from overture_prefect.naming import TaskNaming, annotation
from overture_prefect.program import Place, Program

_LONGEST_HINT = 70  # of what a function gives: a longer one tells a reader nothing
_MOST_DELAYS = 50  # more are refused by Prefect; the last one is used again


class Maker:
    """What a kind of task is given to be lowered with."""

    def __init__(self, program: Program, task: Task, place: Place) -> None:
        self.program = program
        self.task = task
        self.place = place
        self.naming = TaskNaming(program, place, task.pointer)
        self.body: list[Statement] = []

    # The task's fields

    def has(self, name: str) -> bool:
        return name in self.task.fields

    def field(self, name: str) -> Expr:
        tree = self.task.fields[name]
        while isinstance(tree, Text):
            tree = tree.body
        return tree

    def literal(self, name: str, default: Json = None) -> Any:
        found = self.task.literals.get(name)
        return default if found is None else found

    def read_fields(self) -> list[str]:
        """The result fields that something reads, in the kind's order."""
        return read_fields(self.task)

    # Sources

    def value(self, name: str) -> str:
        return self.expression(self.field(name))

    def expression(self, tree: Expr) -> str:
        return self.program.expression(tree, self.naming)

    def operand(self, tree: Expr) -> str:
        return self.program.operand(tree, self.naming)

    def condition(self, tree: Expr) -> str:
        return self.program.condition(tree, self.naming)

    def rendered(self, name: str) -> str:
        return self.program.rendered(self.field(name), self.naming)

    def helper(self, name: str) -> str:
        return self.program.helper(name)

    def imports(self, line: str) -> None:
        self.program.imports.add(line)

    def is_harmless(self, tree: Expr) -> bool:
        return is_harmless(tree)

    def certainly_fits(self, type: Type, schema: Json) -> bool:
        """Whether a type says as much as a schema does."""
        bounds = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format")
        has_bounds = any(f"'{each}'" in repr(schema) for each in bounds)
        return not has_bounds and type.kinds != ANY.kinds and is_assignable(type, type_of_schema(schema))

    # The function

    def finish(self, results: dict[str, str]) -> None:
        """Define the function; `results` has the source of each field that is read."""
        read = self.read_fields()
        sources = [results.get(name, "None") for name in read]
        if len(read) == 1:
            self.body.append(f"return {sources[0]}")
        elif read:
            self.body.append(f"return {', '.join(sources)}")
        elif results:
            self.body += [each for each in results.values() if each.startswith("await ")]
        prelude: list[Statement] = list(self.naming.prelude.values())
        self.program.define(
            Function(
                name=self.program.function(self.task.id),
                parameters=[Parameter(name, hint) for name, hint in self.parameters().items()],
                returns=self._returns(read),
                docstring=self.task.description,
                decorators=[self._decorator()],
                body=prelude + self.body,
            )
        )

    def _returns(self, read: list[str]) -> str:
        hints = [annotation(self.task.results.get(name, ANY)) for name in read]
        whole = f"tuple[{', '.join(hints)}]"
        if len(whole) > _LONGEST_HINT:
            return "tuple[Any, ...]"
        return "None" if not hints else hints[0] if len(hints) == 1 else whole

    def parameters(self) -> dict[str, str]:
        """Names and hints: what the body reads, and the indices of the loops, which stand in the run's name."""
        hints = {name: annotation(type) for name, type in self.naming.parameters.items()}
        hints |= {"run_error": "dict[str, Any]"} if "run_error" in hints else {}
        hints |= {self.program.index(loop): "int" for loop in self.place.loops}
        if any("Any" in hint for hint in (*hints.values(), self._returns(self.read_fields()))):
            self.imports("from typing import Any")
        return hints

    def _decorator(self) -> str:
        self.imports("from prefect import task")
        name = run_name(self.program, self.task, self.place)
        options = []
        if self.program.function(self.task.id) != self.task.id:
            options.append(f"name={python_text(self.task.id)}")
        if name != self.task.id:
            options.append(f"task_run_name={python_text(name)}")
        options += retry_options(self.program, self.task.retry)
        if self.task.timeout_seconds is not None and self.task.kind != "approve":
            options.append(f"timeout_seconds={python_literal(self.task.timeout_seconds)}")
        if self.program.blames_tasks:
            options.append(f"on_failure=[{self.helper('blame')}]")
        return f"task({', '.join(options)})" if options else "task"


def run_name(program: Program, task: Task, place: Place) -> str:
    """The name of a task's runs: its id, in loops with the index of each."""
    indices = ",".join(f"{{{program.index(loop)}}}" for loop in place.loops)
    return f"{task.id}[{indices}]" if indices else task.id


def read_fields(task: Task) -> list[str]:
    return [name for name in task.results if name in task.reads and name not in ("state", "error")]


def retry_options(program: Program, retry: Retry) -> list[str]:
    if retry.attempts == 1:
        return []
    delays = list(retry.delays())
    options = [f"retries={retry.attempts - 1}"]
    if len(set(delays)) == 1:
        return [*options, f"retry_delay_seconds={python_literal(delays[0])}"]
    if retry.max_delay_seconds is None and 3 < len(delays) <= _MOST_DELAYS:
        program.imports.add("from prefect.tasks import exponential_backoff")
        return [*options, f"retry_delay_seconds=exponential_backoff({python_literal(retry.delay_seconds)})"]
    return [*options, f"retry_delay_seconds={python_literal(delays[:_MOST_DELAYS])}"]


def is_harmless(tree: Expr) -> bool:
    """Whether a tree has a value whatever the data: nothing is lost if it is not worked out."""
    match tree:
        case Literal() | Ref():
            return True
        case Text(body=body):
            return is_harmless(body)
        case ListOf(items=items):
            return all(map(is_harmless, items))
        case ObjectOf(entries=entries):
            return all(is_harmless(key) and is_harmless(value) for key, value in entries)
        case Template(parts=parts):
            return all(map(is_harmless, parts))
    return False
