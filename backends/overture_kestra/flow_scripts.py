"""The scripts of a finished flow: what it carries of each, and which of them every step gets beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from overture.expressions.types import Json
from overture_kestra.model import Flow, Note, Script, Task, Value
from overture_kestra.scripts import JQ, script
from overture_kestra.scripts.assembly import Assembly, assemble, modules

_RUN = re.compile(r"\bpython3 (\w+)\.py")
_IMPORT = re.compile(r"^from (\w+) import (.+)$", re.MULTILINE)


def schema_parts(schema: Json) -> Iterator[str]:
    """The keywords of a JSON Schema, as the parts of the script that checks it."""
    if not isinstance(schema, Mapping):
        return
    for keyword, value in schema.items():
        yield f"schema.{keyword}"
        if keyword == "properties":
            for each in value.values():
                yield from schema_parts(each)
        elif keyword in ("items", "additionalProperties"):
            yield from schema_parts(value)


def with_scripts(flow: Flow, parts: Collection[str]) -> Flow:
    """The flow with the parts of the scripts that its steps use, and no others."""
    roots: dict[str, set[str]] = {}
    for task in flow.walk():
        for name, wanted in _roots(task).items():
            roots.setdefault(name, set()).update(wanted)
    found = assemble(roots, parts)
    variables = {name: value for name, value in flow.variables.items() if name not in modules()}
    variables |= {name: Script(text) for name, text in found.texts.items()}
    written = repr((flow.tasks, flow.errors, flow.finally_, flow.outputs))
    variables |= {name: Script(script(name)) for name in sorted(JQ) if f"vars.{name})" in written}
    return replace(
        flow,
        tasks=tuple(_settled(task, found) for task in flow.tasks),
        errors=tuple(_settled(task, found) for task in flow.errors),
        finally_=tuple(_settled(task, found) for task in flow.finally_),
        variables=dict(sorted(variables.items())),
    )


def _roots(task: Task) -> dict[str, set[str]]:
    """The scripts that a step runs (""), or from which its own program imports names."""
    files = task.properties.get("inputFiles")
    if not isinstance(files, Mapping):
        return {}
    roots: dict[str, set[str]] = {}
    commands = task.properties.get("commands")
    for command in commands if isinstance(commands, Sequence) else ():
        for name in _RUN.findall(str(command)):
            if name in modules():
                roots.setdefault(name, set()).add("")
    for each in files.values():
        for name, names in _IMPORT.findall(each.text if isinstance(each, Script) else ""):
            if name in modules():
                roots.setdefault(name, set()).update(names.split(", "))
    return roots


def _settled(task: Task, found: Assembly) -> Task:
    properties = {key: _inside(value, found) for key, value in task.properties.items()}
    roots = _roots(task)
    if roots:
        files = properties["inputFiles"]
        assert isinstance(files, Mapping)
        scripts = {f"{name}.py": f"{{{{ vars.{name} }}}}" for name in _laid(roots, found)}
        own = {name: text for name, text in files.items() if name.removesuffix(".py") not in modules()}
        properties["inputFiles"] = {**scripts, **own}
    return replace(task, properties=properties)


def _laid(roots: Collection[str], found: Assembly) -> list[str]:
    """The scripts that lie beside a step, those that import nothing first."""
    laid: set[str] = set()
    queue = list(roots)
    while queue:
        name = queue.pop()
        if name not in laid:
            laid.add(name)
            queue += found.beside[name]
    return sorted(laid, key=lambda name: (len(found.beside[name]), name))


def _inside(value: Value, found: Assembly) -> Value:
    if isinstance(value, Task):
        return _settled(value, found)
    if isinstance(value, Note):
        return Note(value.comment, _inside(value.value, found))
    if isinstance(value, (str, Script)):
        return value
    if isinstance(value, Mapping):
        return {key: _inside(each, found) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_inside(each, found) for each in value]
    return value
