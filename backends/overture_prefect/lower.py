"""From a plan to the model of a module: one function a task, and the flow that calls them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from overture.plan.backend import Gap
from overture.plan.model import Input, Plan
from overture.plan.python_source import python_literal, python_text
from overture_prefect import sources
from overture_prefect.blocks import Flow
from overture_prefect.deployment import LIBRARIES, deployment_of
from overture_prefect.layout import WIDTH
from overture_prefect.model import Function, Module, Parameter, Statement, Suite, texts_of
from overture_prefect.names import block_name, flow_name, module_name, parameter_name
from overture_prefect.naming import FlowNaming, annotation
from overture_prefect.program import Place, Program
from overture_prefect.triggers import check_triggers, main_of, starting_lines, trigger_parameter

_FAILURES = (
    ("TimeoutError", "timeout", None),
    ("httpx.UnsupportedProtocol", "refused", "import httpx"),
    ("httpx.HTTPError", "http", "import httpx"),
    ("ValidationError", "returns", "from jsonschema import "),
    ("subprocess.CalledProcessError", "exit", "import subprocess"),
    ("PythonError", "exception", "class PythonError("),
    ("Failed", "fail", "class Failed("),
    ("AssertionError", "assert", "raise AssertionError("),
    ("PermissionError", "refused", "raise PermissionError("),
    ("(LookupError, TypeError, ValueError, ArithmeticError)", "expression", None),
)
"""The classes of errors that a module raises, the types that they are, and what it holds that may raise them."""


def lower(plan: Plan, options: Mapping[str, str], *, is_started: bool = False) -> tuple[Module, list[Gap]]:
    """The module of a plan, and what it cannot do or does otherwise. `is_started`: another workflow starts it and does
    not wait."""
    program = Program(plan, options, Module(""))
    parameters = [_parameter(program, each) for each in plan.inputs]
    parameters.sort(key=lambda each: each.default is not None)
    function = flow_name(plan.name)
    program.register.name(function, "flow")
    flow = Flow(program)
    has_hook = any(each.type == "webhook" for each in plan.triggers)
    body = [*starting_lines(program, plan), *_checked_inputs(program, plan), *_flow_body(program, flow, plan)]
    if has_hook:
        parameters.append(Parameter(trigger_parameter(plan), "dict[str, Any] | None", "None"))
    program.imports.add("from prefect import flow")
    returns = "dict[str, Any]" if plan.outputs else "None"
    if plan.outputs:
        program.imports.add("from typing import Any")
    own = {each.name: program.register.local(each.name, "inputs", each.name) for each in plan.inputs}
    if any(parameter_name(name) != variable for name, variable in own.items()):
        body = _apart(program, plan, parameters, own, returns, body)
    decorator = f"flow(name={python_text(plan.name)})"
    program.module.flow = Function(function, parameters, returns, plan.description, [decorator], body)
    program.module.main = main_of(program, plan, function)
    check_triggers(program, plan)
    program.module.deployment = deployment_of(program, plan, is_started=is_started)
    if plan.state:
        variable = python_text(f"{plan.name}_state")
        program.imports.add("from typing import Any")
        program.module.constants["STATE_VARIABLE"] = variable
        defaults = {each.name: each.default for each in plan.state}
        program.module.constants["STATE_DEFAULTS: dict[str, Any]"] = python_literal(defaults)
    if program.secrets:
        program.warn("/secrets", "Prefect masks no secrets: an error or a log line that holds one shows it")
    _finish(program)
    program.module.docstring = _docstring(program)
    return program.module, program.gaps


def _apart(
    program: Program,
    plan: Plan,
    parameters: list[Parameter],
    own: Mapping[str, str],
    returns: str,
    body: list[Statement],
) -> list[Statement]:
    """A parameter whose name would hide what the flow's code needs: that code stands in a function of its own, where
    the variable has another name. Gives the flow's own body."""
    name = program.register.name(f"run_{plan.name}", "flow", "apart")
    variables = {parameter_name(each): variable for each, variable in own.items()}
    inner = [Parameter(variables.get(each.name, each.name), each.annotation) for each in parameters]
    program.define(Function(name, inner, returns, body=body))
    call = f"await {name}({', '.join(each.name for each in parameters)})"
    # a trigger whose `when` is false ends the run by what it gives back
    has_trigger = any(each.name not in variables for each in parameters)
    return [f"return {call}" if plan.outputs or has_trigger else call]


_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_LINES = 5  # of the description in a header of ten


def _docstring(program: Program) -> str:
    """What the module does, what to set for it, and how to run it: at most ten lines."""
    plan, module = program.plan, program.module
    text = (plan.description or f"The workflow {plan.name}.").strip()
    lines = [part for line in text.splitlines() for part in (wrapped(line.strip(), WIDTH - 6) if line else [""])]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: WIDTH - 8]} …"]
    more = []
    blocks = program.options.get("secrets") == "block"
    variables = [] if blocks else sorted(program.secrets)
    if blocks and program.secrets:
        more.append(f"Secret blocks: {', '.join(block_name(name) for name in sorted(program.secrets))}.")
    if any("OVERTURE_MODEL" in line for function in module.tasks for line in texts_of(function.body)):
        variables.append("OVERTURE_MODEL")
    if any("OPENAI_API_KEY" in each for each in module.helpers):
        variables.append("OPENAI_API_KEY")
    if variables:
        more.append(f"Environment: {', '.join(variables)}.")
    given = " '{\"name\": ...}'" if any(each.is_required for each in plan.inputs) else ""
    more.append(f"Run: python {file_name(plan)}{given}")
    if module.deployment is not None:
        more.append("Deploy: prefect --no-prompt deploy --all")
    return "\n".join([*lines, "", *more])


def _finish(program: Program) -> None:
    """Write the helpers, their constants and their imports."""
    module = program.module
    if "fitting" in program.helpers or any("jsonschema" in each for each in program.imports):
        program.features.add("schemas")
    found = sources.sources_of(program.helpers, program.formats, frozenset(program.features))
    has_types = any("failure_type(" in each for each in found.functions)
    constants = dict(each.split(" = ", 1) for each in found.constants)
    module.constants = {**constants, **module.constants}
    module.helpers = [*found.functions, *program.forms]
    module.imports = {*program.imports, *found.imports}
    if has_types:
        module.helpers.append(_failure_type(module))
    roots = {each.split()[1].split(".")[0] for each in module.imports}
    module.libraries |= roots & set(LIBRARIES)


def _failure_type(module: Module) -> str:
    """The function that says of which type an error is, for those that this module can raise."""
    bodies = [text for function in (*module.tasks, module.flow) if function for text in texts_of(function.body)]
    texts = [*module.helpers, *bodies, *module.imports]
    entries = [
        f'        {name}: "{kind}",\n'
        for name, kind, raised in _FAILURES
        if raised is None or any(raised in each for each in texts)
    ]
    module.imports.add("from typing import Any")
    if any("ValidationError" in each for each in entries):
        module.imports.add("from jsonschema import ValidationError")
    return f'''def failure_type(error: BaseException) -> str:
    """The type of an error, in one word."""
    types: dict[Any, str] = {{
{"".join(entries)}    }}
    found = (name for kind, name in types.items() if isinstance(error, kind))
    return next(found, "error")'''


# Inputs


def _parameter(program: Program, each: Input) -> Parameter:
    name = parameter_name(each.name)
    if not program.register.is_needed(name):
        program.register.local(name, "inputs", each.name)
    if name != each.name:
        program.warn(f"/inputs/{each.name}", f"the parameter of `{each.name}` is named `{name}`: Python needs the word")
    hint = _hint(program, each)
    if "Any" in hint:
        program.imports.add("from typing import Any")
    default = None if each.is_required else python_literal(each.default)
    if isinstance(each.default, list | dict):  # no default of a function may be such as can be changed
        constant = program.register.name(f"{name}_default".upper(), "constant", name, "default")
        program.module.constants[f"{constant}: {annotation(each.type)}"] = str(default)
        default = constant
        if "Any" in annotation(each.type):
            program.imports.add("from typing import Any")
    return Parameter(name, hint, default)


def _hint(program: Program, each: Input) -> str:
    """A hint that refuses what does not fit before a run exists, as far as hints can."""
    schema = each.schema
    if isinstance(schema.get("enum"), list) and all(isinstance(value, str | int | None) for value in schema["enum"]):
        program.imports.add("from typing import Literal")
        return f"Literal[{', '.join(python_literal(value) for value in schema['enum'])}]"
    plain = annotation(each.type)
    bounds = _bounds(each)
    if not bounds and each.description is None:
        return plain
    if each.description is not None:
        bounds.append(f"description={python_text(each.description)}")
    program.imports |= {"from typing import Annotated", "from pydantic import Field"}
    return f"Annotated[{plain}, Field({', '.join(bounds)})]"


def _bounds(each: Input) -> list[str]:
    kinds = each.type.kinds - {"null"}
    if len(kinds) != 1 or each.type.is_nullable:
        return []
    kind = next(iter(kinds))
    names = {
        "integer": {"minimum": "ge", "maximum": "le"},
        "number": {"minimum": "ge", "maximum": "le"},
        "string": {"minLength": "min_length", "maxLength": "max_length"},
        "array": {"minItems": "min_length", "maxItems": "max_length"},
    }.get(kind, {})
    found = [f"{word}={python_literal(each.schema[key])}" for key, word in names.items() if key in each.schema]
    # pydantic would take "3" for a number and 1 for true
    return [*(["strict=True"] if kind in ("integer", "number", "boolean") else []), *found]


def _checked_inputs(program: Program, plan: Plan) -> list[Statement]:
    """What hints cannot say of an input is checked when the run starts."""
    lines: list[Statement] = []
    for each in plan.inputs:
        said = {"type", "description", "minimum", "maximum", "minLength", "maxLength", "enum", "default"}
        kinds = each.schema.get("type")
        is_simple = isinstance(kinds, str) and kinds in ("string", "integer", "number", "boolean")
        if "enum" in each.schema and "Literal" in _hint(program, each):
            continue
        if set(each.schema) <= said and is_simple:
            continue
        if set(each.schema) <= {"type", "description"} and kinds in ("object", "array"):
            continue
        name = program.register.local(each.name, "inputs", each.name)
        lines.append(program.fits(name, each.name, each.schema))
    return lines


# The flow


def _flow_body(program: Program, flow: Flow, plan: Plan) -> list[Statement]:
    body = flow.block(plan.body, Place())
    if plan.timeout_seconds is not None:
        program.imports.add("import asyncio")
        body = [Suite(f"async with asyncio.timeout({python_literal(plan.timeout_seconds)})", body)]
    starts = program.starts(plan.body)
    if plan.on_failure is not None or plan.finally_ is not None:
        body = _with_handlers(program, flow, plan, body)
        for handler in (plan.on_failure, plan.finally_):
            starts += program.starts(handler) if handler is not None else []
    before = program.starting(list(dict.fromkeys([*starts, *program.shared])))
    whole = [*before, *body, *_outputs(program, plan)]
    return without_unread(whole, program.state_names)


def without_unread(body: list[Statement], names: set[str]) -> list[Statement]:
    """The statements without what is noted in these variables and never read."""
    words = Counter(word for text in texts_of(body) for word in _WORD.findall(text))
    targets = Counter(name for text in texts_of(body) for name in _targets(text))
    unread = {name for name in names if targets[name] and words[name] == targets[name]}
    return _without(body, unread) if unread else body


def _targets(text: str) -> list[str]:
    """The names to which `a = b = "text"` assigns."""
    *targets, value = text.split(" = ")
    return targets if value[:1] == '"' and all(map(str.isidentifier, targets)) else []


def _without(body: list[Statement], names: set[str]) -> list[Statement]:
    found: list[Statement] = []
    for each in body:
        if isinstance(each, Suite):
            inner = _without(each.body, names)
            if inner or each.header != "else":
                found.append(Suite(each.header, inner))
        elif not (isinstance(each, str) and (targets := _targets(each)) and names & set(targets)):
            found.append(each)
        elif left := [name for name in targets if name not in names]:
            found.append(" = ".join([*left, each.split(" = ")[-1]]))
    return found


def _with_handlers(program: Program, flow: Flow, plan: Plan, body: list[Statement]) -> list[Statement]:
    """`on_failure` sees the first error, which stays the run's; a failing `finally` fails a run that went well."""
    reads = _reads_of_run(plan)
    failed: list[Statement] = []
    if plan.on_failure is not None or "error" in reads or plan.finally_ is not None:
        failed = _failed(program, flow, plan, reads)
    ended: list[Statement] = []
    before: list[Statement] = []
    if plan.finally_ is not None:
        handler = flow.block(plan.finally_, Place().handler("finally"))
        before.append('run_state = "cancelled"')
        if "error" in reads:
            before.append("run_error = None")
        body = [*body, 'run_state = "succeeded"']
        # an error that ended the run stays its error
        raised = Suite("except Exception", [Suite('if run_state == "succeeded"', ["raise"])])
        ended = [Suite("try", handler), raised]
    lines: list[Statement] = [*before, Suite("try", body)]
    if failed:
        uses_error = any("error" in each for each in failed[:2] if isinstance(each, str) and each != "raise")
        lines.append(Suite(f"except Exception{' as error' * uses_error}", failed))
    return [*lines, Suite("finally", ended)] if ended else lines


def _failed(program: Program, flow: Flow, plan: Plan, reads: set[str]) -> list[Statement]:
    lines: list[Statement] = []
    if "error" in reads:
        helper = program.helper("run_failure" if program.blames_tasks else "failure")
        lines.append(f"run_error = {helper}(error)")
    if "state" in reads or plan.finally_ is not None:
        lines.append('run_state = "failed"')
    if plan.on_failure is not None:
        handler = flow.block(plan.on_failure, Place().handler("on_failure"))
        program.imports.add("import contextlib")
        lines.append(Suite("with contextlib.suppress(Exception)", handler))
    return [*lines, "raise"]


def _reads_of_run(plan: Plan) -> set[str]:
    from overture.expressions.tree import references

    found = set()
    for block in (plan.on_failure, plan.finally_):
        for task in block.walk() if block is not None else ():
            trees = [*task.fields.values(), *([task.when] if task.when is not None else [])]
            found |= {ref.name for tree in trees for ref in references(tree) if ref.root == "run"}
    return found


def _outputs(program: Program, plan: Plan) -> list[Statement]:
    if not plan.outputs:
        return []
    naming = FlowNaming(program, Place(), "/outputs")
    entries = [f"{python_text(each.name)}: {program.expression(each.value, naming)}" for each in plan.outputs]
    return [*naming.prelude.values(), f"return {{{', '.join(entries)}}}"]


def file_name(plan: Plan) -> str:
    return f"{module_name(plan.name)}.py"


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most so many characters, broken at spaces."""
    lines = [""]
    for word in re.split(r"(?<= )", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]
