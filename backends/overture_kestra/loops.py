"""`foreach`: a Loop over the items with their numbers, and what it came to as tasks after it.

Kestra's Loop drops equal values, so every item is wrapped with its number; a list of different texts needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from overture.expressions.tree import Expr
from overture.expressions.types import Type
from overture.plan.model import Block, Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Carrier, Plain, Text
from overture_kestra.failures import barrier, failing, first_error
from overture_kestra.inexact import Inexact, bare
from overture_kestra.model import Script, Value
from overture_kestra.pebble import constant_value, template_text
from overture_kestra.place import CORE, RETURN, Failing, Place
from overture_kestra.values import Program, compute, compute_trees, local_name

LowerBlock = Callable[[Block, Place], list[model.Task]]


def lower_foreach(task: Task, place: Place, lower_block: LowerBlock) -> list[model.Task]:
    if "tasks" not in task.blocks:
        return [_mapping(task, place)]
    lowering = place.lowering
    name = lowering.name
    values, item, before = _items(task, place)
    inner = place.inside_loop(task)
    first: list[model.Task] = []
    if isinstance(item, str):
        step = name(f"{task.id}_item")
        first = [model.Task(step, RETURN, {"format": item})]
        is_text = _item_type(task).is_only("string")
        carrier: Carrier = Plain(f"outputs.{step}.value") if is_text else Text(f"outputs.{step}.value")
    else:
        carrier = item
    lowering.results[task.id, "item:"] = carrier
    body = lower_block(task.blocks["tasks"], inner)
    collect, last = _collect(task, inner)
    skips = task.literals.get("on_item_error", "fail") == "skip"
    for each in (*before, *first, *last):
        lowering.owners[each.id] = task.id
    outputs: list[Value] = []
    if collect is not None:
        outputs.append({"id": "value", "type": "STRING", "value": f"{{{{ {collect} ?? '' }}}}"})
    if lowering.tells_errors:
        found = list(failing(lowering, [*first, *body, *last]))
        error = first_error(lowering, found, with_task=True)
        outputs.append({"id": "error", "type": "STRING", "value": template(error)})
    concurrency = int(task.literals.get("concurrency", 1))
    properties: dict[str, Value] = {
        "values": values,
        "concurrencyLimit": concurrency,
        "transmitFailed": not skips,
        "tasks": [*first, *body, *last],
    }
    if outputs:
        properties["outputs"] = outputs
    if waiting := barrier(lowering, body, f"{task.id}_wait_for_others"):
        properties["errors"] = waiting
    if concurrency > 1 and not skips:
        lowering.warn(
            task.pointer,
            f"when an item of `{task.id}` fails, items that run beside it end in the background on Kestra",
        )
    loop = model.Task(task.id, f"{CORE}.flow.Loop", properties)
    items = f"outputs.{task.id}.outputs ?? null"
    lowering.failing[task.id] = Failing(task.id, task.id, (("items", items), ("type", "'item'")))
    after = list(_results(task, place, collect is not None))
    return [*before, replace(loop, description=task.description), *after]


def _item_type(task: Task) -> Type:
    return task.fields["items"].type.item


def _items(task: Task, place: Place) -> tuple[Value, str | Plain, list[model.Task]]:
    """What the Loop runs over; the item in its body (a template that gives it, or where it stands); the step before."""
    items = task.fields["items"]
    unwrapped = "{{ fromJson(item.value).v }}"
    if not _item_type(task).is_only("string"):
        unwrapped = "{{ [item.value] | jq('.[0] | fromjson | .v | tojson') | first }}"
    if "where" not in task.fields:
        is_constant, value = constant_value(items)
        if is_constant and isinstance(value, list) and value and _are_texts_apart(value):
            return [template_text(str(each)) for each in value], Plain("item.value"), []
        try:
            text = place.pebble.json_expression(bare(items)) if not is_constant else None
        except Inexact:
            text = None
        if text is not None:
            # with its number each item is another: a Loop drops equal values
            program = (
                '.[0] | fromjson | if type == "array" then . else error("no list") end'
                " | to_entries | map({i: .key, v: .value} | tojson)"
            )
            return f"{{{{ [{text}] | jq('{program}') | first }}}}", unwrapped, []
    name = place.lowering.name(f"{task.id}_items")

    def build(program: Program) -> dict[str, Carrier]:
        program.imports.add("import json")
        variable = local_name(str(task.literals["as"]))
        program.entries["items"] = (
            f'[json.dumps({{"i": i, "v": item}}) for i, item in enumerate({_kept(task, program, items, variable)})]'
        )
        return {"items": Text("items")}

    computed = compute(place, name, build)
    place.lowering.before[task.id] = name
    return f"{{{{ outputs.{name}.vars.items }}}}", unwrapped, [computed.task]


def _kept(task: Task, program: Program, items: Expr, variable: str) -> str:
    """Python for the items that `where` keeps."""
    source = program.source(items)
    if not items.type.is_only("array"):
        program.functions.add("a_list")
        source = f"a_list({source})"
    where = task.fields.get("where")
    if where is None:
        return source
    with_local(program, task, variable)
    condition = program.source(where, is_condition=True)
    without_local(program, task)
    if "loop.index" in condition or " index" in f" {condition}":
        return f"[{variable} for index, {variable} in enumerate({source}) if {condition}]"
    return f"[{variable} for {variable} in {source} if {condition}]"


def with_local(program: Program, task: Task, variable: str) -> None:
    program.naming.local |= {str(task.literals["as"]): variable, "loop.index": "index"}


def without_local(program: Program, task: Task) -> None:
    del program.naming.local[str(task.literals["as"])]
    del program.naming.local["loop.index"]


def _are_texts_apart(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _collect(task: Task, place: Place) -> tuple[str | None, list[model.Task]]:
    """Where the JSON text of what an item gives stands, and the task that makes it: the last, so that a failed item
    gives nothing."""
    tree = task.fields.get("collect")
    if tree is None:
        return None, []
    name = place.lowering.name(f"{task.id}_collect")
    try:
        made = model.Task(name, RETURN, {"format": place.pebble.kept(tree)})
        return f"outputs.{name}.value", [made]
    except Inexact:
        computed = compute_trees(place, name, {"value": tree})
        carrier = computed.carriers["value"]
        assert not isinstance(carrier, carriers.Members)
        return f"({carriers.text_of(carrier)})", [computed.task]


def template(expression: str) -> Value:
    """An expression as a template, over several lines where it has them."""
    text = f"{{{{ {expression} }}}}"
    return Script(text) if "\n" in text else text


def _results(task: Task, place: Place, has_value: bool) -> list[model.Task]:
    """The lists that are read of a loop: JSON text made of the texts that its items gave, in the order of the items."""
    lowering = place.lowering
    made = []
    outputs = f"(outputs.{task.id}.outputs ?? [])"
    if has_value and "value" in task.reads:
        name = lowering.name(f"{task.id}_value")
        program = 'sort_by(.item.iteration) | map(.outputs.value // "" | select(. != "")) | "[" + join(",") + "]"'
        made.append(model.Task(name, RETURN, {"format": f"{{{{ {outputs} | jq('{program}') | first }}}}"}))
        lowering.results[task.id, "value"] = Text(f"outputs.{name}.value")
    if "failed" in task.reads:
        name = lowering.name(f"{task.id}_failed")
        program = (
            'sort_by(.item.iteration) | map(select((.outputs.error // "null") != "null")'
            ' | "{\\u0022index\\u0022:" + (.item.iteration | tostring) + ",\\u0022item\\u0022:"'
            f" + ({_item_program(task)})"
            ' + ",\\u0022error\\u0022:"'
            ' + (.outputs.error | fromjson | {type, message} | tojson) + "}") | "[" + join(",") + "]"'
        )
        made.append(model.Task(name, RETURN, {"format": f"{{{{ {outputs} | jq('{program}') | first }}}}"}))
        lowering.results[task.id, "failed"] = Text(f"outputs.{name}.value")
    return made


def _item_program(task: Task) -> str:
    is_constant, value = constant_value(task.fields["items"])
    if "where" not in task.fields and is_constant and isinstance(value, list) and value and _are_texts_apart(value):
        return ".item.value | tojson"
    return ".item.value | fromjson | .v | tojson"


def _mapping(task: Task, place: Place) -> model.Task:
    """A foreach without tasks: one step computes its lists."""
    skips = task.literals.get("on_item_error", "fail") == "skip"
    collect, where = task.fields.get("collect"), task.fields.get("where")

    def build(program: Program) -> dict[str, Carrier]:
        variable = local_name(str(task.literals["as"]))
        items = task.fields["items"]
        source = program.source(items)
        if not items.type.is_only("array"):
            program.functions.add("a_list")
            source = f"a_list({source})"
        with_local(program, task, variable)
        condition = None if where is None else program.source(where, is_condition=True)
        collected = None if collect is None else program.source(collect)
        without_local(program, task)
        uses_index = any("index" in each for each in (condition, collected) if each is not None)
        if not skips and not uses_index:
            chosen = "" if condition is None else f" if {condition}"
            if collected is not None:
                program.entries["value"] = f"[{collected} for {variable} in {source}{chosen}]"
            program.entries["failed"] = "[]"
        else:
            program.uses_mapped = True
            arguments = ", ".join(
                (
                    source,
                    f"lambda {variable}, index: {'True' if condition is None else condition}",
                    "None" if collected is None else f"lambda {variable}, index: {collected}",
                    str(skips),
                )
            )
            program.entries["value"] = f"mapped({arguments})[0]"
            program.entries["failed"] = f"mapped({arguments})[1]"
        return {name: Text(name) for name in ("value", "failed") if name in task.results}

    computed = compute(place, task.id, build)
    for name, carrier in computed.carriers.items():
        place.lowering.results[task.id, name] = carrier
    return computed.task
