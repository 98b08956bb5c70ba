"""Findings on sound workflows that are right to be there, by the workflow's name and the rule, and why."""

EXPLAINED: dict[tuple[str, str], str] = {
    ("cases/an_output_that_cannot_be_read_fails_the_run/unreadable.flow.yaml", "short-list"): (
        "the case is about an output that cannot be read: it takes an item that is not there, on purpose"
    ),
}
