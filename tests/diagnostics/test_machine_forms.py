"""What programs read: the JSON of the contract, SARIF 2.1.0, and the commands of GitHub Actions."""

from __future__ import annotations

import json
import re
from typing import Any

import overture.language.rules
from overture.diagnostics import github, sarif
from overture.diagnostics.json_form import check_form
from overture.diagnostics.model import At, Change, Diagnostic, Edit, Related, Severity
from overture.diagnostics.rules import rules_in
from overture.language.reading import read

AT = At("flows/a b.yaml", "/tasks/1/url", 3, 5, 3, 9)
EARLIER = At("flows/a b.yaml", "/tasks/0", 1, 1, 2, 4)


def finding(severity: Severity = "error", message: str = "it is wrong", at: At = AT) -> Diagnostic:
    related = (Related("because of this", EARLIER),)
    return Diagnostic(
        "OV101", "unknown-key", severity, message, at, "mend it", related, Edit("mend", (Change(at, "x"),))
    )


def test_the_json_of_a_check_is_that_of_the_contract() -> None:
    place = {"pointer": "/tasks/1/url", "line": 3, "column": 5, "end_line": 3, "end_column": 9}
    earlier = {"pointer": "/tasks/0", "line": 1, "column": 1, "end_line": 2, "end_column": 4}
    assert check_form({"a.yaml": [finding()], "b.yaml": []}) == {
        "ok": False,
        "files": [
            {
                "path": "a.yaml",
                "ok": False,
                "diagnostics": [
                    {
                        "code": "OV101",
                        "rule": "unknown-key",
                        "severity": "error",
                        "message": "it is wrong",
                        "help": "mend it",
                        "at": place,
                        "related": [{"message": "because of this", "at": earlier}],
                        "edit": {"description": "mend", "changes": [{"at": place, "text": "x"}]},
                    }
                ],
            },
            {"path": "b.yaml", "ok": True, "diagnostics": []},
        ],
    }


def test_warnings_leave_a_file_ok_and_absent_parts_are_null() -> None:
    warning = Diagnostic("OV901", "some-rule", "warning", "careful", AT)
    form = check_form({"a.yaml": [warning]})
    assert form["ok"] is True
    assert form["files"][0]["ok"] is True
    assert form["files"][0]["diagnostics"][0]["help"] is None
    assert form["files"][0]["diagnostics"][0]["edit"] is None


def sarif_run(*found: Diagnostic) -> dict[str, Any]:
    log = json.loads(json.dumps(sarif.log(found, rules_in(overture.language.rules), version="0.1.0")))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_a_sarif_log_has_the_members_that_2_1_0_requires() -> None:
    run = sarif_run(finding(), finding("warning"), finding("info"))
    driver = run["tool"]["driver"]
    assert driver["name"] == "overture"
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in driver["rules"]:
        assert set(rule) >= {"id", "shortDescription", "help", "defaultConfiguration"}
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith("# ")
    assert [each["level"] for each in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"] == "it is wrong (help: mend it)"
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == "flows/a%20b.yaml"
        assert physical["region"] == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}
        assert location["logicalLocations"] == [{"fullyQualifiedName": "/tasks/1/url"}]
        (related,) = result["relatedLocations"]
        assert related["message"]["text"] == "because of this"
        assert related["physicalLocation"]["region"]["endLine"] == 2
        (fix,) = result["fixes"]
        (change,) = fix["artifactChanges"]
        (replacement,) = change["replacements"]
        assert replacement["deletedRegion"] == physical["region"]
        assert replacement["insertedContent"] == {"text": "x"}


def test_a_finding_of_a_rule_without_a_page_still_stands_in_sarif() -> None:
    strange = Diagnostic("OV999", "of-a-backend", "error", "no", AT)
    run = sarif_run(strange)
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]] == {"id": "OV999", "name": "of-a-backend"}


def test_a_sarif_fingerprint_survives_moving_lines() -> None:
    moved = At(AT.path, AT.pointer, 30, 1, 30, 5)
    first, second, other = sarif_run(finding(), finding(at=moved), finding(message="else"))["results"]
    assert first["partialFingerprints"] == second["partialFingerprints"] != other["partialFingerprints"]


def test_no_message_of_sarif_becomes_a_link() -> None:
    result = sarif_run(finding(message="see [this](https://example.com)"))["results"][0]
    assert r"\[this\](" in result["message"]["text"]


def test_an_absolute_path_is_a_file_uri() -> None:
    result = sarif_run(finding(at=At("/x/ä.yaml", "", 1, 1, 1, 2)))["results"][0]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///x/%C3%A4.yaml"


def test_a_github_annotation_names_place_rule_and_help() -> None:
    assert github.commands([finding()]) == (
        "::error title=OV101 unknown-key,file=flows/a b.yaml,line=3,col=5,endLine=3,endColumn=9"
        "::it is wrong%0Ahelp: mend it\n"
    )
    assert github.commands([finding("warning")]).startswith("::warning ")
    assert github.commands([finding("info")]).startswith("::notice ")


def test_a_github_annotation_of_several_lines_has_no_columns() -> None:
    command = github.commands([finding(at=EARLIER)])
    assert "line=1,endLine=2::" in command
    assert "ol=" not in command.lower().replace("endcol", "col")


def test_a_hostile_name_cannot_write_a_github_command_of_its_own() -> None:
    at = At("a,b:c%\r\n::stop.yaml", "", 1, 1, 1, 2)
    output = github.commands([finding(message="100%\r\n::set-output name=x::y\x1b", at=at)])
    assert output.count("\n") == 1
    assert "\r" not in output
    assert "\x1b" not in output
    assert "file=a%2Cb%3Ac%25%0D%0A%3A%3Astop.yaml," in output
    assert "100%25" in output


def test_every_finding_of_a_bad_file_has_all_forms() -> None:
    reading = read("a: {b: 1, b: 2}\n1: x\n", "x.yaml")
    assert len(sarif_run(*reading.diagnostics)["results"]) == 2
    assert len(github.commands(reading.diagnostics).splitlines()) == 2
    codes = [each["code"] for each in check_form({"x.yaml": reading.diagnostics})["files"][0]["diagnostics"]]
    assert codes == ["OV007", "OV008"]
    assert all(re.fullmatch(r"OV\d{3}", code) for code in codes)
