"""What whoever starts a run allows it: kept with the run, so that it holds when the run goes on (security.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from overture.expressions.types import Json
from overture_local.failures import RunRefused
from overture_local.secrecy import MASK, Masker


@dataclass(frozen=True, slots=True)
class Terms:
    """`allow_hosts`: hosts that may have an address that is not public; `policy`: the table of a policy file, None for
    no policy; `workspace`: the folder, whole. They belong to one run of one plan: nothing of another digest is resumed
    with them."""

    allow_hosts: tuple[str, ...]
    policy: Mapping[str, Json] | None
    workspace: str

    @classmethod
    def of(
        cls,
        allow_hosts: tuple[str, ...] = (),
        policy: Mapping[str, Json] | None = None,
        workspace: Path | None = None,
    ) -> Terms:
        return cls(allow_hosts, policy, str((workspace or Path()).resolve()))

    def as_json(self) -> dict[str, Json]:
        policy = None if self.policy is None else dict(self.policy)
        return {"allow_hosts": list(self.allow_hosts), "policy": policy, "workspace": self.workspace}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Terms:
        return cls(tuple(data["allow_hosts"]), data["policy"], data["workspace"])

    def open_workspace(self) -> Path:
        """The folder, made if it is not there. Raises OSError."""
        path = Path(self.workspace)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def masked(self, masker: Masker) -> Terms:
        """As they are kept: a host or a folder may be made of a secret, which is written nowhere."""
        return self.from_json(masker.value(self.as_json()))

    def extended(
        self, allow_hosts: tuple[str, ...], policy: Mapping[str, Json] | None, workspace: Path | None
    ) -> Terms:
        """With what is given anew: hosts join those there are, a policy or a folder takes the place of the one there
        is. Raises RunRefused for one that could not be kept and is not given again."""
        kept = tuple(each for each in self.allow_hosts if MASK not in each)
        found = replace(
            self,
            allow_hosts=tuple(dict.fromkeys((*kept, *allow_hosts))) if allow_hosts else self.allow_hosts,
            policy=self.policy if policy is None else policy,
            workspace=self.workspace if workspace is None else str(workspace.resolve()),
        )
        for name, value in found.as_json().items():
            if MASK in json.dumps(value):
                flag = f"--{name.replace('_hosts', '-host')}"
                raise RunRefused(f"what `{flag}` said at the start holds a secret: it was not kept", "give it again")
        return found
