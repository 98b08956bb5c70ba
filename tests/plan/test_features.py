"""What a workflow uses is read off its plan, by the names of the support table."""

from __future__ import annotations

import pytest
from plan_making import planned

from overture.plan.features import FEATURES, used_features

SAY = "{id: say, kind: log, message: hello}"
GET = "{id: get, kind: http, url: 'https://example.com'%s}"


def used(tasks: str, head: str = "") -> set[str]:
    return set(used_features(planned(f"{head}\ntasks:\n  - {tasks}\n")))


@pytest.mark.parametrize(
    ("tasks", "head", "features"),
    [
        (SAY, "", {"log"}),
        ("{id: say, kind: log, message: hello, when: 1 > 0}", "", {"log", "when"}),
        (GET % "", "", {"http"}),
        (GET % ", timeout: 30s", "", {"http"}),
        (GET % ", timeout: 31s", "", {"http", "task_timeout"}),
        (GET % ", retry: {attempts: 2}, on_error: continue", "", {"http", "retry", "on_error"}),
        (GET % ", pages: {style: link}, returns: {type: array}", "", {"http", "pages", "returns"}),
        (f"{SAY}\n  - {GET % ', needs: []'}", "", {"log", "http", "needs"}),
        (f"{{id: all, kind: try, timeout: 1m, tasks: [{SAY}]}}", "", {"try", "log", "block_timeout"}),
        ("{id: ask, kind: approve, message: well?, timeout: 1m}", "", {"approve"}),
        (f"{{id: all, kind: foreach, items: [1], as: one, tasks: [{SAY}]}}", "", {"foreach", "log"}),
        (
            f"{{id: all, kind: foreach, items: [1], as: one, concurrency: 2, on_item_error: skip, tasks: [{SAY}]}}",
            "",
            {"foreach", "log", "foreach_concurrency", "on_item_error"},
        ),
        (SAY, "triggers: [{type: schedule, cron: '0 9 * * *', timezone: UTC}]", {"log", "schedule"}),
        (
            SAY,
            "triggers: [{type: schedule, cron: '0 9 * * *', timezone: UTC, catch_up: all}]",
            {"log", "schedule", "catch_up"},
        ),
        (
            SAY,
            f"on_failure: [{GET % ''}]\nfinally: [{SAY.replace('say', 'end')}]",
            {"log", "http", "on_failure", "finally"},
        ),
        (SAY, "timeout: 1m\nconcurrency: {limit: 1}\noutputs: {a: '1'}", {"log", "timeout", "concurrency", "outputs"}),
    ],
)
def test_what_a_workflow_uses_is_named(tasks: str, head: str, features: set[str]) -> None:
    found = used(tasks, head)
    assert found == features
    assert found <= set(FEATURES)
