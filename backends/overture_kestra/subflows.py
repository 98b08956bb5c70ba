"""`call`: a Subflow, whose inputs and outputs travel as the called flow declares them."""

from __future__ import annotations

from overture.expressions.tree import Expr
from overture.plan.model import Plan, Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Carrier, Members, Plain, Text
from overture_kestra.failures import reads_error, telling
from overture_kestra.inexact import Inexact
from overture_kestra.jq import jq_string
from overture_kestra.model import Value
from overture_kestra.outlines import ERROR
from overture_kestra.outputs import output_type
from overture_kestra.pebble import pebble_string
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
    lowering.results[task.id, "value"] = Members(members, exists=f"(tasks.{task.id}.state ?? '') == 'SUCCESS'")
    message = f"`{callee.name}` failed"
    if task.id in lowering.telling and not tells_its_error(callee):
        lowering.warn(task.pointer, f"the error of `{task.id}` does not say on Kestra why `{callee.name}` failed")
    known: tuple[tuple[str, str], ...] = (("type", "'error'"), ("message", pebble_string(message)))
    if task.id in lowering.telling and tells_its_error(callee):
        said = f"{at}.{ERROR} ?? null"
        program = (
            'if .[0] == null or .[0] == "null" then null else .[0] | fromjson'
            f' | {{type: "error", message: ({jq_string(message + ": ")} + .message)}} | tojson end'
        )
        known = (("error", f"([{said}] | jq('{program}') | first)"), *known)
    lowering.failing[task.id] = Failing(task.id, task.id, known)
    return [*before, model.Task(task.id, f"{CORE}.flow.Subflow", properties)]


def tells_its_error(callee: Plan) -> bool:
    """Whether the flow of a called workflow can say by an output why it failed: where another output cannot be read
    then, Kestra gives none."""
    return not callee.outputs


def told_callees(plan: Plan) -> frozenset[str]:
    """The workflows called, at any depth, whose errors are read by those that call them."""
    plans = {plan.name: plan, **plan.callees}
    found: set[str] = set()
    while True:
        called = {
            str(task.literals["workflow"])
            for name, each in plans.items()
            for ids in [telling(each, is_told=name in found or reads_error(each))]
            for task in each.walk()
            if task.kind == "call" and task.id in ids
        }
        if called <= found:
            return frozenset(found)
        found |= called


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
