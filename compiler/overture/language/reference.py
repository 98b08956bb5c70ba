"""The table of kinds in the language reference, from the models."""

from __future__ import annotations

from overture.language.forms import forms_of
from overture.language.tasks import TASKS, Common, Repeatable


def kinds_table() -> str:
    """Markdown: a row a kind with its own fields; the required ones in bold, and what its docstring says."""
    shared = {field.key for model in (Common, Repeatable) for field in forms_of(model)} | {"kind"}
    rows = ["| kind | fields | meaning |", "|---|---|---|"]
    for kind, model in TASKS.items():
        fields = [field for field in forms_of(model) if field.key not in shared]
        named = ", ".join(f"**{field.key}**" if field.is_required else field.key for field in fields)
        rows.append(f"| `{kind}` | {named} | {' '.join((model.__doc__ or '').split())} |")
    return "\n".join(rows)
