"""The whole story of a workflow: when it starts, what it does in order, what it touches, what happens on failure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from overture.checks.analysis import Analysis
from overture.checks.index import Block, Entry
from overture.checks.verdict import Checked
from overture.language import tasks as kinds
from overture.language.scalars import seconds
from overture.plan.effects import DEFAULT_MODEL
from overture.plan.model import Effects, Host
from overture.plan.prose import starts, tasks
from overture.plan.prose.values import condition
from overture.plan.prose.words import counted, lasting, listed, named, names, quoted, sentence

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together. `depth`: how deep the block lies in other tasks; `is_item`: one of several ways
    or parts, told with a dash before it."""

    sentences: tuple[str, ...]
    depth: int = 0
    is_item: bool = False

    def lines(self, width: int) -> str:
        indent = "  " * self.depth
        first = f"{indent[:-2]}- " if self.is_item else indent
        text = " ".join(map(sentence, self.sentences))
        return textwrap.fill(
            text, width, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )


def story(checked: Checked, effects: Effects, width: int = WIDTH) -> str:
    """The paragraphs of a workflow, an empty line between those of its own level. `effects` are those of its plan."""
    analysis = checked.analysis
    parts: list[list[Paragraph]] = [
        [Paragraph(tuple(_opening(analysis)))],
        [Paragraph(tuple(_starting(analysis)))],
        _block(analysis, analysis.index.body, 0),
        *_endings(analysis),
        [Paragraph(tuple(touched(effects)))],
    ]
    return "\n\n".join("\n".join(each.lines(width) for each in part) for part in parts)


def _opening(analysis: Analysis) -> Iterator[str]:
    workflow = analysis.workflow
    tasks = counted(len(analysis.index.entries), "task")
    about = f": {quoted(workflow.description, most=None)}" if workflow.description else ""
    yield f"{named(workflow.name)} is a workflow of {tasks}{about}"


def _starting(analysis: Analysis) -> Iterator[str]:
    yield from starts.starts(analysis)
    said = (starts.inputs(analysis), starts.kept(analysis), starts.limits(analysis))
    yield from (each for each in said if each is not None)


def _block(analysis: Analysis, block: Block, depth: int) -> list[Paragraph]:
    """The tasks of a block: those that hold others get a paragraph of their own, the rest share one."""
    found: list[Paragraph] = []
    running: list[str] = []
    needs = analysis.order_of(block).reduced()
    before: Entry | None = None
    for entry in block.entries:
        told = _task(analysis, entry, _when(entry, before, needs, is_alone=len(block.entries) == 1))
        if entry.blocks:
            if running:
                found.append(Paragraph(tuple(running), depth))
            running = []
            also = f" ({'; '.join(told[1:])})" if told[1:] else ""
            found.append(Paragraph((f"{told[0]}{also}:",), depth))
            found += _inside(analysis, entry, depth + 1)
        else:
            running += told
        before = entry
    if running:
        found.append(Paragraph(tuple(running), depth))
    return found


def _when(entry: Entry, before: Entry | None, needs: Mapping[Entry, tuple[Entry, ...]], *, is_alone: bool) -> str:
    """The words that say when a task is done: after what."""
    own = list(needs[entry])
    if before is None:
        return "" if is_alone else "first "
    if own == [before]:
        return "then "
    if own == list(needs[before]):
        return "at the same time "
    if not own:
        return "from the start, beside that, "
    done = names(each.id for each in own)
    return f"once {done} {'are' if len(own) > 1 else 'is'} done, "


def _task(analysis: Analysis, entry: Entry, when: str) -> list[str]:
    guarded = tasks.guard(analysis, entry)
    if guarded:
        when = f"{when.removesuffix(' ').removesuffix(',')}, if {guarded}, " if when else f"if {guarded}, "
    about = f" ({entry.task.description.strip().rstrip('.')})" if entry.task.description else ""
    return [f"{when}{named(entry.id)}{about} {tasks.clause(analysis, entry)}", *tasks.after(entry)]


def _inside(analysis: Analysis, entry: Entry, depth: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    for block in entry.blocks:
        inner = _block(analysis, block, depth)
        lead = _lead(analysis, entry, block)
        first = inner[0]
        if lead and first.depth == depth:
            first = replace(first, sentences=(lead + first.sentences[0], *first.sentences[1:]), is_item=True)
        found += [replace(first, is_item=True), *inner[1:]]
    return found


def _lead(analysis: Analysis, entry: Entry, block: Block) -> str:
    task = entry.task
    if isinstance(task, kinds.BranchTask):
        if block.slot == "else":
            return "otherwise "
        case = task.cases[int(block.slot)]
        return f"if {condition(analysis.typed(f'{entry.pointer}/cases/{block.slot}/when'), case.when)}: "
    if isinstance(task, kinds.TryTask):
        return "if that fails, " if block.slot == "catch" else ""
    return ""


def _endings(analysis: Analysis) -> Iterator[list[Paragraph]]:
    """What a failure means, what is done however it ends, and what comes out."""
    workflow, handlers = analysis.workflow, analysis.index.handlers
    said = []
    defaults = workflow.defaults
    if defaults is not None and defaults.retry is not None and defaults.retry.attempts > 1:
        pause = lasting(seconds(defaults.retry.delay))
        said.append(f"what may be repeated is tried up to {defaults.retry.attempts} times, at least {pause} apart")
    if workflow.timeout is not None:
        said.append(f"a run that takes longer than {lasting(seconds(workflow.timeout))} fails")
    fails = "if a task fails, what has not started is cancelled and the run fails"
    if (handler := handlers.get("on_failure")) is None:
        yield [Paragraph((*said, f"{fails}; nobody is told"))]
    else:
        yield [Paragraph((*said, f"{fails}, and then:")), *_indented(_block(analysis, handler, 1))]
    if (handler := handlers.get("finally")) is not None:
        yield [Paragraph(("however it ends, at last:",)), *_indented(_block(analysis, handler, 1))]
    if (given := starts.outputs(analysis)) is not None:
        yield [Paragraph((given,))]


def _indented(paragraphs: list[Paragraph]) -> Iterable[Paragraph]:
    return [replace(paragraphs[0], is_item=True), *paragraphs[1:]]


def touched(effects: Effects) -> Iterator[str]:
    """What a workflow can touch outside, a sentence for each sort."""
    if effects == Effects():
        yield "it touches nothing outside"
    if effects.hosts:
        yield f"it reaches {listed(map(_host, effects.hosts))}"
    if effects.programs:
        yield f"it runs {names(effects.programs)} as whoever starts it"
    if effects.models:
        models = [
            named(each) if each != DEFAULT_MODEL else f"the model that {named(each)} names" for each in effects.models
        ]
        yield f"it asks {listed(models)}"
    if effects.paths:
        yield f"it uses the {'file' if len(effects.paths) == 1 else 'files'} {names(effects.paths)}"
    if effects.databases:
        yield f"it uses the database of {listed(map(_secret, effects.databases))}"
    if effects.emails:
        yield f"it mails {names(effects.emails)}"
    if effects.workflows:
        yield f"it runs {'workflow' if len(effects.workflows) == 1 else 'workflows'} {names(effects.workflows)}"
    if effects.secrets:
        yield f"it reads {'secret' if len(effects.secrets) == 1 else 'secrets'} {names(effects.secrets)}"


def _host(host: Host) -> str:
    methods = f" ({', '.join(host.methods)})"
    root, _, name = host.host.partition(".")
    if root == "inputs":
        return f"the host of input {named(name)}{methods}"
    if root == "secrets":
        return f"the address in secret {named(name)}{methods}"
    return f"{'any public host' if host.host == '*' else named(host.host)}{methods}"


def _secret(name: str) -> str:
    return f"secret {named(name.removeprefix('secrets.'))}"
