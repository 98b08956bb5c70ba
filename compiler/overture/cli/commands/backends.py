"""`overture backends`."""

from __future__ import annotations

import click

from overture.cli.console import format_option, print_json, say, usual_options
from overture.language.tasks import KINDS
from overture.plan.backend import Backend, Support, backend_names, load_backend
from overture.plan.features import ASPECTS, FEATURES


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
    """The support table as text: the kinds of task, everything else with what it means, and below them one line for
    each reason."""
    rows = {each.name: _rows(each) for each in backends}
    first = max(map(len, FEATURES)) + 4
    columns = [max(len(f"{each.name} {each.version}"), len("partly")) + 3 for each in backends]

    def row(name: str, cells: list[str], meaning: str = "") -> str:
        return (f"{name:<{first}}" + "".join(map(str.ljust, cells, columns)) + meaning).rstrip()

    def levels(feature: str) -> list[str]:
        return [rows[each.name][feature].level for each in backends]

    lines = [row("kinds of task", [f"{each.name} {each.version}" for each in backends])]
    lines += [row(f"  {kind}", levels(kind)) for kind in KINDS]
    lines += ["", "everything else"]
    lines += [row(f"  {aspect}", levels(aspect), meaning) for aspect, meaning in ASPECTS.items()]
    for each in backends:
        reasons = [(feature, support) for feature, support in rows[each.name].items() if support.note]
        lines += ["", f"{each.name}:"] if reasons else []
        lines += [f"  {feature:<{first - 2}}{support.level:<9}{support.note}" for feature, support in reasons]
        if each.options:
            lines += ["", f"{each.name}, with --set KEY=VALUE:"]
            lines += [f"  {key:<{first - 2}}{meaning}" for key, meaning in each.options.items()]
    return "\n".join(lines)
