"""What a run may touch: what its plan names, and with a policy only what that names as well (security.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

import httpx2

from overture.expressions.types import Json
from overture.plan.model import Host, Plan, Task
from overture_local.failures import RunRefused, TaskFailed
from overture_local.secrecy import Secret

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HostPattern:
    """`name`, `*.name` (any name below it), `*` (any); without a port, any port."""

    name: str
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> HostPattern:
        """Read `host`, `host:port`, `[::1]:port` or a whole url. Raises ValueError."""
        if "://" in text:
            try:  # by the library that will send the request: what it takes for the host is what is approved
                url = httpx2.URL(text)
            except httpx2.InvalidURL as error:
                raise ValueError(str(error)) from None
            return cls(_plain(url.host), url.port)
        if text.count(":") > 1 and not text.startswith("["):  # a bare IPv6 address
            return cls(_plain(text))
        split = urlsplit(f"//{text}")
        return cls(_plain(split.hostname or ""), split.port)

    def fits(self, host: str, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        host = _plain(host)
        if self.name == "*":
            return True
        if self.name.startswith("*."):
            return host.endswith(self.name[1:]) and host != self.name[1:]
        return host == self.name

    def covers(self, other: HostPattern) -> bool:
        """Whether every host that fits the other one fits this one."""
        if self.port is not None and self.port != other.port:
            return False
        if self.name == "*":
            return True
        if self.name.startswith("*."):
            return other.name.endswith(self.name[1:]) and other.name != self.name[1:]
        return self.name == other.name


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file allows (`overture.policy.toml`); None: it does not speak of it. `hosts` are patterns, a host
    named in full may be private; `paths` are patterns such as `reports/*`."""

    hosts: tuple[HostPattern, ...] | None = None
    programs: tuple[str, ...] | None = None
    secrets: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None

    @classmethod
    def of(cls, table: Mapping[str, Json]) -> Policy:
        """Raises RunRefused for a table that is no policy."""
        known = ("hosts", "programs", "secrets", "models", "paths")
        for key, value in table.items():
            if key not in known:
                raise RunRefused(f"the policy speaks of `{key}`", f"it may speak of {', '.join(known)}")
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise RunRefused(f"`{key}` of the policy is not a list of texts")
        texts = {key: tuple(value) for key, value in table.items()}
        hosts = texts.pop("hosts", None)
        return cls(None if hosts is None else tuple(map(HostPattern.of, hosts)), **texts)


class Gate:
    """Decides for one run of one plan. An `inputs.x` or `secrets.X` among the plan's hosts stands for the host of that
    value as it is when the run starts; but not of an input that a `call` made of data (`data_inputs`), unless the
    caller itself may reach that host (`caller`). `approved`: hosts named on the command line, which may be private."""

    def __init__(
        self,
        plan: Plan,
        inputs: Mapping[str, Json],
        secrets: Mapping[str, Secret],
        approved: Iterable[HostPattern] = (),
        policy: Policy | None = None,
        *,
        data_inputs: Iterable[str] = (),
        caller: Gate | None = None,
    ) -> None:
        self._caller = caller
        self._from_data = frozenset(f"inputs.{name}" for name in data_inputs)
        self._values = {f"inputs.{name}": value for name, value in inputs.items() if isinstance(value, str)}
        self._values |= {f"secrets.{name}": secret.reveal() for name, secret in secrets.items()}
        self._approved = tuple(approved)
        self._policy = policy
        self._plan_hosts = self._patterns(plan.effects.hosts)
        self._task_hosts: dict[str, list[tuple[HostPattern, tuple[str, ...]]]] = {}

    def _patterns(self, hosts: Sequence[Host]) -> list[tuple[HostPattern, tuple[str, ...]]]:
        found = []
        for host in hosts:
            text = self._values.get(host.host, host.host)
            try:
                pattern = HostPattern.of(text)
            except ValueError:  # the value is no url: nothing is approved by it
                continue
            if host.host not in self._from_data or (self._caller is not None and self._caller.allows(pattern)):
                found.append((pattern, host.methods))
        return found

    def allows(self, pattern: HostPattern) -> bool:
        """Whether the plan names every host of the pattern, whatever the method."""
        return any(allowed.covers(pattern) for allowed, _ in self._plan_hosts)

    def check_url(self, task: Task, method: str, url: httpx2.URL, *, is_redirect: bool = False) -> None:
        """Raises TaskFailed, type refused, for a url outside the plan or the policy."""
        if url.scheme not in DEFAULT_PORTS or not url.host:
            raise TaskFailed("refused", "the url is not one of http or https with a host")
        host, port = url.host, url.port or DEFAULT_PORTS[url.scheme]
        shown = f"{host}:{port}" if url.port else host
        if task.id not in self._task_hosts:
            self._task_hosts[task.id] = self._patterns(task.effects.hosts)
        own = self._task_hosts[task.id]
        allowed = [*own, *self._plan_hosts] if is_redirect else own or self._plan_hosts
        fits = any(
            pattern.fits(host, port) and (is_redirect or not methods or method in methods)
            for pattern, methods in allowed
        )
        if not fits and not (is_redirect and any(pattern.fits(host, port) for pattern in self._approved)):
            what = "it redirects to" if is_redirect else f"{method} to"
            message = f"{what} `{shown}`, which is not among the hosts of the plan (`hosts`)"
            raise TaskFailed("refused", message, is_final=not is_redirect and is_named_by_plan(task))
        hosts = self._policy.hosts if self._policy is not None else None
        if hosts is not None and not any(pattern.fits(host, port) for pattern in hosts):
            raise TaskFailed("refused", f"`{shown}` is not among the hosts of the policy", is_final=True)

    def check_server(self, host: str, port: int) -> None:
        """Raises TaskFailed, type refused, for a server of a connection that the policy does not name. The plan does:
        a connection is one of its secrets."""
        hosts = self._policy.hosts if self._policy is not None else None
        if hosts is not None and not any(pattern.fits(host, port) for pattern in hosts):
            raise TaskFailed("refused", f"`{host}:{port}` is not among the hosts of the policy", is_final=True)

    def may_be_private(self, host: str, port: int) -> bool:
        """Whether a host was named by whoever started the run, so that it may have an address that is not public."""
        named = [*self._approved, *((self._policy and self._policy.hosts) or ())]
        return any("*" not in pattern.name and pattern.fits(host, port) for pattern in named)

    def check_path(self, path: str) -> None:
        """Raises TaskFailed, type refused, for a path outside the policy."""
        paths = self._policy.paths if self._policy is not None else None
        if paths is not None and not any(fnmatchcase(path, pattern) for pattern in paths):
            raise TaskFailed("refused", f"`{path}` is not among the paths of the policy", is_final=True)

    def check_program(self, task: Task, program: str) -> None:
        """Raises TaskFailed, type refused, for a program that the plan does not name."""
        if program not in task.effects.programs:
            raise TaskFailed("refused", f"the program `{program}` is not named by the plan", is_final=True)


def is_named_by_plan(task: Task) -> bool:
    """Whether the plan names the host of a task, not data by leave of `hosts`. What is refused then is refused by this
    run alone, other engines have no such guard (security.md): to try it again is no part of the language."""
    return not task.literals.get("hosts")


def check_policy(plan: Plan, policy: Policy, inputs: Mapping[str, Json], secrets: Mapping[str, Secret]) -> None:
    """Raises RunRefused when the plan names something that the policy does not."""
    effects = plan.effects
    values = {f"inputs.{name}": value for name, value in inputs.items() if isinstance(value, str)}
    values |= {f"secrets.{name}": secret.reveal() for name, secret in secrets.items()}
    for word, named, allowed in (
        ("program", effects.programs, policy.programs),
        ("secret", effects.secrets, policy.secrets),
    ):
        for name in named:
            if allowed is not None and name not in allowed:
                raise RunRefused(f"the policy does not allow the {word} `{name}`")
    if policy.hosts is not None:
        for host in effects.hosts:
            try:
                pattern = HostPattern.of(values.get(host.host, host.host))
            except ValueError:
                pattern = HostPattern(host.host)
            if not any(allowed.covers(pattern) for allowed in policy.hosts):
                raise RunRefused(f"the policy does not allow the host `{host.host}`")


@lru_cache(maxsize=1024)
def _plain(host: str) -> str:
    """One spelling for a name: lower case, without a final dot, IDNA's ASCII form; a leading `*.` is kept."""
    host = host.rstrip(".").lower()
    star = "*." if host.startswith("*.") else ""
    try:
        return star + httpx2.URL(scheme="http", host=host.removeprefix(star), path="/").raw_host.decode("ascii")
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        return host
