"""What a module needs of its helpers, where each of its tasks has to know: see sources.py for how it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from overture.plan.model import Plan, Task
from overture.plan.portable import portable


def features_of(plan: Plan) -> set[str]:
    """The features of a plan that are known before its tasks are lowered."""
    tasks = list(plan.walk())
    paged = [task for task in tasks if task.kind == "http" and "pages" in task.literals]
    found = {"last_page"} if any(task.reads & {"status", "headers"} for task in paged) else set[str]()
    return found | _of_questions([task for task in tasks if task.kind == "ai"])


def _of_questions(tasks: list[Task]) -> set[str]:
    schemas: list[Any] = [task.literals.get("returns") for task in tasks]
    forms = [(portable(schema), schema) for schema in schemas if schema is not None]
    asked = {
        "ai_told": any(task.reads & {"model", "usage"} for task in tasks),
        "ai_models": any(len(models_of(task)) > 1 for task in tasks),
        "ai_system": any("system" in task.fields for task in tasks),
        "ai_schema": bool(forms),
        "ai_text": bool(forms) and None in schemas,
        "ai_form": any(form.schema != schema for form, schema in forms),
        "ai_wrapped": any(form.is_wrapped for form, _ in forms),
        "ai_padding": any(map(_has_optional, schemas)),
    }
    return {feature for feature, is_needed in asked.items() if is_needed}


def models_of(task: Task) -> list[str]:
    models: Any = task.literals.get("models")
    return list(models or [])


def _has_optional(schema: Any) -> bool:
    """Whether a schema has a property that may be left out, at any depth."""
    if isinstance(schema, list):
        return any(map(_has_optional, schema))
    if not isinstance(schema, Mapping):
        return False
    names = set(schema.get("properties") or ()) - set(schema.get("required") or ())
    return bool(names) or any(map(_has_optional, schema.values()))
