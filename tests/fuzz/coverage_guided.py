"""Hostile texts found by coverage: libFuzzer, by atheris, keeps what reaches new code and goes on from there.

    make fuzz-guided TARGET=checker FOR=180      (seconds; yaml, json, expressions or checker)

Starts from the small cases. What is raised or takes too long is told once for each place, and kept in the folder
`build/fuzz/TARGET` beside the texts that a next run starts from. No part of the tests: no two runs are the same, and
atheris is large. A text that it finds becomes a test of the module that did not endure it.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "generated")]

with atheris.instrument_imports(include=["overture", "jinja2"]):
    from enduring import MOST_SECONDS, bounded, document, expression_text
    from mutating import PIECES, WORDS, case_texts, expression, mutate

    for _text, _path in case_texts():  # much is imported only when it is needed
        document(_text, _path)


_BUILD = _HERE.parents[1] / "build" / "fuzz"
_MOST_CHARACTERS = 8_000
_VALUES = (None, True, 3, "a b", [1, "a", None], [{"a": 1}, {"a": 2}], {"a": [1]}, "2026-01-31T09:00:00Z")


def _yaml(raw: bytes) -> None:
    document(raw, "guided.flow.yaml", formats=len(raw) % 8 == 0)


def _json(raw: bytes) -> None:
    document(raw, "guided.flow.json", formats=False)


def _expressions(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    expression_text(text, _VALUES[len(text) % len(_VALUES)])


_TARGETS: dict[str, Callable[[bytes], None]] = {
    "yaml": _yaml,
    "json": _json,
    "expressions": _expressions,
    "checker": _json,
}


def _seeds(target: str) -> list[bytes]:
    if target == "expressions":
        return [expression(random.Random(number)).encode("utf-8", "replace") for number in range(400)]
    is_json = target != "yaml"
    return [text.encode() for text, path in case_texts() if path.endswith(".json") is is_json]


def _changed(raw: bytes, most_bytes: int, seed: int) -> bytes:
    """A document changed as data, so that it nearly always keeps its shape: what is asked is the checker."""
    rng = random.Random(seed)
    try:
        data = json.loads(raw)
        for _ in range(rng.randint(1, 3)):
            mutate(data, rng)
        changed = json.dumps(data).encode()
    except (ValueError, RecursionError):
        return bytes(atheris.Mutate(raw, most_bytes))
    return changed if len(changed) <= most_bytes else raw


class _Watched:
    """A target that tells what it does not endure, once for each place, and goes on."""

    def __init__(self, target: str, folder: Path) -> None:
        self._act = _TARGETS[target]
        self._folder = folder
        self._told: set[str] = set()

    def __call__(self, raw: bytes) -> None:
        started = time.process_time()
        try:
            self._act(raw)
        except (Exception, RecursionError, MemoryError) as error:
            frames = traceback.extract_tb(error.__traceback__)
            self._tell(f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}", raw, traceback.format_exc())
        if (seconds := time.process_time() - started) > MOST_SECONDS:
            self._tell(f"slow {seconds:.0f} s", raw, "")

    def _tell(self, where: str, raw: bytes, more: str) -> None:
        if where in self._told:
            return
        self._told.add(where)
        kept = self._folder / f"found-{hashlib.sha256(raw).hexdigest()[:12]}"
        kept.write_bytes(raw)
        print(f"\nFOUND {where}: {kept}\n{more[-2500:]}", flush=True)


def _quoted(piece: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in piece.encode("utf-8", "replace")) + '"'


def main(target: str, seconds: int) -> None:
    folder = _BUILD / target
    corpus, seeds = folder / "corpus", folder / "seeds"
    for each in (corpus, seeds):
        each.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(_seeds(target)):
        (seeds / f"{number:04}").write_bytes(raw)
    words = folder / "words"
    pieces = [each for each in (*WORDS, *(() if target == "expressions" else PIECES)) if 0 < len(each) < 30]
    words.write_text("\n".join(map(_quoted, pieces)) + "\n", "utf-8")
    bounded()
    options = [f"-max_total_time={seconds}", f"-max_len={_MOST_CHARACTERS}", f"-dict={words}", "-timeout=60"]
    options += ["-print_final_stats=1", "-rss_limit_mb=0", f"-artifact_prefix={folder}/"]
    mutator = {"custom_mutator": _changed} if target == "checker" else {}
    atheris.Setup([sys.argv[0], *options, str(corpus), str(seeds)], _Watched(target, folder), **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 180)
