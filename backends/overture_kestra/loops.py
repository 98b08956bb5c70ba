"""`foreach`: a Loop over the items, and what it came to as tasks after it.

Kestra's Loop drops equal values, so items that may be equal are wrapped with their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from overture.expressions.tree import Expr, references
from overture.expressions.types import Json, Type
from overture.plan.facts import may_hold_twice
from overture.plan.model import Block, Task
from overture_kestra import carriers, items, model
from overture_kestra.carriers import Carrier, Text
from overture_kestra.failures import barrier, failing, first_error
from overture_kestra.inexact import Inexact, bare
from overture_kestra.model import Script, Value
from overture_kestra.pebble import COMPACT, constant_value, json_text, pebble_string, template_text, unbracketed
from overture_kestra.place import CORE, RETURN, Failing, ItemForm, Place
from overture_kestra.values import Program, compute, compute_trees, local_name

LowerBlock = Callable[[Block, Place], list[model.Task]]


def lower_foreach(task: Task, place: Place, lower_block: LowerBlock) -> list[model.Task]:
    if "tasks" not in task.blocks:
        return [_mapping(task, place)]
    lowering = place.lowering
    values, form, before = _items(task, place)
    lowering.items[task.id] = form
    inner = place.inside_loop(task)
    body = lower_block(task.blocks["tasks"], inner)
    skips = task.literals.get("on_item_error", "fail") == "skip"
    tells = task.id in lowering.telling
    collect, last = _collect(task, inner, is_last=not skips and not tells)
    for each in (*before, *last):
        lowering.owners[each.id] = task.id
    outputs: list[Value] = []
    if collect is not None:
        outputs.append({"id": "value", "type": "STRING", "value": collect})
    if tells and (found := list(failing(lowering, [*body, *last]))):
        error = first_error(lowering, found, with_task=True)
        outputs.append({"id": "error", "type": "STRING", "value": template(error)})
    concurrency = int(task.literals.get("concurrency", 1))
    properties: dict[str, Value] = {
        "values": values,
        "concurrencyLimit": concurrency,
        "transmitFailed": not skips,
        "tasks": [*body, *last],
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
    if "error" in task.reads and not skips:
        lowering.warn(task.pointer, f"the type of the error of `{task.id}` is that of its item's own error on Kestra")
    loop = model.Task(task.id, f"{CORE}.flow.Loop", properties)
    results = f"outputs.{task.id}.outputs ?? null" if tells and found else "null"
    lowering.failing[task.id] = Failing(task.id, task.id, (("items", results), ("type", "'item'")))
    after = list(_results(task, place, collect is not None))
    return [*before, replace(loop, description=task.description), *after]


def _item_type(task: Task) -> Type:
    return task.fields["items"].type.item


def _items(task: Task, place: Place) -> tuple[Value, ItemForm, list[model.Task]]:
    """What the Loop runs over, the form in which an item stands in its body, and the step before."""
    tree = bare(task.fields["items"])
    is_constant, value = constant_value(tree)
    if is_constant and isinstance(value, list) and value and "where" not in task.fields:
        return *_constant_items(value), []
    kind = _item_type(task)
    form: ItemForm = "wrapped" if may_hold_twice(tree) or carriers.may_hold_double(kind) or kind.is_nullable else "text"
    steps = [] if tree.type.is_only("array") else ['if type == "array" then . else error("no list") end']
    try:
        if "where" in task.fields:
            steps.append(f"map(select({unbracketed(items.condition(task.fields['where'], str(task.literals['as'])))}))")
        # an error for what is no list: only a list has an item of a number
        wrap = ". as $all | [range(length) | {i: ., v: $all[.]} | tojson]"
        steps.append(wrap if form == "wrapped" else "map(tojson)")
        if is_constant:
            program = " | ".join([".[0] | fromjson", *steps])
            return f"{{{{ [{pebble_string(json_text(value))}] | jq('{program}') | first }}}}", form, []
        values = f"{{{{ {place.pebble.jq_of(tree, *steps)} }}}}"
        if not any(ref.root in ("item", "loop") for ref in references(tree)):
            return values, form, []
        step = model.Task(
            place.lowering.name(f"{task.id}_items"),
            RETURN,
            {"format": values},
            comment="a task of its own: the loop reads its values again in its items, where `item` is another",
        )
        place.lowering.before[task.id] = step.id
        return f"{{{{ outputs.{step.id}.value }}}}", form, [step]
    except Inexact:
        pass
    name = place.lowering.name(f"{task.id}_items")

    def build(program: Program) -> dict[str, Carrier]:
        program.imports.add("import json")
        variable = local_name(str(task.literals["as"]))
        program.entries["items"] = (
            f'[json.dumps({{"i": i, "v": item}}) for i, item in enumerate({_kept(task, program, tree, variable)})]'
        )
        return {"items": Text("items")}

    computed = compute(place, name, build)
    place.lowering.before[task.id] = name
    return f"{{{{ outputs.{name}.vars.items }}}}", "wrapped", [computed.task]


def _constant_items(values: list[Json]) -> tuple[Value, ItemForm]:
    """The items as they are where no two are equal, else each with its number."""
    texts = [json_text(value, COMPACT) for value in values]
    if len(set(texts)) < len(texts) or None in values:
        wrapped = [json_text({"i": number, "v": value}, COMPACT) for number, value in enumerate(values)]
        return [template_text(each) for each in wrapped], "wrapped"
    if all(isinstance(value, str) for value in values):
        return [template_text(value) for value in values], "bare"
    return [
        value if isinstance(value, (bool, int)) else template_text(text)
        for value, text in zip(values, texts, strict=True)
    ], "text"


def _kept(task: Task, program: Program, tree: Expr, variable: str) -> str:
    """Python for the items that `where` keeps."""
    source = program.source(tree)
    if not tree.type.is_only("array"):
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


def _collect(task: Task, place: Place, *, is_last: bool) -> tuple[str | None, list[model.Task]]:
    """A template for the JSON text of what an item gives, and the task that makes it. The output itself gives it where
    a failure need not be told (`is_last`); else the last task does, so that an item that failed gives nothing."""
    tree = task.fields.get("collect")
    if tree is None:
        return None, []
    name = place.lowering.name(f"{task.id}_collect")
    try:
        text = place.pebble.kept(tree)
        if is_last:
            return text, []
        return f"{{{{ outputs.{name}.value ?? '' }}}}", [model.Task(name, RETURN, {"format": text})]
    except Inexact:
        computed = compute_trees(place, name, {"value": tree})
        carrier = computed.carriers["value"]
        assert not isinstance(carrier, carriers.Members)
        return f"{{{{ ({carriers.text_of(carrier)}) ?? '' }}}}", [computed.task]


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
        lowering.harmless.add(name)
    if "failed" in task.reads:
        name = lowering.name(f"{task.id}_failed")
        program = (
            'sort_by(.item.iteration) | map(select((.outputs.error // "null") != "null")'
            ' | "{\\u0022index\\u0022:" + (.item.iteration | tostring) + ",\\u0022item\\u0022:"'
            f" + ({_ITEM_PROGRAMS[lowering.items[task.id]]})"
            ' + ",\\u0022error\\u0022:"'
            ' + (.outputs.error | fromjson | {type, message} | tojson) + "}") | "[" + join(",") + "]"'
        )
        made.append(model.Task(name, RETURN, {"format": f"{{{{ {outputs} | jq('{program}') | first }}}}"}))
        lowering.results[task.id, "failed"] = Text(f"outputs.{name}.value")
        lowering.harmless.add(name)
    return made


_ITEM_PROGRAMS = {
    "bare": ".item.value | tojson",
    "text": ".item.value",
    "wrapped": ".item.value | fromjson | .v | tojson",
}


def _mapping(task: Task, place: Place) -> model.Task:
    """A foreach without tasks: jq over the list's JSON text where that is exact, else a step computes its lists."""
    skips = task.literals.get("on_item_error", "fail") == "skip"
    if not skips:
        try:
            return _mapping_by_jq(task, place)
        except Inexact:
            pass
    return _mapping_by_step(task, place, skips)


def _mapping_by_jq(task: Task, place: Place) -> model.Task:
    variable, source = str(task.literals["as"]), bare(task.fields["items"])
    kind = task.results.get("value")
    if not source.type.is_only("array") or (kind is not None and carriers.may_hold_double(kind)):
        raise Inexact("numbers that jq writes otherwise, or what may be no list")
    steps = []
    if "where" in task.fields:
        steps.append(f"map(select({unbracketed(items.condition(task.fields['where'], variable))}))")
    if "collect" in task.fields:
        steps.append(f"map({items.value(task.fields['collect'], variable)})")
    made = model.Task(task.id, RETURN, {"format": f"{{{{ {place.pebble.jq_of(source, *steps, 'tojson')} }}}}"})
    results = place.lowering.results
    results[task.id, "value"], results[task.id, "failed"] = Text(f"outputs.{task.id}.value"), Text("'[]'")
    return made


def _mapping_by_step(task: Task, place: Place, skips: bool) -> model.Task:
    collect, where = task.fields.get("collect"), task.fields.get("where")

    def build(program: Program) -> dict[str, Carrier]:
        variable = local_name(str(task.literals["as"]))
        tree = task.fields["items"]
        source = program.source(tree)
        if not tree.type.is_only("array"):
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
