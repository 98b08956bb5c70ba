"""The files beside a module: `prefect.yaml`, which deploys what is started by a schedule or a request, and
`requirements.txt`.

Parameters and descriptions in `prefect.yaml` are templates to `prefect deploy` (prefect.utilities.templating), which
has no way to write `{{ x }}` so that it stays: a parameter that holds one is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from overture.expressions.tree import Expr, Text, constant
from overture.expressions.types import Json
from overture.plan.backend import Gap
from overture.plan.model import Plan, Trigger
from overture_prefect.model import Module
from overture_prefect.names import flow_name, module_name, parameter_name
from overture_prefect.program import Program

WORK_POOL = "local"

LIBRARIES = {
    "prefect": "prefect>=3.8,<4",
    "httpx": "httpx>=0.27,<1",
    "jsonschema": "jsonschema>=4.23,<5",
    "psycopg": "psycopg[binary]>=3.2,<4",
    "pydantic": "pydantic>=2.11,<3",
    "uv": "uv>=0.8",
}
"""What stands in a requirements file for each library that a module may import, or run."""

_PLACEHOLDER = re.compile(r"{{\s*[\w.\-\[\]$]+\s*}}")
_COLLISIONS = {"queue": "ENQUEUE", "skip": "CANCEL_NEW", "fail": "CANCEL_NEW"}


def deployment_of(program: Program, plan: Plan, *, is_started: bool = False) -> dict[str, Any] | None:
    """The deployment of a workflow; None for one that is only run by hand. `is_started`: another workflow starts it."""
    schedules = [_schedule(program, each) for each in plan.triggers if each.type == "schedule"]
    if not (plan.triggers or plan.concurrency or is_started):
        return None
    found: dict[str, Any] = {"name": plan.name}
    if plan.description is not None and not _PLACEHOLDER.search(plan.description):
        found["description"] = plan.description.strip()
    if plan.labels:
        found["tags"] = [f"{name}={value}" for name, value in plan.labels.items()]
    found["entrypoint"] = f"{module_name(plan.name)}.py:{flow_name(plan.name)}"
    found["work_pool"] = {"name": WORK_POOL}
    if schedules:
        found["schedules"] = schedules
    if plan.concurrency is not None:
        limit = plan.concurrency
        found["concurrency_limit"] = {"limit": limit.limit, "collision_strategy": _COLLISIONS[limit.when_full]}
    return found


def _schedule(program: Program, trigger: Trigger) -> dict[str, Any]:
    found: dict[str, Any] = {"cron": trigger.cron, "timezone": trigger.timezone or "UTC"}
    parameters = {}
    for name, tree in trigger.inputs.items():
        value = literal(tree)
        if _PLACEHOLDER.search(json.dumps(value, ensure_ascii=False)):
            message = "a text in `prefect.yaml` cannot hold `{{ }}`: `prefect deploy` would fill it in"
            program.gaps.append(Gap(f"{trigger.pointer}/inputs/{name}", message, "make it the default of the input"))
        parameters[parameter_name(name)] = value
    if parameters:
        found["parameters"] = parameters
    return found


def literal(tree: Expr) -> Json:
    """The value of a schedule's input, which is always a literal."""
    while isinstance(tree, Text):
        tree = tree.body
    return constant(tree)


def prefect_yaml(name: str, deployments: Iterable[Mapping[str, Any]]) -> str:
    """The text of `prefect.yaml`."""
    head = f"# {name}\n# prefect work-pool create {WORK_POOL} --type process\n# prefect --no-prompt deploy --all\n"
    return head + "\n".join(_block({"deployments": list(deployments)}, 0)) + "\n"


def requirements(name: str, modules: Iterable[Module]) -> str:
    """The text of `requirements.txt`: what the modules import, and nothing else."""
    names = {root for module in modules for root in module.libraries}
    lines = [line for root, line in LIBRARIES.items() if root in names]
    return "\n".join([f"# {name}", "# uv pip install -r requirements.txt", *lines]) + "\n"


def _block(value: Any, depth: int) -> list[str]:
    """YAML in block style, every text in double quotes, so that readers of YAML 1.1 and 1.2 read the same."""
    indent = "  " * depth
    if isinstance(value, Mapping) and value:
        lines = []
        for key, each in value.items():
            if isinstance(each, Mapping | list) and each:
                lines += [f"{indent}{_key(key)}:", *_block(each, depth + 1)]
            else:
                lines.append(f"{indent}{_key(key)}: {_scalar(each)}")
        return lines
    if isinstance(value, list) and value:
        lines = []
        for each in value:
            first, *rest = _block(each, depth + 1)
            lines += [f"{indent}- {first.lstrip()}", *rest]
        return lines
    return [f"{indent}{_scalar(value)}"]


def _key(name: str) -> str:
    is_word = re.fullmatch("[a-z][a-z0-9_]*", name) and name not in ("y", "n", "yes", "no", "on", "off", "true", "null")
    return name if is_word and name != "false" else _scalar(name)


_UNSEEN = re.compile("[^\t -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")
"""What a reader of YAML refuses as it is, or takes for a line break."""


def _scalar(value: Any) -> str:
    if isinstance(value, float):
        return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))  # 1e+22 is a text to a reader of YAML 1.1
    text = json.dumps(value, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\U{ord(match[0]):08x}", text)
