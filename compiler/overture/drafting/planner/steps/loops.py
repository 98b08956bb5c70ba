"""One task for a thing, or a loop of it for each of a list."""

from __future__ import annotations

from collections.abc import Callable

from overture.drafting.planner.draft import Draft, Task
from overture.drafting.planner.results import Result


def for_each(draft: Draft, of: Result, name: str, make: Callable[[Result], Task]) -> None:
    """Adds what `make` makes of a thing, or of each of a list."""
    if not of.is_list:
        draft.add(make(of))
        return
    draft.go_through(of)
    item_name = draft.loop_name(of.item_name if of.inner is None else of.inner)
    item = of.one(item_name)
    task = make(item)
    draft.add(
        {
            "id": draft.id(f"{name} each {item.noun}"),
            "kind": "foreach",
            "items": of.expression,
            "as": item_name,
            "tasks": [{**task, "source": draft.source}],
        }
    )
