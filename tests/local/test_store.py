"""The store: durable, ordered, shared."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from overture_local import Event, Store, StoreError

TIME = "2026-03-01T09:00:00.000Z"


def _create(store: Store, run: str = "run-1") -> None:
    store.create(run, workflow="w", digest="d", started_at=TIME, request={"inputs": {}}, sources={"w.yaml": "text"})


def test_transitions_that_come_together_share_a_commit(tmp_path: Path) -> None:
    commits: list[None] = []

    async def append(store: Store) -> None:
        await asyncio.gather(*(store.append("run-1", [Event(TIME, "task_ended", str(n))]) for n in range(500)))

    with Store(tmp_path, on_commit=lambda: commits.append(None)) as store:
        _create(store)
        asyncio.run(append(store))
        assert len(commits) < 50
        assert [event.key for event in store.events("run-1")] == [str(n) for n in range(500)]


def test_what_nobody_waits_for_keeps_its_place(tmp_path: Path) -> None:
    async def append(store: Store) -> None:
        store.append_later("run-1", [Event(TIME, "a")])
        await store.append("run-1", [Event(TIME, "b")])
        store.append_later("run-1", [Event(TIME, "c")])

    with Store(tmp_path) as store:
        _create(store)
        asyncio.run(append(store))
        assert [event.kind for event in store.events("run-1")][:2] == ["a", "b"]
    with Store(tmp_path) as store:
        assert [event.kind for event in store.events("run-1")] == ["a", "b", "c"]


def test_another_store_of_the_same_folder_sees_it_at_once(tmp_path: Path) -> None:
    with Store(tmp_path) as one, Store(tmp_path) as other:
        _create(one)
        assert other.show("run-1").sources == {"w.yaml": "text"}
        one.set_state("w", {"n": [1, "ü"]})
        assert other.state("w") == {"n": [1, "ü"]}


def test_a_run_has_one_owner(tmp_path: Path) -> None:
    with Store(tmp_path) as one, Store(tmp_path) as other:
        _create(one)
        owned = one.own("run-1")
        assert other.show("run-1").state == "running"
        with pytest.raises(StoreError, match="another process"):
            other.own("run-1")
        owned.release()
        assert other.show("run-1").state == "interrupted"
        other.own("run-1").release()
    assert list((tmp_path / "locks").iterdir()) == []


def test_an_unknown_run_and_a_file_that_is_no_store_are_told(tmp_path: Path) -> None:
    with Store(tmp_path) as store, pytest.raises(StoreError, match="there is no run `x`"):
        store.show("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "runs.db").write_text("this is no database, but a text that is long enough to be none")
    with pytest.raises(StoreError, match="cannot be used as a store"):
        Store(tmp_path / "other")


def test_a_write_that_fails_is_told_to_whoever_waits(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        _create(store)
        with pytest.raises(Exception, match="UNIQUE"):
            _create(store)
        _create(store, "run-2")
        assert {row.run for row in store.runs()} == {"run-1", "run-2"}
