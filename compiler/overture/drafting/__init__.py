"""English to a workflow: by a model under the checker, or by the built-in planner."""
