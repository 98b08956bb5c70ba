"""A command that only a shell would understand.

## What
The program of a `command` holds a space, is a word that only a shell knows (`cd`, `export`, `A=1`), or an argument is
what only a shell gives a meaning to: `|`, `&&`, `> file`, `$HOME`, `~/file`, `*.csv`.

## Why
No shell reads the words of a command: a program of that name does not exist, and `|` is handed on as it is.

## Example
```yaml
overture: 1
name: example
tasks:
  - {id: count, kind: shell, command: [cat, notes.txt, "|", wc, -l]}
```

## Instead
```yaml
overture: 1
name: example
tasks:
  - {id: count, kind: shell, command: [sh, -c, "cat notes.txt | wc -l"]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.shell_words import problem_of
from overture.diagnostics.model import At, Change, Diagnostic, Edit
from overture.diagnostics.rules import Rule
from overture.language.command_words import help_for, mended
from overture.language.tasks import ShellTask

RULE = Rule("OV605", "no-shell", "warning", __doc__)


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    for entry in analysis.index.of("shell"):
        if not isinstance(entry.task, ShellTask):
            continue
        command = entry.task.command
        problem = problem_of(command)
        if problem is None:
            continue
        at = analysis.source.value(f"{entry.pointer}/command/{problem.number}")
        if not problem.is_line:
            yield RULE.at(at, problem.message, help=problem.help)
            continue
        edit = _apart(analysis, f"{entry.pointer}/command", command[0]) if len(command) == 1 else None
        yield RULE.at(at, problem.message, help=help_for(command[0]), edit=edit)


def _apart(analysis: Analysis, pointer: str, line: str) -> Edit | None:
    """Parts the words of a list that holds the whole line, where it stands in one line between brackets."""
    at: At = analysis.source.value(pointer)
    place = analysis.source.places.get(pointer)
    words = mended(line, is_json=at.path.endswith(".json"))
    if words is None or place is None or analysis.source.text[place.start] != "[" or at.line != at.end_line:
        return None
    return Edit(f"write `{words}`", (Change(at, words),))
