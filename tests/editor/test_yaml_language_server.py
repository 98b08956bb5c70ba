"""An editor with the YAML extension completes, explains and warns as it reads a workflow's `$schema` line."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from language_server import LanguageServer

from overture.language.schema import FILE
from overture.language.tasks import KINDS

CASES = Path(__file__).parents[1] / "cases"
SCHEMA = Path(str(resources.files("overture_schemas").joinpath(FILE)))
HEAD = f"# yaml-language-server: $schema={SCHEMA}\noverture: 1\nname: example\n"
LINES = HEAD.count("\n")


def labels(completion: dict[str, Any]) -> dict[str, str]:
    """What is offered, with what is said of it."""
    found = {}
    for item in completion["items"]:
        about = item.get("documentation", "")
        found[item["label"]] = about["value"] if isinstance(about, dict) else about
    return found


def shown(hover: dict[str, Any]) -> str:
    contents = hover["contents"]
    return contents["value"] if isinstance(contents, dict) else str(contents)


def test_the_keys_of_a_workflow_are_completed_and_explained(server: LanguageServer) -> None:
    uri = server.open("keys.flow.yaml", HEAD + "\ntasks:\n  - {id: a, kind: log, message: x}\n")
    offered = labels(server.at("completion", uri, LINES, 0))
    assert {"triggers", "inputs", "secrets", "outputs", "on_failure", "finally"} <= offered.keys()
    assert "what starts it" in offered["triggers"]


def test_the_keys_of_a_task_are_those_of_its_kind(server: LanguageServer) -> None:
    uri = server.open("kind.flow.yaml", HEAD + "tasks:\n  - id: a\n    kind: http\n    \n")
    offered = labels(server.at("completion", uri, LINES + 3, 4))
    assert {"url", "method", "returns", "pages", "retry"} <= offered.keys()
    assert not {"prompt", "command", "cases"} & offered.keys()
    assert "its host is literal" in offered["url"]


def test_the_kinds_are_offered_each_with_what_it_does(server: LanguageServer) -> None:
    uri = server.open("kinds.flow.yaml", HEAD + "tasks:\n  - id: a\n    kind: \n")
    offered = labels(server.at("completion", uri, LINES + 2, 10))
    assert set(KINDS) <= offered.keys()
    assert "judgement" in offered["ai"]


def test_a_key_is_explained_where_the_pointer_rests(server: LanguageServer) -> None:
    text = HEAD + "tasks:\n  - id: a\n    kind: http\n    url: https://example.com\n    on_error: continue\n"
    uri = server.open("hover.flow.yaml", text)
    assert "a failure does not fail the block" in shown(server.at("hover", uri, LINES + 4, 6))
    assert "its host is literal" in shown(server.at("hover", uri, LINES + 3, 5))
    assert "`http`: An HTTP request." in shown(server.at("hover", uri, LINES + 2, 5))


@pytest.mark.parametrize(
    ("task", "line", "words"),
    [
        ("  - id: a\n    kind: htpp\n    url: https://example.com\n", 2, "Value is not accepted"),
        ("  - id: a\n    kind: http\n    ulr: x\n    url: https://example.com\n", 3, "Property ulr is not allowed"),
        ("  - id: a\n    kind: http\n    url: https://example.com\n    retry: {attempts: two}\n", 4, "Incorrect type"),
        ("  - id: A b\n    kind: log\n    message: x\n", 1, "pattern"),
    ],
)  # fmt: skip
def test_a_mistake_is_underlined_where_it_is(server: LanguageServer, task: str, line: int, words: str) -> None:
    uri = server.open(f"wrong{line}{len(words)}.flow.yaml", HEAD + "tasks:\n" + task)
    found = server.diagnostics(uri)
    assert [each["range"]["start"]["line"] for each in found] == [LINES + line]
    assert words in found[0]["message"]


def test_an_editor_has_nothing_to_say_of_any_case(server: LanguageServer) -> None:
    head = f"# yaml-language-server: $schema={SCHEMA}\n"
    paths = sorted(CASES.glob("*/*.flow.yaml"))
    assert len(paths) > 70
    uris = {
        path: server.open(f"{path.parent.name}_{path.name}", head + path.read_text(encoding="utf-8")) for path in paths
    }
    assert {path.parent.name: found for path, uri in uris.items() if (found := server.diagnostics(uri))} == {}
