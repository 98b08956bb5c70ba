"""Lists of words, written as a line of text."""

from __future__ import annotations


def listed(words: str) -> list[str]:
    """The words of a line, in order."""
    return words.split()


def vocabulary(words: str) -> frozenset[str]:
    """The words of a line, as a set."""
    return frozenset(words.split())
