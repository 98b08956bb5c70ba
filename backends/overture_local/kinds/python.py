"""`python`: `main(...)` in a child process. That is no sandbox, and `plan` says so (security.md)."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from overture.expressions.encodings import read_json
from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture_local import child
from overture_local.attempt import Attempt
from overture_local.environments import EnvironmentFailed, python_for
from overture_local.failures import TaskFailed
from overture_local.processes import Ended, OutputTooLong, cleaned, run_process


async def run_python(attempt: Attempt) -> Mapping[str, Json]:
    attempt.engine.gate.check_program(attempt.task, "python")
    args = attempt.value("args", with_secrets=True) if attempt.has("args") else {}
    given = json.dumps({"code": attempt.literal("code"), "args": args}).encode()
    surroundings = attempt.engine.surroundings
    try:
        async with surroundings.processes:
            program = await _program(attempt)
            with tempfile.TemporaryFile() as result:
                ended = await run_process(
                    [str(program), "-I", child.__file__, str(result.fileno())],
                    folder=attempt.engine.workspace,
                    environment=cleaned(surroundings.environment),
                    stdin=given,
                    limit_bytes=attempt.engine.limits.output_bytes,
                    pass_descriptors=[result.fileno()],
                )
                result.seek(0)
                text = result.read(attempt.engine.limits.output_bytes + 1).decode("utf-8", "replace")
    except EnvironmentFailed as failed:
        raise TaskFailed("error", str(failed)) from None
    except OSError as error:
        raise TaskFailed("error", f"python cannot be started: {error.strerror}") from None
    except OutputTooLong as error:
        raise TaskFailed("error", f"the code: {error}") from None
    await _log_prints(attempt, ended)
    value = _read(attempt, ended, text)
    attempt.check(value)
    return {"value": value}


async def _program(attempt: Attempt) -> Path:
    requirements = attempt.literal("requirements")
    if not requirements:
        return Path(sys.executable)
    engine = attempt.engine
    return await python_for(requirements, engine.surroundings.store.home, engine.surroundings.environment)


async def _log_prints(attempt: Attempt, ended: Ended) -> None:
    for level, raw in (("info", ended.stdout), ("warning", ended.stderr)):
        text = raw.decode("utf-8", "replace").rstrip("\n")
        if text:
            await attempt.log(level, text)


def _read(attempt: Attempt, ended: Ended, text: str) -> Json:
    limit = attempt.engine.limits.output_bytes
    if len(text) > limit:
        raise TaskFailed("error", f"the result has more than {limit:,} bytes")
    if not text:
        raise TaskFailed("exception", f"the code ended without a result (exit code {ended.exit_code})")
    try:
        found = read_json(text)
    except Refused as refused:
        raise TaskFailed("exception", f"the result: {refused}") from None
    if "error" in found:
        raise TaskFailed("exception", found["error"])
    return found["value"]
