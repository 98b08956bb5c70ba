"""The module while it is being written: its names, what it needs, and where the names of expressions stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from overture.expressions.tree import Expr, Key, Ref, Test, references, walk
from overture.expressions.types import Json
from overture.plan.backend import Gap
from overture.plan.model import Block, Plan, Task
from overture.plan.python_dates import python_pattern
from overture.plan.python_source import (
    PythonCode,
    missing_rows,
    python_condition,
    python_expression,
    python_literal,
)
from overture_prefect import sources
from overture_prefect.features import features_of
from overture_prefect.model import Function, Module, Statement
from overture_prefect.names import Register, block_name
from overture_prefect.naming import FlowNaming

HANDLERS = ("on_failure", "finally", "catch")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the loops round it (outermost first), and the handlers round it, each by its owner's id
    and its name."""

    loops: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()

    def inside(self, loop: str) -> Place:
        return replace(self, loops=(*self.loops, loop))

    def handler(self, name: str) -> Place:
        return replace(self, handlers=(*self.handlers, name))


Path = tuple[tuple[str, str], ...]
"""The blocks round something, outermost first: the task that owns each, and the block's name in it."""


@dataclass(slots=True)
class Facts:
    """What is known of a task from where it stands. `is_optional`: it may not have run when it is read, or may have
    failed and been gone past. `needs_start`: something may read it that it does not stand before in all runs."""

    task: Task
    path: Path
    is_optional: bool
    handlers: tuple[str, ...]
    needs_start: bool = False
    read_by_handlers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Program:
    """Collects the module of one plan."""

    plan: Plan
    options: Mapping[str, str]
    module: Module
    gaps: list[Gap] = field(default_factory=list)
    helpers: set[str] = field(default_factory=set)
    formats: set[str] = field(default_factory=set)
    features: set[str] = field(default_factory=set)
    forms: list[str] = field(default_factory=list)
    asked_apart: frozenset[str] | None = None
    imports: set[str] = field(default_factory=set)
    register: Register = field(default_factory=lambda: Register(sources.all_names()))
    facts: dict[str, Facts] = field(default_factory=dict)
    tracked: set[str] = field(default_factory=set)
    blames_tasks: bool = False
    shared: dict[str, None] = field(default_factory=dict)
    reads_trigger: bool = False
    trigger_parts: set[str] = field(default_factory=set)
    state_names: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._note(self.plan.body, False, (), ())
        for name, block in (("on_failure", self.plan.on_failure), ("finally", self.plan.finally_)):
            if block is not None:
                self._note(block, False, (("", name),), (name,))
        for task in self.plan.walk():
            facts = self.facts[task.id]
            for name, tree in _trees(task).items():
                inner = name in ("until", "collect") and "tasks" in task.blocks
                path = (*facts.path, (task.id, "tasks")) if inner else facts.path
                self._read(tree, path, facts.handlers)
        for output in self.plan.outputs:
            self._read(output.value, (), ())
        reads = [ref for facts in self.facts.values() for ref in _reads(facts.task)]
        for trigger in self.plan.triggers:
            trees = [*trigger.inputs.values(), *([trigger.when] if trigger.when is not None else [])]
            reads += [ref for tree in trees for ref in references(tree)]
        reads += [ref for output in self.plan.outputs for ref in references(output.value)]
        self.features |= features_of(self.plan)
        self._note_errors()
        self.trigger_parts = {ref.name for ref in reads if ref.root == "trigger"}
        self.reads_trigger = any(ref.root == "run" and ref.name == "trigger" for ref in reads)

    def _note_errors(self) -> None:
        """What is read of errors: only that is told of one."""
        trees = [tree for facts in self.facts.values() for tree in _trees(facts.task).values()]
        trees += [output.value for output in self.plan.outputs]
        found: dict[str, set[str]] = {"run": set(), "tasks": set()}
        for tree in trees:
            read_by_key = set()
            for node in walk(tree):
                if isinstance(node, Key) and isinstance(node.of, Ref) and _is_error(node.of):
                    found[node.of.root].add(node.key)
                    read_by_key.add(id(node.of))
                elif isinstance(node, Ref) and _is_error(node) and id(node) not in read_by_key:
                    found[node.root] |= {"task", "type", "message"}
                elif isinstance(node, Ref) and node.root == "tasks" and node.field == "failed":
                    found["tasks"] |= {"type", "message"}
        self.blames_tasks = "task" in found["run"]
        told = found["run"] | found["tasks"]
        self.features |= {feature for feature, key in (("types", "type"), ("messages", "message")) if key in told}

    def _note(self, block: Block, is_optional: bool, path: Path, handlers: tuple[str, ...]) -> None:
        for task in block.tasks:
            optional = is_optional or task.when is not None or task.continues_on_error
            self.facts[task.id] = Facts(task, path, optional, handlers)
            for name, inner in task.blocks.items():
                inside = (*handlers, f"{task.id}/catch") if name == "catch" else handlers
                may_not_run = optional or task.kind in ("branch", "try")
                self._note(inner, may_not_run, (*path, (task.id, name)), inside)

    def _read(self, tree: Expr, path: Path, handlers: tuple[str, ...]) -> None:
        """Note what a tree reads that stands at that path."""
        self._track(tree)
        for ref in walk(tree):
            if not isinstance(ref, Ref) or ref.root != "tasks":
                continue
            facts = self.facts[ref.name]
            is_handler = not set(handlers) <= set(facts.handlers) or self._is_past_failure(facts.path, path)
            if is_handler:
                facts.read_by_handlers.add(ref.field or "")
            is_near = path[: len(facts.path)] == facts.path
            has_own = facts.task.when is not None or facts.task.continues_on_error
            is_error = ref.field == "error" and facts.task.kind != "try"
            facts.needs_start |= is_handler or is_error or (facts.is_optional and (has_own or not is_near))

    def _is_past_failure(self, path: Path, reader: Path) -> bool:
        """Whether a reader outside of one of these blocks may run though the block has failed."""
        for number, (owner, name) in enumerate(path, start=1):
            task = self.facts[owner].task if owner else None
            is_gone_past = task is not None and (task.continues_on_error or (task.kind == "try" and name == "tasks"))
            if is_gone_past and reader[:number] != path[:number]:
                return True
        return False

    def _track(self, tree: Expr) -> None:
        """Whether a value that may be null is there is told by its task's state."""
        for node in walk(tree):
            if isinstance(node, Test) and node.name == "defined":
                for ref in walk(node.of):
                    if isinstance(ref, Ref) and ref.root == "tasks" and ref.type.is_nullable:
                        self.tracked.add(ref.name)

    @property
    def has_webhook(self) -> bool:
        return any(each.type == "webhook" for each in self.plan.triggers)

    # Names

    def variable(self, ref: Ref, place: Place) -> str:
        """The variable that holds the value of a name."""
        match ref.root:
            case "tasks":
                return self.result(ref.name, ref.field or "value")
            case "item":
                return self.item(ref.name, place)
            case "loop":
                return self.index(place.loops[-1])
            case "inputs":
                return self.register.local(ref.name, "inputs", ref.name)
            case "run" if ref.name == "trigger":
                return self.register.name("run_kind", "run", "trigger")
            case "run":
                return f"run_{ref.name}"
            case "trigger":
                return self.register.name(f"trigger_{ref.name}", "trigger", ref.name)
        return ref.name

    def result(self, task: str, name: str) -> str:
        return self.register.name(f"{task}_{name}", "tasks", task, name)

    def item(self, name: str, place: Place) -> str:
        """The variable of the innermost loop that has an item of that name."""
        for loop in reversed(place.loops):
            if self.facts[loop].task.literals.get("as") == name:
                return self.item_of(loop)
        return name

    def item_of(self, loop: str) -> str:
        task = self.facts[loop].task
        name = str(task.literals["as"])
        outer = [self.facts[each].task.literals.get("as") for each in task.loops]
        return self.register.local(name, "item", name, *(("in", loop) if name in outer else ()))

    def index(self, loop: str) -> str:
        """The variable that counts a loop's items."""
        task = self.facts[loop].task
        is_nested = bool(task.loops) or any(
            inner.kind == "foreach" for block in task.blocks.values() for inner in block.walk()
        )
        if not is_nested:
            return "index"
        return self.register.name(f"{task.literals['as']}_index", "index", loop)

    def function(self, task: str) -> str:
        return self.register.name(task, "function", task)

    def secret(self, name: str) -> str:
        self.secrets.add(name)
        if self.options.get("secrets") == "block":
            self.imports.add("from prefect.blocks.system import Secret")
            return f'(await Secret.aload("{block_name(name)}")).get()'
        self.imports.add("import os")
        return f'os.environ["{name}"]'

    def may_be_missing(self, ref: Ref, place: Place) -> bool:
        if ref.root != "tasks" or ref.field == "state":
            return False
        facts = self.facts[ref.name]
        return facts.is_optional or not set(place.handlers) <= set(facts.handlers)

    def needs_presence(self, ref: Ref, place: Place) -> bool:
        """Whether a read has to make sure that the value is there: handlers may read what has not run."""
        if ref.root != "tasks" or ref.field in ("state", "error"):
            return False
        return not set(place.handlers) <= set(self.facts[ref.name].handlers)

    def assigned_by(self, task: Task) -> list[str]:
        """The variables that hold what is read of a task itself."""
        fields = [name for name in (*task.results, "state", "error") if name in task.reads]
        if task.id in self.tracked and "state" not in fields:
            fields.append("state")
        if "state" in fields:
            self.state_names.add(self.result(task.id, "state"))
        return [self.result(task.id, name) for name in fields]

    def assigned(self, task: Task) -> list[str]:
        """Those of the tasks inside as well, but for what belongs to one item of a loop."""
        names = self.assigned_by(task)
        for block in task.blocks.values():
            if not is_wide(task):
                for inner in block.tasks:
                    names += self.assigned(inner)
        return names

    def starts(self, block: Block) -> list[str]:
        """The variables of a block that something may read before they are assigned."""
        names = []
        for task in block.tasks:
            if self.facts[task.id].needs_start:
                names += self.assigned_by(task)
            if not is_wide(task):
                for inner in task.blocks.values():
                    names += self.starts(inner)
        return names

    def skipping(self, blocks: Iterable[Block]) -> list[Statement]:
        """What is noted of the tasks in blocks that do not run."""
        tasks = [task for block in blocks for task in block.walk()]
        names = [self.result(task.id, "state") for task in tasks if "state" in task.reads or task.id in self.tracked]
        return assigned_at_once(names, '"skipped"')

    def starting(self, names: list[str]) -> list[Statement]:
        """Variables that something may read before they are assigned; a task that has not started is cancelled."""
        states = [name for name in names if name in self.state_names]
        others = [name for name in names if name not in self.state_names]
        return [*assigned_at_once(others, "None"), *assigned_at_once(states, '"cancelled"')]

    # Sources

    def helper(self, name: str) -> str:
        self.helpers.add(name)
        return name

    def add(self, code: PythonCode) -> str:
        self.helpers |= code.helpers
        self.imports |= code.imports
        return code.text

    def expression(self, tree: Expr, naming: FlowNaming) -> str:
        """The source of a tree; what has no translation is a gap."""
        return self._source(python_expression, tree, naming)

    def operand(self, tree: Expr, naming: FlowNaming) -> str:
        """The source of a tree as something may follow it: an attribute, or the condition of a comprehension."""
        source = self.expression(tree, naming)
        return source if python_expression(tree, naming).is_atom else f"({source})"

    def condition(self, tree: Expr, naming: FlowNaming) -> str:
        source = self._source(python_condition, tree, naming)
        # where only true and false matter a list need not be made either
        inner = re.fullmatch(r"bool\((\w+)\)", source)
        return inner[1] if inner else source

    def _source(self, write: object, tree: Expr, naming: FlowNaming) -> str:
        for name, _ in missing_rows(tree):
            self.gaps.append(Gap(naming.pointer, f"`{name}` has no translation to Python"))
            return "None"
        assert callable(write)
        code: PythonCode = write(tree, naming)
        return self.add(replace(code, text=_tidied(code.text)))

    def rendered(self, tree: Expr, naming: FlowNaming) -> str:
        """The source of a text: the value as a template renders it."""
        source = self.expression(tree, naming)
        return source if tree.type.is_only("string") else f"{self.helper('as_text')}({source})"

    def schema(self, name: str, schema: Mapping[str, Json]) -> str:
        """The constant that holds a schema."""
        self.imports.add("from typing import Any")
        constant = self.register.name(f"{name}_schema".upper(), "constant", name, "schema")
        self.module.constants[f"{constant}: dict[str, Any]"] = python_literal(self.portable(schema))
        return constant

    def portable(self, schema: Json) -> Json:
        """The schema with its patterns as Python must have them to mean the same."""
        if isinstance(schema, list):
            return [self.portable(each) for each in schema]
        if not isinstance(schema, Mapping):
            return schema
        found: dict[str, Json] = {}
        for key, each in schema.items():
            if key == "properties" and isinstance(each, Mapping):
                found[key] = {name: self.portable(one) for name, one in each.items()}
            elif key == "pattern" and isinstance(each, str):
                found[key] = ("(?a)" if "\\" in each else "") + python_pattern(each)
            else:
                found[key] = each if key in ("enum", "default", "required") else self.portable(each)
                if key == "format" and isinstance(each, str):
                    self.formats.add(each)
        return found

    def fits(self, value: str, name: str, schema: Json) -> str:
        """The source of a value held against a schema, if there is one."""
        if schema is None:
            return value
        return f"{self.helper('fitting')}({value}, {self.schema(name, schema)})"

    def define(self, function: Function) -> None:
        self.module.tasks.append(function)

    def refuse(self, task: Task, message: str, help: str | None = None) -> None:
        self.gaps.append(Gap(task.pointer, message, help))

    def warn(self, pointer: str, message: str, help: str | None = None) -> None:
        self.gaps.append(Gap(pointer, message, help, "warning"))


_ENCODED = re.compile(r'(?<![\w"\\])("[ !#-\[\]-~]*")\.encode\(\)')
_SPLIT = re.compile(r'(?<![\w"\\])("[ !#-\[\]-~]*")\.split\(("[ !#-\[\]-~]+")\)')


def _tidied(source: str) -> str:
    """The source as a linter would have it where a filter's value is a literal text."""
    if ".encode()" in source:
        source = _ENCODED.sub(r"b\1", source)
    if ".split(" in source:
        source = _SPLIT.sub(lambda match: python_literal(match[1][1:-1].split(match[2][1:-1])), source)
    return source


_AT_ONCE_CHARS = 60


def assigned_at_once(names: list[str], value: str) -> list[Statement]:
    """`a = b = value`, on as many lines as it takes."""
    lines: list[Statement] = []
    group: list[str] = []
    for number, name in enumerate(names):
        group.append(name)
        if number == len(names) - 1 or len(" = ".join([*group, names[number + 1]])) > _AT_ONCE_CHARS:
            lines.append(" = ".join([*group, value]))
            group = []
    return lines


def is_wide(task: Task) -> bool:
    """Whether a loop has items side by side, so that its body is a function of its own."""
    return task.kind == "foreach" and int(str(task.literals.get("concurrency", 1))) > 1 and "tasks" in task.blocks


def _is_error(ref: Ref) -> bool:
    return (ref.root == "run" and ref.name == "error") or (ref.root == "tasks" and ref.field == "error")


def _trees(task: Task) -> dict[str, Expr]:
    return {**({"when": task.when} if task.when is not None else {}), **task.fields}


def _reads(task: Task) -> list[Ref]:
    return [node for tree in _trees(task).values() for node in walk(tree) if isinstance(node, Ref)]
