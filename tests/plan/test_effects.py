"""What a plan says that a workflow can touch: everything, each thing once, by the name that is approved."""

from __future__ import annotations

import pytest
from plan_making import planned

from overture.plan.model import Effects, Host
from overture.plan.showing import plan_json


def _effects(tasks: str, more: str = "") -> Effects:
    lines = "\n".join(f"  - {line.strip()}" for line in tasks.strip().splitlines())
    return planned(f"{more}\ntasks:\n{lines}\n").effects


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.example.com/a", "api.example.com"),
        ("https://API.example.com/a", "api.example.com"),
        ("http://example.com:8080?a=1", "example.com:8080"),
        ("{{ inputs.base }}/a", "inputs.base"),
        ("https://{{ inputs.base }}/a", "inputs.base"),
        ("{{ secrets.HOOK }}", "secrets.HOOK"),
        ("{{ tasks.names.url }}/a", "fixed.example.com"),
        ("{{ tasks.names.same }}/a", "inputs.base"),
    ],
)
def test_a_host_stands_there_by_the_name_that_decides_it(url: str, host: str) -> None:
    effects = _effects(
        f"""
        {{id: names, kind: set, values: {{url: "https://fixed.example.com", same: "{{{{ inputs.base }}}}"}}}}
        {{id: fetch, kind: http, url: "{url}"}}
        """,
        'inputs: {base: {type: string, default: "https://a.example"}}\nsecrets: [HOOK]',
    )
    assert effects.hosts == (Host(host, ("GET",)),)


def test_a_host_is_listed_once_with_all_its_methods() -> None:
    effects = _effects("""
        {id: a, kind: http, url: "https://example.com/a"}
        {id: b, kind: http, method: POST, url: "https://example.com/b"}
        {id: c, kind: http, method: DELETE, url: "https://a.example.com/c", hosts: ["*.example.org"]}
    """)
    assert effects.hosts == (
        Host("*.example.org", ("DELETE",)),
        Host("a.example.com", ("DELETE",)),
        Host("example.com", ("GET", "POST")),
    )


def test_programs_models_files_and_databases_are_listed() -> None:
    effects = _effects(
        """
        {id: a, kind: shell, command: [ls, "-l"]}
        {id: b, kind: python, code: "def main(): return 1"}
        {id: c, kind: ai, prompt: hello, models: [small, large]}
        {id: d, kind: ai, prompt: hello}
        {id: e, kind: read_file, path: "in/{{ inputs.name }}.txt"}
        {id: f, kind: write_file, path: out.txt, content: hello}
        {id: g, kind: http, url: "https://example.com", save: page.html}
        {id: h, kind: sql, connection: "{{ secrets.DB }}", query: select 1}
        """,
        "inputs: {name: {type: string, default: a}}\nsecrets: [DB]",
    )
    assert effects.programs == ("ls", "python")
    assert effects.models == ("OVERTURE_MODEL", "large", "small")
    assert effects.paths == ("in/{inputs.name}.txt", "out.txt", "page.html")
    assert effects.databases == ("secrets.DB",)
    assert effects.secrets == ("DB",)


def test_everybody_who_gets_a_mail_is_listed_and_every_file_that_goes_with_it() -> None:
    effects = _effects(
        """
        {id: a, kind: email, connection: "{{ secrets.M }}", from: me@a.example, to: [b@a.example, "{{ inputs.team }}"], cc: "c@a.example, d@a.example", bcc: [e@a.example], subject: s, text: t, attachments: [report.csv]}
        """,  # noqa: E501
        "inputs: {team: {type: string, default: t@a.example}}\nsecrets: [M]",
    )
    assert effects.emails == ("b@a.example", "c@a.example", "d@a.example", "e@a.example", "{inputs.team}")
    assert effects.paths == ("report.csv",)


def test_effects_reach_into_blocks_handlers_and_called_workflows() -> None:
    plan = planned(
        """
        tasks:
          - id: risk
            kind: try
            tasks: [{id: a, kind: shell, command: [ls]}]
            catch: [{id: b, kind: shell, command: [cat]}]
          - {id: ask, kind: call, workflow: other}
        on_failure: [{id: c, kind: shell, command: [wc]}]
        finally: [{id: d, kind: shell, command: [rm, x]}]
        """,
        """\
        overture: 1
        name: other
        secrets: [KEY]
        tasks: [{id: e, kind: http, url: "{{ secrets.KEY }}"}]
        """,
    )
    assert plan.effects.programs == ("cat", "ls", "rm", "wc")
    assert plan.effects.hosts == (Host("secrets.KEY", ("GET",)),)
    assert plan.effects.secrets == ("KEY",)
    assert plan.effects.workflows == ("other",)


def test_a_secret_that_is_declared_is_listed_though_only_a_trigger_uses_it() -> None:
    effects = _effects("{id: a, kind: log, message: hello}", "secrets: [KEY]\ntriggers: [{type: webhook, key: KEY}]")
    assert effects.secrets == ("KEY",)


def test_the_json_form_counts_the_tasks_that_people_wrote() -> None:
    plan = planned("""
        inputs: {quick: {type: boolean, default: true}}
        tasks:
          - {id: one, kind: stop, when: inputs.quick}
          - {id: two, kind: log, message: two}
    """)
    form = plan_json(plan)
    assert form["tasks"] == 2
    assert form["digest"] == plan.digest
