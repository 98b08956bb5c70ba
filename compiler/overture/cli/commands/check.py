"""`overture check`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from overture.cli.console import format_option, print_json, put, show, tell, usual_options
from overture.cli.exits import DONE, FAILED, WrongUsage
from overture.cli.files import STDIN, workflow_paths, write_files
from overture.cli.loading import Loaded, load
from overture.cli.settings import unallowed, unheeded
from overture.diagnostics.edits import with_edits
from overture.diagnostics.model import Diagnostic, has_errors

_MOST_ROUNDS = 100
"""How often the certain edits are looked for again: of those that touch, one is made a round, and a file that is read
better may show more of them."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@format_option("text", "json", "sarif", "github")
@click.option("--fix", is_flag=True, help="Apply the edits that are certain.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@usual_options
def command(paths: tuple[str, ...], format_: str, fix: bool, strict: bool, quiet: bool, no_color: bool) -> int:
    """Find what is wrong with workflows, before anything runs. Nothing is executed."""
    files = workflow_paths(paths)
    if fix and STDIN in files:
        raise WrongUsage("`--fix` changes files, and stdin is none")
    loaded = [load(path) for path in files]
    if fix:
        loaded = [_fixed(each, quiet=quiet) for each in loaded]
    found = {each.path: _judged(each, strict=strict) for each in loaded}
    _print(found, {path: text for each in loaded for path, text in each.texts.items()}, format_, quiet, no_color)
    for name in unheeded(each for one in loaded for each in one.diagnostics):
        tell(f"`{name}` finds errors, which `overture.toml` cannot allow", quiet=quiet)
    return FAILED if any(map(has_errors, found.values())) else DONE


def _judged(loaded: Loaded, *, strict: bool) -> list[Diagnostic]:
    found = unallowed(loaded.diagnostics)
    if not strict:
        return found
    return [replace(each, severity="error") if each.severity == "warning" else each for each in found]


def _print(
    found: dict[str, list[Diagnostic]], texts: dict[str, str], format_: str, quiet: bool, no_color: bool
) -> None:
    every = [diagnostic for diagnostics in found.values() for diagnostic in diagnostics]
    if format_ == "json":
        from overture.diagnostics.json_form import check_form

        print_json(check_form(found))
    elif format_ == "sarif":
        from overture.cli.commands.explain import all_rules
        from overture.cli.version import installed_version
        from overture.diagnostics.sarif import log

        print_json(log(every, all_rules(), version=installed_version()))
    elif format_ == "github":
        from overture.diagnostics.github import commands

        put(commands(every))
    else:
        shown = [each for each in every if not quiet or each.severity == "error"]
        show(shown, texts, no_color=no_color, err=False)
        if not every:
            tell("no findings in 1 file" if len(found) == 1 else f"no findings in {len(found)} files", quiet=quiet)


def _fixed(loaded: Loaded, *, quiet: bool) -> Loaded:
    """The file with its certain edits made, and what is left to say of it. It is written once, when all are made."""
    before = loaded.content
    made: list[Diagnostic] = []
    for _ in range(_MOST_ROUNDS):
        source = loaded.reading.source
        own = [each for each in unallowed(loaded.diagnostics) if each.at.path == source.path]
        text, done = with_edits(source.text, own)
        if not done or text == source.text:
            break
        mark = "\ufeff" if before.startswith(b"\xef\xbb\xbf") else ""  # reading takes it off
        loaded = load(loaded.path, (mark + text).encode("utf-8"))
        made += done
    if loaded.content != before:
        write_files({Path(loaded.path): loaded.content.decode("utf-8")})
    for each in made:
        tell(f"fixed {loaded.path}:{each.at.line}: {each.edit.description if each.edit else ''}", quiet=quiet)
    return loaded
