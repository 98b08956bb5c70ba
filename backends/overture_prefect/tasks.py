"""Each kind of task as a Prefect task: one row each, a missing one is a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from overture.expressions.tree import ListOf, Literal, ObjectOf, Text
from overture.language.scalars import seconds
from overture.plan.model import Task
from overture.plan.python_source import python_literal, python_text
from overture_prefect.certainty import negated
from overture_prefect.making import Maker
from overture_prefect.model import Suite
from overture_prefect.names import flow_name, module_name, parameter_name
from overture_prefect.outside import lower_email, lower_sql
from overture_prefect.people import lower_approve
from overture_prefect.programs import lower_python, lower_read_file, lower_shell, lower_write_file
from overture_prefect.questions import lower_ai
from overture_prefect.web import lower_http

LEVELS = {"debug": "debug", "info": "info", "warn": "warning", "warning": "warning", "error": "error"}


def lower_set(maker: Maker) -> dict[str, str]:
    tree = maker.field("values")
    assert isinstance(tree, ObjectOf)
    read = maker.read_fields()
    values = {str(key.value): value for key, value in tree.entries if isinstance(key, Literal)}
    for name, value in values.items():
        if name not in read and not maker.is_harmless(value):
            maker.body.append(f"_ = {maker.expression(value)}")  # an error in it is this task's, though nobody reads it
    return {name: maker.expression(values[name]) for name in read}


def lower_remember(maker: Maker) -> dict[str, str]:
    tree = maker.field("values")
    assert isinstance(tree, ObjectOf)
    entries = []
    for key, value in tree.entries:
        name = str(key.value) if isinstance(key, Literal) else ""
        variable = next((each for each in maker.program.plan.state if each.name == name), None)
        source = maker.expression(value)
        schema = None if variable is None else variable.schema
        if schema is not None and not maker.certainly_fits(value.type, schema):
            source = maker.program.fits(source, f"state_{name}", schema)
        entries.append(f"{python_text(name)}: {source}")
    maker.body.append(f"await {maker.helper('remember_values')}({{{', '.join(entries)}}})")
    return {}


def lower_log(maker: Maker) -> dict[str, str]:
    level = LEVELS[str(maker.literal("level", "info"))]
    maker.imports("from prefect import get_run_logger")
    message = maker.field("message")
    is_plain = isinstance(message, Literal) and "%" not in str(message.value)
    text = maker.rendered("message")
    maker.body.append(f"get_run_logger().{level}({text})" if is_plain else f'get_run_logger().{level}("%s", {text})')
    return {}


def lower_stop(maker: Maker) -> dict[str, str]:
    if maker.has("message"):
        maker.imports("from prefect import get_run_logger")
        maker.body.append(f'get_run_logger().info("%s", {maker.rendered("message")})')
    return {}


def lower_fail(maker: Maker) -> dict[str, str]:
    maker.body.append(f"raise {maker.helper('Failed')}({maker.rendered('message')})")
    return {}


def lower_assert(maker: Maker) -> dict[str, str]:
    """Not the statement: `python -O` would leave it out."""
    tree = maker.field("that")
    assert isinstance(tree, ListOf)
    for number, each in enumerate(tree.items, start=1):
        condition = maker.condition(each)
        message = maker.rendered("message") if maker.has("message") else f'"condition {number} does not hold"'
        maker.body.append(Suite(f"if {negated(condition)}", [f"raise AssertionError({message})"]))
    return {}


def lower_wait(maker: Maker) -> dict[str, str]:
    maker.imports("import asyncio")
    if maker.has("until"):
        delay = f"{maker.helper('seconds_until')}({maker.rendered('until')})"
    else:
        tree = maker.field("for")
        if isinstance(tree, Literal) and isinstance(tree.value, str):
            delay = python_literal(seconds(tree.value.strip()))
        else:
            delay = f"{maker.helper('seconds_of')}({maker.rendered('for')})"
    maker.body.append(f"await asyncio.sleep({delay})")
    return {}


def lower_call(maker: Maker) -> dict[str, str]:
    """A called workflow is a flow in a module beside this one: it runs as a subflow."""
    workflow = str(maker.literal("workflow"))
    callee = maker.program.plan.callees.get(workflow)
    if callee is None:
        maker.program.refuse(maker.task, f"there is no plan of `{workflow}`")
        return {}
    given = []
    tree = maker.task.fields.get("inputs")
    while isinstance(tree, Text):
        tree = tree.body
    if isinstance(tree, ObjectOf):
        for key, value in tree.entries:
            given.append((str(key.value) if isinstance(key, Literal) else "", maker.expression(value)))
    if maker.literal("wait", True) is False:
        maker.imports("from prefect.deployments import run_deployment")
        parameters = ", ".join(f"{python_text(parameter_name(name))}: {value}" for name, value in given)
        deployment = python_text(f"{workflow}/{workflow}")
        maker.body.append(f"await run_deployment({deployment}, parameters={{{parameters}}}, timeout=0)")
        maker.program.warn(
            maker.task.pointer,
            f"`{workflow}` must be deployed as `{workflow}/{workflow}`, for nobody waits for it here",
            "run `prefect --no-prompt deploy --all`",
        )
        return {}
    name = maker.program.register.name(f"call_{workflow}", "flow of", workflow)
    maker.imports(f"from {module_name(workflow)} import {flow_name(workflow)} as {name}")
    arguments = ", ".join(f"{parameter_name(key)}={value}" for key, value in given)
    return {"value": f"await {maker.helper('called')}({python_text(workflow)}, {name}({arguments}))"}


Lower = Callable[[Maker], dict[str, str]]

TASKS: Mapping[str, Lower] = {
    "http": lower_http,
    "ai": lower_ai,
    "python": lower_python,
    "shell": lower_shell,
    "sql": lower_sql,
    "email": lower_email,
    "read_file": lower_read_file,
    "write_file": lower_write_file,
    "set": lower_set,
    "remember": lower_remember,
    "log": lower_log,
    "assert": lower_assert,
    "fail": lower_fail,
    "stop": lower_stop,
    "wait": lower_wait,
    "approve": lower_approve,
    "call": lower_call,
}
"""Gives the source of each result field that somebody reads."""


def lower_task(maker: Maker, task: Task) -> None:
    """Define the function of a task that holds no others. Its parameters are what it reads."""
    lower = TASKS.get(task.kind)
    if lower is None:
        maker.program.refuse(task, f"the prefect target has no `{task.kind}` tasks yet")
        maker.finish({})
        return
    maker.finish(lower(maker))
