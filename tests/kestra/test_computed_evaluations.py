"""Every form of the language with hostile operands means in a step of a flow what it means to us.

The program of a step is the one that the backend writes, run with the flow's own scripts in this process: it reads
given.json and tells its result as a line on standard output.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from generated_evaluations import Evaluation, evaluations
from generated_judgement import NOW, Judged, judge, type_of

from overture.expressions.tree import Ref
from overture.plan.python_source import HELPERS, helper_sources
from overture.plan.python_values import json_text, settled
from overture_kestra.carriers import Carrier, Plain, Text, is_kept
from overture_kestra.place import Place
from overture_kestra.scripts import script
from overture_kestra.values import Program

MOST_TOLD = 20


def place_of(judged: Judged) -> Place:
    """A place at which a name stands wherever its value does; one without a value may have none."""

    def find(ref: Ref) -> Carrier:
        where = f"data.{ref.name}"
        return Plain(where) if is_kept(type_of(judged.evaluation.schemas[ref.name])) else Text(where)

    return cast(Place, SimpleNamespace(find=find, is_certain=lambda ref: ref.name in judged.data))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the steps run one after the other; the flow's scripts can be imported there."""
    monkeypatch.chdir(tmp_path)
    sources = {"step": script("step"), "expressions": helper_sources(HELPERS), "computed": script("computed")}
    for name, source in sources.items():
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, name, "exec"), module.__dict__)
    monkeypatch.setattr(sys.modules["expressions"], "now", lambda: NOW)
    return tmp_path


def run(judged: Judged, folder: Path) -> tuple[str, dict[str, Any]]:
    """The program of a step that computes the value, and what it tells."""
    program = Program(place_of(judged))
    program.add("value", judged.tree)
    text = program.text()
    given = {
        name if is_certain else f"{name}?": judged.data[name] if is_certain else []
        for name, (_, is_certain) in program.naming.given.items()
    }
    Path(folder, "given.json").write_text(json_text(given), "utf-8")
    sys.modules["step"].given.clear()  # a step of a flow has a process of its own
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        exec(compile(text, "values.py", "exec"), {"__name__": "__main__"})
    line = told.getvalue().removesuffix("\n")
    assert line.startswith("::{") and line.endswith("}::"), line
    return text, json.loads(line[2:-2])["outputs"]


def fault(evaluation: Evaluation, folder: Path) -> str | None:
    """What is wrong with what the step tells; None if it agrees."""
    judged = judge(evaluation)
    text, told = run(judged, folder)
    if "error" in told:
        error = json.loads(told["error"])
        wrong = judged.fault(None, error["message"] or "?") if error["type"] == "expression" else f"fails with {error}"
    else:
        found = told["value"] if is_kept(judged.tree.type) else json.loads(told["value"])
        wrong = judged.fault(settled(found))
    return wrong and f"{evaluation.expression}: {wrong}, of {evaluation.data!r}\n{text}"


def check(folder: Path, per_form: int, seed: int) -> int:
    """Runs them all; how many there were."""
    number, faults = 0, []
    for number, evaluation in enumerate(evaluations(per_form, seed), 1):  # noqa: B007
        wrong = fault(evaluation, folder)
        faults += [wrong] if wrong else []
    assert not faults, f"{len(faults)} of {number}:\n" + "\n".join(faults[:MOST_TOLD])
    return number


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # `0[1]` and its like, which the checker refuses
def test_a_sample_of_every_form_means_the_same_in_a_step(folder: Path) -> None:
    assert check(folder, 1, seed=0) >= 2_000


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_every_form_with_hostile_operands_means_the_same_in_a_step(folder: Path) -> None:
    assert check(folder, 10, seed=2) >= 20_000
