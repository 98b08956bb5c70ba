"""`overture fmt`."""

from __future__ import annotations

from pathlib import Path

import click

from overture.cli.console import show, tell, usual_options, wants_color
from overture.cli.exits import DONE, FAILED
from overture.cli.files import STDIN, read_bytes, workflow_paths, write_text
from overture.language.formatting import format_text
from overture.language.reading import read


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 when something would change.")
@usual_options
def command(paths: tuple[str, ...], only_check: bool, quiet: bool, no_color: bool) -> int:
    """Write workflows in canonical form: the order of keys, the layout. Comments stay."""
    failed = False
    for path in workflow_paths(paths):
        reading = read(read_bytes(path), path)
        if reading.workflow is None:
            show(reading.diagnostics, {path: reading.source.text}, color=wants_color(no_color, err=True))
            failed = True
            continue
        text = reading.source.text
        formatted = format_text(text, path)
        if path == STDIN and not only_check:
            click.echo(formatted, nl=False)
        elif formatted != text:
            if only_check:
                tell(f"`{path}` is not in canonical form")
                failed = True
            else:
                write_text(Path(path), formatted)
                tell(f"wrote `{path}`", quiet=quiet)
    return FAILED if failed else DONE
