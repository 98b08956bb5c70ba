"""How a run ended, told: as the JSON of the contract, or in a few lines; and its exit code."""

from __future__ import annotations

import json

import click

from overture.cli.console import print_json
from overture.cli.exits import DONE, FAILED, INTERRUPTED
from overture.expressions.types import Json


def tell_end(result: dict[str, Json], format_: str, *, quiet: bool) -> int:
    """Print how a run ended. The exit code: 0 for done or waiting, 130 for cancelled, else 1."""
    if format_ == "json":
        print_json(result)
    else:
        state = result["state"]
        if not quiet:
            click.echo(f"{result['workflow']} {state} in {result['seconds']:.1f} s, run {result['run']}", err=True)
        if error := result["error"]:
            where = f"{error['task']}: " if error["task"] else ""
            click.echo(f"error: {where}{error['message'] or error['type']}", err=True)
        for name, value in (result["outputs"] or {}).items():
            click.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    return {"succeeded": DONE, "waiting": DONE, "cancelled": INTERRUPTED}.get(result["state"], FAILED)
