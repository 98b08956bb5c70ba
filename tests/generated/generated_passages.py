"""Workflows that pass hostile texts through everything that runs: each comes out where it can be looked at."""

from __future__ import annotations

import random
from typing import Any

from generated_cases import Sample
from generated_hostile import hostile_text
from generated_places import Places, as_literal, as_template, has_no_nul, is_field

LONG = 100_000
"""Characters of the longest text."""

_ECHO = (
    "import json, os, sys; "
    "print(json.dumps({'argv': sys.argv[1:], 'env': os.environ['TEXT'], 'stdin': sys.stdin.buffer.read().decode()}))"
)


TEXTS = 100
"""At least so many texts are in one workflow."""


def is_sendable(text: str) -> bool:
    """What a header can carry on every engine."""
    return is_field(text) and text.isascii()


def is_one_line(text: str) -> bool:
    """A message that a log keeps on one line."""
    return len(text.splitlines()) < 2 and "\x00" not in text


def long_text(rng: random.Random) -> str:
    piece = "".join(hostile_text(rng) for _ in range(20)) or "x"
    return (piece * (LONG // len(piece) + 1))[:LONG]


def passing_workflow(seed: str, *, has_long: bool = False, has_nul: bool = True) -> tuple[Sample, dict[str, Any]]:
    """The sample, and its outputs: about 110 texts."""
    rng = random.Random(f"passages {seed}")
    nul = "\0" if has_nul else "\1"
    places = Places(rng, lambda rng: hostile_text(rng).replace("${", "$ {").replace("\0", nul))  # `${`: a case's own
    template, text = places.template, places.text

    def texts(name: str, number: int, allows: Any = lambda text: True) -> list[str]:
        return [text(f"{name} {each}", allows) for each in range(number)]

    values = {f"v{each}": text for each, text in enumerate(texts("value", 50))}
    if has_long:
        values["long"] = long_text(rng)
    given = texts("input", 5)
    argv, arguments, items = texts("argv", 10, has_no_nul), texts("argument", 8), texts("item", 4)
    env, stdin = text("env", has_no_nul), text("stdin")
    body = {"whole": text("body"), text("key of a body"): texts("list in a body", 5)}
    remembered, content, code, spliced = text("state"), text("content"), text("code"), text("spliced")
    compared = rng.choice(given)
    sent = next(text for text in iter(lambda: hostile_text(rng), None) if is_sendable(text) and text)
    document = {
        "overture": 1,
        "name": "passages",
        "labels": {"team": "{{ x }} {% y"},
        "inputs": {
            "api": {"type": "string"},
            "given": {"type": "array", "items": {"type": "string"}},
            "preset": {"type": "array", "items": {"type": "string"}, "default": texts("default", 3)},
        },
        "state": {"seen": {"type": "string", "default": text("default of the state")}},
        "tasks": [
            {"id": "made", "kind": "set", "values": {name: as_template(value) for name, value in values.items()}},
            {
                "id": "printed",
                "kind": "shell",
                "command": ["python3", "-c", _ECHO, *map(as_template, argv)],
                "env": {"TEXT": as_template(env)},
                "stdin": as_template(stdin),
                "returns": {
                    "type": "object",
                    "required": ["argv", "env", "stdin"],
                    "properties": {
                        "argv": {"type": "array", "items": {"type": "string"}},
                        "env": {"type": "string"},
                        "stdin": {"type": "string"},
                    },
                },
            },
            {
                "id": "ran",
                "kind": "python",
                "code": f"def main(texts, first):\n    return [*texts, first, {code!r}]\n",
                "args": {"texts": [as_template(each) for each in arguments], "first": "{{ inputs.given[0] }}"},
                "returns": {"type": "array", "items": {"type": "string"}},
            },
            {
                "id": "sent",
                "kind": "http",
                "method": "POST",
                "url": "{{ inputs.api }}/texts",
                "headers": {"X-Text": as_template(sent)},
                "query": {"q": template("query"), "many": [template("query 1"), "{{ inputs.given[0] }}"]},
                "body": {
                    key: [as_template(each) for each in value] if isinstance(value, list) else as_template(value)
                    for key, value in body.items()
                },
            },
            {
                "id": "form",
                "kind": "http",
                "method": "POST",
                "url": "{{ inputs.api }}/form",
                "form": {"f": template("form"), "g": "{{ inputs.given[0] }}"},
            },
            {
                "id": "plain",
                "kind": "http",
                "method": "POST",
                "url": f"{{{{ inputs.api }}}}/plain?u={{{{ {places.literal('url')} | urlencode }}}}",
                "body": template("text as a body"),
            },
            {
                "id": "judged",
                "kind": "ai",
                "prompt": "judge " + template("prompt") + "{{ inputs.given[0] }}",
                "system": template("system"),
                "models": ["small"],
            },
            {"id": "kept", "kind": "remember", "values": {"seen": as_template(remembered)}},
            {"id": "filed", "kind": "write_file", "path": "a.txt", "content": as_template(content)},
            {"id": "read", "kind": "read_file", "path": "a.txt", "format": "text"},
            {"id": "say", "kind": "log", "message": template("message", is_one_line)},
            {
                "id": "tell",
                "kind": "log",
                "message": template("message 2", is_one_line) + "{{ inputs.given | length }}",
            },
            {
                "id": "each",
                "kind": "foreach",
                "items": items,
                "as": "one",
                "tasks": [{"id": "item", "kind": "set", "values": {"whole": "{{ one }}" + as_template(spliced)}}],
                "collect": f"tasks.item.whole ~ {as_literal(spliced)}",
            },
        ],
        "outputs": {
            **{name: f"tasks.made.{name}" for name in values},
            "printed": "tasks.printed.value",
            "ran": "tasks.ran.value",
            "each": "tasks.each.value",
            "content": "tasks.read.content",
            "given": "inputs.given",
            "preset": "inputs.preset",
            "seen": "state.seen",
            "same": f"inputs.given | select('eq', {as_literal(compared)}) | length",
            "joined": f"inputs.given | join({as_literal(spliced)})",
        },
    }
    script = {
        "about": f"Texts of seed {seed} arrive as they were.",
        "inputs": {"api": "${world}", "given": given},
        "http": {f"POST {path}": {"json": {}} for path in ("/texts", "/form", "/plain")},
        "models": {"judge": {"text": "fine"}},
        "expect": {"model_calls": 1},
    }
    outputs = {
        **values,
        "printed": {"argv": argv, "env": env, "stdin": stdin},
        "ran": [*arguments, given[0], code],
        "each": [each + spliced + spliced for each in items],
        "content": content,
        "given": given,
        "preset": [places.texts[f"default {each}"] for each in range(3)],
        "seen": remembered,
        "same": given.count(compared),
        "joined": spliced.join(given),
    }
    return Sample(seed, (document,), script), outputs
