"""Keys that people know from GitHub Actions, Kestra, Prefect and Airflow, and how a workflow here says the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping

_OF_TASKS = {
    **dict.fromkeys(("if", "condition", "runIf", "run_if", "only_if"), "when"),
    **dict.fromkeys(("depends_on", "dependsOn", "depends", "upstream", "wait_for", "after", "requires"), "needs"),
    **dict.fromkeys(("retries", "max_attempts", "maxAttempts"), "retry"),
    **dict.fromkeys(("allowFailure", "continue-on-error", "continue_on_error", "ignore_errors"), "on_error"),
    **dict.fromkeys(("timeout-minutes", "timeout_seconds", "timeoutSeconds", "timeLimit"), "timeout"),
    **dict.fromkeys(("name", "task_id", "taskId", "key"), "id"),
    **dict.fromkeys(("run", "script", "commands", "cmd", "bash", "bash_command"), "command"),
    **dict.fromkeys(("uri", "endpoint"), "url"),
    **dict.fromkeys(("json", "payload", "data"), "body"),
    **dict.fromkeys(("params", "parameters", "query_params"), "query"),
    **dict.fromkeys(("schema", "output_schema", "outputSchema", "response_format", "response_schema"), "returns"),
    **dict.fromkeys(("values", "for_each", "forEach", "loop", "in"), "items"),
    **dict.fromkeys(("item", "var", "variable"), "as"),
    **dict.fromkeys(("parallel", "max_parallel", "concurrencyLimit"), "concurrency"),
    **dict.fromkeys(("steps", "do", "then", "body"), "tasks"),
    **dict.fromkeys(("errors", "except", "rescue"), "catch"),
    **dict.fromkeys(("if_else", "conditions", "switch"), "cases"),
    **dict.fromkeys(("duration", "seconds", "sleep"), "for"),
    **dict.fromkeys(("subject_line", "title"), "subject"),
    **dict.fromkeys(("flow", "flowId", "flow_id"), "workflow"),
    **dict.fromkeys(("msg", "text"), "message"),
}
_ELSE_OF_TASKS = {
    "run": "code",
    "script": "code",
    "source_code": "code",
    "run_code": "code",
    "sql": "query",
    "with": "args",
    "conditions": "when",
    "name": "description",
    "retries": "retry",
}
"""The same where the kind does not take the first."""
_OF_WORKFLOWS = {
    **dict.fromkeys(("on", "schedule", "schedules", "trigger", "cron"), "triggers"),
    **dict.fromkeys(("jobs", "steps", "nodes"), "tasks"),
    **dict.fromkeys(("errors", "on_error", "catch"), "on_failure"),
    **dict.fromkeys(("afterExecution", "after", "always"), "finally"),
    **dict.fromkeys(("variables", "vars", "env", "parameters", "params"), "inputs"),
    **dict.fromkeys(("id", "title"), "name"),
    **dict.fromkeys(("tags", "namespace"), "labels"),
    **dict.fromkeys(("version", "apiVersion"), "overture"),
}
_OF_TRIGGERS = {
    **dict.fromkeys(("schedule", "crons", "expression"), "cron"),
    **dict.fromkeys(("tz", "zone"), "timezone"),
    **dict.fromkeys(("if", "condition", "conditions"), "when"),
    **dict.fromkeys(("backfill", "recoverMissedSchedules", "catchup"), "catch_up"),
    **dict.fromkeys(("secret", "token"), "key"),
    **dict.fromkeys(("flow", "flowId", "workflows"), "workflow"),
}
_OF_RETRIES = {
    **dict.fromkeys(("maxAttempts", "maxAttempt", "max_attempts", "limit", "times", "count", "retries"), "attempts"),
    **dict.fromkeys(("interval", "wait", "sleep", "retry_delay"), "delay"),
    **dict.fromkeys(("maxInterval", "maxDuration", "max_interval"), "max_delay"),
    **dict.fromkeys(("type", "strategy"), "backoff"),
}
_TABLES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "a task": (_OF_TASKS, _ELSE_OF_TASKS),
    "a workflow": (_OF_WORKFLOWS,),
    "a trigger": (_OF_TRIGGERS,),
    "`retry`": (_OF_RETRIES,),
}

_VALUES = {
    "retry": "`retry: {attempts: 3}`",
    "on_error": "`on_error: continue`",
    "timeout": "`timeout: 30m`",
    "command": "`command: [ls, -l]`",
}
"""How a key is written whose value has another form too."""


def familiar_key(key: str, noun: str, free: Collection[str]) -> str | None:
    """The key that says here what `key` says elsewhere, of those that an object (`a task`) takes and has not."""
    for table in _TABLES.get(noun, ()):
        if table.get(key) in free:
            return table[key]
    return None


def help_for(wanted: str) -> str:
    return f"here it is {_VALUES.get(wanted, f'`{wanted}`')}"


WITHOUT_KIND = {
    "type": "what a task does says `kind`",
    "uses": "`uses` is a key of `kind: action`",
    "run": "a program is `kind: shell`, with `command: [ls, -l]`",
    "script": "code is `kind: python`, a program `kind: shell`",
    "cmd": "a program is `kind: shell`, with `command: [ls, -l]`",
    "uri": "a request is `kind: http`, with `url`",
    "if": "cases are `kind: branch`; one task alone has `when`",
    "parallel": "tasks that nothing orders run side by side",
    "sleep": "a pause is `kind: wait`, with `for: 30s`",
    "steps": "tasks in a list are `tasks` of a block: `kind: foreach`, `branch`, `repeat` or `try`",
}
"""What to do about a task without a kind that has one of these keys."""
