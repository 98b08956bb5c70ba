"""`overture backends`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, say, usual_options
from overture.plan.backend import Backend, Support, backend_names, load_backend
from overture.plan.features import FEATURES


@click.command()
@format_option("text", "json")
@usual_options
def command(format_: str, quiet: bool, no_color: bool) -> int:
    """Show what each target can do: the support table."""
    found = [load_backend(name) for name in backend_names()]
    if format_ == "json":
        print_json({"backends": [_json(each) for each in found]})
    else:
        say(table(found))
    return 0


def _rows(backend: Backend) -> dict[str, Support]:
    given = backend.support()
    return {feature: given.get(feature, Support("no", "this target does not say")) for feature in FEATURES}


def _json(backend: Backend) -> dict[str, object]:
    rows = _rows(backend)
    return {
        "name": backend.name,
        "version": backend.version,
        "support": {feature: support.level for feature, support in rows.items()},
        "notes": {feature: support.note for feature, support in rows.items() if support.note},
    }


def table(backends: list[Backend]) -> str:
    """The support table as text, with the notes below."""
    rows = {each.name: _rows(each) for each in backends}
    width = max(map(len, FEATURES)) + 2
    lines = [" " * width + "".join(f"{each.name + ' ' + each.version:<16}" for each in backends).rstrip()]
    lines += [
        f"{feature:<{width}}" + "".join(f"{rows[each.name][feature].level:<16}" for each in backends).rstrip()
        for feature in FEATURES
    ]
    for each in backends:
        notes = [(feature, support.note) for feature, support in rows[each.name].items() if support.note]
        if notes:
            lines += ["", f"{each.name}:", *(f"  {feature}: {note}" for feature, note in notes)]
        if each.options:
            lines += ["", f"{each.name} --set:", *(f"  {key}: {line}" for key, line in each.options.items())]
    return "\n".join(lines)
