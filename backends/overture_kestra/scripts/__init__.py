"""The scripts that a flow carries under `variables`: each a file of its own for the steps that need it.

They run with Python's standard library alone and import each other as `step`, beside which they are laid; what is
emitted is their text.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

IMPORTS = {
    "request": ("step",),
    "pages": ("request", "step"),
    "schema": ("step",),
    "computed": ("step",),
    "ask": ("schema", "step"),
    "call_main": ("step",),
    "run_program": ("step",),
    "read_file": ("step",),
    "write_file": ("step",),
    "wait": ("step",),
    "send_mail": ("step",),
    "query": ("step",),
    "webhook": ("schema", "step"),
}
"""The scripts that each script always imports; `schema` and `pages` besides where they are asked for."""

# what only our own tools read
_TOOLING = re.compile(r"  # (type: ignore|noqa)[^\n]*")


@cache
def script(name: str) -> str:
    """the text of the script `name` as a flow carries it."""
    ending = "jq" if name == "first_error" else "py"
    text = files(__package__).joinpath(f"{name}.{ending}").read_text("utf-8")
    return _TOOLING.sub("", text)
