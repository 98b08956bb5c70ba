"""`overture export`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from overture.cli.console import show, tell, usual_options, wants_color
from overture.cli.exits import DONE, FAILED
from overture.cli.files import STDIN, write_text
from overture.cli.loading import load_sound
from overture.diagnostics.nearest import did_you_mean
from overture.plan.backend import Backend, backend_names, load_backend
from overture.plan.gaps import findings


def named_backend(name: str) -> Backend:
    """The target of that name, or wrong usage."""
    try:
        return load_backend(name)
    except KeyError:
        raise click.UsageError(f"there is no target `{name}`\nhelp: {did_you_mean(name, backend_names())}") from None


def settings(pairs: tuple[str, ...], backend: Backend) -> dict[str, str]:
    """The values of `--set k=v`, only those that the target takes."""
    found = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise click.UsageError(f"`--set {pair}`: write `--set key=value`")
        if key not in backend.options:
            help = did_you_mean(key, backend.options) or f"`{backend.name}` takes no settings"
            raise click.UsageError(f"`{backend.name}` has no setting `{key}`\nhelp: {help}")
        found[key] = value
    return found


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--to", required=True, metavar="TARGET", help="The target: see `overture backends`.")
@click.option(
    "-o", "--output", metavar="PATH", default=".", show_default=True, help="A file, a folder, or `-` for stdout."
)
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of the target.")
@usual_options
def command(file: str, to: str, output: str, pairs: tuple[str, ...], quiet: bool, no_color: bool) -> int:
    """Write a target's files, those of called workflows too."""
    backend = named_backend(to)
    options = settings(pairs, backend)
    loaded, plan = load_sound(file, quiet=quiet, no_color=no_color)
    made = backend.export(plan, options)
    found = findings(made.gaps, {None: loaded.reading.source})
    show(
        [each for each in found if each.severity == "error" or not quiet],
        loaded.texts,
        color=wants_color(no_color, err=True),
    )
    if not made.files:
        tell(f"`{loaded.path}` cannot be exported to {backend.name}: nothing was written")
        return FAILED
    if output == STDIN:
        if len(made.files) > 1:
            raise click.UsageError(f"{len(made.files)} files do not go to stdout: give a folder")
        click.echo(next(iter(made.files.values())), nl=False)
        return DONE
    for path, text in _places(output, made.files, backend).items():
        write_text(path, text)
        tell(f"wrote {path}", quiet=quiet)
    return DONE


def _places(output: str, files: Mapping[str, str], backend: Backend) -> dict[Path, str]:
    target = Path(output)
    if len(files) == 1 and backend.suffix and output.endswith(backend.suffix) and not target.is_dir():
        return {target: next(iter(files.values()))}
    return {target / name: text for name, text in files.items()}
