"""Where lowering stands: one flow that is being written, and the place in it whose names are looked up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from overture.expressions.tree import Ref
from overture.expressions.types import Type
from overture.plan.backend import Gap
from overture.plan.model import Plan, Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Carrier, Members, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.pebble import Pebble, json_text, pebble_string

CORE = "io.kestra.plugin.core"
RETURN = f"{CORE}.debug.Return"
SEQUENTIAL = f"{CORE}.flow.Sequential"
SHELL = "io.kestra.plugin.scripts.shell.Commands"
CAPTURED = "inputs_as_given"

MOMENT = "uuuu-MM-dd'T'HH:mm:ss'Z'"


ItemForm = Literal["bare", "text", "wrapped"]
"""How an item stands in a Loop: a text as it is, as JSON text, or in JSON text with its number."""


class Refused(Exception):
    """Something that Kestra cannot do: becomes a gap of severity error."""

    def __init__(self, message: str, help: str | None = None, pointer: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class Failing:
    """A task of Kestra's that can fail a block: the workflow's task that it stands for, and Pebble expressions for what
    is known of its error (`error`, `items`, `type`, `message`; none: what its script told)."""

    id: str
    task: str
    known: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Lowering:
    """One flow in the making: what its tasks have needed so far."""

    plan: Plan
    options: Mapping[str, str]
    gaps: list[Gap] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    asks_models: bool = False
    needs_uv: bool = False
    notes: dict[str, None] = field(default_factory=dict)
    harmless: set[str] = field(default_factory=set)
    tells: bool = False
    has_files: bool = field(init=False)
    outlined: list[tuple[Lowering, model.Flow]] = field(default_factory=list)
    results: dict[tuple[str, str], Carrier] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failing: dict[str, Failing] = field(default_factory=dict)
    telling: frozenset[str] = frozenset()
    items: dict[str, ItemForm] = field(default_factory=dict)
    captured: dict[str, str] = field(default_factory=dict)
    told: dict[tuple[str, str], Carrier] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    catches: dict[str, model.Task] = field(default_factory=dict)
    chains: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.has_files = any(
            task.kind in ("read_file", "write_file") or "save" in task.fields or "file" in task.fields
            for task in self.plan.walk()
        )

    @property
    def namespace(self) -> str:
        return self.options.get("namespace", "overture")

    def name(self, wanted: str) -> str:
        """An id that no other task has."""
        number, free = 1, wanted
        while free in self.taken:
            number += 1
            free = f"{wanted}_{number}"
        self.taken.add(free)
        return free

    def warn(self, pointer: str, message: str, help: str | None = None) -> None:
        self.gaps.append(Gap(pointer, message, help, "warning"))

    def state_key(self, name: str) -> str:
        """The key of a value kept between runs: keys belong to the whole namespace."""
        return f"{self.plan.name}_{name}"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a flow. `chain`: the blocks round it, outermost first, as (task, slot). `loops`: the foreach tasks
    whose body it is in. `handler`: on_failure or finally. `is_sequential`: nothing runs beside it."""

    lowering: Lowering
    chain: tuple[tuple[str, str], ...] = ()
    loops: tuple[Task, ...] = ()
    handler: str | None = None
    is_sequential: bool = True

    def inside(self, task: Task, slot: str) -> Place:
        return replace(self, chain=(*self.chain, (task.id, slot)))

    def inside_loop(self, task: Task) -> Place:
        return replace(self.inside(task, "tasks"), loops=(*self.loops, task))

    @property
    def pebble(self) -> Pebble:
        return Pebble(self.find)

    def find(self, ref: Ref) -> Carrier:
        """Where the value of a name stands. Raises Inexact where no carrier is known."""
        found = _ROOTS[ref.root](self, ref)
        if found is None:
            raise Inexact(f"`{ref.root}.{ref.name}` has no place in the flow")
        return found

    def is_certain(self, ref: Ref) -> bool:
        """Whether a name has a value whenever this place is reached."""
        if ref.root != "tasks":
            return ref.root != "trigger"
        if (ref.name, ref.field or "") in self.lowering.told:
            return False
        if ref.field in ("state", "error"):
            return True
        producer = self.lowering.tasks.get(ref.name)
        chain = self.lowering.chains.get(ref.name)
        if producer is None or chain is None or producer.when is not None or producer.continues_on_error:
            return False
        # a handler runs whatever was reached before it
        first = (chain[:1] or (("", ""),))[0]
        return chain == self.chain[: len(chain)] and (self.handler is None or first == ("", self.handler))

    # ---- the roots

    def _input(self, ref: Ref) -> Carrier | None:
        for each in self.lowering.plan.inputs:
            if each.name == ref.name:
                expression = f"inputs.{each.name}"
                carrier = Text(expression) if input_type(each.type) == "TEXT" else Plain(expression)
                return carrier if len(self.loops) < 2 else self._capture(each.name, carrier, each.type)
        return None

    def _capture(self, name: str, carrier: Plain | Text, type: Type) -> Carrier:
        """An input as a first task keeps it: in a loop in a loop Kestra 2.0.0 reads its default instead."""
        kept = carriers.is_kept(type) and type.is_only("string")
        text = carrier.expression if kept else carriers.text_of(carrier)
        self.lowering.taken.add(CAPTURED)
        self.lowering.captured[name] = f"{{{{ {text} }}}}"
        where = f"outputs.{CAPTURED}.values.{name}"
        return Plain(where) if kept else Text(where)

    def _task(self, ref: Ref) -> Carrier | None:
        if (ref.name, ref.field or "") in self.lowering.told:
            return self.lowering.told[ref.name, ref.field or ""]
        if ref.field == "state":
            return Plain(f"({self.state(ref.name)} | replace({_STATES if self.handler else _STATE}))")
        if ref.field == "error":
            error = self.lowering.errors.get(ref.name)
            return None if error is None else Text(f"({error})")
        return self.lowering.results.get((ref.name, ref.field or ""))

    def state(self, id: str) -> str:
        """Kestra's state of a task, in brackets; what never started counts as skipped, in handlers as cancelled."""
        last = self.lowering.after.get(id)
        checked = f"tasks.{last}.state ?? " if last else ""
        earlier = self.lowering.before.get(id)
        prepared = f"tasks.{earlier}.state ?? " if earlier else ""
        is_late = self.handler is not None or self._is_in_catch
        absent = "CANCELLED" if is_late else "SKIPPED"
        ways = [self.lowering.tasks.get(block) for block, _ in self.lowering.chains.get(id, ())]
        if is_late and any(way is not None and way.kind == "branch" for way in ways):
            pointer = self.lowering.tasks[id].pointer
            self.lowering.warn(pointer, f"handlers on Kestra read `{id}` as cancelled where its way was not taken")
        return f"({checked}tasks.{id}.state ?? {prepared}'{absent}')"

    @property
    def _is_in_catch(self) -> bool:
        return any(slot == "catch" for _, slot in self.chain)

    def _item(self, ref: Ref) -> Carrier | None:
        for number, loop in reversed(list(enumerate(self.loops))):
            if loop.literals.get("as") == ref.name:
                item = f"{self.loop_item(number)}.value"
                form, kind = self.lowering.items[loop.id], loop.fields["items"].type.item
                if form == "bare":
                    return Plain(item)
                if form == "text":
                    return Plain(f"fromJson({item})") if carriers.is_kept(kind) else Text(item)
                value = f"fromJson({item}).v"
                return Plain(value) if carriers.is_kept(kind) else Text(item, (".v",), value)
        return self.lowering.results.get(("item", ref.name))

    def loop_item(self, number: int) -> str:
        """The item of the loop that is the `number`th from the outermost, as an iteration of the innermost sees it."""
        depth = len(self.loops)
        return "item" if number == depth - 1 else "item.parent" if number == depth - 2 else f"item.parents[{number}]"

    def _loop(self, ref: Ref) -> Carrier | None:
        return Plain("item.index") if self.loops else self.lowering.results.get(("loop", ref.name))

    def _secret(self, ref: Ref) -> Carrier | None:
        return Plain(f"secret({pebble_string(ref.name)})")

    def _state(self, ref: Ref) -> Carrier | None:
        for each in self.lowering.plan.state:
            if each.name == ref.name:
                key = pebble_string(self.lowering.state_key(each.name))
                default = pebble_string(json_text(each.default, (",", ":")))
                return Text(f"(kv({key}, errorOnMissing=false) ?? {default})")
        return None

    def _trigger(self, ref: Ref) -> Carrier | None:
        if ("trigger", ref.name) in self.lowering.results:
            return self.lowering.results["trigger", ref.name]
        if ref.name in ("headers", "query"):
            name = "parameters" if ref.name == "query" else "headers"
            lower = ".key |= ascii_downcase | " if ref.name == "headers" else ""
            return Text(
                f"([trigger.{name}] | jq('.[0] | with_entries({lower}.value |= join(\", \")) | tojson') | first)"
            )
        return Plain(f"trigger.{ref.name}")

    def _run(self, ref: Ref) -> Carrier | None:
        if ("run", ref.name) in self.lowering.results:
            return self.lowering.results["run", ref.name]
        kinds = {each.type for each in self.lowering.plan.triggers}
        if ref.name == "id":
            return Plain("execution.id")
        if ref.name == "started_at":
            return Plain(f"(execution.startDate | date(\"{MOMENT}\", timeZone='UTC'))")
        if ref.name == "scheduled_for":
            if "schedule" not in kinds:
                return Plain("null")
            return Plain(f"(trigger.date is null ? null : (trigger.date | date(\"{MOMENT}\", timeZone='UTC')))")
        if ref.name == "trigger":
            return Plain(_trigger_kind(kinds))
        if ref.name == "previous_success_at":
            key = pebble_string(self.lowering.state_key("previous_success_at"))
            return Text(f"(kv({key}, errorOnMissing=false) ?? 'null')")
        if ref.name in ("state", "error"):
            return self.lowering.results.get((f"run in {self.handler}", ref.name))
        return None


_STATE = "{'SUCCESS': 'succeeded', 'FAILED': 'failed', 'SKIPPED': 'skipped'}"
# a run that took too long: what it killed may still be on its way there
_STATES = (
    "{'SUCCESS': 'succeeded', 'FAILED': 'failed', 'SKIPPED': 'skipped', 'CANCELLED': 'cancelled', "
    "'KILLED': 'cancelled', 'PAUSED': 'cancelled', 'RUNNING': 'cancelled'}"
)


def _trigger_kind(kinds: Collection[str]) -> str:
    found = "'manual'"
    for kind, sign in (("after", "executionId"), ("webhook", "body"), ("schedule", "date")):
        if kind in kinds:
            found = f"((trigger.{sign} ?? null) is not null ? '{kind}' : {found})"
    return found


_ROOTS: Mapping[str, Callable[[Place, Ref], Carrier | None]] = {
    "inputs": Place._input,
    "tasks": Place._task,
    "item": Place._item,
    "loop": Place._loop,
    "secrets": Place._secret,
    "state": Place._state,
    "trigger": Place._trigger,
    "run": Place._run,
}


def input_type(type: Type) -> str:
    """The type of an input in Kestra; TEXT is a STRING that holds JSON text.

    FLOAT is of 32 bits, so numbers are JSON; JSON loses members that are null.
    """
    bare = type.without("null")
    if bare.is_only("string"):
        texts = bare.values is not None and all(isinstance(value, str) and value for value in bare.values)
        return "SELECT" if texts else "STRING"
    if bare.is_only("integer") and "number" not in bare.kinds:
        return "INT"
    if bare.is_only("boolean"):
        return "BOOL"
    if bare.is_only("array") and bare.items is not None and not type.is_nullable:
        item = bare.item
        for name, kind in (("STRING", "string"), ("INT", "integer"), ("BOOLEAN", "boolean")):
            if item.is_only(kind) and "number" not in item.kinds:  # type: ignore[arg-type]
                return f"ARRAY {name}"
    if not type.is_nullable and (bare.is_only("number") or carriers.is_null_free(bare)):
        return "JSON"
    return "TEXT"


def compact(tree_json: str) -> str:
    return json.dumps(json.loads(tree_json), ensure_ascii=False, separators=(",", ":"))


def members_text(carrier: Carrier) -> str:
    """JSON text with holes of a carrier, in a step's input file."""
    if isinstance(carrier, Members):
        return (
            "{" + ", ".join(f"{json_text(name)}: {members_text(each)}" for name, each in carrier.members.items()) + "}"
        )
    return "{{ " + carriers.text_of(carrier) + " }}"
