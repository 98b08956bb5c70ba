"""The scripts that flows carry, run as Kestra runs them, against real servers."""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import json
import time
from pathlib import Path
from typing import Any

import pytest
from steps import Step, run_step

from overture.testing.mail import Mailbox
from overture.testing.models import ModelScript, read_script
from overture.testing.replies import read_routes
from overture.testing.world import World
from overture_kestra.scripts.assembly import assemble


def world(http: Any = None, models: Any = None) -> World:
    return World(read_routes("http", http or {}), ModelScript(read_script("models", models)))


def request(asked: dict[str, Any], folder: Path) -> Step:
    return run_step("request", {"request.json": {"method": "GET", "body_read": "text", **asked}}, folder)


# ---- requests


def test_a_json_answer_travels_as_compact_text(tmp_path: Path) -> None:
    with world({"GET /a": {"json": {"z": None, "n": 2.0, "big": 12345678901234567, "a": ["é", 1.5]}}}) as served:
        step = request({"url": f"{served.url}/a"}, tmp_path)
    assert step.is_good
    assert step.outputs["status"] == 200
    assert step.outputs["body"] == '{"z":null,"n":2,"big":12345678901234567,"a":["é",1.5]}'


def test_a_plain_body_travels_as_it_is(tmp_path: Path) -> None:
    with world({"GET /a": {"text": "007 {{ x }}"}}) as served:
        step = request({"url": f"{served.url}/a", "body_read": "plain", "returns": {"type": "string"}}, tmp_path)
    assert step.outputs["body"] == "007 {{ x }}"


@pytest.mark.parametrize("status", [429, 503, 500, 404, 302])
def test_a_status_that_is_not_accepted_is_asked_for_once(status: int, tmp_path: Path) -> None:
    with world({"POST /a": status}) as served:
        step = request({"method": "POST", "url": f"{served.url}/a"}, tmp_path)
        assert len(served.requests) == 1
    assert not step.is_good
    assert step.error["type"] == "http"
    assert step.outputs["status"] == status


def test_statuses_can_be_accepted(tmp_path: Path) -> None:
    with world({"GET /a": 404}) as served:
        assert (
            request({"url": f"{served.url}/a", "accept": [[200, 299], [404, 404]]}, tmp_path).outputs["status"] == 404
        )


def test_data_that_does_not_fit_is_refused_with_its_place(tmp_path: Path) -> None:
    schema = {"type": "array", "items": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}}
    with world({"GET /a": {"json": [{"n": 1}, {"n": "2"}]}}) as served:
        step = request({"url": f"{served.url}/a", "returns": schema}, tmp_path)
    assert step.error == {"type": "returns", "message": "$[1].n must be integer, is string"}


def test_broken_json_fails_and_an_empty_answer_is_null(tmp_path: Path) -> None:
    broken = {"headers": {"Content-Type": "application/json"}, "text": '{"a": '}
    with world({"GET /broken": broken, "GET /empty": {**broken, "text": ""}}) as served:
        assert request({"url": f"{served.url}/broken"}, tmp_path).error["type"] == "http"
        assert request({"url": f"{served.url}/empty"}, tmp_path).outputs["body"] == "null"


def test_query_headers_auth_and_body_go_out(tmp_path: Path) -> None:
    asked = {
        "method": "POST",
        "query": {"q": "a b&c*~", "many": [1, True], "none": None},
        "headers": {"X-A": "é"},
        "username": "u",
        "password": "p:ä",
        "json": {"n": None, "f": 1.5},
        "key": "run/post",
    }
    with world({"POST /a": 201}) as served:
        assert request({**asked, "url": f"{served.url}/a?old=1"}, tmp_path).is_good
        (got,) = served.requests
    assert got.query == (("old", "1"), ("q", "a b&c*~"), ("many", "1"), ("many", "true"))
    assert got.raw == b'{"n":null,"f":1.5}'
    assert got.headers["content-type"] == "application/json"
    assert got.headers["authorization"] == "Basic dTpwOsOk"
    assert len(got.headers["idempotency-key"]) == 32


def test_the_idempotency_key_is_the_same_for_every_attempt_and_no_other_request(tmp_path: Path) -> None:
    with world({"POST /a": 201}) as served:
        for key in ("run/a/0", "run/a/0", "run/a/1"):
            request({"method": "POST", "url": f"{served.url}/a", "key": key}, tmp_path)
        request(
            {"method": "POST", "url": f"{served.url}/a", "key": "x", "headers": {"idempotency-key": "own"}}, tmp_path
        )
        first, again, other, own = [each.headers["idempotency-key"] for each in served.requests]
    assert first == again != other
    assert own == "own"


def test_a_form_and_a_text_go_out_as_such(tmp_path: Path) -> None:
    with world({"POST /a": 200}) as served:
        request({"method": "POST", "url": f"{served.url}/a", "form": {"a": ["x y", "z"], "b": None}}, tmp_path)
        request({"method": "POST", "url": f"{served.url}/a", "text": "{not json"}, tmp_path)
        form, text = served.requests
    assert form.raw == b"a=x%20y&a=z"
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert text.raw == b"{not json"
    assert text.headers["content-type"].startswith("text/plain")


def test_a_redirect_to_another_origin_drops_credentials_and_keeps_to_the_hosts(tmp_path: Path) -> None:
    with world({"GET /b": 200}) as other:
        routes = {"GET /a": {"status": 302, "headers": {"Location": f"{other.url}/b"}}}
        with world(routes) as served:
            asked = {"url": f"{served.url}/a", "token": "t", "headers": {"X-Api-Key": "k", "X-Other": "o"}}
            assert request({**asked, "hosts": [served.host]}, tmp_path).error["type"] == "refused"
            assert other.requests == []
            assert request({**asked, "hosts": [served.host, other.host]}, tmp_path).is_good
            assert request(asked, tmp_path).is_good
        for got in other.requests:
            assert not {"authorization", "x-api-key"} & set(got.headers)
            assert got.headers["x-other"] == "o"


def test_redirects_are_followed_five_times(tmp_path: Path) -> None:
    routes = {f"GET /{n}": {"status": 302, "headers": {"Location": f"/{n + 1}"}} for n in range(6)}
    with world({**routes, "GET /6": 200}) as served:
        assert request({"url": f"{served.url}/1"}, tmp_path).is_good
        assert request({"url": f"{served.url}/0"}, tmp_path).error["type"] == "http"


def test_a_host_outside_the_patterns_is_not_reached(tmp_path: Path) -> None:
    with world({"GET /a": 200}) as served:
        for hosts in (["*.example.com"], ["*"], ["api.example.com"]):
            assert request({"url": f"{served.url}/a", "hosts": hosts}, tmp_path).error["type"] == "refused"
        assert served.requests == []


@pytest.mark.parametrize("path", ["/a/../b", "/a/%2e%2E/b", "/./b"])
def test_a_segment_of_dots_is_refused(path: str, tmp_path: Path) -> None:
    assert request({"url": f"http://127.0.0.1:9{path}", "from_data": True}, tmp_path).error["type"] == "refused"


def test_a_header_may_not_break_its_line(tmp_path: Path) -> None:
    asked = {"url": "http://127.0.0.1:9/", "headers": {"X": "a\r\nY: b"}}
    assert request(asked, tmp_path).error["type"] == "refused"


def test_secrets_are_masked_in_what_comes_back(tmp_path: Path) -> None:
    with world(
        {"GET /a": {"json": {"echo": "Bearer tok-secret-1"}}, "GET /b": {"status": 500, "text": "tok-secret-1"}}
    ) as it:
        asked = {"secrets": ["tok-secret-1", "abc"]}
        good = request({**asked, "url": f"{it.url}/a"}, tmp_path)
        bad = request({**asked, "url": f"{it.url}/b"}, tmp_path)
    assert good.outputs["body"] == '{"echo":"Bearer ***"}'
    assert "tok-secret" not in json.dumps(bad.outputs) + bad.log


def test_a_secret_is_masked_as_it_is_and_as_json_writes_it(tmp_path: Path) -> None:
    secret = 'tok\'en-"7f3a" ä'
    with world({"GET /a": {"json": {"said": secret}}, "GET /b": {"text": json.dumps(secret)}}) as it:
        asked = {"secrets": [secret]}
        assert request({**asked, "url": f"{it.url}/a"}, tmp_path).outputs["body"] == '{"said":"***"}'
        plain = request({**asked, "url": f"{it.url}/b", "body_read": "plain"}, tmp_path)
        assert plain.outputs["body"] == '"***"'


def test_a_short_timeout_is_held_by_the_script(tmp_path: Path) -> None:
    with world({"GET /a": {"delay": 20}}) as served:
        began = time.monotonic()
        step = request({"url": f"{served.url}/a", "seconds": 0.3}, tmp_path)
    assert step.error["type"] == "timeout"
    assert time.monotonic() - began < 10


def test_pages_of_all_four_styles_are_joined(tmp_path: Path) -> None:
    routes = {
        "GET /link": {"json": [1], "link_next": "/link?page=2"},
        "GET /link?page=2": {"json": [2]},
        "GET /cursor": {"json": {"items": [1], "at": {"next": "c2"}}},
        "GET /cursor?c=c2": {"json": {"items": [2], "at": {"next": ""}}},
        "GET /page?p=1": {"json": [1, 2]},
        "GET /page?p=2": {"json": [3]},
        "GET /offset?o=0": {"json": [1, 2]},
        "GET /offset?o=2": {"json": []},
    }
    with world(routes) as served:

        def body(path: str, **pages: Any) -> Any:
            return json.loads(request({"url": served.url + path, "pages": pages}, tmp_path).outputs["body"])

        assert body("/link", style="link") == [1, 2]
        assert body("/cursor", style="cursor", param="c", items="items", next="at.next") == [1, 2]
        assert body("/page", style="page", param="p", size=2) == [1, 2, 3]
        assert body("/offset", style="offset", param="o") == [1, 2]


def test_more_pages_than_the_limit_fail_and_the_next_page_has_the_same_origin(tmp_path: Path) -> None:
    away = {"json": [1], "headers": {"Link": '<https://elsewhere.example/x>; rel="next"'}}
    with world({"GET /a": {"json": [1], "link_next": "/a"}, "GET /b": away}) as served:
        step = request({"url": f"{served.url}/a", "pages": {"style": "link", "limit": 3}}, tmp_path)
        assert step.error["message"] == "there are more than 3 pages"
        assert len(served.requests) == 3
        step = request({"url": f"{served.url}/b", "pages": {"style": "link"}}, tmp_path)
        assert step.error["type"] == "refused"


def test_a_body_can_be_saved(tmp_path: Path) -> None:
    with world({"GET /a": {"bytes_base64": "AAEC"}}) as served:
        step = request({"url": f"{served.url}/a", "save": "deep/a.bin"}, tmp_path)
    assert step.outputs["path"] == "deep/a.bin"
    assert (tmp_path / "saved/deep/a.bin").read_bytes() == b"\x00\x01\x02"


# ---- models

SCHEMA = {"type": "object", "required": ["label"], "properties": {"label": {"enum": ["bug", "feature"]}}}


def ask(served: World, folder: Path, **more: Any) -> Step:
    asked = {"base_url": served.model_url, "models": ["m1"], "returns": SCHEMA, **more}
    return run_step("ask", {"ask.json": asked, "prompt.txt": "Which?\n"}, folder, {"OPENAI_API_KEY": "sk-x"})


def test_an_answer_that_fits_is_the_value(tmp_path: Path) -> None:
    with world(models={"Which": {"json": {"label": "bug"}}}) as served:
        step = ask(served, tmp_path)
        (call,) = served.model_calls
    assert step.outputs == {
        "value": '{"label":"bug"}',
        "model": "m1",
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    assert call.request.headers["authorization"] == "Bearer sk-x"
    assert call.texts[-1] == "Which?\n"


def test_an_answer_that_does_not_fit_is_asked_for_once_more(tmp_path: Path) -> None:
    with world(models={"Which": [{"json": {"label": "defect"}}, {"json": {"label": "bug"}}]}) as served:
        step = ask(served, tmp_path)
        assert len(served.model_calls) == 2
        assert "must be one of" in served.model_calls[1].texts[-1]
    assert step.outputs["usage"] == {"input_tokens": 20, "output_tokens": 10}


def test_two_answers_that_do_not_fit_fail_and_try_no_other_model(tmp_path: Path) -> None:
    with world(models={"Which": {"json": {"label": "defect"}}}) as served:
        step = ask(served, tmp_path, models=["m1", "m2"])
        assert [call.model for call in served.model_calls] == ["m1", "m1"]
    assert step.error["type"] == "returns"


def test_a_wrapped_value_is_taken_out_and_text_needs_no_schema(tmp_path: Path) -> None:
    with world(models={"Which": {"json": {"value": [1, 2]}}}) as served:
        step = ask(served, tmp_path, returns={"type": "array"}, wrapped=True)
        assert step.outputs["value"] == "[1,2]"


def test_without_a_model_the_step_says_what_to_set(tmp_path: Path) -> None:
    with world() as served:
        assert "OVERTURE_MODEL" in ask(served, tmp_path, models=[""]).error["message"]


# ---- code and programs


def call(code: str, folder: Path, **more: Any) -> Step:
    return run_step("call_main", {"call.json": {"args": {}, **more}, "main.py": code}, folder)


def test_python_returns_its_value_and_prints_to_the_log(tmp_path: Path) -> None:
    step = call("def main(a):\n    print('seen', a)\n    return {'n': None, 'a': a}\n", tmp_path, args={"a": [1.0]})
    assert step.outputs["value"] == '{"n":null,"a":[1]}'
    assert "seen [1]" in step.log


def test_python_sees_no_environment_of_the_worker(tmp_path: Path) -> None:
    step = call("import os\ndef main():\n    return os.environ.get('LEAKED')\n", tmp_path)
    assert step.outputs["value"] == "null"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("def main():\n    raise ValueError('no')\n", "exception"),
        ("import sys\ndef main():\n    sys.exit(0)\n", "exception"),
        ("def main():\n    return {1, 2}\n", "returns"),
        ("def main():\n    return float('nan')\n", "returns"),
        ("def main():\n    return 'text'\n", "returns"),
    ],
)
def test_what_goes_wrong_in_python_has_its_type(code: str, kind: str, tmp_path: Path) -> None:
    step = call(code, tmp_path, returns={"type": "integer"})
    assert not step.is_good
    assert step.error["type"] == kind


def test_a_program_gets_its_arguments_exactly(tmp_path: Path) -> None:
    words = ['a\'b "c" $HOME `id` \\ ;|& *', "", "{{ x }}"]
    program = {"command": ["python3", "-c", "import sys; print(sys.argv[1:], sys.stdin.read())", *words], "stdin": "IN"}
    step = run_step("run_program", {"program.json": program}, tmp_path)
    assert step.outputs["stdout"] == f"{words} IN\n"


def test_a_failed_program_still_tells_what_it_printed(tmp_path: Path) -> None:
    program = {"command": ["sh", "-c", "echo out; echo err >&2; exit 3"]}
    step = run_step("run_program", {"program.json": program}, tmp_path)
    assert {key: step.outputs[key] for key in ("exit_code", "stdout", "stderr")} == {
        "exit_code": 3,
        "stdout": "out\n",
        "stderr": "err\n",
    }
    assert step.error == {"type": "exit", "message": "sh ended with exit code 3: err"}


def test_an_exit_code_can_be_accepted_and_json_is_read(tmp_path: Path) -> None:
    program = {"command": ["sh", "-c", "echo '{\"a\": 2.0}'; exit 3"], "accept": [3], "returns": {"type": "object"}}
    step = run_step("run_program", {"program.json": program}, tmp_path)
    assert step.is_good and step.outputs["value"] == '{"a":2}'


def test_a_program_sees_its_own_variables_and_no_others(tmp_path: Path) -> None:
    program = {"command": ["sh", "-c", 'echo "$MINE-$LEAKED"'], "values": {"MINE": "x y"}}
    assert run_step("run_program", {"program.json": program}, tmp_path).outputs["stdout"] == "x y-\n"


# ---- files, waits, webhooks, values


@pytest.mark.parametrize(
    ("form", "text", "content"),
    [
        ("text", "a\r\nb", "a\r\nb"),
        ("lines", "a\r\nb\n", ["a", "b"]),
        ("json", '{"n": 2.0, "z": null}', {"n": 2, "z": None}),
        ("csv", 'a,b\r\n"x, y",\r\n', [{"a": "x, y", "b": ""}]),
        ("base64", "hi", "aGk="),
    ],
)
def test_files_are_read_in_every_form(form: str, text: str, content: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(text.encode())
    step = run_step("read_file", {"file.json": {"path": "data", "format": form}}, tmp_path)
    assert json.loads(step.outputs["content"]) == content


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../../b"])
def test_paths_stay_in_the_workspace(path: str, tmp_path: Path) -> None:
    for name in ("read_file", "write_file"):
        step = run_step(name, {"file.json": {"path": path, "content": "x"}}, tmp_path)
        assert step.error["type"] == "refused"


def test_what_is_written_as_csv_is_read_back(tmp_path: Path) -> None:
    rows = [{"a": 'q"', "b": None}, {"a": "x\ny", "b": 1}]
    run_step("write_file", {"file.json": {"path": "t.csv", "format": "csv", "content": rows}}, tmp_path)
    assert (tmp_path / "written/content").read_bytes() == b'a,b\r\n"q""",\r\n"x\ny",1\r\n'


def test_a_wait_is_never_less_than_a_second(tmp_path: Path) -> None:
    def seconds(**wait: str) -> Any:
        return run_step("wait", {"wait.json": wait}, tmp_path).outputs["seconds"]

    assert seconds(**{"for": "1m30s"}) == 90
    assert seconds(**{"for": "1ms"}) == 1
    assert seconds(until="2000-01-01T00:00:00Z") == 1
    assert run_step("wait", {"wait.json": {"until": "2000-01-01"}}, tmp_path).error["type"] == "expression"


def test_a_webhook_is_verified_over_its_raw_body(tmp_path: Path) -> None:
    raw = '{"a": null, "b": 1.0}'
    signature = {"secret": "s3cret", "prefix": "sha256=", "encoding": "hex"}
    right = "sha256=" + hmac.new(b"s3cret", raw.encode(), hashlib.sha256).hexdigest()
    good = run_step("webhook", {"webhook.json": {"raw": raw, "signature": signature, "signed": right}}, tmp_path)
    bad = run_step("webhook", {"webhook.json": {"raw": raw + " ", "signature": signature, "signed": right}}, tmp_path)
    assert good.outputs == {"verdict": "good", "body": '{"a":null,"b":1}'}
    assert bad.outputs == {"verdict": "the signature is wrong"}


def test_values_are_computed_from_what_is_given(tmp_path: Path) -> None:
    code = (
        "from computed import compute\n\n\n"
        "def values(given):\n"
        "    b = given.get('tasks.y.body')\n"
        "    return {'a': given['tasks.x.body']['n'], 'b': b, 'c': 'tasks.y.body' in given}\n\n\n"
        "compute(values, plain=('a',))\n"
    )
    files = {"values.py": code, "given.json": {"tasks.x.body": {"n": 5}, "tasks.y.body?": []}}
    assert run_step("computed", files, tmp_path).outputs == {"a": 5, "b": "null", "c": "false"}


def test_a_value_that_is_missing_is_an_error_of_the_expression(tmp_path: Path) -> None:
    code = "from computed import compute\ncompute(lambda given: {'a': given['tasks.y.body']})\n"
    step = run_step("computed", {"values.py": code, "given.json": {"tasks.y.body?": []}}, tmp_path)
    assert step.error == {"type": "expression", "message": "`tasks.y.body` has no value"}


# ---- databases and mail


def query(folder: Path, text: str, params: Any = None) -> Step:
    asked = {"connection": f"sqlite:///{folder}/db", "query": text, "params": params}
    return run_step("query", {"query.json": asked}, folder)


def test_a_query_runs_for_each_of_its_parameters_in_one_transaction(tmp_path: Path) -> None:
    query(tmp_path, "create table paid (who text unique, cents integer)")
    assert (
        query(
            tmp_path, "insert into paid values (:who, :c)", [{"who": "o'neil", "c": 1}, {"who": "b", "c": 2}]
        ).outputs["row_count"]
        == 2
    )
    again = query(tmp_path, "insert into paid values (:who, :c)", [{"who": "new", "c": 1}, {"who": "b", "c": 2}])
    assert again.error["type"] == "error"
    rows = query(tmp_path, "select who, cents, null as z from paid order by cents").outputs
    assert json.loads(rows["rows"]) == [{"who": "o'neil", "cents": 1, "z": None}, {"who": "b", "cents": 2, "z": None}]
    assert rows["row_count"] == 2


def test_placeholders_of_postgres_are_those_outside_texts_and_casts() -> None:
    spec = importlib.util.spec_from_loader("query_script", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    source = assemble({"query": [""]}, ()).texts["query"]
    exec(compile(source, "query.py", "exec"), module.__dict__)
    written = module.PLACE.sub(module.placed, "select ':a', \"b:c\", x::int from t where y = :who -- :not\n and z = :z")
    assert written == "select ':a', \"b:c\", x::int from t where y = %(who)s -- :not\n and z = %(z)s"


def test_a_mail_goes_to_everybody_and_hides_whom_it_should(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\r\n")
    with Mailbox() as box:
        mail = {
            "connection": box.url,
            "from": "me@example.com",
            "to": "a@example.com, B <b@example.com>",
            "bcc": ["hidden@example.com"],
            "subject": "Zoë {{ x }}",
            "text": "hi\n",
            "html": "<p>hi</p>",
            "attachments": ["t.csv"],
        }
        step = run_step("send_mail", {"mail.json": mail}, tmp_path)
        assert step.is_good, step.log
        (got,) = box.mails
    told = got.as_json()
    assert told["subject"] == "Zoë {{ x }}"
    assert told["recipients"] == ["a@example.com", "b@example.com", "hidden@example.com"]
    assert told["attachments"] == ["t.csv"]
    assert "hidden" not in str(told["to"])


def test_a_mail_whose_header_breaks_its_line_is_refused(tmp_path: Path) -> None:
    mail = {"connection": "smtp://127.0.0.1:9", "from": "a@b.c", "to": "a@b.c", "subject": "x\nBcc: y@z.c", "text": ""}
    assert run_step("send_mail", {"mail.json": mail}, tmp_path).error["type"] == "refused"
