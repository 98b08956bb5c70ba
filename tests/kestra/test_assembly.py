"""What a flow carries of the scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flows import export, flow_of, task

from overture_kestra.flow_scripts import schema_parts
from overture_kestra.scripts import IMPORTS
from overture_kestra.scripts.assembly import assemble, modules, without_branches

POST = {"request.method", "request.url", "request.json", "request.key"}
ASKED = (
    *("query", "headers", "text", "body", "form", "file", "token", "username", "accept", "hosts", "pages", "save"),
    *("seconds", "secrets", "body_read", "headers_read", "from_data", "returns", "pages query body_read"),
)
KEYWORDS = {"schema.type", "schema.items", "schema.pattern", "schema.const", "schema.additionalProperties"}


def carried(*names: str, parts: set[str]) -> dict[str, str]:
    return assemble({name: [""] for name in names}, parts).texts


def test_a_request_of_json_is_a_page_of_script() -> None:
    (text,) = carried("request", parts=POST).values()
    assert len([line for line in text.splitlines() if line.strip()]) <= 90
    for word in ("base64", "ipaddress", "misfits", "mask", "signal", "pages", "Path(given", "from step"):
        assert word not in text


def test_what_one_script_imports_is_part_of_it_and_what_two_import_stands_once() -> None:
    assert set(carried("request", parts={*POST, "request.returns", "schema.type"})) == {"request"}
    texts = carried("request", "ask", parts={*POST, "request.returns", "ask.returns", "schema.type"})
    assert set(texts) == {"ask", "request", "schema", "step"}
    assert "\nfrom step import" in texts["request"] and "def parse" not in texts["request"]


def test_a_keyword_that_no_schema_uses_is_not_looked_for() -> None:
    text = carried(
        "request", parts={*POST, "request.returns", *schema_parts({"type": "array", "items": {"minimum": 1}})}
    )["request"]
    assert '"minimum" in schema' in text and '"items" in schema' in text
    assert "maximum" not in text and "import re\n" not in text


def test_a_branch_for_what_nobody_asks_goes_with_all_its_lines() -> None:
    text = (
        "def f():\n"
        "    a = 1\n"
        "    # why\n"
        "    if 'x' in given:\n"
        "        a = 2\n"
        "    else:\n"
        "        # else\n"
        "        if 'y' in given and a:\n"
        "            a = 3\n"
        "        a = 4\n"
        "    return a\n"
    )
    assert without_branches(text, ()) == "def f():\n    a = 1\n    a = 4\n    return a\n"
    assert without_branches(text, {"x", "y"}) == text


def test_what_one_script_is_asked_for_is_left_out_of_another() -> None:
    texts = carried("request", "call_main", parts={*POST, "call_main.returns", "schema.type"})
    assert "check(" in texts["call_main"] and "check(" not in texts["request"]


def test_every_script_that_is_carried_is_whole_and_formatted(tmp_path: Path) -> None:
    roots = {name: [""] for name in IMPORTS} | {"computed": ["compute", "mapped"]}
    every = {f"{name}.{each}" for name in IMPORTS for words in ASKED for each in words.split()} | POST | KEYWORDS
    variants = {"all": assemble(roots, every), "none": assemble(roots, ())}
    for name in IMPORTS:
        variants[name] = assemble({name: roots[name]}, POST)
    for number, words in enumerate(ASKED):
        asked = {f"request.{each}" for each in words.split()}
        variants[f"request_{number}"] = assemble({"request": [""]}, POST | KEYWORDS | asked)
    for name, found in variants.items():
        folder = tmp_path / name
        folder.mkdir()
        for script, text in found.texts.items():
            (folder / f"{script}.py").write_text(text, "utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    settings = ["--isolated", "--line-length=120", "--target-version=py310"]
    for command in (["check", "--select=E,F,B", *settings], ["format", "--check", *settings]):
        done = subprocess.run([*ruff, *command, str(tmp_path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_two_scripts_define_one_name() -> None:
    """Those that become part of another are laid into one text."""
    shared = {"step", "schema", "hosts", "pages"}
    for name in IMPORTS:
        own = {line.split("(")[0].removeprefix("def ") for line in _lines(name) if line.startswith("def ")}
        for other in shared & modules():
            theirs = {line.split("(")[0].removeprefix("def ") for line in _lines(other) if line.startswith("def ")}
            assert not own & theirs


def _lines(name: str) -> list[str]:
    from overture_kestra.scripts import script

    return script(name).splitlines()


def test_a_step_gets_the_scripts_that_it_runs_and_no_other() -> None:
    flow = flow_of(
        "  - {id: a, kind: http, method: PUT, url: 'https://a.example/'}\n"
        "  - {id: b, kind: python, code: 'def main(): return 1', returns: {type: integer}}\n"
    )
    assert sorted(flow["variables"]) == ["call_main", "request", "step"]
    assert [name for name in task(flow, "a")["inputFiles"] if name.endswith(".py")] == ["step.py", "request.py"]
    alone = flow_of("  - {id: a, kind: http, method: PUT, url: 'https://a.example/'}\n")
    assert [name for name in task(alone, "a")["inputFiles"] if name.endswith(".py")] == ["request.py"]


def test_the_same_flow_carries_the_same_text() -> None:
    code = "from overture_kestra.scripts.assembly import assemble; "
    code += "print(assemble({'request': [''], 'ask': ['']}, {'request.json'}).texts)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "7")
    }
    (text,) = runs
    assert "def main" in text


def test_the_check_of_an_answer_knows_every_keyword_of_the_language() -> None:
    schema = "{type: array, maxItems: 3, items: {type: string, pattern: '^a', enum: [a, ab]}}"
    text = next(
        iter(
            export(
                f"  - {{id: a, kind: http, method: PUT, url: 'https://a.example', returns: {schema}}}\n"
            ).files.values()
        )
    )
    assert all(f'"{word}" in schema' in text for word in ("type", "maxItems", "items", "pattern", "enum"))
