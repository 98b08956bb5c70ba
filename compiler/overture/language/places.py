"""The places of a document that was read without looking at places: worked out when somebody asks.

A sound workflow of 10,000 tasks holds 150,000 values, and a finding speaks of one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from overture.diagnostics.sources import Place

H = TypeVar("H")
_PATIENCE = 8
"""How many times the length of the text may be gone through again in pieces before all of it is: to open an object may
mean to scan it, and in a deep document each of them holds most of the text."""


class PlacesOnDemand(Mapping[str, Place], Generic[H]):
    """Places by JSON pointer. `opened` gives what stands in a list or an object, known by its handle: the last part of
    each pointer, the place, and a handle if it holds values itself. `whole` gives all places, in the order in which
    the values end."""

    def __init__(
        self,
        root: tuple[Place, H],
        opened: Callable[[H], Iterable[tuple[str, Place, H | None]]],
        whole: Callable[[], Mapping[str, Place]],
        length: int,
    ) -> None:
        self._known: dict[str, Place] = {"": root[0]}
        self._closed: dict[str, H] = {"": root[1]}
        self._opened = opened
        self._whole = whole
        self._all: Mapping[str, Place] | None = None
        self._patience = _PATIENCE * length

    def __getitem__(self, pointer: str) -> Place:
        if self._all is None and pointer not in self._known:
            end = pointer.find("/")
            while end >= 0 and self._all is None:
                self._open(pointer[:end])
                end = pointer.find("/", end + 1)
        return (self._known if self._all is None else self._all)[pointer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._everything())

    def __len__(self) -> int:
        return len(self._everything())

    def _open(self, pointer: str) -> None:
        if pointer not in self._closed:
            return
        place, handle = self._known[pointer], self._closed.pop(pointer)
        self._patience -= place.end - place.start
        if self._patience < 0:
            self._everything()
            return
        for part, inner, closed in self._opened(handle):
            below = f"{pointer}/{part}"
            self._known[below] = inner
            if closed is not None:
                self._closed[below] = closed

    def _everything(self) -> Mapping[str, Place]:
        if self._all is None:
            self._all = self._whole()
            self._known, self._closed = {}, {}
        return self._all
