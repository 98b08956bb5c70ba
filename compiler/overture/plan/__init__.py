"""The target-neutral plan, its effects, and what a backend is."""

from overture.plan.build import plan

__all__ = ["plan"]
