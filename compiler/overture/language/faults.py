"""What pydantic says of a document that it refuses, led back to the document: each mistake once, at the smallest place.

Imported only when there is something to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from overture.diagnostics.model import Diagnostic
from overture.diagnostics.nearest import did_you_mean, nearest
from overture.diagnostics.sources import Source, pointer_of
from overture.language import phrases
from overture.language.document import MAX_FINDINGS
from overture.language.familiar_keys import WITHOUT_KIND, familiar_key, help_for
from overture.language.inner_quotes import InnerQuote, inner_quote
from overture.language.rules.reading.not_yaml import RULE as NOT_YAML
from overture.language.rules.shape.missing_key import RULE as MISSING_KEY
from overture.language.rules.shape.unknown_key import RULE as UNKNOWN_KEY
from overture.language.rules.shape.unknown_kind import RULE as UNKNOWN_KIND
from overture.language.rules.shape.wrong_type import RULE as WRONG_TYPE
from overture.language.tasks import Part
from overture.language.workflow import Json, Workflow


def findings_of(error: ValidationError, data: Json, source: Source) -> list[Diagnostic]:
    """The findings about a document's shape."""
    faults: dict[str, list[Fault]] = {}
    for each in error.errors(include_url=False)[:MAX_FINDINGS]:
        fault = Fault.of(each, data)
        if each["type"] == "too_short" and each["ctx"]["actual_length"] == 0 and fault.value:
            continue  # pydantic counts only the items that are valid
        faults.setdefault(fault.pointer, []).append(fault)
    unknown: dict[str, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for fault in (fault for group in faults.values() for fault in group):
        if fault.error == "extra_forbidden":
            unknown.setdefault(fault.parent, []).append(fault.key)
        elif fault.error == "missing":
            missing.setdefault(fault.parent, []).append(fault.key)
    meant: dict[tuple[str, str], str] = {}
    for parent, keys in unknown.items():
        lacking = missing.get(parent, [])
        for key in keys:
            wanted = nearest(key, lacking) or familiar_key(key, phrases.noun(parent), lacking)
            if wanted is not None:
                meant[parent, wanted] = key
    found: dict[InnerQuote | int, Diagnostic] = {}
    for group in faults.values():
        inner = _inner_quote(group[0].pointer, source)
        if inner is not None:  # what stands behind it says nothing
            at = source.span(group[0].pointer, inner.offset, inner.offset + 1)
            found.setdefault(inner, NOT_YAML.at(at, inner.message, help=inner.help))
            continue
        for finding in _say(group, source, meant):
            found[len(found)] = finding
    return list(found.values())


def _inner_quote(pointer: str, source: Source) -> InnerQuote | None:
    """The quote that made a key or a value of what was meant as a text: `{message: "{{ a | join(", ") }}"}`."""
    place = source.places.get(pointer)
    if place is None:
        return None
    return inner_quote(source.text, place.key[0] if place.key else place.start)


def _say(group: list[Fault], source: Source, meant: dict[tuple[str, str], str]) -> Iterator[Diagnostic]:
    """The findings about one place: of the branches of a union, one."""
    for fault in group:
        if fault.error == "missing":
            if (fault.parent, fault.key) not in meant:
                yield MISSING_KEY.at(
                    phrases.place_of_owner(source, fault.parent, fault.holder),
                    f"{phrases.owner(fault.model, fault.parent, fault.holder)} has no `{fault.key}`",
                    help=phrases.field_help(fault.model, fault.key),
                )
        elif fault.error == "extra_forbidden":
            at = source.key(fault.pointer)
            kind = phrases.kind_of(fault.model, fault.parent)
            wanted = next(
                (name for (parent, name), key in meant.items() if (parent, key) == (fault.parent, fault.key)), None
            )
            names = [name for name in phrases.keys_of(fault.model) if name not in fault.holder]
            familiar = familiar_key(fault.key, phrases.noun(fault.parent), [wanted] if wanted else names)
            if familiar is not None:
                help: str | None = help_for(familiar)
            else:
                help = f"did you mean `{wanted}`?" if wanted else did_you_mean(fault.key, names)
            yield UNKNOWN_KEY.at(at, f"{phrases.shown(fault.key)} is no key of {kind}", help=help)
        elif fault.error in ("union_tag_invalid", "union_tag_not_found"):
            yield _kind(fault, source)
    others = [each for each in group if each.error not in _SAID]
    if others:
        yield phrases.wrong([(each.error, each.context) for each in others], others[0].named(), source)


_SAID = frozenset({"missing", "extra_forbidden", "union_tag_invalid", "union_tag_not_found"})


def _kind(fault: Fault, source: Source) -> Diagnostic:
    discriminator = str(fault.context["discriminator"]).strip("'")
    known = [tag for each in fault.models for tag in get_args(each.model_fields[discriminator].annotation)]
    holder = fault.value if isinstance(fault.value, dict) else {}
    noun = phrases.noun(fault.pointer)
    if discriminator in holder:
        value = holder[discriminator]
        at = source.value(f"{fault.pointer}/{discriminator}")
        if not isinstance(value, str):
            return WRONG_TYPE.at(at, f"`{discriminator}` must be text, is {phrases.type_of(value)}")
        return UNKNOWN_KIND.at(
            at, f"{phrases.shown(value)} is no {discriminator} of {noun}", help=did_you_mean(value, known)
        )
    names = {name for each in fault.models for name in phrases.keys_of(each)}
    slip = nearest(discriminator, [key for key in holder if key not in names])
    if slip is not None:
        at = source.key(f"{fault.pointer}/{pointer_of(slip)[1:]}")
        return UNKNOWN_KEY.at(at, f"{phrases.shown(slip)} is no key of {noun}", help=f"did you mean `{discriminator}`?")
    at = phrases.place_of_owner(source, fault.pointer, holder)
    message = f"{phrases.owner(None, fault.pointer, holder)} has no `{discriminator}`"
    return MISSING_KEY.at(at, message, help=_which(discriminator, noun, holder, fault.models, known))


def _which(
    discriminator: str, noun: str, holder: dict[str, Json], models: tuple[type[Part], ...], known: list[str]
) -> str:
    """Which kind an object without one seems to be: by its keys, if only one takes them and needs no more."""
    fitting: list[Json] = [
        get_args(each.model_fields[discriminator].annotation)[0]
        for each in models
        if holder.keys() <= set(phrases.keys_of(each))
        and all(
            (field.alias or name) in holder or name == discriminator
            for name, field in each.model_fields.items()
            if field.is_required()
        )
    ]
    if holder.get("type") in known:
        fitting = [holder["type"]]
    if len(fitting) == 1:
        return f"write `{discriminator}: {fitting[0]}`"
    if noun == "a task" and (words := next((WITHOUT_KIND[key] for key in holder if key in WITHOUT_KIND), None)):
        return words
    return "it is one of " + ", ".join(f"`{each}`" for each in known)


@dataclass(frozen=True, slots=True)
class Fault:
    """One of pydantic's errors, led back to the document."""

    error: str
    """pydantic's name of it."""
    pointer: str
    """Of the value; of a missing key, where it would stand; of a wrong key, that key's value."""
    key: str
    """The last key on the way, for words."""
    is_of_key: bool
    value: Json
    parent: str
    holder: dict[str, Json]
    """What holds the value at `key`."""
    model: type[Part]
    """The class of `holder`, or of the nearest object above it that has one."""
    models: tuple[type[Part], ...]
    """The classes that the value itself may have."""
    context: dict[str, Any]

    @staticmethod
    def of(error: ErrorDetails, data: Json) -> Fault:
        """Follows pydantic's location through the models and the data at once: what is neither a key nor an index
        (the tag of a union, the name of a branch) is no place in the document."""
        parts: list[str | int] = []
        model: type[Part] = Workflow
        models: tuple[type[Part], ...] = (Workflow,)
        value: Json = data
        holder: dict[str, Json] = {}
        key = ""
        depth = 0
        is_of_key = False
        for part in error["loc"]:
            if part == "[key]":
                is_of_key = True
            elif isinstance(part, int):
                if not isinstance(value, list):
                    continue
                parts.append(part)
                value = value[part]
            elif isinstance(value, dict) and len(models) > 1:
                models = tuple(each for each in models if part in _tags(each))
            elif isinstance(value, dict) and (models or (model, key) not in _branching()):
                if models:
                    model = models[0]
                holder, key, depth = value, part, len(parts)
                parts.append(part)
                models = _parts().get((model, part), ()) if models else ()
                value = value.get(part)
        return Fault(
            error["type"],
            pointer_of(*parts),
            key,
            is_of_key,
            value,
            pointer_of(*parts[:depth]),
            holder,
            model,
            models,
            error.get("ctx", {}),
        )

    def named(self) -> phrases.Named:
        return phrases.Named(self.pointer, self.key, self.is_of_key, self.value, self.model)


def _tags(model: type[Part]) -> tuple[str, ...]:
    field = model.model_fields.get("kind") or model.model_fields.get("type")
    return get_args(field.annotation) if field else ()


def _parts_in(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts_in(inner)


@cache
def _parts() -> dict[tuple[type[Part], str], tuple[type[Part], ...]]:
    """For each key of each class of the language, the classes that its value, or its value's items, can have."""
    found: dict[tuple[type[Part], str], tuple[type[Part], ...]] = {}
    todo: list[type[Part]] = [Workflow]
    seen: set[type[Part]] = set()
    while todo:
        model = todo.pop()
        if model in seen:
            continue
        seen.add(model)
        for key, annotation in _annotations(model):
            inner = tuple(dict.fromkeys(_parts_in(annotation)))
            found[model, key] = inner
            todo.extend(inner)
    return found


def _branches(annotation: Any) -> bool:
    """Whether a value, or an item of it, may be of one type or another: pydantic's location then names the type."""
    inner = [each for each in get_args(annotation) if each not in (type(None), Ellipsis)]
    origin = get_origin(annotation)
    if origin is Annotated:
        return _branches(inner[0])
    if origin in (Union, UnionType):
        return len(inner) > 1 or _branches(inner[0])
    return origin in (tuple, list) and any(map(_branches, inner))


@cache
def _branching() -> frozenset[tuple[type[Part], str]]:
    """The keys of the classes of the language whose values branch."""
    models = {model for model, _ in _parts()}
    return frozenset((model, key) for model in models for key, each in _annotations(model) if _branches(each))


def _annotations(model: type[Part]) -> Iterator[tuple[str, Any]]:
    """What each key of a class is said to hold; pydantic does not resolve what was declared before it was defined."""
    hints = get_type_hints(model, include_extras=True)
    return ((field.alias or name, hints[name]) for name, field in model.model_fields.items())
