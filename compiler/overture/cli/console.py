"""What goes to stdout and stderr, and what the usual options are."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.visible import visible
from overture.expressions.types import Json

F = TypeVar("F", bound=Callable[..., Any])


def put(text: str) -> None:
    """Data on stdout as it is, in UTF-8 whatever the terminal's encoding. Half a character, which a file name or the
    text of a program may hold, is written as the escape that JSON has for it."""
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def print_json(value: Json) -> None:
    """Exactly one JSON document on stdout."""
    put(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_line(value: Mapping[str, Json]) -> None:
    """One JSON object on a line of stdout."""
    put(json.dumps(dict(value), ensure_ascii=False) + "\n")


def say(text: str, *, color: bool = False) -> None:
    """Lines that were asked for, on stdout."""
    click.echo(_printable(text, sys.stdout), color=color)


def tell(text: str, *, quiet: bool = False, color: bool = False) -> None:
    """Lines for people, on stderr."""
    if not quiet:
        click.echo(_printable(text, sys.stderr), err=True, color=color)


def _printable(text: str, stream: Any) -> str:
    """The text with what the stream's encoding lacks written as escapes: a `✓` must not end a run."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def complain(message: str, help: str | None = None) -> None:
    """Why a command ends: what is wrong, and what to do. The words may come from a file, a model or a server."""
    first, *rest = message.split("\n")
    tell(f"error: {visible(first)}")
    for line in rest:
        tell(f"       {visible(line)}")
    if help:
        tell(f"help: {visible(help)}")


def wants_color(no_color: bool, *, err: bool) -> bool:
    stream = sys.stderr if err else sys.stdout
    is_plain = no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not is_plain and stream.isatty()


def show(diagnostics: Iterable[Diagnostic], texts: Mapping[str, str], *, no_color: bool, err: bool = True) -> None:
    """Findings as text, on stderr unless they are what was asked for."""
    from overture.diagnostics.text import render

    found = tuple(diagnostics)
    if found:
        color = wants_color(no_color, err=err)
        text = render(found, texts, color=color).rstrip("\n")
        if err:
            tell(text, color=color)
        else:
            say(text, color=color)


def worth_showing(diagnostics: Iterable[Diagnostic], *, quiet: bool) -> list[Diagnostic]:
    """The findings that stand beside a command's own work: errors, and warnings unless it is to be quiet."""
    severities = ("error",) if quiet else ("error", "warning")
    return [each for each in diagnostics if each.severity in severities]


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
