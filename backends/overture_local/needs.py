"""What a plan needs of the environment before it can run: secrets, a model, the key of the model's endpoint, the
driver of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from overture.expressions.tree import references
from overture.plan.model import Plan, Task
from overture_local import postgres
from overture_local.failures import RunRefused

_HELP = "set what is missing in the environment, or in a file of NAME=value lines: `--env-file FILE`"


def check_needs(plans: Iterable[Plan], secrets: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Raises RunRefused for all that is missing at once, a line each. Secrets that a task reads must be set; what only
    a trigger needs (a webhook's key) may be missing in a run by hand."""
    plans = tuple(plans)
    missing = [f"secret `{name}` is not set" for name in sorted(set(_read_secrets(plans))) if not secrets.get(name)]
    asking = list(_asking(plans))
    unnamed = [task for task in asking if not task.literals.get("models")]
    if unnamed and not environment.get("OVERTURE_MODEL"):
        missing.append(f"`OVERTURE_MODEL` is not set, and `{unnamed[0].id}` names no model")
    if asking and not environment.get("OPENAI_API_KEY") and not environment.get("OPENAI_BASE_URL"):
        missing.append(f"`OPENAI_API_KEY` is not set, nor `OPENAI_BASE_URL`, so `{asking[0].id}` has nobody to ask")
    if not postgres.is_installed() and (task := _first_on_postgres(plans, secrets)) is not None:
        needed = f"psycopg is not installed, and `{task.id}` asks a PostgreSQL database"
        if not missing:
            raise RunRefused(needed, f"`{postgres.INSTALL}`")
        missing.append(f"{needed}: `{postgres.INSTALL}`")
    if missing:
        raise RunRefused("\n".join(missing), _HELP)


def _first_on_postgres(plans: Iterable[Plan], secrets: Mapping[str, str]) -> Task | None:
    for task in (task for plan in plans for task in plan.walk() if task.kind == "sql"):
        urls = [secrets.get(ref.name, "") for ref in references(task.fields["connection"])]
        if any(url.strip().lower().startswith(postgres.SCHEMES) for url in urls):
            return task
    return None


def models_of(plans: Iterable[Plan], environment: Mapping[str, str]) -> set[str]:
    """The models that may be asked."""
    default = environment.get("OVERTURE_MODEL", "")
    return {name for task in _asking(plans) for name in task.literals.get("models") or [default]}


def _asking(plans: Iterable[Plan]) -> Iterator[Task]:
    return (task for plan in plans for task in plan.walk() if task.kind == "ai")


def _read_secrets(plans: Iterable[Plan]) -> Iterator[str]:
    return (
        ref.name
        for plan in plans
        for task in plan.walk()
        for tree in task.fields.values()
        for ref in references(tree)
        if ref.root == "secrets"
    )
