"""Blocks: loops, branches, attempts, handlers.

A block is open while its words last, then becomes a part of its task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

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


def open_loop(draft: Draft, of: Result) -> Block:
    """A loop over a list."""
    if not of.is_list:
        raise NotUnderstoodError
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
    draft.block.results[:] = [
        replace(each, is_gone=True) if made in each.expression else each for each in draft.block.results
    ]
    block = Block("catch", task)
    # a failed task has an error, but only a run knows that it failed
    block.results.append(Result("error", f"tasks.{inner['id']}.error.message | default('')", {"type": "string"}))
    return block


def close(draft: Draft, before: dict[str, Any]) -> bool:
    """Close the innermost block: its tasks become a part of its task. False when it has none.

    `before`: the branch that closed last in each block, for an `otherwise`; kept by the walk.
    """
    block = draft.blocks.pop()
    if not block.tasks:
        return False
    outer = draft.block
    task = block.task
    match block.kind:
        case "foreach":
            draft.append(outer.tasks, {**task, "tasks": block.tasks})
            _offer(draft, outer.tasks[-1], block)
        case "case":
            task["cases"].append({"when": block.when, "tasks": block.tasks})
            if not any(each is task for each in outer.tasks):
                draft.append(outer.tasks, task)
            before["branch"] = (len(draft.blocks), task)
            _hide(draft, block)
        case "else":
            task["else"] = block.tasks
            before["branch"] = None
            _hide(draft, block)
        case "catch":
            task["catch"] = block.tasks
            outer.tasks[-1] = task
            _hide(draft, block)
        case "on_failure":
            draft.on_failure.extend(block.tasks)
        case "finally":
            draft.finally_.extend(block.tasks)
    return True


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
        draft.made(Result(plural(noun), listed, schema, is_side=each.is_side, when_used=collect))
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
