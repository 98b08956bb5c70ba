"""Settings: a flag, the environment, `overture.toml` upwards, a default; in this order."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import HELLO, invoke
from test_compile import KEY, REQUEST, answer

from overture.testing import World, speaker


def _asked(world: World, *words: str, env: dict[str, str] | None = None) -> str:
    """The model that was asked."""
    before = len(world.model_calls)
    ran = invoke("compile", REQUEST, "--force", *words, env=env)
    assert ran.code == 0, ran.stderr
    return world.model_calls[before].model


def test_a_flag_wins_over_the_environment_and_that_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with World(model=speaker("openai", answer())) as world:
        (folder / "overture.toml").write_text(f'model = "of-the-file"\nbase_url = "{world.model_url}"\n')
        (folder / "deep" / "er").mkdir(parents=True)
        monkeypatch.chdir(folder / "deep" / "er")
        assert _asked(world) == "of-the-file"
        assert _asked(world, env={"OVERTURE_MODEL": ""}) == "of-the-file"
        assert _asked(world, env={"OVERTURE_MODEL": "of-the-environment"}) == "of-the-environment"
        assert _asked(world, "--model", "of-the-flag", env={"OVERTURE_MODEL": "of-the-environment"}) == "of-the-flag"


def test_the_nearest_file_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "overture.toml").write_text('planner = "model"\n')
    (folder / "near").mkdir()
    (folder / "near" / "overture.toml").write_text('planner = "builtin"\n')
    assert invoke("compile", REQUEST).error == "no model is named"
    monkeypatch.chdir(folder / "near")
    assert invoke("compile", REQUEST).code == 0


def test_a_server_that_only_the_file_names_does_not_get_the_key(folder: Path) -> None:
    """The file comes with a checkout: whoever wrote it must not learn the key of whoever compiles there."""
    with World(model=speaker("openai", answer())) as world:
        (folder / "overture.toml").write_text(f'model = "m"\nbase_url = "{world.model_url}"\n')
        ran = invoke("compile", REQUEST, "--force", env={"OPENAI_API_KEY": KEY})
        assert ran.code == 0 and "does not get the key" in ran.stderr
        assert KEY not in world.model_calls[-1].request.headers["authorization"]
        invoke("compile", REQUEST, "--force", "--base-url", world.model_url, env={"OPENAI_API_KEY": KEY})
        assert KEY in world.model_calls[-1].request.headers["authorization"]


def test_the_home_of_the_file_stands_beside_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "overture.toml").write_text('home = "kept"\n')
    (folder / "sub").mkdir()
    (folder / "sub" / "hello.flow.yaml").write_text(HELLO)
    monkeypatch.chdir(folder / "sub")
    run = invoke("run", "hello.flow.yaml", "--format", "json").json["run"]
    assert (folder / "kept" / "runs.db").is_file() and not (folder / "sub" / ".overture").exists()
    assert invoke("show", run).code == 0
    assert invoke("runs", "--home", "other", "--format", "json").json == {"runs": []}
    assert invoke("runs", "--format", "json", env={"OVERTURE_HOME": str(folder / "other")}).json == {"runs": []}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("model = ", "is not TOML"),
        ("model = 5", "must be a text"),
        ('modle = "x"', "`modle`"),
        ('planner = "magic"', "`magic` is no planner"),
        ('model = "m"\nbase_url = "http://127.0.0.1:9"\nmodel_timeout = "soon"', "`soon` is no duration"),
        ('model = "m"\nbase_url = "http://127.0.0.1:9"\nmodel_timeout = "0"', "`0` is no duration"),
        ('model = "m"\nbase_url = "no url at all\\n"', "cannot be addressed"),
    ],
)
def test_a_file_that_says_it_wrongly_is_wrong_usage(folder: Path, text: str, error: str) -> None:
    (folder / "overture.toml").write_text(text)
    ran = invoke("compile", REQUEST)
    assert ran.code == 2 and error in ran.error


def test_a_policy_does_not_come_from_the_file(folder: Path) -> None:
    (folder / "overture.toml").write_text('policy = "policy.toml"\n')
    (folder / "hello.flow.yaml").write_text(HELLO)
    ran = invoke("run", "hello.flow.yaml")
    assert ran.code == 2 and "`policy`" in ran.error
