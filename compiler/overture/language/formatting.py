"""`overture fmt`: a document in its canonical order, with its author's comments, quotes and choices of style.

Keys are moved as they stand, with the comments above and beside them; then ruamel.yaml sets the indentation. Moving
keys inside ruamel's own tree was tried: it hangs a comment on the key before it, so comments end up at other keys.
Nothing is handed out that does not read as the same workflow with the same comments.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.sources import Place, Source, pointer_of
from overture.expressions.types import Json
from overture.language.canonical import data_of, fields_of, key_of
from overture.language.reading import Reading, read
from overture.language.tasks import Part

_OPENING = re.compile(r"[ ]*(?:- +)?")


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
    moved = _checked(before, _moved(before))
    try:
        indented = _checked(before, _indented(moved))
    except FormattingError:
        return moved  # the order is right; the indentation stays the author's
    # ruamel has escapes of its own between double quotes, and folds `>` blocks anew
    return indented if _spellings(indented, path) == _spellings(moved, path) else moved


def _spellings(text: str, path: str) -> list[str]:
    """Every scalar as it is written, the lines of blocks without their indentation."""
    source = read(text, path).source
    holders = _holders(source)
    slices = [source.text[each.start : each.end] for pointer, each in source.places.items() if pointer not in holders]
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
class _File:
    """A text, the places in it, and where its blocks of text truly end, by the end that their places have: blank lines
    that are kept (`|+`), or that are longer than the indentation, are a part of the text."""

    text: str
    places: Mapping[str, Place]
    tails: Mapping[int, int]

    @staticmethod
    def of(source: Source) -> _File:
        text = source.text
        tails: dict[int, int] = {}
        for place in source.places.values():
            if text[place.start : place.start + 1] in ("|", ">"):
                start = end = _line_end(text, place.end)
                while end < len(text) and not text[end : _line_end(text, end + 1)].strip():
                    end = _line_end(text, end + 1)
                header = text[place.start : text.find("\n", place.start)].partition("#")[0]
                if "+" in header or text[start:end].strip("\n"):
                    tails[place.end] = end
        return _File(text, source.places, tails)


@dataclass(frozen=True, slots=True)
class _Mapping:
    """An object of the language in the file: its range in the text, and its keys' pointers in canonical order."""

    start: int
    end: int
    pointer: str
    keys: tuple[str, ...]


def _moved(reading: Reading) -> str:
    file = _File.of(reading.source)
    found = [each for each in _mappings(reading.workflow, reading.data, "", file) if len(each.keys) > 1]
    return _rewritten(file, found, 0, len(file.text))


def _mappings(part: object, data: Json, pointer: str, file: _File) -> Iterator[_Mapping]:
    """Every object that is a class of the language, outermost first, in the order of the file."""
    if isinstance(part, Part) and isinstance(data, dict):
        names = {key_of(name, field): name for name, field in fields_of(type(part))}
        here = [pointer + pointer_of(key) for key in names if key in data]
        if mapping := _place(file, pointer, tuple(here)):
            yield mapping
        for key in data:
            yield from _mappings(getattr(part, names[key]), data[key], pointer + pointer_of(key), file)
    elif isinstance(part, tuple) and isinstance(data, list):
        for index, (one, each) in enumerate(zip(part, data, strict=True)):
            yield from _mappings(one, each, f"{pointer}/{index}", file)


def _place(file: _File, pointer: str, keys: tuple[str, ...]) -> _Mapping | None:
    """Where an object can be taken apart: whole lines of a block, or one line between braces; else None."""
    text, place = file.text, file.places[pointer]
    if text[place.start : place.start + 1] == "{":
        return _Mapping(place.start, place.end, pointer, keys) if "#" not in text[place.start : place.end] else None
    starts = [_key(file, key)[0] for key in keys]
    if not all(_OPENING.fullmatch(text[_line_start(text, start) : start]) for start in starts):
        return None  # a key after `?`, or something else that is rare: it stays where it is
    last = max(keys, key=lambda key: _key(file, key)[0])
    column = min(start - _line_start(text, start) for start in starts)
    return _Mapping(_line_start(text, min(starts)), _end_of(file, last, column), pointer, keys)


def _key(file: _File, pointer: str) -> tuple[int, int]:
    key = file.places[pointer].key
    assert key is not None
    return key


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    """After the line feed of the line that holds the character before `offset`."""
    found = text.find("\n", max(offset - 1, 0))
    return len(text) if found < 0 else found + 1


def _end_of(file: _File, pointer: str, column: int) -> int:
    """Where the lines of a key end: with its value, and the comments below that are indented at least as far."""
    text = file.text
    end = here = _end_of_value(file, pointer)
    while here < len(text):
        line = text[here : _line_end(text, here + 1)]
        if line.strip() and not (line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) >= column > 0):
            break
        here += len(line)
        if line.strip():
            end = here
    return end


def _end_of_value(file: _File, pointer: str) -> int:
    """After the last line of a key's value."""
    place = file.places[pointer]
    return _line_end(file.text, max(file.tails.get(place.end, place.end), _key(file, pointer)[1]))


def _rewritten(file: _File, mappings: list[_Mapping], start: int, end: int) -> str:
    """The text from start to end with the objects inside it in order."""
    written, here = [], start
    for mapping in mappings:
        if mapping.start < here or mapping.end > end:
            continue  # inside one that was written already, or not in this range
        inner = [each for each in mappings if each is not mapping]
        written.append(file.text[here : mapping.start])
        is_flow = file.text[mapping.start] == "{"
        written.append((_flow if is_flow else _block)(file, mapping, inner))
        here = mapping.end
    return "".join(written) + file.text[here:end]


def _flow(file: _File, mapping: _Mapping, inner: list[_Mapping]) -> str:
    spans = {key: (_key(file, key)[0], max(file.places[key].end, _key(file, key)[1])) for key in mapping.keys}
    # a null that is not written (`{a: , b}`) has a place before its colon: such an object is left alone
    slots = sorted(spans.values())
    between = [file.text[one[1] : two[0]] for one, two in pairwise(slots)]
    if any(each.strip() != "," for each in between):
        return _rewritten(file, inner, mapping.start, mapping.end)
    entries = [_rewritten(file, inner, *spans[key]) for key in mapping.keys]
    joined = "".join(entry + gap for entry, gap in zip(entries, [*between, ""], strict=True))
    return file.text[mapping.start : slots[0][0]] + joined + file.text[slots[-1][1] : mapping.end]


def _block(file: _File, mapping: _Mapping, inner: list[_Mapping]) -> str:
    text = file.text
    written = sorted(mapping.keys, key=lambda key: _key(file, key)[0])
    first = _key(file, written[0])[0]
    opening = text[mapping.start : first]
    indentation = " " * len(opening)
    leads, bodies, start = {written[0]: ""}, {}, first
    for key, following in zip(written, [*written[1:], ""], strict=True):
        end, lead = mapping.end, mapping.end
        if following:
            end = _line_start(text, _key(file, following)[0])
            lead = _start_of_comments(text, end, _end_of_value(file, key), len(opening))
            leads[following] = text[lead:end]
        body = _rewritten(file, inner, start, lead)
        bodies[key] = body if body.endswith("\n") else body + "\n"
        start = _key(file, following)[0] if following else end
    head, *rest = mapping.keys
    # a comment above a key that now comes first stands above the whole item
    dash = len(opening) - len(opening.lstrip(" "))
    above = "".join(" " * dash + line.lstrip(" ") for line in leads[head].splitlines(keepends=True))
    return above + opening + bodies[head] + "".join(leads[key] + indentation + bodies[key] for key in rest)


def _start_of_comments(text: str, end: int, floor: int, column: int) -> int:
    """Where the comments and blank lines right above a line begin; what is indented further is no comment on it."""
    start = end
    while start > floor:
        line = text[_line_start(text, start - 1) : start]
        indentation = len(line) - len(line.lstrip(" "))
        if line.strip() and not (line[indentation] == "#" and indentation <= column):
            break
        start -= len(line)
    return max(start, floor)


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
