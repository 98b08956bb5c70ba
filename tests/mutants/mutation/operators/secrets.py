"""Secrets that are not declared, or told."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mutation.document import Document, copied, drop, put, reads, reads_of, tasks
from mutation.operator import Mutant, operator

LITERAL_KEYS = (
    "ghp_9aB3kLmN0pQrStUvWxYz1234567890AbCdEf",
    "xoxb-2948571034-5829104756391-aBcDeFgHiJkLmNoPqRsTuVwX",
    "AKIAZ7Q4M2X9T5B8W3LN",
    "sk-proj-a8Gh2Kd9Lm4Np7Qr1St6Uv3Wx5Yz0Bc8De2Fg4Hj6Kl",
)
TELLING = {"log": "message", "ai": "prompt", "fail": "message", "approve": "message"}


@operator("undeclared-secret")
def delete_the_declaration_of_a_secret(data: Document, rng: Random) -> Iterator[Mutant]:
    for number, name in enumerate(data.get("secrets") or ()):
        readers = {read.expression.holder for read in reads(data) if read.parts[:2] == ("secrets", name)}
        readers |= {f"/triggers/{n}" for n, each in enumerate(data.get("triggers") or ()) if name in str(each)}
        changed = drop(data, f"/secrets/{number}")
        if not changed["secrets"]:
            del changed["secrets"]
        if readers:
            yield Mutant(changed, tuple(sorted(readers)))


@operator("misplaced-secret")
def tell_a_secret(data: Document, rng: Random) -> Iterator[Mutant]:
    for name in data.get("secrets") or ():
        for task in tasks(data):
            if task.kind in TELLING:
                pointer = f"{task.pointer}/{TELLING[task.kind]}"
                yield Mutant(put(data, pointer, f"Key {{{{ secrets.{name} }}}}"), (task.pointer,))


@operator("misplaced-secret")
def give_a_secret_out(data: Document, rng: Random) -> Iterator[Mutant]:
    for name in data.get("secrets") or ():
        changed = copied(data)
        changed.setdefault("outputs", {})["the_key"] = f"secrets.{name}"
        yield Mutant(changed, ("/outputs/the_key",))


@operator("misplaced-secret")
def keep_a_secret_in_a_set(data: Document, rng: Random) -> Iterator[Mutant]:
    for name in data.get("secrets") or ():
        for task in tasks(data):
            if task.kind in ("set", "remember"):
                key = "the_key" if task.kind == "set" else next(iter(task.data["values"]))
                if task.kind == "set" or (data.get("state") or {}).get(key, {}).get("type") == "string":
                    changed = put(data, f"{task.pointer}/values/{key}", f"{{{{ secrets.{name} }}}}")
                    yield Mutant(changed, (task.pointer,))


@operator("misplaced-secret")
def pass_a_secret_as_an_argument(data: Document, rng: Random) -> Iterator[Mutant]:
    for name in data.get("secrets") or ():
        for task in tasks(data):
            if task.kind == "shell":
                command = [*task.data["command"], f"{{{{ secrets.{name} }}}}"]
                yield Mutant(put(data, f"{task.pointer}/command", command), (task.pointer,))


@operator("misplaced-secret")
def steer_by_a_secret(data: Document, rng: Random) -> Iterator[Mutant]:
    for name in data.get("secrets") or ():
        for task in tasks(data):
            if "when" not in task.data and not reads_of(
                data, task.id
            ):  # what is skipped may be missing: another mistake
                changed = put(data, f"{task.pointer}/when", f"secrets.{name} != 'x'")
                yield Mutant(changed, (task.pointer,))


@operator("literal-key")
def write_a_key_into_the_file(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        key = rng.choice(LITERAL_KEYS)
        if task.kind == "http":
            headers = {**(task.data.get("headers") or {}), "X-Access": key}
            yield Mutant(put(data, f"{task.pointer}/headers", headers), (task.pointer,))
        elif task.kind == "shell":
            env = {**(task.data.get("env") or {}), "ACCESS": key}
            yield Mutant(put(data, f"{task.pointer}/env", env), (task.pointer,))
        elif task.kind in TELLING:
            yield Mutant(put(data, f"{task.pointer}/{TELLING[task.kind]}", f"Use {key}."), (task.pointer,))


@operator("likely-key", "literal-key")
def write_a_token_into_the_file(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        token = "".join(rng.choice("0123456789abcdef") for _ in range(32))
        if task.kind == "http" and "secrets" in str(task.data.get("auth")) and task.data["auth"]["type"] == "bearer":
            yield Mutant(put(data, f"{task.pointer}/auth/token", token), (task.pointer,))
        elif task.kind == "http" and "auth" not in task.data:
            auth = {"type": "basic", "username": "me", "password": token}
            yield Mutant(put(data, f"{task.pointer}/auth", auth), (task.pointer,))


@operator("bad-connection")
def write_a_connection_into_the_file(data: Document, rng: Random) -> Iterator[Mutant]:
    urls = {"sql": "postgresql://db.example.com/sales", "email": "smtps://mail.example.com"}
    for task in tasks(data):
        if task.kind in urls:
            yield Mutant(put(data, f"{task.pointer}/connection", urls[task.kind]), (task.pointer,))


@operator("bad-connection", "misplaced-secret")
def build_a_connection_of_a_secret(data: Document, rng: Random) -> Iterator[Mutant]:
    for task in tasks(data):
        if task.kind in ("sql", "email"):
            changed = put(data, f"{task.pointer}/connection", task.data["connection"] + "/other")
            yield Mutant(changed, (task.pointer,))
