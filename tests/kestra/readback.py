"""The constants of a flow, read back from its YAML as Kestra would come to them.

A property that Kestra renders is decoded as its template: what stands outside holes is text, constants inside holes are
Pebble's literals and jq's. What such a text holds is then read as what it is: JSON, or Python.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from generated_places import MARK

UNRENDERED = frozenset(("description", "labels", "values", "displayName", "namespace", "id"))
"""Properties of a flow that Kestra leaves as they are. (`values` of a SELECT; those of a task are rendered.)"""

_VERBATIM = re.compile(r"\A\{% verbatim %\}\n(.*)\{% endverbatim %\}\n?\Z", re.DOTALL)
_HOLE = re.compile(r"\{\{((?:'(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|[^'\"])*?)\}\}", re.DOTALL)
_OPENER = re.compile(r" '(\{+[%#]?)' \Z")
_STRING = re.compile(r"'((?:\\'|[^'])*)'|\"((?:\\\"|[^\"])*)\"", re.DOTALL)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is there
_SHIELD = "\ue000"
_GAP = "\ue001"


def constants(files: dict[str, str]) -> set[str]:
    """Every text that the flows hold as a constant."""
    found: set[str] = set()
    for text in files.values():
        for path, leaf in _leaves(yaml.load(text, _LOADER), ()):
            if path[0] != "variables":  # our scripts
                found.update(_of_leaf(path, leaf))
    return found


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield (*path, "(key)"), key
            yield from _leaves(each, (*path, str(key)))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, (*path, "(item)"))


def _of_leaf(path: tuple[str, ...], leaf: str) -> Iterator[str]:
    is_rendered = not (UNRENDERED & set(path)) or (path[-2:-1] == ("values",) and path[0] == "tasks")
    if not is_rendered:
        yield from _inside(leaf)
    elif found := _VERBATIM.match(leaf):
        yield from _inside(found[1])
    else:
        yield from _of_template(leaf)


def _of_template(template: str) -> Iterator[str]:
    """What stands outside holes, whole and in pieces, and the literals inside them."""
    holes: list[str] = []

    def taken(found: re.Match[str]) -> str:
        if opener := _OPENER.match(found[1]):
            return _SHIELD.join(opener[1]) + _SHIELD
        holes.append(found[1])
        return _GAP

    text = _HOLE.sub(taken, template)
    assert not re.search(r"\{[{%#]", text), f"a tag stays open: {template!r}"
    for piece in text.replace(_SHIELD, "").split(_GAP):
        yield from _inside(piece)
    if _GAP in text:
        yield from _inside(re.sub(f'(?<!"){_GAP}', "null", text.replace(_SHIELD, "")))
    else:
        yield from _inside(text.replace(_SHIELD, ""))
    for hole in holes:
        for single, double in _STRING.findall(hole):
            value = single.replace("\\'", "'") if single else double.replace('\\"', '"')
            yield from _inside(value)
            with contextlib.suppress(ValueError):
                yield from _inside(base64.b64decode(value, validate=True).decode())


def _json_strings(program: str) -> Iterator[str]:
    """The texts of a jq program, or of JSON."""
    for found in re.findall(r'"(?:\\.|[^"\\])*"', program, re.DOTALL):
        with contextlib.suppress(ValueError):
            yield json.loads(found, strict=False)


def _inside(text: str) -> Iterator[str]:
    if MARK not in text and "\\u2116" not in text:  # the mark, as jq and JSON may write it
        return
    yield text
    with contextlib.suppress(ValueError, RecursionError):
        for _, leaf in _leaves(json.loads(text), ()):
            yield leaf
            yield from python_texts(leaf)
        return
    yield from _json_strings(text)
    yield from python_texts(text)


def python_texts(source: str) -> Iterator[str]:
    """The constants of a Python program, and of programs that it holds as text."""
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
                if "def main(" in node.value:
                    yield from python_texts(node.value)
