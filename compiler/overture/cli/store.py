"""The store of runs, opened for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from overture.cli.exits import WrongUsage
from overture.cli.settings import home_folder

if TYPE_CHECKING:
    from overture_local import Store

_MOST_NAMED = 5

home_option = click.option("--home", metavar="DIR", help="Where runs are kept (OVERTURE_HOME).  [default: .overture]")


def has_store(home: str | None) -> bool:
    return (home_folder(home) / "runs.db").is_file()


@contextmanager
def open_store(home: str | None) -> Iterator[Store]:
    """The store under a home folder. Nothing is created by looking: raises WrongUsage where there is none, and for a
    run that is not in it."""
    import sqlite3

    from overture_local import Store, StoreError

    folder = home_folder(home)
    if not has_store(home):
        raise WrongUsage(f"no runs are kept in `{folder}`", "`--home DIR` names another folder")
    try:
        with Store(folder) as store:
            yield store
    except StoreError as error:
        raise WrongUsage(str(error), error.help) from None
    except sqlite3.Error as error:
        raise WrongUsage(f"`{folder}` cannot be read: {error}") from None


def named_run(store: Store, text: str) -> str:
    """The run that a text names: its whole name, the beginning of it, or `last`. Raises WrongUsage for the beginning of
    several; a run that is not there is left to `Store.show`."""
    if store.has(text):
        return text
    if text == "last":
        newest = store.runs(limit=1)
        if not newest:
            raise WrongUsage(f"no runs are kept in `{store.home}`")
        return newest[0].run
    found = store.matching(text) if text else []
    if len(found) > 1:
        more = ", …" if len(found) > _MOST_NAMED else ""
        raise WrongUsage(
            f"`{text}` is the beginning of {len(found)} runs", f"there is {', '.join(found[:_MOST_NAMED])}{more}"
        )
    return found[0] if found else text
