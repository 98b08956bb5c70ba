"""Lines break where `ruff format` breaks them, and no code leaves that this backend does not write."""

from __future__ import annotations

import ast

import pytest

from overture_prefect.layout import WIDTH, lay_out, lay_out_function
from overture_prefect.render import check_source

LONG = ["issues_body", "another_quite_long_name", "repository_of_the_run", "one_more_argument_here"]


def joined(line: str, depth: int = 0) -> str:
    return "\n".join(lay_out(line, depth))


def test_a_short_line_stays_as_it_is() -> None:
    assert lay_out('x = await send("GET", url)', 1) == ['    x = await send("GET", url)']


def test_a_call_breaks_at_its_last_bracket() -> None:
    assert joined(f"response = await label_an_issue({', '.join(LONG)})") == (
        "response = await label_an_issue(\n"
        "    issues_body, another_quite_long_name, repository_of_the_run, one_more_argument_here\n"
        ")"
    )


def test_parts_that_do_not_fit_stand_one_a_line_with_a_comma_behind_the_last() -> None:
    lines = lay_out(f"response = await label_an_issue({', '.join([*LONG, 'and_yet_another_one'])})")
    assert lines[1:-1] == [f"    {name}," for name in [*LONG, "and_yet_another_one"]]


def test_a_literal_has_one_part_a_line() -> None:
    line = f"NAMES = [{', '.join(repr(name) for name in LONG)}]"
    assert lay_out(line) == ["NAMES = [", *(f"    {name!r}," for name in LONG), "]"]


def test_operators_break_inside_brackets() -> None:
    line = f"if {' and '.join(f'{name} is not None' for name in LONG)}:"
    assert lay_out(line)[0] == "if ("
    assert lay_out(line)[2].startswith("    and ")
    assert lay_out(line)[-1] == "):"


def test_an_operand_that_does_not_fit_is_taken_apart_beside_the_others() -> None:
    call = "date_between(started_at(), a_state['of_some_name'], 'minutes')"
    assert joined(f"if some_key in a_state and {call} < some_number_of_minutes:", 2) == (
        "        if (\n"
        "            some_key in a_state\n"
        "            and date_between(started_at(), a_state['of_some_name'], 'minutes')\n"
        "            < some_number_of_minutes\n"
        "        ):"
    )
    line = f"x = 'urgent, and as soon as can be' if {call} < some_number_of_minutes_that_is_long else 'normal'"
    assert ast.dump(ast.parse(joined(line))) == ast.dump(ast.parse(line))


def test_a_long_text_becomes_several() -> None:
    text = "one two three four five six seven eight nine ten " * 4
    lines = lay_out(f'prompt = "{text}\\nnext line"')
    assert all(len(line) <= WIDTH for line in lines)
    assert ast.literal_eval("\n".join(lines).removeprefix("prompt = ")) == f"{text}\nnext line"


def test_a_broken_f_string_means_what_it_meant() -> None:
    words = " ".join(["{name['key']}", "{{braces}}", "plain words"] * 8)
    source = f'text = f"{words}"'
    before, after = {"name": {"key": "v"}}, {"name": {"key": "v"}}
    exec(source, before)
    exec("\n".join(lay_out(source)), after)
    assert before["text"] == after["text"]


@pytest.mark.parametrize("char", ["'", '"', "\\\\", "{", "(", "]", ",", ":", " if ", " for ", "#"])
def test_what_stands_in_a_text_breaks_nothing(char: str) -> None:
    body = (f"word {char} " * 30).replace('"', '\\"')
    source = f'call(first_argument, "{body}", key="{body}", other=[1, 2, 3])'
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(joined(source)))


def test_brackets_round_an_operand_make_no_tuple() -> None:
    operand = f"({' or '.join(LONG)} or nothing)"
    source = f"total = checked({operand} + {operand})"
    assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(joined(source)))


def test_a_function_breaks_at_its_parameters_not_at_its_result() -> None:
    lines = lay_out_function("async def label", [f"{name}: str" for name in LONG], " -> dict[str, Any]:")
    assert lines[0] == "async def label("
    assert lines[-1] == ") -> dict[str, Any]:"


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "x = open('/etc/passwd')",
        "__import__('os')",
        "x = ().__class__",
        "while True:\n    pass",
        "with x:\n    pass",
        "def f():\n    global x\n    x = 1",
        "x = = 1",
        "def f():\n    x = 1\n    def g():\n        nonlocal y\n",
    ],
)
def test_source_that_no_module_holds_does_not_leave(source: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        check_source(source)
