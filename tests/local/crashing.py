"""Runs a plan in a process that kills itself (SIGKILL) at the N-th transition that reached the disk."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from overture.plan.model import Plan
from overture_local import RunRequest, Store, execute, execute_resumed


def crash(plan: Plan, folder: Path, kill_at: int, url: str, *, is_resumed: bool = False, **given: Any) -> None:
    """`given`: more of the request; `is_resumed`: the run is there, and goes on. Returns when the run ended, or came to
    wait, before that transition."""
    commits = 0

    def on_commit() -> None:
        nonlocal commits
        commits += 1
        if commits == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    request = RunRequest(
        inputs={"api": url} if url else {},
        home=folder / "home",
        workspace=folder,
        environment={"PATH": os.environ["PATH"]},
        allow_hosts=("127.0.0.1",),
        run_id="run-1",
        **given,
    )
    with Store(request.home, on_commit=on_commit) as store:
        if is_resumed:
            asyncio.run(execute_resumed(plan, "run-1", request, store))
        else:
            asyncio.run(execute(plan, request, store))
