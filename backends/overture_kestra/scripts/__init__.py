"""The scripts that a flow carries under `variables`: each a file of its own for the steps that need it.

They run with Python's standard library alone and import each other as `step`, beside which they are laid; what is
emitted is the part of their text that the flow uses (assembly.py).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from overture_kestra.scripts.assembly import source

IMPORTS = {
    "request": ("step",),
    "computed": ("step",),
    "ask": ("step",),
    "call_main": ("step",),
    "run_program": ("step",),
    "read_file": ("step",),
    "write_file": ("step",),
    "wait": ("step",),
    "send_mail": ("step",),
    "query": ("step",),
    "webhook": ("step",),
}
"""The scripts that steps run or, of `computed`, import from."""

JQ = frozenset(("first_error", "http_error"))
"""Programs for jq, read as `vars.NAME` in expressions."""


@cache
def script(name: str) -> str:
    """The whole text of the script `name`."""
    if name in JQ:
        return files(__package__).joinpath(f"{name}.jq").read_text("utf-8")
    return source(name)
