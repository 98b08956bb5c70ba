"""What each engine did with each case, as it stands in `results.json`.

`make engines` compares what it sees with the file, `make engines RENEW=1` writes it. What needs no engine is compared
by tests/conformance: every case has its row, and the row is what the case's marker says.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from overture.testing import find_cases

PATH = Path(__file__).with_name("results.json")
CASES = PATH.parents[1] / "cases"

Word = Literal["agrees", "refused", "differs"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case went on an engine: it agrees in all that was compared, the backend exports no such workflow, or it
    runs and differs, as its marker says. `untold` are the statements of the case that the engine shows nothing of."""

    word: Word
    reason: str | None = None
    untold: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"outcome": self.word}
        if self.reason is not None:
            row["reason"] = self.reason
        if self.untold:
            row["untold"] = list(self.untold)
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Outcome:
        return cls(row["outcome"], row.get("reason"), tuple(row.get("untold", ())))


@dataclass(slots=True)
class Results:
    """Outcomes by case and engine, and the versions of the engines that they were seen on."""

    versions: dict[str, str] = field(default_factory=dict)
    cases: dict[str, dict[str, Outcome]] = field(default_factory=dict)

    def note(self, case: str, engine: str, outcome: Outcome) -> None:
        self.cases.setdefault(case, {})[engine] = outcome

    def renewed(self, seen: Results, corpus: Mapping[str, object]) -> Results:
        """These, with what was seen now in place of what was seen before, and without cases that are no more."""
        cases = {
            name: {**self.cases.get(name, {}), **seen.cases.get(name, {})}
            for name in sorted({*self.cases, *seen.cases} & corpus.keys())
        }
        return Results({**self.versions, **seen.versions}, cases)

    def dump(self) -> str:
        """The text of the file: a line for each case and engine, in order."""
        lines = [
            f"  {json.dumps(name)}: {{\n"
            + ",\n".join(
                f"    {json.dumps(engine)}: {json.dumps(outcome.as_json(), ensure_ascii=False)}"
                for engine, outcome in sorted(row.items())
            )
            + "\n  }"
            for name, row in sorted(self.cases.items())
        ]
        versions = json.dumps(dict(sorted(self.versions.items())))
        return f'{{\n"versions": {versions},\n"cases": {{\n' + ",\n".join(lines) + "\n}\n}\n"


def load_results(path: Path = PATH) -> Results:
    """The results in the file; none where there is no file yet."""
    if not path.exists():
        return Results()
    document = json.loads(path.read_text("utf-8"))
    return Results(
        document["versions"],
        {
            name: {engine: Outcome.from_json(each) for engine, each in row.items()}
            for name, row in document["cases"].items()
        },
    )


def renew(seen: Results) -> None:
    """Write into the file what was seen; others may do so at the same time."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        renewed = load_results().renewed(seen, {folder.name: folder for folder in find_cases(CASES)})
        PATH.write_text(renewed.dump(), "utf-8")
