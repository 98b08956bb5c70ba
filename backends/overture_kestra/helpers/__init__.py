"""The scripts that a flow carries under `variables`: each a file of its own for the steps that need it.

They run with Python's standard library alone and import each other as `step`, beside which they are laid; what is
emitted is their text.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

# what only our own tools read
_TOOLING = re.compile(r"  # (type: ignore|noqa)[^\n]*")


@cache
def script(name: str) -> str:
    """The text of the helper `name`.py as a flow carries it."""
    text = files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return _TOOLING.sub("", text)
