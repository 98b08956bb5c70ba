"""Small values that are made by the hundred thousand: nodes, types, findings, places.

To the type checker a record is a frozen dataclass with slots. At run time nothing holds it frozen: a frozen dataclass
sets each attribute through `object.__setattr__`, which takes six times as long as the assignments of a plain one, and a
document of 10,000 tasks makes some 300,000 of them. Equality, hash and text are the dataclass's own, but said once
for all classes instead of compiled for each, which is most of what a dataclass costs where it is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from dataclasses import replace as _replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["record", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import replace
else:

    def record(cls: type | None = None, /, *, frozen: bool = True, slots: bool = True, kw_only: bool = False) -> Any:
        """As `dataclass(frozen=True, slots=True)`; compared, hashed and shown are the fields that say so there."""
        if cls is None:
            return lambda each: record(each, kw_only=kw_only)
        found = dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)(cls)
        own = fields(found)
        compared = [each.name for each in own if each.compare]
        hashed = [each.name for each in own if (each.compare if each.hash is None else each.hash)]
        found._names = tuple(each.name for each in own)
        found._values = attrgetter(*found._names)
        found._compared = attrgetter(*compared) if compared else _nothing
        found._hashed = attrgetter(*hashed) if hashed else _nothing
        found.__eq__ = _is_equal
        found.__hash__ = _hash
        found.__repr__ = _text
        return found

    def replace(of: Any, /, **changes: Any) -> Any:
        """As `dataclasses.replace`, in a third of its time; of any dataclass."""
        kind = of.__class__
        if not hasattr(kind, "_values") or len(kind._names) < 2:
            return _replace(of, **changes)
        return kind(**{**dict(zip(kind._names, kind._values(of), strict=True)), **changes})


def _nothing(of: object) -> tuple[()]:
    return ()


def _is_equal(self: Any, other: Any) -> Any:
    if other is self:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._hashed(self))


def _text(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({shown})"
