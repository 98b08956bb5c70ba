"""Steps that run something: a program, a query, another workflow."""

from __future__ import annotations

import re
import shlex

from overture.drafting.planner.draft import Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find
from overture.drafting.planner.nouns import name_of
from overture.drafting.planner.patterns import Said
from overture.drafting.planner.rendering import data_of, value_of
from overture.drafting.planner.results import Result
from overture.drafting.planner.steps.registry import family
from overture.drafting.planner.texts import literal

step = family("Running")
_SHELL = re.compile(r"[|&;<>$*?~]")  # what a shell would read in a word; no shell reads a command here


@step("(run|execute|start) [the (command|program|script)] {command:quoted}", "run `make report`")
@step(
    "(run|execute|start) [the (command|program|script)] {command:quoted} (with|on) {what:thing} [as] [its] [input]",
    "load https://example.com/news and run `wc -l` with it as input",
)
@step("(run|execute|start) [the (command|program|script)] {command:file}", "run ./backup.sh")
@step(
    "(run|execute|start) [the (command|program|script)] {command:file} (with|on) {what:thing} [as] [its] [input]",
    "load https://example.com/news and run scripts/count.sh with it as input",
)
def run(draft: Draft, said: Said) -> None:
    command = said["command"].first
    try:
        words = [_program(command.text)] if command.kind == "path" else shlex.split(command.text)
    except ValueError:
        raise NotUnderstoodError("the quotes of the command do not close: which command is meant?") from None
    if not words or not words[0].strip() or "{{" in words[0] or "{%" in words[0]:
        raise NotUnderstoodError
    strange = next((word for word in words if _SHELL.search(word)), None)
    if strange is not None:
        draft.assume(f"no shell reads the command: `{strange}` reaches `{words[0]}` as it stands")
    name = name_of([words[0].rpartition("/")[2]])
    task: Task = {"id": draft.id(f"run {name}"), "kind": "shell", "command": [words[0], *map(literal, words[1:])]}
    if "what" in said:
        task["stdin"] = data_of(find(draft, said["what"]))
    draft.add(task)
    draft.made(Result("output", f"tasks.{task['id']}.stdout", {"type": "string"}))


def _program(path: str) -> str:
    """A path as a program: one without a folder is in the workspace. Raises NotUnderstoodError for what only a shell
    finds, and for what no system runs."""
    if path.startswith("~") or not (path.startswith((".", "/")) or path.endswith((".sh", ".py"))):
        raise NotUnderstoodError(f"`{path[:80]}` is no program: which command is meant?")
    return path if "/" in path else f"./{path}"


@step(
    "(run|execute) [the] (query|SQL|statement) {query:quoted} [(on|against|in|with) {connection:secret}]",
    'run the query "select * from orders" on SHOP_DATABASE_URL',
)
@step("query {connection:secret} with {query:quoted}", 'query SHOP_DATABASE_URL with "select * from orders"')
def query(draft: Draft, said: Said) -> None:
    if "connection" in said:
        connection = said["connection"].text
    else:
        connection = "DATABASE_URL"
        draft.ask("which database is queried? Its url goes into the secret `DATABASE_URL`")
    text = said["query"].first.text
    if "{{" in text or "{%" in text or re.search(r"(?<!:):[A-Za-z_]", text):
        raise NotUnderstoodError("the query has parameters: which values do they take?")
    task: Task = {"id": draft.id("query"), "kind": "sql", "connection": draft.secret(connection), "query": text}
    draft.add(task)
    rows = {"type": "array", "items": {"type": "object"}}
    draft.made(Result("rows", f"tasks.{task['id']}.rows", rows, frozenset(("found", "new"))))


@step("(call|run|start) the workflow {name:name}", "call the workflow nightly_report")
@step(
    "(call|run|start) the workflow {name:name} with {what:thing} [as {input:name}]",
    "load https://example.com/news and call the workflow nightly_report with it as page",
)
def call(draft: Draft, said: Said) -> None:
    name = said["name"].first.lower.replace("-", "_")
    if name == draft.settings.get("name") or not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise NotUnderstoodError
    task: Task = {"id": draft.id(f"call {name}"), "kind": "call", "workflow": name}
    if "what" in said:
        of = find(draft, said["what"])
        given = name_of([said["input"].text if "input" in said else of.noun])
        task["inputs"] = {given: value_of(of)}
        draft.assume(f"the workflow `{name}` has an input `{given}`")
    draft.add(task)
    draft.made(Result("outputs", f"tasks.{task['id']}.value", {}, frozenset((name,))))
