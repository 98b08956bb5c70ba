"""The condition that a flow makes of `returns` holds, by Kestra's own jq, for exactly the answers that fit."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from overture.plan.python_values import settled
from overture_kestra.fitting import all_of, fits
from overture_kestra.inexact import Inexact
from overture_kestra.scripts import script

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine

pytestmark = pytest.mark.engine

EVALUATIONS = 2_400
NAMES = ["a", "b", "and", "not", "x y", "é", 'a"b', "it's"]
WORDS = ["a", "b", "", None, True, False, "é{{", "'\\", "{% raw %}"]
HOSTILE = [
    None,
    True,
    False,
    "0",
    "",
    "ab",
    "é",
    "😀😀",
    "x" * 9,
    [],
    {},
    [None],
    [[]],
    {"a": None},
    {"z": 1},
    "\u0000\n",
]
NUMBERS = [
    "0",
    "1",
    "-1",
    "5",
    "2.0",
    "-0.0",
    "1e3",
    "1e300",
    "1.5",
    "-3.0",
    "9007199254740993",
    "12345678901234567890",
]


def schema(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """A schema of the kinds that answers have, with bounds here and there."""
    scalar = chance.choice(["string", "integer", "number", "boolean", "null"])
    kind = chance.choice([scalar, "enum", "union", "array", "object", "object"]) if depth < 3 else scalar
    made: dict[str, Any] = {"type": kind}
    if kind == "enum":
        return chance.choice([{"enum": chance.sample(WORDS, chance.randint(1, 4))}, {"const": chance.choice(WORDS)}])
    if kind == "union":
        kinds = ["string", "integer", "number", "boolean", "null", "array", "object"]
        made = {"type": chance.sample(kinds, chance.randint(2, 3))}
    if chance.random() < 0.4:
        made |= {"minimum": chance.randint(-3, 3), "minLength": chance.randint(0, 3), "minItems": chance.randint(0, 2)}
    if chance.random() < 0.3:
        made |= {"maximum": chance.randint(0, 9), "maxLength": chance.randint(0, 4), "maxItems": chance.randint(0, 3)}
    if kind in ("array", "union") and chance.random() < 0.8:
        made["items"] = schema(chance, depth + 1)
    if kind in ("object", "union"):
        names = chance.sample(NAMES, chance.randint(0, 3))
        made["properties"] = {name: schema(chance, depth + 1) for name in names}
        made["required"] = [name for name in [*names, "z"] if chance.random() < 0.5]
        made |= chance.choice([{}, {}, {"additionalProperties": False}, {"additionalProperties": schema(chance, 3)}])
    return made if chance.random() < 0.95 else {key: value for key, value in made.items() if key != "type"}


def answer(chance: random.Random, wanted: Any, depth: int = 0) -> str:
    """JSON text that often fits, written as servers write it."""
    if not isinstance(wanted, dict) or not wanted or chance.random() < 0.15 or depth > 4:
        return chance.choice([json.dumps(chance.choice(HOSTILE), ensure_ascii=False), chance.choice(NUMBERS)])
    if "enum" in wanted or "const" in wanted:
        return json.dumps(chance.choice(wanted.get("enum", [wanted.get("const")])))
    kinds = wanted.get("type", "object")
    kind = chance.choice(kinds) if isinstance(kinds, list) else kinds
    if kind in ("integer", "number"):
        return chance.choice(NUMBERS)
    if kind == "array":
        return (
            "[" + ", ".join(answer(chance, wanted.get("items"), depth + 1) for _ in range(chance.randint(0, 4))) + "]"
        )
    if kind == "object":
        inner = wanted.get("properties", {})
        names = [name for name in [*inner, *wanted.get("required", []), "more"] if chance.random() < 0.8]
        rest = wanted.get("additionalProperties")
        members = {name: answer(chance, inner.get(name, rest), depth + 1) for name in names}
        return "{" + ",".join(f"{json.dumps(name)}: {text}" for name, text in members.items()) + "}"
    return chance.choice(
        {"boolean": ["true", "false"], "null": ["null"]}.get(kind, ['""', '"a"', '"ab"', '"😀é"', '"abcde"'])
    )


def checker() -> Any:
    """`misfits` of the script that checks answers in a step."""
    module: dict[str, Any] = {"Failed": Exception, "show": json.dumps}
    exec(script("schema").replace("from step import Failed, show", ""), module)
    return module["misfits"]


def test_a_condition_holds_for_exactly_what_fits(kestra: KestraEngine) -> None:
    chance, misfits = random.Random(11), checker()
    tried: list[tuple[dict[str, Any], str, str, bool]] = []
    while len(tried) < EVALUATIONS:
        wanted = schema(chance)
        try:
            condition = all_of(fits(wanted)) or "true"
        except Inexact:
            continue
        for _ in range(3):
            text = answer(chance, wanted)
            tried.append((wanted, condition, text, not list(misfits(settled(json.loads(text)), wanted))))
    templates = [
        f"{{{{ [bodies[{at}]] | jq('.[0] | fromjson | {each[1]}') | first }}}}" for at, each in enumerate(tried)
    ]
    found = kestra.render(templates, {"bodies": [text for _, _, text, _ in tried]})
    wrong = [
        (each, got) for each, got in zip(tried, found, strict=True) if got.text != ("true" if each[3] else "false")
    ]
    assert wrong == []
    assert 600 < sum(is_fit for _, _, _, is_fit in tried) < EVALUATIONS - 600
