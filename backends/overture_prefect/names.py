"""Names of ours as names of Python: unique, no keyword, nothing that the module needs for itself."""

from __future__ import annotations

import builtins
import keyword
import sys

# What a generated module imports or calls by these names, whether or not this one does.
_OWN = [
    "asyncio",
    "base64",
    "contextlib",
    "functools",
    "hashlib",
    "httpx",
    "ipaddress",
    "json",
    "jsonschema",
    "math",
    "os",
    "re",
    "signal",
    "subprocess",
    "sys",
    "unicodedata",
    "csv",
    "io",
    "datetime",
    "timedelta",
    "timezone",
    "tzinfo",
    "flow",
    "task",
    "flow_run",
    "task_run",
    "get_run_logger",
    "get_run_context",
    "get_client",
    "Completed",
    "Variable",
    "Field",
    "Any",
    "Annotated",
    "Literal",
    "Path",
    "Cron",
    "quote",
    "run_deployment",
    "exponential_backoff",
    "ConcurrencyLimitConfig",
    "Draft202012Validator",
    "FormatChecker",
    "monthrange",
    "ZoneInfo",
    "Callable",
    "Awaitable",
    "error",
    "index",
    "state",
    "response",
    "logger",
    "self",
    "previous",
    "content",
    "found",
    "code_",
    "argv",
    "run_error",
    "run_state",
    "each",
    "one",
    "item",
    "prefect",
    "pydantic",
    "NO_CACHE",
]


class Register:
    """Gives each thing a name once; the same thing asked for again has the same name."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = {*taken, *_OWN, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
        self._names: dict[tuple[str, ...], str] = {}

    def name(self, wanted: str, *key: str) -> str:
        """The name of the thing that `key` says (without one: of the name itself)."""
        key = key or (wanted,)
        if key not in self._names:
            while wanted in self._taken:
                wanted += "_"
            self._taken.add(wanted)
            self._names[key] = wanted
        return self._names[key]

    def fixed(self, name: str, *key: str) -> str:
        """A name that may be shared, such as `index`, for a thing."""
        return self._names.setdefault(key, name)


def module_name(workflow: str) -> str:
    """The name of a workflow's module; a file named as a library would hide that library from everything."""
    libraries = {*sys.stdlib_module_names, "prefect", "httpx", "jsonschema", "pydantic", "attrs", "anyio", "click"}
    is_free = workflow not in libraries and not keyword.iskeyword(workflow)
    return workflow if is_free else f"{workflow}_flow"
