"""JSON values as scripts and expectations see them: one type, placeholders in texts, a comparison with types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

_BORROWED = re.compile(r"\$\{inputs((?:\.[a-z][a-z0-9_]*|\[[0-9]+\])+)\}")
_SAME = re.compile(r"\$\{same:([a-z0-9_]+)\}")


def expand(value: JSON, names: Mapping[str, str]) -> JSON:
    """`value` with `${name}` in every text replaced by what `names` says; other `${...}` stay as they are."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("${" + name + "}", text)
        return value
    if isinstance(value, list):
        return [expand(item, names) for item in value]
    if isinstance(value, dict):
        return {key: expand(item, names) for key, item in value.items()}
    return value


def borrow(value: JSON, inputs: JSON) -> JSON:
    """`value` with every text that is just `${inputs.a[0]}` replaced by what stands there in `inputs`.

    Raises `LookupError` where nothing stands.
    """
    if isinstance(value, list):
        return [borrow(item, inputs) for item in value]
    if isinstance(value, dict):
        return {key: borrow(item, inputs) for key, item in value.items()}
    path = _BORROWED.fullmatch(value) if isinstance(value, str) else None
    if path is None:
        return value
    found: JSON = inputs
    for key, index in re.findall(r"\.([a-z0-9_]+)|\[([0-9]+)\]", path[1]):
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and index and int(index) < len(found):
            found = found[int(index)]
        else:
            raise LookupError(f"there is no `{path[1].removeprefix('.')}` among the inputs")
    return found


def is_same(left: object, right: object) -> bool:
    """Equality of JSON values: 2 is 2.0, but true is not 1 and "1" is not 1; objects in any order of keys."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(is_same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def holds(pattern: JSON, value: object) -> bool:
    """Whether `value` has everything that `pattern` names: objects by subset, all else as `is_same`."""
    if isinstance(pattern, dict) and isinstance(value, Mapping):
        return all(key in value and holds(wanted, value[key]) for key, wanted in pattern.items())
    return is_same(pattern, value)


@dataclass(slots=True)
class Bindings:
    """What `${same:NAME}` stood for so far: one name is one text, two names are two texts."""

    texts: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Bindings:
        return Bindings(dict(self.texts))

    def bind(self, name: str, text: str) -> bool:
        if name in self.texts:
            return self.texts[name] == text
        if text in self.texts.values():
            return False
        self.texts[name] = text
        return True


def compare(where: str, wanted: JSON, got: object, bindings: Bindings | None = None) -> list[str]:
    """Readable lines on how `got` differs from `wanted`; none if it agrees.

    A text `${any}` agrees with whatever is there. `${same:NAME}` agrees with a text that is the same at every
    place that has this name and another one at every place with another name; with whatever text if there is
    nothing to bind to.
    """
    if isinstance(wanted, str):
        if wanted == "${any}":
            return []
        name = _SAME.fullmatch(wanted)
        if name and isinstance(got, str):
            if bindings is None or bindings.bind(name[1], got):
                return []
            return [f"{where}: {show(got)} is not what `{name[1]}` stands for"]
    if isinstance(wanted, dict) and isinstance(got, Mapping):
        lines = []
        for key, value in wanted.items():
            if key in got:
                lines += compare(f"{where}.{key}", value, got[key], bindings)
            else:
                lines.append(f"{where}.{key}: expected {show(value)}, but it is missing")
        extra = [key for key in got if key not in wanted]
        return lines + [f"{where}.{key}: {show(got[key])} is not expected" for key in extra]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        pairs = enumerate(zip(wanted, got, strict=True))
        return [line for at, (one, other) in pairs for line in compare(f"{where}[{at}]", one, other, bindings)]
    if is_same(wanted, got):
        return []
    return [f"{where}: expected {show(wanted)}, got {show(got)}"]


def show(value: object, limit_chars: int = 300) -> str:
    """A value on one line, as JSON where it is JSON, cut in the middle when it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    if len(text) <= limit_chars:
        return text
    half = limit_chars // 2
    return f"{text[:half]} … {text[-half:]}"
