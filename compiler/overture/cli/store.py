"""The store of runs, opened for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from overture_local import Store

home_option = click.option(
    "--home", default=".overture", envvar="OVERTURE_HOME", metavar="DIR", help="Where runs are kept."
)


@contextmanager
def open_store(home: str) -> Iterator[Store]:
    """The store under a home folder. A folder without one is wrong usage: nothing is created by looking."""
    from overture_local import Store, StoreError

    if not (Path(home) / "runs.db").is_file():
        raise click.UsageError(f"no runs are kept in `{home}`\nhelp: `--home DIR` names another folder")
    try:
        with Store(Path(home)) as store:
            yield store
    except StoreError as error:
        raise click.UsageError(str(error)) from None
