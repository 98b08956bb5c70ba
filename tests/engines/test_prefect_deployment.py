"""What stands beside a module deploys it on a real Prefect, and is stored there as it was meant."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from overture.checks import check
from overture.language.reading import read
from overture.plan.backend import load_backend
from overture.plan.build import plan

if TYPE_CHECKING:
    from engines.prefect.engine import PrefectEngine

pytestmark = pytest.mark.engine

NIGHTLY = """\
overture: 1
name: nightly
description: "Says: hello, # to no one."
inputs:
  who: {type: string, default: you}
  count: {type: integer, default: 1}
triggers:
  - {type: schedule, cron: "0 9 * * 1-5", timezone: Europe/Berlin, inputs: {who: "no", count: 3}}
concurrency: {limit: 2, when_full: skip}
secrets: [GREETING_KEY]
tasks:
  - {id: say, kind: shell, command: [printenv, KEY], env: {KEY: "{{ secrets.GREETING_KEY }}"}}
outputs: {said: tasks.say.stdout}
"""


def export(options: dict[str, str]) -> dict[str, str]:
    verdict = check(read(NIGHTLY, "nightly.flow.yaml"), lambda name: None)
    assert verdict.checked is not None
    return dict(load_backend("prefect").export(plan(verdict.checked), options).files)


def prefect_command(engine: PrefectEngine, folder: Path, *words: str) -> None:
    engine.start()
    install, settings = engine._install, engine._settings
    assert install is not None
    ran = subprocess.run(
        [str(install.python), "-m", "prefect", "--no-prompt", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def stored(engine: PrefectEngine, path: str) -> Any:
    with urllib.request.urlopen(f"{engine._settings['PREFECT_API_URL']}{path}") as answer:
        return json.load(answer)


def test_a_deployment_is_stored_with_schedule_parameters_and_limit(prefect: PrefectEngine, tmp_path: Path) -> None:
    for name, text in export({}).items():
        (tmp_path / name).write_text(text, "utf-8")
    prefect_command(prefect, tmp_path, "work-pool", "create", "local", "--type", "process")
    prefect_command(prefect, tmp_path, "deploy", "--all")
    found = stored(prefect, "/deployments/name/nightly/nightly")
    (schedule,) = found["schedules"]
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 9 * * 1-5", "Europe/Berlin")
    assert schedule["parameters"] == {"who": "no", "count": 3}
    assert schedule["active"] is True
    assert found["description"] == "Says: hello, # to no one."
    assert found["entrypoint"] == "nightly.py:nightly"
    assert found["global_concurrency_limit"]["limit"] == 2
    assert found["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert found["parameter_openapi_schema"]["properties"]["count"]["type"] == "integer"


def test_a_secret_is_read_from_its_block(prefect: PrefectEngine, tmp_path: Path) -> None:
    prefect.start()
    block = "Secret(value='a key of the block').save('greeting-key', overwrite=True)"
    made = f"from prefect.blocks.system import Secret; {block}"
    assert prefect._install is not None
    subprocess.run(
        [str(prefect._install.python), "-c", made],
        env={"PATH": "/usr/bin:/bin", **prefect._settings},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=200,
    )
    run = prefect.run(export({"secrets": "block"}), "nightly.py:nightly", folder=tmp_path)
    assert run.outputs == {"said": "a key of the block\n"}
