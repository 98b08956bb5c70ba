"""What people stumbled over: one mistake is one finding, and its help names the way on."""

from __future__ import annotations

import pytest
from checking import codes, messages, told, verdict

from overture.checks import familiar_words
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS

LOOP = """
inputs: {{orders: {{type: array, items: {{type: object, properties: {{note: {{type: string}}}}}}, default: []}}}}
tasks:
  - id: each
    kind: foreach
    items: inputs.orders
    as: order
    tasks:
      - {{id: x, {}}}
"""


@pytest.mark.parametrize(
    "task",
    [
        'kind: shell, command: ["echo {{ order.note }}"]',
        "kind: python, code: \"def main(): return '{{ order.note }}'\"",
        'kind: repeat, attempts: 2, until: "true == true", tasks: [{id: y, kind: shell, command: ["{{ order }}"]}]',
    ],
)
def test_the_name_of_a_loop_in_a_literal_field_is_an_error(task: str) -> None:
    assert "OV314" in codes(LOOP.format(task))


@pytest.mark.parametrize(
    "task",
    [
        'kind: python, code: "def main(order): return f\'{{ order }}\'", args: {order: "{{ order.note }}"}',
        "kind: python, code: \"def main(): return '{{ other }}'\"",
    ],
)
def test_other_names_in_a_literal_field_are_text(task: str) -> None:
    assert "OV314" not in codes(LOOP.format(task))


def test_outside_of_its_loop_the_name_is_text() -> None:
    document = (
        LOOP.format("kind: log, message: a")
        + '  - {id: z, kind: shell, command: [echo, a], description: "{{ order }}"}\n'
    )
    assert "OV314" not in codes(document)


OPEN = """
inputs: {{{}}}
triggers:
  - {{type: schedule, cron: "0 9 * * *", timezone: UTC}}
  - {{type: schedule, cron: "0 10 * * *", timezone: UTC{}}}
tasks:
  - {{id: tell, kind: log, message: "{{{{ inputs.a }}}}{}"}}
"""


def test_a_default_that_lacks_is_told_once_for_all_triggers() -> None:
    found = verdict(OPEN.format("a: {type: string}", "", "")).diagnostics
    assert [each.message for each in found] == ["this trigger leaves input `a` open"]
    assert [each.message for each in found[0].related] == [
        "declared here without a default",
        "this trigger leaves it open too",
    ]


def test_inputs_that_the_same_triggers_leave_open_are_told_together() -> None:
    two = "a: {type: string}, b: {type: string}"
    assert messages(OPEN.format(two, "", "{{ inputs.b }}")) == ["this trigger leaves inputs `a` and `b` open"]


def test_inputs_that_different_triggers_leave_open_are_told_each() -> None:
    two = "a: {type: string}, b: {type: string}"
    found = told(OPEN.format(two, ", inputs: {b: c}", "{{ inputs.b }}"))
    assert [(code, text) for code, _, text in found] == [("OV503", "schedule"), ("OV503", "schedule")]
    three = two + ", c: {type: string}"
    document = OPEN.format(three, ", inputs: {b: c}", "{{ inputs.b }}{{ inputs.c }}").replace(
        "UTC}", "UTC, inputs: {c: d}}", 1
    )
    assert len(messages(document)) == 3


SHELL = "tasks:\n  - {{id: a, kind: shell, command: {}}}\n"


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ('["echo hello world"]', '"echo hello world"'),
        ('["/usr/bin/cat /etc/hosts"]', '"/usr/bin/cat /etc/hosts"'),
        ('["./build.sh all", fast]', '"./build.sh all"'),
        ("[cd, /data]", "cd"),
        ('["A=1", env]', '"A=1"'),
        ('[cat, a.txt, "|", wc, -l]', '"|"'),
        ('[jq, ".a", a.json, "|", sort]', '"|"'),
        ('[make, all, "&&", make, install]', '"&&"'),
        ('[ls, -l, ">", out.txt]', '">"'),
        ('[ls, -l, ">", "out/{{ run.id }}"]', '">"'),
        ('[ls, "2>&1"]', '"2>&1"'),
        ('[ls, "2>/dev/null"]', '"2>/dev/null"'),
        ('[serve, "&"]', '"&"'),
        ("[ls, $HOME/data]", "$HOME/data"),
        ('[echo, "$(date)"]', '"$(date)"'),
        ("[cat, ~/notes.txt]", "~/notes.txt"),
        ('[rm, -f, "out/*.csv"]', '"out/*.csv"'),
    ],
)
def test_what_only_a_shell_would_understand_is_told(command: str, text: str) -> None:
    assert told(SHELL.format(command)) == [("OV605", "warning", text)]


@pytest.mark.parametrize(
    "command",
    [
        "[echo, hello, world]",
        '[sh, -c, "cat a | wc -l > b && cd ~"]',
        '[bash, -c, "echo $HOME", "$HOME"]',
        '[printf, "%s|%s", a, $HOME]',
        '[grep, -c, ">", genes.fasta]',
        '[grep, -E, "a|b*$", notes.txt]',
        '[cut, -d, "|", -f, "1", table.txt]',
        '[tr, "|", ","]',
        '[sort, -t, "|", table.txt]',
        '[expr, "3", ">", "2"]',
        "[test, a, '>', b.txt]",
        '[awk, -F, "|", "{ print $NF }", table.txt]',
        '[jq, ".[] | select(.a > 1)", a.json]',
        '[jq, "$ENV"]',
        '[find, ., -name, "*.csv", -exec, cat, "{}", ";"]',
        '[rsync, -a, "--exclude=*.tmp", a/, b/]',
        '[aws, s3, cp, a, b, --include, "*.csv"]',
        '[ls, "--ignore=*.tmp"]',
        '[ssh, host, make, "&&", make, install, ">", out.txt]',
        '[envsubst, "$HOME"]',
        '["C:\\\\Program Files\\\\a.exe", b]',
        '["/opt/My App/run", b]',
        '["./A=1"]',
        '[echo, "a & b"]',
        '[echo, a, "&", b]',
        '[curl, "https://a.example/?a=b&c=d"]',
        '[git, add, "*.csv"]',
        '[echo, "5 > 3"]',
    ],
)
def test_what_a_program_reads_itself_is_no_slip(command: str) -> None:
    assert codes(SHELL.format(command)) == []


def edits(document: str) -> list[list[str]]:
    found = verdict(document).diagnostics
    return [[change.text for change in each.edit.changes] if each.edit else [] for each in found]


@pytest.mark.parametrize(
    ("command", "help", "edit"),
    [
        ("echo hello", "give each word by itself: `[echo, hello]`", ["[echo, hello]"]),
        ('"echo hello"', "give each word by itself: `[echo, hello]`", ["[echo, hello]"]),
        ('["echo hello"]', "give each word by itself: `[echo, hello]`", ["[echo, hello]"]),
        (
            "\"cp 'a b' {{ run.id | default('c d') }} 3\"",
            'give each word by itself: `[cp, "a b", "{{ run.id | default(\'c d\') }}", "3"]`',
            ['[cp, "a b", "{{ run.id | default(\'c d\') }}", "3"]'],
        ),
        (
            "cat a | wc -l",
            'give each word by itself; for what only a shell reads, run one: `[sh, -c, "cat a | wc -l"]`',
            [],
        ),
        ('"ls {{ run.id }}/*"', 'give each word by itself; for what only a shell reads, run one: `[sh, -c, "…"]`', []),
        ('"echo \'a"', "give each word by itself: `[ls, -l]`", []),
    ],
)
def test_of_a_command_in_one_text_the_help_shows_its_words(command: str, help: str, edit: list[str]) -> None:
    document = SHELL.format(command)
    assert [each.help for each in verdict(document).diagnostics] == [help]
    assert edits(document) == [edit]


def test_words_in_lines_are_not_mended_by_brackets() -> None:
    assert edits("tasks:\n  - id: a\n    kind: shell\n    command:\n      - echo hello\n") == [[]]
    assert edits("tasks:\n  - id: a\n    kind: shell\n    command: >\n      echo hello\n") == [[]]


def test_other_lists_keep_their_help() -> None:
    found = verdict("tasks: [{id: a, kind: assert, that: run.id == 'a'}]\n").diagnostics
    assert [each.help for each in found] == ["put it between `[` and `]`"]


def helps(expression: str) -> list[str | None]:
    document = f'tasks: [{{id: a, kind: log, message: "{{{{ {expression} }}}}"}}]\n'
    return [each.help for each in verdict(document).diagnostics]


@pytest.mark.parametrize(
    ("expression", "help"),
    [
        ("[1] | total", "here it is `sum`"),
        ("[1] | count", "here it is `length`"),
        ("[1] | len", "here it is `length`"),
        ("'a' | strip", "here it is `trim`"),
        ("'a' | uppercase", "here it is `upper`"),
        ("[1] | filter", "here it is `select` or `selectattr`; a foreach has `where`"),
        ("['a'] | concat", "here it is `join`; two texts are joined by `~`"),
        ("[1] | to_json", "here it is `tojson`"),
        ("now() | strftime", "here it is `date('%Y-%m-%d')`"),
        ("'a' | uper", "did you mean `upper`?"),
        ("'a' | defined", "it is a test: write `is defined`"),
        ("len('a')", "here it is a filter: `… | length`"),
        ("length('a')", "it is a filter: write `… | length`"),
        ("today()", "here it is `now()`, as `now() | date('%Y-%m-%d')`"),
        ("nov()", "did you mean `now`?"),
        ("'a' is null", "here it is `none`"),
        ("'a' is strng", "did you mean `string`?"),
    ],
)
def test_a_familiar_name_is_told_in_ours(expression: str, help: str) -> None:
    assert helps(expression) == [help]


def test_no_familiar_name_is_one_of_ours() -> None:
    assert not FILTERS.keys() & familiar_words.FILTERS.keys()
    assert not FUNCTIONS.keys() & familiar_words.FUNCTIONS.keys()
    assert not {name for name, each in TESTS.items() if each.is_test} & familiar_words.TESTS.keys()


TRY = """
tasks:
  - id: t
    kind: try
    tasks:
      - {{id: h, kind: http, url: "https://a.example"}}
{}    catch:
      - {{id: tell, kind: log, message: "{{{{ {} }}}}"}}
"""
SECOND = '      - {id: i, kind: http, url: "https://b.example"}\n'


@pytest.mark.parametrize("expression", ["error", "error.message", "run.error.message", "tasks.t.error.message"])
def test_in_a_catch_the_help_names_the_error(expression: str) -> None:
    (one,) = verdict(TRY.format("", expression)).diagnostics
    assert one.help == "read `tasks.h.error.message`"
    (several,) = verdict(TRY.format(SECOND, expression)).diagnostics
    assert several.help == "read `tasks.h.error.message` or `tasks.i.error.message`, of the task that failed"


def test_in_on_failure_the_help_names_the_error_of_the_run() -> None:
    document = (
        'tasks: [{id: a, kind: log, message: a}]\non_failure: [{id: b, kind: log, message: "{{ error.message }}"}]\n'
    )
    assert [each.help for each in verdict(document).diagnostics] == ["read `run.error.message`"]
    assert helps("error.message") == ["a text stands in quotes"]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", []),
        (SECOND.replace("}", ", on_error: continue}"), []),
        (SECOND, ["OV208"]),
        ("    timeout: 5m\n", ["OV208"]),
    ],
)
def test_the_error_of_the_only_task_that_can_have_failed_is_there(more: str, found: list[str]) -> None:
    assert [each for each in codes(TRY.format(more, "tasks.h.error.message")) if each == "OV208"] == found


def test_so_it_is_deeper_in_the_catch_but_not_after_the_try() -> None:
    document = TRY.format("", "tasks.h.error.message").replace(
        "- {id: tell,",
        "- id: b\n        kind: branch\n        cases: [{when: run.trigger == 'manual', tasks: [{id: tell,",
    )
    document = document.rstrip().removesuffix("}") + "}]}]\n"
    assert codes(document) == []
    after = TRY.format("", "tasks.h.error.type") + '  - {id: z, kind: log, message: "{{ tasks.h.error.message }}"}\n'
    assert codes(after) == ["OV208"]


@pytest.mark.parametrize(
    "use",
    [
        "kind: log, message: a, when: tasks.ask.value",
        "kind: log, message: a, when: not tasks.ask.value.urgent",
        "kind: log, message: \"{{ tasks.ask.value.urgent }}\", when: \"tasks.ask.value['urgent'] == 'yes'\"",
        "kind: foreach, items: tasks.ask.value, as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]",
        "kind: foreach, items: tasks.ask.value.labels, as: one, tasks: [{id: y, kind: log, message: '{{ one }}'}]",
        "kind: assert, that: [tasks.ask.value]",
    ],
)
def test_an_answer_that_steers_without_returns_is_one_mistake(use: str) -> None:
    assert codes(f"tasks:\n  - {{id: ask, kind: ai, prompt: a}}\n  - {{id: x, {use}}}\n") == ["OV805"]


def test_the_keys_of_an_answer_without_returns_are_one_mistake() -> None:
    found = verdict("""
        tasks:
          - {id: ask, kind: ai, prompt: a}
          - {id: x, kind: log, message: "{{ tasks.ask.value.label }} {{ tasks.ask.value['why'] }}"}
          - {id: y, kind: log, message: "{{ tasks.ask.value.label }}"}
        """).diagnostics
    assert [(each.code, each.help, len(each.related)) for each in found] == [("OV306", "give `ask` a `returns`", 2)]


def test_other_mistakes_beside_an_answer_are_told() -> None:
    document = """
        tasks:
          - {id: ask, kind: ai, prompt: a}
          - {id: x, kind: log, message: "{{ tasks.ask.value + 1 }} {{ 'a'.b }}", when: "tasks.ask.value == 'b'"}
        """
    assert sorted(codes(document)) == ["OV306", "OV306", "OV805"]


def test_an_argument_under_another_name_is_one_mistake() -> None:
    found = verdict(
        'tasks: [{id: a, kind: python, code: "def main(a, b): return a", args: {a: 1, c: 2}}]\n'
    ).diagnostics
    assert [(each.message, each.help) for each in found] == [("`main` takes no `c`", "there is `b`")]
    assert len(messages('tasks: [{id: a, kind: python, code: "def main(a, b): return a", args: {c: 1, d: 2}}]\n')) == 3


def test_a_url_of_a_trusted_list_is_not_called_data() -> None:
    found = messages("""
        inputs: {urls: {type: array, items: {type: string}, default: ["https://a.example"]}}
        tasks:
          - id: e
            kind: foreach
            items: inputs.urls
            as: one
            tasks: [{id: g, kind: http, url: "{{ one }}"}]
        """)
    assert found == ["the host of this url is not known before the run"]


def test_a_command_of_a_megabyte_is_told_without_its_words() -> None:
    (found,) = verdict(SHELL.format("'" + "{{ " * 300_000 + "'")).diagnostics
    assert found.help == "give each word by itself: `[ls, -l]`"
