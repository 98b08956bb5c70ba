"""`overture graph`."""

from __future__ import annotations

from collections.abc import Callable

import click

from overture.cli.console import format_option, put, usual_options
from overture.cli.loading import load_sound
from overture.plan.drawing.model import Drawing, drawing
from overture.plan.drawing.svg import as_svg
from overture.plan.drawing.text import as_dot, as_mermaid, as_text

FORMS: dict[str, Callable[[Drawing], str]] = {"text": as_text, "mermaid": as_mermaid, "svg": as_svg, "dot": as_dot}


@click.command()
@click.argument("file", metavar="FILE")
@format_option(*FORMS)
@usual_options
def command(file: str, format_: str, quiet: bool, no_color: bool) -> int:
    """Draw the graph of a workflow on stdout."""
    loaded, _ = load_sound(file, quiet=quiet, no_color=no_color)
    assert loaded.verdict.checked is not None
    put(FORMS[format_](drawing(loaded.verdict.checked)).rstrip("\n") + "\n")
    return 0
