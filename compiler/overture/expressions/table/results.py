"""The types of what the table's functions give, from the types of what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from overture.expressions.records import replace
from overture.expressions.schemas import union
from overture.expressions.table.rows import Result
from overture.expressions.types import (
    ANY,
    INTEGER,
    NOTHING,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    Json,
    Type,
    list_of,
    object_of,
)

Arguments = Mapping[str, Type]

_ORDERING = ("lt", "le", "gt", "ge")  # words of `select` that have an answer only for numbers and texts


def always(result: Type) -> Result:
    return lambda subject, arguments: result


def constant_of(given: Type | None) -> Json | None:
    """The one value that an argument has, if that is known."""
    return given.values[0] if given is not None and given.values is not None and len(given.values) == 1 else None


def stood_in(subject: Type, arguments: Arguments) -> Type:
    return union(subject.without("null"), arguments.get("default_value", ANY))


def item(subject: Type, arguments: Arguments) -> Type:
    """Of a list its item, of a text a text."""
    if not subject.may_be("array"):
        return STRING
    return union(subject.item, STRING) if subject.may_be("string") else subject.item


def item_of(subject: Type) -> Type:
    return item(subject, {})


def slice_of(subject: Type, start: int | None, stop: int | None) -> Type:
    """`subject[start:stop]` for constant bounds; a bound that depends on data is as good as an empty slice, `0`."""
    subject = subject.without("null")
    if not subject.may_be("array"):
        return STRING if subject.may_be("string") else ANY
    has_two_ends = start is not None and stop is not None  # `[-5:3]` of a longer list may be shorter
    shortest = 0 if has_two_ends else len(range(subject.min_items)[start:stop])
    longest = subject.max_items
    if isinstance(stop, int) and stop > 0 and start is None:
        longest = stop if longest is None else min(longest, stop)
    found = replace(list_of(subject.item, min_items=shortest, max_items=longest), distinct=subject.distinct)
    return replace(found, kinds=frozenset(("array", "string"))) if subject.may_be("string") else found


def same_items(subject: Type, arguments: Arguments) -> Type:
    """A list of the same items, in another order."""
    return replace(
        list_of(subject.item, min_items=subject.min_items, max_items=subject.max_items), distinct=subject.distinct
    )


def turned(subject: Type, arguments: Arguments) -> Type:
    """A list of the same items, a text of the same characters."""
    if not subject.may_be("array"):
        return STRING
    found = same_items(subject, arguments)
    return replace(found, kinds=frozenset(("array", "string"))) if subject.may_be("string") else found


def some_items(subject: Type, arguments: Arguments) -> Type:
    return replace(list_of(subject.item, max_items=subject.max_items), distinct=subject.distinct)


def distinct_items(subject: Type, arguments: Arguments) -> Type:
    return replace(
        list_of(subject.item, min_items=min(subject.min_items, 1), max_items=subject.max_items), distinct=True
    )


def at_path(found: Type, attribute: Json | None) -> Type:
    """What stands in a value at a dotted path, as far as it is known."""
    if attribute is None:
        return ANY
    if not isinstance(attribute, str):
        return ANY
    return reduce(lambda inside, key: inside.at(key), attribute.split("."), found)


def with_path(found: Type, attribute: str, *, is_null: bool) -> Type:
    """The same object, known to have what stands at a dotted path (and not null unless it may be)."""
    if not found.may_be("object"):
        return found
    key, _, rest = attribute.partition(".")
    inside = found.at(key)
    if rest:
        inside = with_path(inside.without("null"), rest, is_null=is_null)
    elif not is_null:
        inside = inside.without("null")
    if not found.properties and (found.rest is None or inside == found.rest):
        # where nothing is declared, one property would make all others undeclared
        return replace(found, kinds=frozenset(("object",)), values=None)
    return replace(
        found,
        kinds=frozenset(("object",)),
        values=None,
        properties={**found.properties, key: inside},
        required=found.required | {key},
    )


def mapped(subject: Type, arguments: Arguments) -> Type:
    inside = at_path(subject.item, constant_of(arguments.get("attribute")))
    return list_of(inside, min_items=subject.min_items, max_items=subject.max_items)


def selected_by(subject: Type, arguments: Arguments) -> Type:
    """Items that pass `defined`, or any test but `none`, have the attribute; what was less or more is not null."""
    attribute, word = constant_of(arguments.get("attribute")), constant_of(arguments.get("test"))
    found = some_items(subject, arguments)
    if isinstance(attribute, str) and word != "none" and ("test" not in arguments or word is not None):
        found = replace(found, items=with_path(subject.item, attribute, is_null=word not in _ORDERING))
    return found


def rejected_by(subject: Type, arguments: Arguments) -> Type:
    """Items that are kept by not being `none` have the attribute, and it is not null."""
    attribute, word = constant_of(arguments.get("attribute")), constant_of(arguments.get("test"))
    found = some_items(subject, arguments)
    if isinstance(attribute, str) and word != "defined" and ("test" not in arguments or word is not None):
        found = replace(found, items=with_path(subject.item, attribute, is_null=word != "none"))
    return found


def selected(subject: Type, arguments: Arguments) -> Type:
    found, word = some_items(subject, arguments), constant_of(arguments.get("test"))
    if word in _ORDERING:
        return replace(found, items=subject.item.without("null"))
    return replace(found, items=NULL) if word == "none" else found


def rejected(subject: Type, arguments: Arguments) -> Type:
    found = some_items(subject, arguments)
    is_none = constant_of(arguments.get("test")) == "none"
    return replace(found, items=subject.item.without("null")) if is_none else found


def grouped(subject: Type, arguments: Arguments) -> Type:
    attribute = constant_of(arguments.get("attribute"))
    key = at_path(subject.item, attribute)
    members = list_of(subject.item, min_items=1, max_items=subject.max_items)
    one = object_of({"key": key, "items": members})
    return replace(list_of(one, min_items=min(subject.min_items, 1), max_items=subject.max_items), distinct=True)


def indexed(subject: Type, arguments: Arguments) -> Type:
    return replace(OBJECT, rest=subject.item)


def combined(subject: Type, arguments: Arguments) -> Type:
    other = arguments.get("other", OBJECT)
    names = [*subject.properties, *(key for key in other.properties if key not in subject.properties)]
    properties = {}
    for key in names:
        if key in other.required or (not subject.may_be("object")):
            properties[key] = other.at(key)
        elif key in other.properties or not other.is_closed:
            properties[key] = union(subject.at(key), other.at(key))
        else:
            properties[key] = subject.at(key)
    is_closed = subject.is_closed and other.is_closed
    rests = [each.rest for each in (subject, other) if not each.is_closed]
    return replace(
        OBJECT,
        properties=properties,
        required=subject.required | other.required,
        is_closed=is_closed,
        rest=None if not rests or None in rests else reduce(union, (each or ANY for each in rests)),
    )


def key_list(subject: Type, arguments: Arguments) -> Type:
    names = replace(STRING, values=tuple(subject.properties)) if subject.is_closed and subject.properties else STRING
    most = len(subject.properties) if subject.is_closed else None
    return replace(list_of(names, min_items=len(subject.required), max_items=most), distinct=True)


def value_list(subject: Type, arguments: Arguments) -> Type:
    most = len(subject.properties) if subject.is_closed else None
    if not subject.is_closed:
        return list_of(
            subject.rest if subject.rest and not subject.properties else ANY, min_items=len(subject.required)
        )
    return list_of(reduce(union, subject.properties.values(), NOTHING), min_items=len(subject.required), max_items=most)


def flattened(subject: Type, arguments: Arguments) -> Type:
    items = subject.item
    if items.is_any or not items.may_be("array"):
        return list_of(items if not items.is_any else ANY)
    return list_of(union(items.item, items.without("array")))


def batched(subject: Type, arguments: Arguments) -> Type:
    batch = list_of(subject.item, min_items=1)
    return list_of(batch, min_items=min(subject.min_items, 1))


def numbered(subject: Type, arguments: Arguments) -> Type:
    """An integer of an integer, else a number."""
    return INTEGER if subject.is_only("integer") else NUMBER


def rounded(subject: Type, arguments: Arguments) -> Type:
    precision = arguments.get("precision")
    digits = 0 if precision is None else constant_of(precision)
    is_whole = isinstance(digits, int) and digits <= 0
    return INTEGER if subject.is_only("integer") or is_whole else NUMBER


def summed(subject: Type, arguments: Arguments) -> Type:
    return numbered(subject.item, arguments) if subject.item.kinds else INTEGER


def pieces(subject: Type, arguments: Arguments) -> Type:
    """A text split at a separator has at least one piece."""
    return list_of(STRING, min_items=1 if "sep" in arguments else 0)


def counted(subject: Type, arguments: Arguments) -> Type:
    """`range(start, stop)`: its length is known when both are."""
    start, stop = constant_of(arguments.get("start")), constant_of(arguments.get("stop"))
    if isinstance(start, int) and isinstance(stop, int):
        length = max(stop - start, 0)
        return replace(list_of(INTEGER, min_items=length, max_items=length), distinct=True)
    return replace(list_of(INTEGER), distinct=True)
