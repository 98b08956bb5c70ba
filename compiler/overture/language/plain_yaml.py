"""YAML in which nothing is wrong, composed by libyaml.

It takes less than the exact reader of yaml_text.py does, never more: what it is in doubt about is None, and the exact
reader judges. A loop over libyaml's events was tried in its place and takes a third more time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from operator import setitem
from typing import Any

import yaml

from overture.diagnostics.sources import Place
from overture.language.document import MAX_DEPTH, MAX_VALUES, Document, escaped
from overture.language.places import PlacesOnDemand
from overture.language.yaml_scalars import REFUSED, end_of_block, scalar

_MAYBE_NO_TEXT = frozenset(("", *"~nNtTfF+-.0123456789<"))
"""How a plain scalar begins that may be something else than its own text; `<<` is none as a key."""

_BEFORE = r"""[^\s\[\]{},:?"'-]"""
_MAYBE_PROPERTY = re.compile(rf"&(?<!{_BEFORE}&)[A-Za-z0-9_-]|!(?<!{_BEFORE}!)(?![^\s,\[\]{{}}])")
"""An anchor, or the tag that says nothing (`!`): a node does not show them. Before one stands white space, or what may
end another token."""

_PLAIN, _QUOTED, _HOLDER = True, False, None
"""What stands for the tag of a node that has none: of a scalar, and of a list or an object."""


class _InDoubt(Exception):
    """What stands here is for the exact reader."""


def plain_yaml(text: str) -> Document | None:
    """The document in `text`, which holds only printable characters; None when there may be a finding in it."""
    # a value follows one of these: most of what is too much need not be read to be seen
    if sum(map(text.count, ",:-[{?")) > 3 * MAX_VALUES or "%YAML" in text or "%TAG" in text:
        return None
    if ("&" in text or "!" in text) and _MAYBE_PROPERTY.search(text):
        return None
    try:
        root = _composed(text)
        if type(root) is not yaml.MappingNode:
            return None
        data = _Composition().of(root)
    except (yaml.YAMLError, _InDoubt):
        return None
    places = PlacesOnDemand(
        (_place(text, root, None), root), partial(_opened, text), lambda: _whole(text, root), len(text)
    )
    return Document(data, places, [])


def _composed(text: str) -> Any:
    """The root of the document's nodes, each with the place where it stands; None where there is no libyaml."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return None

    class Composer(CParser):
        """libyaml's composer without a resolver, which is the half of its time. It recurses: it asks to descend into a
        node from the node above, and to ascend when it leaves. What stands between them is a dictionary of the nodes
        above, whose methods are in C and cost next to nothing."""

        def __init__(self) -> None:
            super().__init__(text)
            above: dict[Any, Any] = {}

            def resolve(kind: type, _: object, implicit: Any) -> bool | None:
                if kind is yaml.ScalarNode:
                    return _PLAIN if implicit[0] else _QUOTED
                if len(above) > MAX_DEPTH or not implicit:
                    raise _InDoubt
                return _HOLDER

            self.resolve = resolve
            self.descend_resolver = partial(setitem, above)
            self.ascend_resolver = above.popitem

    return Composer().get_single_node()


class _Composition:
    """Makes data of nodes, and counts it. Calls are spared: a file may hold half a million nodes."""

    def __init__(self) -> None:
        self.values = 1

    def of(self, node: Any) -> Any:
        """The data of a list or an object, no deeper than MAX_DEPTH: the composer has seen to it."""
        inner = node.value
        self.values += len(inner)
        if self.values > MAX_VALUES or node.tag is not _HOLDER:
            raise _InDoubt
        if type(node) is yaml.SequenceNode:
            return [self.of(each) if each.tag is _HOLDER else _scalar(each) for each in inner]
        found = {}
        for name, each in inner:
            key, tag = name.value, name.tag
            if tag is not _QUOTED and (tag is not _PLAIN or (key[:1] in _MAYBE_NO_TEXT and not _is_key(key))):
                raise _InDoubt
            value, tag = each.value, each.tag
            if tag is _HOLDER:
                value = self.of(each)
            elif tag is not _QUOTED and (tag is not _PLAIN or value[:1] in _MAYBE_NO_TEXT):
                value = _scalar(each)
            found[key] = value
        if len(found) != len(inner):
            raise _InDoubt
        return found


def _is_key(text: str) -> bool:
    """Whether a plain scalar is a key of an object: no number, no null, no merge of another object."""
    return text != "<<" and isinstance(scalar(text), str)


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.tag is _QUOTED:
        return text
    if node.tag is not _PLAIN:
        raise _InDoubt
    value = scalar(text) if text[:1] in _MAYBE_NO_TEXT else text
    if value is REFUSED:
        raise _InDoubt
    return value


def _place(text: str, node: Any, key: tuple[int, int] | None) -> Place:
    """Where a node stands. In lines, a list or an object ends with its last value."""
    last = node
    while type(last) is not yaml.ScalarNode and not last.flow_style:
        last = last.value[-1] if type(last) is yaml.SequenceNode else last.value[-1][1]
    end = last.end_mark.index
    if type(last) is yaml.ScalarNode and last.style in ("|", ">"):
        end = end_of_block(text, last.start_mark.index, end)
    start = node.start_mark.index
    return Place(start, max(start, end), key)


def _opened(text: str, node: Any) -> Iterator[tuple[str, Place, Any]]:
    """What stands in a list or an object."""
    is_object = type(node) is yaml.MappingNode
    for index, each in enumerate(node.value):
        part, key = str(index), None
        if is_object:
            name, each = each
            part, key = escaped(name.value), (name.start_mark.index, name.end_mark.index)
        yield part, _place(text, each, key), None if type(each) is yaml.ScalarNode else each


def _whole(text: str, root: Any) -> dict[str, Place]:
    found: dict[str, Place] = {}

    def put(pointer: str, place: Place, node: Any) -> None:
        if node is not None:
            for part, inner, below in _opened(text, node):
                put(f"{pointer}/{part}", inner, below)
        found[pointer] = place

    put("", _place(text, root, None), root)
    return found
