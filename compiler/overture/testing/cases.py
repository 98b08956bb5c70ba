"""Cases: a workflow, a scripted world round it, and what must come out; one folder each, read from `case.yaml`.

The keys of the file are those of `Case` and `Expectation` below. Texts may hold `${world}` (the address of the case's
server), `${mail}` (of its mailbox) and `${workspace}` (the folder of the run); in replies and expectations a text that
is just `${inputs.a[0]}` stands for that value of the inputs. In an expectation `${any}` agrees with any value,
`${same:NAME}` with one text at all its places, and `${absent}` with a header or parameter that is not there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from overture.testing import shapes
from overture.testing.expectations import Expectation, read_expectation
from overture.testing.models import ModelScript, ScriptedEntry, read_script
from overture.testing.replies import Route, read_routes
from overture.testing.shapes import CaseError
from overture.testing.strict_yaml import read_yaml
from overture.testing.values import JSON, borrow, expand, show
from overture.testing.world import World

ENGINES = ("kestra", "prefect")
Marker: TypeAlias = Literal["run", "golden", "notyet", "never"]

_KEYS = (
    "about",
    "workflow",
    "inputs",
    "secrets",
    "trigger",
    "state",
    "clock",
    "files",
    "http",
    "models",
    "approvals",
    "allow",
    "expect",
    "engines",
)


@dataclass(frozen=True, slots=True)
class Support:
    """What an engine does with a case: `run` it and agree, only have its export compared (`golden`), or neither,
    with the reason: `notyet` is to be closed, `never` is a difference that stays."""

    marker: Marker
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answers to an `approve` task. `by` is None where nobody says who it was; `value` are the fields of
    its form."""

    approved: bool
    by: str | None = None
    comment: str | None = None
    value: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `workflow` is the file; callees lie beside it. `trigger` is `{type, ...data}` or None by hand.
    `clock` is where a settable clock starts. `files` is the workspace before the run. `approvals` are by task; one that
    is not there is never answered."""

    name: str
    folder: Path
    about: str
    workflow: Path
    expect: Expectation
    inputs: Mapping[str, JSON] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    trigger: Mapping[str, JSON] | None = None
    state: Mapping[str, JSON] = field(default_factory=dict)
    clock: datetime | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    models: tuple[ScriptedEntry, ...] = ()
    approvals: Mapping[str, Answer] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    engines: Mapping[str, Support] = field(default_factory=dict)
    document: JSON = None

    @property
    def has_mail(self) -> bool:
        """Whether a `Mailbox` is to be there."""
        return "${mail}" in self.secrets.values()

    def world(self) -> World:
        """A new server with this case's script."""
        return World(self.routes, ModelScript(self.models))

    def placed(self, world_url: str, workspace: Path | str = "", mail_url: str = "") -> Case:
        """This case with `${world}`, `${workspace}` and `${mail}` filled in."""
        names = {"world": world_url, "workspace": str(workspace), "mail": mail_url}
        return _read_case(expand(self.document, names), self.folder)

    def lay_files(self, workspace: Path) -> None:
        """Write the workspace as it is before the run."""
        for name, content in self.files.items():
            path = workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def load_case(path: Path | str) -> Case:
    """The case in a folder (or its `case.yaml`). Raises `CaseError` with the first thing that is wrong in it."""
    folder = Path(path)
    if folder.name == "case.yaml":
        folder = folder.parent
    file = folder / "case.yaml"
    try:
        document = read_yaml(file.read_text("utf-8"))
        return _read_case(document, folder)
    except CaseError as error:
        raise CaseError(error.where, error.problem, error.file or file) from None
    except (OSError, ValueError) as error:
        raise CaseError("", str(error), file) from None


def find_cases(root: Path | str) -> list[Path]:
    """The folders under `root` (or `root` itself) that hold a `case.yaml`, sorted by path."""
    return sorted(file.parent for file in Path(root).rglob("case.yaml"))


def read_workspace(folder: Path) -> dict[str, bytes]:
    """All files under `folder` by their path in it: what an observed run hands in as `files`."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def _read_case(document: JSON, folder: Path) -> Case:
    script = shapes.read_mapping("", document, _KEYS)
    for needed in ("about", "expect"):
        if needed not in script:
            raise CaseError("", f"`{needed}` is missing")
    try:
        for key in ("http", "expect"):
            script = {**script, key: borrow(script.get(key), script.get("inputs"))}
    except LookupError as error:
        raise CaseError("", str(error.args[0])) from None
    models = read_script("models", script.get("models"))
    trigger = script.get("trigger")
    if trigger is not None and "type" not in shapes.read_mapping("trigger", trigger):
        raise CaseError("trigger", "`type` is missing")
    return Case(
        name=folder.name,
        folder=folder,
        about=shapes.read_text("about", script["about"]),
        workflow=_find_workflow(folder, script.get("workflow")),
        expect=read_expectation("expect", script["expect"], has_models=bool(models)),
        inputs=shapes.read_mapping("inputs", script.get("inputs")),
        secrets={
            name: shapes.read_text(f"secrets.{name}", value)
            for name, value in shapes.read_mapping("secrets", script.get("secrets")).items()
        },
        trigger=None if trigger is None else shapes.read_mapping("trigger", trigger),
        state=shapes.read_mapping("state", script.get("state")),
        clock=_read_moment("clock", script.get("clock")),
        files=read_files("files", script.get("files")),
        routes=read_routes("http", script.get("http")),
        models=models,
        approvals={
            task: _read_answer(f"approvals.{task}", answer)
            for task, answer in shapes.read_mapping("approvals", script.get("approvals")).items()
        },
        allow=tuple(shapes.read_text("allow", host) for host in shapes.read_list("allow", script.get("allow"))),
        engines=_read_engines("engines", script.get("engines")),
        document=document,
    )


def read_files(where: str, value: JSON) -> dict[str, bytes]:
    """Files by path: a text, or `{json: value}`, `{base64: text}`."""
    files = {}
    for name, content in shapes.read_mapping(where, value).items():
        here = f"{where}.{name}"
        if name.startswith("/") or ".." in name.split("/"):
            raise CaseError(here, "leads out of the workspace")
        if isinstance(content, str):
            files[name] = content.encode()
            continue
        kinds = shapes.read_mapping(here, content, ("json", "base64"))
        if len(kinds) != 1:
            raise CaseError(here, "is neither a text nor one of {json: ...} and {base64: ...}")
        if "json" in kinds:
            files[name] = json.dumps(kinds["json"], ensure_ascii=False).encode()
        else:
            files[name] = base64.b64decode(shapes.read_text(here, kinds["base64"]))
    return files


def _find_workflow(folder: Path, named: JSON) -> Path:
    if named is not None:
        path = folder / shapes.read_text("workflow", named)
        if not path.is_file():
            raise CaseError("workflow", f"there is no `{named}` beside the case")
        return path
    found = [path for ending in ("yaml", "yml", "json") for path in sorted(folder.glob(f"*.flow.{ending}"))]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise CaseError("workflow", f"must name one of the flows beside the case: {names}")
    return found[0]


def _read_moment(where: str, value: JSON) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(shapes.read_text(where, value))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise CaseError(where, f"`{value}` is no RFC 3339 date and time with an offset")
    return moment.astimezone(UTC)


def _read_answer(where: str, value: JSON) -> Answer:
    answer = shapes.read_mapping(where, value, ("approved", "by", "comment", "value"))
    approved = answer.get("approved", True)
    if not isinstance(approved, bool):
        raise CaseError(f"{where}.approved", f"is neither true nor false but {show(approved)}")
    return Answer(
        approved,
        shapes.read_optional_text(f"{where}.by", answer.get("by")),
        shapes.read_optional_text(f"{where}.comment", answer.get("comment")),
        shapes.read_mapping(f"{where}.value", answer.get("value")),
    )


def _read_engines(where: str, value: JSON) -> dict[str, Support]:
    engines = dict.fromkeys(ENGINES, Support("golden"))
    for name, marker in shapes.read_mapping(where, value, ENGINES).items():
        here = f"{where}.{name}"
        if marker in ("run", "golden"):
            engines[name] = Support("run" if marker == "run" else "golden")
            continue
        reasons = shapes.read_mapping(here, marker, ("notyet", "never")) if isinstance(marker, Mapping) else {}
        if len(reasons) != 1:
            raise CaseError(here, "is none of run, golden, {notyet: reason}, {never: reason}")
        kind, reason = next(iter(reasons.items()))
        engines[name] = Support("notyet" if kind == "notyet" else "never", shapes.read_text(here, reason))
    return engines


__all__: Sequence[str] = [
    "ENGINES",
    "Answer",
    "Case",
    "Marker",
    "Support",
    "find_cases",
    "load_case",
    "read_files",
    "read_workspace",
]
