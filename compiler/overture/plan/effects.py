"""What a workflow can touch, from its tasks (security.md): the list that is approved by naming the file to `run`."""

from __future__ import annotations

from collections.abc import Iterable

from overture.checks.analysis import Analysis
from overture.checks.hosts import host_of
from overture.checks.index import Entry
from overture.expressions.tree import Expr, ListOf, Literal, Ref, Template, Text, references
from overture.language import tasks as kinds
from overture.plan.model import Effects, Host

DEFAULT_MODEL = "OVERTURE_MODEL"
"""Stands in the effects for the model that the environment names."""


def effects_of(analysis: Analysis, entry: Entry) -> Effects:
    """The effects of one task itself, not of the tasks inside it."""
    task = entry.task
    secrets = tuple(
        sorted({ref.name for spot in analysis.fields(entry) for ref in spot.reads if ref.root == "secrets"})
    )
    if isinstance(task, kinds.HttpTask):
        paths = [f"{entry.pointer}/{name}" for name in ("save", "file")]
        found = tuple(_shown(analysis.typed(each)) for each in paths if each in analysis.spots)
        return Effects(hosts=_hosts(analysis, entry, task), secrets=secrets, paths=found)
    if isinstance(task, kinds.ShellTask):
        return Effects(programs=(task.command[0],), secrets=secrets)
    if isinstance(task, kinds.PythonTask):
        return Effects(programs=("python",), secrets=secrets)
    if isinstance(task, kinds.AiTask):
        return Effects(models=task.models or (DEFAULT_MODEL,), secrets=secrets)
    if isinstance(task, (kinds.ReadFileTask, kinds.WriteFileTask)):
        return Effects(paths=(_shown(analysis.typed(f"{entry.pointer}/path")),), secrets=secrets)
    if isinstance(task, kinds.SqlTask):
        return Effects(databases=tuple(f"secrets.{name}" for name in secrets), secrets=secrets)
    if isinstance(task, kinds.EmailTask):
        return Effects(
            emails=_each(analysis, entry, ("to", "cc", "bcc")),
            paths=_each(analysis, entry, ("attachments",)),
            secrets=secrets,
        )
    if isinstance(task, kinds.CallTask):
        return Effects(workflows=(task.workflow,), secrets=secrets)
    return Effects(secrets=secrets)


def _hosts(analysis: Analysis, entry: Entry, task: kinds.HttpTask) -> tuple[Host, ...]:
    names = [*host_of(analysis, analysis.typed(f"{entry.pointer}/url")).names, *(task.hosts or ())]
    return tuple(Host(name, (task.method,)) for name in dict.fromkeys(names))


def _each(analysis: Analysis, entry: Entry, names: tuple[str, ...]) -> tuple[str, ...]:
    """What fields that take one or a list hold, each thing shown by itself."""
    found: list[str] = []
    for name in names:
        if f"{entry.pointer}/{name}" in analysis.spots:
            tree = analysis.typed(f"{entry.pointer}/{name}")
            items = tree.items if isinstance(tree, ListOf) else (tree,)
            texts = [_shown(item) for item in items]
            if name != "attachments":  # a text may hold several, joined by commas
                texts = [part.strip() for text in texts for part in text.split(",")]
            found += [text for text in texts if text]
    return tuple(dict.fromkeys(found))


def _shown(tree: Expr) -> str:
    """A path or an address as people read it in a plan: what is fixed as it is, what data gives as `{…}`."""
    if isinstance(tree, Text):
        return _shown(tree.body)
    if isinstance(tree, Template):
        return "".join(_shown(part) for part in tree.parts)
    if isinstance(tree, Literal):
        return "" if tree.value is None else str(tree.value)
    if isinstance(tree, Ref):
        return "{" + ".".join(filter(None, (tree.root, tree.name, tree.field))) + "}"
    first = next(references(tree), None)
    return _shown(first) if first is not None else "{…}"


def joined(effects: Iterable[Effects]) -> Effects:
    """All of them as one, each thing once, sorted; the methods of one host together."""
    found = list(effects)
    methods: dict[str, set[str]] = {}
    for each in found:
        for host in each.hosts:
            methods.setdefault(host.host, set()).update(host.methods)
    hosts = tuple(Host(name, tuple(sorted(methods[name]))) for name in sorted(methods))
    names = ("programs", "models", "secrets", "paths", "emails", "databases", "workflows")
    return Effects(
        hosts, *(tuple(sorted({value for each in found for value in getattr(each, name)})) for name in names)
    )
