"""`overture check`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, show, tell, usual_options, wants_color
from overture.cli.exits import DONE, FAILED
from overture.cli.files import workflow_paths, write_text
from overture.cli.loading import SHOWN_STDIN, Loaded, load
from overture.diagnostics.model import has_errors


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@format_option("text", "json", "sarif", "github")
@click.option("--fix", is_flag=True, help="Apply the edits that are certain.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@usual_options
def command(paths: tuple[str, ...], format_: str, fix: bool, strict: bool, quiet: bool, no_color: bool) -> int:
    """Find what is wrong with workflows, before anything runs. Nothing is executed."""
    loaded = [load(path) for path in workflow_paths(paths)]
    if fix:
        loaded = [_fixed(each) for each in loaded]
    found = [diagnostic for each in loaded for diagnostic in each.diagnostics]
    texts = {path: text for each in loaded for path, text in each.texts.items()}
    failed = has_errors(found) or (strict and any(each.severity == "warning" for each in found))
    if format_ == "json":
        from overture.diagnostics.json_form import check_form

        form = check_form({each.path: each.diagnostics for each in loaded})
        print_json({**form, "ok": not failed})
    elif format_ == "sarif":
        from importlib.metadata import version

        from overture.cli.commands.explain import all_rules
        from overture.diagnostics.sarif import log

        print_json(log(found, all_rules(), version=version("overture")))
    elif format_ == "github":
        from overture.diagnostics.github import commands

        click.echo(commands(found), nl=False)
    else:
        shown = [each for each in found if not quiet or each.severity == "error"]
        show(shown, texts, color=wants_color(no_color, err=False), err=False)
        if not found:
            tell("no findings in 1 file" if len(loaded) == 1 else f"no findings in {len(loaded)} files", quiet=quiet)
    return FAILED if failed else DONE


def _fixed(loaded: Loaded) -> Loaded:
    """The file with its certain edits applied, last first so that the places before stay right."""
    text = loaded.reading.source.text
    changes = [change for each in loaded.diagnostics if each.edit for change in each.edit.changes]
    if not changes or loaded.path == SHOWN_STDIN:
        return loaded
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    last = len(text)
    for change in sorted(changes, key=lambda each: (each.at.line, each.at.column), reverse=True):
        start = lines[change.at.line - 1] + change.at.column - 1
        end = lines[change.at.end_line - 1] + change.at.end_column - 1
        if end <= last:
            text = text[:start] + change.text + text[end:]
            last = start
    from pathlib import Path

    write_text(Path(loaded.path), text)
    tell(f"fixed `{loaded.path}`")
    return load(loaded.path)
