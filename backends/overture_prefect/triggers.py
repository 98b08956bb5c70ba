"""What starts a flow: a schedule of its deployment, a webhook's data as a parameter."""

from __future__ import annotations

from overture.plan.backend import Gap
from overture.plan.model import Plan, Signature, Trigger
from overture.plan.python_source import python_text
from overture_prefect.certainty import negated
from overture_prefect.model import Statement, Suite
from overture_prefect.names import parameter_name
from overture_prefect.naming import FlowNaming
from overture_prefect.program import Place, Program


def check_triggers(program: Program, plan: Plan) -> None:
    """Note what a deployment of Prefect cannot do, or does otherwise."""
    schedules = [each for each in plan.triggers if each.type == "schedule"]
    for number, trigger in enumerate(plan.triggers):
        pointer = trigger.pointer or f"/triggers/{number}"
        if trigger.type == "webhook":
            _webhook_gaps(program, trigger, pointer)
        elif trigger.type == "after":
            message = "no automation of Prefect's own server hands on another run's outputs"
            help = "leave the trigger out, and `call` this workflow at the end of the other one"
            program.gaps.append(Gap(pointer, message, help))
        elif trigger.catch_up != "none":
            message = (
                "Prefect starts each run that came due while no worker was up, and none of a time without a server"
            )
            program.gaps.append(Gap(f"{pointer}/catch_up", message, "leave `catch_up` out"))
        else:
            program.warn(pointer, "a run that came due while no worker was up is started late, not left out")
            if trigger.when is not None and len(schedules) > 1:
                message = "a run of Prefect does not know which of its schedules started it"
                program.gaps.append(Gap(f"{pointer}/when", message, "put the condition on the first task"))
    if plan.state:
        program.warn("/state", "a Prefect variable keeps 5,000 characters in all, and has no lock between runs")
    blocks = [task for task in plan.walk() if task.blocks and task.timeout_seconds is not None]
    places = [
        *(["/timeout"] if plan.timeout_seconds is not None else []),
        *(f"{each.pointer}/timeout" for each in blocks),
    ]
    for pointer in places:
        program.warn(pointer, "Prefect shows the tasks that this timeout interrupts as crashed")
    if plan.concurrency is not None and plan.concurrency.when_full == "fail":
        program.warn("/concurrency", "with Prefect a run too many ends cancelled, not failed")


def main_of(program: Program, plan: Plan, function: str) -> list[Statement]:
    """Run as a program the module runs once; what has no default is given as JSON."""
    program.imports.add("import asyncio")
    if not any(each.is_required for each in plan.inputs):
        return [f"asyncio.run({function}())"]
    program.imports |= {"import json", "import sys"}
    return [f"asyncio.run({function}(**json.loads(sys.argv[1])))"]


# Webhooks


def webhook_of(program: Program, plan: Plan) -> Trigger | None:
    """The webhook whose data the flow takes; of several with data of different shapes there is none."""
    hooks = [each for each in plan.triggers if each.type == "webhook"]
    if len(hooks) > 1:
        program.gaps.append(Gap(hooks[1].pointer, "a flow of Prefect takes the data of one webhook only"))
    return hooks[0] if hooks else None


def _webhook_gaps(program: Program, trigger: Trigger, pointer: str) -> None:
    if trigger.signature is not None:
        program.warn(
            pointer,
            "Prefect has no url for a webhook: the flow itself checks the signature",
            'post `{"parameters": {"trigger": {"raw": "the text", "headers": …}}}` to `create_flow_run` of the '
            "deployment",
        )
        return
    program.warn(
        pointer,
        "Prefect has no url with a key for a webhook: the key is not checked",
        'post `{"parameters": {"trigger": {"body": …}}}` to `create_flow_run` of the deployment',
    )


def trigger_parameter(plan: Plan) -> str:
    """The parameter that takes `{body, headers, query}`; if signed `raw`, the posted text, in place of `body`."""
    names = {parameter_name(each.name) for each in plan.inputs}
    name = "trigger"
    while name in names:
        name += "_"
    return name


def starting_lines(program: Program, plan: Plan) -> list[Statement]:
    """End a run that is not to be; take a webhook's data apart, and set the inputs that it gives."""
    hook = webhook_of(program, plan)
    return [*_scheduled(program, plan), *([] if hook is None else _posted(program, plan, hook))]


def _scheduled(program: Program, plan: Plan) -> list[Statement]:
    """A deployment's schedule has no condition: the run that it starts has."""
    trigger = next((each for each in plan.triggers if each.type == "schedule" and each.when is not None), None)
    if trigger is None or trigger.when is None:
        return []
    program.imports.add("from prefect.states import Completed")
    naming = FlowNaming(program, Place(), trigger.pointer)
    condition = negated(program.condition(trigger.when, naming))
    is_simple = all(f" {word} " not in f" {condition} " for word in ("or", "if"))
    asked = f'{program.helper("run_trigger")}() == "schedule" and {condition if is_simple else f"({condition})"}'
    return [*naming.prelude.values(), Suite(f"if {asked}", ['return Completed(name="Skipped")'])]


def _posted(program: Program, plan: Plan, hook: Trigger) -> list[Statement]:
    program.imports.add("from typing import Any")
    given = trigger_parameter(plan)
    naming = FlowNaming(program, Place(), hook.pointer)
    name = {part: program.register.name(f"trigger_{part}", "trigger", part) for part in ("body", "headers", "query")}
    text = _signed(program, hook.signature, given) if hook.signature is not None else ""
    source = f"{program.helper('read_json')}({text})" if text else f'{given}.get("body")'
    body = program.fits(source, "trigger_body", hook.returns)
    pairs = f'{given}.get("headers", {{}}).items()'
    sources = {
        "body": body,
        "headers": f"{{name.lower(): value for name, value in {pairs}}}",
        "query": f'{given}.get("query", {{}})',
    }
    read = [part for part in name if part in program.trigger_parts]
    lines: list[Statement] = [f"{name[part]} = {sources[part]}" for part in read]
    if "body" not in read and (text or hook.returns is not None):
        lines.append(body)
    for key, value in hook.inputs.items():
        variable = program.register.local(key, "inputs", key)
        lines.append(f"{variable} = {program.expression(value, naming)}")
    if hook.when is not None:
        program.imports.add("from prefect.states import Completed")
        condition = program.condition(hook.when, naming)
        lines.append(Suite(f"if {negated(condition)}", ['return Completed(name="Skipped")']))
    first: list[Statement] = [" = ".join([*(name[part] for part in read), "None"])] if read else []
    first += [Suite(f"if {given} is not None", lines)] if lines else []
    if not program.reads_trigger:
        return first
    kind = program.register.name("run_kind", "run", "trigger")
    return [*first, f'{kind} = {program.helper("run_trigger")}() if {given} is None else "webhook"']


def _signed(program: Program, signature: Signature, given: str) -> str:
    """The source of the posted text, checked."""
    secret = program.secret(signature.secret)
    words = (signature.header.lower(), signature.prefix)
    header, prefix, encoding = (python_text(each) for each in (*words, signature.encoding))
    return f"{program.helper('posted')}({given}, {header}, {prefix}, {secret}, {encoding})"
