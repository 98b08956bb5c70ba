"""How long it takes to check a big workflow: the program beside a bare parse, and reading and checking alone, shape by
shape, beside what only parses or only validates the same text."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from math import log
from pathlib import Path
from statistics import mean

import yaml
from jsonschema import Draft202012Validator
from measure import Row, alternating, run_program
from start import PROGRAM
from workflows import SHAPES, graph, mixed

from overture.checks import check
from overture.language.reading import read
from overture.language.schema import workflow_schema
from overture.language.workflow import Workflow

_BARE = "import sys, yaml; yaml.load(open(sys.argv[1], encoding='utf-8'), yaml.CSafeLoader)"
_STEPS = (8, 4, 2, 1)  # the sizes of a slope: an eighth of the whole, a quarter, …


def measure(folder: Path, runs: int, tasks: int, graphs: Path | None = None) -> Iterator[Row]:
    """The program; then each shape as JSON and as YAML, and how its time grows; then real graphs, if there are any."""
    yield from _program(folder, runs, tasks)
    for shape, make in SHAPES.items():
        texts = {number: make(tasks // number) for number in _STEPS}
        yield from _text(shape, texts[1], tasks, runs, has_validators=shape == "mixed")
        seconds = {tasks // number: _seconds(_json(text), runs) for number, text in texts.items()}
        yield Row("check", f"{shape}: growth to {tasks:,} tasks (1 is linear)", slope(seconds), "slope", runs=runs)
    for path in sorted(graphs.glob("*.json")) if graphs is not None else ():
        found = json.loads(path.read_text(encoding="utf-8"))
        size = len(found["tasks"])
        yield from _text(path.stem, graph(found["edges"], size), size, runs)


def _program(folder: Path, runs: int, tasks: int) -> Iterator[Row]:
    """`overture check` of a workflow of so many tasks, and a process that only loads the file with libyaml."""
    big = folder / "big.flow.yaml"
    big.write_text(mixed(tasks), encoding="utf-8")
    commands = {
        "check": [str(PROGRAM), "check", "--strict", str(big)],
        "bare": [sys.executable, "-c", _BARE, str(big)],
    }
    timed = alternating({name: partial(run_program, words) for name, words in commands.items()}, runs)
    name, against = f"check of {tasks:,} tasks ({big.stat().st_size:,} bytes)", "yaml.CSafeLoader, the same file"
    seconds, bare_seconds = timed.median("check"), timed.median("bare")
    yield Row("check", name, seconds, "s", against, bare_seconds, timed.ratio("check", "bare"), runs)
    rate, bare_rate = tasks / seconds, tasks / bare_seconds
    yield Row("check", "the same", rate, "tasks/s", against, bare_rate, timed.ratio("bare", "check"), runs)


def _text(name: str, text: str, tasks: int, runs: int, *, has_validators: bool = False) -> Iterator[Row]:
    """Reading and checking one text in this process, beside what else may be done with the same text."""
    written = _json(text)
    yield from _rows(f"{name}, JSON, {tasks:,}", written, "json.loads", partial(json.loads, written), runs)
    yield from _rows(f"{name}, YAML, {tasks:,}", text, "yaml C compose", partial(_composed, text), runs)
    if has_validators:  # seconds each: once is enough
        data, schema = json.loads(written), Draft202012Validator(workflow_schema())
        validate: Callable[[], object] = partial(lambda: sum(1 for _ in schema.iter_errors(data)))
        yield from _rows(f"{name}, JSON, {tasks:,}", written, "jsonschema, once parsed", validate, 1)
        model = partial(Workflow.model_validate_json, written)
        yield from _rows(f"{name}, JSON, {tasks:,}", written, "pydantic, the models alone", model, runs)


def _rows(name: str, text: str, against: str, other: Callable[[], object], runs: int) -> Iterator[Row]:
    timed = alternating({"ours": partial(_check, text), "other": other}, runs)
    ours, others = timed.median("ours"), timed.median("other")
    yield Row("check", f"{name}: read and check", ours, "s", against, others, timed.ratio("ours", "other"), runs)


def _check(text: str) -> None:
    """As the program does it: nothing is collected meanwhile."""
    gc.disable()
    try:
        verdict = check(read(text.encode(), "big.flow.json" if text.startswith("{") else "big.flow.yaml"))
    finally:
        gc.enable()
    assert verdict.checked is not None, verdict.diagnostics[:3]


def _composed(text: str) -> object:
    return yaml.compose(text, Loader=yaml.CSafeLoader)


def _json(text: str) -> str:
    return json.dumps(yaml.load(text, Loader=yaml.CSafeLoader))


def _seconds(text: str, runs: int) -> float:
    return min(alternating({"ours": partial(_check, text)}, runs).seconds["ours"])


def slope(seconds: dict[int, float]) -> float:
    """Of the line by least squares on log-log scales: 1 where twice the tasks take twice as long."""
    points = [(log(size), log(each)) for size, each in seconds.items()]
    middle, height = mean(x for x, _ in points), mean(y for _, y in points)
    rise: float = sum((x - middle) * (y - height) for x, y in points) / sum((x - middle) ** 2 for x, _ in points)
    return rise
