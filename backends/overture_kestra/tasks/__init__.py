"""How each kind of task is lowered: one row a kind; a missing row is a gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from overture.plan.model import Task
from overture_kestra import model
from overture_kestra.place import Place
from overture_kestra.tasks.ai import lower_ai
from overture_kestra.tasks.code import lower_python, lower_shell
from overture_kestra.tasks.files import lower_read_file, lower_write_file
from overture_kestra.tasks.http import lower_http
from overture_kestra.tasks.outside import lower_email, lower_sql
from overture_kestra.tasks.people import lower_approve
from overture_kestra.tasks.simple import (
    lower_assert,
    lower_fail,
    lower_log,
    lower_remember,
    lower_set,
    lower_stop,
    lower_wait,
)

TASKS: Mapping[str, Callable[[Task, Place], list[model.Task]]] = {
    "http": lower_http,
    "ai": lower_ai,
    "python": lower_python,
    "shell": lower_shell,
    "sql": lower_sql,
    "email": lower_email,
    "approve": lower_approve,
    "read_file": lower_read_file,
    "write_file": lower_write_file,
    "set": lower_set,
    "remember": lower_remember,
    "log": lower_log,
    "assert": lower_assert,
    "fail": lower_fail,
    "stop": lower_stop,
    "wait": lower_wait,
}
"""Kinds that hold no tasks; those that do are in blocks.py. Each gives the tasks that stand for it, the last of which
has its id."""
