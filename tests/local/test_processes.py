"""Child processes: they end with their task, all of them; what they say is read within bounds."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from local_running import Runner

from overture_local import Limits


def _flow(task: str, more: str = "") -> str:
    return f"overture: 1\nname: children\ntasks:\n{textwrap.indent(textwrap.dedent(task), '  ')}\n{more}\n"


def _is_alive(process_id: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _all_end(ids: list[int], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while any(map(_is_alive, ids)) and time.monotonic() < until:
        os.sched_yield()
    return not any(map(_is_alive, ids))


STUBBORN = "trap '' TERM; sleep 60 & echo $! >> ids; echo $$ >> ids; echo ready > ready; wait; sleep 60"


def test_a_timeout_ends_the_whole_process_group(runner: Runner) -> None:
    result = runner.run(_flow(f'- {{id: a, kind: shell, command: [sh, -c, "{STUBBORN}"], timeout: 500ms}}'))
    assert result.error is not None
    assert result.error.type == "timeout"
    assert _all_end([int(line) for line in (runner.workspace / "ids").read_text().split()])


def test_what_a_program_leaves_in_the_background_ends_with_it(runner: Runner) -> None:
    command = "sleep 60 & echo $! > id; echo done"
    result = runner.run(
        _flow(f'- {{id: a, kind: shell, command: [sh, -c, "{command}"]}}', "outputs: {o: tasks.a.stdout}")
    )
    assert result.outputs == {"o": "done\n"}
    assert result.seconds < 30
    assert _all_end([int((runner.workspace / "id").read_text())])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_the_run_and_finally_still_runs(runner: Runner, number: signal.Signals) -> None:
    document = runner.folder / "interrupted.flow.yaml"
    document.write_text(
        _flow(
            f'- {{id: a, kind: shell, command: [sh, -c, "{STUBBORN}"]}}\n- {{id: b, kind: set, values: {{x: 1}}}}',
            "on_failure:\n  - {id: f, kind: set, values: {x: 1}}\n"
            'finally:\n  - {id: z, kind: write_file, path: state, content: "{{ run.state }}"}',
        )
    )
    code = textwrap.dedent("""
        import json, sys
        from pathlib import Path
        from local_running import Runner, plan_of
        from overture_local import run
        folder = Path(sys.argv[1])
        result = run(plan_of((folder / "interrupted.flow.yaml").read_text()), Runner(folder).request())
        print(json.dumps([result.state, {task.at: task.state for task in result.tasks}]))
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(runner.folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    until = time.monotonic() + 60
    while not (runner.workspace / "ready").exists() and time.monotonic() < until:
        os.sched_yield()
    process.send_signal(number)
    output, _ = process.communicate(timeout=120)
    assert output.strip() == ('["cancelled", {"a": "cancelled", "b": "cancelled", "f": "skipped", "z": "succeeded"}]')
    assert (runner.workspace / "state").read_text() == "cancelled"
    assert _all_end([int(line) for line in (runner.workspace / "ids").read_text().split()])


@pytest.mark.parametrize(("size", "state"), [(1000, "succeeded"), (1001, "failed")])
def test_a_program_may_write_so_much_and_no_more(runner: Runner, size: int, state: str) -> None:
    # the names of the fields count for the whole result, which has the same bound: so that one is met first
    command = f"head -c {size} /dev/zero | tr '\\\\0' x"
    task = f'- {{id: a, kind: shell, command: [sh, -c, "{command}"]}}'
    result = runner.run(_flow(task), limits=Limits(output_bytes=1000))
    if state == "succeeded":
        assert result.error is not None
        assert "the result has" in result.error.message
    else:
        assert result.error is not None
        assert "it wrote more than 1,000 bytes" in result.error.message


def test_a_program_that_writes_for_ever_is_ended(runner: Runner) -> None:
    result = runner.run(_flow("- {id: a, kind: shell, command: [cat, /dev/zero]}"), limits=Limits(output_bytes=100_000))
    assert result.error is not None
    assert result.error.type == "error"
    assert result.seconds < 30


def test_a_program_need_not_read_what_it_is_given(runner: Runner) -> None:
    task = f"- {{id: a, kind: shell, command: ['true'], stdin: '{'x' * 200_000}'}}"
    assert runner.run(_flow(task)).state == "succeeded"


def test_no_shell_reads_the_words(runner: Runner) -> None:
    task = '- {id: a, kind: shell, command: [echo, "$HOME; rm -rf *", "`id`", "a\'b\\"c"]}'
    result = runner.run(_flow(task, "outputs: {said: tasks.a.stdout}"))
    assert result.outputs == {"said": "$HOME; rm -rf * `id` a'b\"c\n"}


def test_a_program_that_is_not_there_fails_its_task(runner: Runner) -> None:
    result = runner.run(_flow("- {id: a, kind: shell, command: [no-such-program]}"))
    assert result.error is not None
    assert (result.error.type, result.error.message) == ("error", "there is no program `no-such-program`")


def test_what_a_failed_program_said_can_be_read(runner: Runner) -> None:
    task = '- {id: a, kind: shell, command: [sh, -c, "echo out; echo err >&2; exit 7"], on_error: continue}'
    more = (
        "outputs: {c: tasks.a.exit_code | default(0), o: tasks.a.stdout | default(''), e: tasks.a.stderr | default('')}"
    )
    assert runner.run(_flow(task, more)).outputs == {"c": 7, "o": "out\n", "e": "err\n"}


def test_stdout_that_is_no_json_does_not_fit_returns(runner: Runner) -> None:
    task = "- {id: a, kind: shell, command: [echo, x], returns: {type: integer}}"
    result = runner.run(_flow(task))
    assert result.error is not None
    assert result.error.type == "returns"


def _python(code: str, more: str = "") -> str:
    return _flow(f"- id: a\n  kind: python\n{more}  code: |\n{textwrap.indent(textwrap.dedent(code), '    ')}", OUTPUT)


OUTPUT = "outputs: {v: tasks.a.value}"


def test_prints_go_to_the_log_and_not_into_the_result(runner: Runner) -> None:
    code = """
        import sys
        def main():
            print('{"value": 1}')
            print("careful", file=sys.stderr)
            return [1, 2.0, None, {"a": "ä"}]
    """
    assert runner.run(_python(code)).outputs == {"v": [1, 2, None, {"a": "ä"}]}
    assert runner.log() == ['{"value": 1}', "careful"]


@pytest.mark.parametrize("value", ["float('nan')", "{1: 2}", "object()", "{1}", "b'x'"])
def test_a_result_that_is_no_json_fails_the_task(runner: Runner, value: str) -> None:
    result = runner.run(_python(f"def main():\n    return {value}"))
    assert result.error is not None
    assert result.error.type == "exception"


@pytest.mark.parametrize(
    "code", ["import os\ndef main():\n    os._exit(0)", "import sys\ndef main():\n    sys.exit(3)"]
)
def test_code_that_ends_the_process_fails_its_task(runner: Runner, code: str) -> None:
    result = runner.run(_python(code))
    assert result.error is not None
    assert result.error.type == "exception"


def test_the_code_works_in_the_workspace_and_sees_no_secret(runner: Runner) -> None:
    (runner.workspace / "data.txt").write_text("here")
    code = """
        import os
        def main():
            return [open("data.txt").read(), "OPENAI_API_KEY" in os.environ]
    """
    environment = {"PATH": os.environ["PATH"], "OPENAI_API_KEY": "key-of-the-model"}
    assert runner.run(_python(code), environment=environment).outputs == {"v": ["here", False]}


def test_requirements_without_uv_are_a_clear_error(runner: Runner) -> None:
    result = runner.run(_python("def main():\n    return 1", "  requirements: [six]\n"), environment={"PATH": "/bin"})
    assert result.error is not None
    assert "there is no `uv` on the PATH" in result.error.message
