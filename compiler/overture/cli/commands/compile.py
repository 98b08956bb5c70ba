"""`overture compile`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overture.cli.console import format_option, print_json, show, tell, usual_options, wants_color
from overture.cli.exits import DONE, FAILED
from overture.cli.files import read_argument, write_text
from overture.cli.settings import setting

if TYPE_CHECKING:
    from overture.drafting.compiling import Compiled
    from overture.drafting.conversation import Client
    from overture.plan.backend import Backend
    from overture.plan.model import Plan


@click.command()
@click.argument("request", metavar="REQUEST")
@click.option("-o", "--output", default=".", metavar="DIR", help="Where NAME.flow.yaml is written.")
@click.option("--to", "targets", multiple=True, metavar="TARGET", help="Write this target's files too.")
@click.option(
    "--planner",
    type=click.Choice(["auto", "model", "builtin"]),
    help="auto (default): a model when there is a key or a base url, else the built-in planner.",
)
@click.option("--model", metavar="NAME", help="The model (OVERTURE_MODEL).")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server (OPENAI_BASE_URL).")
@click.option("--name", metavar="NAME", help="The name of the workflow.")
@click.option("--replay", metavar="FILE", help="Take the model's answers from a recording.")
@click.option("--record", metavar="FILE", help="Append the model's answers to a recording.")
@click.option("--force", is_flag=True, help="Write over a workflow that is there.")
@format_option("text", "json")
@usual_options
def command(
    request: str,
    output: str,
    targets: tuple[str, ...],
    planner: str | None,
    model: str | None,
    base_url: str | None,
    name: str | None,
    replay: str | None,
    record: str | None,
    force: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> int:
    """Turn English into a workflow that passes `check`. REQUEST is the text, or @FILE."""
    from overture.cli.commands.export import named_backend
    from overture.drafting.compiling import compile_by_model, compile_by_words
    from overture.drafting.failures import DraftingError

    words = read_argument(request)
    if not words.strip():
        raise click.UsageError("the request is empty: say what the workflow is to do")
    if name is not None:
        _check_name(name)
    backends = [named_backend(target) for target in targets]
    client = _client(setting("planner", planner) or "auto", model, base_url, replay, record)
    try:
        made = compile_by_model(words, client, name=name) if client else compile_by_words(words, name=name)
    except DraftingError as error:
        tell(f"error: {error}")
        if help := getattr(error, "help", None):
            tell(f"help: {help}")
        return FAILED
    folder = Path(output)
    path = folder / (
        f"{made.name or 'workflow'}.flow.yaml" if made.is_done else f"{made.name or 'workflow'}.draft.yaml"
    )
    if made.is_done and path.exists() and not force:
        raise click.UsageError(f"`{path}` is there already\nhelp: `--force` writes over it, `--name` names another")
    if made.is_done and path.exists():
        _tell_new_effects(path, made)
    files: list[tuple[Backend, Path]] = []
    is_done = made.is_done
    if made.text is not None:
        write_text(path, made.text)
    if made.is_done and made.checked is not None:
        files, is_done = _export(made, backends, folder, quiet=quiet, no_color=no_color)
    if format_ == "json":
        print_json(_json(made, is_done, path, files))
    else:
        _tell(made, words, path, files, quiet=quiet, no_color=no_color)
    return DONE if is_done else FAILED


def _check_name(name: str) -> None:
    import re

    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise click.UsageError(f"`{name}` is no name: small letters, digits and `_`, a letter first, at most 64")


def _client(
    planner: str, model: str | None, base_url: str | None, replay: str | None, record: str | None
) -> Client | None:
    """Whoever answers; None is the built-in planner."""
    from overture.drafting.failures import DraftingError

    if replay is not None:
        from overture.drafting.recording import ReplayClient

        try:
            return ReplayClient(Path(replay))
        except DraftingError as error:
            raise click.UsageError(str(error)) from None
    key = os.environ.get("OPENAI_API_KEY")
    url = setting("base_url", base_url)
    if planner == "builtin" or (planner == "auto" and not (key or url)):
        return None
    named = setting("model", model)
    if not named:
        raise click.UsageError(
            "no model is named\nhelp: `--model NAME`, the variable OVERTURE_MODEL, or `--planner builtin`"
        )
    from overture.drafting.client import ModelClient
    from overture.drafting.recording import RecordingClient

    try:
        client: Client = ModelClient(named, api_key=key, base_url=url)
    except DraftingError as error:
        raise click.UsageError(str(error)) from None
    return RecordingClient(Path(record), client) if record else client


def _export(
    made: Compiled, backends: list[Backend], folder: Path, *, quiet: bool, no_color: bool
) -> tuple[list[tuple[Backend, Path]], bool]:
    from overture.plan.build import plan
    from overture.plan.gaps import findings

    assert made.checked is not None
    built = plan(made.checked)
    source = made.checked.analysis.source
    written: list[tuple[Backend, Path]] = []
    complete = True
    for backend in backends:
        files = backend.export(built, {})
        found = findings(files.gaps, {None: source})
        show(
            [each for each in found if each.severity == "error" or not quiet],
            {source.path: source.text},
            color=wants_color(no_color, err=True),
        )
        complete = complete and bool(files.files)
        for name, text in files.files.items():
            write_text(folder / name, text)
            written.append((backend, folder / name))
    return written, complete


def _tell_new_effects(path: Path, made: Compiled) -> None:
    """What the workflow that is written over could not touch and the new one can (shown before it is written)."""
    from overture.cli.loading import load
    from overture.plan.build import plan

    before: Plan | None = None
    checked = load(str(path)).verdict.checked
    if checked is not None:
        before = plan(checked)
    assert made.checked is not None
    after = plan(made.checked)
    for what in ("hosts", "programs", "secrets"):
        old = set(_names(before, what)) if before else set()
        for name in _names(after, what):
            if name not in old:
                tell(f"new: {what[:-1]} {name}")


def _names(plan: Plan, what: str) -> list[str]:
    found = getattr(plan.effects, what)
    return [each.host for each in found] if what == "hosts" else list(found)


def _json(made: Compiled, is_done: bool, path: Path, files: list[tuple[Backend, Path]]) -> dict[str, object]:
    from overture.diagnostics.json_form import diagnostic_form

    usage = made.usage
    return {
        "ok": is_done,
        "planner": made.planner,
        "name": made.name,
        "path": str(path) if made.text is not None else None,
        "files": [{"target": backend.name, "path": str(each)} for backend, each in files],
        "understanding": made.understanding,
        "assumptions": list(made.assumptions),
        "questions": list(made.questions),
        "not_understood": [{"text": each.text, "start": each.start, "end": each.end} for each in made.not_understood],
        "diagnostics": [diagnostic_form(each) for each in made.diagnostics],
        "rounds": made.rounds,
        "usage": {
            "model": usage.model if usage else None,
            "calls": usage.calls if usage else 0,
            "input_tokens": usage.input_tokens if usage else 0,
            "output_tokens": usage.output_tokens if usage else 0,
            "seconds": round(usage.seconds, 3) if usage else 0.0,
            "cost": None,
        },
    }


def _tell(
    made: Compiled, words: str, path: Path, files: list[tuple[Backend, Path]], *, quiet: bool, no_color: bool
) -> None:
    by = (
        "the built-in planner"
        if made.planner == "builtin"
        else f"model {made.usage.model}"
        if made.usage
        else "a model"
    )
    tell(f"planned by {by}", quiet=quiet)
    tell(f"understood: {made.understanding}", quiet=quiet)
    for title, lines in (("assumed", made.assumptions), ("question", made.questions)):
        for line in lines:
            tell(f"{title}: {line}", quiet=quiet)
    for each in made.not_understood:
        line = words.count("\n", 0, each.start) + 1
        tell(f"not understood, line {line}: {each.text}")
    for problem in made.problems:
        tell(f"error: {problem}")
    shown = [each for each in made.diagnostics if each.severity == "error" or not quiet]
    show(shown, {each.at.path: made.text or "" for each in shown}, color=wants_color(no_color, err=True))
    if made.usage is not None:
        usage = made.usage
        tokens = f"{usage.input_tokens or '?'} tokens in, {usage.output_tokens or '?'} out"
        tell(f"{usage.calls} calls, {tokens}, {usage.seconds:.1f} s, {made.rounds} rounds of repair", quiet=quiet)
    if made.text is None:
        tell("nothing was written")
    elif made.is_done:
        for each in (path, *(each for _, each in files)):
            tell(f"wrote {each}", quiet=quiet)
    else:
        tell(f"not done: what there is stands in {path}")
        if made.planner == "builtin":
            tell(
                "help: say it in plain steps, or let a model plan it: set OPENAI_API_KEY or OPENAI_BASE_URL, and OVERTURE_MODEL"
            )
