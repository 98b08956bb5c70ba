"""`check`: the shapes of the contract, what decides the exit code, and edits that change nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_running import BROKEN, HELLO, WARNING, files_in, invoke

ZONE = HELLO.replace("tasks:", 'triggers:\n  - {type: schedule, cron: "0 9 * * *", timezone: europe/berlin}\ntasks:')
"""Has one finding whose mend is certain."""


def _at(value: Any) -> None:
    assert list(value) == ["pointer", "line", "column", "end_line", "end_column"]
    assert isinstance(value["pointer"], str)
    assert all(isinstance(value[key], int) and value[key] >= 1 for key in list(value)[1:])


def _diagnostic(value: Any) -> None:
    assert list(value) == ["code", "rule", "severity", "message", "help", "at", "related", "edit"]
    assert value["code"].startswith("OV") and value["severity"] in ("error", "warning", "info")
    _at(value["at"])
    for each in value["related"]:
        assert list(each) == ["message", "at"]
        _at(each["at"])
    if value["edit"] is not None:
        assert list(value["edit"]) == ["description", "changes"]
        for change in value["edit"]["changes"]:
            assert list(change) == ["at", "text"]
            _at(change["at"])


def test_a_sound_file_exits_0_and_leaves_stdout_empty(folder: Path) -> None:
    (folder / "hello.flow.yaml").write_text(HELLO)
    ran = invoke("check", "hello.flow.yaml")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "no findings in 1 file\n")
    assert invoke("check", "hello.flow.yaml", "--quiet").stderr == ""


def test_an_error_exits_1_and_stands_on_stdout(folder: Path) -> None:
    (folder / "broken.flow.yaml").write_text(BROKEN)
    ran = invoke("check", "broken.flow.yaml")
    assert ran.code == 1 and ran.stderr == ""
    assert "--> broken.flow.yaml:11:19" in ran.stdout and "did you mean `greet`?" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_json_is_one_document_of_the_contracts_shape(folder: Path) -> None:
    (folder / "broken.flow.yaml").write_text(BROKEN)
    (folder / "hello.flow.yaml").write_text(HELLO)
    (folder / "zone.flow.yaml").write_text(ZONE)
    ran = invoke("check", ".", "--format", "json")
    assert ran.code == 1 and ran.stderr == ""
    assert list(ran.json) == ["ok", "files"] and ran.json["ok"] is False
    assert [(each["path"], each["ok"]) for each in ran.json["files"]] == [
        ("broken.flow.yaml", False),
        ("hello.flow.yaml", True),
        ("zone.flow.yaml", False),
    ]
    for each in ran.json["files"]:
        assert list(each) == ["path", "ok", "diagnostics"]
        for diagnostic in each["diagnostics"]:
            _diagnostic(diagnostic)
    assert ran.json["files"][2]["diagnostics"][0]["edit"]["changes"][0]["text"] == "Europe/Berlin"


def test_a_place_is_counted_from_1_and_its_end_is_exclusive(folder: Path) -> None:
    (folder / "broken.flow.yaml").write_text(BROKEN)
    at = invoke("check", "broken.flow.yaml", "--format", "json").json["files"][0]["diagnostics"][0]["at"]
    line = BROKEN.split("\n")[at["line"] - 1]
    assert at["end_line"] == at["line"] and line[at["column"] - 1 : at["end_column"] - 1].endswith("great")
    assert at["pointer"] == "/outputs/greeting"


def test_a_warning_exits_0_and_strict_makes_it_an_error(folder: Path) -> None:
    (folder / "w.flow.yaml").write_text(WARNING)
    assert invoke("check", "w.flow.yaml").code == 0
    assert invoke("check", "w.flow.yaml", "--format", "json").json["ok"] is True
    ran = invoke("check", "w.flow.yaml", "--strict", "--format", "json")
    assert ran.code == 1 and ran.json["ok"] is False
    assert [each["ok"] for each in ran.json["files"]] == [False]
    assert [each["severity"] for each in ran.json["files"][0]["diagnostics"]] == ["error"]


def test_quiet_leaves_errors_only(folder: Path) -> None:
    (folder / "w.flow.yaml").write_text(WARNING)
    assert invoke("check", "w.flow.yaml").stdout.startswith("warning[")
    ran = invoke("check", "w.flow.yaml", "-q")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")


def test_a_dash_is_stdin(folder: Path) -> None:
    ran = invoke("check", "-", "--format", "json", stdin=BROKEN)
    assert ran.code == 1 and ran.json["files"][0]["path"] == "-"
    assert invoke("check", "-", stdin=HELLO).code == 0
    assert invoke("check", "-", stdin='{"overture": 1}').code == 1


def test_a_folder_is_searched_for_workflows_and_hidden_folders_are_not(folder: Path) -> None:
    for path in ("a.flow.yaml", "sub/b.flow.yml", "sub/deep/c.flow.json", "notes.yaml", ".hidden/d.flow.yaml"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps({"overture": 1}) if path.endswith("json") else HELLO)
    ran = invoke("check", ".", "--format", "json")
    assert [each["path"] for each in ran.json["files"]] == ["a.flow.yaml", "sub/b.flow.yml", "sub/deep/c.flow.json"]


def test_a_file_named_twice_is_checked_once(folder: Path) -> None:
    (folder / "hello.flow.yaml").write_text(HELLO)
    assert len(invoke("check", "hello.flow.yaml", ".", "--format", "json").json["files"]) == 1


def test_a_folder_without_workflows_is_wrong_usage(folder: Path) -> None:
    ran = invoke("check", ".", "--format", "json")
    assert ran.code == 2 and ran.stdout == "" and "`.`" in ran.error


def test_a_file_that_cannot_be_parsed_is_a_finding_and_the_others_are_checked(folder: Path) -> None:
    (folder / "a.flow.yaml").write_text("overture: [1")
    (folder / "b.flow.yaml").write_text(BROKEN)
    ran = invoke("check", ".", "--format", "json")
    assert ran.code == 1
    assert [len(each["diagnostics"]) for each in ran.json["files"]] == [1, 1]


def test_a_path_that_cannot_be_opened_exits_2_and_prints_nothing_to_stdout(folder: Path) -> None:
    (folder / "b.flow.yaml").write_text(BROKEN)
    ran = invoke("check", "b.flow.yaml", "missing.flow.yaml", "--format", "json")
    assert ran.code == 2 and ran.stdout == ""
    assert ran.error == "`missing.flow.yaml`: no such file or directory"


def test_sarif_is_one_document_with_the_rules_pages(folder: Path) -> None:
    (folder / "broken.flow.yaml").write_text(BROKEN)
    ran = invoke("check", "broken.flow.yaml", "--format", "sarif")
    assert ran.code == 1 and ran.json["version"] == "2.1.0"
    run = ran.json["runs"][0]
    assert [each["level"] for each in run["results"]] == ["error"]
    assert run["tool"]["driver"]["rules"][run["results"][0]["ruleIndex"]]["id"] == run["results"][0]["ruleId"]


def test_github_prints_an_annotation_a_finding_and_nothing_without_findings(folder: Path) -> None:
    (folder / "broken.flow.yaml").write_text(BROKEN)
    (folder / "hello.flow.yaml").write_text(HELLO)
    ran = invoke("check", "broken.flow.yaml", "--format", "github")
    assert ran.code == 1 and ran.stdout.startswith("::error ") and ran.stdout.count("\n") == 1
    assert "file=broken.flow.yaml,line=11" in ran.stdout
    assert invoke("check", "hello.flow.yaml", "--format", "github").stdout == ""


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("plain", lambda data: data),
        ("CRLF", lambda data: data.replace(b"\n", b"\r\n")),
        ("byte order mark", lambda data: b"\xef\xbb\xbf" + data),
        ("both", lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")),
        ("no last line end", lambda data: data.rstrip(b"\n")),
        ("wide characters before it", lambda data: b"# \xf0\x9f\x8e\xbc \xe2\x82\xac\n" + data),
        ("between quotes", lambda data: data.replace(b"europe/berlin", b"'europe/berlin'")),
        ("two on a line", lambda data: data.replace(b"hello\n", b"hello # europe/berlin\n")),
    ],
)
def test_fix_changes_the_bytes_of_the_edit_and_no_others(folder: Path, kind: str, change: Any) -> None:
    path = folder / "zone.flow.yaml"
    before = change(ZONE.encode())
    path.write_bytes(before)
    ran = invoke("check", "zone.flow.yaml", "--fix")
    assert path.read_bytes() == re.sub(rb"(timezone: '?)europe/berlin", rb"\1Europe/Berlin", before)
    assert ran.code == 0, ran.stdout
    assert "fixed zone.flow.yaml:" in ran.stderr
    assert files_in(folder) == {"zone.flow.yaml"}


def test_fix_counts_lines_as_json_does(folder: Path) -> None:
    path = folder / "zone.flow.json"
    before = (
        '{"overture": 1, "name": "zone", "description": "a\u2028b\u2029c\x85d",\r\n'
        ' "triggers": [{"type": "schedule", "cron": "0 9 * * *", "timezone": "europe/berlin"}],\r\n'
        ' "tasks": [{"id": "hi", "kind": "log", "message": "europe/berlin"}]}'
    )
    path.write_bytes(before.encode())
    assert invoke("check", "zone.flow.json", "--fix").code == 0
    assert path.read_bytes().decode() == before.replace('zone": "europe/berlin', 'zone": "Europe/Berlin')


@pytest.mark.parametrize("zone", ["America/Austin", "Europe/Berlim", "Mars/Phobos"])
def test_fix_does_not_guess(folder: Path, zone: str) -> None:
    path = folder / "zone.flow.yaml"
    text = ZONE.replace("europe/berlin", zone)
    path.write_text(text)
    assert invoke("check", "zone.flow.yaml", "--fix").code == 1
    assert path.read_text() == text


def test_fix_tells_what_is_left(folder: Path) -> None:
    path = folder / "zone.flow.yaml"
    path.write_text(ZONE.replace("tasks.greet.text", "tasks.great.text"))
    ran = invoke("check", "zone.flow.yaml", "--fix", "--format", "json")
    assert ran.code == 1
    assert [each["rule"] for each in ran.json["files"][0]["diagnostics"]] == ["unknown-task"]
    assert "Europe/Berlin" in path.read_text()


def test_fix_leaves_a_file_without_certain_edits_untouched(folder: Path) -> None:
    path = folder / "broken.flow.yaml"
    path.write_text(BROKEN)
    before = path.stat()
    assert invoke("check", "broken.flow.yaml", "--fix").code == 1
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_fix_does_not_take_stdin(folder: Path) -> None:
    ran = invoke("check", "--fix", "-", stdin=ZONE)
    assert ran.code == 2 and ran.stdout == "" and "stdin" in ran.error


def test_a_hostile_file_cannot_move_the_cursor(folder: Path) -> None:
    (folder / "x.flow.yaml").write_text(HELLO.replace("world", '"\\e[2J"').replace("tasks.greet.text", "tasks.\u202ex"))
    ran = invoke("check", "x.flow.yaml")
    assert ran.code == 1 and "\x1b" not in ran.stdout and "\u202e" not in ran.stdout


def test_fix_goes_on_until_nothing_certain_is_left(folder: Path) -> None:
    names = ["ALPHA", "BUS", "CITRUS", "DOOR", "EMBER", "FJORD", "GHOST", "HUT", "ISLE", "JUMP", "KIWI", "NOVA"]
    auth = '{{id: {}, kind: http, url: "https://example.com", auth: {{type: bearer, token: "{{{{ secrets.{} }}}}"}}}}'
    tasks = "".join(f"  - {auth.format(f't{number}', name)}\n" for number, name in enumerate(names))
    path = folder / "many.flow.yaml"
    path.write_text(f"overture: 1\nname: many\nsecrets: [ZZZ, YYY, XXX, WWW]  # ours\ntasks:\n{tasks}")
    ran = invoke("check", "many.flow.yaml", "--fix", "--strict")
    assert ran.code == 0, ran.stdout
    found = re.search(r"secrets: \[(.*)\]  # ours\n", path.read_text())
    assert found and sorted(found[1].split(", ")) == names
    assert invoke("check", "many.flow.yaml", "--fix").stderr == "no findings in 1 file\n"


ALLOWED = WARNING.replace("default: x}", "default: x}  # overture: allow unused-input (shown elsewhere)")


def test_what_a_comment_allows_is_no_finding_not_even_a_strict_one(folder: Path) -> None:
    (folder / "w.flow.yaml").write_text(ALLOWED)
    ran = invoke("check", "w.flow.yaml", "--strict")
    assert (ran.code, ran.stdout) == (0, "")


def test_fix_does_not_touch_what_is_allowed_and_takes_out_what_allows_nothing(folder: Path) -> None:
    path = folder / "w.flow.yaml"
    path.write_text(ALLOWED)
    assert invoke("check", "w.flow.yaml", "--fix").code == 0 and path.read_text() == ALLOWED
    path.write_text(HELLO.replace("    kind: set\n", "    kind: set  # overture: allow OV901 (x)\n"))
    assert invoke("check", "w.flow.yaml", "--fix", "--strict").code == 0 and path.read_text() == HELLO


@pytest.mark.parametrize("text", [BROKEN, "overture: [1", '{"overture": 1}'])
@pytest.mark.parametrize("command", ["plan", "run"])
def test_other_commands_print_the_findings_of_an_unsound_file_where_json_is_asked_for(
    folder: Path, command: str, text: str
) -> None:
    (folder / "x.flow.yaml").write_text(text)
    ran = invoke(command, "x.flow.yaml", "--format", "json")
    assert ran.code == 1 and ran.error == "`x.flow.yaml` is not sound: nothing was done"
    assert ran.json == invoke("check", "x.flow.yaml", "--format", "json").json
    assert invoke(command, "x.flow.yaml").stdout == ""
