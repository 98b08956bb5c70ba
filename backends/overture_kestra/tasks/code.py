"""`python` and `shell`: what the workflow brings itself, run by a small script that hands its results to the flow."""

from __future__ import annotations

from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.model import Value
from overture_kestra.place import Place
from overture_kestra.tasks.request import ScriptStep
from overture_kestra.values import verbatim


def lower_python(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "call_main", "call.json")
    if "args" in task.fields:
        step.tree("args", task.fields["args"])
    else:
        step.literal("args", {})
    _result(step, task, "value")
    step.files["main.py"] = verbatim(_ending(str(task.literals["code"])))
    commands = None
    if requirements := task.literals.get("requirements"):
        place.lowering.needs_uv = True
        wanted = " ".join(f"--with {_quoted(each)}" for each in requirements)
        commands = [f"uv run --no-project --quiet {wanted} python3 call_main.py"]
    _warn_of_files(task, place)
    return [step.build(task.id, _files(place), commands)]


def lower_shell(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "run_program", "program.json")
    step.tree("command", task.fields["command"])
    if "stdin" in task.fields:
        step.tree("stdin", task.fields["stdin"])
    if list(task.literals.get("accept") or [0]) != [0]:
        step.literal("accept", list(task.literals["accept"]))
    if "env" in task.fields:
        step.tree("values", task.fields["env"])
    if task.literals.get("returns") is not None:
        _result(step, task, "value")
    at = f"outputs.{task.id}.vars"
    for name in ("exit_code", "stdout", "stderr"):
        place.lowering.results[task.id, name] = Plain(f"{at}.{name}")
    _warn_of_files(task, place)
    return [step.build(task.id, _files(place))]


def _result(step: ScriptStep, task: Task, name: str) -> None:
    is_kept = name in task.results and carriers.is_kept(task.results[name])
    if task.literals.get("returns") is not None:
        step.literal("returns", task.literals["returns"])
    if is_kept:
        step.literal("plain", True)
    expression = f"outputs.{task.id}.vars.{name}"
    step.place.lowering.results[task.id, name] = Plain(expression) if is_kept else Text(expression)


def _ending(code: str) -> str:
    return code if code.endswith("\n") else code + "\n"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def _files(place: Place) -> dict[str, Value]:
    return {"namespaceFiles": {"enabled": True}} if place.lowering.has_files else {}


def _warn_of_files(task: Task, place: Place) -> None:
    if place.lowering.has_files:
        place.lowering.warn(
            task.pointer,
            f"files that `{task.id}` itself writes are not kept: on Kestra each task runs in a folder of its own",
            "return the content and write it with `write_file`",
        )
