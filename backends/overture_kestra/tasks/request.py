"""The input file of a step that runs one of the flow's scripts: what Pebble can write into it, and what is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from overture.expressions.tree import Expr
from overture.expressions.types import Json
from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.flow_scripts import schema_parts
from overture_kestra.inexact import Inexact
from overture_kestra.model import Script, Value
from overture_kestra.pebble import json_text
from overture_kestra.place import Place
from overture_kestra.values import Program, json_object, script_files, secrets_entry, secrets_of, step


@dataclass(slots=True)
class ScriptStep:
    """A step that runs `script`.py with the input file `file`."""

    task: Task
    place: Place
    script: str
    file: str
    entries: list[str] = field(default_factory=list)
    trees: list[Expr] = field(default_factory=list)
    computed: dict[str, Expr] = field(default_factory=dict)
    files: dict[str, Value] = field(default_factory=dict)

    def literal(self, name: str, value: Json) -> None:
        if name == "returns":
            self.place.lowering.parts |= set(schema_parts(value))
        self.text(name, json_text(value))

    def text(self, name: str, json: str) -> None:
        """An entry whose JSON text with holes is known."""
        self.place.lowering.parts.add(f"{self.script}.{name}")
        self.entries.append(f"{json_text(name)}: {json}")

    def tree(self, name: str, tree: Expr) -> None:
        self.trees.append(tree)
        try:
            self.text(name, self.place.pebble.json(tree))
        except Inexact:
            self.computed[name] = tree

    def build(self, id: str, more: Mapping[str, Value] | None = None, commands: list[str] | None = None) -> model.Task:
        """The task; its values are computed first where Pebble cannot give them."""
        lowering = self.place.lowering
        if secrets_of(self.trees):
            # what may not be shown in a result, whichever of them comes back
            secrets = sorted(lowering.plan.secrets)
            lowering.parts.add(f"{self.script}.secrets")
            self.entries.append(secrets_entry(secrets))
        lowering.parts |= {f"{self.script}.{name}" for name in self.computed}
        files = script_files(lowering, [self.script])
        run = commands or [f"python3 {self.script}.py"]
        if self.computed:
            program = Program(self.place)
            for name, tree in self.computed.items():
                program.entries[name] = program.source(tree)
            files |= program.files(into=self.file)
            run = ["python3 values.py", *run]
        files |= {self.file: Script(json_object(self.entries)), **self.files}
        return step(self.place, id, files, run, **(more or {}))
