"""The wire form (language.md 8): what a model is asked for. One flat list of tasks, every field there, no maps.

`lower` leads from a workflow to it, `lift` back; `lift(lower(w))` is `w`. What a model writes is met with patience
where its meaning is certain (a map where pairs are asked for, a field left out); what is merely wrong is handed on as
it is, for the checker to say where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

from overture.diagnostics.nearest import did_you_mean
from overture.diagnostics.sources import pointer_of
from overture.expressions.types import Json
from overture.language.canonical import data_of
from overture.language.forms import AnyValue, Either, Field, Form, ListOf, MapOf, PartOf, SchemaValue, Text, forms_of
from overture.language.tasks import KINDS, TASKS, Common, Part
from overture.language.validation import Misfit
from overture.language.wire_schema import TALK, holds_tasks, is_case, root_fields, task_fields, wire_digest, wire_schema
from overture.language.wire_values import NotJson, decode, encode
from overture.language.workflow import Workflow

__all__ = ["Misfit", "lift", "lift_task", "lower", "lower_task", "wire_digest", "wire_schema"]

TOP_SLOTS = ("tasks", "on_failure", "finally")
SLOTS: dict[str, tuple[str, ...]] = {
    "branch": ("else",),  # and the number of each case
    "foreach": ("tasks",),
    "repeat": ("tasks",),
    "try": ("tasks", "catch"),
}
"""The places for tasks inside each block."""

_NUMBERED = re.compile(r"(?:cases?\W?)?([0-9]+)(?:\W?tasks)?", re.IGNORECASE)


def lower(workflow: Workflow) -> dict[str, Json]:
    """The wire form of a workflow; what a model says about it is empty."""
    data = data_of(workflow)
    tasks = [one for slot in TOP_SLOTS for task in data.get(slot, []) for one in lower_task(task, None, slot)]
    said: dict[str, Json] = {"understanding": "", "questions": [], "assumptions": []}
    return said | {
        each.key: tasks if each.key == "tasks" else _lowered(each.form, data.get(each.key)) for each in root_fields()
    }


def lower_task(task: dict[str, Json], parent: str | None, slot: str) -> list[dict[str, Json]]:
    """A task of canonical data and the tasks inside it, each before those that it holds."""
    own, settings = task_fields(TASKS[task["kind"]])
    found: dict[str, Json] = {"kind": task["kind"]}
    for each in own:
        value: Any = task.get(each.key)
        if is_case(each.form):
            found[each.key] = [case["when"] for case in value]
        elif isinstance(each.form, Either) and isinstance(each.form.forms[0], Text):
            found[each.key] = value if isinstance(value, str) else None
            found["literals"] = [encode(one) for one in value] if isinstance(value, list) else None
        else:
            found[each.key] = _lowered_field(each, task)
        if each.name == "id":
            found |= {"parent": parent, "slot": slot}
    given = {each.key: _lowered(each.form, task.get(each.key)) for each in settings}
    found["settings"] = given if any(value is not None for value in given.values()) else None
    inner = [(str(number), case["tasks"]) for number, case in enumerate(task.get("cases", []))]
    inner += [(each, task.get(each, [])) for each in SLOTS.get(task["kind"], ())]
    return [found, *(one for name, tasks in inner for each in tasks for one in lower_task(each, task["id"], name))]


def _lowered_field(each: Field, holder: dict[str, Json]) -> Json:
    value = holder.get(each.key)
    is_written_null = value is None and each.is_required and isinstance(each.form, AnyValue)
    return encode(None) if is_written_null else _lowered(each.form, value)


def _lowered(form: Form, value: Json) -> Json:
    if value is None:
        return None
    match form:
        case AnyValue() | SchemaValue() | Either():
            return encode(value)
        case ListOf(item):
            return [_lowered(item, each) for each in value]
        case MapOf(_, inner):
            return [{"name": key, "value": _inside(inner, each)} for key, each in value.items()]
        case PartOf(models, tag):
            model = _model_of(models, tag, value)
            return {each.key: _lowered_field(each, value) for each in forms_of(model)} if model else value
        case _:
            return value


def _inside(form: Form, value: Json) -> Json:
    return value if isinstance(form, Text) else encode(value)


def _model_of(models: tuple[type[Part], ...], tag: str | None, value: Any) -> type[Part] | None:
    if tag is None:
        return models[0]
    word = value.get(tag)
    return next((each for each in models if get_args(each.model_fields[tag].annotation) == (word,)), None)


def lift(wire: Json) -> tuple[dict[str, Json], list[Misfit]]:
    """The canonical data that a wire document means, and what in it cannot be carried over: each misfit with the place
    in the wire document. What a model says about its workflow is left out. Never raises."""
    lifting = _Lifting()
    if not isinstance(wire, dict):
        return {}, [Misfit("", "the answer is no object")]
    fields = root_fields()
    found: dict[str, Json] = {"overture": 1}
    for each in fields:
        if each.key != "tasks":
            lifting.put(found, each, wire.get(each.key), pointer_of(each.key))
    found["tasks"] = []
    nested = [one for slot in TOP_SLOTS for one in _flattened(wire.get(slot), None, slot, f"/{slot}")]
    lifting.place(nested, found)
    known = {each.key for each in fields} | {*TALK, "overture", *TOP_SLOTS}
    for key in wire.keys() - known:
        found[key] = wire[key]
    return _in_order(found, Workflow), lifting.misfits


def lift_task(task: dict[str, Json], pointer: str = "") -> tuple[dict[str, Json], list[Misfit]]:
    """One task without those inside it."""
    lifting = _Lifting()
    return lifting.task(task, pointer), lifting.misfits


def _in_order(data: dict[str, Json], model: type[Part]) -> dict[str, Json]:
    """Keys in canonical order: blocks got their tasks last."""
    order = {each.key: rank for rank, each in enumerate(forms_of(model))}
    found = {key: data[key] for key in sorted(data, key=lambda key: order.get(key, len(order)))}
    for holder in (found, *(found.get("cases", []) if model is TASKS["branch"] else [])):
        for key in ("tasks", "else", "catch", "on_failure", "finally"):
            if isinstance(holder.get(key), list):
                holder[key] = [_in_order(each, TASKS.get(str(each.get("kind")), Common)) for each in holder[key]]
    return found


def _flattened(tasks: Json, parent: str | None, slot: str, pointer: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """The tasks of the wire form with their pointers; those that stand inside others, as in the canonical form, too."""
    for index, task in enumerate(tasks if isinstance(tasks, list) else []):
        here = f"{pointer}/{index}"
        if not isinstance(task, dict):
            yield here, {"kind": task}
            continue
        own = dict(task)
        if parent is not None or slot != "tasks":
            own |= {"parent": parent, "slot": slot}
        inner: list[tuple[str, str, Json]] = []
        for key in ("tasks", "else", "catch"):
            if isinstance(own.get(key), list):
                inner.append((key, f"{here}/{key}", own.pop(key)))
        for number, case in enumerate(own["cases"] if isinstance(own.get("cases"), list) else []):
            if isinstance(case, dict) and isinstance(case.get("tasks"), list):
                inner.append((str(number), f"{here}/cases/{number}/tasks", case["tasks"]))
        yield here, own
        for name, place, each in inner:
            yield from _flattened(each, str(own.get("id")), name, place)


@dataclass(slots=True)
class _Lifting:
    misfits: list[Misfit] = field(default_factory=list)

    def tell(self, pointer: str, message: str) -> None:
        self.misfits.append(Misfit(pointer, message))

    def place(self, wire: list[tuple[str, dict[str, Json]]], found: dict[str, Json]) -> None:
        """Lifts the tasks and puts each where its `parent` and `slot` say."""
        lifted = [(pointer, each, self.task(each, pointer)) for pointer, each in wire]
        blocks: dict[str, dict[str, Json]] = {}
        for _, _, task in lifted:
            blocks.setdefault(str(task.get("id")), task)
        parents = {id(task): blocks.get(str(each["parent"])) for _, each, task in lifted if each.get("parent")}
        for pointer, each, task in lifted:
            name, parent = each.get("parent"), parents.get(id(task))
            if name and parent is None:
                help = did_you_mean(str(name), [key for key, one in blocks.items() if one.get("kind") in SLOTS])
                self.tell(f"{pointer}/parent", f"there is no block `{name}`" + (f": {help}" if help else ""))
            elif parent is not None and self._is_inside_itself(task, parents):
                self.tell(f"{pointer}/parent", f"`{task.get('id')}` would stand inside itself")
                parent = None
            self._append(found, parent, task, each.get("slot"), f"{pointer}/slot")

    def _is_inside_itself(self, task: dict[str, Json], parents: dict[int, dict[str, Json] | None]) -> bool:
        seen: set[int] = set()
        above = parents.get(id(task))
        while above is not None and id(above) not in seen:
            seen.add(id(above))
            above = parents.get(id(above))
        return id(task) in seen

    def _append(
        self, found: dict[str, Json], parent: dict[str, Json] | None, task: dict[str, Json], slot: Json, pointer: str
    ) -> None:
        if parent is None:
            name = slot if slot in TOP_SLOTS else "tasks"
            if name != slot and slot is not None:
                self.tell(pointer, f"the workflow has no place `{slot}`: it has {_listed(TOP_SLOTS)}")
            found.setdefault(name, []).append(task)
            return
        kind = str(parent.get("kind"))
        cases = parent.get("cases", []) if kind == "branch" else []
        names = [*(str(number) for number in range(len(cases))), *SLOTS.get(kind, ())]
        if not names:
            self.tell(pointer, f"`{parent.get('id')}` holds no tasks: it is of kind `{kind}`")
            found.setdefault("tasks", []).append(task)
            return
        wanted = str(slot) if slot is not None else ("tasks" if "tasks" in names else "0")
        number = _NUMBERED.fullmatch(wanted)
        wanted = number[1] if number else wanted
        if wanted not in names:
            self.tell(pointer, f"`{parent.get('id')}` has no place `{slot}`: it has {_listed(names)}")
            wanted = names[0]
        holder, key = (cases[int(wanted)], "tasks") if wanted.isdigit() else (parent, wanted)
        holder.setdefault(key, []).append(task)

    def task(self, wire: dict[str, Json], pointer: str) -> dict[str, Json]:
        kind = wire.get("kind")
        model = TASKS.get(kind) if isinstance(kind, str) else None
        if model is None:
            hint = did_you_mean(str(kind), KINDS)
            self.tell(f"{pointer}/kind", f"`{kind}` is no kind of task" + (f": {hint}" if hint else ""))
            return {key: value for key, value in wire.items() if value is not None and key not in ("parent", "slot")}
        _, settings = task_fields(model)
        given = wire.get("settings")
        given = given if isinstance(given, dict) else {}
        found: dict[str, Json] = {}
        order = forms_of(model)
        for each in order:
            here = pointer + pointer_of(each.key)
            if each.key == "kind":
                found["kind"] = kind
            elif is_case(each.form):
                found[each.key] = self._cases(wire.get(each.key))
            elif isinstance(each.form, Either) and isinstance(wire.get("literals"), list):
                found[each.key] = [
                    self._decoded(one, f"{pointer}/literals/{index}") for index, one in enumerate(wire["literals"])
                ]
            elif each in settings and each.key in given:
                self.put(found, each, given[each.key], f"{pointer}/settings/{each.key}")
            elif not holds_tasks(each.form):
                self.put(found, each, wire.get(each.key), here)
        known = {each.key for each in order} | {"parent", "slot", "settings", "literals"}
        found |= {key: value for key, value in wire.items() if key not in known and value is not None}
        return found | {key: value for key, value in given.items() if key not in known and value is not None}

    def _cases(self, value: Json) -> Json:
        cases = value if isinstance(value, list) else []
        return [{"when": case.get("when") if isinstance(case, dict) else case} for case in cases]

    def put(self, found: dict[str, Json], each: Field, value: Json, pointer: str) -> None:
        """The value of a field, unless it is left at its default."""
        if value is not None:
            found[each.key] = self._lifted(each.form, value, pointer)

    def _lifted(self, form: Form, value: Json, pointer: str) -> Json:
        match form:
            case Either() if isinstance(form.forms[0], Text):
                return value
            case AnyValue() | SchemaValue() | Either():
                return self._decoded(value, pointer)
            case ListOf(item):
                values = value if isinstance(value, list) else [value]  # one is a list of one
                return [self._lifted(item, each, f"{pointer}/{index}") for index, each in enumerate(values)]
            case MapOf(_, inner):
                return self._map(inner, value, pointer)
            case PartOf(models, tag):
                model = _model_of(models, tag, value) if isinstance(value, dict) else None
                return self._part(model, value, pointer) if model else value
            case _:
                return value

    def _part(self, model: type[Part], value: dict[str, Json], pointer: str) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for each in forms_of(model):
            self.put(found, each, value.get(each.key), pointer + pointer_of(each.key))
        return found | {key: one for key, one in value.items() if key not in found and one is not None}

    def _map(self, form: Form, value: Json, pointer: str) -> Json:
        if isinstance(value, str):
            value = self._decoded(value, pointer)  # an object as text
        if isinstance(value, dict):
            pairs = [(key, each, pointer + pointer_of(key)) for key, each in value.items()]
        elif isinstance(value, list) and all(isinstance(each, dict) and "name" in each for each in value):
            pairs = [
                (str(each["name"]), each.get("value"), f"{pointer}/{index}/value") for index, each in enumerate(value)
            ]
        else:
            self.tell(pointer, "a list of `name` and `value` must stand here")
            return {}
        found: dict[str, Json] = {}
        for name, each, place in pairs:
            if name in found:
                self.tell(place.removesuffix("/value"), f"`{name}` stands here twice")
            found[name] = each if isinstance(form, Text) else self._decoded(each, place)
        return found

    def _decoded(self, value: Json, pointer: str) -> Json:
        if not isinstance(value, str):
            return value  # JSON where text that is JSON is asked for
        try:
            return decode(value)
        except NotJson as error:
            self.tell(pointer, f"the text is no JSON: {error}")
            return value


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
