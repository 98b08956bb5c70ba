"""`shell`: a program with its arguments; no shell reads the words (language.md 5)."""

from __future__ import annotations

from collections.abc import Mapping

from overture.expressions.encodings import read_json
from overture.expressions.evaluation import render
from overture.expressions.failures import Refused
from overture.expressions.types import Json
from overture_local.attempt import Attempt
from overture_local.failures import TaskFailed
from overture_local.processes import Ended, OutputTooLong, cleaned, run_process


async def run_shell(attempt: Attempt) -> Mapping[str, Json]:
    argv = [render(word) for word in attempt.value("command")]
    attempt.engine.gate.check_program(attempt.task, argv[0])
    if any("\0" in word for word in argv):
        raise TaskFailed("refused", "an argument holds a null character")
    env: dict[str, str] = attempt.value("env", with_secrets=True) if attempt.has("env") else {}
    stdin = attempt.optional_text("stdin", with_secrets=True) or ""
    ended = await _run(attempt, argv, env, stdin)
    outputs: dict[str, Json] = {
        "exit_code": ended.exit_code,
        "stdout": ended.stdout.decode("utf-8", "replace"),
        "stderr": ended.stderr.decode("utf-8", "replace"),
    }
    if ended.exit_code not in attempt.literal("accept", [0]):
        raise TaskFailed("exit", f"`{argv[0]}` ended with exit code {ended.exit_code}", outputs=outputs)
    if attempt.literal("returns") is not None:
        try:
            value = read_json(outputs["stdout"])
        except Refused as refused:
            raise TaskFailed("returns", f"stdout is not JSON: {refused}", outputs=outputs) from None
        try:
            attempt.check(value, "stdout")
        except TaskFailed as failed:
            raise TaskFailed("returns", failed.failure.message, outputs=outputs) from None
        outputs["value"] = value
    return outputs


async def _run(attempt: Attempt, argv: list[str], env: Mapping[str, str], stdin: str) -> Ended:
    surroundings = attempt.engine.surroundings
    try:
        async with surroundings.processes:
            return await run_process(
                argv,
                folder=attempt.engine.workspace,
                environment=cleaned(surroundings.environment, env),
                stdin=stdin.encode("utf-8", "surrogatepass"),
                limit_bytes=attempt.engine.limits.output_bytes,
            )
    except FileNotFoundError:
        raise TaskFailed("error", f"there is no program `{argv[0]}`") from None
    except OSError as error:
        raise TaskFailed("error", f"`{argv[0]}` cannot be started: {error.strerror}") from None
    except OutputTooLong as error:
        raise TaskFailed("error", f"`{argv[0]}`: {error}") from None
