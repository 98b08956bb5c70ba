"""YAML 1.2, strictly: the data of one document and the place of every value in it.

libyaml finds the events, we build the data from them: scalars by the core schema (YAML 1.2.2, 10.3.2), no anchors,
tags or merge keys, no duplicate keys. PyYAML's composer was tried and is five times slower than its events, recurses
as deep as the document, and merges before anybody can look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from overture.diagnostics.sources import Place
from overture.language import yaml_faults
from overture.language.document import (
    MAX_DEPTH,
    MAX_FINDINGS,
    MAX_VALUES,
    SPLIT,
    Document,
    Finding,
    Unreadable,
    escaped,
    shortened,
    too_many_values,
)
from overture.language.rules.reading.duplicate_key import RULE as DUPLICATE_KEY
from overture.language.rules.reading.empty_document import RULE as EMPTY_DOCUMENT
from overture.language.rules.reading.key_not_text import RULE as KEY_NOT_TEXT
from overture.language.rules.reading.not_yaml import RULE as NOT_YAML
from overture.language.rules.reading.number_out_of_range import RULE as NUMBER_OUT_OF_RANGE
from overture.language.rules.reading.too_large import RULE as TOO_LARGE
from overture.language.rules.reading.yaml_shorthand import RULE as YAML_SHORTHAND
from overture.language.workflow import Json
from overture.language.yaml_scalars import REFUSED, end_of_block, scalar

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG_DIRECTIVE = re.compile(r"^%TAG\b", re.MULTILINE)


def parse_yaml(text: str) -> Document:
    """The document in `text`, which begins without a byte order mark and holds only printable characters."""
    reader = _Reader(text)
    try:
        if declared := _TAG_DIRECTIVE.search(text):
            # Each of them libyaml compares with all before it: a million would keep it busy for an hour.
            message, help = "`%TAG` declares tags, which a workflow does not have", "leave the line out"
            raise Unreadable(Finding(YAML_SHORTHAND, "", declared.start(), declared.end(), message, help))
        reader.read()
    except Unreadable as end:
        reader.findings.append(end.finding)
        return Document(None, reader.places, reader.findings)
    return Document(reader.data, reader.places, reader.findings)


class _Frame:
    """A list or an object that is being read."""

    __slots__ = ("end", "here", "is_object", "items", "key", "key_span", "keys", "pointer", "start")

    def __init__(self, items: Any, is_object: bool, pointer: str, start: int, here: tuple[int, int] | None) -> None:
        self.items = items
        self.is_object = is_object
        self.pointer = pointer
        self.start = start
        self.end = start
        self.here = here  # the span of its own key
        self.key: str | None = None  # of an object: the key whose value comes next
        self.key_span: tuple[int, int] | None = None
        self.keys: dict[str, tuple[int, int]] = {}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.data: Json = None
        self.places: dict[str, Place] = {}
        self.findings: list[Finding] = []
        self._frames: list[_Frame] = []
        self._documents = 0

    def read(self) -> None:
        for event in self._events():
            match type(event):  # libyaml's events are exactly these classes, and there are many of them
                case yaml.ScalarEvent:
                    self._refuse_shorthand(event)
                    self._scalar(event)
                case yaml.MappingStartEvent:
                    self._refuse_shorthand(event)
                    self._open({}, True, event.start_mark.index)
                case yaml.SequenceStartEvent:
                    self._refuse_shorthand(event)
                    self._open([], False, event.start_mark.index)
                case yaml.MappingEndEvent | yaml.SequenceEndEvent:
                    self._close(event)
                case yaml.AliasEvent:
                    raise Unreadable(self._shorthand(event, "an alias", "write the value out where it is used"))
                case yaml.DocumentStartEvent:
                    self._document(event)
        if not self._documents or (self.data is None and "" not in self.places):
            raise Unreadable(
                Finding(EMPTY_DOCUMENT, "", 0, 0, "the file holds no workflow", "begin with `overture: 1`")
            )

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self.text, Loader=_LOADER)
        except yaml.YAMLError as error:
            innermost = self._frames[-1].start if self._frames else None
            raise Unreadable(yaml_faults.finding(error, self.text, self._pointer(), innermost)) from None

    def _document(self, event: Any) -> None:
        self._documents += 1
        start, end = event.start_mark.index, event.end_mark.index
        if self._documents > 1:
            raise Unreadable(
                Finding(
                    NOT_YAML,
                    "",
                    start,
                    end,
                    "a second document begins here",
                    "a file holds one workflow: put the others into files of their own",
                )
            )
        if event.version and tuple(event.version) != (1, 2):
            version = ".".join(map(str, event.version))
            raise Unreadable(
                Finding(
                    NOT_YAML,
                    "",
                    start,
                    start + len(f"%YAML {version}"),
                    f"the file is YAML 1.2, not {version}",
                    "leave the `%YAML` line out",
                )
            )

    def _pointer(self) -> str:
        """The pointer of the value that comes next, or of its list or object."""
        return self._frames[-1].pointer if self._frames else ""

    def _scalar(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        start, end = event.start_mark.index, event.end_mark.index
        is_plain = event.implicit[0] and not event.tag
        if frame is not None and frame.is_object and frame.key is None:
            self._key(frame, event.value, is_plain, start, end)
            return
        value = scalar(event.value) if is_plain else event.value
        if event.style in ("|", ">"):
            end = end_of_block(self.text, start, end)
        if value is REFUSED:
            self._refuse_number(start, end)
            value = None
        if frame is None and is_plain and value is None and start == end:
            return  # nothing but comments: the file is empty
        self._put(value, start, end)

    def _key(self, frame: _Frame, key: str, is_plain: bool, start: int, end: int) -> None:
        pointer = f"{frame.pointer}/{escaped(key)}"
        if is_plain:
            if key == "<<":
                raise Unreadable(
                    Finding(
                        YAML_SHORTHAND,
                        frame.pointer,
                        start,
                        end,
                        "`<<` merges keys, which a workflow does not",
                        "write the keys out where they are used",
                    )
                )
            if not isinstance(scalar(key), str):
                shown = f"{shortened(key)} is a key that is no text" if key else "a key is missing here"
                self.findings.append(
                    Finding(
                        KEY_NOT_TEXT,
                        pointer,
                        start,
                        end,
                        shown,
                        f'write `"{key[:40]}"`' if key else "write a key before the `:`",
                        fixed=f'"{key}"' if key else None,
                    )
                )
        if key in frame.keys:
            self.findings.append(
                Finding(
                    DUPLICATE_KEY, pointer, start, end, f"{shortened(key)} stands here twice", earlier=frame.keys[key]
                )
            )
            if len(self.findings) >= MAX_FINDINGS:
                raise Unreadable(self.findings.pop())
            frame.items.pop(key, None)  # which of the two is meant, nobody knows
        else:
            frame.keys[key] = (start, end)
        frame.key = key
        frame.key_span = (start, end)

    def _put(self, value: Any, start: int, end: int) -> None:
        pointer, key = self._place_of_next(value)
        self.places.setdefault(pointer, Place(start, end, key))
        if self._frames:
            self._frames[-1].end = end

    def _place_of_next(self, value: Any) -> tuple[str, tuple[int, int] | None]:
        """Puts a value where it belongs; its pointer, and the span of its key."""
        if len(self.places) + len(self._frames) > MAX_VALUES:
            start = self._frames[0].start if self._frames else 0
            raise Unreadable(Finding(TOO_LARGE, "", start, start + 1, too_many_values(), SPLIT))
        if not self._frames:
            self.data = value
            return "", None
        frame = self._frames[-1]
        if frame.is_object:
            key, span = frame.key or "", frame.key_span
            frame.items[key] = value
            frame.key = None
            return f"{frame.pointer}/{escaped(key)}", span
        frame.items.append(value)
        return f"{frame.pointer}/{len(frame.items) - 1}", None

    def _open(self, items: Any, is_object: bool, start: int) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.is_object and frame.key is None:
            message = f"{'an object' if is_object else 'a list'} cannot be a key"
            help = "put a text that begins with `{` or `[` between quotes"
            if self.text.startswith("{{", frame.start) and start == frame.start + 1:
                start -= 1
                message = "`{{` without quotes begins an object, not an expression"
                help = 'put the whole text between quotes: `"{{ … }}"`'
            raise Unreadable(Finding(KEY_NOT_TEXT, frame.pointer, start, start + 1, message, help))
        if len(self._frames) >= MAX_DEPTH:
            raise Unreadable(
                Finding(
                    TOO_LARGE,
                    frame.pointer if frame else "",
                    start,
                    start + 1,
                    f"lists and objects are nested more than {MAX_DEPTH} deep",
                    "put the inner part into a workflow of its own, and `call` it",
                )
            )
        pointer, key = self._place_of_next(items)
        self._frames.append(_Frame(items, is_object, pointer, start, key))

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        # A block ends, for libyaml, where the next thing begins: its own end is that of its last value.
        start, end = event.start_mark.index, event.end_mark.index
        if start == end:
            end = frame.end
        self.places.setdefault(frame.pointer, Place(frame.start, max(end, frame.start), frame.here))
        if self._frames:
            self._frames[-1].end = end

    def _refuse_number(self, start: int, end: int) -> None:
        shown = self.text[start:end] if end - start <= 40 else self.text[start : start + 40] + "…"
        is_finite = "n" not in shown.lower()
        self.findings.append(
            Finding(
                NUMBER_OUT_OF_RANGE,
                self._pointer(),
                start,
                end,
                f"`{shown}` does not fit into 64 bits" if is_finite else f"`{shown}` is no number of a workflow",
                "put it between quotes if it is a text",
            )
        )

    def _refuse_shorthand(self, event: Any) -> None:
        if event.anchor is not None:
            raise Unreadable(
                self._shorthand(event, "an anchor", "leave it out, and write the value out where it is used")
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Unreadable(self._shorthand(event, "a tag", "leave it out: the value says itself what it is"))

    def _shorthand(self, event: Any, what: str, help: str) -> Finding:
        start = event.start_mark.index
        word = re.compile(r"[^\s,\[\]{}]*").match(self.text, start)
        shown = word.group()[:40] if word else ""
        return Finding(
            YAML_SHORTHAND,
            self._pointer(),
            start,
            start + max(1, len(shown)),
            f"`{shown}` is {what}, which a workflow does not have",
            help,
        )
