"""The steps by family; importing a module registers its steps. Of two that fit as many words the first one is taken."""

from overture.drafting.planner.steps import (
    commands,
    control,
    fetching,
    files,
    github,
    hackernews,
    issues,
    judging,
    labelling,
    lists,
    mailing,
    posting,
    settings,
    todoist,
    weather,
    writing,
)
from overture.drafting.planner.steps.registry import STEPS, Step

__all__ = [
    "STEPS",
    "Step",
    "commands",
    "control",
    "fetching",
    "files",
    "github",
    "hackernews",
    "issues",
    "judging",
    "labelling",
    "lists",
    "mailing",
    "posting",
    "settings",
    "todoist",
    "weather",
    "writing",
]
