"""The plan for people, and as the JSON of the contract."""

from __future__ import annotations

from overture.diagnostics.visible import visible
from overture.expressions.types import Json
from overture.plan.effects import DEFAULT_MODEL
from overture.plan.model import Plan

_NO_SANDBOX = "python and shell tasks run as you: what they touch is theirs to say, this is no sandbox"


def plan_json(plan: Plan) -> dict[str, Json]:
    effects = plan.effects
    return {
        "name": plan.name,
        "digest": plan.digest,
        "effects": {
            "hosts": [{"host": each.host, "methods": list(each.methods)} for each in effects.hosts],
            "programs": list(effects.programs),
            "models": list(effects.models),
            "secrets": list(effects.secrets),
            "paths": list(effects.paths),
            "emails": list(effects.emails),
            "databases": list(effects.databases),
            "workflows": list(effects.workflows),
        },
        "tasks": sum(1 for task in plan.walk() if not task.is_generated),
    }


def plan_text(plan: Plan) -> str:
    effects = plan.effects
    models = [f"the one that {DEFAULT_MODEL} names" if each == DEFAULT_MODEL else each for each in effects.models]
    rows = [
        ("hosts", [f"{each.host} ({', '.join(each.methods)})" for each in effects.hosts]),
        ("programs", list(effects.programs)),
        ("models", models),
        ("secrets", list(effects.secrets)),
        ("files", list(effects.paths)),
        ("mail to", list(effects.emails)),
        ("databases", list(effects.databases)),
        ("calls", list(effects.workflows)),
    ]
    tasks = sum(1 for task in plan.walk() if not task.is_generated)
    lines = [f"{plan.name}: {tasks} {'task' if tasks == 1 else 'tasks'}"]
    lines += [
        f"  {name if number == 0 else '':<10} {visible(value)}"  # a value must not pass for a row of its own
        for name, values in rows
        for number, value in enumerate(values)
    ]
    if not any(values for _, values in rows):
        lines.append("  touches nothing outside")
    if effects.programs:
        lines.append(f"  note       {_NO_SANDBOX}")
    lines.append(f"  digest     {plan.digest}")
    return "\n".join(lines)
