"""Blocks: loops, branches, attempts, handlers.

A block is open while its words last, then becomes a part of its task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from overture.drafting.planner.draft import Block, BlockKind, Draft, NotUnderstoodError, Task
from overture.drafting.planner.nouns import plural
from overture.drafting.planner.results import Result
from overture.drafting.planner.texts import in_quotes, key

_FAILED = "run.error.message"


@dataclass(slots=True)
class Open:
    """A block whose words are being read: the tokens that opened it, and how far it reaches: to the end of its
    sentence, or (`indent` set) over the lines below that are indented so far, or enumerated by `bullet`."""

    block: Block
    start: int
    end: int
    indent: int | None = None
    bullet: str = ""


@dataclass(slots=True)
class Closed:
    """What closed last, as long as nothing has come after it: words such as `otherwise` go on with it. Each with the
    depth it stands at: a branch, an attempt, a loop (with what was made before it). `has_handled`: a handler was
    written, or a stop, so that what comes next is what happens otherwise."""

    branch: tuple[int, Task] | None = None
    attempt: tuple[int, Task] | None = None
    loop: tuple[int, Block, list[Result]] | None = None
    has_handled: bool = False

    def forget(self) -> None:
        self.branch = self.attempt = self.loop = None
        self.has_handled = False


def open_loop(draft: Draft, of: Result) -> Block:
    """A loop over a list."""
    if not of.is_list:
        raise NotUnderstoodError
    draft.go_through(of)
    name = draft.loop_name(of.item_name if of.inner is None else of.inner)
    task: Task = {"id": draft.id(f"each {of.item_name if of.inner is None else of.inner}"), "kind": "foreach"}
    task |= {"items": of.expression, "as": name, "source": draft.source}
    item = of.one(name)
    block = Block("foreach", task, item=item)
    block.results.append(item)
    if of.inner is not None:
        label = of.item_schema.get("properties", {}).get("label", {})
        block.results.append(Result("label", f"{name}.label", label, labels=of.labels, is_side=True))
    return block


def open_case(draft: Draft, condition: str) -> Block:
    """The first case of a branch."""
    task: Task = {"id": draft.id("choose"), "kind": "branch", "cases": [], "source": draft.source}
    return Block("case", task, when=condition)


def open_handler(draft: Draft, kind: BlockKind) -> Block:
    """What is done when the run fails, or however it ends."""
    block = Block(kind)
    if kind == "on_failure":
        block.results.append(Result("error", _FAILED, {"type": "string"}))
    else:
        block.results.append(Result("state", "run.state", {"type": "string"}))
    return block


def open_catch(draft: Draft) -> Block:
    """What is done when the step before fails: that step becomes an attempt."""
    if not draft.block.tasks:
        raise NotUnderstoodError
    inner = draft.block.tasks[-1]
    if inner["kind"] in ("stop", "try", "branch"):
        raise NotUnderstoodError
    task: Task = {"id": draft.id(f"try {inner['id']}"), "kind": "try", "tasks": [inner], "source": inner["source"]}
    made = f"tasks.{inner['id']}."
    results = draft.block.results
    draft.swap(results, [replace(each, is_gone=True) if made in each.expression else each for each in results])
    block = Block("catch", task)
    # a failed task has an error, but only a run knows that it failed
    block.results.append(Result("error", f"tasks.{inner['id']}.error.message | default('')", {"type": "string"}))
    return block


def close(draft: Draft, closed: Closed) -> bool:
    """Close the innermost block: its tasks become a part of its task. False when it has none; a case that only stops is
    none, either."""
    block = draft.shut()
    if not block.tasks:
        return False
    outer = draft.block
    task = block.task
    closed.forget()
    match block.kind:
        case "foreach":
            closed.loop = (len(draft.blocks), block, list(outer.results))
            draft.append(outer.tasks, {**task, "tasks": block.tasks})
            _offer(draft, outer.tasks[-1], block)
        case "case":
            draft.append(task["cases"], {"when": block.when, "tasks": block.tasks})
            if not any(each is task for each in outer.tasks):
                draft.append(outer.tasks, task)
            _stop_after(draft, block, str(len(task["cases"]) - 1))
            closed.branch = (len(draft.blocks), task)
            _hide(draft, block)
        case "else":
            draft.change(task, "else", block.tasks)
            _stop_after(draft, block, "else")
            _hide(draft, block)
        case "catch":
            draft.change(task, "catch", block.tasks)
            draft.cut(outer.tasks, -1)
            draft.append(outer.tasks, task)
            closed.attempt = (len(draft.blocks), task)
            _hide(draft, block)
        case "on_failure":
            for each in block.tasks:
                draft.append(draft.on_failure, each)
            closed.has_handled = True
        case "finally":
            for each in block.tasks:
                draft.append(draft.finally_, each)
    return True


def reopen(draft: Draft, closed: Closed) -> Block | None:
    """The loop that closed last is gone on with, if nothing came after it; None when it cannot be."""
    if closed.loop is None:
        return None
    depth, block, results = closed.loop
    tasks = draft.block.tasks
    if depth != len(draft.blocks) or not tasks or tasks[-1].get("tasks") is not block.tasks or "collect" in tasks[-1]:
        return None
    draft.cut(tasks, -1)
    draft.swap(draft.block.results, results)
    draft.open(block)
    closed.forget()
    return block


def _stop_after(draft: Draft, block: Block, taken: str) -> None:
    if block.stops:
        when = f"tasks.{block.task['id']}.taken == {in_quotes(taken)}"
        draft.append(draft.block.tasks, {"id": draft.id("stop"), "kind": "stop", "when": when, "source": "stop"})


def _hide(draft: Draft, block: Block) -> None:
    """What a branch has made may not be there after it."""
    for result in block.results:
        if not result.is_item:
            draft.made(replace(result, is_gone=True, when_used=None))


def _offer(draft: Draft, task: Task, block: Block) -> None:
    """What each round of a loop has made can be spoken of after it, as a list: the loop collects it once it is."""
    item = block.item
    assert item is not None  # a loop has one
    made = {
        each.noun: each for each in block.results if not each.is_item and not each.is_gone and each.noun != "status"
    }
    if item.expression != task["as"]:
        made.pop("label", None)  # it was sorted before the loop: that list is still there
    made = {noun: each for noun, each in made.items() if each.expression.startswith("tasks.")}
    if not made:
        return
    own = item.noun if item.noun not in made else f"the_{item.noun}"
    fields = {own: item, **made}

    def collect() -> None:
        for each in made.values():
            if each.when_used is not None:
                each.when_used()
        pairs = ", ".join(f"{key(noun)}: {each.expression}" for noun, each in fields.items())
        if "collect" not in task:
            draft.change(task, "collect", f"{{{pairs}}}")

    value = f"tasks.{task['id']}.value"
    for noun, each in made.items():
        if noun == "label":
            continue
        listed = f"{value} | map(attribute={in_quotes(noun)})"
        schema: Task = {"type": "array", "items": each.schema}
        draft.made(Result(plural(noun), listed, schema, is_side=each.is_side, item_home=each.home, when_used=collect))
    label = made.get("label")
    if label is not None and label.labels:
        properties = {noun: each.schema for noun, each in fields.items()}
        rows: Task = {"type": "array", "items": {"type": "object", "properties": properties, "required": list(fields)}}
        draft.made(
            replace(
                item,
                noun=plural(item.noun),
                expression=value,
                schema=rows,
                labels=label.labels,
                inner=own,
                is_item=False,
                when_used=collect,
            )
        )
