"""Settings: a flag, then the environment, then `overture.toml` found upwards from here, then a default."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path

import click

FILE = "overture.toml"
VARIABLES = {"model": "OVERTURE_MODEL", "base_url": "OPENAI_BASE_URL", "planner": "OVERTURE_PLANNER"}


def setting(name: str, flag: str | None) -> str | None:
    """The value of a setting, an empty one counted as none."""
    return flag or os.environ.get(VARIABLES.get(name, ""), "") or _from_file(name)


def _from_file(name: str) -> str | None:
    value = _table().get(name)
    if value is not None and not isinstance(value, str):
        raise click.UsageError(f"`{name}` in `{FILE}` must be a text")
    return value or None


@cache
def _table() -> dict[str, object]:
    here = Path.cwd()
    for folder in (here, *here.parents):
        path = folder / FILE
        if path.is_file():
            try:
                return tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise click.UsageError(f"`{path}` is not TOML: {error}") from None
    return {}
