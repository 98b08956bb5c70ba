"""Findings for people: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from overture.diagnostics.model import At, Diagnostic, Severity
from overture.diagnostics.visible import visible, width

_COLORS: dict[str, str] = {"error": "1;31", "warning": "1;33", "info": "1;36", "bold": "1", "frame": "1;34"}
_WIDEST = 100
"""Columns of a line that are shown. A JSON file can be one line of megabytes."""

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


def render(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, color: bool = False) -> str:
    """The findings, one below the other, and how many they are. `sources` are the texts of the files by path, from
    which the lines are shown; of a file that is not there, only the place is."""
    printer = _Printer(sources, color)
    found = list(diagnostics)
    return "".join(f"{printer.finding(each)}\n" for each in found) + count(found) + "\n"


def count(diagnostics: Iterable[Diagnostic]) -> str:
    """How many findings of which severity, in words."""
    severities = [each.severity for each in diagnostics]
    parts = []
    for severity in _SEVERITIES:
        if number := severities.count(severity):
            word = "note" if severity == "info" else severity
            parts.append(f"{number} {word}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no findings"


@dataclass(frozen=True, slots=True)
class _Printer:
    sources: Mapping[str, str]
    color: bool
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def finding(self, found: Diagnostic) -> str:
        places = [found.at, *(each.at for each in found.related)]
        gutter = len(str(max(max(at.line, at.end_line) for at in places)))
        head = self._paint(f"{found.severity}[{visible(found.code)}]", found.severity)
        lines = [f"{head}{self._paint(f': {visible(found.message)}', 'bold')}"]
        lines += self._place(found.at, gutter, "^", found.severity)
        for related in found.related:
            note = self._paint("note", "bold")
            lines.append(f"{self._frame(' ' * gutter + ' =')} {note}: {visible(related.message)}")
            lines += self._place(related.at, gutter, "-", "frame")
        if found.help:
            lines.append(f"{self._frame(' ' * gutter + ' =')} {self._paint('help', 'bold')}: {visible(found.help)}")
        if found.edit and found.edit.description != found.help:
            description = visible(found.edit.description)
            lines.append(f"{self._frame(' ' * gutter + ' =')} {self._paint('fix', 'bold')}: {description}")
        return "\n".join(lines) + "\n"

    def _place(self, at: At, gutter: int, mark: str, style: str) -> list[str]:
        lines = [f"{' ' * gutter}{self._frame('-->')} {visible(at.path)}:{at.line}:{at.column}"]
        empty = self._frame(" " * gutter + " |")
        first = self._line(at.path, at.line)
        if first is None:
            return lines
        lines.append(empty)
        if at.end_line == at.line:
            lines += self._marked(first, at.line, at.column, at.end_column, gutter, mark, style)
            return lines
        lines += self._marked(first, at.line, at.column, len(first) + 1, gutter, mark, style)
        last = self._line(at.path, at.end_line)
        if last is not None and at.end_column > 1:
            if at.end_line > at.line + 1:
                lines.append(self._frame("..."))
            begins = len(last) - len(last.lstrip()) + 1
            lines += self._marked(last, at.end_line, begins, at.end_column, gutter, mark, style)
        return lines

    def _marked(
        self, line: str, number: int, column: int, end_column: int, gutter: int, mark: str, style: str
    ) -> list[str]:
        """A line and its underline; of a long line, the part round the span."""
        start, end = column - 1, max(end_column - 1, column)
        left = max(0, start - _WIDEST // 3) if len(line) > _WIDEST else 0
        right = min(len(line), left + _WIDEST)
        before, marked = visible(line[left:start]), visible(line[start : min(end, right)])
        after = visible(line[max(start, min(end, right)) : right])
        if left:
            before = "…" + before
        shown = before + marked + after + ("…" if right < len(line) else "")
        underline = " " * width(before) + self._paint(mark * max(1, width(marked)), style)
        return [
            f"{self._frame(f'{number:>{gutter}} |')} {shown}".rstrip(),
            f"{self._frame(' ' * gutter + ' |')} {underline}",
        ]

    def _line(self, path: str, number: int) -> str | None:
        if path not in self.sources:
            return None
        if path not in self._lines:
            self._lines[path] = self.sources[path].removeprefix("\ufeff").split("\n")
        lines = self._lines[path]
        return lines[number - 1].removesuffix("\r") if 0 < number <= len(lines) else None

    def _frame(self, text: str) -> str:
        return self._paint(text, "frame")

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{_COLORS[style]}m{text}\x1b[0m" if self.color else text
