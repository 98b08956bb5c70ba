"""Expressions that cannot be read, or mean nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from mutation.document import Document, Expression, expressions, misspelt, put, retext, reworded
from mutation.operator import Mutant, operator

CONDITIONS = ("when", "where", "until", "that")
_FILTER = re.compile(r"\|\s*([a-z]\w+)")
_TEST = re.compile(r"\bis (?:not )?([a-z]{5,})")


def _of_a_run(data: Document) -> list[Expression]:
    """All but those of triggers, where there is no run yet whose id could be read."""
    return [each for each in expressions(data) if not each.holder.startswith("/triggers")]


@operator("unknown-filter")
def misspell_a_filter(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        for match in _FILTER.finditer(each.body):
            start, end = (each.start + place for place in match.span(1))
            yield Mutant(retext(data, each, start, end, misspelt(match.group(1))), (each.holder,))


@operator("unknown-test")
def misspell_a_test(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        for match in _TEST.finditer(each.body):
            start, end = (each.start + place for place in match.span(1))
            yield Mutant(retext(data, each, start, end, misspelt(match.group(1))), (each.holder,))


@operator("unknown-test", "bad-argument")
def misspell_a_test_in_a_selection(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        for match in re.finditer(r"attr\('[^']*', '([a-z]+)'", each.body):
            start, end = (each.start + place for place in match.span(1))
            yield Mutant(retext(data, each, start, end, misspelt(match.group(1))), (each.holder,))


@operator("unknown-function")
def call_a_function_that_is_not_there(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        body = f"nothing({each.body.strip()})" if each.field not in CONDITIONS else f"nothing(1) or ({each.body})"
        yield Mutant(reworded(data, each, body), (each.holder,))


@operator("bad-argument")
def give_a_filter_an_argument_it_lacks(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        for match in re.finditer(
            r"\|\s*(length|lower|upper|tojson|keys|urlencode|sum|slugify|trim)\b(?!\s*\()", each.body
        ):
            place = each.start + match.end()
            yield Mutant(retext(data, each, place, place, "(width=3)"), (each.holder,))
        for match in re.finditer(r"\|\s*(join|default|truncate|date|date_add|sort|map|split)\([^()]+\)", each.body):
            place = each.start + match.end() - 1
            yield Mutant(retext(data, each, place, place, ", width=3"), (each.holder,))


@operator("expression-syntax")
def break_off_an_expression(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        ending = rng.choice([" +", " and", " |", " ==", " [", " ("])
        yield Mutant(reworded(data, each, each.body.rstrip() + ending), (each.holder,))


@operator("expression-syntax")
def leave_a_brace_open(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        if not each.is_bare and each.text[each.end : each.end + 2] == "}}" and each.text.count("{{") == 1:
            yield Mutant(put(data, each.pointer, each.text[: each.end] + each.text[each.end + 2 :]), (each.holder,))


@operator("expression-syntax")
def write_a_statement(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        if not each.is_bare:
            yield Mutant(put(data, each.pointer, "{% if true %}" + each.text), (each.holder,))


@operator("type-mismatch")
def subtract_from_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in _of_a_run(data):
        wrong = f"(run.id - 1) > 3 and ({each.body})" if each.field in CONDITIONS else "run.id - 1"
        if each.field not in ("items",):
            yield Mutant(reworded(data, each, wrong), (each.holder,))


@operator("type-mismatch")
def add_a_number_to_a_text(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        if not each.is_bare and each.body.strip() and each.text.strip() != f"{{{{{each.body}}}}}":
            yield Mutant(reworded(data, each, f"'number ' + ({each.body.strip()} | length)"), (each.holder,))


@operator("not-boolean")
def take_a_text_for_a_condition(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in _of_a_run(data):
        if each.field in CONDITIONS:
            wrong = rng.choice(
                ["run.id", f"'{{}}' ~ ({each.body})".replace("{}", "x"), f"({each.body}) and 'yes'", "[1]"]
            )
            yield Mutant(reworded(data, each, wrong), (each.holder,))


@operator("never-equal")
def compare_a_text_with_a_number(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in _of_a_run(data):
        if each.field in CONDITIONS:
            yield Mutant(reworded(data, each, f"({each.body}) and run.id == 1"), (each.holder,))


@operator("expression-syntax")
def leave_out_the_else(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        match = re.fullmatch(r"(.* if .*?) else .*", each.body, re.DOTALL)
        if match:
            yield Mutant(reworded(data, each, match.group(1)), (each.holder,))


@operator("short-list")
def take_the_first_without_a_guard(data: Document, rng: Random) -> Iterator[Mutant]:
    for each in expressions(data):
        match = re.search(r"\|\s*(first|last)\s*\|\s*default\((?:[^()']|'[^']*')*\)", each.body)
        if match:
            start, end = each.start + match.start(), each.start + match.end()
            yield Mutant(retext(data, each, start, end, f"| {match.group(1)}"), (each.holder,))
