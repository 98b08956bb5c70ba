"""Where data from outside may not go without care (language.md 7)."""

from __future__ import annotations

import pytest
from checking import codes

FETCH = '  - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: string}}'


def _after(task: str, more: str = "", returns: str = "{type: string}") -> list[str]:
    fetch = FETCH.replace("{type: string}", returns)
    return codes(f"{more}\ntasks:\n{fetch}\n  - {{id: next, {task}}}\n")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.com/b", []),
        ("https://example.com/{{ tasks.fetch.body | urlencode }}", []),
        ("{{ inputs.base }}/b", []),
        ("https://{{ inputs.base }}/b", []),
        ("{{ secrets.HOOK }}", []),
        ("{{ tasks.fetch.body }}", ["OV801"]),
        ("https://{{ tasks.fetch.body }}/b", ["OV801"]),
        ("https://example.com{{ tasks.fetch.body }}", ["OV801"]),
        ("https://example.com:{{ tasks.fetch.body }}/b", ["OV801"]),
        ("https://{{ inputs.base }}{{ tasks.fetch.body }}", ["OV801"]),
        ("{{ tasks.fetch.body | default(inputs.base) }}/b", ["OV801"]),
        ("example.com/b", ["OV801"]),
        ("ftp://example.com/b", ["OV801"]),
    ],
)
def test_data_does_not_choose_a_host(url: str, found: list[str]) -> None:
    more = 'inputs: {base: {type: string, default: "https://a.example"}}\nsecrets: [HOOK]'
    used = "    - {id: used, kind: http, url: '{{ inputs.base }}', query: {a: '{{ secrets.HOOK }}'}}"
    assert _after(f'kind: http, url: "{url}"}}\n{used[2:-1]}', more) == found


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ('["*.example.com"]', []),
        ('["*"]', []),
        ("[example.com, 'a.example:8080', '[::1]:80']", []),
        ("[]", ["OV809"]),
        ('["https://example.com"]', ["OV809"]),
        ('["example.com/a"]', ["OV809"]),
        ('["a.*.com"]', ["OV809"]),
    ],
)
def test_hosts_list_where_data_may_lead(hosts: str, found: list[str]) -> None:
    assert _after(f'kind: http, url: "{{{{ tasks.fetch.body }}}}", hosts: {hosts}') == found


def test_a_constant_of_a_set_is_as_good_as_a_literal_host() -> None:
    flow = """
        tasks:
          - {id: names, kind: set, values: {base: "https://example.com"}}
          - {id: again, kind: set, values: {base: "{{ tasks.names.base }}"}}
          - {id: fetch, kind: http, url: "{{ tasks.again.base }}/a"}
    """
    assert codes(flow) == []
    assert codes(flow.replace('base: "https://example.com"', 'base: "{{ tasks.again.base }}"')) == ["OV207", "OV801"]


def test_a_host_that_a_set_takes_from_itself_is_no_endless_search() -> None:
    assert codes("""
        tasks:
          - {id: names, kind: set, values: {base: "{{ tasks.names.base }}"}}
          - {id: fetch, kind: http, url: "{{ tasks.names.base }}/a"}
    """) == ["OV207", "OV801"]


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ('kind: write_file, content: a, path: "a/{{ tasks.fetch.body }}"', ["OV802"]),
        ('kind: read_file, path: "a/{{ tasks.fetch.body }}", on_error: continue', ["OV802"]),
        ('kind: http, url: "https://example.com/b", save: "{{ tasks.fetch.body }}"', ["OV802"]),
        ('kind: http, method: PUT, url: "https://example.com/b", file: "{{ tasks.fetch.body }}"', ["OV802"]),
        ('kind: write_file, content: a, path: "a/{{ tasks.fetch.body | slugify }}.txt"', []),
        ('kind: write_file, content: a, path: "a/{{ tasks.fetch.body | sha256 }}.txt"', []),
        ('kind: write_file, content: a, path: "a/{{ tasks.fetch.body | int }}.txt"', []),
        ('kind: write_file, content: a, path: "{{ tasks.fetch.body | slugify }}{{ tasks.fetch.body }}"', ["OV802"]),
        ('kind: write_file, content: "{{ tasks.fetch.body }}", path: a.txt', []),
    ],
)
def test_data_does_not_choose_a_file(task: str, found: list[str]) -> None:
    assert [each for each in _after(task) if each != "OV214"] == found


@pytest.mark.parametrize("returns", ["{enum: [a, b]}", "{type: integer}", '{type: string, pattern: "^[a-z]+$"}'])
def test_a_value_that_cannot_be_any_text_is_clean(returns: str) -> None:
    assert _after('kind: write_file, content: a, path: "a/{{ tasks.fetch.body }}"', returns=returns) == []


WRITE = "kind: write_file, content: a, path: 'a/{{ %s }}'"


@pytest.mark.parametrize(
    ("between", "reads"),
    [
        ("{id: name, kind: set, values: {x: '{{ tasks.fetch.body }}'}}", "tasks.name.x"),
        (
            "{id: name, kind: python, code: 'def main(x): return x', args: {x: '{{ tasks.fetch.body }}'}}",
            "tasks.name.value",
        ),
        ("{id: name, kind: foreach, items: '[tasks.fetch.body]', as: one, collect: one}", "tasks.name.value | first"),
        ("{id: name, kind: remember, values: {kept: '{{ tasks.fetch.body }}'}}", "state.kept"),
        ("{id: name, kind: shell, command: [ls]}", "tasks.name.stdout"),
        ("{id: name, kind: ai, prompt: hello}", "tasks.name.value"),
        ("{id: name, kind: read_file, path: a.txt}", "tasks.name.content"),
    ],
)
def test_data_stays_data_whatever_it_goes_through(between: str, reads: str) -> None:
    flow = f"""
        state: {{kept: {{type: string, default: ''}}}}
        tasks:
          - {{id: fetch, kind: http, url: "https://example.com/a", returns: {{type: string}}}}
          - {between}
          - {{id: last, {WRITE % reads}}}
          - {{id: used, kind: log, message: "{{{{ state.kept }}}}"}}
    """
    assert [each for each in codes(flow) if each != "OV210"] == ["OV802"]


def test_an_item_is_as_clean_as_the_list_of_its_own_loop() -> None:
    flow = """
        tasks:
          - {id: fetch, kind: http, url: "https://example.com/a", returns: {type: array, items: {type: string}}}
          - id: one
            kind: foreach
            items: tasks.fetch.body
            as: name
            tasks: [{id: a, kind: log, message: "{{ name }}"}]
          - id: two
            kind: foreach
            items: [a, b]
            as: name
            tasks: [{id: b, kind: write_file, content: a, path: "{{ name }}"}]
    """
    assert codes(flow) == []
    assert codes(flow.replace("items: [a, b]", "items: tasks.fetch.body")) == ["OV802"]


def test_inputs_are_trusted_but_for_those_that_a_trigger_fills_with_its_data() -> None:
    flow = """
        secrets: [KEY]
        inputs: {name: {type: string, default: a}, base: {type: string, default: "https://a.example"}}
        triggers: [{type: webhook, key: KEY}]
        tasks:
          - {id: write, kind: write_file, content: a, path: "{{ inputs.name }}"}
          - {id: fetch, kind: http, url: "{{ inputs.base }}/a"}
    """
    assert codes(flow) == []
    filled = ', inputs: {name: "{{ trigger.body.name }}", base: "{{ trigger.body.base }}"}}]'
    assert codes(flow.replace("key: KEY}]", "key: KEY" + filled)) == ["OV802", "OV801"]


def test_what_a_called_workflow_fetched_is_data_here() -> None:
    caller = "tasks:\n  - {id: ask, kind: call, workflow: other}\n  - {id: last, %s}\n" % (WRITE % "tasks.ask.value.a")
    other = f"overture: 1\nname: other\ntasks:\n{FETCH}\noutputs:\n  a: tasks.fetch.body\n"
    assert codes(caller, other) == ["OV802"]
    assert codes(caller, other.replace("tasks.fetch.body", "tasks.fetch.status ~ 'a'")) == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ('[ls, "{{ tasks.fetch.body }}"]', ["OV804"]),
        ('[ls, --, "{{ tasks.fetch.body }}"]', []),
        ('[ls, "x{{ tasks.fetch.body }}"]', []),
        ('[ls, "--name={{ tasks.fetch.body }}"]', []),
        ('[sh, -c, "echo {{ tasks.fetch.body }}"]', ["OV806"]),
        ('[bash, -ec, "{{ tasks.fetch.body }}"]', ["OV806"]),
        ('[/usr/bin/python3, -c, "print({{ tasks.fetch.body }})"]', ["OV806"]),
        ("[sh, -c, 'echo \"$1\"', --, '{{ tasks.fetch.body }}']", []),
        ('[grep, -c, "x{{ tasks.fetch.body }}"]', []),
        ('[sh, -c, "echo {{ run.id }}"]', []),
    ],
)
def test_data_is_an_argument_and_neither_an_option_nor_code(command: str, found: list[str]) -> None:
    assert _after(f"kind: shell, command: {command}") == found


def test_data_stands_in_the_prompt_and_not_in_the_instructions() -> None:
    read = "\n  - {id: last, kind: log, message: '{{ tasks.next.value }}'"
    assert _after('kind: ai, prompt: a, system: "{{ tasks.fetch.body }}"}' + read) == ["OV803"]
    assert _after('kind: ai, prompt: "{{ tasks.fetch.body }}", system: a}' + read) == []


ASK = "{id: ask, kind: ai, prompt: Is it urgent?}"


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ("kind: log, message: a, when: tasks.ask.value == 'yes'", ["OV805"]),
        ("kind: log, message: a, when: tasks.name.x == 'yes'", ["OV805"]),
        ("kind: foreach, items: tasks.ask.value | lines, as: one, tasks: [{id: b, kind: log, message: a}]", ["OV805"]),
        ("kind: branch, cases: [{when: tasks.ask.value == 'a', tasks: [{id: b, kind: log, message: a}]}]", ["OV805"]),
        ("kind: assert, that: [tasks.ask.value == 'yes']", ["OV805"]),
        ("kind: log, message: '{{ tasks.ask.value }}'", []),
        ("kind: log, message: a, when: tasks.ask.state == 'succeeded'", []),
    ],
)  # fmt: skip
def test_an_unchecked_answer_steers_nothing(task: str, found: list[str]) -> None:
    name = "{id: name, kind: set, values: {x: '{{ tasks.ask.value }}'}}"
    assert codes(f"tasks:\n  - {ASK}\n  - {name}\n  - {{id: next, {task}}}\n") == found
    checked = ASK.replace("urgent?", "urgent?, returns: {type: string, minLength: 1}")
    assert codes(f"tasks:\n  - {checked}\n  - {name}\n  - {{id: next, {task}}}\n") == []


@pytest.mark.parametrize(("returns", "found"), [("{type: string}", ["OV808"]), ("{type: string, format: email}", [])])
def test_data_chooses_who_gets_a_mail_only_as_one_address(returns: str, found: list[str]) -> None:
    mail = "kind: email, connection: '{{ secrets.M }}', from: a@b.example, subject: a, text: b"
    assert _after(mail + ", to: '{{ tasks.fetch.body }}'", "secrets: [M]", returns) == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.com/?q={{ tasks.fetch.body.text }}", ["OV807"]),
        ("https://example.com/?q={{ tasks.fetch.body.text | urlencode }}", []),
        ("https://example.com/{{ tasks.fetch.body.title }}", ["OV807"]),
        ("https://example.com/{{ tasks.fetch.body.full_name }}", []),
        ("https://example.com/{{ tasks.fetch.body.number }}", []),
        ("{{ tasks.fetch.body.text }}", []),
    ],
)
def test_written_text_in_a_url_is_encoded(url: str, found: list[str]) -> None:
    names = ("text", "title", "full_name")
    properties = ", ".join(f"{name}: {{type: string}}" for name in names)
    required = ", ".join(names)
    returns = (
        f"{{type: object, properties: {{{properties}, number: {{type: integer}}}}, required: [{required}, number]}}"
    )
    assert _after(f'kind: http, url: "{url}", hosts: ["*"]', returns=returns) == found
