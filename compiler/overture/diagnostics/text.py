"""Findings for people: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

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
class _Mark:
    """A place that is underlined by a sign, with the words that stand beside the line."""

    at: At
    sign: str
    style: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Printer:
    sources: Mapping[str, str]
    color: bool
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def finding(self, found: Diagnostic) -> str:
        marks = [_Mark(found.at, "^", found.severity)]
        marks += [_Mark(each.at, "-", "frame", visible(each.message)) for each in found.related]
        gutter = len(str(max(max(each.at.line, each.at.end_line) for each in marks)))
        head = self._paint(f"{found.severity}[{visible(found.code)}]", found.severity)
        lines = [f"{head}{self._paint(f': {visible(found.message)}', 'bold')}"]
        for path in dict.fromkeys(each.at.path for each in marks):
            lines += self._places([each for each in marks if each.at.path == path], gutter)
        if found.help:
            lines.append(self._remark("help", found.help, gutter))
        if found.edit and found.edit.description != found.help:
            lines.append(self._remark("fix", found.edit.description, gutter))
        return "\n".join(lines) + "\n"

    def _remark(self, what: str, text: str, gutter: int) -> str:
        return f"{self._frame(' ' * gutter + ' =')} {self._paint(what, 'bold')}: {visible(text)}"

    def _places(self, marks: list[_Mark], gutter: int) -> list[str]:
        """The lines of one file that the marks stand in, in order, each once; what is left out between is dots."""
        at = marks[0].at
        lines = [f"{' ' * gutter}{self._frame('-->')} {visible(at.path)}:{at.line}:{at.column}"]
        by_line: dict[int, list[_Mark]] = {}
        for mark in marks:
            for part in self._parts(mark):
                by_line.setdefault(part.at.line, []).append(part)
        if not by_line:
            return lines + [self._remark("note", mark.label, gutter) for mark in marks if mark.label]
        lines.append(self._frame(" " * gutter + " |"))
        before = min(by_line)
        for number in sorted(by_line):
            if number == before + 2:  # dots would take as much room as the line that they stand for
                lines += self._shown(at.path, before + 1, gutter)
            elif number > before + 2:
                lines.append(self._frame("..."))
            lines += self._marked(number, by_line[number], gutter)
            before = number
        return lines

    def _shown(self, path: str, number: int, gutter: int) -> list[str]:
        line = self._line(path, number) or ""
        shown = visible(line[:_WIDEST]) + ("…" if len(line) > _WIDEST else "")
        return [f"{self._frame(f'{number:>{gutter}} |')} {shown}".rstrip()]

    def _parts(self, mark: _Mark) -> list[_Mark]:
        """A mark as the marks of single lines: of a span of several, its first line and its last. None where the line
        is not known."""
        at = mark.at
        first = self._line(at.path, at.line)
        if first is None:
            return []
        if at.end_line == at.line:
            return [mark]
        last = self._line(at.path, at.end_line)
        opening = replace(at, end_line=at.line, end_column=len(first) + 1)
        if last is None or at.end_column < 2:
            return [replace(mark, at=opening)]
        begins = len(last) - len(last.lstrip()) + 1
        closing = replace(at, line=at.end_line, column=begins)
        return [replace(mark, at=opening, label=""), replace(mark, at=closing)]

    def _marked(self, number: int, marks: list[_Mark], gutter: int) -> list[str]:
        """A line and under it its marks; of a long line, for each mark the part round it."""
        line = self._line(marks[0].at.path, number) or ""
        lines: list[str] = []
        for mark in marks:
            start, end = mark.at.column - 1, max(mark.at.end_column - 1, mark.at.column)
            left = max(0, start - _WIDEST // 3) if len(line) > _WIDEST else 0
            right = min(len(line), left + _WIDEST)
            before, marked = visible(line[left:start]), visible(line[start : min(end, right)])
            after = visible(line[max(start, min(end, right)) : right])
            if left:
                before = "…" + before
            if not lines or len(line) > _WIDEST:
                shown = before + marked + after + ("…" if right < len(line) else "")
                lines.append(f"{self._frame(f'{number:>{gutter}} |')} {shown}".rstrip())
            under = f"{mark.sign * max(1, width(marked))} {mark.label}".rstrip()
            lines.append(f"{self._frame(' ' * gutter + ' |')} {' ' * width(before)}{self._paint(under, mark.style)}")
        return lines

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
