"""From the blocks of a plan to the statements of a flow: order, conditions, loops, failures."""

from __future__ import annotations

import re

from overture.expressions.tree import Expr, Ref, walk
from overture.plan.model import Block, Task
from overture.plan.python_source import python_literal, python_text
from overture_prefect.certainty import cannot_fail
from overture_prefect.making import Maker, read_fields, run_name
from overture_prefect.model import Statement, Suite
from overture_prefect.model import walk as walk_statements
from overture_prefect.naming import FlowNaming
from overture_prefect.program import Place, Program

CONTAINERS = ("branch", "foreach", "repeat", "try")


class Flow:
    """Writes the statements of one function: the flow itself, or the body of a loop that runs items side by side."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lowered: dict[str, list[str]] = {}

    def block(self, block: Block, place: Place) -> list[Statement]:
        if block.shape in ("single", "chain"):
            return [line for task in block.tasks for line in self.task(task, place)]
        if block.shape == "side by side" and all(self._is_plain(task) for task in block.tasks):
            return self._side_by_side(block, place)
        return self._graph(block, place)

    # One task

    def task(self, task: Task, place: Place) -> list[Statement]:
        """A task with its condition, its timeout and what becomes of its failure."""
        lines = self._run(task, place)
        if task.timeout_seconds is not None and task.kind in CONTAINERS:
            self.program.imports.add("import asyncio")
            known = f" as {self._limit_name(task)}" if self._tells_item(task) else ""
            lines = [Suite(f"async with asyncio.timeout({python_literal(task.timeout_seconds)}){known}", lines)]
        if self.program.blames_tasks and task.kind in CONTAINERS and _may_fail(task):
            name = python_text(task.stands_for or task.id)
            lines = [Suite(f"with {self.program.helper('named')}({name})", lines)]
        if task.when is not None:
            lines = self._when(task, place, lines)
        return self._guarded(task, lines)

    def _run(self, task: Task, place: Place) -> list[Statement]:
        match task.kind:
            case "branch":
                return self._branch(task, place)
            case "foreach":
                return self._foreach(task, place)
            case "repeat":
                return self._repeat(task, place)
            case "try":
                return self._try(task, place)
        names = self._targets(task)
        call = f"await {self.call(task, place)}"
        return [f"{', '.join(names)} = {call}" if names else call]

    def call(self, task: Task, place: Place) -> str:
        """The call of a task's function; its arguments have the names of its parameters."""
        from overture_prefect.tasks import lower_task

        maker = Maker(self.program, task, place)
        lower_task(maker, task)
        return f"{self.program.function(task.id)}({', '.join(maker.parameters())})"

    def _targets(self, task: Task) -> list[str]:
        return [self.program.result(task.id, name) for name in read_fields(task)]

    def _is_plain(self, task: Task) -> bool:
        """Whether a task is one call, whose results nobody asks for when another one fails."""
        return (
            task.kind not in CONTAINERS
            and task.when is None
            and not task.continues_on_error
            and not self._tells_state(task)
            and "error" not in task.reads
            and not self.program.facts[task.id].read_by_handlers
        )

    def _tells_state(self, task: Task) -> bool:
        is_told = "state" in task.reads or task.id in self.program.tracked
        if is_told:
            self.program.state_names.add(self.program.result(task.id, "state"))
        return is_told

    def _when(self, task: Task, place: Place, lines: list[Statement]) -> list[Statement]:
        assert task.when is not None
        naming = FlowNaming(self.program, place, task.pointer)
        condition = self.program.condition(task.when, naming)
        name = _run_name(self.program, task, place)
        if not cannot_fail(task.when):
            condition = f"await {self.program.helper('condition')}({name}, lambda: {condition})"
        otherwise: list[Statement] = []
        if not task.is_generated:
            otherwise.append(f"await {self.program.helper('skipped')}.with_options(task_run_name={name})()")
        if self._tells_state(task):
            otherwise.append(f'{self.program.result(task.id, "state")} = "skipped"')
        otherwise += self.program.skipping(task.blocks.values())
        found: list[Statement] = [*naming.prelude.values(), Suite(f"if {condition}", lines)]
        return [*found, Suite("else", otherwise)] if otherwise else found

    def _guarded(self, task: Task, lines: list[Statement]) -> list[Statement]:
        """A failure that is gone past, or whose state and error somebody reads."""
        if self._tells_state(task):
            ended = f'{self.program.result(task.id, "state")} = "succeeded"'
            _end(lines, ended, has_condition=task.when is not None)
        if not task.continues_on_error and not self.program.facts[task.id].read_by_handlers:
            return lines
        failed = self._failed(task)
        if not failed:
            if not task.continues_on_error:
                return lines
            self.program.imports.add("import contextlib")
            return [Suite("with contextlib.suppress(Exception)", lines)]
        if not task.continues_on_error:
            failed.append("raise")
        has_items = self._tells_item(task) and may_fail_at_items(task)
        before: list[Statement] = [f"{self._items_name(task)} = None"] if has_items else []
        return [*before, Suite("try", lines), Suite(_caught(failed), failed)]

    def _tells_item(self, task: Task) -> bool:
        """Whether somebody reads of which type the error of a loop is."""
        is_loop = task.kind == "foreach" and "tasks" in task.blocks
        return is_loop and "error" in task.reads and "types" in self.program.features

    def _items_name(self, task: Task) -> str:
        return self.program.register.name(f"{task.id}_items", "items", task.id)

    def _limit_name(self, task: Task) -> str:
        return self.program.register.name(f"{task.id}_limit", "limit", task.id)

    def _failed(self, task: Task) -> list[Statement]:
        """What is noted of a failure: state, error, and what a failed task still has."""
        result, lines = self.program.result, list[Statement]()
        if self._tells_state(task):
            lines.append(f'{result(task.id, "state")} = "failed"')
        if task.kind in CONTAINERS and (names := self._targets(task)):
            lines.append(" = ".join([*names, "None"]))  # a failed block has no results, whatever it had come to
        if "error" in task.reads:
            told = f"{self.program.helper('failure')}(error)"
            if self._tells_item(task):  # what failed it in the item is the item's own
                conditions = []
                if may_fail_at_items(task):
                    conditions.append(f"{self._items_name(task)} is not None")
                if task.timeout_seconds is not None:
                    conditions.append(f"not {self._limit_name(task)}.expired()")
                own = f'{told} | {{"type": "item"}}'
                told = f"{own} if {' and '.join(conditions)} else {told}" if conditions else own
            lines.append(f"{result(task.id, 'error')} = {told}")
        sources = {"exit_code": "returncode", "stdout": "stdout", "stderr": "stderr"} if task.kind == "shell" else {}
        if task.kind == "http" and "status" in task.reads:
            lines.append(f"{result(task.id, 'status')} = {self.program.helper('status_of')}(error)")
        for name, attribute in sources.items():
            if name in task.reads:
                lines.append(f'{result(task.id, name)} = getattr(error, "{attribute}", None)')
        return lines

    # Side by side

    def _side_by_side(self, block: Block, place: Place) -> list[Statement]:
        calls, targets = [], []
        for task in block.tasks:
            calls.append(self.call(task, place))
            names = self._targets(task)
            targets.append(names[0] if len(names) == 1 else f"({', '.join(names)})" if names else "_")
        gathered = f"await {self._helper('side_by_side')}({', '.join(calls)})"
        is_read = any(target != "_" for target in targets)
        return [f"{', '.join(targets)} = {gathered}" if is_read else gathered]

    def _graph(self, block: Block, place: Place) -> list[Statement]:
        """Each task as a step of its own; what steps assign belongs to the function round them."""
        lines: list[Statement] = []
        entries = []
        for task in block.tasks:
            name = self.program.register.name(f"do_{task.id}", "step", task.id)
            body = self.task(task, place)
            assigned = self.program.assigned(task)
            self.program.shared.update(dict.fromkeys(assigned))
            outer: list[Statement] = [f"nonlocal {', '.join(assigned)}"] if assigned else []
            lines.append(Suite(f"async def {name}() -> None", [*outer, *body]))
            needs = ", ".join(python_text(need) for need in task.needs)
            comma = "," if len(task.needs) == 1 else ""
            entries.append(f"{python_text(task.id)}: (({needs}{comma}), {name})")
        return [*lines, f"await {self._helper('run_graph')}({{{', '.join(entries)}}})"]

    def _helper(self, name: str) -> str:
        return self.program.helper(name)

    # Blocks

    def _branch(self, task: Task, place: Place) -> list[Statement]:
        naming = FlowNaming(self.program, place, task.pointer)
        cases = [name for name in task.blocks if name != "else"]
        is_read = "taken" in task.reads
        lines: list[Statement] = []
        for number, name in enumerate(cases):
            condition = self.program.condition(task.fields[name], naming)
            lines.append(Suite(f"{'el' * bool(number)}if {condition}", self._case(task, name, place, is_read)))
        if "else" in task.blocks or is_read or self.program.skipping(task.blocks.values()):
            lines.append(Suite("else", self._case(task, "else", place, is_read)))
        return [*naming.prelude.values(), *_without_constant(lines)]

    def _case(self, task: Task, name: str, place: Place, is_read: bool) -> list[Statement]:
        lines = self.program.skipping(block for other, block in task.blocks.items() if other != name)
        lines += self.block(task.blocks[name], place) if name in task.blocks else []
        if is_read:
            lines.append(f"{self.program.result(task.id, 'taken')} = {python_text(name)}")
        return lines

    def _try(self, task: Task, place: Place) -> list[Statement]:
        result = self.program.result
        tried = self.block(task.blocks["tasks"], place)
        caught: list[Statement] = []
        if "failed" in task.reads:
            tried.append(f"{result(task.id, 'failed')} = False")
            caught.append(f"{result(task.id, 'failed')} = True")
        if "error" in task.reads:
            tried.append(f"{result(task.id, 'error')} = None")
            caught.append(f"{result(task.id, 'error')} = {self._helper('failure')}(error)")
        has_error = "error" in task.reads
        if "catch" in task.blocks:
            tried += self.program.skipping([task.blocks["catch"]])
            caught += self.block(task.blocks["catch"], place.handler(f"{task.id}/catch"))
        if not caught:
            self.program.imports.add("import contextlib")
            return [Suite("with contextlib.suppress(Exception)", tried)]
        return [Suite("try", tried), Suite(f"except Exception{' as error' * has_error}", caught)]

    def _repeat(self, task: Task, place: Place) -> list[Statement]:
        program = self.program
        number = program.result(task.id, "iterations")
        naming = FlowNaming(program, place, task.pointer)
        every = task.literals.get("every", 1.0)
        program.imports.add("import asyncio")
        attempts = int(str(task.literals["attempts"]))
        body: list[Statement] = []
        if attempts > 1:
            body.append(Suite(f"if {number} > 1", [f"await asyncio.sleep({python_literal(every)})"]))
        body += self._resets(task.blocks["tasks"])
        body += self.block(task.blocks["tasks"], place)
        until = program.condition(task.fields["until"], naming)
        body += [*naming.prelude.values(), Suite(f"if {until}", ["break"])]
        counted = number if attempts > 1 or "iterations" in task.reads else "_"
        message = python_text(f"`{task.id}` was not done after {attempts} rounds")
        return [
            Suite(f"for {counted} in range(1, {attempts + 1})", body),
            Suite("else", [f"raise RuntimeError({message})"]),
        ]

    def _resets(self, block: Block) -> list[Statement]:
        """Of what may not run in each round, nothing may be left of the round before."""
        names = self.program.starts(block)
        return self.program.starting(names)

    # Loops

    def _foreach(self, task: Task, place: Place) -> list[Statement]:
        if "tasks" not in task.blocks:
            return self._mapping(task, place)
        if int(str(task.literals.get("concurrency", 1))) > 1:
            return self._loop_side_by_side(task, place)
        return self._loop(task, place)

    def _items(self, task: Task, place: Place) -> tuple[list[Statement], str]:
        """The items that are left, and what must stand before."""
        program, inner = self.program, place.inside(task.id)
        naming = FlowNaming(program, place, task.pointer)
        tree = task.fields["items"]
        items = (program.operand if "where" in task.fields else program.expression)(tree, naming)
        if not tree.type.is_only("array"):
            items = f"{program.helper('a_list')}({items})"
        if "where" in task.fields:
            item = program.item_of(task.id)
            where = FlowNaming(program, inner, task.pointer)
            condition = program.condition(task.fields["where"], where)
            naming.prelude |= where.prelude
            if _reads_index(task.fields["where"]):
                items = f"[{item} for {program.index(task.id)}, {item} in enumerate({items}) if {condition}]"
            else:
                items = f"[{item} for {item} in {items} if {condition}]"
        lines = list[Statement](naming.prelude.values())
        if self._tells_item(task) and may_fail_at_items(task):
            return [*lines, f"{self._items_name(task)} = {items}"], self._items_name(task)
        return lines, items

    def _mapping(self, task: Task, place: Place) -> list[Statement]:
        program, inner = self.program, place.inside(task.id)
        skips = task.literals.get("on_item_error") == "skip"
        if skips or "collect" not in task.fields or _reads_index(task.fields["collect"]):
            return self._loop(task, place)
        naming = FlowNaming(program, inner, task.pointer)
        item, source = program.item_of(task.id), program.expression(task.fields["collect"], naming)
        outer = FlowNaming(program, place, task.pointer)
        tree = task.fields["items"]
        items = program.operand(tree, outer)
        if not tree.type.is_only("array"):
            items = f"{program.helper('a_list')}({items})"
        where = ""
        if "where" in task.fields:
            if _reads_index(task.fields["where"]):
                return self._loop(task, place)
            where = f" if {program.condition(task.fields['where'], naming)}"
        lines: list[Statement] = [*outer.prelude.values(), *naming.prelude.values()]
        if "failed" in task.reads:
            lines.append(f"{program.result(task.id, 'failed')} = []")
        found = f"[{source} for {item} in {items}{where}]"
        if "value" in task.reads:
            return [*lines, f"{program.result(task.id, 'value')} = {found}"]
        return [*lines, found]

    def _loop(self, task: Task, place: Place) -> list[Statement]:
        program, inner = self.program, place.inside(task.id)
        before, items = self._items(task, place)
        index, item = program.index(task.id), program.item_of(task.id)
        skips = task.literals.get("on_item_error") == "skip"
        block = task.blocks.get("tasks")
        body = [*self._resets(block), *self.block(block, inner)] if block is not None else []
        value, failed = program.result(task.id, "value"), program.result(task.id, "failed")
        lines = list(before)
        if "collect" in task.fields:
            naming = FlowNaming(program, inner, task.pointer)
            source = program.expression(task.fields["collect"], naming)
            body += naming.prelude.values()
            if "value" in task.reads:
                lines.append(f"{value} = []")
                body.append(f"{value}.append({source})")
            elif not cannot_fail(task.fields["collect"]):
                body.append(f"_ = {source}")
        if "failed" in task.reads:
            lines.append(f"{failed} = []")
        if skips:
            if "failed" in task.reads:
                entry = f'"index": {index}, "item": {item}, "error": {self._helper("failure")}(error)'
                handler = Suite("except Exception as error", [f"{failed}.append({{{entry}}})"])
                body = [Suite("try", body), handler]
            else:
                program.imports.add("import contextlib")
                body = [Suite("with contextlib.suppress(Exception)", body)]
        uses_index = index in _words(body)
        name = item if item in _words(body) else "_"
        header = f"for {index}, {name} in enumerate({items})" if uses_index else f"for {name} in {items}"
        return [*lines, Suite(header, body)]

    def _loop_side_by_side(self, task: Task, place: Place) -> list[Statement]:
        """The body is a function of its own: what its tasks result in belongs to one item."""
        program, inner = self.program, place.inside(task.id)
        before, items = self._items(task, place)
        index, item = program.index(task.id), program.item_of(task.id)
        shared, program.shared = program.shared, {}
        body = self.block(task.blocks["tasks"], inner)
        names = dict.fromkeys([*program.shared, *program.starts(task.blocks["tasks"])])
        program.shared = shared
        body = [*program.starting(list(names)), *body]
        hint = "None"
        if "collect" in task.fields:
            naming = FlowNaming(program, inner, task.pointer)
            source = program.expression(task.fields["collect"], naming)
            body += [*naming.prelude.values(), f"return {source}"]
            hint = "Any"
        program.imports.add("from typing import Any")
        function = program.register.name(f"do_{task.id}", "step", task.id, "item")
        lines: list[Statement] = [
            *before,
            Suite(f"async def {function}({item}: Any, {index}: int) -> {hint}", body),
        ]
        options = [items, function, f"limit={task.literals['concurrency']}"]
        if task.literals.get("on_item_error") == "skip":
            failed = program.result(task.id, "failed")
            lines.append(f"{failed} = []")
            options.append(f"failed={failed}")
        elif "failed" in task.reads:
            lines.append(f"{program.result(task.id, 'failed')} = []")
        call = f"await {self._helper('for_each')}({', '.join(options)})"
        return [*lines, f"{program.result(task.id, 'value')} = {call}" if "value" in task.reads else call]


def _may_fail(task: Task) -> bool:
    """Whether a block may fail though no task in it does."""
    is_bound = task.kind == "repeat" or task.timeout_seconds is not None
    trees = [tree for name, tree in task.fields.items() if name not in ("items", "where")]
    return is_bound or may_fail_at_items(task) or not all(map(cannot_fail, trees))


def may_fail_at_items(task: Task) -> bool:
    """Whether a loop may fail before its first item begins."""
    items, where = task.fields.get("items"), task.fields.get("where")
    is_sound = items is None or (cannot_fail(items) and items.type.is_only("array"))
    return not is_sound or (where is not None and not cannot_fail(where))


def _caught(lines: list[Statement]) -> str:
    return "except Exception as error" if "error" in _words(lines) else "except Exception"


def _run_name(program: Program, task: Task, place: Place) -> str:
    name = run_name(program, task, place)
    return f"f{python_text(name)}" if "{" in name else python_text(name)


def _reads_index(tree: Expr) -> bool:
    return any(isinstance(node, Ref) and node.root == "loop" for node in walk(tree))


def _words(lines: list[Statement]) -> set[str]:
    texts = [each.header if isinstance(each, Suite) else str(each) for each in walk_statements(lines)]
    return set(re.findall(r"[A-Za-z_]\w*", " ".join(texts)))


def _end(lines: list[Statement], ended: str, *, has_condition: bool) -> None:
    """Add what is noted of a task that ran, where it ran."""
    for each in lines:
        if has_condition and isinstance(each, Suite) and each.header.startswith("if "):
            each.body.append(ended)
            return
    lines.append(ended)


def _without_constant(lines: list[Statement]) -> list[Statement]:
    """A branch whose first condition is `True` is its first case."""
    first = lines[0]
    assert isinstance(first, Suite)
    return first.body if first.header == "if True" else lines
