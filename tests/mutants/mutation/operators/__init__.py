"""The operators, a module a family; importing this package enters them all."""

from mutation.operators import code, expressions, flow, graph, names, planted, secrets, shape, texts, triggers, types

__all__ = ["code", "expressions", "flow", "graph", "names", "planted", "secrets", "shape", "texts", "triggers", "types"]
