"""Secrets: nothing that a run leaves behind holds one, in any of its forms."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_running import Runner

from overture.testing import ModelScript, Reply, Route, ScriptedAnswer, ScriptedEntry, World
from overture_local.secrecy import Masker, Secret, forms

CANARY = 'Canary/9?"x\\ü&key+'

DOCUMENT = """
overture: 1
name: leaky
inputs: {api: {type: string, default: "http://127.0.0.1:1"}}
secrets: [CANARY]
tasks:
  - id: echo
    kind: http
    method: POST
    url: "{{ inputs.api }}/echo"
    headers: {X-Key: "{{ secrets.CANARY | base64encode }}"}
    body: {key: "{{ secrets.CANARY }}"}
  - {id: say, kind: log, message: "{{ tasks.echo.body }}"}
  - id: child
    kind: python
    args: {key: "{{ secrets.CANARY }}"}
    code: |
      import base64, json, sys, urllib.parse
      def main(key):
          print("printed", key)
          print("warned", urllib.parse.quote(key, safe=""), file=sys.stderr)
          pair = base64.b64encode(b"user:" + key.encode()).decode()
          return {"raw": key, key: 1, "pair": pair, "json": json.dumps(key)}
  - {id: keep, kind: write_file, path: kept.json, format: json, content: "{{ tasks.child.value }}"}
  - id: program
    kind: shell
    command: [sh, -c, "printf '%s' \\"$KEY\\" >&2; cat; exit 3"]
    env: {KEY: "{{ secrets.CANARY }}"}
    stdin: "{{ secrets.CANARY }}"
    on_error: continue
  - id: crash
    kind: python
    args: {key: "{{ secrets.CANARY }}"}
    code: |
      def main(key):
          raise ValueError(key)
    on_error: continue
  - id: ask
    kind: ai
    prompt: "Repeat: {{ tasks.echo.body }}"
  - {id: lost, kind: http, url: "{{ secrets.CANARY }}", on_error: continue}
outputs:
  echoed: tasks.echo.body
  asked: tasks.ask.value
  why: tasks.crash.error.message | default('')
"""


def test_nothing_that_a_run_leaves_behind_holds_a_secret(runner: Runner, capfd: pytest.CaptureFixture[str]) -> None:
    echo = Reply.of_text(f"you sent {CANARY} and {quote(CANARY, safe='')}")
    model = ModelScript([ScriptedEntry("Repeat", (ScriptedAnswer(text="it is key-of-the-model"),))])
    with World([Route("POST", "/echo", (echo,))], model) as world:
        result = runner.run(
            DOCUMENT,
            inputs={"api": world.url},
            secrets={"CANARY": CANARY},
            environment={
                "PATH": "/usr/bin:/bin",
                "OPENAI_BASE_URL": world.model_url,
                "OPENAI_API_KEY": "key-of-the-model",
                "OVERTURE_MODEL": "m",
            },
        )
        assert result.state == "succeeded", result.error
        assert world.requests[0].body == {"key": CANARY}, "the secret itself is sent"
        left = json.dumps(world.model_calls[0].body) + "".join(world.model_calls[0].texts)
    printed = capfd.readouterr()
    left += json.dumps(result.as_json()) + json.dumps(runner.events) + printed.out + printed.err
    for file in sorted(runner.folder.rglob("*")):
        if file.is_file():
            left += file.read_bytes().decode("utf-8", "replace")
    for form in (*forms(CANARY), "key-of-the-model"):
        assert form not in left
    assert result.outputs["why"] == "ValueError: *** (line 2)"


@given(st.text(min_size=6, max_size=40), st.text(max_size=5), st.text(max_size=5))
def test_every_form_is_masked_wherever_it_stands(secret: str, before: str, after: str) -> None:
    masker = Masker([secret])
    try:
        around = f"{before}{secret}{after}".encode()
    except UnicodeEncodeError:
        return
    shown = masker.text(
        " ".join(
            (
                base64.b64encode(around).decode(),
                base64.urlsafe_b64encode(around).decode(),
                json.dumps(around.decode()),
                quote(around.decode(), safe=""),
                around.decode(),
            )
        )
    )
    if secret in "*** " or secret.strip("*") == "":
        return
    assert secret not in shown.replace("***", "\0")


def test_the_value_is_masked_in_depth_with_its_keys() -> None:
    masker = Masker(["topsecret"])
    assert masker.value({"a topsecret": ["x", {"b": "topsecret!"}], "n": 1}) == {"a ***": ["x", {"b": "***!"}], "n": 1}


def test_a_short_secret_is_not_masked_but_warned_of(runner: Runner) -> None:
    document = """
overture: 1
name: short
secrets: [PIN]
tasks:
  - {id: a, kind: shell, command: [sh, -c, "echo word $PIN"], env: {PIN: "{{ secrets.PIN }}"}}
outputs: {said: tasks.a.stdout}
"""
    assert runner.run(document, secrets={"PIN": "12345"}).outputs == {"said": "word 12345\n"}
    assert runner.log() == ["secret `PIN` has fewer than 6 characters: it is not masked"]
    assert runner.run(document, secrets={"PIN": "123456"}).outputs == {"said": "word ***\n"}


def test_a_secret_does_not_slip_into_a_text() -> None:
    secret = Secret("hidden-value")
    assert "hidden" not in f"{secret} {secret!r} {secret:>20}" + str([secret])
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_child_sees_only_the_environment_that_it_needs(runner: Runner) -> None:
    document = """
overture: 1
name: clean
tasks:
  - {id: a, kind: shell, command: [env], env: {GIVEN: "1"}}
outputs: {names: "tasks.a.stdout"}
"""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "AWS_SECRET_ACCESS_KEY": "x", "LC_ALL": "C"}
    names = {line.partition("=")[0] for line in runner.run(document, environment=environment).outputs["names"].split()}
    assert names - {"_", "PWD", "SHLVL"} == {"PATH", "HOME", "LC_ALL", "GIVEN"}
