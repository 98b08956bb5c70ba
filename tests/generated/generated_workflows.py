"""Random workflows of every kind that needs no outside service, over typed data.

`workflow(rng, "sound")` is right by construction: guarded reads, right types; the checker has nothing against it. Of
`workflow(rng, "wild")` nobody knows: it reads anything anywhere, and the checker decides. Both are functions of the
random numbers alone, so that a seed or hypothesis drives them. `run_inputs` gives values to start one with.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from generated_data import (
    BOOLEAN,
    DATE,
    INTEGER,
    STRING,
    Json,
    Schema,
    list_of,
    nullable,
    object_of,
    random_object,
    random_schema,
    random_value,
)
from generated_expressions import Pen, Read, guard_of

Task = dict[str, Any]
Mode = Literal["sound", "wild"]

ERROR = object_of({"type": STRING, "message": STRING})
STATES = {"enum": ["succeeded", "failed", "skipped", "cancelled"]}
OUTSIDE = ("http", "ai", "python", "shell")
"""Kinds that cost a process or a request."""


@dataclass
class Generated:
    """A workflow and what it needs: `callees` stand beside it, `routes` are the replies of the server at
    `inputs.base_url` by path, `answers` those of the model by the word that its prompt begins with, as schemas."""

    document: dict[str, Json]
    callees: list[dict[str, Json]] = field(default_factory=list)
    routes: dict[str, Schema] = field(default_factory=dict)
    answers: dict[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a task is written: what may be read, how deep, and what may not stand there."""

    reads: tuple[Read, ...]
    depth: int = 0
    loops: tuple[str, ...] = ()
    is_body: bool = False
    is_quiet: bool = False  # nothing is to fail on purpose

    def also(self, *more: Read) -> Place:
        return replace(self, reads=(*self.reads, *more))

    def inside(self, *more: Read, loop: str | None = None, is_quiet: bool | None = None) -> Place:
        return replace(
            self,
            reads=(*self.reads, *more),
            depth=self.depth + 1,
            loops=(*self.loops, loop) if loop else self.loops,
            is_body=False,
            is_quiet=self.is_quiet if is_quiet is None else is_quiet,
        )


@dataclass
class Written:
    """A task, what it adds to what may be read after it, and what holds after it."""

    task: Task
    results: list[Read] = field(default_factory=list)
    established: list[Read] = field(default_factory=list)


class Writer:
    """Writes one workflow."""

    def __init__(self, rng: random.Random, mode: Mode, outside: float) -> None:
        self.rng = rng
        self.is_wild = mode == "wild"
        self.outside = outside
        self.pen = Pen(rng, rng.choice((0.0, 0.01, 0.04, 0.12)) if self.is_wild else 0.0)
        self.count = 0
        self.made = Generated({})
        self.state: dict[str, Schema] = {}
        self.has_stop = False

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # The document

    def workflow(self, name: str, *, may_call: bool = True) -> Generated:
        inputs: dict[str, Schema] = {
            "n": {**INTEGER, "default": 1},
            "s": {**STRING, "default": "a"},
            "flag": dict(BOOLEAN),
            "rows": list_of(random_object(self.rng, 1)),
        }
        for number in range(self.rng.randint(1, 3)):
            inputs[f"x{number}"] = random_schema(self.rng)
        if self.chance(0.3):
            schema = random_schema(self.rng)
            inputs["given"] = {**schema, "default": random_value(self.rng, schema)}
        document: dict[str, Json] = {"overture": 1, "name": name, "inputs": inputs}
        reads = [Read(f"inputs.{key}", _undefaulted(schema)) for key, schema in inputs.items()]
        reads += [
            Read("run.trigger", {"enum": ["schedule", "webhook", "after", "manual"]}),
            Read("run.started_at", DATE),
        ]
        if self.chance(0.3):
            self.state = {"seen": list_of(STRING), "total": dict(INTEGER), "last": nullable(DATE)}
            document["state"] = {
                key: {**schema, "default": {"seen": [], "total": 0, "last": None}[key]}
                for key, schema in self.state.items()
            }
            reads += [Read(f"state.{key}", schema) for key, schema in self.state.items()]
        if may_call and self.chance(0.3):
            reads += self.triggers(document)
        place = Place(tuple(reads), is_body=True)
        tasks, results = self.block(place, least=2, most=6)
        if may_call and self.made.callees == [] and self.chance(0.15):
            written = self.call(place)
            tasks.append(written.task | {"needs": []})
            results += written.results
        document["tasks"] = tasks
        self.handlers(document, place, results)
        self.outputs(document, place, results)
        self.made.document = document
        if self.made.routes:
            inputs["base_url"] = {**STRING, "default": "http://127.0.0.1:9"}
        if not self.is_wild:
            self.use_all(document)
        return self.made

    def triggers(self, document: dict[str, Json]) -> list[Read]:
        """Webhooks and clocks; what the webhook hands in may be missing if there is another way to start."""
        schema = random_object(self.rng, 1)
        hook: dict[str, Json] = {"type": "webhook", "key": "HOOK_KEY", "returns": schema}
        body = Read("trigger.body", schema)
        own: dict[str, Json] = {"flag": True, "rows": []}
        for key, each in document["inputs"].items():
            if "default" not in each and key not in own:
                own[key] = random_value(self.rng, each)
        for key, value in own.items():
            document["inputs"][key].setdefault("default", _fitting(self.rng, document["inputs"][key], value))
        hook["inputs"] = {"n": f"{{{{ {self.pen.of('integer', [body])} }}}}"}
        if self.chance(0.3):
            hook["when"] = self.pen.condition([body, Read("inputs.n", INTEGER)])
        document["secrets"] = ["HOOK_KEY"]
        document["triggers"] = [hook]
        if self.chance(0.5):
            document["triggers"].append({"type": "schedule", "cron": "0 9 * * 1", "timezone": "Europe/Berlin"})
            return [body.unsure("run.trigger == 'webhook'"), body.unsure("run.trigger == 'webhook'")]
        return [body]

    def handlers(self, document: dict[str, Json], place: Place, results: list[Read]) -> None:
        after = [each.unsure() for each in results if each.text.endswith((".state", ".error")) or self.is_wild]
        run = [Read("run.state", {"enum": ["succeeded", "failed", "cancelled"]})]
        failed = object_of({"task": nullable(STRING), "type": STRING, "message": STRING})
        if self.chance(0.3):
            inside = place.inside(*run, Read("run.error", failed), *after, is_quiet=True)
            task = self.simple(inside).task
            document["on_failure"] = [task, *self.looked_at(task)]
        if self.chance(0.3):
            inside = place.inside(*run, Read("run.error", nullable(failed)), *after, is_quiet=True)
            task = self.simple(inside).task
            document["finally"] = [task, *self.looked_at(task)]

    def outputs(self, document: dict[str, Json], place: Place, results: list[Read]) -> None:
        seen = [each.unsure() if self.has_stop and not self.is_wild else each for each in results]
        reads = [*place.reads, *seen, *seen]
        found: dict[str, str] = {}
        for number in range(self.rng.randint(1, 4)):
            found[f"o{number}"] = self.pen.typed(reads)[0]
        document["outputs"] = found

    def use_all(self, document: dict[str, Json]) -> None:
        """Reads of what nothing reads otherwise, so that the checker need not wonder why it is there."""
        for key in document["inputs"]:
            document["outputs"][f"input_{key}"] = f"inputs.{key}"
        for key in document.get("state", {}):
            document["outputs"][f"state_{key}"] = f"state.{key}"

    # Blocks

    def id(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def block(self, place: Place, least: int = 1, most: int = 3) -> tuple[list[Task], list[Read]]:
        """Tasks one after the other, or by what they need; and what of them may be read after the block."""
        is_chain = self.chance(0.7)
        tasks: list[Task] = []
        results: list[Read] = []
        here = place if is_chain else replace(place, is_quiet=True, is_body=False)
        for _ in range(self.rng.randint(least, most)):
            written = self.task(here)
            if not is_chain:
                before = [each["id"] for each in tasks]
                written.task["needs"] = self.rng.sample(before, min(len(before), self.rng.randint(0, 2)))
            tasks.append(written.task)
            tasks += self.looked_at(written.task)
            results += written.results
            # twice: what tasks result in is worth more reads than what comes from outside
            here = here.also(*written.results, *written.results)
            if is_chain or self.is_wild:
                here = here.also(*written.established, *written.established)
        return tasks, results

    def looked_at(self, task: Task) -> list[Task]:
        """A look at what a task results in, where the checker would miss one."""
        if self.is_wild or task["kind"] not in ("ai", "read_file", "foreach"):
            return []
        read = "failed | default([]) | length" if task["kind"] == "foreach" else "state"
        look: Task = {"id": self.id(), "kind": "log", "message": f"{{{{ tasks.{task['id']}.{read} }}}}"}
        return [look | {"needs": [task["id"]]} if "needs" in task else look]

    def task(self, place: Place) -> Written:
        """A task, perhaps guarded, perhaps one whose failure is gone past."""
        if self.chance(0.3):
            candidates = [self.pen.descend(list(place.reads)) for _ in range(4)]
            worth = [each for each in candidates if not each.is_plain] or candidates
            return self.under_guard(place, self.rng.choice(worth))
        written = self.plain(place)
        task = written.task
        if self.chance(0.12) and task["kind"] not in ("stop", "fail", "assert"):
            task["when"] = self.pen.condition(list(place.reads))
            written = _weakened(written, f"tasks.{task['id']}.state == 'succeeded'", task["when"])
        if self.chance(0.08) and task["kind"] not in ("stop", "branch"):
            task["on_error"] = "continue"
            written = _weakened(written, f"tasks.{task['id']}.state == 'succeeded'")
        return written

    def under_guard(self, place: Place, read: Read) -> Written:
        """A task that may rely on a condition, wherever that condition stands."""
        condition, sure = guard_of(read, self.rng)
        negated = f"not ({condition})"
        if self.is_wild and self.chance(0.3):
            condition, negated = self.bent(condition, place)
        reads = (sure, sure, sure)
        extra = self.pen.condition(list(place.reads)) if self.chance(0.3) else None
        forms = ["when", "branch", "else", "conditional", "assert"]
        forms += ["stop"] if place.is_body and not self.has_stop else []
        forms += ["fail"] if not place.is_quiet else []
        match self.rng.choice(forms):
            case "when":
                written = self.plain(place.also(*reads))
                if written.task["kind"] in ("stop", "fail", "assert"):
                    return written if written.task["kind"] == "assert" else self.simple(place)
                written.task["when"] = f"({condition}) and ({extra})" if extra else condition
                guards = (f"tasks.{written.task['id']}.state == 'succeeded'", written.task["when"])
                return _weakened(written, *guards)
            case "branch":
                tasks, _ = self.block(place.inside(*reads), most=2)
                return self.branch(place, [(condition, tasks)], None)
            case "else":
                first, _ = self.block(place.inside(), most=1)
                tasks, _ = self.block(place.inside(*reads), most=2)
                return self.branch(place, [(negated, first)], tasks)
            case "conditional":
                inside = [*place.reads, *reads]
                kind = self.rng.choice(("string", "integer", "boolean"))
                then, other = self.pen.of(kind, inside), self.pen.of(kind, list(place.reads))
                text = f"{then} if {condition} else {other}"
                if self.chance(0.3):
                    tests = self.pen.condition(inside)
                    kind, text = "boolean", self.rng.choice((f"{condition} and {tests}", f"{negated} or {tests}"))
                return self.set({"v": (text, {"type": kind})})
            case "assert":
                that = [condition, extra] if extra else [condition]
                return Written({"id": self.id(), "kind": "assert", "that": that}, [], [sure])
            case "stop":
                self.has_stop = True
                return Written({"id": self.id(), "kind": "stop", "when": negated}, [], [sure])
        return Written({"id": self.id(), "kind": "fail", "message": "boom", "when": negated}, [], [sure])

    def bent(self, condition: str, place: Place) -> tuple[str, str]:
        """A guard that may not guard: weaker, of another path, or turned round."""
        other = self.pen.condition(list(place.reads))
        condition = self.rng.choice(
            (other, f"not ({condition})", f"({condition}) or ({other})", f"not ({condition} and {other})",
             f"({condition}) == true", f"({condition}) if {other} else {self.rng.choice(('true', 'false'))}",
             f"not (not ({condition}))")
        )  # fmt: skip
        return condition, f"not ({condition})"

    def plain(self, place: Place) -> Written:
        roll = self.rng.random()
        if place.depth < 3 and roll < 0.3:
            return self.rng.choice((self.foreach, self.foreach, self.some_branch, self.repeat, self.try_))(place)
        if self.chance(self.outside):
            return getattr(self, self.rng.choice(OUTSIDE))(place)
        return self.simple(place)

    # Kinds that touch nothing

    def set(self, values: dict[str, tuple[str, Schema]]) -> Written:
        id = self.id()
        texts = {key: f"{{{{ {text} }}}}" for key, (text, _) in values.items()}
        results = [Read(f"tasks.{id}.{key}", schema) for key, (_, schema) in values.items()]
        return Written({"id": id, "kind": "set", "values": texts}, [*results, *_ends(id)])

    def simple(self, place: Place) -> Written:
        reads = list(place.reads)
        id = self.id()
        kinds = ["set", "set", "set", "log", "log", "file", "wait", "nested"]
        kinds += ["remember"] if self.state and place.is_body else []
        kinds += ["fail", "assert"] if not place.is_quiet and self.chance(0.3) else []
        match self.rng.choice(kinds):
            case "log":
                text = f"{{{{ {self.pen.of('any', reads)} }}}} {{{{ {self.pen.of('string', reads)} }}}}"
                return Written({"id": id, "kind": "log", "message": text}, _ends(id))
            case "file":
                return self.file(id, reads)
            case "wait":
                return Written({"id": id, "kind": "wait", "for": "1ms"}, _ends(id))
            case "remember":
                key = self.rng.choice(("seen", "total"))
                text = self.pen.of("strings" if key == "seen" else "integer", reads)
                return Written({"id": id, "kind": "remember", "values": {key: f"{{{{ {text} }}}}"}}, _ends(id))
            case "fail":
                return Written({"id": id, "kind": "fail", "message": "boom", "when": self.pen.condition(reads)})
            case "assert":
                return Written({"id": id, "kind": "assert", "that": [self.pen.condition(reads)]})
            case "nested":
                (one, first), (two, second) = self.pen.typed(reads), self.pen.typed(reads)
                value = {"a": f"{{{{ {one} }}}}", "b": [f"{{{{ {two} }}}}"], "c": 7}
                schema = object_of({"a": first, "b": list_of(second, 1), "c": INTEGER})
                return Written(
                    {"id": id, "kind": "set", "values": {"v": value}}, [Read(f"tasks.{id}.v", schema), *_ends(id)]
                )
        return self.set({key: self.pen.typed(reads) for key in self.rng.sample(("v", "w", "name"), 2)})

    def file(self, id: str, reads: list[Read]) -> Written:
        if self.chance(0.5):
            text = self.pen.of("string", reads)
            task = {"id": id, "kind": "write_file", "path": f"{id}.txt", "content": f"{{{{ {text} }}}}"}
            return Written(task, [Read(f"tasks.{id}.path", STRING), *_ends(id)])
        path = "there.json" if self.chance(0.8) else "absent.json"
        task = {"id": id, "kind": "read_file", "path": path, "format": "json"}
        task["returns"] = list_of(object_of({"a": INTEGER, "b": STRING}, frozenset("b")))
        return Written(task, [Read(f"tasks.{id}.content", task["returns"]), *_ends(id)])

    # Blocks of tasks

    def some_branch(self, place: Place) -> Written:
        cases = []
        for _ in range(self.rng.randint(1, 2)):
            condition = self.pen.condition(list(place.reads))
            cases.append((condition, self.block(place.inside(), most=2)[0]))
        other = self.block(place.inside(), most=2)[0] if self.chance(0.5) else None
        return self.branch(place, cases, other)

    def branch(self, place: Place, cases: list[tuple[str, list[Task]]], other: list[Task] | None) -> Written:
        id = self.id()
        task: Task = {"id": id, "kind": "branch"}
        task["cases"] = [{"when": condition, "tasks": tasks} for condition, tasks in cases]
        results = [Read(f"tasks.{id}.taken", {"enum": [*map(str, range(len(cases))), "else"]})]
        slots = [(str(number), tasks) for number, (_, tasks) in enumerate(cases)]
        if other is not None:
            task["else"] = other
            slots.append(("else", other))
        for slot, tasks in slots:
            guards = (f"tasks.{id}.taken == '{slot}'", *((cases[0][0],) if slot == "0" else ()))
            results += [each.unsure(*guards) for each in _set_results(tasks)]
        return Written(task, results + _ends(id))

    def foreach(self, place: Place) -> Written:
        id, name = self.id(), f"it{len(place.loops)}{self.rng.choice(('', 'em', '_x'))}"
        lists = [self.pen.descend(list(place.reads)) for _ in range(6)]
        lists = [each for each in lists if each.is_plain and each.kinds == {"array"} and "items" in each.schema]
        if lists and self.chance(0.8):
            chosen = self.rng.choice(lists)
            items, item, least = chosen.text, chosen.schema["items"], chosen.schema.get("minItems", 0)
        else:
            kind = self.rng.choice(("strings", "integers"))
            items, item, least = self.pen.of(kind, list(place.reads)), STRING if kind == "strings" else INTEGER, 0
        task: Task = {"id": id, "kind": "foreach", "items": items, "as": name}
        seen = [Read(name, item)] * 3
        if self.chance(0.3):
            read = self.pen.descend(seen[:1])
            task["where"], sure = guard_of(read, self.rng)
            seen += [sure, sure]
            least = 0
        failed = list_of(object_of({"index": INTEGER, "item": item, "error": ERROR}))
        results = [Read(f"tasks.{id}.failed", failed)]
        inside = place.inside(*seen, Read("loop.index", INTEGER), loop=name)
        inner: list[Read] = []
        if self.chance(0.6):
            is_skipping = self.chance(0.4)
            task["on_item_error"] = "skip" if is_skipping else "fail"
            if self.chance(0.3):
                task["concurrency"] = self.rng.randint(2, 4)
            task["tasks"], inner = self.block(replace(inside, is_quiet=not is_skipping and place.is_quiet))
            least = 0 if is_skipping else least
        if "tasks" not in task or self.chance(0.7):
            text, schema = self.pen.typed([*inside.reads, *inner, *inner])
            if self.chance(0.3):
                more, other = self.pen.typed([*inside.reads, *inner])
                text, schema = f"{{a: {text}, b: {more}}}", object_of({"a": schema, "b": other})
            task["collect"] = text
            results.append(Read(f"tasks.{id}.value", list_of(schema, least)))
        return Written(task, results + _ends(id))

    def repeat(self, place: Place) -> Written:
        id = self.id()
        tasks, inner = self.block(replace(place.inside(), is_quiet=True))
        until = self.pen.condition([*place.reads, *inner, *inner])
        # what data decide may never come true: then the attempts are used up, and the task fails
        task: Task = {"id": id, "kind": "repeat", "attempts": 2, "every": "1ms", "tasks": tasks}
        is_certain = place.is_quiet or not self.is_wild
        task["until"] = f"({until}) or now() > '2000-01-01T00:00:00Z'" if is_certain else until
        return Written(task, [Read(f"tasks.{id}.iterations", INTEGER), *inner, *_ends(id)])

    def try_(self, place: Place) -> Written:
        id = self.id()
        tasks, inner = self.block(replace(place.inside(), is_quiet=False))
        task: Task = {"id": id, "kind": "try", "tasks": tasks}
        after = [each.unsure() for each in inner]
        if self.chance(0.7):
            own = [each for each in after if self.is_wild or each.text.endswith((".state", ".error"))]
            error = [Read(f"tasks.{id}.error", nullable(ERROR))] if self.is_wild else []
            task["catch"] = self.block(replace(place.inside(*own, *error), is_quiet=True), most=2)[0]
        results = [Read(f"tasks.{id}.failed", BOOLEAN), Read(f"tasks.{id}.error", nullable(ERROR))]
        return Written(task, results + [each.unsure(f"not tasks.{id}.failed") for each in inner] + _ends(id)[:1])

    # Kinds that cost something

    def http(self, place: Place) -> Written:
        id, schema = self.id(), random_schema(self.rng)
        self.made.routes[f"/{id}"] = schema
        query = {"q": f"{{{{ {self.pen.of('any', list(place.reads))} }}}}"} if self.chance(0.3) else None
        task: Task = {"id": id, "kind": "http", "url": f"{{{{ inputs.base_url }}}}/{id}", "returns": schema}
        if query and not self.is_wild:
            query = {"q": f"{{{{ {self.pen.of('string', list(place.reads))} }}}}"}
        task |= {"query": query} if query else {}
        return Written(task, [Read(f"tasks.{id}.body", schema), Read(f"tasks.{id}.status", INTEGER), *_ends(id)])

    def ai(self, place: Place) -> Written:
        id, schema = self.id(), random_object(self.rng, 1)
        self.made.answers[id] = schema
        prompt = f"{id}: {{{{ {self.pen.of('any', list(place.reads))} }}}}"
        task: Task = {"id": id, "kind": "ai", "models": ["small"], "prompt": prompt, "returns": schema}
        return Written(task, [Read(f"tasks.{id}.value", schema), *_ends(id)])

    def python(self, place: Place) -> Written:
        id, (text, schema) = self.id(), self.pen.typed(list(place.reads))
        task: Task = {"id": id, "kind": "python", "args": {"x": f"{{{{ {text} }}}}"}, "returns": {"type": "string"}}
        if self.chance(0.5):
            task |= {"code": "def main(x):\n    return str(x)\n"}
            return Written(task, [Read(f"tasks.{id}.value", STRING), *_ends(id)])
        task |= {"code": "def main(x):\n    return x\n", "returns": schema}
        return Written(task, [Read(f"tasks.{id}.value", schema), *_ends(id)])

    def shell(self, place: Place) -> Written:
        id = self.id()
        text = self.pen.of("string", list(place.reads))
        task: Task = {"id": id, "kind": "shell", "command": ["cat"], "stdin": f"{{{{ {text} }}}}"}
        results = [Read(f"tasks.{id}.stdout", STRING), Read(f"tasks.{id}.exit_code", INTEGER)]
        return Written(task, results + _ends(id))

    def call(self, place: Place) -> Written:
        """Of a second workflow, which is right by construction."""
        id = self.id()
        callee = Writer(self.rng, "sound", 0.0)
        inner = callee.workflow(f"callee_{id}", may_call=False)
        self.made.callees = [inner.document]
        wanted = {"n": "integer", "s": "string", "flag": "boolean"}
        inputs = {key: f"{{{{ {self.pen.of(kind, list(place.reads))} }}}}" for key, kind in wanted.items()}
        given = {key: each for key, each in inner.document["inputs"].items() if key not in wanted}
        for each in given.values():
            each.setdefault("default", random_value(self.rng, each))
        task: Task = {"id": id, "kind": "call", "workflow": f"callee_{id}", "inputs": inputs}
        outputs = {key: {} for key in inner.document["outputs"]}
        return Written(task, [Read(f"tasks.{id}.value", object_of(outputs)), *_ends(id)])


def _undefaulted(schema: Schema) -> Schema:
    return {key: each for key, each in schema.items() if key != "default"}


def _fitting(rng: random.Random, schema: Schema, value: Json) -> Json:
    """A default: of a list that must not be empty, one that is not."""
    return random_value(rng, schema) if value == [] and schema.get("minItems") else value


def _ends(id: str) -> list[Read]:
    return [Read(f"tasks.{id}.state", STATES), Read(f"tasks.{id}.error", nullable(ERROR))]


def _weakened(written: Written, *guards: str) -> Written:
    """What a task that may not have succeeded results in."""
    own = {each.text for each in _ends(written.task["id"])}
    results = [each if each.text in own else each.unsure(*guards) for each in written.results]
    return Written(written.task, results)


def _set_results(tasks: list[Task]) -> list[Read]:
    """What may be read of the tasks of a branch from outside, with no more said of it than its state."""
    return [Read(f"tasks.{task['id']}.state", STATES) for task in tasks]


def workflow(rng: random.Random, mode: Mode = "sound", *, name: str = "generated", outside: float = 0.0) -> Generated:
    """A random workflow. `outside`: the share of tasks that cost a process or a request."""
    return Writer(rng, mode, outside).workflow(name)


def run_inputs(rng: random.Random, document: dict[str, Json]) -> tuple[dict[str, Json], dict[str, Json] | None]:
    """Values for the inputs, and the trigger's data (None: started by hand)."""
    inputs = {
        key: random_value(rng, schema)
        for key, schema in document.get("inputs", {}).items()
        if key != "base_url" and ("default" not in schema or rng.random() < 0.7)
    }
    triggers = document.get("triggers")
    if triggers is None:
        return inputs, None
    trigger = rng.choice(triggers)
    if trigger["type"] == "webhook":
        inputs.pop("n", None)
        return inputs, {"type": "webhook", "body": random_value(rng, trigger["returns"]), "headers": {}, "query": {}}
    return inputs, {"type": "schedule", "scheduled_for": "2026-01-31T09:00:00Z"}
