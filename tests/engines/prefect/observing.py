"""Runs a case's export on a real Prefect and says what it did in the words of the cases.

What Prefect cannot tell, and is therefore not compared:
- the state of a branch, foreach, repeat or try: in a flow they are Python's own `if`, `for` and `try`, which an expert
  would not hide in a task run that does nothing (see the support table);
- whether a task that never started was skipped or cancelled: it has no task run;
- the task at which a run failed, where its error came from no task run or from more than one;
- the type of an error that a class of exceptions does not tell.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import yaml

from engines.model import Approval, EngineRun
from engines.prefect.engine import PrefectEngine
from overture.plan.backend import Export
from overture.plan.model import Plan, Task
from overture.testing import Answer, Case, Observed, World, comparable_tasks, read_workspace
from overture.testing.instances import REPEATABLE
from overture.testing.models import MODEL_KEY

UNTOLD_KINDS = ("branch", "foreach", "repeat", "try")

ERROR_TYPES = {
    "http": "ConnectError ConnectTimeout DecodingError HTTPError HTTPStatusError NoAnswer ReadError "
    "RemoteProtocolError TooManyRedirects UnsupportedProtocol",
    "timeout": "TimeoutError TaskRunTimeoutError FlowPauseTimeout",
    "returns": "ValidationError",
    "exit": "CalledProcessError",
    "exception": "PythonError",
    "fail": "Failed",
    "assert": "AssertionError",
    "refused": "PermissionError",
    "expression": "ArithmeticError IndexError KeyError LookupError OverflowError "
    "TypeError ValueError ZeroDivisionError",
    "error": "RuntimeError",
}
"""Type of an error: the classes that exports raise for it."""

TYPE_OF_CLASS = {name: word for word, names in ERROR_TYPES.items() for name in names.split()}
LEVELS = {"DEBUG": "debug", "INFO": "info", "WARNING": "warning", "ERROR": "error"}
LOGGED = re.compile(r"(?P<level>[A-Z]+) (?P<task>[a-z][a-z0-9_]*)(\[[^ ]*\])?: (?P<message>.*)", re.DOTALL)
PREFECTS_OWN = ("Finished in state ", "Created task run ", "Executing ", "Task run ", "Beginning ", "Renamed ")
"""How the lines begin that Prefect writes into a task run's log by itself."""


def observe(
    case: Case,
    plan: Plan,
    export: Export,
    world: World,
    engine: PrefectEngine,
    workspace: Path,
    timeout_seconds: float,
) -> tuple[Case, Observed, EngineRun]:
    """Run a placed case; gives it back without what is not to be compared. Raises what `PrefectEngine.run` raises."""
    main, source = next(iter(export.files.items()))
    case.lay_files(workspace)
    variable = f"{plan.name}_state"
    has_secrets = bool(case.secrets or case.models)  # looking through the database takes half a second at the end
    kept_before = engine.kept() if has_secrets else frozenset()
    run = engine.run(
        export.files,
        f"{main}:{flow_of(source, plan.name)}",
        {**scheduled_inputs(case, export), **case.inputs, **triggered(case, plan)},
        timeout_seconds,
        env=environment(case, world),
        folder=workspace,
        stored={variable: dict(case.state)} if case.state else {},
        approvals={task: approval_of(answer) for task, answer in case.approvals.items()},
        scheduled_for=(case.trigger or {}).get("scheduled_for"),
    )
    kinds = {task.id: task.kind for task in tasks_of(plan)}
    own = {task.label: task for task in run.tasks if task.flow == plan.name}
    observed = Observed(
        state=run.state,
        outputs=run.outputs,
        error=None if run.state == "succeeded" else error_of(run),
        tasks={label: task.state for label, task in own.items()},
        attempts={label: task.attempts for label, task in own.items() if kinds.get(task.name) in REPEATABLE},
        requests=world.requests,
        model_calls=world.model_calls,
        state_after=run.stored.get(variable, {}),
        files=read_workspace(workspace),
        log=[line for text in run.logs for line in logged(text, kinds)],
        records_unstarted=False,
        comparable=comparable_tasks(plan, UNTOLD_KINDS),
        shown={
            "the answer": json.dumps({**run.raw, "logs": []}, ensure_ascii=False).encode(),
            "the log": "\n".join(run.logs).encode(),
            "what the engine keeps": "\n".join(sorted(engine.kept() - kept_before if has_secrets else ())).encode(),
        },
    )
    return case, observed, run


def triggered(case: Case, plan: Plan) -> dict[str, Any]:
    """The parameter that takes what a webhook was sent; other runs have none."""
    given = case.trigger
    if given is None or given["type"] != "webhook":
        return {}
    sent: dict[str, Any] = {part: given[part] for part in ("body", "headers", "query") if part in given}
    signature = next((each.signature for each in plan.triggers if each.type == "webhook"), None)
    if signature is not None:
        raw = json.dumps(sent.pop("body"))
        made = hmac.new(case.secrets[signature.secret].encode(), raw.encode(), hashlib.sha256).digest()
        written = made.hex() if signature.encoding == "hex" else base64.b64encode(made).decode()
        sent |= {"raw": raw, "headers": {signature.header: signature.prefix + written, **sent.get("headers", {})}}
    return {"trigger": sent}


def scheduled_inputs(case: Case, export: Export) -> dict[str, Any]:
    """The parameters that the deployment gives to what its schedule starts."""
    if (case.trigger or {}).get("type") != "schedule":
        return {}
    (deployment,) = yaml.safe_load(export.files["prefect.yaml"])["deployments"]
    found: dict[str, Any] = deployment["schedules"][0].get("parameters", {})
    return found


def approval_of(answer: Answer) -> Approval:
    """The form as a person fills it in: what is not filled in is not sent."""
    comment = {} if answer.comment is None else {"comment": answer.comment}
    return Approval({"approved": answer.approved, **comment, **answer.value}, answer.by)


def flow_of(source: str, name: str) -> str:
    """The function of the flow of that name."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if ast.unparse(decorator).startswith(f"flow(name={name!r}"):
                    return node.name
    raise LookupError(f"there is no flow `{name}`")


def environment(case: Case, world: World) -> dict[str, str]:
    """Where an export reads its secrets and finds models."""
    return {
        **case.secrets,
        "OPENAI_BASE_URL": world.model_url,
        "OPENAI_API_KEY": MODEL_KEY,
        "OVERTURE_MODEL": "case-model",
    }


def tasks_of(plan: Plan) -> list[Task]:
    """All tasks of a plan and of those that it calls."""
    return [task for each in (plan, *plan.callees.values()) for task in each.walk()]


def error_of(run: EngineRun) -> dict[str, Any]:
    """The error of a run, by the keys that can be told."""
    error: dict[str, Any] = {"message": run.message}
    said = (run.raw.get("state") or {}).get("message") or ""
    found = re.search(r"exception:? (?P<name>\w+)", said)
    if found and found["name"] in TYPE_OF_CLASS:
        error["type"] = TYPE_OF_CLASS[found["name"]]
    elif "TimedOut" in ((run.raw.get("state") or {}).get("name") or ""):
        error["type"] = "timeout"
    message = run.message or ""
    if message.endswith(" and never resumed."):  # the server's words, not those of the task that waited
        error["type"], message = "timeout", "FlowPauseTimeout"
    failed = {task.name for task in run.tasks if task.state == "failed" and message in (task.message or "")}
    if len(failed) == 1:
        error["task"] = failed.pop()
    return error


def logged(text: str, kinds: dict[str, str]) -> list[tuple[str, str]]:
    """The line of a `log` task as (level, message); none for other lines."""
    line = LOGGED.fullmatch(text)
    if line is None or kinds.get(line["task"]) != "log" or line["message"].startswith(PREFECTS_OWN):
        return []
    return [(LEVELS[line["level"]], line["message"])]
