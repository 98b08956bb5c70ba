"""What the names of an expression stand for while a run goes on (language.md 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from overture.expressions.evaluation import MISSING, Missing
from overture.expressions.tree import Ref
from overture.expressions.types import Json
from overture_local.clock import Clock, timestamp
from overture_local.frames import Frame
from overture_local.secrecy import Secret


@dataclass(frozen=True, slots=True)
class Names:
    """What is the same for every task of a run. `state` and `run` are changed as it goes on."""

    inputs: Mapping[str, Json]
    trigger: Mapping[str, Json]
    secrets: Mapping[str, Secret]
    state: dict[str, Json]
    run: dict[str, Json]
    clock: Clock


class RunScope:
    """The scope of one place in a run. Secrets have a value only where `reveals_secrets`: in the fields that a request
    or a child process is made of, never in what is kept."""

    __slots__ = ("_frame", "_names", "_reveals_secrets")

    def __init__(self, names: Names, frame: Frame, *, reveals_secrets: bool = False) -> None:
        self._names = names
        self._frame = frame
        self._reveals_secrets = reveals_secrets

    def now(self) -> str:
        return timestamp(self._names.clock.now())

    def read(self, ref: Ref) -> Json | Missing:
        if ref.root == "tasks":
            return self._read_task(ref.name, ref.field)
        if ref.root == "item":
            return self._read_item(ref.name)
        if ref.root == "loop":
            return self._read_index()
        if ref.root == "secrets":
            secret = self._names.secrets.get(ref.name)
            return secret.reveal() if secret is not None and self._reveals_secrets else MISSING
        table: Mapping[str, Json] = getattr(self._names, ref.root)
        return table.get(ref.name, MISSING)

    def _read_task(self, id: str, field: str | None) -> Json | Missing:
        record = self._frame.record(id)
        if record is None or record.state == "waiting":
            return MISSING
        if field == "state":
            return record.state
        if field == "error":
            if "error" in record.outputs:  # of a try: the error that it caught
                return record.outputs["error"]
            return None if record.error is None else {"type": record.error.type, "message": record.error.message}
        return MISSING if field is None else record.outputs.get(field, MISSING)

    def _read_item(self, name: str) -> Json | Missing:
        frame: Frame | None = self._frame
        while frame is not None:
            if name in frame.variables:
                return frame.variables[name]
            frame = frame.parent
        return MISSING

    def _read_index(self) -> Json | Missing:
        frame: Frame | None = self._frame
        while frame is not None:
            if frame.index is not None:
                return frame.index
            frame = frame.parent
        return MISSING
