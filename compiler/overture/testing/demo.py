"""`make demo`: the whole road with no key. Runs the real program, against a scripted world on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from overture.testing.models import ModelScript, ScriptedAnswer, ScriptedEntry
from overture.testing.replies import Reply, Route
from overture.testing.values import JSON
from overture.testing.world import World

REQUEST = (
    "Every weekday at nine Berlin time, fetch the new issues, label each with AI, open a ticket for the bugs, "
    "post a digest to Slack; retry twice, tell me if it fails"
)
ISSUES = (
    (41, "Crash when the cart is empty", "bug"),
    (42, "Please add a dark mode", "other"),
    (43, "Total is wrong with two coupons", "bug"),
)
_LONGEST = 70
_BEGINNINGS = {".yaml": "tasks:", ".py": "@task"}


def main() -> int:
    """Compile, check, draw, export, run. Returns the exit code of the first step that fails."""
    folder = Path("demo")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    entries = [ScriptedEntry(title, (ScriptedAnswer(value=label),)) for _, title, label in ISSUES]
    issues: JSON = [{"number": number, "title": title} for number, title, _ in ISSUES]
    routes = [
        Route("GET", "/issues", (Reply.of_json(issues),)),
        Route("POST", "/tickets", (Reply.of_json({"id": 1}, status=201),)),
        Route("POST", "/slack", (Reply(body="ok"),)),
    ]
    with World(routes, model=ModelScript(entries)) as world:
        bare = {key: value for key, value in os.environ.items() if not key.startswith(("OPENAI_", "OVERTURE_"))}
        served = bare | {
            "OPENAI_BASE_URL": world.model_url,
            "OPENAI_API_KEY": "a-key-for-the-demo",
            "OVERTURE_MODEL": "scripted",
            "SLACK_WEBHOOK_URL": f"{world.url}/slack",
        }
        file = "issues.flow.yaml"
        steps: list[tuple[str, list[str], dict[str, str]]] = [
            (
                "English becomes a workflow (no key: the built-in planner)",
                ["compile", REQUEST, "--name", "issues"],
                bare,
            ),
            ("The checker has nothing to say", ["check", file], bare),
            ("What it can touch", ["plan", file], bare),
            ("Its graph", ["graph", file], bare),
            ("As a Kestra flow", ["export", file, "--to", "kestra", "-o", "issues.yaml", "--quiet"], bare),
            ("As a Prefect flow", ["export", file, "--to", "prefect", "-o", "issues.py", "--quiet"], bare),
            (
                "Run here, against a world on this machine that answers as GitHub, Slack and a model would",
                [
                    *("run", file, "-i", f"issues_url={world.url}/issues", "-i", f"tickets_url={world.url}/tickets"),
                    *("--allow-host", world.host),
                ],
                served,
            ),
        ]
        for title, words, environment in steps:
            code = _step(title, words, environment, folder)
            if code:
                return code
            if words[0] == "compile":
                _show(folder / file)
            if words[0] == "export":
                _show(folder / words[5])
        print("\n\033[1m# What the world saw\033[0m" if sys.stdout.isatty() else "\n# What the world saw")
        for request in world.requests:
            print(f"{request.method} {request.path} {request.body if request.body is not None else ''}".rstrip())
    print(f"\nThe files stand in {folder}/.")
    return 0


def _step(title: str, words: list[str], environment: dict[str, str], folder: Path) -> int:
    bold, end = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}# {title}{end}\n$ overture {shlex.join(words)}", flush=True)
    program = [sys.executable, "-c", "from overture.cli import main; main()", *words]
    return subprocess.run(program, cwd=folder, env=environment, check=False).returncode


def _show(path: Path) -> None:
    """A file from where it becomes interesting: after the helpers that a flow carries with it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith(_BEGINNINGS.get(path.suffix, ""))), 0)
    start = 0 if path.name.endswith(".flow.yaml") else start
    shown = lines[start : start + _LONGEST]
    print(f"\n--- {path}, lines {start + 1} to {start + len(shown)} of {len(lines)}")
    print("\n".join(shown))


if __name__ == "__main__":
    sys.exit(main())
