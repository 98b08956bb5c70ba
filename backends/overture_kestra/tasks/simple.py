"""The kinds that Kestra's core has a task for; what Pebble cannot give is computed by a step before."""

from __future__ import annotations

from overture.expressions.tree import Expr, ListOf, ObjectOf, Template
from overture.expressions.types import STRING
from overture.language.scalars import seconds
from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Carrier, Plain, Text
from overture_kestra.inexact import Inexact, bare
from overture_kestra.model import Value
from overture_kestra.pebble import COMPACT, constant_value, json_text, pebble_string, template_text, unbracketed
from overture_kestra.place import CORE, RETURN, SEQUENTIAL, Failing, Place
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.timing import iso_duration
from overture_kestra.values import Program, compute, compute_trees

LEVELS = {"debug": "DEBUG", "info": "INFO", "warning": "WARN", "error": "ERROR"}


def text_or_step(place: Place, task: Task, name: str, tree: Expr) -> tuple[list[model.Task], str]:
    """A template that gives a text, and the step that must come before it."""
    try:
        return [], place.pebble.text(tree)
    except Inexact:
        computed = compute_trees(place, place.lowering.name(f"{task.id}_values"), {name: as_text(tree)})
        carrier = computed.carriers[name]
        assert isinstance(carrier, Plain)
        place.lowering.before[task.id] = computed.task.id
        return [computed.task], f"{{{{ {carrier.expression} }}}}"


def as_text(tree: Expr) -> Expr:
    """The tree as a text: Python renders a template's parts itself."""
    bared = bare(tree)
    return tree if bared.type.is_only("string") else Template((bared,), type=STRING)


def lower_log(task: Task, place: Place) -> list[model.Task]:
    before, message = text_or_step(place, task, "message", task.fields["message"])
    properties: dict[str, Value] = {"message": message}
    level = LEVELS[str(task.literals.get("level", "info"))]
    if level != "INFO":
        properties["level"] = level
    return [*before, model.Task(task.id, f"{CORE}.log.Log", properties)]


def lower_stop(task: Task, place: Place) -> list[model.Task]:
    if "message" in task.fields:
        return lower_log(task, place)
    return [nothing(task.id)]


def nothing(id: str) -> model.Task:
    """A task that does nothing."""
    return model.Task(id, RETURN, {"format": ""})


def lower_fail(task: Task, place: Place) -> list[model.Task]:
    before, message = text_or_step(place, task, "message", task.fields["message"])
    tell(place, task.id, "fail", message)
    return [*before, model.Task(task.id, f"{CORE}.execution.Fail", {"errorMessage": message})]


def tell(place: Place, id: str, kind: str, message: str) -> None:
    """Keep what a `fail` or an `assert` says; `message` is a template."""
    known = (("type", f"'{kind}'"), ("message", _expression_of(message)))
    place.lowering.failing[id] = Failing(id, id, known)


def _expression_of(template: str) -> str:
    """One expression for a template: its texts and holes joined."""
    parts = []
    rest = template
    while rest:
        text, opener, rest = rest.partition("{{ ")
        if text:
            parts.append(pebble_string(text))
        if opener:
            hole, _, rest = rest.partition(" }}")
            parts.append(f"({hole})")
    if len(parts) == 1 and parts[0].startswith(("'", '"')):
        return parts[0]
    return f"({' ~ '.join(parts)} ~ '')" if parts else "''"


def lower_assert(task: Task, place: Place) -> list[model.Task]:
    that = bare(task.fields["that"])
    conditions = list(that.items) if isinstance(that, ListOf) else [that]
    message = task.fields.get("message")
    before: list[model.Task] = []
    try:
        holds: list[Value] = [f"{{{{ {unbracketed(place.pebble.condition(each))} }}}}" for each in conditions]
        said = None if message is None else place.pebble.text(message)
    except Inexact:

        def build(program: Program) -> dict[str, Carrier]:
            sources = [program.source(each, is_condition=True) for each in conditions]
            all_hold = " and ".join(f"({each})" for each in sources)
            program.entries["holds"] = all_hold
            program.plain.append("holds")
            if message is not None:
                # only what does not hold is explained
                program.entries["message"] = f'"" if {all_hold} else {program.source(as_text(message))}'
                program.plain.append("message")
            return {}

        computed = compute(place, place.lowering.name(f"{task.id}_values"), build)
        place.lowering.before[task.id] = computed.task.id
        before = [computed.task]
        holds = [f"{{{{ outputs.{computed.task.id}.vars.holds }}}}"]
        said = None if message is None else f"{{{{ outputs.{computed.task.id}.vars.message }}}}"
    properties: dict[str, Value] = {"conditions": holds}
    if said is not None:
        properties["errorMessage"] = said
    tell(place, task.id, "assert", said or "a condition does not hold")
    return [*before, model.Task(task.id, f"{CORE}.execution.Assert", properties)]


def lower_set(task: Task, place: Place) -> list[model.Task]:
    """OutputValues where every value is a constant or a text, a whole number or a boolean that Pebble renders; else a
    step computes them: OutputValues makes a text of every expression."""
    entries = named(task.fields["values"])
    values: dict[str, Value] = {}
    found: dict[str, Carrier] = {}
    at = f"outputs.{task.id}.values"
    try:
        for name, tree in entries.items():
            values[name], found[name] = _output_value(place, f"{at}.{name}", tree)
    except Inexact:
        computed = compute_trees(place, task.id, entries)
        found = dict(computed.carriers)
        made = computed.task
    else:
        made = model.Task(task.id, f"{CORE}.output.OutputValues", {"values": values})
    for name, carrier in found.items():
        place.lowering.results[task.id, name] = carrier
    return [made]


def named(tree: Expr) -> dict[str, Expr]:
    """The members of an object whose keys are constant."""
    tree = bare(tree)
    if not isinstance(tree, ObjectOf):
        raise Inexact("an object that is computed")
    return {str(constant_value(key)[1]): value for key, value in tree.entries}


def _output_value(place: Place, at: str, tree: Expr) -> tuple[Value, Carrier]:
    is_constant, value = constant_value(tree)
    if is_constant:
        if isinstance(value, str):
            return template_text(value), Plain(at)
        if isinstance(value, (bool, int)):
            return value, Plain(at)
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return [template_text(str(item)) for item in value], Plain(at)
        return template_text(json_text(value, COMPACT)), Text(at)
    kind = tree.type
    text = place.pebble.text(tree)
    if kind.is_only("string"):
        return text, Plain(at)
    if carriers.is_kept(kind) and kind.is_only("integer"):
        return text, Plain(f"({at} | number('LONG'))")
    if kind.is_only("boolean"):
        return text, Plain(f"({at} == 'true')")
    raise Inexact("a value that Kestra would make a text of")


def lower_remember(task: Task, place: Place) -> list[model.Task]:
    """JSON text in the namespace's key-value store."""
    entries = named(task.fields["values"])
    before: list[model.Task] = []
    texts: dict[str, str] = {}
    try:
        texts = {name: place.pebble.kept(tree) for name, tree in entries.items()}
    except Inexact:
        step = place.lowering.name(f"{task.id}_values")
        computed = compute_trees(place, step, entries)
        place.lowering.before[task.id] = step
        before = [computed.task]
        texts = {
            name: "{{ " + carriers.text_of(carrier) + " }}"
            for name, carrier in computed.carriers.items()
            if not isinstance(carrier, carriers.Members)
        }
    if len(texts) == 1:
        ((name, text),) = texts.items()
        return [*before, _kept(place, task.id, name, text)]
    tasks = [_kept(place, place.lowering.name(f"{task.id}_{name}"), name, text) for name, text in texts.items()]
    return [*before, model.Task(task.id, SEQUENTIAL, {"tasks": tasks})]


def _kept(place: Place, id: str, name: str, text: str) -> model.Task:
    properties: dict[str, Value] = {
        "key": place.lowering.state_key(name),
        "value": text,
        # JSON text: an object of the store would lose members that are null
        "kvType": "STRING",
    }
    return model.Task(id, f"{CORE}.kv.Set", properties)


def lower_wait(task: Task, place: Place) -> list[model.Task]:
    """A Pause holds no worker, but would hold back what runs beside it and hang in a loop: there it is a Sleep."""
    is_alone = not place.loops and place.is_sequential
    kind, key = ("Pause", "pauseDuration") if is_alone else ("Sleep", "duration")
    tree = task.fields.get("for")
    if tree is not None:
        is_constant, value = constant_value(tree)
        if is_constant:
            return [model.Task(task.id, f"{CORE}.flow.{kind}", {key: iso_duration(seconds(str(value).strip()))})]
    name = "for" if tree is not None else "until"
    step = ScriptStep(task, place, "wait", "wait.json")
    step.tree(name, task.fields[name])
    prepare = place.lowering.name(f"{task.id}_seconds")
    place.lowering.before[task.id] = prepare
    # a Sleep: a Pause of no time would spin for ever
    duration = f"PT{{{{ outputs.{prepare}.vars.seconds }}}}S"
    return [step.build(prepare), model.Task(task.id, f"{CORE}.flow.Sleep", {"duration": duration})]
