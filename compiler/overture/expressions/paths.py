"""One step along a path: what a key leads to in a value of some type, and what may go wrong there."""

from __future__ import annotations

from overture.expressions.records import record
from overture.expressions.schemas import describe
from overture.expressions.types import ANY, KINDS, NOTHING, NULL, Type


@record(frozen=True, slots=True)
class Step:
    """`type` of what stands there; `rule` and `message` say what is wrong or may be (None: nothing).

    `is_certain`: it can never be read, whatever `default` says. `known` are the keys that there are, where the key is
    the mistake."""

    type: Type
    rule: str | None = None
    message: str = ""
    is_certain: bool = False
    known: tuple[str, ...] = ()


def is_nearly(name: str, known: tuple[str, ...]) -> bool:
    """Whether a name is one of those known but for a slip of the finger: one letter more, less or other, or two that
    changed places. Names of less than four letters are too much alike by nature."""
    return any(_is_slip(name, each) for each in known if max(len(name), len(each)) > 3)


def _is_slip(one: str, other: str) -> bool:
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) < 2 or (len(one) == 2 and one == other[::-1])


def step(of: Type, key: str, name: str | None) -> Step:
    """`of.key`; `name` is how `of` is written, None if it has no name."""
    shown = f"`{name}`" if name else "this"
    if not of.kinds:
        return Step(NOTHING)
    if not of.may_be("object"):
        if of.kinds == NULL.kinds:
            return Step(NOTHING, "may-be-missing", f"{shown} is null")
        return Step(ANY, "type-mismatch", f"{shown} is {describe(of)} and has no keys", is_certain=True)
    found = of.at(key)
    is_declared = key in of.properties
    if not is_declared and of.is_closed:
        return Step(ANY, "unknown-field", f"{shown} has no `{key}`", is_certain=True, known=tuple(of.properties))
    if of.is_nullable and of.kinds != KINDS:
        return Step(found, "may-be-missing", f"{shown} may be null")
    if is_declared and key not in of.required:
        return Step(found, "may-be-missing", f"`{key}` may be missing: it is not required")
    if not is_declared and of.properties and of.kinds != KINDS:
        return Step(found, "undeclared-field", f"{shown} does not declare `{key}`", known=tuple(of.properties))
    return Step(found)
