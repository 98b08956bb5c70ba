"""When an http task is Kestra's own, and what it then looks like."""

from __future__ import annotations

import pytest
import yaml
from flows import export, flow_of, task

REQUEST = "io.kestra.plugin.core.http.Request"
HEAD = "inputs: {api: {type: string}, id: {type: string}, n: {type: integer}}\nsecrets: [TOKEN]"
TEXTS = "returns: {type: object, required: [a], properties: {a: {type: string}}}"
LOG = "  - {id: say, kind: log, message: '{{ tasks.a.%s }}'}\n"


def request(fields: str, *, more: str = "", **options: str) -> dict[str, object]:
    found = export(f"  - {{id: a, kind: http, {fields}}}\n{more}", head=HEAD, options=options)
    assert found.files, found.gaps
    return task(yaml.safe_load(next(iter(found.files.values()))), "a")


def test_a_read_is_a_request_as_written_by_hand() -> None:
    assert request("url: '{{ inputs.api }}/items/{{ inputs.n }}', query: {state: open, tag: [a, b], none: null}") == {
        "id": "a",
        "type": REQUEST,
        "uri": "{{ inputs.api }}/items/{{ inputs.n }}",
        "params": {"state": "open", "tag": ["a", "b"]},
        "options": {"allowedResponseCodes": "{{ range(200, 299) }}", "timeout": {"readIdleTimeout": "PT30S"}},
        "timeout": "PT30S",
    }


def test_a_flow_of_reads_carries_no_script() -> None:
    flow = flow_of("  - {id: a, kind: http, url: 'https://a.example'}\n" + LOG % "status")
    assert "variables" not in flow
    assert task(flow, "say")["message"] == "{{ outputs.a.code }}"


def test_credentials_stand_in_a_header_which_no_redirect_takes_along() -> None:
    """`options.auth` would: found by running."""
    bearer = request("url: 'https://a.example', auth: {type: bearer, token: '{{ secrets.TOKEN }}'}")
    assert bearer["headers"] == {"Authorization": "Bearer {{ secret('TOKEN') }}"}
    basic = request("url: 'https://a.example', auth: {type: basic, username: u, password: '{{ secrets.TOKEN }}'}")
    assert basic["headers"] == {"Authorization": "Basic {{ ('u:' ~ secret('TOKEN')) | base64encode }}"}


def test_accepted_statuses_are_a_list_or_ranges() -> None:
    def allowed(accept: str) -> object:
        options = request(f"url: 'https://a.example', accept: {accept}")["options"]
        assert isinstance(options, dict)
        return options["allowedResponseCodes"]

    assert allowed("[200, 404]") == [200, 404]
    assert allowed("['200-299', 404]") == "{{ [] | jq('[range(200; 300)] + [range(404; 405)]') | first }}"


def test_an_answer_is_checked_by_an_assert() -> None:
    flow = flow_of(f"  - {{id: a, kind: http, url: 'https://a.example', {TEXTS}}}\n" + LOG % "body.a")
    check = task(flow, "a_fits")
    assert check["type"] == "io.kestra.plugin.core.execution.Assert"
    is_json, fits = check["conditions"]
    assert "headers['content-type'][0]" in is_json
    assert (
        fits
        == """{{ [outputs.a.body] | jq('.[0] | fromjson | type == "object" and (.a | type == "string")') | first }}"""
    )
    assert task(flow, "say")["message"] == "{{ fromJson(outputs.a.body).a }}"


def test_a_number_of_an_answer_is_read_as_jq_writes_it() -> None:
    """2.0 is the whole number 2."""
    returns = "returns: {type: object, required: [n], properties: {n: {type: integer}}}"
    flow = flow_of(f"  - {{id: a, kind: http, url: 'https://a.example', {returns}}}\n" + LOG % "body.n")
    assert task(flow, "say")["message"] == (
        "{{ fromJson([outputs.a.body] | jq('.[0] | fromjson | tojson') | first).n }}"
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ("method: POST, url: 'https://a.example'", "sends again by itself what is answered 429 or 503"),
        ("method: DELETE, url: 'https://a.example'", "sends again by itself what is answered 429 or 503"),
        ("url: 'https://a.example', retry: {attempts: 2}", "sends again by itself, besides its attempts"),
        ("url: 'https://a.example/{{ secrets.TOKEN }}'", "keeps the url, and with it the secret"),
        ("url: 'https://a.example', query: {key: '{{ secrets.TOKEN }}'}", "keeps the url, and with it the secret"),
        ("url: 'https://a.example/{{ inputs.id }}'", "does not escape what the url is made of"),
        ("url: 'https://a.example/ä'", "does not escape what the url is made of"),
        ("url: 'https://a.example', headers: {X-Key: '{{ secrets.TOKEN }}'}", "takes the secret of the header X-Key"),
        ("url: 'https://a.example', headers: {X-A: '{{ inputs.id }}'}", "sends text in the header X-A otherwise"),
        ("url: 'https://a.example', timeout: 500ms", "counts its own start to a timeout"),
        ("url: 'https://a.example', pages: {style: link}", "reads one page"),
        ("url: 'https://a.example', save: a.bin", "saves no file"),
        ("url: 'https://a.example', headers: {X-A: '{{ inputs.n / 2 }}'}", "sends text in the header X-A otherwise"),
        ("url: 'https://a.example', query: {n: '{{ inputs.n + 1 }}'}", "cannot be given an expression"),
        ("url: '{{ inputs.api }}', hosts: ['*.example.com']", "looks at no `hosts`"),
        ("url: 'https://a.example', returns: {type: string, pattern: '^a'}", "gives every answer as text"),
        (
            "url: 'https://a.example', returns: {type: array, items: {pattern: '^a'}}",
            "has no check for `pattern`, which jq sees otherwise",
        ),
    ],
)
def test_what_would_differ_is_a_script_that_says_why(fields: str, why: str) -> None:
    (text,) = export(f"  - {{id: a, kind: http, {fields}}}\n", head=HEAD).files.values()
    assert "shell.Commands" in text and REQUEST not in text
    assert f"# a script: http.Request {why}" in text


def test_a_write_that_may_be_repeated_is_a_request_with_its_key() -> None:
    made = request("method: POST, url: 'https://a.example', body: {n: '{{ inputs.n }}'}, idempotent: true")
    assert made["type"] == REQUEST and made["method"] == "POST"
    assert made["body"] == '{"n": {{ inputs.n | toJson }}}'
    assert made["headers"] == {"Idempotency-Key": "{{ execution.id }}/a"}


def test_a_text_goes_out_as_text() -> None:
    made = request("method: PUT, url: 'https://a.example', body: hello, idempotent: true")
    assert made["body"] == "hello"
    assert made["headers"] == {"Content-Type": "text/plain; charset=utf-8"}


def test_writes_and_retries_can_be_kestras_own_with_a_warning() -> None:
    tasks = "  - {id: a, kind: http, method: POST, url: 'https://a.example', body: {n: 1}}\n"
    found = export(tasks, options={"http": "core"})
    assert [(gap.pointer, gap.severity) for gap in found.gaps] == [("/tasks/0", "warning")]
    assert "sends again by itself what is answered 429 or 503" in found.gaps[0].message
    assert REQUEST in next(iter(found.files.values()))
    retried = request("url: 'https://a.example', retry: {attempts: 3}", http="core")
    assert retried["type"] == REQUEST and retried["retry"] == {"type": "constant", "interval": "PT1S", "maxAttempts": 3}


def test_what_kestras_own_cannot_say_stays_a_script() -> None:
    found = export(
        "  - {id: a, kind: http, url: 'https://a.example', pages: {style: link}}\n", options={"http": "core"}
    )
    assert "# a script: http.Request reads one page" in next(iter(found.files.values()))


def test_the_option_takes_one_word() -> None:
    found = export("  - {id: a, kind: log, message: x}\n", options={"http": "curl"})
    assert found.files == {} and found.gaps[0].message == "`http` takes `core`, not `curl`"


def test_an_error_that_is_read_comes_from_what_kestra_logged() -> None:
    flow = flow_of(
        f"  - {{id: a, kind: http, url: 'https://a.example', {TEXTS}}}\n"
        "on_failure:\n  - {id: alarm, kind: log, message: '{{ run.error.type }}'}\n"
    )
    text = task(flow, "run_error")["format"]
    assert "[errorLogs(), 'a'] | jq(vars.http_error)" in text and "'returns'" in text
    assert sorted(flow["variables"]) == ["first_error", "http_error"]


def test_what_gave_no_answer_leaves_its_status_to_a_script() -> None:
    continued = "  - {id: a, kind: http, url: 'https://a.example', on_error: continue}\n"
    flow = flow_of(continued + "  - {id: b, kind: log, message: '{{ tasks.a.status | default(0) }}'}\n")
    assert task(flow, "a")["type"].endswith("shell.Commands")
    assert task(flow_of(continued), "a")["type"] == REQUEST
