"""`read_file` and `write_file`: the workspace is the namespace's files, which all flows of a namespace share."""

from __future__ import annotations

from overture.plan.model import Task
from overture_kestra import carriers, model
from overture_kestra.carriers import Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.model import Value
from overture_kestra.pebble import constant_value, pebble_string, template_text
from overture_kestra.place import CORE, Place
from overture_kestra.tasks.request import ScriptStep


def lower_read_file(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "read_file", "file.json")
    step.tree("path", task.fields["path"])
    step.literal("format", task.literals.get("format", "text"))
    if task.literals.get("returns") is not None:
        step.literal("returns", task.literals["returns"])
    is_kept = carriers.is_kept(task.results["content"])
    if is_kept:
        step.literal("plain", True)
    expression = f"outputs.{task.id}.vars.content"
    place.lowering.results[task.id, "content"] = Plain(expression) if is_kept else Text(expression)
    namespace_files: dict[str, Value] = {"enabled": True}
    try:
        path = place.pebble.text(task.fields["path"])
        if not any(char in path.replace("{{", "").replace("}}", "") for char in "*?[]{}\\"):
            namespace_files["include"] = [path]
    except Inexact:
        pass  # all files are laid beside the script
    return [step.build(task.id, {"namespaceFiles": namespace_files})]


def lower_write_file(task: Task, place: Place) -> list[model.Task]:
    try:
        return _text_written(task, place)
    except Inexact:
        return _anything_written(task, place)


def _text_written(task: Task, place: Place) -> list[model.Task]:
    """A text under a path that is known: Kestra's own tasks write it."""
    is_constant, path = constant_value(task.fields["path"])
    content = task.fields["content"]
    is_text = task.literals.get("format", "text") == "text" and content.type.is_only("string")
    if not (is_constant and isinstance(path, str) and is_text) or _is_outside(path):
        raise Inexact("what Kestra's own tasks do not write as it is")
    name = place.lowering.name(f"{task.id}_content")
    write = model.Task(name, f"{CORE}.storage.Write", {"content": place.pebble.text(content)})
    place.lowering.before[task.id] = name
    place.lowering.results[task.id, "path"] = Plain(pebble_string(path))
    files: dict[str, Value] = {template_text(path): f"{{{{ outputs.{name}.uri }}}}"}
    upload: dict[str, Value] = {"namespace": "{{ flow.namespace }}", "filesMap": files}
    return [write, model.Task(task.id, f"{CORE}.namespace.UploadFiles", upload)]


def _is_outside(path: str) -> bool:
    return not path or path.startswith("/") or ".." in path.split("/")


def _anything_written(task: Task, place: Place) -> list[model.Task]:
    step = ScriptStep(task, place, "write_file", "file.json")
    step.tree("path", task.fields["path"])
    step.literal("format", task.literals.get("format", "text"))
    step.tree("content", task.fields["content"])
    prepare = place.lowering.name(f"{task.id}_content")
    place.lowering.before[task.id] = prepare
    place.lowering.results[task.id, "path"] = Plain(f"outputs.{prepare}.vars.path")
    upload: dict[str, Value] = {
        "namespace": "{{ flow.namespace }}",
        "filesMap": {
            f"{{{{ outputs.{prepare}.vars.path }}}}": f"{{{{ outputs.{prepare}.outputFiles['written/content'] }}}}"
        },
    }
    return [
        step.build(prepare, {"outputFiles": ["written/content"]}),
        model.Task(task.id, f"{CORE}.namespace.UploadFiles", upload),
    ]
