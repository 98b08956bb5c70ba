"""Settings: a flag, then the environment, then `overture.toml` found upwards from here, then a default.

That file comes with a checkout, so it is no more trusted than the workflows in it: a server that only it names gets no
key (see `names_own_server`), policies are not among the settings, and what its table `check` allows are warnings and
notes: nothing in it lets a workflow pass that has an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from overture.cli.exits import WrongUsage
from overture.cli.files import STDIN, read_text
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import did_you_mean

FILE = "overture.toml"
VARIABLES = {
    "model": "OVERTURE_MODEL",
    "base_url": "OPENAI_BASE_URL",
    "planner": "OVERTURE_PLANNER",
    "model_timeout": "OVERTURE_MODEL_TIMEOUT",
    "home": "OVERTURE_HOME",
}
"""Every setting that is a text, with its variable. `model_timeout` is a duration (`90s`), `home` a folder."""

PLANNERS = ("auto", "model", "builtin")

_CHECK = {"allow", "per-file-allow"}
"""The keys of the table `check`: rules by name or code; the same by pattern of a path from the file, or of a name."""


@dataclass(frozen=True, slots=True)
class _File:
    """An `overture.toml`: where it stands and what it says. `allowed`: patterns of paths, each with the codes
    of rules."""

    folder: Path
    texts: dict[str, str] = field(default_factory=dict)
    allowed: tuple[tuple[str, frozenset[str]], ...] = ()


def setting(name: str, flag: str | None) -> str | None:
    """The value of a setting, an empty one counted as none. Raises WrongUsage for a file that says anything wrongly,
    also where a flag or the environment has the value: who relies on the file must not learn it another day."""
    in_file = _in_file(name)
    return flag or os.environ.get(VARIABLES[name]) or in_file


def names_own_server(flag: str | None) -> bool:
    """Whether the model's server is named by nothing but `overture.toml`."""
    return not (flag or os.environ.get(VARIABLES["base_url"])) and _in_file("base_url") is not None


def home_folder(flag: str | None) -> Path:
    """Where runs are kept: `.overture` here, unless set. In `overture.toml` it is relative to that file."""
    named = _in_file("home")
    if given := flag or os.environ.get(VARIABLES["home"]):
        return Path(given)
    return _found(Path.cwd()).folder / named if named else Path(".overture")


def seconds_of(name: str, flag: str | None) -> float | None:
    """A setting that is a duration (`90s`, `2m`) or a bare number of seconds."""
    text = setting(name, flag)
    return None if text is None else _seconds(name, text)


def _seconds(name: str, text: str) -> float:
    from overture.language.scalars import seconds

    try:
        found = float(text) if text.replace(".", "", 1).isdecimal() else seconds(text)
    except ValueError:
        found = 0.0
    if found <= 0:
        raise WrongUsage(f"`{text}` is no duration for `{name}`", "write it as `90s` or `2m`")
    return found


def unallowed(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings without the warnings and notes that `overture.toml` allows in their files. Raises WrongUsage for a
    file that says it wrongly, also where there is nothing to allow."""
    _found(Path.cwd())
    return [each for each in diagnostics if each.severity == "error" or each.code not in _allowed_in(each.at.path)]


def unheeded(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The names of the rules that `overture.toml` allows in vain: what they found are errors."""
    errors = (each for each in diagnostics if each.severity == "error" and each.code in _allowed_in(each.at.path))
    return sorted({each.rule for each in errors})


def _allowed_in(path: str) -> frozenset[str]:
    """The codes of the rules that are allowed in a file."""
    file = _found(Path.cwd())
    return frozenset().union(*(codes for pattern, codes in file.allowed if _fits(path, pattern, file.folder)))


def _fits(path: str, pattern: str, folder: Path) -> bool:
    """Whether a pattern fits a path from the settings' folder, or the file's name. `*` goes over slashes too."""
    if pattern == "*" or path == STDIN:
        return pattern == "*"
    whole = Path.cwd() / path
    relative = Path(os.path.relpath(whole, folder)).as_posix()
    return fnmatchcase(relative, pattern.removeprefix("./")) or fnmatchcase(whole.name, pattern)


def _in_file(name: str) -> str | None:
    return _found(Path.cwd()).texts.get(name) or None


@cache
def _found(here: Path) -> _File:
    """The nearest `overture.toml` above a folder."""
    for folder in (here, *here.parents):
        path = folder / FILE
        if path.is_file():
            return _read(path)
    return _File(here)


def _read(path: Path) -> _File:
    import tomllib

    try:
        table = tomllib.loads(read_text(str(path)))
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"`{path}` is not TOML: {error}") from None
    check = table.pop("check", {})
    for name, value in table.items():
        if name not in VARIABLES:
            raise WrongUsage(
                f"`{path}` has a setting `{name}`, which there is not", did_you_mean(name, {*VARIABLES, "check"})
            )
        if not isinstance(value, str):
            raise WrongUsage(f"`{name}` in `{path}` must be a text")
    if (planner := table.get("planner")) and planner not in PLANNERS:
        raise WrongUsage(f"`{planner}` is no planner: see `{path}`", "there is `auto`, `model`, `builtin`")
    if timeout := table.get("model_timeout"):
        _seconds("model_timeout", timeout)
    return _File(path.parent, table, tuple(_allowed(check, path)))


def _allowed(check: Any, path: Path) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(check, dict):
        raise WrongUsage(f"`check` in `{path}` must be a table", 'write `[check]`, and below it `allow = ["RULE"]`')
    for name in check:
        if name not in _CHECK:
            raise WrongUsage(f"`{path}` has a setting `check.{name}`, which there is not", did_you_mean(name, _CHECK))
    if "allow" in check:
        yield "*", _codes(check["allow"], "check.allow", path)
    by_path = check.get("per-file-allow", {})
    if not isinstance(by_path, dict):
        help = 'write `[check.per-file-allow]`, and below it `"old/*" = ["RULE"]`'
        raise WrongUsage(f"`check.per-file-allow` in `{path}` must be a table", help)
    for pattern, names in by_path.items():
        yield pattern, _codes(names, f'check.per-file-allow."{pattern}"', path)


def _codes(names: Any, where: str, path: Path) -> frozenset[str]:
    from overture.cli.commands.explain import all_rules

    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise WrongUsage(f"`{where}` in `{path}` must be a list of rules", 'write it as `["unused-input"]`')
    known = {key: rule.code for rule in all_rules() for key in (rule.code, rule.name)}
    for name in names:
        if name not in known:
            raise WrongUsage(
                f"`{where}` in `{path}` names a rule `{name}`, which there is not", did_you_mean(name, known)
            )
    return frozenset(known[name] for name in names)
