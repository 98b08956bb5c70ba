"""Data in a program's code.

## What
A text that a shell or an interpreter runs as code (`sh -c`, `python -c`, `node -e`) holds data that came from
outside.

## Why
Whoever controls that data runs programs here. As an argument of its own it stays data: the shell reads it as
`"$1"`.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: count, kind: shell, command: [sh, -c, "echo {{ tasks.fetch.body }} | wc -c"]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}
  - {id: count, kind: shell, command: [sh, -c, 'echo "$1" | wc -c', --, "{{ tasks.fetch.body }}"]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from overture.checks.analysis import Analysis
from overture.checks.places import Place
from overture.checks.taint import taint_of
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.expressions.tree import ListOf, constant

RULE = Rule("OV806", "injected-code", "error", __doc__)


_SHELLS = re.compile(r"-[a-z]*c")  # also `-ec`
_CODE_FOLLOWS = {
    **dict.fromkeys(("sh", "bash", "dash", "zsh", "ksh", "fish", "busybox"), _SHELLS),
    **dict.fromkeys(("python", "python3"), re.compile("-c")),
    **dict.fromkeys(("node", "ruby", "perl", "lua"), re.compile("-[eE]|--eval")),
    "php": re.compile("-r"),
    **dict.fromkeys(("awk", "gawk"), re.compile("--source")),
    **dict.fromkeys(("pwsh", "powershell"), re.compile("-c|-command", re.IGNORECASE)),
}
"""The options after which a program takes code."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    taint = taint_of(analysis)
    for entry in analysis.index.entries:
        words = analysis.typed(f"{entry.pointer}/command")
        if entry.kind != "shell" or not isinstance(words, ListOf):
            continue
        program = PurePosixPath(str(constant(words.items[0]))).name
        option = _CODE_FOLLOWS.get(program)
        for number, (word, code) in enumerate(zip(words.items, words.items[1:], strict=False)):
            text = constant(word)
            if option is None or not isinstance(text, str) or not option.fullmatch(text):
                continue
            source = taint.of(code, Place(entry))
            if source:
                at = analysis.at(f"{entry.pointer}/command/{number + 1}", "", source.span)
                message = f"data of {source.name} stands in code that `{program}` runs"
                yield RULE.at(at, message, help='give it as an argument of its own, after `--`, and read it as `"$1"`')
            break
