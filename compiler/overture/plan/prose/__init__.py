"""A workflow told in English, always the same for the same workflow: what `overture explain FILE` prints."""

from overture.plan.prose.story import story

__all__ = ["story"]
