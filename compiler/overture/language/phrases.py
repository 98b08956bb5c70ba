"""What a finding about the shape says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import StringConstraints

from overture.diagnostics.model import At, Change, Diagnostic, Edit
from overture.diagnostics.nearest import nearest
from overture.diagnostics.sources import Source
from overture.language import command_words, scalars
from overture.language.document import shortened
from overture.language.rules.shape.bad_duration import RULE as BAD_DURATION
from overture.language.rules.shape.bad_name import RULE as BAD_NAME
from overture.language.rules.shape.wrong_type import RULE as WRONG_TYPE
from overture.language.rules.shape.wrong_value import RULE as WRONG_VALUE
from overture.language.tasks import Part, ShellTask
from overture.language.workflow import Json, Workflow


def _pattern(alias: Any) -> str:
    return next(str(each.pattern) for each in get_args(alias) if isinstance(each, StringConstraints))


_NAME, _SECRET, _DURATION = map(_pattern, (scalars.Name, scalars.SecretName, scalars.Duration))
NAME_HELP = "a name is made of a-z, 0-9 and `_`, begins with a letter, and has at most 64 characters"
_SECRET_HELP = "a secret's name is made of A-Z, 0-9 and `_`, and begins with a letter"
_DURATION_HELP = "write it as `500ms`, `30s`, `1h30m` or `2d`"

_EXPECTED = {
    "int_type": "an integer",
    "int_from_float": "an integer",
    "int_parsing_size": "an integer",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}

_SWITCHES = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
"""What people write for true and false; in YAML 1.2 they are texts."""

_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "greater_than": ("gt", "more than"),
    "less_than": ("lt", "less than"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A value that a finding speaks of: `key` is the last key on the way to it, `model` the class that has that key."""

    pointer: str
    key: str
    is_key: bool
    value: Json
    model: type[Part]


def wrong(faults: list[tuple[str, dict[str, Any]]], named: Named, source: Source) -> Diagnostic:
    """The one finding about a value that does not fit: of a union's branches, the one that came furthest."""
    types = [each for each in faults if each[0] in _EXPECTED]
    others = [each for each in faults if each[0] not in _EXPECTED]
    at = source.key(named.pointer) if named.is_key else source.value(named.pointer)
    name = _name(named)
    if others:
        return _wrong_value(*others[0], named, name, at)
    pattern = _field_pattern(named)
    expected = list(dict.fromkeys(_EXPECTED[kind] for kind, _ in types))
    if expected == ["text"]:
        expected = ["a duration" if pattern == _DURATION else "a name" if pattern in (_NAME, _SECRET) else "text"]
    help = edit = None
    if expected == ["a duration"]:
        is_number = isinstance(named.value, (int, float)) and not isinstance(named.value, bool)
        help = f"`{named.value}s` is {named.value} seconds" if is_number else _DURATION_HELP
    elif expected == ["text"] and isinstance(named.value, (int, float, bool)):
        help = f'write `"{json.dumps(named.value)}"`'
    elif expected == ["true or false"] and str(named.value).lower() in _SWITCHES:
        help = f"write `{_SWITCHES[str(named.value).lower()]}`"
    elif expected == ["a list"] and (named.model, named.key) == (ShellTask, "command") and isinstance(named.value, str):
        help = command_words.help_for(named.value)
        edit = _words_apart(named.value, at)
    elif expected == ["a list"] and isinstance(named.value, (str, int, float)):
        help = "put it between `[` and `]`"
    message = f"{name} must be {' or '.join(expected)}, is {type_of(named.value)}"
    return WRONG_TYPE.at(at, message, help=help, edit=edit)


def _words_apart(command: str, at: At) -> Edit | None:
    """Writes a command as a list, where it stands in one line and no shell would read it otherwise."""
    line = command_words.mended(command, is_json=at.path.endswith(".json"))
    if line is None or at.line != at.end_line:
        return None
    return Edit(f"write `{line}`", (Change(at, line),))


def _wrong_value(kind: str, context: dict[str, Any], named: Named, name: str, at: At) -> Diagnostic:
    value = shown(named.key if named.is_key else named.value)
    match kind:
        case "string_pattern_mismatch":
            return _wrong_pattern(str(context["pattern"]), named, value, at)
        case "string_too_short" if _field_pattern(named) == _DURATION:
            return BAD_DURATION.at(at, f"{value} is no duration", help=_DURATION_HELP)
        case "literal_error":
            return WRONG_VALUE.at(at, f"{name} cannot be {value}", help=_one_of(str(context["expected"]), named.value))
        case "too_short" | "string_too_short":
            what = "is too short" if named.value else "is empty"
            return WRONG_VALUE.at(at, f"{name} {what}", help=f"give it at least {context['min_length']}")
        case _ if kind in _LIMITS:
            limit, words = _LIMITS[kind]
            bound = f"{context[limit]:g}" if isinstance(context[limit], float) else str(context[limit])
            return WRONG_VALUE.at(at, f"{name} must be {words} {bound}, is {value}")
        case _:
            return WRONG_VALUE.at(at, f"{name} cannot be {value}")


def _wrong_pattern(pattern: str, named: Named, value: str, at: At) -> Diagnostic:
    if pattern == _DURATION:
        return BAD_DURATION.at(at, f"{value} is no duration", help=_DURATION_HELP)
    text = named.key if named.is_key else str(named.value)
    if pattern == _NAME:
        return BAD_NAME.at(at, f"{value} is no name", help=_proposal(text.lower(), NAME_HELP))
    if pattern == _SECRET:
        return BAD_NAME.at(at, f"{value} is no name of a secret", help=_proposal(text.upper(), _SECRET_HELP))
    return WRONG_VALUE.at(at, f"{_name(named)} cannot be {value}", help="write a status, `404`, or a range, `200-299`")


def _proposal(text: str, rule: str) -> str:
    """The rule, and the text as it would fit it, if that is easy."""
    fitting = re.sub(r"[^a-zA-Z0-9]+", "_", text[:100]).strip("_")
    fits = bool(fitting) and fitting[0].isalpha() and len(fitting) <= 64
    return f"write `{fitting}`: {rule}" if fits else rule


def _one_of(expected: str, value: Json) -> str:
    words = [each.strip().strip("'") for each in expected.replace(" or ", ", ").split(",")]
    if isinstance(value, str) and (near := nearest(value, words)):
        return f"did you mean `{near}`?"
    return "it is one of " + ", ".join(f"`{each}`" for each in words)


def _name(named: Named) -> str:
    """The value by its key; an item of a list by the list's."""
    last = named.pointer.rpartition("/")[2]
    if named.is_key:
        return f"the key {shown(named.key)}"
    return f"an item of {shown(named.key)}" if last.isdigit() and last != named.key else shown(named.key)


def _field_pattern(named: Named) -> str | None:
    """The pattern of the texts that the key takes, when it takes names or durations."""
    for name, field in named.model.model_fields.items():
        if (field.alias or name) == named.key:
            texts = [*field.metadata, *_metadata(field.annotation)]
            return next((str(each.pattern) for each in texts if isinstance(each, StringConstraints)), None)
    return None


def _metadata(annotation: Any) -> list[Any]:
    return [found for inner in get_args(annotation) for found in (inner, *_metadata(inner))]


def type_of(value: Json) -> str:
    """A value's type, as a person says it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def shown(value: Json) -> str:
    """A value between backticks, at most 40 characters of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text)


def keys_of(model: type[Part]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def field_help(model: type[Part], key: str) -> str | None:
    """What a key is for."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == key and field.description:
            return f"`{key}`: {field.description}"
    return "write `overture: 1`" if key == "overture" else None


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def noun(pointer: str) -> str:
    """What an object is, by where it stands."""
    parts = _parts(pointer)
    if not parts:
        return "a workflow"
    key = parts[-2] if len(parts) > 1 and parts[-1].isdigit() else parts[-1]
    if key in ("tasks", "else", "catch", "on_failure", "finally"):
        return "a task"
    return {"triggers": "a trigger", "cases": "a case"}.get(key, shown(key))


def kind_of(model: type[Part], pointer: str) -> str:
    """What an object is, with its kind when it has one: an `http` task."""
    what = noun(pointer)
    field = model.model_fields.get("kind") or model.model_fields.get("type")
    if field is None or model is Workflow:
        return what
    kind = str(get_args(field.annotation)[0])
    if what not in ("a task", "a trigger"):
        return f"{what} of type `{kind}`"
    article = "an" if kind[0] in "aeiou" or kind == "http" else "a"
    return f"{article} `{kind}` {what.removeprefix('a ')}"


def owner(model: type[Part] | None, pointer: str, holder: dict[str, Json]) -> str:
    """An object as a finding names it: a task by its id."""
    name = holder.get("id")
    if noun(pointer) == "a task" and isinstance(name, str):
        return f"task {shown(name)}"
    return kind_of(model, pointer) if model else noun(pointer)


def place_of_owner(source: Source, pointer: str, holder: dict[str, Json]) -> At:
    """Where a finding about a whole object points: at its kind, else its id, its key, or its first key."""
    for key in ("kind", "type", "id"):
        if key in holder:
            at = source.value(f"{pointer}/{key}")
            return At(at.path, pointer, at.line, at.column, at.end_line, at.end_column)
    place = source.places.get(pointer)
    if place is None or place.key:
        return source.key(pointer)
    if holder:
        first = source.key(f"{pointer}/{next(iter(holder)).replace('~', '~0').replace('/', '~1')}")
        return At(first.path, pointer, first.line, first.column, first.end_line, first.end_column)
    return source.value(pointer)
