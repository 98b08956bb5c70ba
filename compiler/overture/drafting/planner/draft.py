"""The workflow while it is being written: its inputs, secrets, blocks, and what the words so far have made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from overture.drafting.planner.nouns import name_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.texts import cited, in_braces
from overture.expressions.types import Json
from overture.language.agreement import ROOTS, WORDS

BlockKind = Literal["root", "foreach", "case", "else", "on_failure", "finally", "catch"]
Task = dict[str, Json]


class NotUnderstoodError(Exception):
    """The words fit a pattern but speak of something that is not there, or that cannot be so. `question`: what to ask
    the author, when that helps. `end`: the token after the words, when they are known to end there."""

    def __init__(self, question: str | None = None, end: int | None = None) -> None:
        super().__init__(question or "")
        self.question = question
        self.end = end


class EachError(NotUnderstoodError):
    """The words say `each` of a list, which whoever reads them must go through. `of`: the list."""

    def __init__(self, of: Result) -> None:
        super().__init__()
        self.of = of


@dataclass(slots=True)
class Block:
    """Tasks being written, and what they have made so far. `task`: the task whose block it is; `when`: the condition of
    a case; `stops`: the run ends after it."""

    kind: BlockKind
    task: Task = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    item: Result | None = None
    when: str = ""
    stops: bool = False


class Draft:
    """What a request has come to so far. Every change goes through here, so that a step that turns out not to be
    understood leaves nothing behind (`mark`, `undo`)."""

    def __init__(self) -> None:
        self.inputs: dict[str, Task] = {}
        self.secrets: list[str] = []
        self.state: dict[str, Task] = {}
        self.triggers: list[Task] = []
        self.settings: dict[str, Any] = {}
        self.outputs: dict[str, str] = {}
        self.on_failure: list[Task] = []
        self.finally_: list[Task] = []
        self.last: list[Task] = []  # tasks that come after all others: what is remembered
        self.assumptions: list[str] = []
        self.questions: list[str] = []
        self.blocks = [Block("root")]
        self.each: Result | None = None  # what `each order` is in the step being built, where a loop was made for it
        self.spoken: list[Result] = []  # what the words of the step being built speak of
        self.source = ""  # the words that the step being built comes from
        self.rest: list[str] = []  # the words that come after them
        self._ids: set[str] = set()
        self._undo: list[Callable[[], object]] = []

    @property
    def block(self) -> Block:
        return self.blocks[-1]

    def mark(self) -> int:
        return len(self._undo)

    def undo(self, mark: int) -> None:
        """Take back every change since a mark."""
        while len(self._undo) > mark:
            self._undo.pop()()

    def change(self, target: dict[str, Any], key: str, value: Any) -> None:
        """Set a key of a part of the draft."""
        if key in target:
            before = target[key]
            self._undo.append(lambda: target.__setitem__(key, before))
        else:
            self._undo.append(lambda: target.pop(key, None))
        target[key] = value

    def append(self, target: list[Any], value: Any) -> None:
        target.append(value)
        self._undo.append(target.pop)

    def cut(self, target: list[Any], start: int) -> list[Any]:
        """Take the end of a list away; gives it."""
        taken = target[start:]
        del target[start:]
        self._undo.append(lambda: target.extend(taken))
        return taken

    def swap(self, target: list[Any], items: list[Any]) -> None:
        """Give a list other items."""
        before = list(target)
        target[:] = items
        self._undo.append(lambda: target.__setitem__(slice(None), before))

    def open(self, block: Block) -> None:
        """Go on writing in a block."""
        self.append(self.blocks, block)

    def shut(self) -> Block:
        """Leave the innermost block; gives it."""
        block: Block = self.cut(self.blocks, -1)[0]
        return block

    def stop_here(self) -> None:
        """The run ends after the branch that is being written, if this case of it was taken."""
        block = self.block
        block.stops = True
        self._undo.append(lambda: setattr(block, "stops", False))

    def id(self, name: str) -> str:
        """A free id made of a name."""
        base = name_of(name.replace("_", " ").split())
        number, free = 1, base
        while free in self._ids:
            number += 1
            free = f"{base}_{number}"
        self._ids.add(free)
        self._undo.append(lambda: self._ids.discard(free))
        return free

    def loop_name(self, name: str) -> str:
        """A name for the item of a loop that no word of the language has, nor a loop round it."""
        taken = {str(block.task.get("as")) for block in self.blocks} | ROOTS | WORDS
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"one_{name}" if number == 2 else f"{name}_{number}"
        return free

    def add(self, task: Task) -> Task:
        """Put a task at the end of the block that is being written."""
        return self.add_to(self.block.tasks, task)

    def add_to(self, tasks: list[Task], task: Task) -> Task:
        task["source"] = cited(self.source)
        self.append(tasks, task)
        return task

    def secret(self, name: str) -> str:
        """The template that reads a secret, which is declared."""
        if name not in self.secrets:
            self.append(self.secrets, name)
        return in_braces(f"secrets.{name}")

    def input(self, name: str, schema: Task) -> str:
        """The template that reads an input, which is declared; one that is there already stays as it is."""
        if name not in self.inputs:
            self.change(self.inputs, name, schema)
        return in_braces(f"inputs.{name}")

    def assume(self, text: str) -> None:
        if text not in self.assumptions:
            self.append(self.assumptions, text)

    def ask(self, text: str) -> None:
        if text not in self.questions:
            self.append(self.questions, text)

    def made(self, result: Result) -> None:
        self.append(self.block.results, result)

    def results(self) -> Iterator[Result]:
        """What can be spoken of here, the latest first."""
        for block in reversed(self.blocks):
            yield from reversed(block.results)

    def loop_item(self) -> Result | None:
        """What the innermost loop goes through."""
        return next((block.item for block in reversed(self.blocks) if block.item is not None), None)

    def go_through(self, of: Result) -> None:
        """A loop over a list is being written: what free answers of a model make up is checked first, as it steers."""
        if of.item_home is not None and "returns" not in of.item_home:
            self.change(of.item_home, "returns", of.item_schema)

    def item_of(self, of: Result) -> Result | None:
        """The item of the loop that is going through a list, if there is one."""
        loops = (block for block in reversed(self.blocks) if block.item is not None)
        return next((block.item for block in loops if block.task["items"] == of.expression), None)
