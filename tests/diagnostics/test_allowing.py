"""What a comment allows is silent, and nothing else; a comment that allows nothing is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overture.checks import check
from overture.diagnostics.edits import with_edits
from overture.diagnostics.model import Diagnostic
from overture.language.formatting import format_text
from overture.language.reading import read


def found(text: str, path: str = "x.flow.yaml") -> list[Diagnostic]:
    return list(check(read(text, path)).diagnostics)


def rules(text: str, path: str = "x.flow.yaml") -> list[str]:
    return [each.rule for each in found(text, path)]


HEAD = "overture: 1\nname: example\n"
LOG = "tasks:\n  - {id: hello, kind: log, message: hello}\n"
POST = """\
overture: 1
name: example
tasks:
  {above}
  - id: post
    kind: http
    method: POST
    url: https://example.com/
    retry: {{attempts: 3}}{behind}
  - id: post_again
    kind: http
    method: POST
    url: https://example.com/
    retry: {{attempts: 3}}
"""
"""Two writes that are retried: a finding in each task."""


def test_the_document_of_these_tests_has_a_finding_in_each_task() -> None:
    assert [each.at.line for each in found(POST.format(above="", behind=""))] == [9, 14]


def test_a_comment_at_the_end_of_a_line_is_for_that_line() -> None:
    allowed = "  # overture: allow retried-write (it keeps no duplicates)"
    assert [each.at.line for each in found(POST.format(above="", behind=allowed))] == [14]


def test_a_comment_on_a_line_of_its_own_is_for_the_whole_item_that_follows() -> None:
    allowed = "# overture: allow retried-write (it keeps no duplicates)"
    assert [each.at.line for each in found(POST.format(above=allowed, behind=""))] == [14]


def test_other_comments_and_empty_lines_may_stand_between_it_and_the_item() -> None:
    allowed = "# overture: allow retried-write (fine)\n# more\n\n  # and more"
    assert [each.at.line for each in found(POST.format(above=allowed, behind=""))] == [17]


def test_a_comment_above_a_key_is_for_what_stands_below_that_key() -> None:
    text = POST.format(above="", behind="").replace("tasks:", "# overture: allow retried-write (fine)\ntasks:")
    assert rules(text) == []


@pytest.mark.parametrize("name", ["retried-write", "OV901", "unused-input, OV901", "OV212 ,retried-write"])
def test_a_rule_is_allowed_by_name_or_code_and_several_by_commas(name: str) -> None:
    text = HEAD + "inputs: {a: {type: string, default: x}}\n" + POST.format(above="", behind="").partition(HEAD)[2]
    text = text.replace("overture: 1\n", f"# overture: allow {name} (all of it)\noverture: 1\n")
    assert set(rules(text)) >= {"unused-input", "retried-write", "unused-allow"}  # it is for the key `overture`
    lines = text.splitlines()[1:]
    allowed = [f"{line}  # overture: allow {name} (fine)" if "attempts" in line else line for line in lines]
    left = rules("\n".join(allowed))
    assert left == (["unused-input"] if "," not in name else ["unused-input", "unused-allow", "unused-allow"])


@pytest.mark.parametrize(
    "comment",
    [
        "#overture:allow unused-input (x)",
        "#  overture:  allow  unused-input  ( x )",
        "# later # overture: allow OV212 (x)",
        "# overture: allow unused-input (see #12, (or) ask)",
        "# overture: allow unused-input (a) # overture: allow OV901 (b)",
    ],
)
def test_space_and_other_comments_on_the_line_do_not_matter(comment: str) -> None:
    text = HEAD + "inputs:\n  a: {type: string, default: x}  " + comment + "\n" + LOG
    assert rules(text) == (["unused-allow"] if "OV901" in comment else [])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"# overture: allow unused-input (x)"', "# overture: allow unused-input (x)"),
        ("'a # overture: allow unused-input (x)'", "a # overture: allow unused-input (x)"),
        ("x#overture:allow unused-input (x)", "x#overture:allow unused-input (x)"),
        ("|\n      # overture: allow unused-input (x)", "# overture: allow unused-input (x)\n"),
        (">-\n      a\n      # overture: allow unused-input (x)", "a # overture: allow unused-input (x)"),
    ],
)
def test_a_hash_inside_a_text_is_no_comment(written: str, value: str) -> None:
    text = HEAD + f"inputs:\n  a:\n    type: string\n    default: {written}\n" + LOG
    reading = read(text, "x.yaml")
    assert reading.data["inputs"]["a"]["default"] == value
    assert rules(text) == ["unused-input"]


def test_json_has_no_comments() -> None:
    inputs = {"a": {"type": "string", "default": "# overture: allow unused-input (x)"}}
    tasks = [{"id": "hello", "kind": "log", "message": "hello"}]
    text = json.dumps({"overture": 1, "name": "example", "inputs": inputs, "tasks": tasks}, indent=1)
    assert rules(text, "x.flow.json") == ["unused-input"]


CODE = """\
overture: 1
name: example
tasks:
  - id: ask
    kind: http
    url: https://example.com/
    returns: {type: object, properties: {items: {type: array, items: {type: string}}}, required: [items]}
  - id: say
    kind: log
    message: >-%s
      the first of them,
      {{ tasks.ask.body.items[0] }},
      was said
"""


def test_a_comment_behind_the_bar_of_a_block_is_for_all_of_the_block() -> None:
    assert [(each.rule, each.at.line) for each in found(CODE % "")] == [("short-list", 12)]
    assert rules(CODE % "  # overture: allow short-list (there is always one)") == []


def test_a_comment_behind_the_last_line_of_a_quoted_text_is_for_all_of_the_text() -> None:
    text = CODE.replace(">-%s\n      the", '"the').replace("was said", 'was said"  # overture: allow OV210 (is one)')
    assert rules(text) == []


def test_an_error_is_not_silenced_and_the_comment_is_told() -> None:
    text = HEAD + 'tasks:\n  - {id: a, kind: log, message: "{{ tasks.b.x }}"}  # overture: allow unknown-task (soon)\n'
    told = found(text)
    assert [(each.rule, each.severity) for each in told] == [("unknown-task", "error"), ("allowed-error", "warning")]
    assert told[1].related[0].at == told[0].at
    assert check(read(text, "x.yaml")).checked is None


def test_an_unknown_rule_is_told_with_the_nearest_at_its_name() -> None:
    text = HEAD + "inputs:\n  a: {type: string, default: x}  # overture: allow unused-inptu (x)\n" + LOG
    told = [each for each in found(text) if each.rule == "unknown-rule"]
    assert [each.help for each in told] == ["did you mean `unused-input`?"]
    line = text.splitlines()[told[0].at.line - 1]
    assert line[told[0].at.column - 1 : told[0].at.end_column - 1] == "unused-inptu"


@pytest.mark.parametrize("reason", ["", " ()", " ( )", " because it is shown elsewhere"])
def test_without_a_reason_the_finding_is_silent_and_the_comment_is_told(reason: str) -> None:
    text = HEAD + "inputs:\n  a: {type: string, default: x}  # overture: allow unused-input" + reason + "\n" + LOG
    assert rules(text) == ["missing-reason"]


def test_an_allow_without_a_rule_is_told() -> None:
    assert rules(HEAD + LOG.rstrip() + "  # overture: allow (it is fine)\n") == ["unknown-rule"]


def test_an_allow_that_silences_nothing_is_told_only_where_no_error_may_hide_it() -> None:
    comment = "  # overture: allow unused-input (x)\n"
    assert rules(HEAD + LOG.rstrip() + comment) == ["unused-allow"]
    assert rules(HEAD + LOG.replace("hello}", '"{{ tasks.b.x }}"}').rstrip() + comment) == ["unknown-task"]


def test_the_second_of_two_equal_allows_is_one_too_many() -> None:
    comment = "  # overture: allow unused-input (x)\n"
    text = HEAD + "inputs:\n" + comment + comment + "  a: {type: string, default: x}\n" + LOG
    assert [(each.rule, each.at.line) for each in found(text)] == [("unused-allow", 5)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  # overture: allow unused-input (x)\n", ""),
        ("  # overture: allow unused-input (x)\r\n", ""),
        ("  - {id: b, kind: log, message: b} \t# overture: allow OV212 (x)\n", "  - {id: b, kind: log, message: b}\n"),
        ("  # todo # overture: allow OV212 (x)\n", "  # todo\n"),
        ("  # overture: allow OV212, OV901 (x)", ""),
    ],
)
def test_the_mend_of_an_unused_allow_takes_it_out_and_no_more(before: str, after: str) -> None:
    text = HEAD + LOG + before
    told = found(text)
    assert [each.rule for each in told] == ["unused-allow"]
    mended, done = with_edits(text, told)
    assert (mended, len(done)) == (HEAD + LOG + after, 1)


def test_the_mend_of_one_rule_of_several_leaves_the_others() -> None:
    text = HEAD + "inputs:\n  a: {type: string, default: x}  # overture: allow OV901, unused-input, OV210 (x)\n" + LOG
    mended = text
    while told := found(mended):
        mended, done = with_edits(mended, told)
        assert done
    assert mended == text.replace("OV901, unused-input, OV210", "unused-input")


def test_an_unused_allow_that_parts_a_block_from_empty_lines_stays() -> None:
    text = HEAD + "tasks:\n  - id: a\n    kind: log\n    message: |+\n      a\n  # overture: allow OV212 (x)\n\n"
    (told,) = found(text)
    assert told.rule == "unused-allow" and told.edit is None


COMMENTS = ["# overture: allow retried-write (fine)", "# overture: allow OV901, OV212 (fine)", "# plain", ""]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(COMMENTS), st.sampled_from(COMMENTS), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_the_canonical_form_allows_the_same(above: str, behind: str, is_mixed: bool, newline: str) -> None:
    text = POST.format(above=above, behind="  " + behind)
    if is_mixed:  # keys out of order: the comment goes where its key goes
        text = text.replace("    kind: http\n    method: POST\n", "    method: POST\n    kind: http\n", 1)
    text = text.replace("\n", newline)
    before = sorted((each.rule, each.at.pointer) for each in found(text))
    assert sorted((each.rule, each.at.pointer) for each in found(format_text(text, "x.flow.yaml"))) == before


def test_many_comments_are_read_once_each() -> None:
    """A hundred thousand of them, stacked above one task: each is judged, none is looked for in all the others."""
    many = "  # overture: allow retried-write (x)\n" * 10_000
    told = found(POST.format(above="", behind="").replace("  - id: post\n", many + "  - id: post\n"))
    assert len(told) == 10_000  # all but the first are one too many, and the other task has its finding
    assert told[-1].rule == "retried-write"
