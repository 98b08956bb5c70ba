"""How well the Prefect target does each feature of the language."""

from __future__ import annotations

from collections.abc import Mapping

from overture.plan.backend import Support

_YES = Support("yes")

SUPPORT: Mapping[str, Support] = {
    "http": Support("partly", "private addresses are refused for `hosts` only; bodies have no limit of size"),
    "action": Support("no", "there is no catalogue yet: write it as an `http` task"),
    "ai": _YES,
    "python": Support("yes", "`requirements` are installed by `uv`, which stands in `requirements.txt`"),
    "shell": _YES,
    "sql": Support("partly", "SQLite and PostgreSQL"),
    "email": Support("partly", "what a timeout cuts off may still be sent"),
    "read_file": _YES,
    "write_file": _YES,
    "set": _YES,
    "remember": Support("partly", "a Prefect variable: 5,000 characters in all, and no lock between runs"),
    "log": _YES,
    "assert": _YES,
    "fail": _YES,
    "stop": _YES,
    "wait": Support("partly", "the process waits with it"),
    "approve": Support("partly", "nobody checks who answers: `by` is a field of the form"),
    "call": Support("partly", "`wait: false` needs the called flow to be deployed"),
    "branch": Support("partly", "it has no task run of its own"),
    "foreach": Support("partly", "it has no task run of its own"),
    "repeat": Support("partly", "it has no task run of its own"),
    "try": Support("partly", "it has no task run of its own"),
    "schedule": Support(
        "partly", "of the deployment in `prefect.yaml`; what came due without a worker is started late"
    ),
    "webhook": Support("partly", "its data is a parameter of the run: no url with a key; the flow checks a signature"),
    "after": Support("no", "an automation of Prefect does not hand on outputs"),
    "catch_up": Support("no", "a worker starts what is late, a server makes nothing up"),
    "inputs": _YES,
    "secrets": Support("partly", "from the environment or from blocks; nothing masks them in errors and logs"),
    "state": Support("partly", "a Prefect variable: 5,000 characters in all, and no lock between runs"),
    "concurrency": Support("partly", "of the deployment in `prefect.yaml`; a run too many waits or is cancelled"),
    "timeout": Support("partly", "what it interrupts is shown as crashed"),
    "block_timeout": Support("partly", "what it interrupts is shown as crashed"),
    "needs": _YES,
    "when": Support("yes", "a skipped task is a completed run named `Skipped`"),
    "on_error": _YES,
    "retry": _YES,
    "task_timeout": _YES,
    "on_failure": _YES,
    "finally": _YES,
    "outputs": _YES,
    "pages": _YES,
    "returns": _YES,
    "foreach_concurrency": _YES,
    "on_item_error": _YES,
    "resume": Support("no", "a run that crashed starts over"),
}
