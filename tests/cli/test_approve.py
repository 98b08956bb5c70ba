"""`approve`, and what the other commands say of a run that waits: shapes, exit codes, and what is said when."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from cli_running import invoke, overture, started, until
from test_run import HELLO, _run, write

from overture_local import Store, questions

ASKING = """\
overture: 1
name: asking
tasks:
  - id: ask
    kind: approve
    message: "how many\\nof them?"
    returns:
      type: object
      required: [size]
      properties: {size: {type: integer}, name: {type: string}, flag: {type: boolean}}
  - {id: after, kind: log, message: went on}
outputs:
  size: tasks.ask.value.size | default(0)
  name: tasks.ask.value.name | default('none')
  by: tasks.ask.by
  comment: tasks.ask.comment
"""
LOOP = """\
overture: 1
name: each
tasks:
  - id: each
    kind: foreach
    items: [a, b]
    as: one
    concurrency: 2
    tasks:
      - {id: ask, kind: approve, message: "{{ one }}?"}
    collect: tasks.ask.approved
outputs:
  all: tasks.each.value
"""
TIMED = """\
overture: 1
name: timed
tasks:
  - {id: ask, kind: approve, message: ok?, timeout: 10ms, on_timeout: reject}
outputs:
  outcome: tasks.ask.outcome
"""


def test_a_run_that_waits_exits_0_and_says_how_to_answer(folder: Path) -> None:
    ran = invoke("run", write(folder, ASKING))
    run = invoke("runs", "--format", "json").json["runs"][0]["run"]
    assert ran.code == 0 and ran.stdout == ""
    assert "… ask  how many␊of them?" in ran.stderr
    assert f"asking waits for an answer, run {run}\n" in ran.stderr
    assert f"help: `overture approve {run} ask --yes -i size=…`, or `--no`\n" in ran.stderr


def test_json_of_a_waiting_run_is_of_the_contracts_shape_and_show_gives_it_again(folder: Path) -> None:
    ran = invoke("run", write(folder, ASKING), "--format", "json")
    assert ran.code == 0
    _run(ran.json)
    assert (ran.json["state"], ran.json["outputs"], ran.json["error"]) == ("waiting", {}, None)
    (task,) = ran.json["tasks"]
    assert (task["at"], task["state"], task["attempts"], task["ended_at"]) == ("ask", "waiting", 1, None)
    assert task["outputs"] == {"message": "how many\nof them?", "until": None}
    assert invoke("show", "last", "--format", "json").json == ran.json
    shown = invoke("show", "last")
    assert "  asking  waiting  " in shown.stdout and "`overture approve " in shown.stderr
    assert invoke("runs", "--format", "json").json["runs"][0]["state"] == "waiting"
    again = invoke("resume", "last", "--format", "json")
    assert (again.code, again.json["state"], again.json["run"]) == (0, "waiting", ran.json["run"])


def test_events_end_with_what_is_waited_for(folder: Path) -> None:
    last = invoke("run", write(folder, ASKING), "--events").stdout.splitlines()[-1]
    assert '"event": "run_waiting"' in last and '"task": "ask"' in last


def test_an_answer_goes_on_with_the_run(folder: Path) -> None:
    run = invoke("run", write(folder, ASKING), "--format", "json").json["run"]
    words = ("--by", "ann", "--comment", "fine", "-i", "size=3", "-i", "name=5")
    ran = invoke("approve", "last", "ask", "--yes", *words, "--format", "json")
    assert ran.code == 0, ran.stderr
    _run(ran.json)
    assert ran.json["run"] == run and ran.json["state"] == "succeeded"
    assert ran.json["outputs"] == {"size": 3, "name": "5", "by": "ann", "comment": "fine"}
    assert invoke("show", run, "--format", "json").json == ran.json


def test_a_refusal_goes_on_too_and_outputs_alone_go_to_stdout(folder: Path) -> None:
    invoke("run", write(folder, ASKING))
    ran = invoke("approve", "last", "ask", "--no", "--by", "ann")
    assert (ran.code, ran.stdout) == (0, "size: 0\nname: none\nby: ann\ncomment: null\n")


def test_whoever_answers_is_the_user_of_the_machine_unless_they_say_otherwise(folder: Path) -> None:
    invoke("run", write(folder, ASKING))
    ran = invoke("approve", "last", "ask", "--no", "--format", "json", env={"LOGNAME": "somebody"})
    assert ran.json["outputs"]["by"] == "somebody"


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("ask",), 2, "an answer is `--yes` or `--no`"),
        (("ask", "--yes"), 1, "the fields do not fit: "),
        (("ask", "--yes", "-i", "size=x"), 2, "field `size` must be integer, `x` is not"),
        (("ask", "--yes", "-i", "size=2.5"), 1, "the fields do not fit: "),
        (("ask", "--yes", "-i", "sise=3"), 2, "field `sise` does not exist"),
        (("ask", "--yes", "-i", "size"), 2, "`-i size` gives no value"),
        (("ask", "--no", "-i", "size=3"), 1, "who refuses fills in no fields"),
        (("after", "--yes"), 2, "`after` is no `approve` task"),
        (("aks", "--yes"), 2, "asks no `aks`"),
        (("", "--yes"), 2, "asks no ``"),
        (("ask", "--yes", "--events", "--format", "json"), 2, "both write to stdout"),
    ],
)
def test_what_is_no_answer_is_said_once_and_the_run_waits_on(
    folder: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    invoke("run", write(folder, ASKING))
    ran = invoke("approve", "last", *words)
    assert ran.code == code and error in ran.error and ran.stdout == ""
    assert invoke("show", "last", "--format", "json").json["state"] == "waiting"


def test_a_task_that_waits_often_is_named_by_its_place(folder: Path) -> None:
    run = invoke("run", write(folder, LOOP), "--format", "json").json["run"]
    ran = invoke("approve", run, "ask", "--yes")
    assert ran.code == 2 and ran.error == "`ask` waits 2 times"
    assert "help: name one: `each[0].ask`, `each[1].ask`\n" in ran.stderr
    ran = invoke("approve", run, "each[1].ask", "--no")
    assert ran.code == 0 and f"`overture approve {run} 'each[0].ask' --yes`" in ran.stderr
    ran = invoke("approve", run, "each[1].ask", "--yes")
    assert ran.code == 1 and ran.error == "`each[1].ask` has been answered already"
    assert invoke("approve", run, "ask", "--yes").stdout == "all: [true, false]\n"


def test_an_unknown_run_and_one_that_has_ended_are_said_once(folder: Path) -> None:
    ran = invoke("approve", "last", "ask", "--yes")
    assert ran.code == 2 and ran.error == "no runs are kept in `.overture`" and not (folder / ".overture").exists()
    run = invoke("run", write(folder, HELLO), "--format", "json").json["run"]
    assert invoke("approve", "20260101", "ask", "--yes").code == 2
    ran = invoke("approve", run, "ask", "--yes", "--format", "json")
    assert (ran.code, ran.error) == (1, f"run `{run}` has ended: it succeeded")
    assert ran.json["error"]["type"] == "refused"


def test_an_answer_that_comes_too_late_is_refused_and_resume_goes_on(folder: Path) -> None:
    assert invoke("run", write(folder, TIMED), "--format", "json").json["state"] == "waiting"
    ran = invoke("approve", "last", "ask", "--yes")
    assert ran.code == 1 and "`ask` waited until " in ran.error and "`resume` goes on" in ran.stderr
    assert invoke("resume", "last").stdout == "outcome: timed_out\n"


SECRET = """\
overture: 1
name: careful
secrets: [API_TOKEN]
tasks:
  - {id: ask, kind: approve, message: ok?}
  - {id: sh, kind: shell, command: [sh, -c, "printf %s ${#T}"], env: {T: "{{ secrets.API_TOKEN }}"}}
outputs: {length: tasks.sh.stdout, comment: tasks.ask.comment}
"""


def test_an_answer_is_kept_though_the_run_cannot_go_on_yet(folder: Path) -> None:
    token = {"API_TOKEN": "canary-0123456789"}
    invoke("run", write(folder, SECRET), env=token)
    ran = invoke("approve", "last", "ask", "--yes", "--comment", "first")
    assert ran.code == 1 and ran.error == "secret `API_TOKEN` is not set"
    shown = invoke("show", "last")
    assert "`overture resume " in shown.stderr and "approve" not in shown.stderr
    assert "answered already" in invoke("approve", "last", "ask", "--no", env=token).error
    assert invoke("resume", "last", env=token).stdout == "length: 17\ncomment: first\n"


def test_a_secret_in_an_answer_is_not_kept(folder: Path) -> None:
    token = {"API_TOKEN": "canary-0123456789"}
    invoke("run", write(folder, SECRET), env=token)
    ran = invoke("approve", "last", "ask", "--yes", "--comment", f"use {token['API_TOKEN']}", env=token)
    assert ran.stdout == "length: 17\ncomment: use ***\n"
    assert b"canary" not in b"".join(path.read_bytes() for path in (folder / ".overture").glob("runs.db*"))


SIBLING = """\
overture: 1
name: side
tasks:
  - {id: ask, kind: approve, message: ok?, needs: []}
  - {id: go, kind: write_file, path: go, content: x, needs: [ask]}
  - id: busy
    kind: shell
    command: [sh, -c, "touch started; until test -e go; do sleep 0.1; done"]
    timeout: 60s
    needs: []
outputs: {by: tasks.ask.by}
"""


def _asked(folder: Path) -> bool:
    if not (folder / ".overture" / "runs.db").exists():
        return False
    with Store(folder / ".overture") as store:
        return any(questions(store, row.run) for row in store.runs())


def test_a_run_that_is_alive_takes_the_answer_itself(tmp_path: Path) -> None:
    """As two processes: the sibling goes on only when what follows the approval has run."""
    (tmp_path / "side.flow.yaml").write_text(SIBLING)
    with started("run", "side.flow.yaml", "--format", "json", cwd=tmp_path) as child:
        until(lambda: (tmp_path / "started").exists() and _asked(tmp_path), "the question")
        ran = overture("approve", "last", "ask", "--yes", "--by", "ann", cwd=tmp_path)
        assert ran.code == 0, ran.stderr
        assert "`ask` is answered, the process that runs `" in ran.stderr
        stdout, _ = child.communicate(timeout=60)
    assert child.returncode == 0 and b'"by": "ann"' in stdout


def test_a_killed_run_is_answered_and_goes_on(tmp_path: Path) -> None:
    long = "echo $$ > started; test -e go || sleep 300"
    (tmp_path / "side.flow.yaml").write_text(
        SIBLING.replace("touch started; until test -e go; do sleep 0.1; done", long)
    )
    mark = tmp_path / "started"
    with started("run", "side.flow.yaml", cwd=tmp_path) as child:
        until(lambda: mark.exists() and mark.read_text().strip() and _asked(tmp_path), "the question")
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        os.killpg(int(mark.read_text()), signal.SIGKILL)  # what the run left behind is no part of this test
    (tmp_path / "go").touch()  # so that the sibling, which runs again, ends
    assert overture("runs", cwd=tmp_path).stdout.split()[1] == "interrupted"
    ran = overture("approve", "last", "ask", "--yes", "--by", "ann", cwd=tmp_path)
    assert (ran.code, ran.stdout) == (0, "by: ann\n"), ran.stderr


def test_a_waiting_run_is_answered_by_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "asking.flow.yaml").write_text(ASKING)
    ran = overture("run", "asking.flow.yaml", cwd=tmp_path)
    assert ran.code == 0 and "waits for an answer" in ran.stderr
    home = ("--home", str(tmp_path / ".overture"))
    (tmp_path / "elsewhere").mkdir()
    ran = overture("approve", "last", "ask", "--yes", "-i", "size=1", *home, cwd=tmp_path / "elsewhere")
    assert ran.code == 0 and ran.stdout.startswith("size: 1\n") and "info: went on" in ran.stderr
    ran = overture("approve", "last", "ask", "--yes", *home, cwd=tmp_path)
    assert ran.code == 1 and "has ended: it succeeded" in ran.error
