"""A document's text after a change of its data: what did not change stays byte for byte, comments and style included.

Tasks are known by their ids, everything else by its key. What is new is written as the canonical writer writes it.
"""

from __future__ import annotations

import json
from typing import Any

from overture.diagnostics.sources import pointer_of
from overture.expressions.types import Json
from overture.language.blocks import Lines
from overture.language.canonical import data_of
from overture.language.forms import forms_of
from overture.language.reading import Reading, read
from overture.language.tasks import TASKS, Case, Part
from overture.language.workflow import Workflow
from overture.language.writing import entry_lines, item_lines, write, write_data

_TASK_LISTS = ("tasks", "else", "catch", "on_failure", "finally", "cases")


def patch(before: Reading, document: dict[str, Json]) -> str:
    """The text of `before`, a workflow without errors, changed so that it reads as `document` (canonical data). Where
    the text is no block YAML, or the change cannot be made piece by piece, all of it is written anew."""
    if before.workflow is None:
        raise ValueError("only the text of a workflow can be patched")
    anew = write_data(document)
    wanted = read(anew, before.source.path).workflow
    if wanted is None:
        return anew
    old, new = data_of(before.workflow), data_of(wanted)
    raw: Any = before.data
    text = _Patch(Lines.of(before.source)).object("", raw, old, new, Workflow)
    if text is not None:
        after = read(text, before.source.path).workflow
        if after is not None and _text(data_of(after)) == _text(new):
            return text
    return write(wanted)


class _Patch:
    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def object(self, pointer: str, raw: dict[str, Json], old: Json, new: Json, model: type[Part]) -> str | None:
        """The lines of an object after its change (of the whole text for the root), None when they cannot be told
        apart. `raw` is the data as it stands in the file: what is spelt out at its default stays."""
        names = {pointer + pointer_of(key): key for key in raw}
        if not names or (pointer and self.lines.is_flow(pointer)):
            return None
        block = self.lines.block(list(names))
        if block is None:
            return None
        known = {each.key for each in forms_of(model)}
        kept: dict[str, tuple[str, str]] = {}
        for here in block.keys:
            key, lead = names[here], block.leads[here]
            was_default, is_default = key not in old, key not in new
            if (is_default and not was_default) or key not in known:
                continue
            if was_default == is_default and (is_default or _text(old[key]) == _text(new[key])):
                kept[key] = (lead, self.lines.text[slice(*block.bodies[here])])
            else:
                body = self.value(here, key, raw[key], old.get(key), new[key], block.bodies[here], len(block.opening))
                kept[key] = (lead, body)
        for key in new:
            if key not in raw:
                kept = _inserted(kept, key, ("", _entry(key, new[key], len(block.opening))), model)
        text = block.joined(list(kept.values()))
        return text if pointer else self.lines.text[: block.start] + text + self.lines.text[block.end :]

    def value(self, pointer: str, key: str, raw: Json, old: Json, new: Json, span: tuple[int, int], column: int) -> str:
        """A key and its value after its change."""
        holds_tasks = key in _TASK_LISTS and raw and old and new and isinstance(new[0], dict)
        patched = self.list(pointer, key, raw, old, new, span) if holds_tasks else None
        if patched is not None:
            return patched
        return _entry(key, new, column) + self.lines.text[self.lines.end_of_value(pointer) : span[1]]

    def list(self, pointer: str, key: str, raw: Json, old: Json, new: Json, span: tuple[int, int]) -> str | None:
        """A list of tasks, or of cases, after its change."""
        lines, text = self.lines, self.lines.text
        if lines.is_flow(pointer):
            return None
        starts = [lines.start(lines.places[f"{pointer}/{index}"].start) for index in range(len(raw))]
        places = [lines.places[f"{pointer}/{index}"].start for index in range(len(raw))]
        openings = [text[start:place] for start, place in zip(starts, places, strict=True)]
        if len(set(starts)) < len(starts) or any(each.strip() != "-" for each in openings):
            return None
        dash = openings[0].index("-")
        begins = [lines.start_of_comments(starts[0], lines.end(lines.key(pointer)[1]), dash)]
        for index, start in enumerate(starts[1:]):
            floor = lines.end_of(f"{pointer}/{index}", dash + 1)
            begins.append(lines.start_of_comments(start, floor, dash))
        ends = [*begins[1:], span[1]]
        ids = [_id(each, index) for index, each in enumerate(old)]
        written = [text[span[0] : begins[0]]]
        for position, each in enumerate(new):
            name = _id(each, position)
            if name not in ids:
                written.append("\n".join(item_lines(each, dash, "- ")) + "\n")
                continue
            index = ids.index(name)
            lead, body = text[begins[index] : starts[index]], text[starts[index] : ends[index]]
            if _text(old[index]) != _text(each):
                here = f"{pointer}/{index}"
                model = Case if key == "cases" else TASKS.get(each["kind"], Part)
                changed = self.object(here, raw[index], old[index], each, model)
                body = "\n".join(item_lines(each, dash, "- ")) + "\n" if changed is None else changed
            written.append(lead + (body if body.endswith("\n") else body + "\n"))
        return "".join(written)


def _entry(key: str, value: Json, column: int) -> str:
    return "\n".join(entry_lines(key, value, column))[column:] + "\n"


def _inserted(
    kept: dict[str, tuple[str, str]], key: str, body: tuple[str, str], model: type[Part]
) -> dict[str, tuple[str, str]]:
    """A new key after the nearest one that canonically stands before it."""
    order = [each.key for each in forms_of(model)]
    before = order[: order.index(key)] if key in order else order
    place = max((index for index, each in enumerate(kept) if each in before), default=-1) + 1
    items = list(kept.items())
    return dict([*items[:place], (key, body), *items[place:]])


def _id(value: dict[str, Json], index: int) -> Json:
    """What a task is known by; a case by its number."""
    return value.get("id", index)


def _text(data: Json) -> str:
    return json.dumps(data)
