"""What people see: the place is underlined exactly, and nothing from a file can pass for our own words."""

from __future__ import annotations

import re

from overture.diagnostics.model import At, Change, Diagnostic, Edit, Related, Severity
from overture.diagnostics.text import count, render
from overture.diagnostics.visible import visible, width
from overture.language.reading import read


def finding(
    line: int,
    column: int,
    end_line: int,
    end_column: int,
    *,
    message: str = "something is wrong",
    severity: Severity = "error",
    help: str | None = None,
    related: tuple[Related, ...] = (),
    edit: Edit | None = None,
) -> Diagnostic:
    at = At("flow.yaml", "/x", line, column, end_line, end_column)
    return Diagnostic("OV999", "example", severity, message, at, help, related, edit)


def shown(text: str, *found: Diagnostic) -> str:
    return render(found, {"flow.yaml": text})


def test_a_finding_shows_its_line_underlined_and_its_help() -> None:
    text = "overture: 1\nname: x\ntasks:\n  - id: a\n    kind: http\n    urll: y\n"
    assert render(read(text, "flow.yaml").diagnostics, {"flow.yaml": text}) == (
        "error[OV101]: `urll` is no key of an `http` task\n"
        " --> flow.yaml:6:5\n"
        "  |\n"
        "6 |     urll: y\n"
        "  |     ^^^^\n"
        "  = help: did you mean `url`?\n"
        "\n"
        "1 error\n"
    )


def test_a_related_place_and_an_edit_are_shown() -> None:
    at = At("flow.yaml", "/a", 1, 1, 1, 2)
    edit = Edit("take the second one out", (Change(at, ""),))
    related = (Related("it stands here first", at),)
    assert shown("a: 1\na: 2\n", finding(2, 1, 2, 2, related=related, edit=edit)) == (
        "error[OV999]: something is wrong\n"
        " --> flow.yaml:2:1\n"
        "  |\n"
        "1 | a: 1\n"
        "  | - it stands here first\n"
        "2 | a: 2\n"
        "  | ^\n"
        "  = fix: take the second one out\n"
        "\n"
        "1 error\n"
    )


def related(message: str, line: int, column: int, path: str = "flow.yaml") -> Related:
    return Related(message, At(path, "/x", line, column, line, column + 2))


def test_places_of_one_file_are_shown_once_in_its_order() -> None:
    text = "".join(f"line {number}\n" for number in range(1, 13))
    places = (related("the last", 12, 6), related("the same line", 8, 1), related("the first", 2, 5))
    assert shown(text, finding(8, 6, 8, 7, related=places)) == (
        "error[OV999]: something is wrong\n"
        "  --> flow.yaml:8:6\n"
        "   |\n"
        " 2 | line 2\n"
        "   |     -- the first\n"
        "...\n"
        " 8 | line 8\n"
        "   |      ^\n"
        "   | -- the same line\n"
        "...\n"
        "12 | line 12\n"
        "   |      -- the last\n"
        "\n"
        "1 error\n"
    )


def test_a_single_line_between_two_places_is_shown() -> None:
    output = shown("漢: 1\n\tb: 2\nc: 3\n", finding(3, 1, 3, 2, related=(related("here", 1, 1),)))
    assert "1 | 漢: 1\n  | --- here\n2 |     b: 2\n3 | c: 3\n  | ^\n" in output


def test_a_place_in_another_file_has_a_snippet_of_its_own() -> None:
    places = (related("declared here", 1, 1, "other.yaml"), related("and there", 4, 1, "unread.yaml"))
    output = render([finding(1, 1, 1, 2, related=places)], {"flow.yaml": "a: 1\n", "other.yaml": "b: 1\n"})
    assert output == (
        "error[OV999]: something is wrong\n"
        " --> flow.yaml:1:1\n"
        "  |\n"
        "1 | a: 1\n"
        "  | ^\n"
        " --> other.yaml:1:1\n"
        "  |\n"
        "1 | b: 1\n"
        "  | -- declared here\n"
        " --> unread.yaml:4:1\n"
        "  = note: and there\n"
        "\n"
        "1 error\n"
    )


def test_two_places_far_apart_on_one_long_line_are_both_shown() -> None:
    text = "x" * 500 + "bad" + "y" * 500 + "why" + "z" * 500
    output = shown(text, finding(1, 501, 1, 504, related=(Related("this", At("flow.yaml", "", 1, 1004, 1, 1007)),)))
    lines = output.split("\n")
    assert lines[3][lines[4].index("^") :].startswith("bad")
    assert lines[5][lines[6].index("-") :].startswith("why") and lines[6].endswith("--- this")


def test_a_span_of_many_lines_is_shortened() -> None:
    text = "".join(f"  line {number}\n" for number in range(1, 13))
    assert shown(text, finding(2, 3, 12, 7)) == (
        "error[OV999]: something is wrong\n"
        "  --> flow.yaml:2:3\n"
        "   |\n"
        " 2 |   line 2\n"
        "   |   ^^^^^^\n"
        "...\n"
        "12 |   line 12\n"
        "   |   ^^^^\n"
        "\n"
        "1 error\n"
    )


def test_wide_and_combining_characters_and_tabs_keep_the_underline_in_place() -> None:
    text = "漢字\te\u0301: bad\n"
    start = text.index("bad") + 1
    _, _, _, line, underline, *_ = shown(text, finding(1, start, 1, start + 3)).split("\n")
    assert width(line[: line.index("bad")]) == underline.index("^")
    assert underline.count("^") == 3


def test_the_underline_of_wide_characters_is_as_wide_as_they_are() -> None:
    underline = shown("漢字\n", finding(1, 1, 1, 3)).split("\n")[4]
    assert underline == "  | ^^^^"


def test_an_empty_span_is_one_mark() -> None:
    assert "1 | a:\n  |   ^\n" in shown("a:\n", finding(1, 3, 1, 3))


def test_a_line_of_megabytes_is_cut_round_the_span() -> None:
    text = "x" * 1_000_000 + "bad" + "y" * 1_000_000
    lines = shown(text, finding(1, 1_000_001, 1, 1_000_004)).split("\n")
    assert all(len(line) < 120 for line in lines)
    assert lines[3][lines[4].index("^") :].startswith("bad")


def test_a_span_of_megabytes_is_cut() -> None:
    lines = shown("x" * 1_000_000, finding(1, 1, 1, 1_000_001)).split("\n")
    assert all(len(line) < 120 for line in lines)


def test_a_file_that_is_not_known_shows_only_the_place() -> None:
    assert render([finding(3, 2, 3, 5)], {}) == "error[OV999]: something is wrong\n --> flow.yaml:3:2\n\n1 error\n"


def test_a_hostile_file_cannot_write_lines_or_move_the_cursor() -> None:
    hostile = "\x1b[2K\rok\u202e\u2066\u200b\x00\x7f\x9b\u2028\U000e0041"
    message = f"`{hostile}` is wrong\nerror[OV000]: faked"
    text = f"name: {hostile}\n"
    output = shown(text, finding(1, 7, 1, 7 + len(hostile), message=message, help=f"not {hostile}\n"))
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]", output
    )
    assert output.count("\n") == 8
    assert sum(line.startswith("error[") for line in output.split("\n")) == 1
    assert "<U+202E>" in output
    assert "␛[2K␍ok" in output


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert visible("plain é 漢 🎉") == "plain é 漢 🎉"
    assert visible("a\tb") == "a    b"
    assert visible("\x07\x1b\x7f\x85\ufeff\ud800") == "␇␛␡<U+0085><U+FEFF><U+D800>"


def test_a_carriage_return_before_a_line_end_is_not_shown() -> None:
    assert "1 | a: 1\n" in shown("a: 1\r\nb: 2\r\n", finding(1, 1, 1, 2))


def test_columns_fit_a_text_with_a_byte_order_mark() -> None:
    text = "\ufeffa: b: c\n"
    output = render(read(text, "flow.yaml").diagnostics, {"flow.yaml": text})
    assert "1 | a: b: c\n  |     ^\n" in output


def test_colours_are_only_there_when_asked_for() -> None:
    found = [finding(1, 1, 1, 2, severity="warning", help="do it")]
    plain = render(found, {"flow.yaml": "a: 1\n"})
    colored = render(found, {"flow.yaml": "a: 1\n"}, color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;33m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_findings_are_counted_by_severity() -> None:
    errors = [finding(1, 1, 1, 1), finding(1, 1, 1, 1)]
    assert count([*errors, finding(1, 1, 1, 1, severity="info")]) == "2 errors, 1 note"
    assert count([finding(1, 1, 1, 1, severity="warning")]) == "1 warning"
    assert render([], {}) == "no findings\n"
