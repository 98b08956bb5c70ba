"""`overture schema`."""

from __future__ import annotations

import click

from overture.cli.console import print_json, put, usual_options


@click.command()
@click.option(
    "--form",
    type=click.Choice(["canonical", "wire"]),
    default="canonical",
    show_default=True,
    help="Canonical: what people write. Wire: what a model is asked for.",
)
@usual_options
def command(form: str, quiet: bool, no_color: bool) -> int:
    """Print the JSON Schema of the language."""
    if form == "wire":
        from overture.language.wire import wire_schema

        print_json(wire_schema())
    else:
        from overture.language.schema import schema_text, workflow_schema

        put(schema_text(workflow_schema()))
    return 0
