"""Values from the command line and from files: inputs by their types, triggers, environment files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from overture.cli.files import read_bytes
from overture.diagnostics.nearest import did_you_mean
from overture.expressions.types import Json
from overture.plan.model import Input, Plan


def inputs_of(plan: Plan, pairs: tuple[str, ...], file: str | None) -> dict[str, Json]:
    """The inputs of `--inputs FILE` (a JSON or YAML object), then those of `-i k=v`, read by the input's type."""
    found: dict[str, Json] = object_in(file) if file else {}
    declared = {each.name: each for each in plan.inputs}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise click.UsageError(f"`-i {pair}`: write `-i name=value`")
        if name not in declared:
            help = did_you_mean(name, declared) or "the workflow takes no inputs"
            raise click.UsageError(f"input `{name}` does not exist\nhelp: {help}")
        found[name] = _value(declared[name], text)
    return found


def _value(input: Input, text: str) -> Json:
    """A text as the input's type reads it: itself where a text will do, else JSON."""
    if input.type.may_be("string") and not (input.type.is_nullable and text == "null"):
        return text
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        kinds = " or ".join(sorted(input.type.kinds))
        raise click.UsageError(f"input `{input.name}` must be {kinds}, `{text}` is not") from None


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def object_in(path: str) -> dict[str, Json]:
    """The object in a JSON or YAML file. Raises OSError, and click.UsageError for anything else in it."""
    from overture.language.reading import read

    reading = read(read_bytes(path), path)
    for each in reading.diagnostics:
        if each.code < "OV1":  # what cannot be read at all; that it is no workflow does not matter here
            raise click.UsageError(f"`{path}`, line {each.at.line}: {each.message}")
    if not isinstance(reading.data, dict):
        raise click.UsageError(f"`{path}` must hold an object")
    return reading.data


def environment(files: tuple[str, ...]) -> dict[str, str]:
    """The environment, over it what the `--env-file`s say (NAME=value a line, `#` begins a comment line)."""
    found = dict(os.environ)
    for file in files:
        for number, line in enumerate(read_bytes(file).decode("utf-8").splitlines(), 1):
            text = line.strip().removeprefix("export ")
            if not text or text.startswith("#"):
                continue
            name, separator, value = text.partition("=")
            if not separator or not name.strip().isidentifier():
                raise click.UsageError(f"`{file}`, line {number}: write `NAME=value`")
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def secrets_of(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """A secret `NAME` is the variable `NAME`. Those that are not set are left out: the run says which it needs."""
    names = {name for each in (plan, *plan.callees.values()) for name in each.secrets}
    return {name: environ[name] for name in sorted(names) if environ.get(name)}


def policy_in(path: str | None) -> dict[str, Json] | None:
    """The table of a policy file (TOML)."""
    if path is None:
        return None
    import tomllib

    try:
        return tomllib.loads(read_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"`{path}` is not TOML: {error}") from None


def folder(path: str, what: str) -> Path:
    found = Path(path)
    if found.exists() and not found.is_dir():
        raise click.UsageError(f"{what} `{path}` is not a folder")
    return found
