"""One logical line of Python broken to a width, as `ruff format` would break it.

What is laid out is written by this backend: one line, strings in single or double quotes without line breaks in them. A
line that is too long is split at its last bracket; what stands in it goes on one line if that fits, else one part a
line with a comma behind the last; a value with operators gets brackets round it, a long text becomes several.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from overture.plan.python_literals import python_text

WIDTH = 88
INDENT = "    "

_OPENING, _CLOSING = "([{", ")]}"
# Operators by how loosely they bind: the loosest at depth 0 is where a value is split.
_OPERATORS = (
    re.compile(r" (?=if\b|else\b)"),
    re.compile(r" (?=or\b)"),
    re.compile(r" (?=and\b)"),
    re.compile(r"(?<! not) (?=(not in|in|is not|is|==|!=|<=|>=|<|>) )"),
    re.compile(r" (?=[|] )"),
    re.compile(r" (?=[+-] )"),
    re.compile(r" (?=(\*\*|\*|//|/|%) )"),
)
_LEADING = re.compile(r"(if|else|or|and|not in|in|is not|is|==|!=|<=|>=|<|>|[|]|[+-]|\*\*|\*|//|/|%) ")
_COMPREHENSION = re.compile(r" (?=for )")
_FILTERED = re.compile(r" (?=(for|if) )")
_HEAD = re.compile(r"(return|raise|if|elif|while|assert|[A-Za-z_(][\w., \[\]|:()]*? =)(?= )")
_KEY = re.compile(r"\w+=(?!=)")


def lay_out(line: str, depth: int = 0) -> list[str]:
    """The lines of a logical line that stands at this depth of blocks."""
    return list(_statement(line, depth))


def fits(text: str, depth: int) -> bool:
    return len(INDENT) * depth + len(text) <= WIDTH


def _statement(line: str, depth: int) -> Iterator[str]:
    if fits(line, depth):
        yield INDENT * depth + line
        return
    ending = ":" if line.endswith(":") else ""
    body = line.removesuffix(ending)
    match = _HEAD.match(body)
    if match is None or body.startswith(("def ", "async def ", "class ")):
        yield from _value("", body, ending, depth)
        return
    head, value = match[0] + " ", body[match.end() + 1 :]
    if head.endswith("= ") and not fits(head + "(", depth) and len(targets := split(head[:-3], ",")) > 1:
        yield from _listed("", targets, "", depth)
        yield from _value(") = ", value, ending, depth)
    elif len(values := split(value, ",")) > 1 and not value.startswith("lambda"):
        yield from _listed(head, values, ending, depth)
        yield INDENT * depth + ")" + ending
    else:
        yield from _value(head, value, ending, depth)


def _listed(head: str, values: list[str], ending: str, depth: int) -> Iterator[str]:
    """A tuple that does not fit, up to its closing bracket."""
    yield f"{INDENT * depth}{head}("
    for value in values:
        yield from _item(value.strip(), ",", depth + 1)


def lay_out_function(head: str, parameters: list[str], tail: str, depth: int = 0) -> list[str]:
    """The first lines of a function: `head` ends in its name, `tail` begins behind the closing bracket."""
    indent = INDENT * depth
    whole = f"{head}({', '.join(parameters)}){tail}"
    if fits(whole, depth) or not parameters:
        return [indent + whole]
    joined = ", ".join(parameters) + "," * (len(parameters) == 1)
    if fits(joined, depth + 1):
        return [f"{indent}{head}(", f"{indent}{INDENT}{joined}", f"{indent}){tail}"]
    lines = [line for each in parameters for line in _item(each, ",", depth + 1)]
    return [f"{indent}{head}(", *lines, f"{indent}){tail}"]


def _value(head: str, value: str, tail: str, depth: int) -> Iterator[str]:
    """A value that does not fit on one line, with what stands before and after it."""
    if fits(head + value + tail, depth):
        yield INDENT * depth + head + value + tail
    elif _is_text(value):
        yield from _text(head, value, tail, depth)
    elif (parts := _operands(value)) and (bracket := _outer_bracket(head, value, parts, depth)) is not None:
        yield from _bracketed(head, value, bracket, tail, depth)
    elif parts:
        yield f"{INDENT * depth}{head}("
        if fits(value, depth + 1):
            yield INDENT * (depth + 1) + value
        else:
            yield from _parts(parts, "", depth + 1)
        yield f"{INDENT * depth}){tail}"
    elif (bracket := _last_bracket(value, WIDTH - len(INDENT) * depth - len(head))) is not None:
        yield from _bracketed(head, value, bracket, tail, depth)
    else:
        yield INDENT * depth + head + value + tail


def _outer_bracket(head: str, value: str, parts: list[str], depth: int) -> tuple[int, int] | None:
    """The bracket at which a value with a single operator breaks, without brackets round it: that of its last operand,
    if what stands before it fits on the line."""
    last = parts[-1].partition(" ")[2] if len(parts) == 2 else ""
    if not re.match(r"(await )?[\w.]*[(\[{]", last) or last[-1] not in _CLOSING or last.endswith(("()", "[]", "{}")):
        return None
    found = _last_bracket(value)
    if found is None or found[1] != len(value) - 1 or not fits(head + value[: found[0] + 1], depth):
        return None
    inside = value[found[0] + 1 : found[1]]
    return found if fits(inside, depth + 1) else None


def _parts(parts: list[str], ending: str, depth: int) -> Iterator[str]:
    """Operands one below the other, each with the operator before it; one that does not fit is taken apart beside
    them, for brackets would take the operator before it in."""
    for number, part in enumerate(parts):
        tail = ending if number == len(parts) - 1 else ""
        match = _LEADING.match(part)
        inner = _operands(part[match.end() :]) if match and not fits(part + tail, depth) else []
        if match and inner:
            yield from _parts([match[0] + inner[0], *inner[1:]], tail, depth)
        else:
            yield from _value("", part, tail, depth)


def _bracketed(head: str, value: str, bracket: tuple[int, int], tail: str, depth: int) -> Iterator[str]:
    start, end = bracket
    before, inside, after = value[: start + 1], value[start + 1 : end], value[end:]
    yield INDENT * depth + head + before
    is_literal = value[start] in "[{" and (start == 0 or value[start - 1] in " ([{=*")
    items = split(inside, ",")
    if value[start] == "(" and len(items) == 1 and not re.match(r"[\w)\]]", value[start - 1 : start]):
        # brackets round an operand: a comma in them would make a tuple of it
        parts = [] if fits(inside, depth + 1) else _operands(inside)
        yield from _parts(parts, "", depth + 1) if parts else _value("", inside, "", depth + 1)
        yield INDENT * depth + after + tail
        return
    loops = _loops(inside)
    if len(loops) > 1 and len(split(loops[0], ",")) == 1 and not inside.startswith("lambda"):
        if fits(inside, depth + 1):
            yield INDENT * (depth + 1) + inside
        else:
            for each in loops:
                yield from _item(each, "", depth + 1)
    elif fits(inside + "," * is_literal, depth + 1) and not (is_literal and len(items) > 1):
        yield INDENT * (depth + 1) + inside.rstrip(",") + "," * is_literal
    else:
        is_subscript = value[start] == "[" and not is_literal
        comma = "" if is_subscript and len(items) == 1 else ","
        for number, item in enumerate(items):
            is_last = number == len(items) - 1
            yield from _item(item.strip(), comma if is_last else ",", depth + 1)
    yield INDENT * depth + after + tail


def _item(item: str, ending: str, depth: int) -> Iterator[str]:
    """A part of a bracket: a value, `name=value` or `key: value`."""
    if match := _KEY.match(item):
        yield from _value(match[0], item[match.end() :], ending, depth)
        return
    pieces = split(item, ":")
    if (len(pieces) == 2 and not item.startswith(("lambda", "*"))) or (
        item.startswith("lambda")
        and len(pieces) == 2
        and not fits(item + ending, depth)
        and _operands(pieces[1].strip())
    ):
        yield from _value(pieces[0] + ": ", pieces[1].strip(), ending, depth)
    elif item.startswith("lambda") and len(pieces) == 2 and (bracket := _last_bracket(pieces[1])):
        yield from _bracketed(pieces[0] + ":", pieces[1], bracket, ending, depth)
    elif _is_text(item) and not fits(item + ending, depth):
        lines = [INDENT * depth + each for each in _texts(item, depth)]
        yield from [*lines[:-1], lines[-1] + ending]
    elif not fits(item + ending, depth) and (parts := _operands(item)):
        yield from _parts(parts, ending, depth)
    else:
        yield from _value("", item, ending, depth)


# Texts


def _is_text(value: str) -> bool:
    return re.fullmatch(r"""r?f?("([^"\\]|\\.)*"|'([^'\\]|\\.)*')""", value) is not None


def _text(head: str, value: str, tail: str, depth: int) -> Iterator[str]:
    texts = _texts(value, depth + 1)
    if len(texts) == 1 and not fits(texts[0], depth + 1):
        yield INDENT * depth + head + value + tail
        return
    yield f"{INDENT * depth}{head}("
    yield from (INDENT * (depth + 1) + each for each in texts)
    yield f"{INDENT * depth}){tail}"


def _texts(value: str, depth: int) -> list[str]:
    """A text as several that stand one below the other: broken behind its line breaks, and behind spaces."""
    if value.startswith("r"):
        return [value]
    is_format = value.startswith("f")
    quote, body = value[is_format], value[is_format + 1 : -1]
    most = WIDTH - len(INDENT) * depth - 4
    lines: list[str] = [""]
    for unit in _short(_units(body, is_format), most, is_format):
        is_full = len(lines[-1]) + len(unit.rstrip(" ")) > most
        if lines[-1] and (lines[-1].endswith("\\n") or is_full):
            lines.append("")
        lines[-1] += unit
    return [_piece(line, quote, is_format) for line in lines]


def _piece(body: str, quote: str, is_format: bool) -> str:
    if is_format and re.search(r"(?<!\{)(\{\{)*\{(?!\{)", body):
        if quote == "'" and '"' not in body and "\\'" not in body:
            quote = '"'
        return f"f{quote}{body}{quote}"
    body = body.replace("{{", "{").replace("}}", "}") if is_format else body
    return python_text(ast.literal_eval(f"{quote}{body}{quote}"))


def _units(body: str, is_format: bool) -> Iterator[str]:
    """What may not be broken: words with the space behind, escapes, replacements of an f-string."""
    pattern = r"(?:\{(?!\{)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\{\{|\}\}|\\(?!n).|[^\s\\{}])*(?:\\n| |$)|."
    plain = r"(?:\\(?!n).|[^\s\\])*(?:\\n| |$)|."
    return (match[0] for match in re.finditer(pattern if is_format else plain, body) if match[0])


def _short(units: Iterable[str], most: int, is_format: bool) -> Iterator[str]:
    """Units that fit a line, as far as they can be parted between replacements."""
    for unit in units:
        yield from _FIELDS.findall(unit) if is_format and len(unit) > most else (unit,)


_FIELDS = re.compile(r"\{(?!\{)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|(?:\{\{|\}\}|\\.|[^{}\\])+")


# Where brackets and operators stand


def _scan(text: str) -> Iterator[tuple[int, str, int]]:
    """Each character outside of strings: its place, itself, and the depth of brackets it stands in."""
    depth, place = 0, 0
    while place < len(text):
        char = text[place]
        if char in "\"'":
            end = place + 1
            while text[end] != char:
                end += 2 if text[end] == "\\" else 1
            place = end + 1
            continue
        depth -= char in _CLOSING
        yield place, char, depth
        depth += char in _OPENING
        place += 1


def _last_bracket(text: str, room: int = WIDTH) -> tuple[int, int] | None:
    """The last bracket at depth 0 that holds something and whose beginning is within the room: the places of its
    ends."""
    opened = None
    found: list[tuple[int, int]] = []
    for place, char, depth in _scan(text):
        if depth == 0 and char in _OPENING:
            opened = place
        elif depth == 0 and char in _CLOSING and opened is not None and place > opened + 1:
            found.append((opened, place))
    fitting = [each for each in found if each[0] < room]
    return fitting[-1] if fitting else found[0] if found else None


def split(text: str, separator: str) -> list[str]:
    """The parts between the separators at depth 0; a trailing one is dropped, a lambda's own do not count."""
    parts, start, is_lambda = [], 0, False
    for place, char, depth in _scan(text):
        if text.startswith("lambda", place) and depth == 0:
            is_lambda = True
        if depth == 0 and char == ":" and is_lambda and separator == ",":
            is_lambda = False
        if depth == 0 and char == separator and not (is_lambda and separator == ","):
            parts.append(text[start:place])
            start = place + 1
            if separator == ":":
                break
    rest = text[start:]
    return [*parts, rest] if rest.strip() or not parts else parts


def _operands(text: str) -> list[str]:
    """The operands of the loosest operator at depth 0, each with the operator before it; none without an operator."""
    if text.startswith(("lambda", "await ", "*", "def ", "async ", "class ", "for ", "with ")):
        return []
    for operator in _OPERATORS:
        parts = _pieces(text, operator)
        if len(parts) > 1:
            return parts
    return []


def _loops(text: str) -> list[str]:
    """The parts of a comprehension: what it gives, its loops and its conditions; the whole if it is none."""
    first, *rest = _pieces(text, _COMPREHENSION)
    return [first, *(part for each in rest for part in _pieces(each, _FILTERED))]


def _pieces(text: str, pattern: re.Pattern[str]) -> list[str]:
    places = [0]
    for place, _, depth in _scan(text):
        if depth == 0 and place and pattern.match(text, place):
            places.append(place + 1)
    return [text[start:end].strip() for start, end in zip(places, [*places[1:], len(text)], strict=True)]
