"""Whatever a file holds, reading it ends in a workflow or in findings that lie within the file."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from overture.diagnostics.text import render
from overture.language.reading import read

YAML = """overture: 1
name: watcher
inputs: {limit: {type: integer, default: 3}}
triggers:
  - {type: schedule, cron: "0 9 * * 1-5", timezone: Europe/Berlin}
defaults: {retry: {attempts: 3, delay: 2s, backoff: exponential, max_delay: 1m}}
tasks:
  - id: page
    kind: http
    url: "https://example.com/{{ inputs.limit }}"
    accept: [200, 404, "500-599"]
    pages: {style: cursor, param: after, next: cursor}
  - id: each_row
    kind: foreach
    items: tasks.page.body
    as: row
    tasks:
      - id: tell
        kind: log
        message: >-
          {{ row.name }}:
            {{ row.value }}
    collect: row.name
outputs:
  names: tasks.each_row.value
"""
JSON = json.dumps(read(YAML, "x.yaml").data, indent=1)

PIECES = [
    *"\t{}[]:,-&*!'\"|>#\\\n\r ?@%0",
    ": ",
    "- ",
    "<<: 1",
    "null",
    "true",
    "1e999",
    "---\n",
    "kind: http\n",
    "\u2028",
    "\x1b",
    "🎉",
    "\ud800",
]
EDITS = st.lists(st.tuples(st.integers(0, len(JSON)), st.integers(0, 20), st.sampled_from(["", *PIECES])), max_size=4)


@given(EDITS, st.sampled_from([(YAML, "x.yaml"), (JSON, "x.json"), (JSON, "x.yaml"), (YAML, "-")]))
def test_a_mangled_file_reads_or_says_why_not(edits: list[tuple[int, int, str]], original: tuple[str, str]) -> None:
    text, path = original
    for start, removed, added in edits:
        text = text[:start] + added + text[start + removed :]
    reading = read(text, path)
    assert (reading.workflow is None) == bool(reading.diagnostics)
    lines = reading.source.text.split("\n")
    for each in reading.diagnostics:
        at = each.at
        assert (1, 1) <= (at.line, at.column) <= (at.end_line, at.end_column)
        assert at.end_line <= len(lines)
        assert at.column <= len(lines[at.line - 1]) + 1
        assert each.code.startswith("OV0") or at.pointer in reading.source.places
    for pointer in reading.source.places:
        offsets = reading.source.offsets(pointer)
        assert offsets == sorted(offsets)
        assert all(0 <= offset <= len(reading.source.text) for offset in offsets)
    assert render(reading.diagnostics, {path: reading.source.text})


@given(st.binary(max_size=200))
def test_any_bytes_read_or_say_why_not(content: bytes) -> None:
    reading = read(content, "x.yaml")
    assert reading.workflow is None
    assert reading.diagnostics
