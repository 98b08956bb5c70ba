"""How long the export of a big plan takes, beside reading what came out, and how it grows."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator

import yaml
from checking import slope
from measure import Row, alternating
from workflows import mixed

from overture.checks import check
from overture.language.reading import read
from overture.plan.backend import load_backend
from overture.plan.build import plan
from overture.plan.model import Plan

PEERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "kestra": ("yaml.CSafeLoader of it", lambda text: yaml.load(text, yaml.CSafeLoader)),
    "prefect": ("ast.parse of it", ast.parse),
}


def measure(runs: int, tasks: int) -> Iterator[Row]:
    """The export of 1,000 tasks in seconds, without the plan; then how the time grows up to `tasks` (1 is linear)."""
    sizes = sorted({1_000, max(1_000, tasks // 3), tasks})
    plans = {size: _plan(size) for size in sizes}
    gc.disable()
    try:
        for name, (peer, read_back) in PEERS.items():
            backend = load_backend(name)
            text = next(iter(backend.export(plans[1_000], {}).files.values()))
            timed = alternating(
                {"ours": lambda b=backend: b.export(plans[1_000], {}), peer: lambda t=text, r=read_back: r(t)}, runs
            )
            yield Row(
                "export",
                f"{name}, 1,000 tasks",
                timed.median("ours"),
                "s",
                peer,
                timed.median(peer),
                timed.ratio("ours", peer),
                runs,
            )
            seconds = {
                size: alternating({"ours": lambda b=backend, s=size: b.export(plans[s], {})}, 3).median("ours")
                for size in sizes
            }
            yield Row("export", f"{name}: growth to {tasks:,} tasks (1 is linear)", slope(seconds), "slope", runs=3)
    finally:
        gc.enable()


def _plan(tasks: int) -> Plan:
    verdict = check(read(mixed(tasks), "big.flow.yaml"))
    assert verdict.checked is not None
    return plan(verdict.checked)
