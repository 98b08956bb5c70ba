"""What goes to stdout and stderr, and what the usual options are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from overture.diagnostics.model import Diagnostic
from overture.expressions.types import Json

F = TypeVar("F", bound=Callable[..., Any])


def print_json(value: Json) -> None:
    """Exactly one JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def wants_color(no_color: bool, *, err: bool) -> bool:
    stream = sys.stderr if err else sys.stdout
    return not no_color and not os.environ.get("NO_COLOR") and stream.isatty()


def tell(text: str, *, quiet: bool = False) -> None:
    """A line for people, on stderr."""
    if not quiet:
        click.echo(text, err=True)


def show(diagnostics: Iterable[Diagnostic], sources: dict[str, str], *, color: bool, err: bool = True) -> None:
    """Findings as text, on stderr unless they are what was asked for."""
    from overture.diagnostics.text import render

    found = tuple(diagnostics)
    if found:
        click.echo(render(found, sources, color=color).rstrip("\n"), err=err, color=color)


def format_option(*formats: str) -> Callable[[F], F]:
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output.",
    )


def usual_options(function: F) -> F:
    """`--quiet` and `--no-color`, which every command takes."""
    function = click.option("--no-color", is_flag=True, help="No colours (NO_COLOR does the same).")(function)
    return click.option("-q", "--quiet", is_flag=True, help="Only what was asked for, and errors.")(function)
