"""`make bench`: every figure is a ratio against a peer or a floor that was measured in the same run.

Nothing here is written down by hand: what this prints is what there is to quote.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import checking
import durable
import exporting
import lines
import reading
import start
from measure import Row

GROUPS: dict[str, Callable[[Path, argparse.Namespace], Iterable[Row]]] = {
    "start": lambda folder, asked: start.measure(folder, asked.runs),
    "reading": lambda folder, asked: reading.measure(asked.runs, asked.check_tasks),
    "check": lambda folder, asked: checking.measure(folder, max(1, asked.runs // 2), asked.check_tasks, asked.graphs),
    "export": lambda folder, asked: exporting.measure(asked.runs, asked.check_tasks),
    "durable": lambda folder, asked: durable.measure(folder, asked.runs, asked.run_tasks),
    "lines": lambda folder, asked: lines.measure(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Ratios against a peer or a floor in the same run.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"which to measure: {', '.join(GROUPS)} (all)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--runs", type=int, default=7, help="alternating runs, of which the median is taken (7)")
    parser.add_argument("--check-tasks", type=int, default=10_000, help="the size of the big workflow (10000)")
    parser.add_argument(
        "--graphs", type=Path, help="a folder of real graphs to check too: JSON with `tasks` and `edges`"
    )
    parser.add_argument("--run-tasks", type=int, default=1_000, help="tasks of a chain and of a fan (1000)")
    parser.add_argument("--folder", type=Path, default=Path(), help="whose disk is measured (the working folder)")
    asked = parser.parse_args()
    if unknown := set(asked.groups) - set(GROUPS):
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix=".bench.", dir=asked.folder) as folder:
        for name in asked.groups or GROUPS:
            print(f"measuring: {name}", file=sys.stderr)
            rows += GROUPS[name](Path(folder).resolve(), asked)
    if asked.json:
        print(json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print("\n".join(table(rows)))


def machine() -> dict[str, object]:
    """What the figures were measured on; the load says how much to trust them."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def table(rows: list[Row]) -> Iterator[str]:
    """A line for each figure, a block for each group."""
    yield ", ".join(f"{name} {value}" for name, value in machine().items())
    width = max(len(row.name) for row in rows)
    for group in dict.fromkeys(row.group for row in rows):
        yield f"\n{group}"
        for row in (each for each in rows if each.group == group):
            line = f"  {row.name:<{width}}  {_figure(row.figure, row.unit):>16}"
            if row.ratio is not None and row.against_figure is not None:
                line += f"  {row.ratio:6.2f} x {row.against} ({_figure(row.against_figure, row.unit)}), {row.runs} runs"
            yield line


def _figure(value: float, unit: str) -> str:
    return f"{value:,.3f} {unit}" if unit in ("s", "slope") else f"{value:,.0f} {unit}"


if __name__ == "__main__":
    main()
