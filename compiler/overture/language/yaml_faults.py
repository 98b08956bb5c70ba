"""What libyaml says of a text that is no YAML, in our words."""

from __future__ import annotations

import yaml

from overture.language.document import Finding
from overture.language.inner_quotes import inner_quote
from overture.language.rules.reading.not_yaml import RULE as NOT_YAML

_QUOTE = "a text that holds `: ` or ` #`, or begins with one of `{[&*!|>%@#`, stands between quotes"

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a `:` cannot stand here", _QUOTE),
    ("mapping keys are not allowed", "a `?` cannot stand here", _QUOTE),
    ("block sequence entries are not allowed", "a list cannot begin here", "put it on lines of its own"),
    ("could not find expected ':'", "this line is no `key: value`", "is a `:` missing, or the indentation wrong?"),
    ("did not find expected key", "this does not belong to what stands above", "is the indentation wrong?"),
    ("did not find expected '-' indicator", "this does not belong to the list above", "is the indentation wrong?"),
    ("did not find expected ',' or ']'", "a list that begins with `[` is not closed", "is a `]` or a `,` missing?"),
    ("did not find expected ',' or '}'", "an object that begins with `{` is not closed", "is a `}` or a `,` missing?"),
    ("found unexpected end of stream", "a text is not closed", "the closing quote is missing"),
    ("found unexpected document indicator", "a text is not closed", "the closing quote is missing"),
    ("found unknown escape character", "this is no escape", "write `\\\\` for a backslash, or use single quotes"),
    ("hexdecimal number", "this is no escape", "`\\x` takes two hexadecimal digits, `\\u` four, `\\U` eight"),
    (
        "invalid Unicode character",
        "this is no character",
        "`\\u` takes no half of a pair: write `\\U` with eight digits",
    ),
    ("tab", "a tab cannot indent", "indent with spaces"),
    ("did not find expected node content", "a value is missing here", _QUOTE),
    ("did not find expected <document start>", "the document ended above", "is the indentation wrong?"),
    ("did not find expected alphabetic or numeric", "this is no name of an anchor", _QUOTE),
    ("while scanning a directive", "a line cannot begin with `%`", _QUOTE),
    ("directive", "a line cannot begin with `%`", _QUOTE),
    ("undefined tag handle", "this is a tag, which a workflow does not have", _QUOTE),
    (
        "indentation indicator",
        "this is no indentation of a block",
        "write `|` or `>`, and the text on lines of its own",
    ),
    ("expected comment or line break", "nothing can stand here", "begin the text on the next line"),
)


def finding(error: yaml.YAMLError, text: str, pointer: str, innermost: int | None) -> Finding:
    """The finding for an error of the YAML parser, at the place where it can be mended. `innermost` is where the
    innermost list or object begins that was being read."""
    problem = str(getattr(error, "problem", None) or error)
    context = str(getattr(error, "context", None) or "")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    start = min(mark.index if mark else 0, len(text))
    opened = getattr(error, "context_mark", None)
    for place in (start, opened.index if opened is not None else None, innermost):
        if place is not None and (inner := inner_quote(text, place)) is not None and inner.offset <= start:
            return Finding(NOT_YAML, pointer, inner.offset, inner.offset + 1, inner.message, inner.help)
    message, help = _words(problem, context, text, start)
    if innermost is not None and not text[start:].strip() and text[innermost] in "[{":
        what, closing = ("a list", "]") if text[innermost] == "[" else ("an object", "}")
        message = f"{what} that begins with `{text[innermost]}` is not closed"
        return Finding(NOT_YAML, pointer, innermost, innermost + 1, message, f"a `{closing}` is missing")
    if opened is not None and "not closed" in message:
        return Finding(NOT_YAML, pointer, opened.index, opened.index + 1, message, help)
    return Finding(NOT_YAML, pointer, start, min(start + 1, len(text)), message, help)


def _words(problem: str, context: str, text: str, start: int) -> tuple[str, str]:
    """The message and the help."""
    if "cannot start any token" in problem:
        match text[start : start + 1]:
            case "\t":
                return "a tab cannot indent", "indent with spaces"
            case "`":
                return "a backtick cannot begin a value", _QUOTE
            case character:
                return f"`{character}` cannot begin a value", _QUOTE
    if "did not find expected key" in problem and text[:start].rstrip(" \t").endswith(('"', "'")):
        return "something stands after the closing quote", "put the whole text between quotes"
    for words, message, help in _WORDS:
        if words in problem or words in context:
            return message, help
    return "this is no YAML", _QUOTE
