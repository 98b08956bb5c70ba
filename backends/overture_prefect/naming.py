"""Where the names of expressions stand in a generated module: parameters in a task, variables in the flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overture.expressions.tree import Ref
from overture.expressions.types import Type
from overture.plan.python_source import python_text

if TYPE_CHECKING:
    from overture_prefect.program import Place, Program

_RUN = {
    "id": "str(flow_run.id)",
    "started_at": "started_at()",
    "scheduled_for": "scheduled_for()",
    "trigger": "run_trigger()",
    "previous_success_at": "previous",
}


class FlowNaming:
    """Names as the flow's own code reads them. `prelude`: statements that must stand before what reads them.
    `pointer`: the place in the document that speaks."""

    def __init__(self, program: Program, place: Place, pointer: str = "") -> None:
        self.program = program
        self.place = place
        self.pointer = pointer
        self.prelude: dict[str, str] = {}

    def read(self, ref: Ref) -> str:
        found = self._of_run(ref)
        if found is not None:
            return found
        name = self.variable(ref)
        if self.program.needs_presence(ref, self.place) and not ref.type.is_nullable:
            return f"{self.program.helper('given')}({name}, {python_text(written(ref))})"
        return name

    def peek(self, ref: Ref) -> str:
        found = self._of_run(ref)
        return self.variable(ref) if found is None else found

    def presence(self, ref: Ref) -> str | None:
        # a task that was skipped or never started has a state and an error too, which is null
        if ref.root != "tasks" or ref.field in ("state", "error") or not self.program.may_be_missing(ref, self.place):
            return None
        if ref.type.is_nullable:
            state = Ref("tasks", ref.name, "state")
            return f'{self.variable(state)} == "succeeded"'
        return f"{self.variable(ref)} is not None"

    def variable(self, ref: Ref) -> str:
        return self.program.variable(ref, self.place)

    def _of_run(self, ref: Ref) -> str | None:
        """What is read where it is needed, not handed in."""
        if ref.root == "secrets":
            return self.program.secret(ref.name)
        if ref.root == "state":
            self.prelude["state"] = f"state = await {self.program.helper('read_state')}()"
            return f"state[{python_text(ref.name)}]"
        if ref.root == "run" and ref.name in _RUN and not (ref.name == "trigger" and self.program.has_webhook):
            if ref.name == "id":
                self.program.imports.add("from prefect.runtime import flow_run")
            else:
                helper = self.program.helper({"trigger": "run_trigger"}.get(ref.name, ref.name))
                if ref.name == "previous_success_at":
                    self.prelude["previous"] = f"previous = await {helper}()"
            return _RUN[ref.name]
        return None


class TaskNaming(FlowNaming):
    """Names as a task reads them: each is a parameter, in the order of the first reading."""

    def __init__(self, program: Program, place: Place, pointer: str) -> None:
        super().__init__(program, place, pointer)
        self.parameters: dict[str, Type] = {}

    def variable(self, ref: Ref) -> str:
        name = super().variable(ref)
        self.parameters.setdefault(name, ref.type)
        return name


def written(ref: Ref) -> str:
    return ".".join(part for part in (ref.root, ref.name, ref.field) if part)


_LONG_HINT = 30  # a longer hint tells a reader less than `Any`


def annotation(type: Type) -> str:
    """A type as a hint."""
    words = {"boolean": "bool", "integer": "int", "number": "float", "string": "str"}
    if type.is_any or not type.kinds:
        return "Any"
    hints = []
    for kind, hint in words.items():
        if kind in type.kinds:
            hints.append(hint)
    if "array" in type.kinds:
        item = annotation(type.item)
        hints.append(f"list[{item if len(item) <= _LONG_HINT else 'Any'}]")
    if "object" in type.kinds:
        hints.append("dict[str, Any]")
    if "null" in type.kinds:
        hints.append("None")
    return " | ".join(hints) if len(hints) <= 3 else "Any"
