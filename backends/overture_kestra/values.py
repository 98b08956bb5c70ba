"""Values that Pebble cannot give exactly: computed by a step in Python, in the translation that all backends share."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from overture.expressions.tree import Expr, Ref, references
from overture.plan.python_source import HELPERS, NoPython, python_condition, python_expression, python_text
from overture_kestra import carriers
from overture_kestra.carriers import Carrier, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.layout import json_object as json_object
from overture_kestra.model import Script, Task, Value
from overture_kestra.pebble import json_text
from overture_kestra.place import CORE, SHELL, Lowering, Place, Refused, members_text
from overture_kestra.scripts import IMPORTS

PROCESS: Mapping[str, Value] = {"type": f"{CORE}.runner.Process"}

_TAKEN = frozenset((*HELPERS, *keyword.kwlist, *dir(builtins), "given", "values", "compute", "mapped", "index"))


@dataclass(slots=True)
class Naming:
    """The names of a step's program: `given["tasks.issues.body"]`, and `local` variables (a mapping's item)."""

    place: Place
    local: dict[str, str] = field(default_factory=dict)
    given: dict[str, tuple[Carrier, bool]] = field(default_factory=dict)

    def _give(self, ref: Ref, is_certain: bool) -> str:
        name = name_of(ref)
        carrier = self.place.find(ref)
        before = self.given.get(name)
        self.given[name] = (carrier, is_certain and (before is None or before[1]))
        return python_text(name)

    def read(self, ref: Ref) -> str:
        name = name_of(ref)
        if name in self.local:
            return self.local[name]
        return f"given[{self._give(ref, self.place.is_certain(ref))}]"

    def peek(self, ref: Ref) -> str:
        name = name_of(ref)
        if name in self.local:
            return self.local[name]
        return f"given.get({self._give(ref, self.place.is_certain(ref))})"

    def presence(self, ref: Ref) -> str | None:
        name = name_of(ref)
        if name in self.local or self.place.is_certain(ref):
            return None
        return f"({self._give(ref, False)} in given)"

    def secrets(self) -> list[str]:
        return sorted(name.removeprefix("secrets.") for name in self.given if name.startswith("secrets."))


def name_of(ref: Ref) -> str:
    """A name as the workflow writes it."""
    if ref.root == "item":
        return ref.name
    return ".".join(part for part in (ref.root, ref.name, ref.field) if part is not None)


def local_name(name: str) -> str:
    """A Python variable for a loop's item."""
    return name + "_" if name in _TAKEN else name


@dataclass(slots=True)
class Program:
    """The program of a step that computes: an entry for each value, and what it needs."""

    place: Place
    naming: Naming = field(init=False)
    entries: dict[str, str] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    uses_mapped: bool = False

    def __post_init__(self) -> None:
        self.naming = Naming(self.place)

    def source(self, tree: Expr, *, is_condition: bool = False) -> str:
        """The Python of a tree. Raises Refused for what Python cannot say either."""
        try:
            code = (python_condition if is_condition else python_expression)(tree, self.naming)
        except NoPython as error:
            raise Refused(str(error)) from None
        except Inexact as error:
            raise Refused(f"{error.args[0]}") from None
        self.functions |= code.helpers
        self.imports |= code.imports
        return code.text

    def add(self, name: str, tree: Expr) -> Carrier:
        """Compute a tree; where its value will stand, after `outputs.<step>.vars.`, is what is returned."""
        self.entries[name] = self.source(tree)
        if carriers.is_kept(tree.type):
            self.plain.append(name)
            return Plain(name)
        return Text(name)

    def text(self, into: str | None = None) -> str:
        """The whole program."""
        names = ["compute", *(["mapped"] if self.uses_mapped else [])]
        lines = [*sorted(self.imports), ""] if self.imports else []
        lines.append(f"from computed import {', '.join(names)}")
        if self.functions:
            lines.append(f"from expressions import {', '.join(sorted(self.functions))}")
        lines += ["", "", "def values(given):", "    return {"]
        lines += [f"        {python_text(name)}: {source}," for name, source in self.entries.items()]
        lines += ["    }", "", ""]
        arguments = ["values"]
        if into is not None:
            arguments.append(f"into={python_text(into)}")
        elif self.plain:
            arguments.append(f"plain=({', '.join(python_text(each) for each in self.plain)},)")
        return "\n".join([*lines, f"compute({', '.join(arguments)})"]) + "\n"

    def files(self, into: str | None = None) -> dict[str, Value]:
        """The input files of the step, and the flow's variables that they need."""
        lowering = self.place.lowering
        files = script_files(lowering, ["computed"])
        text = self.text(into)
        if self.functions:
            lowering.functions |= self.functions
            files["expressions.py"] = "{{ vars.expressions }}"
        return files | {"values.py": verbatim(text), "given.json": Script(self._given())}

    def _given(self) -> str:
        entries = []
        for name, (carrier, is_certain) in self.naming.given.items():
            text = members_text(carrier)
            if is_certain:
                entries.append(f"{json_text(name)}: {text}")
            else:
                entries.append(f"{json_text(name + '?')}: [{maybe(carrier)}]")
        if secrets := self.naming.secrets():
            self.place.lowering.parts.add("computed.secrets")
            entries.append(secrets_entry(secrets))
        return json_object(entries)


def script_files(lowering: Lowering, names: Iterable[str]) -> dict[str, Value]:
    """Scripts of the flow and those that they import, as input files."""
    wanted = {each for name in names for each in (name, *IMPORTS.get(name, ()))}
    lowering.scripts |= wanted
    # what is imported first
    order = sorted(wanted, key=lambda name: (len(IMPORTS.get(name, ())), name))
    return {f"{name}.py": f"{{{{ vars.{name} }}}}" for name in order}


def maybe(carrier: Carrier) -> str:
    """JSON text with holes that is empty where there is no value."""
    if isinstance(carrier, carriers.Members):
        text = members_text(carrier)
        return text if carrier.exists is None else f"{{% if {carrier.exists} %}}{text}{{% endif %}}"
    return "{{ (" + carriers.text_of(carrier) + ") ?? '' }}"


def secrets_entry(names: list[str]) -> str:
    return '"secrets": [' + ", ".join("{{ secret('" + name + "') | toJson }}" for name in names) + "]"


def verbatim(text: str) -> Value:
    """A text that Kestra must not render. Raises Refused where it cannot be kept from it."""
    if not any(opener in text for opener in ("{{", "{%", "{#")):
        return Script(text)
    if "endverbatim" in text:
        raise Refused("a text that holds both `{{` and `endverbatim` cannot be kept as it is")
    # the line break after the opening tag belongs to the tag
    return Script("{% verbatim %}\n" + text + "{% endverbatim %}\n")


def step(place: Place, id: str, files: Mapping[str, Value], commands: list[str], **more: Value) -> Task:
    """A task that runs a Python program of the flow's."""
    properties: dict[str, Value] = {"taskRunner": dict(PROCESS)}
    return Task(id, SHELL, {**properties, **more, "inputFiles": dict(files), "commands": list(commands)})


@dataclass(frozen=True, slots=True)
class Computed:
    """A step that computes, and where each of its values stands."""

    task: Task
    carriers: Mapping[str, Carrier]


def compute(place: Place, id: str, build: Callable[[Program], dict[str, Carrier]]) -> Computed:
    """A step of its own for values that Pebble cannot give."""
    program = Program(place)
    found = build(program)
    task = step(place, id, program.files(), ["python3 values.py"])
    return Computed(task, {name: moved(id, carrier) for name, carrier in found.items()})


def moved(id: str, carrier: Carrier) -> Carrier:
    """The carrier of a value that step `id` computed under a name."""
    if isinstance(carrier, Plain):
        return Plain(f"outputs.{id}.vars.{carrier.expression}")
    if isinstance(carrier, Text):
        return Text(f"outputs.{id}.vars.{carrier.expression}")
    raise TypeError("a computed value stands in one place")


def compute_trees(place: Place, id: str, trees: Mapping[str, Expr]) -> Computed:
    return compute(place, id, lambda program: {name: program.add(name, tree) for name, tree in trees.items()})


def secrets_of(trees: list[Expr]) -> list[str]:
    """The secrets that trees read."""
    return sorted({ref.name for tree in trees for ref in references(tree) if ref.root == "secrets"})
