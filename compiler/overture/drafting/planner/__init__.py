"""English to a workflow without a model."""

from overture.drafting.planner.model import NotUnderstood, Planned
from overture.drafting.planner.planner import plan_request

__all__ = ["NotUnderstood", "Planned", "plan_request"]
