"""What the local executor is to the registry of backends: one that runs, and exports nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from overture.plan.backend import Export, Gap, Support
from overture.plan.features import FEATURES
from overture.plan.model import Plan

_ABSENT = {
    "action": "there is no catalogue yet: write it as an `http` task",
}
_PARTLY = {
    "schedule": "the trigger's data is read; firing it is the work of `serve`",
    "webhook": "the trigger's data is read; listening for it is the work of `serve`",
    "after": "the trigger's data is read; firing it is the work of `serve`",
    "catch_up": "the work of `serve`",
}
_NOTES = {
    "python": "a child process with a cleaned environment, which is no sandbox",
    "shell": "a child process with a cleaned environment, which is no sandbox",
    "sql": "SQLite files of the workspace; PostgreSQL with `pip install 'overture[postgres]'`",
    "approve": "the run ends `waiting`; `overture approve` answers and goes on with it",
    "email": "a server at a private address needs `--allow-host`",
    "resume": "what was in flight runs again, unless it is marked `at_most_once`",
    "call": "a run that is not waited for ends with this process at the latest",
}


def _support() -> dict[str, Support]:
    table: dict[str, Support] = {}
    for feature in FEATURES:
        if feature in _ABSENT:
            table[feature] = Support("no", _ABSENT[feature])
        elif feature in _PARTLY:
            table[feature] = Support("partly", _PARTLY[feature])
        else:
            table[feature] = Support("yes", _NOTES.get(feature))
    return table


def _version() -> str:
    try:
        return version("overture")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class LocalBackend:
    """Runs plans (`overture_local.run`); its `export` refuses."""

    name: str = "local"
    version: str = field(default_factory=_version)
    suffix: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def support(self) -> Mapping[str, Support]:
        return _support()

    def export(self, plan: Plan, options: Mapping[str, str]) -> Export:
        return Export({}, (Gap("", "the local executor runs a workflow, it writes no files", "use `overture run`"),))


backend = LocalBackend()
