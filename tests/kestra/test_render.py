"""What is rendered reads back as what it is, whatever the texts hold, and looks as a person would write it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML
from yaml_texts import PHRASES, WORDS, flow, generated

from overture.checks import check
from overture.language.reading import read
from overture.plan.build import plan
from overture_kestra.lower import lower
from overture_kestra.model import Flow, Note, Script, Task
from overture_kestra.render import flow_value, plain, render
from overture_kestra.scalars import inline


def as_yaml_1_2(text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(io.StringIO(text))


def as_yaml_1_1(text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    return reader.load(io.StringIO(text))


CASES = Path(__file__).parents[1] / "cases"
FLOWS = [
    file
    for name in ("issue_triage", "order_routing", "release_aftermath", "nightly_report", "blocks_take_only_so_long")
    for file in sorted((CASES / name).glob("*.flow.yaml"))
]


def read_back(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)


READERS = [yaml.safe_load, as_yaml_1_1, as_yaml_1_2]


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_sees_the_texts_as_they_are(reader: Any) -> None:
    texts = [*WORDS, *PHRASES, *generated(300)]
    written = flow(texts)
    assert reader(render(written)) == plain(flow_value(written))


def test_twenty_thousand_generated_texts_read_back() -> None:
    texts = list(generated(20_000, seed=11))
    for start in range(0, len(texts), 500):
        written = Flow("f", "n", (Task("a", "t", {"list": texts[start : start + 500]}),))
        assert read_back(render(written))["tasks"][0]["list"] == texts[start : start + 500]


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_the_flows_of_the_cases_read_back_in_every_yaml(file: Path) -> None:
    reading = {each.name.removesuffix(".flow.yaml"): each for each in file.parent.glob("*.flow.yaml")}
    verdict = check(
        read(file.read_text("utf-8"), file.name),
        find=lambda name: read(reading[name].read_text("utf-8"), name) if name in reading else None,
    )
    assert verdict.checked is not None
    for each in lower(plan(verdict.checked), {})[0]:
        text, wanted = render(each), plain(flow_value(each))
        assert read_back(text) == wanted
        assert as_yaml_1_2(text) == wanted


@pytest.mark.parametrize("text", [*PHRASES, *WORDS], ids=range(len(PHRASES) + len(WORDS)))
def test_a_comment_stays_a_comment(text: str) -> None:
    """Whatever a description holds, no line of it becomes a line of the document."""
    lines = render(Flow("f", "n", (Task("a", "t", comment=text),), header=(text,))).splitlines()
    rest = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert rest == ["id: f", 'namespace: "n"', "tasks:", "  - id: a", "    type: t"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("book", "book"),
        ("PT30S", "PT30S"),
        ("io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.log.Log"),
        ("https://a.example/b?c=d", "https://a.example/b?c=d"),
        ("two words, and more", "two words, and more"),
        ("it's", "it's"),
        ("hi {{ inputs.who }}", "hi {{ inputs.who }}"),
        ("no", '"no"'),
        ("0 9 * * 1-5", '"0 9 * * 1-5"'),
        ("22:30", '"22:30"'),
        ("{{ inputs.n > 3 }}", '"{{ inputs.n > 3 }}"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ('{"a": 1}', "'{\"a\": 1}'"),
    ],
)
def test_quotes_stand_only_where_a_reader_could_differ(text: str, written: str) -> None:
    assert inline(text) == written


def test_a_list_and_a_mapping_are_written_over_lines_and_a_long_text_in_a_block() -> None:
    long = "{{ " + " | ".join(f"filter{number}('x')" for number in range(10)) + " }}"
    task = Task("a", "t", {"commands": ["python3 a.py"], "script": Script("one\ntwo\n"), "empty": [], "long": long})
    assert render(Flow("f", "team", (task,))) == (
        "id: f\nnamespace: team\n\ntasks:\n  - id: a\n    type: t\n    commands:\n      - python3 a.py\n"
        "    script: |\n      one\n      two\n    empty: []\n    long: >-\n"
        "      {{ filter0('x') | filter1('x') | filter2('x') | filter3('x') | filter4('x') | filter5('x')"
        " | filter6('x') |\n      filter7('x') | filter8('x') | filter9('x') }}\n"
    )


def test_keys_that_are_words_of_yaml_are_quoted() -> None:
    assert '    "on": 1' in render(Flow("f", "n", (Task("a", "t", {"on": 1, "0": 2, "a b": 3}),)))


def test_tasks_stand_apart_and_their_comments_over_them() -> None:
    text = render(Flow("f", "team", (Task("a", "t"), Task("b", "t", {"x": Note("why", 1)}, comment="because"))))
    assert text == (
        "id: f\nnamespace: team\n\ntasks:\n  - id: a\n    type: t\n\n  # because\n  - id: b\n    type: t\n"
        "    # why\n    x: 1\n"
    )


@pytest.mark.parametrize("value", [1e300, 1e-300, 1.5, -0.0, 10**20, -7, True, None])
def test_numbers_read_back_with_their_type(value: object) -> None:
    for reader in READERS:
        found = reader(inline(value))  # type: ignore[arg-type]
        assert found == value and type(found) is type(value)


def test_there_are_no_anchors() -> None:
    shared = ["the same"]
    text = render(Flow("f", "n", (Task("a", "t", {"x": shared, "y": shared}),)))
    assert "&" not in text and "*" not in text


def test_a_text_that_is_no_text_is_written_with_escapes() -> None:
    assert json.loads(inline("\ud800")) == "\ud800"


def test_what_would_be_invisible_is_escaped() -> None:
    assert inline("a\u202eb\u200bc\U000e0041") == '"a\\u202eb\\u200bc\\U000e0041"'
