"""An evaluation as the templates that a flow would hold for it, for each place and each way in which its names travel.

Names travel as Kestra's inputs do (whole values where their type loses nothing), or as the results of steps do (JSON
text). A template is one of a value (`runIf`, `items`), of a text (a message), of JSON text with holes (the input file
of a step) and of JSON text that is kept (an output).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from generated_judgement import Judged, type_of

from overture.expressions.tree import Expr, Ref
from overture.plan.python_values import json_text, settled
from overture_kestra import carriers
from overture_kestra.carriers import Carrier, Plain, Text
from overture_kestra.inexact import Inexact
from overture_kestra.pebble import Pebble
from overture_kestra.place import input_type


@dataclass(frozen=True, slots=True)
class Rendering:
    """A template and what reads it: `json` text, `kept` JSON text, or plain `text`."""

    judged: Judged
    template: str
    reads: str

    def fault(self, text: str | None, error: str | None) -> str | None:
        """What is wrong with what the engine made of it; None if it agrees."""
        if self.judged.error is not None:
            return self.judged.fault(text, error)
        if text is None:
            return self.judged.fault(None, error)
        if self.reads == "json":
            found, wanted = repr(settled(json.loads(text))), repr(self.judged.wanted)
        else:
            found, wanted = text, self.judged.text() if self.reads == "text" else json_text(self.judged.wanted)
        is_same = _with_small_digits(found) == _with_small_digits(wanted)
        return None if is_same else f"is {found[:1000]} instead of {wanted[:1000]}"


def _with_small_digits(text: str) -> str:
    """Kestra writes control characters in JSON text as `\\u001F`, we as `\\u001f`: a difference that is listed."""
    return re.sub(r"u00[01][0-9A-F]", lambda found: found[0].lower(), text)


class _Names:
    """Where the names of one evaluation stand in the variables of a render request."""

    def __init__(self, judged: Judged, prefix: str, is_carried: Callable[[Any], bool]) -> None:
        self.judged = judged
        self.prefix = prefix
        self.is_carried = is_carried

    def find(self, ref: Ref) -> Carrier:
        where = f"data.{self.prefix}.{ref.name}"
        return Text(where) if self.is_carried(type_of(self.judged.evaluation.schemas[ref.name])) else Plain(where)

    def variables(self) -> dict[str, Any]:
        of = self.judged.evaluation
        return {
            name: json_text(self.judged.data[name]) if self.is_carried(type_of(of.schemas[name])) else value
            for name, value in of.data.items()
        }


def renderings(judged: Judged, prefix: str) -> Iterator[tuple[dict[str, Any], list[Rendering]]]:
    """The variables under `data.<prefix>…` and the templates, for each way in which the names travel; nothing where
    there is no translation: a step in Python computes it then."""
    seen: list[dict[str, Any]] = []
    ways = (lambda type: input_type(type) == "TEXT"), (lambda type: not carriers.is_kept(type))
    for number, is_carried in enumerate(ways):
        names = _Names(judged, f"{prefix}_{number}", is_carried)
        variables = names.variables()
        if any(_loses(value) for value in variables.values()):
            continue  # an undeclared member that is null: the export warns of it
        if variables in seen:
            continue
        seen.append(variables)
        found = list(_templates(judged, Pebble(names.find)))
        if found:
            yield {names.prefix: variables}, found


def _loses(value: Any) -> bool:
    """Whether an object inside has a member that is null, which Kestra drops."""
    if isinstance(value, dict):
        return any(each is None or _loses(each) for each in value.values())
    return isinstance(value, list) and any(map(_loses, value))


def _templates(judged: Judged, pebble: Pebble) -> Iterator[Rendering]:
    tree = judged.tree
    forms: list[tuple[str, Callable[[Expr], str]]]
    forms = [("text", pebble.text), ("json", pebble.json), ("kept", pebble.kept)]
    if tree.type.is_only("string", "number", "boolean", "null"):  # of others `toJson` would drop what is null
        forms.append(("json", lambda tree: "{{ (" + pebble.value(tree) + ") | toJson }}"))
    if tree.type.is_only("boolean"):
        forms.append(("text", lambda tree: "{{ " + pebble.condition(tree) + " }}"))
    for reads, write in forms:
        try:
            yield Rendering(judged, write(tree), reads)
        except Inexact:
            continue
