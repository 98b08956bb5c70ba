"""A file becomes a workflow, or findings that say where and why it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from overture.diagnostics.model import Change, Diagnostic, Edit, Related
from overture.diagnostics.sources import Source
from overture.language import offsets
from overture.language.document import MAX_BYTES, MAX_FINDINGS, SPLIT, Document, Finding
from overture.language.rules.reading.not_text import RULE as NOT_TEXT
from overture.language.rules.reading.too_large import RULE as TOO_LARGE
from overture.language.shape import judge
from overture.language.workflow import Json, Workflow

# To compile a set of this many characters takes longer than to read a small file: patterns, for those that need them.
# YAML 1.2.2, 5.1, without what libyaml still takes for the end of a line (NEL, LS, PS) and without byte order marks.
_NO_YAML_TEXT = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_PLAIN_ASCII = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_SURROGATE = "[\ud800-\udfff]"
_JSON_BEGINS = re.compile(r'\s*\{\s*(?:"|\}\s*\Z)')


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: `workflow` when there is no finding of severity error, `data` as soon as the text could be
    read at all. `source` knows the place of every value."""

    workflow: Workflow | None
    source: Source
    data: Json
    diagnostics: tuple[Diagnostic, ...]


def read_file(path: str) -> Reading:
    """Reads a file. Raises OSError when it cannot be opened."""
    with Path(path).open("rb") as file:
        return read(file.read(MAX_BYTES + 1), path)


def read(text: str | bytes, path: str) -> Reading:
    """Reads a workflow. `path` names it in findings and says by its ending whether it is JSON or YAML; where it says
    neither (`-`), a text that begins as a JSON object is JSON."""
    if len(text) > MAX_BYTES:
        megabytes = MAX_BYTES // 1_000_000
        message, help = f"the file is larger than {megabytes} MB", SPLIT
        return _refused("", path, Finding(TOO_LARGE, "", 0, 0, message, help))
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            return _not_utf8(error, path)
    text = text.removeprefix("\ufeff")
    is_json = _is_json(text, path)
    if not _is_plain_ascii(text) and (wrong := re.search(_SURROGATE if is_json else _NO_YAML_TEXT, text)):
        return _refused(text, path, _no_text(wrong))
    return _read_document(_of_json(text) if is_json else _of_yaml(text), text, path)


def _of_json(text: str) -> Document:
    """The short way where nothing is wrong, else the exact reader. Each is imported when a file needs it."""
    from overture.language.plain_json import plain_json

    if (plain := plain_json(text)) is not None:
        return plain
    from overture.language.json_text import parse_json

    return parse_json(text)


def _of_yaml(text: str) -> Document:
    from overture.language.plain_yaml import plain_yaml

    if (plain := plain_yaml(text)) is not None:
        return plain
    from overture.language.yaml_text import parse_yaml

    return parse_yaml(text)


def _is_plain_ascii(text: str) -> bool:
    """Most files are, and to find it out takes a tenth of the time that the search for the wrong character takes."""
    return text.isascii() and not text.encode("ascii").translate(None, _PLAIN_ASCII)


def _is_json(text: str, path: str) -> bool:
    suffix = Path(path).suffix.lower()
    if suffix in (".json", ".yaml", ".yml"):
        return suffix == ".json"
    return _JSON_BEGINS.match(text) is not None


def _not_utf8(error: UnicodeDecodeError, path: str) -> Reading:
    before = error.object[: error.start].decode("utf-8").removeprefix("\ufeff")
    rest = error.object[error.start :].decode("utf-8", "replace")
    message = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
    finding = Finding(NOT_TEXT, "", len(before), len(before) + 1, message, "save the file as UTF-8")
    return _refused(before + rest, path, finding)


def _no_text(wrong: re.Match[str]) -> Finding:
    code = ord(wrong.group())
    name = f"U+{code:04X}"
    if 0xD800 <= code <= 0xDFFF:
        message, help = f"half of a character, {name}, stands here", "write the whole character"
    else:
        escape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
        message, help = f"the character {name} stands here", f"leave it out, or write `{escape}` between double quotes"
    return Finding(NOT_TEXT, "", wrong.start(), wrong.end(), message, help)


def _refused(text: str, path: str, finding: Finding) -> Reading:
    text = re.sub(_SURROGATE, "\ufffd", text.removeprefix("\ufeff"))  # so that the text can be shown
    return _read_document(Document(None, {}, [finding]), text, path)


def _read_document(document: Document, text: str, path: str) -> Reading:
    places, data = document.places, document.data
    source = Source(path, text, places, lambda pointer: offsets.of_text(text, places, data, pointer))
    if document.findings:
        found = tuple(_diagnostic(each, source) for each in document.findings[:MAX_FINDINGS])
        return Reading(None, source, data, found)
    workflow, shape = judge(data, source)
    return Reading(workflow, source, data, tuple(shape))


def _diagnostic(finding: Finding, source: Source) -> Diagnostic:
    at = source.span(finding.pointer, finding.start, finding.end)
    found = finding.rule.at(at, finding.message, help=finding.help)
    if finding.earlier:
        found = replace(
            found, related=(Related(finding.earlier_message, source.span(finding.pointer, *finding.earlier)),)
        )
    if finding.fixed is not None:
        found = replace(found, edit=Edit(f"write `{finding.fixed}`", (Change(at, finding.fixed),)))
    return found
