"""`overture fmt`."""

from __future__ import annotations

from pathlib import Path

import click

from overture.cli.console import complain, put, show, tell, usual_options
from overture.cli.exits import DONE, FAILED
from overture.cli.files import STDIN, read_bytes, workflow_paths, write_files
from overture.language.formatting import FormattingError, format_text
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
        text = reading.source.text
        try:
            formatted = format_text(text, path)
        except FormattingError as error:
            show(reading.diagnostics, {path: text}, no_color=no_color)
            complain(str(error))
            failed = True
            continue
        if only_check:
            if formatted != text:
                tell(f"`{path}` is not in canonical form")
                failed = True
        elif path == STDIN:
            put(formatted)
        elif formatted != text:
            write_files({Path(path): formatted})
            tell(f"wrote {path}", quiet=quiet)
    return FAILED if failed else DONE
