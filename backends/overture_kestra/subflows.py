"""`call`: a Subflow, whose inputs and outputs travel as the called flow declares them."""

from __future__ import annotations

from overture.expressions.tree import Expr
from overture.plan.model import Plan, Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Carrier, Members, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.model import Value
from overture_kestra.outputs import output_type
from overture_kestra.place import CORE, Failing, Place, Refused, input_type
from overture_kestra.tasks.simple import named
from overture_kestra.values import compute_trees


def lower_call(task: Task, place: Place) -> list[model.Task]:
    lowering = place.lowering
    callee = lowering.plan.callees.get(str(task.literals["workflow"]))
    if callee is None:
        raise Refused(f"`{task.literals['workflow']}` is not among the workflows", None, task.pointer)
    given = named(task.fields["inputs"]) if "inputs" in task.fields else {}
    before, inputs = _inputs(task, place, callee, given)
    waits = task.literals.get("wait", True)
    properties: dict[str, Value] = {"namespace": "{{ flow.namespace }}", "flowId": callee.name}
    if inputs:
        properties["inputs"] = inputs
    properties |= {"wait": waits, "transmitFailed": True} if waits else {"wait": False}
    at = f"outputs.{task.id}.outputs"
    members: dict[str, Carrier] = {}
    for each in callee.outputs:
        kind = output_type(each.value.type)
        where = f"({at}.{each.name} ?? null)" if each.value.type.is_nullable else f"{at}.{each.name}"
        members[each.name] = Text(where) if kind == "TEXT" else Plain(where)
    lowering.results[task.id, "value"] = Members(members)
    message = f"the workflow {callee.name} failed"
    lowering.failing[task.id] = Failing(task.id, task.id, (("type", "'error'"), ("message", f"'{message}'")))
    return [*before, model.Task(task.id, f"{CORE}.flow.Subflow", properties)]


def _inputs(
    task: Task, place: Place, callee: Plan, given: dict[str, Expr]
) -> tuple[list[model.Task], dict[str, Value]]:
    types = {each.name: input_type(each.type) for each in callee.inputs}
    inputs: dict[str, Value] = {}
    late: dict[str, Expr] = {}
    for name, tree in given.items():
        try:
            inputs[name] = _input(place, types.get(name, "TEXT"), tree)
        except Inexact:
            inputs[name] = None  # keeps its place in the order
            late[name] = tree
    if not late:
        return [], inputs
    computed = compute_trees(place, place.lowering.name(f"{task.id}_inputs"), late)
    place.lowering.before[task.id] = computed.task.id
    for name, carrier in computed.carriers.items():
        assert not isinstance(carrier, Members)
        is_plain = types.get(name) in ("STRING", "SELECT", "INT", "BOOL") and isinstance(carrier, Plain)
        text = carrier.expression if is_plain else carriers.text_of(carrier)
        if types.get(name) in ("STRING", "SELECT") and not is_plain:
            # a text that may be null: read from its JSON text
            text = carriers.value_of(carrier)
        inputs[name] = f"{{{{ {text} }}}}"
    return [computed.task], inputs


def _input(place: Place, kind: str, tree: Expr) -> str:
    if kind in ("STRING", "SELECT"):
        if tree.type.is_nullable:
            return f"{{{{ {place.pebble.value(tree)} }}}}"
        return place.pebble.text(tree)
    if kind in ("INT", "BOOL"):
        return f"{{{{ {place.pebble.value(tree)} }}}}"
    return place.pebble.kept(tree)
