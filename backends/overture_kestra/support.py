"""The support table: every feature of the language, and what differs on Kestra."""

from __future__ import annotations

from collections.abc import Mapping

from overture.plan.backend import Support

_YES = Support("yes")

SUPPORT: Mapping[str, Support] = {
    "http": Support(
        "yes",
        "reads by Kestra's own task, which asks again by itself after 429 and 503, follows 50 redirects but none with "
        "an Authorization to another host, looks at an answer only for `returns` and hides no secret in it; writes and "
        "all else by a script of the flow; private addresses are not refused; answers over 9 MB fail",
    ),
    "action": Support("no", "write it as an `http` task"),
    "ai": Support("yes", "by a script of the flow, or by ChatCompletion"),
    "python": Support("yes", "`requirements` need uv on the worker"),
    "shell": _YES,
    "sql": Support("yes", "by a script of the flow: SQLite; PostgreSQL needs uv on the worker"),
    "email": Support("yes", "by a script of the flow"),
    "read_file": Support("yes", "the workspace is the files of the namespace"),
    "write_file": Support("yes", "the workspace is the files of the namespace"),
    "set": _YES,
    "remember": _YES,
    "log": _YES,
    "assert": _YES,
    "fail": _YES,
    "stop": _YES,
    "wait": _YES,
    "approve": Support("partly", "what is filled in is held to its types only"),
    "call": Support("yes", "its error has the text of the called workflow's only where that has no outputs"),
    "branch": _YES,
    "foreach": _YES,
    "repeat": Support("yes", "beside other tasks as a flow of its own"),
    "try": _YES,
    "schedule": _YES,
    "webhook": Support("partly", "members of the body that are null are lost where it is not signed"),
    "after": _YES,
    "catch_up": _YES,
    "inputs": Support(
        "partly",
        "`yes` for a boolean is taken as false; of arrays and objects only the JSON is checked, not the schema; "
        "an integer of more than 32 bits is refused; null takes the default",
    ),
    "secrets": Support("yes", "as SECRET_NAME, in base64, in the environment of the server"),
    "state": Support("yes", "in the key-value store of the namespace"),
    "concurrency": Support("yes", "beside a `foreach` with tasks as two flows"),
    "timeout": Support("yes", "beside handlers as two flows; items of a loop that run then end in the background"),
    "block_timeout": Support("partly", "as a flow of its own; not of a `foreach` with tasks, nor round one"),
    "needs": _YES,
    "when": _YES,
    "on_error": _YES,
    "retry": _YES,
    "task_timeout": _YES,
    "on_failure": _YES,
    "finally": Support("yes", "not when a run is killed"),
    "outputs": Support("yes", "values that may hold null in an object are JSON text"),
    "pages": _YES,
    "returns": _YES,
    "foreach_concurrency": Support("yes", "after a failed item those beside it end in the background"),
    "on_item_error": _YES,
    "resume": Support("partly", "Kestra's own: a task that was running runs again"),
}
