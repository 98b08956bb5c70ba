"""`overture export`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from overture.cli.console import complain, put, show, tell, usual_options, worth_showing
from overture.cli.exits import DONE, FAILED, WrongUsage
from overture.cli.files import STDOUT, write_files
from overture.cli.loading import load_sound
from overture.cli.settings import unallowed
from overture.diagnostics.nearest import did_you_mean
from overture.plan.backend import Backend, backend_names, load_backend
from overture.plan.gaps import findings


def named_backend(name: str) -> Backend:
    """The target of that name. Raises WrongUsage."""
    try:
        return load_backend(name)
    except KeyError:
        raise WrongUsage(f"there is no target `{name}`", did_you_mean(name, backend_names())) from None


def settings(pairs: tuple[str, ...], backend: Backend) -> dict[str, str]:
    """The values of `--set k=v`, only those that the target takes."""
    found = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise WrongUsage(f"`--set {pair}` gives no value", "write `--set key=value`")
        if key not in backend.options:
            help = did_you_mean(key, backend.options) or f"`{backend.name}` takes no settings"
            raise WrongUsage(f"`{backend.name}` has no setting `{key}`", help)
        found[key] = value
    return found


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--to", metavar="TARGET", help="The target: see `overture backends`.  [required]")
@click.option(
    "-o", "--output", metavar="PATH", default=".", show_default=True, help="A file, a folder, or `-` for stdout."
)
@click.option(
    "--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of the target: see `overture backends`."
)
@usual_options
def command(file: str, to: str | None, output: str, pairs: tuple[str, ...], quiet: bool, no_color: bool) -> int:
    """Write a target's files, those of called workflows too."""
    if to is None:
        targets = [name for name in backend_names() if load_backend(name).suffix is not None]
        raise WrongUsage("missing option '--to'", f"the target: {', '.join(f'`{name}`' for name in targets)}")
    backend = named_backend(to)
    options = settings(pairs, backend)
    loaded, plan = load_sound(file, quiet=quiet, no_color=no_color)
    made = backend.export(plan, options)
    gaps = unallowed(findings(made.gaps, loaded.sources))
    show(worth_showing(gaps, quiet=quiet), loaded.texts, no_color=no_color)
    if not made.files:
        complain(f"`{loaded.path}` cannot be exported to {backend.name}: nothing was written")
        return FAILED
    if output == STDOUT:
        workflows = of_workflows(made.files, backend)
        if len(workflows) > 1:
            raise WrongUsage(f"{len(workflows)} files do not go to stdout", "name a folder: `-o DIR`")
        put(next(iter(workflows.values())))
        return DONE
    places = _places(output, made.files, backend)
    for path in keep_others(places, backend):
        complain(f"`{path}` is there already and not of this export: it stays as it is")
    write_files(places)
    for path in places:
        tell(f"wrote {path}", quiet=quiet)
    return DONE


def of_workflows(files: Mapping[str, str], backend: Backend) -> dict[str, str]:
    """Those files that are a workflow, without what stands beside them."""
    return {name: text for name, text in files.items() if name.endswith(backend.suffix or "")}


def keep_others(places: dict[Path, str], backend: Backend) -> list[Path]:
    """Leave out what stands beside the workflows where somebody else's file has its name: one that begins with another
    line. Gives what was left out."""
    beside = [path for path in places if not path.name.endswith(backend.suffix or "") and path.is_file()]
    others = [path for path in beside if _first_line(path.read_bytes()) != _first_line(places[path].encode())]
    for path in others:
        del places[path]
    return others


def _first_line(content: bytes) -> bytes:
    return content.partition(b"\n")[0].rstrip()


def _places(output: str, files: Mapping[str, str], backend: Backend) -> dict[Path, str]:
    """Where each file goes; a path with the target's suffix is that of the workflow's file, and of no other."""
    target = Path(output)
    workflows = of_workflows(files, backend)
    if len(workflows) == 1 and backend.suffix and output.endswith(backend.suffix) and not target.is_dir():
        return {target: next(iter(workflows.values()))}
    return {target / name: text for name, text in files.items()}
