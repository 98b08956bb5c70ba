"""Names of ours as names of Python: unique, no keyword, nothing that the module needs for itself."""

from __future__ import annotations

import builtins
import keyword
import sys

from overture_prefect import sources

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


# Builtins that the code of a flow or a task may call; other builtins may be hidden by a variable of that name.
_CALLED = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "float",
        "getattr",
        "int",
        "isinstance",
        "len",
        "list",
        "map",
        "max",
        "min",
        "range",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
        "print",
        "repr",
        "open",
        "Exception",
        "AssertionError",
        "BaseException",
        "RuntimeError",
    ]
)


class Register:
    """Gives each thing a name once; the same thing asked for again has the same name."""

    def __init__(self, taken: set[str]) -> None:
        self._needed = {*taken, *_OWN, *keyword.kwlist, *keyword.softkwlist, *_CALLED}
        self._taken = {*self._needed, *dir(builtins)}
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

    def is_needed(self, name: str) -> bool:
        """Whether the code of a flow may need what has this name, so that no variable may hide it."""
        return name in self._needed

    def local(self, name: str, *key: str) -> str:
        """The name of a variable: it may hide a builtin that no code of ours calls."""
        if key not in self._names and name not in self._needed and name not in self._names.values():
            self._taken.add(name)
            self._names[key] = name
        return self.name(name, *key)


def module_name(workflow: str) -> str:
    """The name of a workflow's module; a file named as a library would hide that library from everything."""
    libraries = {*sys.stdlib_module_names, "prefect", "httpx", "jsonschema", "pydantic", "attrs", "anyio", "click"}
    is_free = workflow not in libraries and not keyword.iskeyword(workflow)
    return workflow if is_free else f"{workflow}_flow"


def parameter_name(name: str) -> str:
    """The name of an input as a parameter of its flow: callers use it, so only a keyword is changed."""
    return f"{name}_" if keyword.iskeyword(name) else name


def flow_name(workflow: str) -> str:
    """The function of a workflow in its module."""
    is_hidden = keyword.iskeyword(workflow) or workflow in _OWN or workflow in dir(builtins)
    return f"{workflow}_flow" if is_hidden or workflow in sources.all_names() else workflow


def block_name(secret: str) -> str:
    """The name of the block that holds a secret: Prefect takes no others."""
    return secret.lower().replace("_", "-")
