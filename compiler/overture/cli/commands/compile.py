"""`overture compile`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overture.cli.commands.export import keep_others, named_backend
from overture.cli.compiled import Made, compiled_json, failed_json, tell_compiled, tell_new_effects
from overture.cli.console import complain, format_option, print_json, put, tell, usual_options
from overture.cli.exits import DONE, FAILED, WrongUsage
from overture.cli.files import STDOUT, read_argument, write_files
from overture.cli.settings import names_own_server, seconds_of, setting
from overture.cli.values import folder

if TYPE_CHECKING:
    from overture.drafting.conversation import Client

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@click.command()
@click.argument("request", metavar="REQUEST")
@click.option("-o", "--output", default=".", metavar="DIR", help="Where NAME.flow.yaml is written; `-` is stdout.")
@click.option("--to", "targets", multiple=True, metavar="TARGET", help="Write this target's files too.")
@click.option(
    "--planner",
    type=click.Choice(["auto", "model", "builtin"]),
    help="auto (default): a model when there is a key or a base url, else the built-in planner.",
)
@click.option("--model", metavar="NAME", help="The model (OVERTURE_MODEL).")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server (OPENAI_BASE_URL).")
@click.option("--model-timeout", metavar="TIME", help="How long one answer may take, 120s (OVERTURE_MODEL_TIMEOUT).")
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
    model_timeout: str | None,
    name: str | None,
    replay: str | None,
    record: str | None,
    force: bool,
    format_: str,
    quiet: bool,
    no_color: bool,
) -> int:
    """Turn English into a workflow that passes `check`. REQUEST is the text, @FILE, or `-` for stdin.

    The built-in planner reads plain steps in order: "every day at nine Berlin time, get the orders from
    https://shop.example.com/orders, keep only the orders where the amount is over 100, post a digest of the orders to
    Slack; retry twice; if it fails, email ops@example.com". What it does not understand it lists.
    """
    from overture.drafting.compiling import compile_by_model, compile_by_words
    from overture.drafting.failures import DraftingError

    words = read_argument(request)
    _check_usage(words, name, output, targets, format_, replay=replay, record=record, force=force)
    backends = [named_backend(target) for target in dict.fromkeys(targets)]
    client = _client(planner, model, base_url, model_timeout, replay, record)
    try:
        made = compile_by_model(words, client, name=name) if client else compile_by_words(words, name=name)
    except DraftingError as error:
        complain(str(error), error.help)
        if format_ == "json":
            print_json(failed_json(name))
        return FAILED
    result = Made.of(made, backends)
    if output == STDOUT:
        tell_compiled(result, words, quiet=quiet, no_color=no_color)
        if result.is_done and made.text is not None:
            put(made.text)
        return DONE if result.is_done else FAILED
    result = _write(result, Path(output), force=force)
    if format_ == "json":
        print_json(compiled_json(result))
    tell_compiled(result, words, quiet=quiet or format_ == "json", no_color=no_color)
    return DONE if result.is_done else FAILED


def _check_usage(
    words: str,
    name: str | None,
    output: str,
    targets: tuple[str, ...],
    format_: str,
    *,
    replay: str | None,
    record: str | None,
    force: bool,
) -> None:
    """What can be known to be wrong before a model is asked, which costs money."""
    if not words.strip():
        raise WrongUsage("the request is empty", "say what the workflow is to do")
    if name is not None and not _NAME.fullmatch(name):
        raise WrongUsage(f"`{name}` is no name", "small letters, digits and `_`, a letter first, at most 64")
    if replay is not None and record is not None:
        raise WrongUsage("`--replay` asks no model, so there is nothing to `--record`")
    if output == STDOUT:
        if targets or format_ == "json":
            raise WrongUsage("only the workflow goes to stdout", "name a folder: `-o DIR`")
        return
    folder(output, "output")
    if name is not None and not force:
        _check_free(Path(output) / f"{name}.flow.yaml")


def _check_free(path: Path, more: str = "") -> None:
    if path.exists():
        raise WrongUsage(f"`{path}` is there already{more}", "`--force` writes over it, `--name` names another")


def _client(
    planner: str | None,
    model: str | None,
    base_url: str | None,
    model_timeout: str | None,
    replay: str | None,
    record: str | None,
) -> Client | None:
    """Whoever answers; None is the built-in planner."""
    from overture.drafting.failures import DraftingError

    if replay is not None:
        from overture.drafting.recording import ReplayClient

        try:
            return ReplayClient(Path(replay))
        except DraftingError as error:
            raise WrongUsage(str(error), error.help) from None
    chosen = setting("planner", planner) or "auto"
    if chosen not in ("auto", "model", "builtin"):
        raise WrongUsage(f"`{chosen}` is no planner", "there is `auto`, `model`, `builtin`")
    key = os.environ.get("OPENAI_API_KEY")
    url = setting("base_url", base_url)
    if chosen == "builtin" or (chosen == "auto" and not (key or url or model)):
        return None
    named = setting("model", model)
    if not named:
        raise WrongUsage("no model is named", "`--model NAME`, the variable OVERTURE_MODEL, or `--planner builtin`")
    if key and names_own_server(base_url):
        key = None  # who wrote that file is not who has the key
        tell(f"`{url}` is named by `overture.toml` alone: it does not get the key")
    from overture.drafting.client import TIMEOUT_SECONDS, ModelClient
    from overture.drafting.recording import RecordingClient

    timeout_seconds = seconds_of("model_timeout", model_timeout) or TIMEOUT_SECONDS
    try:
        client: Client = ModelClient(named, api_key=key, base_url=url, timeout_seconds=timeout_seconds)
    except DraftingError as error:
        raise WrongUsage(str(error), error.help) from None
    if record is None:
        return client
    with Path(record).open("a", encoding="utf-8"):  # one that cannot be written is said before the model is asked
        return RecordingClient(Path(record), client)


def _write(result: Made, folder: Path, *, force: bool) -> Made:
    """Write what there is, all or nothing: the workflow and the targets' files, or the draft."""
    compiled = result.compiled
    if compiled.text is None:
        return result
    # a name that did not pass the check comes from a model, and would be part of a path
    name = compiled.name if compiled.name and _NAME.fullmatch(compiled.name) else "workflow"
    draft = folder / f"{name}.draft.yaml"
    if compiled.checked is None or not compiled.is_done:
        write_files({draft: compiled.text})
        return result.written(draft, {})
    path = folder / f"{name}.flow.yaml"
    if path.exists() and path.read_bytes() != compiled.text.encode():
        if not force:
            write_files({draft: compiled.text})
            _check_free(path, f"; what was made stands in `{draft}`")
        tell_new_effects(path, compiled)
    exported = {folder / file: target for file, target in result.targets.items()}
    for target in dict.fromkeys(result.targets.values()):
        places = {folder / file: text for file, text in result.files.items() if result.targets[file] == target}
        for other in keep_others(places, named_backend(target)):
            complain(f"`{other}` is there already and not of this export: it stays as it is")
            del exported[other]
    write_files({path: compiled.text, **{place: result.files[place.name] for place in exported}})
    return result.written(path, exported)
