"""Settings: a flag, the environment, `overture.toml` upwards, a default; in this order."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import BROKEN, HELLO, WARNING, invoke
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


def test_what_the_file_allows_is_silent_in_every_command(folder: Path) -> None:
    (folder / "overture.toml").write_text('[check]\nallow = ["unused-input"]\n')
    (folder / "w.flow.yaml").write_text(WARNING)
    assert invoke("check", "w.flow.yaml", "--strict").code == 0
    assert "no findings" in invoke("check", "w.flow.yaml").stderr
    assert invoke("check", "-", stdin=WARNING).stdout == ""
    assert "warning" not in invoke("plan", "w.flow.yaml").stderr


@pytest.mark.parametrize(
    ("pattern", "is_silent"),
    [
        ("sub/*.flow.yaml", True),
        ("./sub/*", True),
        ("sub/**", True),
        ("w.flow.yaml", True),
        ("*", True),
        ("other/*", False),
        ("*.json", False),
        ("w", False),
    ],
)
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_pattern_is_of_the_path_from_the_file_or_of_the_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, is_silent: bool, is_inside: bool
) -> None:
    (folder / "overture.toml").write_text(f'[check.per-file-allow]\n"{pattern}" = ["OV212"]\n')
    (folder / "sub").mkdir()
    (folder / "sub" / "w.flow.yaml").write_text(WARNING)
    if is_inside:
        monkeypatch.chdir(folder / "sub")
    path = "w.flow.yaml" if is_inside else "sub/w.flow.yaml"
    for each in (path, str(Path(path).absolute())):
        assert invoke("check", each, "--strict").code == (0 if is_silent else 1)


def test_the_file_cannot_allow_an_error(folder: Path) -> None:
    """It comes with a checkout: nothing in it may let a workflow pass that is wrong."""
    (folder / "overture.toml").write_text('[check]\nallow = ["unknown-task"]\n')
    (folder / "broken.flow.yaml").write_text(BROKEN)
    ran = invoke("check", "broken.flow.yaml")
    assert ran.code == 1 and "OV202" in ran.stdout
    assert ran.stderr == "`unknown-task` finds errors, which `overture.toml` cannot allow\n"
    assert invoke("run", "broken.flow.yaml").code == 1


COMMANDS = [
    ("check", "hello.flow.yaml"),
    ("plan", "hello.flow.yaml"),
    ("explain", "hello.flow.yaml"),
    ("graph", "hello.flow.yaml"),
    ("export", "hello.flow.yaml", "--to", "kestra"),
    ("run", "hello.flow.yaml", "--home", "kept"),
    ("runs", "--home", "kept"),
    ("show", "last", "--home", "kept"),
    ("resume", "last", "--home", "kept"),
    ("compile", REQUEST, "--planner", "builtin"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("model = ", "is not TOML"),
        ('modle = "x"', "`modle`"),
        ('model_timeout = "soon"', "`soon` is no duration"),
        ('planner = "magic"', "`magic` is no planner"),
        ('[check]\nallow = ["unused-imput"]', "`unused-imput`"),
    ],
)
def test_every_command_that_reads_the_file_tells_what_is_wrong_with_it(
    folder: Path, words: tuple[str, ...], text: str, error: str
) -> None:
    """Also where nothing in it is wanted: no warning to allow, a flag for each setting."""
    (folder / "hello.flow.yaml").write_text(HELLO)
    (folder / "overture.toml").write_text(text)
    ran = invoke(*words)
    assert (ran.code, ran.stdout) == (2, "") and error in ran.error
    assert not (folder / "kept").exists() and len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("words", [("fmt", "hello.flow.yaml"), ("schema",), ("backends",), ("explain", "OV202")])
def test_a_command_without_settings_does_not_ask_for_them(folder: Path, words: tuple[str, ...]) -> None:
    (folder / "hello.flow.yaml").write_text(HELLO)
    (folder / "overture.toml").write_text("model = ")
    assert invoke(*words).code == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('check = "unused-input"', "must be a table"),
        ("[check]\nallow = 'unused-input'", "must be a list of rules"),
        ("[check]\nallow = [1]", "must be a list of rules"),
        ("[check]\nalow = []", "`check.alow`"),
        ("[check]\nallow = ['unused-imput']", "`unused-imput`"),
        ("[check]\nper-file-allow = ['unused-input']", "must be a table"),
        ("[check.per-file-allow]\n'a/*' = ['nothing']", "`nothing`"),
    ],
)
def test_a_table_that_says_it_wrongly_is_wrong_usage(folder: Path, text: str, error: str) -> None:
    (folder / "overture.toml").write_text(text)
    (folder / "w.flow.yaml").write_text(WARNING)
    ran = invoke("check", "w.flow.yaml", "--format", "json")
    assert (ran.code, ran.stdout) == (2, "") and error in ran.error
    if "imput" in text:
        assert "did you mean `unused-input`?" in ran.stderr
