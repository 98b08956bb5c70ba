"""`approve`: a pause of the run, with a form that a person fills in."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping

from overture.expressions.schemas import type_of_schema
from overture.expressions.types import Json
from overture.plan.model import Block, Plan
from overture.plan.python_source import python_literal, python_text
from overture_prefect.layout import lay_out
from overture_prefect.making import Maker
from overture_prefect.model import Suite
from overture_prefect.naming import annotation
from overture_prefect.program import Program, is_wide

_POLL_SECONDS = 2
"""How late an answer may be seen; Prefect's own default is 10."""

_ANSWERED = ("approved", "by", "comment")
_TAKEN = frozenset(
    (
        "aload",
        "arespond",
        "asave",
        "asend_to",
        "construct",
        "copy",
        "dict",
        "fields",
        "from_orm",
        "json",
        "keyset_from_type",
        "load",
        "metadata",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "receive",
        "respond",
        "save",
        "schema",
        "schema_json",
        "send_to",
        "validate",
        "with_initial_data",
    )
)
"""What a form of Prefect has by itself: a field of that name is an alias."""


def lower_approve(maker: Maker) -> dict[str, str]:
    """The exact form of a timeout that the run survives is an answer in nobody's name; that of two questions at a time,
    or of a block that may time out meanwhile, is a run of its own. See `functions/people.py.txt` for why."""
    task, program = maker.task, maker.program
    schema = task.literals.get("returns")
    assert schema is None or isinstance(schema, Mapping)
    form = _form(maker, schema)
    maker.body.append(f"form = {form}.with_initial_data(description={maker.rendered('message')})")
    silence = str(task.literals.get("on_timeout", "fail"))
    seconds = task.timeout_seconds
    may_be_late = seconds is not None and not (silence == "fail" and _ends_run(program, task.id))
    if may_be_late:
        asked = f"{maker.helper('answered')}(form, {python_literal(seconds)}, approved={silence == 'approve'})"
    else:
        maker.imports("from prefect import pause_flow_run")
        timeout = maker.helper("NO_TIMEOUT") if seconds is None else python_literal(seconds)
        asked = f"pause_flow_run(wait_for_input=form, timeout={timeout}, poll_interval={_POLL_SECONDS})"
    if task.id in _asked_apart(program):
        asked = f"{maker.helper('apart')}(lambda: {asked})"
    read = maker.read_fields()
    is_used = bool(read) or schema is not None
    late = "is_late" if silence == "fail" or {"outcome", "value"} & {*read} or schema is not None else "_"
    if not is_used and not (may_be_late and silence == "fail"):
        maker.body.append(f"await {asked}")
        return {}
    answer = "answer" if is_used else "_"
    maker.body.append(f"{answer}, {late} = await {asked}" if may_be_late else f"answer = await {asked}")
    if may_be_late and silence == "fail":
        maker.body.append(Suite("if is_late", ['raise TimeoutError("nobody answered in time")']))
    is_silent = "is_late" if may_be_late and silence != "fail" else None
    return _results(maker, schema, is_silent)


def _results(maker: Maker, schema: Mapping[str, Json] | None, is_silent: str | None) -> dict[str, str]:
    outcome = '"approved" if answer.approved else "rejected"'
    results = {
        "outcome": f'"timed_out" if {is_silent} else {outcome}' if is_silent else outcome,
        "approved": "answer.approved",
        "by": "answer.by",
        "comment": "answer.comment",
        "value": "None",
    }
    if schema is None:
        return results
    required, properties = schema.get("required"), schema.get("properties")
    assert isinstance(properties, Mapping | None) and isinstance(required, list | None)
    types = {name: type_of_schema(each) for name, each in (properties or {}).items()}
    nullable = [name for name in required or () if name in types and types[name].is_nullable]
    options = f", nullable={python_literal(nullable)}" if nullable else ""
    has_numbers = any(not each.is_only("string", "integer", "boolean", "null") for each in types.values())
    maker.program.features |= {*(["form_nulls"] if nullable else []), *(["form_numbers"] if has_numbers else [])}
    maker.helper("fitting")
    filled = f"{maker.helper('filled_in')}(answer, {maker.program.schema(maker.task.id, schema)}{options})"
    # who refuses fills in nothing
    is_filled = f"answer.approved and not {is_silent}" if is_silent else "answer.approved"
    if "value" in maker.read_fields():
        return results | {"value": f"{filled} if {is_filled} else None"}
    maker.body.append(Suite(f"if {is_filled}", [filled]))  # what does not fit fails the task, though nobody reads it
    return results


# The form


def _form(maker: Maker, schema: Mapping[str, Json] | None) -> str:
    """The class of the form: one of its own where there is something to fill in."""
    base = maker.helper("Approval")
    properties = (schema or {}).get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return base
    program = maker.program
    words = "".join(word.capitalize() for word in maker.task.id.split("_"))
    name = program.register.name(f"{words}Form", "form", maker.task.id)
    lines = [f"class {name}({base}):", *lay_out(python_text(f"The answer to `{maker.task.id}`."), 1), ""]
    lines[1] = lines[1].replace('"', '"""')
    for number, (field, each) in enumerate(properties.items(), start=1):
        if field in _ANSWERED:
            program.refuse(maker.task, f"a form of Prefect has a field `{field}` of its own")
            continue
        attribute = field if _is_attribute(field) else f"field_{number}"
        options = _options(each if isinstance(each, Mapping) else {})
        options += [f"alias={python_text(field)}"] if attribute != field else []
        hint = _hint(maker, each)
        default = f"Field({', '.join(['None', *options])})" if options else "None"
        if options:
            maker.imports("from pydantic import Field")
        lines += lay_out(f"{attribute}: {hint} = {default}", 1)
    program.forms.append("\n".join(lines))
    return name


def _is_attribute(name: str) -> bool:
    is_plain = re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None and not name.startswith("model_")
    return is_plain and not keyword.iskeyword(name) and name not in _TAKEN


def _hint(maker: Maker, schema: Json) -> str:
    """May always be left empty: who refuses fills in nothing. The schema is held to afterwards."""
    enum = schema.get("enum") if isinstance(schema, Mapping) else None
    if isinstance(enum, list) and all(isinstance(value, str | int | None) for value in enum):
        maker.imports("from typing import Literal")
        values = ", ".join(python_literal(value) for value in enum if value is not None)
        return f"Literal[{values}] | None"
    hint = annotation(type_of_schema(schema))
    if "Any" in hint:
        maker.imports("from typing import Any")
    return hint if hint.endswith(("None", "Any")) else f"{hint} | None"


def _options(schema: Mapping[str, Json]) -> list[str]:
    """What the server holds an answer to, so that a person may mend it, and what people see."""
    words = {
        "minimum": "ge",
        "maximum": "le",
        "minLength": "min_length",
        "maxLength": "max_length",
        "minItems": "min_length",
        "maxItems": "max_length",
    }
    kinds = schema.get("type")
    bounds = [f"{word}={python_literal(schema[key])}" for key, word in words.items() if key in schema]
    found = bounds if isinstance(kinds, str) and "enum" not in schema else []
    description = schema.get("description")
    return [*found, f"description={python_text(description)}"] if isinstance(description, str) else found


# Facts


def _ends_run(program: Program, id: str) -> bool:
    """Whether a failure of this task ends the run, and nothing is done about it."""
    facts = program.facts[id]
    owners = [program.facts[owner].task for owner, _ in facts.path if owner]
    is_gone_past = any(
        each.continues_on_error or each.kind == "try" or each.literals.get("on_item_error") == "skip"
        for each in (facts.task, *owners)
    )
    return not is_gone_past and program.plan.on_failure is None and program.plan.finally_ is None


def _asked_apart(program: Program) -> frozenset[str]:
    """The approvals that may wait while another one of the run does, or that a block's timeout may leave behind."""
    if program.asked_apart is None:
        program.asked_apart = asked_at_once(program.plan) | _left_behind(program)
    return program.asked_apart


def _left_behind(program: Program) -> frozenset[str]:
    """The pause of a task that a timeout has ended goes on, which is too much only for a run that goes on."""
    plan = program.plan
    handlers = [block for block in (plan.on_failure, plan.finally_) if block is not None]
    asks_later = any(task.kind == "approve" for block in handlers for task in block.walk())
    found = set()
    for id, facts in program.facts.items():
        if facts.task.kind == "approve":
            owners = [program.facts[owner].task for owner, _ in facts.path if owner]
            is_timed = any(each.timeout_seconds is not None for each in owners)
            if is_timed or (plan.timeout_seconds is not None and asks_later):
                found.add(id)
    return frozenset(found)


def asked_at_once(plan: Plan) -> frozenset[str]:
    """The approvals that may wait for an answer at the same time as another one, or as themselves in a loop."""
    found: set[str] = set()
    for block in (plan.body, plan.on_failure, plan.finally_):
        if block is not None:
            _collect(block, found)
    return frozenset(found)


def _collect(block: Block, found: set[str]) -> set[str]:
    """The approvals in a block; adds those that may wait together to what is found."""
    inside: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for task in block.tasks:
        own = {task.id} if task.kind == "approve" else set[str]()
        for inner in task.blocks.values():
            own |= _collect(inner, found)
        if is_wide(task):
            found |= own
        before[task.id] = {*task.needs, *(each for need in task.needs for each in before[need])}
        for other, others in inside.items():
            if own and others and other not in before[task.id]:
                found |= own | others
        inside[task.id] = own
    return set[str]().union(*inside.values())
