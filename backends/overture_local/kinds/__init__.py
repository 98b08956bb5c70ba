"""The kinds of task that run here: one row each. A kind without a row is refused before the run starts."""

from __future__ import annotations

from overture_local.kinds.ai import run_ai
from overture_local.kinds.blocks import run_branch, run_foreach, run_repeat, run_try
from overture_local.kinds.call import run_call
from overture_local.kinds.files import run_read_file, run_write_file
from overture_local.kinds.http import run_http
from overture_local.kinds.mail import run_email
from overture_local.kinds.people import run_approve
from overture_local.kinds.python import run_python
from overture_local.kinds.shell import run_shell
from overture_local.kinds.simple import run_assert, run_fail, run_log, run_remember, run_set, run_stop, run_wait
from overture_local.kinds.sql import run_sql
from overture_local.surroundings import RunKind

TASKS: dict[str, RunKind] = {
    "http": run_http,
    "ai": run_ai,
    "python": run_python,
    "shell": run_shell,
    "sql": run_sql,
    "email": run_email,
    "read_file": run_read_file,
    "write_file": run_write_file,
    "set": run_set,
    "remember": run_remember,
    "log": run_log,
    "assert": run_assert,
    "fail": run_fail,
    "stop": run_stop,
    "wait": run_wait,
    "approve": run_approve,
    "call": run_call,
    "branch": run_branch,
    "foreach": run_foreach,
    "repeat": run_repeat,
    "try": run_try,
}
