"""What may start: digest, policy, inputs, secrets, triggers, the limit of runs at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from local_running import Runner, plan_of

from overture.testing import Reply, Route, World
from overture_local import NotDue, RunRefused, RunResult, Store, backend, run

FLOW = """
overture: 1
name: starting
inputs: {api: {type: string, default: "https://api.example.com"}, n: {type: integer, default: 1}}
secrets: [TOKEN]
tasks:
  - {id: get, kind: http, url: "{{ inputs.api }}/", auth: {type: bearer, token: "{{ secrets.TOKEN }}"}}
  - {id: list, kind: shell, command: [ls, "{{ inputs.n }}"], accept: [0, 1, 2]}
  - {id: keep, kind: write_file, path: out/x.txt, content: x}
"""
SECRETS = {"TOKEN": "token-of-the-test"}


def _run(runner: Runner, **given: Any) -> RunResult:
    with World([Route("GET", "/", (Reply(),))]) as world:
        return runner.run(FLOW, **({"inputs": {"api": world.url}, "secrets": SECRETS} | given))


def test_a_changed_plan_is_refused_where_the_digest_is_pinned(runner: Runner) -> None:
    digest = plan_of(FLOW).digest
    assert _run(runner, approve_digest=digest).state == "succeeded"
    with pytest.raises(RunRefused, match="not the approved"):
        _run(runner, approve_digest="0" * 64)
    with Store(runner.home) as store:
        assert len(store.runs()) == 1


POLICY = {"hosts": ["127.0.0.1"], "programs": ["ls"], "secrets": ["TOKEN"], "models": [], "paths": ["out/*"]}


def test_a_policy_that_names_everything_lets_it_run_and_its_hosts_be_private(runner: Runner) -> None:
    assert _run(runner, policy=POLICY, allow_hosts=()).state == "succeeded"


@pytest.mark.parametrize("key", ["hosts", "programs", "secrets"])
def test_what_a_policy_does_not_name_is_not_started(runner: Runner, key: str) -> None:
    with pytest.raises(RunRefused, match="the policy does not allow"):
        _run(runner, policy=POLICY | {key: []})


def test_a_path_that_a_policy_does_not_name_is_refused(runner: Runner) -> None:
    result = _run(runner, policy=POLICY | {"paths": ["in/*"]})
    assert result.error is not None
    assert (result.error.type, result.error.task) == ("refused", "keep")


def test_a_policy_that_is_none_is_refused(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="the policy speaks of `host`"):
        _run(runner, policy={"host": []})


def test_an_input_that_does_not_fit_is_refused(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="input `n` does not fit"):
        _run(runner, inputs={"n": "many"})
    with pytest.raises(RunRefused, match="has no input `m`"):
        _run(runner, inputs={"m": 1})


def test_a_secret_that_a_task_reads_must_be_set(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="secret `TOKEN` is not set") as refused:
        _run(runner, secrets={})
    assert "`--env-file FILE`" in str(refused.value.help)


NEEDY = """
overture: 1
name: needy
secrets: [FIRST, SECOND, HOOK_KEY]
triggers: [{type: webhook, key: HOOK_KEY}]
tasks:
  - {id: get, kind: http, url: "https://api.example.com/", headers: {a: "{{ secrets.SECOND }}{{ secrets.FIRST }}"}}
  - {id: judge, kind: ai, prompt: Which one?}
"""


def test_all_that_the_environment_lacks_is_told_at_once(runner: Runner) -> None:
    with pytest.raises(RunRefused) as refused:
        runner.run(NEEDY)
    assert refused.value.message.split("\n") == [
        "secret `FIRST` is not set",
        "secret `SECOND` is not set",
        "`OVERTURE_MODEL` is not set, and `judge` names no model",
        "`OPENAI_API_KEY` is not set, nor `OPENAI_BASE_URL`, so `judge` has nobody to ask",
    ]
    assert "`--env-file FILE`" in str(refused.value.help)
    with pytest.raises(RunRefused) as refused:
        runner.run(NEEDY, secrets={"FIRST": "x"}, environment={"OPENAI_BASE_URL": "http://127.0.0.1:1"})
    assert [line.split("`")[1] for line in refused.value.message.split("\n")] == ["SECOND", "OVERTURE_MODEL"]
    with Store(runner.home) as store:
        assert store.runs() == []


def test_all_inputs_that_are_not_given_are_told_at_once(runner: Runner) -> None:
    document = FLOW.replace("inputs: {", "inputs: {a: {type: string}, b: {type: integer}, ")
    with pytest.raises(RunRefused) as refused:
        runner.run(document, secrets=SECRETS)
    assert refused.value.message == "input `a` is not given\ninput `b` is not given"
    assert refused.value.help == "give it: `-i a=… -i b=…`"


def test_a_kind_that_does_not_run_here_is_refused_by_name(runner: Runner) -> None:
    document = "overture: 1\nname: other\ntasks:\n  - {id: a, kind: action, uses: github.list_commits, with: {}}\n"
    with pytest.raises(RunRefused, match="`action` tasks do not run on the local executor"):
        runner.run(document)
    assert [name for name, each in backend.support().items() if each.level == "no"] == ["action"]


def test_the_local_backend_exports_nothing_and_says_so() -> None:
    export = backend.export(plan_of(FLOW), {})
    assert not export.files
    assert [gap.severity for gap in export.gaps] == ["error"]


HOOK = """
overture: 1
name: hooked
inputs: {who: {type: string}}
secrets: [KEY]
triggers:
  - type: webhook
    key: KEY
    inputs: {who: "{{ trigger.body.name }}"}
    when: trigger.headers['x-event'] == 'hello'
    returns: {type: object, required: [name], properties: {name: {type: string}}}
tasks:
  - {id: a, kind: set, values: {said: "{{ inputs.who }} {{ trigger.body.name }} {{ run.trigger }}"}}
outputs: {said: tasks.a.said}
"""


def test_a_trigger_sets_inputs_from_its_data(runner: Runner) -> None:
    trigger = {"type": "webhook", "body": {"name": "Ann"}, "headers": {"X-Event": "hello"}}
    assert runner.run(HOOK, trigger=trigger).outputs == {"said": "Ann Ann webhook"}


def test_a_trigger_whose_when_is_false_starts_no_run(runner: Runner) -> None:
    trigger = {"type": "webhook", "body": {"name": "Ann"}, "headers": {"X-Event": "bye"}}
    with pytest.raises(NotDue):
        runner.run(HOOK, trigger=trigger)


def test_a_body_that_does_not_fit_starts_no_run(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="the trigger's body does not fit"):
        runner.run(HOOK, trigger={"type": "webhook", "body": {}, "headers": {"X-Event": "hello"}})


def test_a_trigger_that_a_run_by_hand_lacks_is_helped_with(runner: Runner) -> None:
    result = runner.run(HOOK, inputs={"who": "Ann"})
    assert result.error is not None
    assert result.error.message == "`trigger.body` is missing"
    assert "`--trigger FILE`" in str(result.error.help) and '"type": "webhook"' in str(result.error.help)
    output = HOOK.replace("{{ trigger.body.name }} {{ run", "{{ run").replace("tasks.a.said", "trigger.body.name")
    failed = runner.run(output, inputs={"who": "Ann"})
    assert failed.error is not None
    assert (failed.error.task, failed.error.type) == (None, "expression")
    assert "`--trigger FILE`" in str(failed.error.help)


def test_a_trigger_that_there_is_not_is_answered_with_those_there_are(runner: Runner) -> None:
    with pytest.raises(RunRefused, match="has no trigger of type `schedule`") as refused:
        runner.run(HOOK, trigger={"type": "schedule"})
    assert refused.value.help == "it has `webhook`"


LIMITED = """
overture: 1
name: limited
concurrency: {limit: 1, when_full: WHEN}
tasks:
  - {id: a, kind: shell, command: [sh, -c, "mkdir busy && until test -e go; do sleep 0.02; done; rmdir busy"]}
"""


@pytest.mark.parametrize("when_full", ["queue", "skip", "fail"])
def test_no_more_runs_at_once_than_the_limit(runner: Runner, when_full: str) -> None:
    plan = plan_of(LIMITED.replace("WHEN", when_full))
    first_started = threading.Event()
    results: list[RunResult] = []

    def watch(event: object) -> None:
        assert isinstance(event, dict)
        if event["event"] == "task_started":
            first_started.set()

    def start(**given: Any) -> None:
        results.append(run(plan, runner.request(**given)))

    first = threading.Thread(target=start, kwargs={"on_event": watch})
    first.start()
    assert first_started.wait(timeout=30)
    if when_full == "skip":
        with pytest.raises(NotDue, match="has 1 runs already"):
            run(plan, runner.request())
    elif when_full == "fail":
        failed = run(plan, runner.request())
        assert failed.error is not None
        assert (failed.state, failed.error.task) == ("failed", None)
    second = threading.Thread(target=start) if when_full == "queue" else None
    if second is not None:
        second.start()
    (runner.workspace / "go").touch()
    first.join()
    if second is not None:
        second.join()
    assert [result.state for result in results] == ["succeeded"] * len(results)
    with Store(runner.home) as store:
        assert len(store.runs()) == {"queue": 2, "skip": 1, "fail": 2}[when_full]


STATE = """
overture: 1
name: counting
state: {n: {type: integer, default: 0}}
tasks:
  - {id: keep, kind: remember, values: {n: "{{ state.n + 1 }}"}}
  - {id: after, kind: assert, that: [state.n < 3], message: enough}
outputs: {n: state.n, before: run.previous_success_at}
"""


def test_what_is_remembered_is_kept_also_when_the_run_fails_later(runner: Runner) -> None:
    first, second, third = (runner.run(STATE) for _ in range(3))
    assert (first.outputs["n"], second.outputs["n"], third.state) == (1, 2, "failed")
    assert first.outputs["before"] is None
    assert second.outputs["before"].startswith("20")
    with Store(runner.home) as store:
        assert store.state("counting") == {"n": 3}
        assert [row.state for row in store.runs("counting")] == ["failed", "succeeded", "succeeded"]


CALLER = """
overture: 1
name: caller
inputs: {api: {type: string}}
tasks:
  - {id: get, kind: http, url: "{{ inputs.api }}/where"}
  - id: only_here
    kind: assert
    that: ["tasks.get.body | matches('^http://127[.]0[.]0[.]1:[0-9]+/[a-z]*$')"]
    message: it is another machine
  - {id: call, kind: call, workflow: callee, inputs: {url: "{{ tasks.get.body }}"}}
outputs: {status: tasks.call.value.status}
"""
CALLEE = """
overture: 1
name: callee
inputs: {url: {type: string}}
tasks:
  - {id: reach, kind: http, url: "{{ inputs.url }}"}
outputs: {status: tasks.reach.status}
"""


def test_data_does_not_choose_the_host_of_a_called_workflow(runner: Runner) -> None:
    with World([Route("GET", "/", (Reply(),))]) as other:
        routes = [Route("GET", "/where", (Reply.of_text(f"{other.url}/"), Reply.of_text("${world}/here")))]
        with World([*routes, Route("GET", "/here", (Reply(),))]) as world:
            request = {"inputs": {"api": world.url}, "allow_hosts": (world.host, other.host)}
            refused = runner.run(CALLER, CALLEE, **request)
            assert other.requests == []
            assert refused.error is not None
            assert "is not among the hosts of the plan" in refused.error.message
            assert runner.run(CALLER, CALLEE, **request).outputs == {"status": 200}


def test_a_called_run_stands_in_the_store_under_its_caller(runner: Runner) -> None:
    with World([Route("GET", "/where", (Reply.of_text("${world}/where"),))]) as world:
        result = runner.run(CALLER, CALLEE, inputs={"api": world.url})
    with Store(runner.home) as store:
        assert [row.run for row in store.runs()] == [result.run]
        called = [row for row in store.runs(with_called=True) if row.parent == result.run]
    assert [(row.workflow, row.state) for row in called] == [("callee", "succeeded")]
