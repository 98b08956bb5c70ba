"""Texts that readers of YAML disagree on, and generated ones, with what a flow makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from overture_kestra.model import Flow, Note, Script, Task

_FOUND = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
WORDS: list[str] = _FOUND["words"]
# what is long is folded or stands in a block
_LONG = [
    ("x", 200),
    ("word ", 60),
    ("{{ a | ", 40),
    ("# ", 100),
    ("a: ", 100),
    ("- ", 100),
    ("\u00e9 ", 100),
    ("a", 5000),
]
PHRASES: list[str] = [
    *_FOUND["phrases"],
    *(part * count for part, count in _LONG),
    *(part * count + "." for part, count in _LONG),
]
_PARTS = [
    *WORDS,
    *PHRASES[:24],
    " ",
    " ",
    "\n",
    "\n",
    ": ",
    " #",
    "'",
    '"',
    "\\",
    "{{ ",
    " }}",
    "\u2028",
    "\u202e",
    "é",
    "中",
]


def generated(count: int, seed: int = 5) -> Iterator[str]:
    """Texts put together from what readers stumble over, and from any characters at all."""
    random = Random(seed)
    for _ in range(count):
        parts = [
            random.choice(_PARTS)
            if random.random() < 0.8
            else chr(random.choice((random.randrange(0x250), random.randrange(0x10FFFF))))
            for _ in range(random.randrange(1, 9))
        ]
        yield "".join(part for part in parts if not any(0xD800 <= ord(char) <= 0xDFFF for char in part))


def flow(texts: list[str]) -> Flow:
    """A flow that holds the texts as values, items, keys and in comments."""
    inner = Task("inner", "t", {"list": texts, "deep": [{"text": text} for text in texts]}, comment="\n".join(texts))
    keys = Task("keys", "t", {"map": dict.fromkeys(texts, "x"), "noted": Note(" ".join(texts), [texts])})
    tasks = Task("outer", "t", {"tasks": [inner, keys], "scripts": [Script(text) for text in texts]})
    return Flow("f", "n", (tasks,), header=tuple(texts), labels={f"a{n}": text for n, text in enumerate(texts)})
