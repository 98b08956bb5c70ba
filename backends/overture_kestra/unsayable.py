"""Texts of a workflow that Kestra cannot hold, wherever they stand.

Found by running 2.0.0: the database of its server refuses a flow with a NUL, and what is rendered on one line loses
raw tags, also when they were put together from parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from overture.expressions.tree import Expr, Literal, Template, Text, walk
from overture.expressions.types import Json
from overture.plan.backend import Gap
from overture.plan.model import Plan
from overture_kestra.constants import RAW_TAG

_DATA = "\ufffc"
"""What stands for data in a text of which only the rest is known."""


def unsayable(plan: Plan) -> Iterator[Gap]:
    """An error for each input, task, trigger or output that holds such a text."""
    held: list[tuple[str, list[str]]] = [
        (f"/inputs/{each.name}", list(_strings([each.default, dict(each.schema)]))) for each in plan.inputs
    ]
    for task in plan.walk():
        trees = [*task.fields.values(), *([task.when] if task.when is not None else [])]
        held.append(
            (task.pointer, [*_strings(dict(task.literals)), *(text for tree in trees for text in _texts(tree))])
        )
    for trigger in plan.triggers:
        trees = [*trigger.inputs.values(), *([trigger.when] if trigger.when is not None else [])]
        held.append((trigger.pointer, [text for tree in trees for text in _texts(tree)]))
    held += [(output.pointer or f"/outputs/{output.name}", list(_texts(output.value))) for output in plan.outputs]
    for pointer, texts in held:
        if any("\0" in text for text in texts):
            yield Gap(pointer, "a NUL in a text is not exported to Kestra, whose database refuses it")
        elif any(RAW_TAG.search(text) for text in texts):
            yield Gap(pointer, "a raw tag in a text is not exported to Kestra, which takes it out of every result")


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def _texts(tree: Expr) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Template | Literal):
            yield _known(node)


def _known(tree: Expr) -> str:
    match tree:
        case Text(body=body):
            return _known(body)
        case Template(parts=parts):
            return "".join(map(_known, parts))
        case Literal(value=str() as text):
            return text
    return _DATA
