"""What can be wrong with an expression: as it is written, and as it is evaluated."""

from __future__ import annotations

from overture.expressions.tree import NO_SPAN, Span


class ExpressionSyntaxError(ValueError):
    """A text that is no expression of ours. `span` counts characters within the text."""

    def __init__(self, message: str, help: str | None = None, span: Span = NO_SPAN) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.span = span


class ExpressionError(ValueError):
    """An expression that has no value for the data at hand: the error of the task that reads it (language.md 3)."""

    def __init__(self, message: str, span: Span = NO_SPAN) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Refused(ValueError):
    """A function of the table that cannot do what it is asked; the evaluator adds the place."""
