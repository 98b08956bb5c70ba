"""What starts a flow: schedules when its module is served, a webhook's data as a parameter."""

from __future__ import annotations

from overture.plan.backend import Gap
from overture.plan.model import Plan, Signature, Trigger
from overture.plan.python_source import python_text
from overture_prefect.model import Statement, Suite
from overture_prefect.names import parameter_name
from overture_prefect.naming import FlowNaming
from overture_prefect.program import Place, Program


def main_of(program: Program, plan: Plan, function: str) -> list[Statement]:
    """Run as a program the module runs once; with `serve` it waits for the times of its schedules."""
    program.imports.add("import asyncio")
    schedules = []
    for number, trigger in enumerate(plan.triggers):
        pointer = trigger.pointer or f"/triggers/{number}"
        if trigger.type == "webhook":
            _webhook_gaps(program, trigger, pointer)
        elif trigger.type == "after":
            help = "leave the trigger out, and start runs by an automation of Prefect"
            message = "no automation of Prefect's own server hands on another run's outputs"
            program.gaps.append(Gap(pointer, message, help))
        elif trigger.when is not None or trigger.catch_up != "none":
            field = "when" if trigger.when is not None else "catch_up"
            program.gaps.append(Gap(f"{pointer}/{field}", f"a Prefect schedule has no `{field}`"))
        else:
            schedules.append(_schedule(program, trigger))
    once: list[Statement] = [f"asyncio.run({function}())"]
    limit = plan.concurrency
    is_served = schedules or limit is not None or any(each.type == "webhook" for each in plan.triggers)
    if not is_served:
        return once
    options = [f"name={python_text(plan.name)}"]
    if schedules:
        program.imports.add("from prefect.schedules import Cron")
        options.append(f"schedules=[{', '.join(schedules)}]")
    if limit is not None:
        options.append(f"global_limit={_limit(program, limit.limit, limit.when_full)}")
    program.imports.add("import sys")
    return [
        Suite('if sys.argv[1:] == ["serve"]', [f"{function}.serve({', '.join(options)})"]),
        Suite("else", once),
    ]


def _schedule(program: Program, trigger: Trigger) -> str:
    naming = FlowNaming(program, Place())
    entries = [
        f"{python_text(parameter_name(name))}: {program.expression(value, naming)}"
        for name, value in trigger.inputs.items()
    ]
    parameters = f", parameters={{{', '.join(entries)}}}" if entries else ""
    return f"Cron({python_text(trigger.cron or '')}, timezone={python_text(trigger.timezone or 'UTC')}{parameters})"


def _limit(program: Program, limit: int, when_full: str) -> str:
    if when_full == "fail":
        program.warn("/concurrency", "with Prefect a run too many ends cancelled, not failed")
    program.imports |= {
        "from prefect.client.schemas.objects import ConcurrencyLimitConfig",
        "from prefect.client.schemas.objects import ConcurrencyLimitStrategy",
    }
    strategy = "ENQUEUE" if when_full == "queue" else "CANCEL_NEW"
    return f"ConcurrencyLimitConfig(limit={limit}, collision_strategy=ConcurrencyLimitStrategy.{strategy})"


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
            'post `{"parameters": {"trigger": {"raw": "the text", "headers": …}}}` to `create_flow_run` of the served '
            "deployment",
        )
        return
    program.warn(
        pointer,
        "Prefect has no url with a key for a webhook: the key is not checked",
        'post `{"parameters": {"trigger": {"body": …}}}` to `create_flow_run` of the served deployment',
    )


def trigger_parameter(plan: Plan) -> str:
    """The parameter that takes `{body, headers, query}`; if signed `raw`, the posted text, in place of `body`."""
    names = {parameter_name(each.name) for each in plan.inputs}
    name = "trigger"
    while name in names:
        name += "_"
    return name


def starting_lines(program: Program, plan: Plan, hook: Trigger) -> list[Statement]:
    """Take the webhook's data apart, set the inputs that it gives, and end the run if it is not to be."""
    program.imports.add("from typing import Any")
    given = trigger_parameter(plan)
    naming = FlowNaming(program, Place())
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
        lines.append(Suite(f"if not ({condition})", ['return Completed(name="Skipped")']))
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
