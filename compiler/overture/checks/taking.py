"""What a place takes: the types of values that are handed on to inputs, state, loops and the fields of some kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.checks.analysis import Analysis
from overture.diagnostics.sources import pointer_of
from overture.expressions.records import record
from overture.expressions.schema_problems import schema_problems
from overture.expressions.schemas import type_of_schema, without_default
from overture.expressions.types import ANY, KINDS, OBJECT, STRING, Json, Type, list_of
from overture.language.tasks import CallTask, RememberTask
from overture.language.validation import Misfit, validate

_TEXTS = Type(kinds=frozenset(("string", "array")), items=ANY)
_ROWS = Type(kinds=frozenset(("object", "array")), items=OBJECT)
_FIELDS: dict[str, dict[str, Type]] = {
    "foreach": {"items": list_of(ANY)},
    "sql": {"params": _ROWS},
    "email": {"to": _TEXTS, "cc": _TEXTS, "bcc": _TEXTS, "attachments": _TEXTS},
}
_CONTENT: dict[str, Type] = {"lines": list_of(ANY), "csv": list_of(OBJECT), "base64": STRING}


@record(frozen=True, slots=True)
class Handed:
    """A value of type `given` where one of type `wanted` is taken; `name` is how the place is called."""

    pointer: str
    name: str
    given: Type
    wanted: Type
    schema: dict[str, Json] | None = None

    @property
    def misfits(self) -> list[Misfit]:
        """Why the one value that is given is refused by the schema of the place, whatever its type. A schema that is
        wrong itself refuses nothing."""
        values = self.given.values
        if self.schema is None or values is None or len(values) != 1:
            return []
        bare = without_default(self.schema)
        return [] if schema_problems(bare) else validate(values[0], bare)

    @property
    def may_be_null(self) -> bool:
        """Whether null may come where it has no meaning. Of what is unknown there is nothing to say."""
        of = self.given
        return of.is_nullable and not of.kinds >= KINDS and len(of.kinds) > 1 and not self.wanted.is_nullable


def handed(analysis: Analysis) -> Iterator[Handed]:
    """Every value that is handed on to a place which takes only some."""
    for pointer, given, schemas in _objects(analysis):
        for name, value in given.properties.items():
            if name in schemas:
                wanted = type_of_schema(schemas[name])
                yield Handed(pointer + pointer_of(name), name, value, wanted, schemas[name])
    for kind, fields in _FIELDS.items():
        for entry in analysis.index.of(kind):
            for name, taken in fields.items():
                pointer = f"{entry.pointer}/{name}"
                if pointer in analysis.spots:
                    yield Handed(pointer, name, analysis.typed(pointer).type, taken)
    for entry in analysis.index.of("write_file"):
        wanted = _CONTENT.get(entry.task.format, ANY)  # type: ignore[attr-defined]
        pointer = f"{entry.pointer}/content"
        yield Handed(pointer, "content", analysis.typed(pointer).type, wanted)


def _objects(analysis: Analysis) -> Iterator[tuple[str, Type, Mapping[str, dict[str, Json]]]]:
    """What triggers and calls give to inputs, and `remember` to state: with the schemas of these."""
    for number, trigger in enumerate(analysis.workflow.triggers or ()):
        if trigger.inputs:
            pointer = f"/triggers/{number}/inputs"
            yield pointer, analysis.typed(pointer).type, analysis.workflow.inputs or {}
    for entry in analysis.index.of("remember", "call"):
        task = entry.task
        if isinstance(task, RememberTask):
            yield (
                f"{entry.pointer}/values",
                analysis.typed(f"{entry.pointer}/values").type,
                analysis.workflow.state or {},
            )
        elif isinstance(task, CallTask) and task.inputs and task.workflow in analysis.callees:
            schemas = analysis.callees[task.workflow].workflow.inputs or {}
            yield f"{entry.pointer}/inputs", analysis.typed(f"{entry.pointer}/inputs").type, schemas
