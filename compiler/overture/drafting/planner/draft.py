"""The workflow while it is being written: its inputs, secrets, blocks, and what the words so far have made."""

from __future__ import annotations

import re

from overture.drafting.planner.model import Block, Result
from overture.drafting.planner.phrases import head_of, singular
from overture.expressions.types import Json


class NotUnderstoodError(Exception):
    """The words fit a step's pattern but speak of something that no step before has made."""


class Draft:
    def __init__(self) -> None:
        self.inputs: dict[str, Json] = {}
        self.secrets: list[str] = []
        self.triggers: list[dict[str, Json]] = []
        self.retry: dict[str, Json] | None = None
        self.on_failure: list[dict[str, Json]] = []
        self.assumptions: list[str] = []
        self.questions: list[str] = []
        self.blocks = [Block()]
        self.ids: set[str] = set()
        self.source = ""  # the words that the step being built comes from
        self.rest = ""  # the request from there on

    @property
    def block(self) -> Block:
        return self.blocks[-1]

    def id(self, name: str) -> str:
        """A free id made of a name."""
        base = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:48] or "task"
        base = base if base[0].isalpha() else f"x_{base}"
        number, free = 1, base
        while free in self.ids:
            number += 1
            free = f"{base}_{number}"
        self.ids.add(free)
        return free

    def add(self, task: dict[str, Json]) -> None:
        """Put a task at the end of the block that is being written."""
        self.block.tasks.append({**task, "source": self.source})

    def secret(self, name: str) -> str:
        """The template that reads a secret, which is declared."""
        if name not in self.secrets:
            self.secrets.append(name)
        return f"{{{{ secrets.{name} }}}}"

    def made(self, result: Result) -> None:
        self.block.results.append(result)

    def results(self) -> list[Result]:
        """What can be spoken of here, the latest first."""
        return [result for block in reversed(self.blocks) for result in reversed(block.results)]

    def find(self, words: str) -> Result:
        """What a noun phrase speaks of. Raises NotUnderstoodError when nothing of that name was made."""
        found = self.results()
        lower = words.lower().strip()
        if lower in ("it", "this", "them", "the result", "the results", "the answer", "the output", "each", "each one"):
            if found:
                return found[0]
            raise NotUnderstoodError
        head = head_of(words)
        names = {head, singular(head), singular(head.rpartition("_")[2])}
        for result in found:
            mine = {result.noun, singular(result.noun), singular(result.noun.rpartition("_")[2])}
            if names & mine:
                return result
        raise NotUnderstoodError

    def labelled(self, words: str) -> tuple[Result, str] | None:
        """`the bugs`: the list whose items were sorted, and the label, or None."""
        head = head_of(words)
        for result in self.results():
            for label in result.labels:
                if head in (head_of(label), singular(head_of(label))) or singular(head) == singular(head_of(label)):
                    return result, label
        return None


def text_of(result: Result) -> str:
    """A template that shows a result as text: lists a line an item."""
    if not result.is_list:
        return f"{{{{ {result.expression} }}}}"
    return f"{{{{ {result.expression} | tojson }}}}"
