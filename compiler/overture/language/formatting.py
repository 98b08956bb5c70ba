"""`overture fmt`: a document in its canonical order, with its author's comments, quotes and choices of style.

Keys are moved as they stand, with the comments above and beside them; then ruamel.yaml sets the indentation. Moving
keys inside ruamel's own tree was tried: it hangs a comment on the key before it, so comments end up at other keys.
Nothing is handed out that does not read as the same workflow with the same comments.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.sources import Source, pointer_of
from overture.expressions.types import Json
from overture.language.blocks import Block, Lines
from overture.language.canonical import data_of, fields_of, key_of
from overture.language.reading import Reading, read
from overture.language.tasks import Part
from overture.language.writing import write


class FormattingError(ValueError):
    """The text is left alone: it has findings (`diagnostics`), or no safe way to write it was found (none)."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


def format_text(text: str, path: str = "workflow.flow.yaml") -> str:
    """The text in canonical form: the same data and the same comments, the keys in canonical order, an indentation of
    two. Formatting twice is formatting once. Raises FormattingError for a text that is no workflow."""
    before = read(text, path)
    if before.workflow is None:
        raise FormattingError(f"`{path}` is not formatted: it has findings", before.diagnostics)
    if before.source.text.lstrip().startswith("{"):
        return _checked(
            before, json.dumps(_in_order(before.workflow, before.data), indent=2, ensure_ascii=False) + "\n"
        )
    if before.source.text == write(before.workflow):
        return before.source.text  # as we write it ourselves: to take it apart takes ten times as long
    return arranged(before)


def arranged(before: Reading) -> str:
    """A sound document in YAML, taken apart and put together in canonical order. Raises FormattingError when it cannot
    be done safely."""
    path = before.source.path
    moved = _checked(before, _moved(before))
    try:
        indented = _checked(before, _indented(moved))
    except FormattingError:
        return moved  # the order is right; the indentation stays the author's
    # ruamel has escapes of its own between double quotes, and folds `>` blocks anew
    return indented if _spellings(indented, path) == _spellings(moved, path) else moved


def _spellings(text: str, path: str) -> list[str]:
    """Every key and scalar as it is written, the lines of blocks without their indentation."""
    source = read(text, path).source
    holders = _holders(source)
    slices = []
    for pointer, place in source.places.items():
        if place.key:
            slices.append(source.text[slice(*place.key)])
        if pointer not in holders:
            slices.append(source.text[place.start : place.end])
    return ["\n".join(line.strip() for line in each.split("\n")) for each in slices]


def _holders(source: Source) -> set[str]:
    return {pointer.rpartition("/")[0] for pointer in source.places if pointer}


def _in_order(part: object, data: Json) -> Json:
    """The data with the keys of every class of the language in canonical order; free-form data as it is."""
    if isinstance(part, Part) and isinstance(data, dict):
        names = {key_of(name, field): name for name, field in fields_of(type(part))}
        return {key: _in_order(getattr(part, names[key]), data[key]) for key in names if key in data}
    if isinstance(part, tuple) and isinstance(data, list):
        return [_in_order(one, each) for one, each in zip(part, data, strict=True)]
    return data


def _checked(before: Reading, text: str) -> str:
    after = read(text, before.source.path)
    if after.workflow is None or _meaning(after) != _meaning(before):
        raise FormattingError(f"`{before.source.path}` is not formatted: it would not mean the same")
    if Counter(_comments(after.source)) != Counter(_comments(before.source)):
        raise FormattingError(f"`{before.source.path}` is not formatted: a comment would be lost")
    return text


def _meaning(reading: Reading) -> str:
    """The data as text: here, unlike in Python, true is not 1 and the order of free-form keys counts."""
    return json.dumps(data_of(reading.workflow))


def _comments(source: Source) -> Iterator[str]:
    """What stands outside keys and scalars behind a `#`."""
    holders = _holders(source)
    spans = []
    for pointer, place in source.places.items():
        if place.key:
            spans.append(place.key)
        if pointer not in holders:
            spans.append((place.start, place.end))
    rest, end = [], 0
    for start, stop in sorted(spans):
        rest.append(source.text[end : max(start, end)])
        end = max(end, stop)
    rest.append(source.text[end:])
    for line in "\0".join(rest).splitlines():
        comment = line.replace("\0", "").partition("#")
        if comment[1]:
            yield comment[2].strip()


@dataclass(frozen=True, slots=True)
class _Mapping:
    """An object of the language in the file: where it begins and ends, and its keys' pointers in canonical order; the
    `block` that it is, or None between braces."""

    start: int
    end: int
    keys: tuple[str, ...]
    block: Block | None


def _moved(reading: Reading) -> str:
    lines = Lines.of(reading.source)
    found = [each for each in _mappings(reading.workflow, reading.data, "", lines) if len(each.keys) > 1]
    return _rewritten(lines, found, 0, 0, len(lines.text))


def _mappings(part: object, data: Json, pointer: str, lines: Lines) -> Iterator[_Mapping]:
    """Every object that is a class of the language and can be taken apart, outermost first, in the file's order."""
    if isinstance(part, Part) and isinstance(data, dict):
        names = {key_of(name, field): name for name, field in fields_of(type(part))}
        keys = tuple(pointer + pointer_of(key) for key in names if key in data)
        place = lines.places[pointer]
        if not lines.is_flow(pointer):
            block = lines.block(keys)
            if block is not None:
                yield _Mapping(block.start, block.end, keys, block)
        elif "#" not in lines.text[place.start : place.end]:
            yield _Mapping(place.start, place.end, keys, None)
        for key in data:
            yield from _mappings(getattr(part, names[key]), data[key], pointer + pointer_of(key), lines)
    elif isinstance(part, tuple) and isinstance(data, list):
        for index, (one, each) in enumerate(zip(part, data, strict=True)):
            yield from _mappings(one, each, f"{pointer}/{index}", lines)


def _rewritten(lines: Lines, mappings: list[_Mapping], first: int, start: int, end: int) -> str:
    """The text from start to end with the objects inside it, which are among `mappings` from `first` on, in order."""
    written, here = [], start
    index = bisect_left(mappings, start, lo=first, key=lambda each: each.start)
    while index < len(mappings) and mappings[index].start < end:
        mapping = mappings[index]
        index += 1
        if mapping.start < here or mapping.end > end:
            continue  # inside one that was written already
        written.append(lines.text[here : mapping.start])
        written.append(_ordered(lines, mappings, index, mapping))
        here = mapping.end
    return "".join(written) + lines.text[here:end]


def _ordered(lines: Lines, mappings: list[_Mapping], first: int, mapping: _Mapping) -> str:
    block = mapping.block
    if block is None:
        return _flow(lines, mappings, first, mapping)
    bodies = [(block.leads[key], _rewritten(lines, mappings, first, *block.bodies[key])) for key in mapping.keys]
    return block.joined(bodies)


def _flow(lines: Lines, mappings: list[_Mapping], first: int, mapping: _Mapping) -> str:
    spans = {key: (lines.key(key)[0], max(lines.places[key].end, lines.key(key)[1])) for key in mapping.keys}
    # a null that is not written (`{a: , b}`) has a place before its colon: such an object is left alone
    slots = sorted(spans.values())
    between = [lines.text[one[1] : two[0]] for one, two in pairwise(slots)]
    if any(each.strip() != "," for each in between):
        return _rewritten(lines, mappings, first, mapping.start, mapping.end)
    entries = [_rewritten(lines, mappings, first, *spans[key]) for key in mapping.keys]
    joined = "".join(entry + gap for entry, gap in zip(entries, [*between, ""], strict=True))
    return lines.text[mapping.start : slots[0][0]] + joined + lines.text[slots[-1][1] : mapping.end]


class _AsWritten(VersionedResolver):
    """Every plain scalar is text, so that none is rewritten: the reader has judged them already."""

    @property
    def versioned_resolver(self) -> dict[str, Json]:
        return {}

    def resolve(self, kind: type, value: Json, implicit: Json) -> Tag:
        if kind is ScalarNode:
            return Tag(suffix="tag:yaml.org,2002:str")
        found: Tag = super().resolve(kind, value, implicit)
        return found


def _indented(text: str) -> str:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _AsWritten
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # lines stay as long as they are
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = io.StringIO()
    try:
        yaml.dump(yaml.load(text), written)
    except YAMLError as error:
        raise FormattingError(f"the text cannot be indented: {error}") from None
    return written.getvalue()
