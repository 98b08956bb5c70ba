"""What a review of the checker found wanting: a document for each."""

from __future__ import annotations

import pytest
from checking import codes

FETCH = '  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}'


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ('[bash, -euo, pipefail, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[/usr/bin/env, bash, -o, errexit, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[bash, +o, posix, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[python3, -W, error, -c, "print({{ tasks.fetch.body }})"]', ["OV806"]),
        ("[bash, -euo, pipefail, -c, 'echo \"$1\"', _, '{{ tasks.fetch.body }}']", []),
        ("[python3, -c, 'import sys; print(sys.argv)', '{{ tasks.fetch.body }}']", []),
        ("[node, -e, 'console.log(process.argv)', '{{ tasks.fetch.body }}']", ["OV804"]),
        ("[bash, '{{ tasks.fetch.body }}', -c, ls]", ["OV810"]),
    ],
)
def test_options_with_words_do_not_hide_the_code_of_a_shell(command: str, found: list[str]) -> None:
    assert codes(f"tasks:\n{FETCH}\n  - {{id: next, kind: shell, command: {command}}}\n") == found
