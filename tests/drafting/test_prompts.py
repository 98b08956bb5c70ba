from __future__ import annotations

import json
import re

import pytest
from llguidance import LLMatcher, LLTokenizer

from overture.drafting.edits import edits_schema
from overture.drafting.prompts import UNTOLD, WorkedExample, compile_messages, worked_examples
from overture.expressions.table import FILTERS
from overture.language.tasks import KINDS
from overture.language.validation import validate
from overture.language.wire import lift, wire_schema

from .scripted import check

TOKENIZER = LLTokenizer("byte")
EXAMPLES = worked_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_passes_the_check(example: WorkedExample) -> None:
    assert check(example.text) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_an_answer_that_the_grammar_allows_byte_for_byte(example: WorkedExample) -> None:
    said = next(
        each.content
        for each, before in zip(compile_messages("x", [])[1:], compile_messages("x", []), strict=False)
        if before.content == example.request
    )
    matcher = LLMatcher(TOKENIZER, LLMatcher.grammar_from_json_schema(json.dumps(wire_schema())))
    tokens = TOKENIZER.tokenize_bytes(said.encode())
    assert matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()
    assert validate(json.loads(said), wire_schema()) == []
    assert lift(json.loads(said))[1] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_cites_the_request_that_it_answers(example: WorkedExample) -> None:
    cited = [task["source"] for task in example.answer["tasks"] if task["source"]]
    assert cited
    words = set(re.findall(r"[a-z0-9]+", example.request.lower()))
    assert [each for each in cited if not set(re.findall(r"[a-z0-9]+", each.lower())) <= words] == []


def test_the_prompt_names_every_kind_and_every_filter() -> None:
    system = compile_messages("x", [])[0].content
    assert {kind for kind in KINDS if f"\n## {kind}\n" not in system} == UNTOLD
    assert [name for name in FILTERS if f"`{name}" not in system] == []


def test_the_prompt_is_short_enough_to_be_read_and_long_enough_to_be_kept() -> None:
    """Prefix caches begin at 1,024 tokens; a token has some four characters."""
    length = sum(len(each.content) for each in compile_messages("x", []))
    assert 8_000 < length < 60_000


def test_the_examples_keep_names_secret() -> None:
    assert all("secrets." in example.text for example in EXAMPLES)


def test_the_grammar_of_edits_compiles_without_a_warning() -> None:
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(edits_schema()))
    assert LLMatcher.validate_grammar_with_warnings(grammar, TOKENIZER) == (False, [])
