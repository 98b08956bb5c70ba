"""Findings on sound workflows that are right to be there, by the workflow's name and the rule, and why."""

EXPLAINED: dict[tuple[str, str], str] = {
    ("cases/an_output_that_cannot_be_read_fails_the_run/unreadable.flow.yaml", "short-list"): (
        "the case is about an output that cannot be read: it takes an item that is not there, on purpose"
    ),
    ("generated/340", "may-be-missing"): (
        "a case asks what the case round it has settled (the error is not null): its `else` is never reached, and what "
        "stands there would read null"
    ),
    ("generated/475", "may-be-missing"): (
        "a case asks `not (error is not none)`, one in it `not (error != null)`: its `else` is never reached, and what "
        "stands there would read null"
    ),
    ("generated/491", "unknown-workflow"): (
        "the called workflow asserts that an input is not null, and asks then whether it is: what stands in that case "
        "would read null, and is never reached"
    ),
}
