"""Nothing that ends what hangs.

## What
A workflow that starts by itself has a program, code that waits for something, a query that writes, a call or an
approval without a `timeout`, and neither a block round it nor the workflow has one. Told once, at the first.

## Why
`http` and `ai` end by themselves (30s and 120s). The others may wait for ever, and nobody sits before the screen: with
`concurrency` the next run waits too.

## Example
```yaml
overture: 1
name: example
triggers:
  - {type: schedule, cron: "0 3 * * *", timezone: Europe/Berlin}
tasks:
  - {id: backup, kind: shell, command: [backup, --all]}
```

## Instead
```yaml
overture: 1
name: example
timeout: 2h
triggers:
  - {type: schedule, cron: "0 3 * * *", timezone: Europe/Berlin}
tasks:
  - {id: backup, kind: shell, command: [backup, --all]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from overture.checks.analysis import Analysis
from overture.checks.index import Entry
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.rules import Rule
from overture.language.facts import is_write
from overture.language.tasks import CallTask, PythonTask, SqlTask

RULE = Rule("OV904", "no-timeout", "info", __doc__)

_WAITING = re.compile(
    r"\b(?:requests|urllib|http|httpx|aiohttp|socket|ftplib|smtplib|imaplib|subprocess|paramiko|psycopg\w*|pymysql|boto3"
    r"|threading|queue|select|sleep)\b|\bwhile\s+(?:True|1)\b"
)
"""What code has in it that waits for something; what only computes ends."""


def find(analysis: Analysis) -> Iterator[Diagnostic]:
    workflow = analysis.workflow
    if workflow.timeout is not None or not workflow.triggers:
        return
    if workflow.defaults is not None and workflow.defaults.timeout is not None:
        return
    hanging = [entry for entry in analysis.index.of("shell", "sql", "call", "approve", "python") if _may_hang(entry)]
    if hanging:
        first = min(hanging, key=lambda entry: analysis.source.value(f"{entry.pointer}/id").line)
        others = f" (nor {len(hanging) - 1} other tasks)" if len(hanging) > 2 else ""
        others = f" (nor `{next(each.id for each in hanging if each is not first)}`)" if len(hanging) == 2 else others
        at = analysis.source.value(f"{first.pointer}/id")
        yield RULE.at(at, f"nothing ends `{first.id}` when it hangs{others}", help="give the workflow a `timeout`")


def _may_hang(entry: Entry) -> bool:
    task = entry.task
    if any(getattr(each.task, "timeout", None) is not None for each in entry.chain()):
        return False
    if isinstance(task, CallTask):
        return task.wait
    if isinstance(task, SqlTask):
        return is_write(task)  # what waits for another's lock
    return not isinstance(task, PythonTask) or _WAITING.search(task.code) is not None
