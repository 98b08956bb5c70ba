"""`sql` and `email`: scripts of the flow, over the url that a secret holds."""

from __future__ import annotations

from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.carriers import Plain, Text
from overture_kestra.place import Place
from overture_kestra.tasks.request import ScriptStep


def lower_sql(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "query", "query.json")
    step.tree("connection", task.fields["connection"])
    step.literal("query", task.literals["query"])
    if "params" in task.fields:
        step.tree("params", task.fields["params"])
    if task.literals.get("returns") is not None:
        step.literal("returns", task.literals["returns"])
    at = f"outputs.{task.id}.vars"
    place.lowering.results[task.id, "rows"] = Text(f"{at}.rows")
    place.lowering.results[task.id, "row_count"] = Plain(f"{at}.row_count")
    return [step.build(task.id)]


def lower_email(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "send_mail", "mail.json")
    names = ("connection", "from", "to", "cc", "bcc", "reply_to", "subject", "text", "html", "headers", "attachments")
    for name in names:
        if name in task.fields:
            step.tree(name, task.fields[name])
    has_files = "attachments" in task.fields
    return [step.build(task.id, {"namespaceFiles": {"enabled": True}} if has_files else None)]
