"""Random and mutated texts: bytes, documents and expressions, all functions of random numbers alone."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from generated_data import random_object
from generated_expressions import PRODUCTIONS, Pen, Read

from overture.expressions.table import FILTERS, FUNCTIONS, TESTS
from overture.language.reading import read

Json = Any

CASES = Path(__file__).parents[1] / "cases"
STRINGS = json.loads((CASES.parent / "expressions" / "hostile.json").read_text("utf-8"))
_MOST_BYTES = 6_000  # of a case whose text is mutated: what is small is mutated more often

PIECES = (
    *"\t{}[]:,-&*!'\"|>#\\\n\r ?@%0.()~+=<",
    ": ", "- ", "<<: 1", "null", "true", "1e999", "---\n", "...\n", "kind: http\n", "\u2028", "\x1b", "🎉", "\u0000",
    "{{ ", " }}", "{{ inputs.a }}", "{%", "{#", "&a ", "*a", "!!int ", "? ", "|+2\n", ">-\n", "  ", "\ufeff",
    "\u0085", "\r\n",
    "9" * 400, "-1", "0x1f", "[" * 150, "{a: " * 150, "(" * 300, "not " * 200, "a" * 3000, "\\u0000", "\\ud800",
    "\ud800",
)  # fmt: skip
WORDS = (
    *FILTERS, *FUNCTIONS, *(name for name in TESTS), "inputs", "tasks", "loop", "secrets", "state", "trigger", "run",
    "a", "b", "x", "'a'", '"b"', "''", "1", "0", "-1", "2.5", "1e400", "9" * 30, "true", "false", "none", "null", "|",
    ".", ",", "(", ")", "[", "]", "{", "}", ":", "+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">",
    ">=",
    "in", "not in", "is", "is not", "and", "or", "not", "if", "else", "=", "'(a+)+$'", "'(a|a)*b'", "'[a-z]{1,999}'",
    "'(?<=a)b'", "'%Y %q'", "\\", "'", '"', "{{", "}}", "é", "😀", "\n", "_", "__class__", "for", "import",
)  # fmt: skip


@cache
def case_texts() -> tuple[tuple[str, str], ...]:
    """The small texts of the cases, with their paths; each as JSON as well."""
    found = []
    for path in sorted(CASES.rglob("*.flow.*")):
        text = path.read_text("utf-8") if path.suffix in (".yaml", ".json") else ""
        if text and len(text) < _MOST_BYTES and path.parent.parent == CASES:
            found.append((text, path.name))
            found.append((json.dumps(read(text, path.name).data, indent=1), "again.flow.json"))
    return tuple(found)


def random_bytes(rng: random.Random) -> tuple[bytes, str]:
    """Bytes of no meaning, or of the pieces of a document in no order."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randint(0, 60)), "random.flow.yaml"
    text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 25)))
    return text.encode("utf-8", "surrogatepass"), rng.choice(("random.flow.yaml", "random.flow.json", "-"))


def mangled(rng: random.Random) -> tuple[bytes, str]:
    """A case's text with some characters replaced, doubled or gone."""
    text, path = rng.choice(case_texts())
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(start + rng.choice((0, 1, 1, 2, 5, 30)), len(text))
        piece = rng.choice((rng.choice(PIECES), "", text[start:end] * 2, rng.choice(WORDS)))
        text = text[:start] + piece + text[end:]
    found = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.1 and found:
        at = rng.randrange(len(found))
        found = found[:at] + bytes([rng.randrange(256)]) + found[at + 1 :]
    return found, path


def mutated(rng: random.Random) -> tuple[str, str]:
    """A case's data with values replaced, moved, doubled or gone, as JSON: it often keeps the right shape."""
    text, _ = rng.choice(case_texts())
    data = read(text, "case.flow.yaml").data
    for _ in range(rng.randint(1, 3)):
        mutate(data, rng)
    return json.dumps(data, ensure_ascii=rng.random() < 0.5), "mutated.flow.json"


def mutate(data: Json, rng: random.Random) -> None:
    """Changes one value of a document in its place."""
    holders = list(_holders(data))
    holder = rng.choice(holders) if holders else None
    if not holder:
        return
    key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    roll = rng.random()
    if roll < 0.35 and isinstance(holder[key], str):
        holder[key] = expression(rng) if rng.random() < 0.5 else f"a {{{{ {expression(rng)} }}}} b"
    elif roll < 0.5:
        holder[key] = _any_value(rng)
    elif roll < 0.65:
        other = rng.choice(holders)
        holder[key] = json.loads(json.dumps(other))
    elif roll < 0.75:
        del holder[key]
    elif roll < 0.85 and isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(holder[key])))
    elif isinstance(holder, dict):
        holder[rng.choice((*STRINGS, "when", "needs", "returns", "on_error", "tasks", "a"))] = holder.pop(key)


def _holders(data: Json) -> Any:
    if isinstance(data, (dict, list)):
        yield data
        for each in data.values() if isinstance(data, dict) else data:
            yield from _holders(each)


def _any_value(rng: random.Random) -> Json:
    values: tuple[Json, ...] = (
        None, True, 0, -1, 2**63, 1.5, 1e300, "", [], {}, [[]], {"a": {}}, ["a", 1, None], {"type": "array"},
        {"type": "object", "properties": {"a": {"enum": []}}, "required": ["b"]}, {"enum": [1, "a", None, [1]]},
        {"type": ["null", "string"], "pattern": "(a+)+$", "minLength": 5, "maxLength": 1}, {"items": {"items": {}}},
    )  # fmt: skip
    return rng.choice((*values, rng.choice(STRINGS)))


_READS = [Read("x", random_object(random.Random(seed), 2)) for seed in range(20)]


def expression(rng: random.Random) -> str:
    """Words of the language of expressions, in some order; or a right expression in which one is another."""
    if rng.random() < 0.5:
        text = Pen(rng, 0.1).produced(rng.choice(tuple(PRODUCTIONS)), _READS)
        start = rng.randrange(len(text) + 1)
        end = start + rng.choice((0, 0, 1, 3))
        return text if rng.random() < 0.3 else text[:start] + rng.choice(("", *WORDS)) + text[end:]
    text = rng.choice((" ", "", " ")).join(rng.choice(WORDS) for _ in range(rng.randint(1, 14)))
    return text.replace("\ud800", "") if rng.random() < 0.9 else text
