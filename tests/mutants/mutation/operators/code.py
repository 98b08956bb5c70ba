"""Programs inside tasks that cannot run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from mutation.document import Document, put, tasks
from mutation.operator import Mutant, operator


@operator("python-code")
def break_the_syntax_of_python(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python":
            code = task.data["code"]
            for wrong in (code.replace("):", ")", 1), code.rstrip() + "\n    return (\n", code + "\nelse:\n    pass\n"):
                yield Mutant(put(data, f"{task.pointer}/code", wrong), (task.pointer,))


@operator("python-code")
def rename_main(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python":
            wrong = re.sub(r"\bdef main\b", "def mian", task.data["code"])
            yield Mutant(put(data, f"{task.pointer}/code", wrong), (task.pointer,))


@operator("python-code")
def drop_an_argument_of_main(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python":
            for name in task.data.get("args") or ():
                args = {key: each for key, each in task.data["args"].items() if key != name}
                yield Mutant(put(data, f"{task.pointer}/args", args), (task.pointer,), facts=(task, name))


@operator("python-code")
def give_main_an_argument_it_lacks(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python":
            args = {**(task.data.get("args") or {}), "unheard_of": 1}
            yield Mutant(put(data, f"{task.pointer}/args", args), (task.pointer,), facts=(task,))


@operator("missing-requirement")
def import_what_is_not_required(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python" and "requirements" not in task.data:
            wrong = rng.choice(["import pandas", "from requests import get", "import numpy as np"])
            yield Mutant(put(data, f"{task.pointer}/code", f"{wrong}\n{task.data['code']}"), (task.pointer,))


@operator("sql-params")
def drop_a_parameter_of_a_query(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "sql" and isinstance(task.data.get("params"), dict):
            for name in task.data["params"]:
                fewer = {key: each for key, each in task.data["params"].items() if key != name}
                yield Mutant(put(data, f"{task.pointer}/params", fewer), (task.pointer,))


@operator("sql-params")
def give_a_query_a_parameter_it_lacks(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "sql" and isinstance(task.data.get("params", {}), dict):
            more = {**task.data.get("params", {}), "unheard_of": 1}
            yield Mutant(put(data, f"{task.pointer}/params", more), (task.pointer,))


@operator("sql-params")
def misspell_a_placeholder(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "sql" and isinstance(task.data.get("params"), dict):
            for name in task.data["params"]:
                wrong = re.sub(rf":{name}\b", f":{name}q", task.data["query"])
                yield Mutant(put(data, f"{task.pointer}/query", wrong), (task.pointer,))


@operator("template-in-literal")
def put_a_template_into_a_query(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "sql":
            wrong = f"{task.data['query'].rstrip().rstrip(';')} -- {{{{ run.id }}}}"
            yield Mutant(put(data, f"{task.pointer}/query", wrong), (task.pointer,))


@operator("template-in-literal")
def put_a_template_into_python(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind == "python":
            wrong = task.data["code"] + "\nRUN = '{{ run.id }}'\n"
            yield Mutant(put(data, f"{task.pointer}/code", wrong), (task.pointer,))


@operator("template-in-literal", "wrong-value", "bad-duration", "bad-name")
def put_a_template_into_a_literal_field(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        for key in ("method", "timeout", "description", "source", "id", "level", "format"):
            if key in task.data:
                yield Mutant(put(data, f"{task.pointer}/{key}", "{{ run.id }}"), (task.pointer,))
        if task.kind == "shell":
            command = ["{{ run.id }}", *task.data["command"][1:]]
            yield Mutant(put(data, f"{task.pointer}/command", command), (task.pointer,))
