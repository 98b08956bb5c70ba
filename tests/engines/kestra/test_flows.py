"""What flows of ours are to a real Kestra: read as they were written, ended in time, no worse than by hand."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from kestra.flows import export_found
from kestra.pairs import NAMES, by_hand, exported
from kestra.yaml_texts import PHRASES, WORDS, generated

from overture_kestra.model import Flow, Script, Task
from overture_kestra.render import render

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine

pytestmark = pytest.mark.engine

RETURN = "io.kestra.plugin.core.debug.Return"


def test_kestra_reads_every_text_as_it_was_written(kestra: KestraEngine) -> None:
    """Values, items, scripts and keys, through SnakeYAML and Jackson, given back in base64: nothing in between reads
    them again."""
    texts = list(
        dict.fromkeys(
            text for text in [*WORDS, *PHRASES, *generated(400, seed=7)] if len(text) < 900 and "\0" not in text
        )
    )
    # Kestra refuses a flow that has a key with control characters, escaped or not
    keys = [text for text in texts if text and text.isprintable()]
    values = {
        "items": texts,
        "scripts": [Script(text) for text in texts],
        "values": {f"k{number}": text for number, text in enumerate(texts)},
        "keys": dict.fromkeys(keys, "x"),
    }
    shown = {
        "items": "vars.items",
        "scripts": "vars.scripts",
        "values": "(vars.values | values)",
        "keys": "(vars.keys | keys)",
    }
    tasks = tuple(
        Task(name, RETURN, {"format": f"{{{{ {expression} | toJson | base64encode }}}}"})
        for name, expression in shown.items()
    )
    flow = Flow("texts", "overture", tasks, variables=values)
    run = kestra.run({"texts": render(flow)}, "texts")
    assert run.state == "succeeded", run.logs
    found = {
        name: json.loads(base64.b64decode((run.task(name).outputs or {})["value"]).decode("utf-8", "surrogatepass"))
        for name in shown
    }
    assert found["items"] == texts
    assert found["scripts"] == texts
    assert found["values"] == texts
    assert sorted(found["keys"]) == sorted(keys)


class Answers(BaseHTTPRequestHandler):
    """A release and its issues, and health."""

    def do_GET(self) -> None:
        body = {"/release": {"name": "v1"}, "/issues": [{"title": t} for t in "bcad"], "/health": {}}.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", NAMES)
def test_an_export_gives_what_a_flow_written_by_hand_gives(name: str, server: str, kestra: KestraEngine) -> None:
    ours, theirs = exported(name), {**exported(name), f"{name}.yaml": by_hand(name)}
    inputs = {"shop": server, "ledger": server} if name == "nightly_import" else {}
    inputs = {"api": server} if name == "release_notes" else inputs
    ended = []
    for flows in (ours, theirs):
        assert kestra.validate(flows[f"{name}.yaml"]).constraints is None
        run = kestra.run(flows, f"{name}.yaml", inputs)
        assert run.state == "succeeded", run.logs
        ended.append(run.outputs)
    assert ended[0] == ended[1]
    assert ended[0]


IN_TIME = """
  - id: rounds
    kind: repeat
    timeout: 3s
    attempts: 100
    every: 1s
    until: tasks.tick.at == 'never'
    on_error: continue
    tasks: [{id: tick, kind: set, values: {at: "{{ inputs.word }}"}}]
  - {id: say_rounds, kind: log, message: "rounds {{ tasks.rounds.state }} {{ tasks.rounds.error.type | default('-') }}"}
  - id: guarded
    kind: try
    timeout: 3s
    on_error: continue
    tasks:
      - {id: begun, kind: set, values: {said: "{{ inputs.word }}"}}
      - {id: slow, kind: shell, command: [sleep, "30"]}
      - {id: never, kind: log, message: too late}
  - {id: say_guarded, kind: log, message: "guarded {{ tasks.guarded.state }} {{ tasks.begun.said | default('-') }}"}
  - id: quick
    kind: try
    timeout: 1m
    tasks: [{id: inner, kind: set, values: {said: "{{ tasks.begun.said | default('-') }}"}}]
  - {id: say_quick, kind: log, message: "quick {{ tasks.inner.said | default('-') }}"}
"""


def test_a_block_is_ended_in_time_with_what_runs_in_it(kestra: KestraEngine) -> None:
    found = export_found(IN_TIME, head="inputs: {word: {type: string, default: hi}}")
    run = kestra.run(found, "flow.yaml", timeout_seconds=90)
    said = [line.partition(": ")[2] for line in run.logs if line.startswith("INFO say_")]
    assert said == ["rounds failed timeout", "guarded failed hi", "quick hi"]
    assert run.state == "succeeded"
    assert not any("too late" in line for line in run.logs)
