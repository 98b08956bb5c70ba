"""What became of a request: the targets' files, the JSON of the contract, and the words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from overture.cli.console import complain, show, tell, worth_showing
from overture.diagnostics.json_form import diagnostic_form
from overture.diagnostics.model import Diagnostic
from overture.diagnostics.visible import visible
from overture.expressions.types import Json

if TYPE_CHECKING:
    from overture.drafting.compiling import Compiled
    from overture.plan.backend import Backend
    from overture.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Made:
    """A compiled request with the files of its targets. `files` and `targets`: the text and the target of each file, by
    its name; `gaps`: what a target cannot do; `lacking`: targets for which there is no file; `plan`: that of a workflow
    that is done. Once it is written, `path` is that of the workflow or of the draft, and `exported` has the target of
    each file, by its path."""

    compiled: Compiled
    files: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Diagnostic, ...] = ()
    lacking: tuple[str, ...] = ()
    plan: Plan | None = None
    path: Path | None = None
    exported: Mapping[Path, str] = field(default_factory=dict)

    @classmethod
    def of(cls, compiled: Compiled, backends: Iterable[Backend]) -> Made:
        """Exports to every target what passed the check."""
        if compiled.checked is None or not compiled.is_done:
            return cls(compiled)
        from overture.plan.build import plan
        from overture.plan.gaps import findings

        built = plan(compiled.checked)
        files: dict[str, str] = {}
        targets: dict[str, str] = {}
        gaps: list[Diagnostic] = []
        lacking = []
        for backend in backends:
            export = backend.export(built, {})
            gaps += findings(export.gaps, {None: compiled.checked.analysis.source})
            files.update(export.files)
            targets.update(dict.fromkeys(export.files, backend.name))
            if not export.files:
                lacking.append(backend.name)
        return cls(compiled, files, targets, tuple(gaps), tuple(lacking), built)

    @property
    def is_done(self) -> bool:
        return self.compiled.is_done and not self.lacking

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return (*self.compiled.diagnostics, *self.gaps)

    def written(self, path: Path, exported: Mapping[Path, str]) -> Made:
        return replace(self, path=path, exported=exported)


def limits(plan: Plan) -> tuple[str, ...]:
    """Where each kind of task and trigger runs that some targets refuse, by their support tables."""
    from overture.plan.backend import backend_names, load_backend

    tables = {name: load_backend(name).support() for name in backend_names()}
    found = []
    for kind in dict.fromkeys([*(each.type for each in plan.triggers), *(task.kind for task in plan.walk())]):
        places = [_place(name) for name, rows in tables.items() if kind in rows and rows[kind].level != "no"]
        if len(places) < len(tables):
            found.append(f"`{kind}` runs {'on ' + ' and '.join(places) + ' only' if places else 'nowhere yet'}")
    return tuple(found)


def _place(target: str) -> str:
    return "the local executor" if target == "local" else target.capitalize()


def compiled_json(made: Made) -> dict[str, Json]:
    """`compile` of the contract."""
    compiled, usage = made.compiled, made.compiled.usage
    return {
        "ok": made.is_done,
        "planner": compiled.planner,
        "name": compiled.name,
        "path": None if made.path is None else str(made.path),
        "files": [{"target": target, "path": str(path)} for path, target in made.exported.items()],
        "understanding": compiled.understanding,
        "assumptions": list(compiled.assumptions),
        "questions": list(compiled.questions),
        "not_understood": [
            {"text": each.text, "start": each.start, "end": each.end} for each in compiled.not_understood
        ],
        "diagnostics": [diagnostic_form(each) for each in made.diagnostics],
        "rounds": compiled.rounds,
        "usage": {
            "model": usage.model if usage else None,
            "calls": usage.calls if usage else 0,
            "input_tokens": usage.input_tokens if usage else 0,
            "output_tokens": usage.output_tokens if usage else 0,
            "seconds": round(usage.seconds, 3) if usage else 0.0,
            "cost": None,
        },
    }


def failed_json(name: str | None) -> dict[str, Json]:
    """The same, where no model gave an answer: why is on stderr."""
    usage = {"model": None, "calls": 0, "input_tokens": None, "output_tokens": None, "seconds": 0.0, "cost": None}
    return {
        "ok": False,
        "planner": "model",
        "name": name,
        "path": None,
        "files": [],
        "understanding": "",
        "assumptions": [],
        "questions": [],
        "not_understood": [],
        "diagnostics": [],
        "rounds": 0,
        "usage": usage,
    }


def tell_compiled(made: Made, words: str, *, quiet: bool, no_color: bool) -> None:
    """The same for people, on stderr. Much of it was said by a model."""
    compiled, usage = made.compiled, made.compiled.usage
    by = f"the model {visible(usage.model)}" if usage else "the built-in planner"
    tell(f"planned by {by}", quiet=quiet)
    tell(f"understood: {visible(compiled.understanding)}", quiet=quiet)
    for title, lines in (("assumed", compiled.assumptions), ("question", compiled.questions)):
        for line in lines:
            tell(f"{title}: {visible(line)}", quiet=quiet)
    for each in compiled.not_understood:
        tell(f"not understood, line {words.count(chr(10), 0, each.start) + 1}: {visible(each.text)}")
    for problem in compiled.problems:
        complain(problem)
    shown = worth_showing(made.diagnostics, quiet=quiet)
    show(shown, {each.at.path: compiled.text or "" for each in shown}, no_color=no_color)
    if made.plan is not None and not quiet and (told := limits(made.plan)):  # it loads every target
        tell("; ".join(told))
    for target in made.lacking:
        complain(f"the workflow cannot be exported to {target}")
    if usage is not None:
        tokens = f"{usage.input_tokens or '?'} tokens in, {usage.output_tokens or '?'} out"
        tell(f"{usage.calls} calls, {tokens}, {usage.seconds:.1f} s, {compiled.rounds} rounds of repair", quiet=quiet)
    _tell_files(made, quiet=quiet)


def _tell_files(made: Made, *, quiet: bool) -> None:
    compiled = made.compiled
    if compiled.is_done:
        for path in (made.path, *made.exported):
            if path is not None:
                tell(f"wrote {path}", quiet=quiet)
        return
    is_sound = compiled.checked is not None and not compiled.problems
    if compiled.not_understood and (is_sound or compiled.text is None):
        wrong = "not all of the request was understood" if is_sound else "nothing of the request was understood"
    else:
        wrong = "this is no sound workflow"
    left = "nothing was written" if made.path is None else f"what there is stands in `{made.path}`"
    complain(f"{wrong}: {left}", _what_helps(compiled))


def _what_helps(compiled: Compiled) -> str | None:
    if compiled.planner == "model":
        return None
    return "say it in plain steps, or let a model plan it: set OPENAI_API_KEY or OPENAI_BASE_URL, and OVERTURE_MODEL"


def tell_new_effects(path: Path, compiled: Compiled) -> None:
    """What the workflow that is written over could not touch and the new one can (said before it is written)."""
    from overture.cli.loading import load
    from overture.plan.build import plan

    before: Plan | None = None
    checked = load(str(path)).verdict.checked
    if checked is not None:
        before = plan(checked)
    assert compiled.checked is not None
    after = plan(compiled.checked)
    for what in ("hosts", "programs", "secrets"):
        old = set(_names(before, what)) if before else set()
        for name in _names(after, what):
            if name not in old:
                tell(f"new: {what[:-1]} {visible(name)}")


def _names(plan: Plan, what: str) -> list[str]:
    found = getattr(plan.effects, what)
    return [each.host for each in found] if what == "hosts" else list(found)
