"""From a request to a checked document, and to a run against a world, for the planner's tests."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from overture.checks.verdict import Checked, check
from overture.drafting.planner import Planned, plan_request
from overture.language.reading import read
from overture.language.writing import write_data
from overture.plan.build import plan
from overture.testing.world import World
from overture_local import RunRequest, RunResult, run


def errors_of(planned: Planned) -> list[str]:
    """What the checker refuses in the document, if there is one."""
    if planned.document is None:
        return []
    text = write_data(planned.document)
    found = check(read(text, "request.flow.yaml")).diagnostics
    return [f"{each.code} line {each.at.line}: {each.message}" for each in found if each.severity == "error"]


def checked(request: str) -> Checked:
    """The checked workflow of a request that is understood whole."""
    planned = plan_request(request)
    assert planned.not_understood == (), planned.not_understood
    assert planned.document is not None
    verdict = check(read(write_data(planned.document), "request.flow.yaml"))
    assert verdict.checked is not None, errors_of(planned)
    return verdict.checked


def missed(request: str) -> list[str]:
    """The words that were not understood, each where it is said to stand."""
    planned = plan_request(request)
    for each in planned.not_understood:
        assert request[each.start : each.end] == each.text
    assert errors_of(planned) == []
    return [each.text for each in planned.not_understood]


def tasks_of(request: str) -> list[dict[str, Any]]:
    """The tasks of a request that is understood whole and passes the check."""
    checked(request)
    document = plan_request(request).document
    assert document is not None
    found: list[dict[str, Any]] = document["tasks"]
    return found


def run_request(
    request: str,
    world: World,
    *,
    services: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
    trigger: dict[str, Any] | None = None,
    secrets: dict[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[RunResult, list[str], Path]:
    """Plan, check and run a request; urls of `services` lead to the world, as does `https://world.test`. Gives the
    result, the lines of the log and the workspace. `folder`: where an earlier run has left its store and workspace."""
    planned = plan_request(request)
    assert planned.not_understood == (), planned.not_understood
    assert planned.document is not None
    text = write_data(planned.document)
    for service in (*services, "https://world.test"):
        text = text.replace(service, world.url)
    verdict = check(read(text, "request.flow.yaml"))
    assert verdict.checked is not None, [each.message for each in verdict.diagnostics]
    folder = folder or Path(tempfile.mkdtemp())
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    for name, content in (files or {}).items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(content, encoding="utf-8")
    events: list[dict[str, Any]] = []
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "OPENAI_BASE_URL": world.model_url,
        "OPENAI_API_KEY": "sk-test",
        "OVERTURE_MODEL": "some-model",
    }
    chats = {name: f"{world.url}/{name.lower()}" for name in planned.document.get("secrets", ())}
    result = run(
        plan(verdict.checked),
        RunRequest(
            home=folder / "home",
            workspace=workspace,
            allow_hosts=("127.0.0.1", "localhost"),
            environment=environment,
            secrets={**chats, **(secrets or {})},
            trigger=trigger,
            on_event=lambda event: events.append(dict(event)),
        ),
    )
    return result, [event["message"] for event in events if event["event"] == "log"], workspace
