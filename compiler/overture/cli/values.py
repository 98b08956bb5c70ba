"""Values from the command line and from files: inputs by their types, triggers, environment files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from overture.cli.exits import WrongUsage
from overture.cli.files import read_bytes, read_text
from overture.diagnostics.nearest import did_you_mean
from overture.expressions.schemas import type_of_schema
from overture.expressions.types import Json
from overture.language.json_text import parse_json
from overture.plan.model import Input, Plan

_TRIGGER_KEYS = {
    "schedule": {"scheduled_for"},
    "webhook": {"body", "headers", "query"},
    "after": {"workflow", "state", "outputs"},
}


def inputs_of(plan: Plan, pairs: tuple[str, ...], file: str | None) -> dict[str, Json]:
    """The inputs of `--inputs FILE` (a JSON or YAML object), then those of `-i k=v`, read by the input's type."""
    declared = {each.name: each for each in plan.inputs}
    found: dict[str, Json] = object_in(file) if file else {}
    for name in found:
        _check_declared(name, declared)
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise WrongUsage(f"`-i {pair}` gives no value", "write `-i name=value`")
        _check_declared(name, declared)
        found[name] = _value(declared[name], text)
    return found


def fields_of(returns: Mapping[str, Json] | None, pairs: tuple[str, ...]) -> Json:
    """What a person fills in for an approval, `field=value` each, read by the field's type; None for nothing. A form
    that is no object is one field, `value`."""
    is_object = returns is not None and "properties" in returns
    schemas = {} if returns is None else returns["properties"] if is_object else {"value": returns}
    declared = {name: Input(name, schema, type_of_schema(schema), False) for name, schema in schemas.items()}
    found: dict[str, Json] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise WrongUsage(f"`-i {pair}` gives no value", "write `-i name=value`")
        if name not in declared:
            raise WrongUsage(
                f"field `{name}` does not exist", did_you_mean(name, declared) or "nothing is to be filled in"
            )
        found[name] = _value(declared[name], text, "field")
    return None if not found else found if is_object else found["value"]


def _check_declared(name: str, declared: Mapping[str, Input]) -> None:
    if name not in declared:
        help = did_you_mean(name, declared) or "the workflow takes no inputs"
        raise WrongUsage(f"input `{name}` does not exist", help)


def _value(input: Input, text: str, what: str = "input") -> Json:
    """A text as the input's type reads it: itself where a text will do, else JSON."""
    if input.type.may_be("string") and not (input.type.is_nullable and text == "null"):
        return text
    document = parse_json(text)
    if document.findings:
        kinds = " or ".join(sorted(input.type.kinds))
        raise WrongUsage(f"{what} `{input.name}` must be {kinds}, `{text}` is not")
    return document.data


def object_in(path: str) -> dict[str, Json]:
    """The object in a JSON or YAML file. Raises OSError, and WrongUsage for anything else in it."""
    from overture.language.reading import read

    reading = read(read_bytes(path), path)
    for each in reading.diagnostics:
        if each.code < "OV1":  # what cannot be read at all; that it is no workflow does not matter here
            raise WrongUsage(f"`{path}`, line {each.at.line}: {each.message}", each.help)
    if not isinstance(reading.data, dict):
        raise WrongUsage(f"`{path}` must hold an object")
    return reading.data


def trigger_of(plan: Plan, path: str) -> dict[str, Json]:
    """A trigger's data from a file, with its type where that goes without saying. Raises OSError and WrongUsage."""
    from overture_local import TRIGGER_DATA

    data = object_in(path)
    kinds = list(dict.fromkeys(trigger.type for trigger in plan.triggers))
    help = f"it holds {', or '.join(TRIGGER_DATA[kind] for kind in kinds)}" if kinds else None
    if "type" not in data and kinds:
        fitting = [kind for kind in kinds if data.keys() <= _TRIGGER_KEYS[kind]]
        if len(fitting) != 1:
            raise WrongUsage(f"`{path}` does not say which trigger's data it holds", help)
        data = {"type": fitting[0], **data}
    known = _TRIGGER_KEYS.get(str(data.get("type")))
    for name in data:
        if known is not None and name != "type" and name not in known:
            raise WrongUsage(f"`{path}`: a trigger of type `{data['type']}` has no `{name}`", help)
    return data


def environment(files: tuple[str, ...]) -> dict[str, str]:
    """The environment, over it what the `--env-file`s say (NAME=value a line, `#` begins a comment line)."""
    found = dict(os.environ)
    for file in files:
        for number, line in enumerate(read_text(file).splitlines(), 1):
            text = line.strip().removeprefix("export ")
            if not text or text.startswith("#"):
                continue
            name, separator, value = text.partition("=")
            if not separator or not name.strip().isidentifier():
                raise WrongUsage(f"`{file}`, line {number} is no `NAME=value`")
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
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"`{path}` is not TOML: {error}") from None


def folder(path: str, what: str) -> Path:
    found = Path(path)
    if found.exists() and not found.is_dir():
        raise WrongUsage(f"{what} `{path}` is not a folder")
    return found
