"""Settings: a flag, then the environment, then `overture.toml` found upwards from here, then a default.

That file comes with a checkout, so it is no more trusted than the workflows in it: a server that only it names gets no
key (see `names_own_server`), and policies are not among the settings.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path

from overture.cli.exits import WrongUsage
from overture.cli.files import read_text
from overture.diagnostics.nearest import did_you_mean

FILE = "overture.toml"
VARIABLES = {
    "model": "OVERTURE_MODEL",
    "base_url": "OPENAI_BASE_URL",
    "planner": "OVERTURE_PLANNER",
    "model_timeout": "OVERTURE_MODEL_TIMEOUT",
    "home": "OVERTURE_HOME",
}
"""Every setting, with its variable. `model_timeout` is a duration (`90s`), `home` a folder."""


def setting(name: str, flag: str | None) -> str | None:
    """The value of a setting, an empty one counted as none. Raises WrongUsage for a file that says it wrongly."""
    return flag or os.environ.get(VARIABLES[name]) or _in_file(name)


def names_own_server(flag: str | None) -> bool:
    """Whether the model's server is named by nothing but `overture.toml`."""
    return not (flag or os.environ.get(VARIABLES["base_url"])) and _in_file("base_url") is not None


def home_folder(flag: str | None) -> Path:
    """Where runs are kept: `.overture` here, unless set. In `overture.toml` it is relative to that file."""
    if given := flag or os.environ.get(VARIABLES["home"]):
        return Path(given)
    named = _in_file("home")
    return _found(Path.cwd())[0] / named if named else Path(".overture")


def seconds_of(name: str, flag: str | None) -> float | None:
    """A setting that is a duration (`90s`, `2m`) or a bare number of seconds."""
    text = setting(name, flag)
    if text is None:
        return None
    from overture.language.scalars import seconds

    try:
        found = float(text) if text.replace(".", "", 1).isdecimal() else seconds(text)
    except ValueError:
        found = 0.0
    if found <= 0:
        raise WrongUsage(f"`{text}` is no duration for `{name}`", "write it as `90s` or `2m`")
    return found


def _in_file(name: str) -> str | None:
    return _found(Path.cwd())[1].get(name) or None


@cache
def _found(here: Path) -> tuple[Path, dict[str, str]]:
    """The nearest `overture.toml` above a folder: where it stands and what it says."""
    for folder in (here, *here.parents):
        path = folder / FILE
        if path.is_file():
            return folder, _table(path)
    return here, {}


def _table(path: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(read_text(str(path)))
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"`{path}` is not TOML: {error}") from None
    for name, value in table.items():
        if not isinstance(value, str):
            raise WrongUsage(f"`{name}` in `{path}` must be a text")
        if name not in VARIABLES:
            raise WrongUsage(f"`{path}` has a setting `{name}`, which there is not", did_you_mean(name, VARIABLES))
    return table
