"""One mistake, one finding: what is said twice, and what only follows from something else, is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from overture.diagnostics.model import At, Diagnostic

_SEVERITIES = ("error", "warning", "info")


def once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings in the order of the file, at most one for a span: the most severe, of equals the lowest code. A
    finding of a whole text goes when there is an error in a part of that text: mended, the whole may be right."""
    best: dict[tuple[object, ...], Diagnostic] = {}
    for each in sorted(diagnostics, key=lambda each: (_SEVERITIES.index(each.severity), each.code)):
        best.setdefault((each.at.path, *_start(each.at), *_end(each.at)), each)
    dropped = set(map(id, _wider(best.values())))
    return sorted(
        (each for each in best.values() if id(each) not in dropped),
        key=lambda each: (each.at.line, each.at.column, each.code),
    )


def _wider(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings that hold an error of the same text within their span."""
    by_text: dict[tuple[str, str], list[Diagnostic]] = {}
    for each in diagnostics:
        by_text.setdefault((each.at.path, each.at.pointer), []).append(each)
    for group in by_text.values():
        open_ones: list[Diagnostic] = []
        for each in sorted(group, key=lambda each: (_start(each.at), *(-part for part in _end(each.at)))):
            while open_ones and _end(open_ones[-1].at) < _end(each.at):
                open_ones.pop()
            if each.severity == "error":
                yield from open_ones
                open_ones.clear()
            open_ones.append(each)


def _start(at: At) -> tuple[int, int]:
    return at.line, at.column


def _end(at: At) -> tuple[int, int]:
    return at.end_line, at.end_column
