"""The words that open a block, and a condition that follows its step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from overture.drafting.planner.blocks import Closed, Open, open_case, open_catch, open_handler, open_loop
from overture.drafting.planner.conditions import read_condition, read_having
from overture.drafting.planner.draft import Block, Draft, NotUnderstoodError, Task
from overture.drafting.planner.mentions import find_all, says_each
from overture.drafting.planner.patterns import Pattern, Phrase, Reading, Said, compile_pattern
from overture.drafting.planner.results import Result
from overture.drafting.planner.slots import GROUPS, SLOTS
from overture.drafting.planner.texts import cited
from overture.drafting.planner.tokens import ends_sentence, is_gap

LOOPS = (
    "for (each|every|all) [(of|in) (the|these|those)] [(one|item) (of|in)] {what:thing} "
    "[in (it|them|this|that|the file|the list)] [in turn] [do (this|the following)]"
)
LOOPS_OVER = "(go through|loop over|iterate over) [each of|all] {what:thing} [and]"
FAILURES = "(if|when|whenever|in case|should) (<fails>|there is an error|something goes wrong)"
FAILURES_SHORT = "on (failure|error|errors)"
THIS_FAILS = "(if|when|in case) ((that|this) [step]|the (step|request|call|command|post|fetch)) (fails|goes wrong)"
ENDINGS = "(whatever happens|in any case|either way|no matter what|always|however it ends)"
IFS = ("if", "when", "whenever", "unless", "in case", "only if", "provided that", "except if")
_LOOP = compile_pattern(LOOPS, SLOTS, GROUPS)
_LOOP_OVER = compile_pattern(LOOPS_OVER, SLOTS, GROUPS)
_FAILURE = compile_pattern(f"({FAILURES}|{FAILURES_SHORT})", SLOTS, GROUPS)
_THIS_FAILS = compile_pattern(THIS_FAILS, SLOTS, GROUPS)
_ENDING = compile_pattern(ENDINGS, SLOTS, GROUPS)
_IF = compile_pattern("(only if|if|when|whenever|in case|unless)", SLOTS, GROUPS)
_STOP = compile_pattern("(stop|end|quit|exit) [here] [(the run|the workflow)]", SLOTS, GROUPS)
_OTHERWISE = compile_pattern("(otherwise|else|if not)", SLOTS, GROUPS)


def read_opener(draft: Draft, reading: Reading, at: int, closed: Closed) -> Open | None:
    """The block that the words from `at` on open, or None. Raises NotUnderstoodError when they cannot be understood."""
    return (
        _loop(draft, reading, at)
        or _otherwise(draft, reading, at, closed)
        or _handler(draft, reading, at)
        or _when(draft, reading, at)
    )


def _matches(pattern: Pattern, reading: Reading, at: int) -> Iterator[tuple[int, Said]]:
    if pattern.starts is None or reading.lower(at) in pattern.starts:
        yield from pattern.matches(reading, at)


def _cite(draft: Draft, reading: Reading, start: int, end: int) -> None:
    draft.source = cited(reading.text_of(start, end))


def _cite_clause(draft: Draft, reading: Reading, at: int) -> None:
    """The words up to the next mark: what a condition makes, it makes of them."""
    end = at + 1
    while end < len(reading.tokens) and not is_gap(reading.tokens[end]):
        end += 1
    _cite(draft, reading, at, end)


def _loop(draft: Draft, reading: Reading, at: int) -> Open | None:
    for pattern in (_LOOP, _LOOP_OVER):
        for end, said in _matches(pattern, reading, at):
            mark = draft.mark()
            _cite(draft, reading, at, end)
            try:
                block = open_loop(draft, _gone_through(draft, said["what"]))
            except NotUnderstoodError:
                draft.undo(mark)
                continue
            stop = _only_those(draft, reading, end, block)
            if stop is not None:
                _cite(draft, reading, at, stop)
                draft.change(block.task, "source", draft.source)
            return Open(block, at, end if stop is None else stop)
    return None


def _only_those(draft: Draft, reading: Reading, at: int, block: Block) -> int | None:
    """`for each order with a total over 500`: the items that the loop goes through, and where those words end."""
    if reading.lower(at) not in ("with", "whose", "where"):
        return None
    mark = draft.mark()
    draft.open(block)
    for stop, condition in _of_item(draft, reading, at, block):
        if _ends_condition(reading, stop) and not block.tasks:
            draft.shut()
            draft.change(block.task, "where", condition)
            return stop
    draft.undo(mark)
    return None


def _of_item(draft: Draft, reading: Reading, at: int, block: Block) -> Iterator[tuple[int, str]]:
    """Each way to read what is said of an item, the longest first: where it ends, and the expression."""
    tokens = reading.tokens
    if reading.lower(at) == "where":
        yield from read_condition(draft, reading, at + 1)
    elif reading.lower(at) == "whose":
        said, tokens[at] = tokens[at], replace(tokens[at], lower="its")
        try:
            yield from read_condition(draft, reading, at)
        finally:
            tokens[at] = said
    else:
        assert block.item is not None  # a loop has one
        yield from read_having(draft, reading, at + 1, block.item)


def _gone_through(draft: Draft, phrase: Phrase) -> Result:
    """The list of a loop; `each item of each order` is two loops, which are not understood."""
    if says_each(Phrase(phrase.reading, phrase.start + 1, phrase.end)):
        raise NotUnderstoodError
    return find_all(draft, phrase)


def _otherwise(draft: Draft, reading: Reading, at: int, closed: Closed) -> Open | None:
    found = next(_matches(_OTHERWISE, reading, at), None)
    if found is None or (reading.lower(at) == "if" and not _ends_condition(reading, found[0])):
        return None
    end = found[0]
    _cite(draft, reading, at, end)
    if closed.attempt is not None and closed.attempt[0] == len(draft.blocks):
        return Open(open_case(draft, f"not tasks.{closed.attempt[1]['id']}.failed"), at, end)
    task = _branch_of(draft, closed)
    if task is None or "else" in task:
        raise NotUnderstoodError
    here = end + (reading.lower(end) == ",")
    if reading.lower(here) in ("if", "when"):
        for stop, condition in read_condition(draft, reading, here + 1):
            if _ends_condition(reading, stop):
                return Open(Block("case", task, when=condition), at, _after(reading, stop))
        raise NotUnderstoodError
    return Open(Block("else", task), at, end)


def read_success(draft: Draft, reading: Reading, at: int, closed: Closed) -> int | None:
    """`otherwise` after `if it fails, ...`: what comes next is done when nothing has failed, as it is anyway."""
    found = next(_matches(_OTHERWISE, reading, at), None)
    if found is None or not closed.has_handled or len(draft.blocks) > 1:
        return None
    closed.forget()
    return found[0]


def _branch_of(draft: Draft, closed: Closed) -> Task | None:
    """The branch that an `otherwise` belongs to: the innermost open one, else the last task of the block."""
    for depth in range(len(draft.blocks) - 1, 0, -1):
        block = draft.blocks[depth]
        if block.kind == "case" and (block.tasks or block.stops):
            closed.branch = (depth, block.task)
            return block.task
        if block.kind != "else":
            break
    if closed.branch is None or closed.branch[0] != len(draft.blocks):
        return None
    return closed.branch[1]


def _handler(draft: Draft, reading: Reading, at: int) -> Open | None:
    for end, _ in _matches(_THIS_FAILS, reading, at):
        _cite(draft, reading, at, end)
        return Open(open_catch(draft), at, _after(reading, end))
    for end, _ in _matches(_FAILURE, reading, at):
        _cite(draft, reading, at, end)
        if any(block.kind == "foreach" for block in draft.blocks):
            return Open(open_catch(draft), at, _after(reading, end))
        if not _ends_condition(reading, end) and reading.lower(at) != "on":
            continue
        return Open(open_handler(draft, "on_failure"), at, _after(reading, end))
    for end, _ in _matches(_ENDING, reading, at):
        _cite(draft, reading, at, end)
        return Open(open_handler(draft, "finally"), at, _after(reading, end))
    return None


def read_stop(draft: Draft, reading: Reading, at: int) -> int | None:
    """`if there are no orders, stop`, in the workflow's own list, where alone a run can be ended: where it ends."""
    found = next(_matches(_IF, reading, at), None)
    if found is None:
        return None
    _cite_clause(draft, reading, at)
    for end, condition in read_condition(draft, reading, found[0]):
        if not _ends_condition(reading, end):
            continue
        for stop, _ in _matches(_STOP, reading, _after(reading, end)):
            if _ends_clause(reading, stop) and reading.lower(stop) not in ("otherwise", "else"):
                _cite(draft, reading, at, stop)
                if reading.lower(at) == "unless":
                    condition = f"not ({condition})"
                draft.add({"id": draft.id("stop"), "kind": "stop", "when": condition})
                return stop
    return None


def _when(draft: Draft, reading: Reading, at: int) -> Open | None:
    found = next(_matches(_IF, reading, at), None)
    if found is None:
        return None
    _cite_clause(draft, reading, at)
    is_unless = reading.lower(at) == "unless"
    for end, condition in read_condition(draft, reading, found[0]):
        if _ends_condition(reading, end):
            _cite(draft, reading, at, end)
            if is_unless:
                condition = f"not ({condition})"
            return Open(open_case(draft, condition), at, _after(reading, end))
    return None


def _ends_condition(reading: Reading, at: int) -> bool:
    return (
        at >= len(reading.tokens)
        or is_gap(reading.tokens[at])
        or reading.lower(at) == "then"
        or reading.looks_like_step(at)
    )


def _after(reading: Reading, at: int) -> int:
    """After the comma and the `then` of a condition; a colon stays, as it may announce lines."""
    at += reading.lower(at) == ","
    return at + (reading.lower(at) == "then")


def read_tail(draft: Draft, reading: Reading, start: int, end: int, before: int, closed: Closed) -> int | None:
    """A condition right after a step puts the step's tasks, those from the `before`th on, into a branch; `if it fails`
    makes them the handler. Where it ends, or None."""
    block = draft.block
    for pattern, handler in ((_FAILURE, draft.on_failure), (_ENDING, draft.finally_)):
        for stop, _ in _matches(pattern, reading, end):
            if len(block.tasks) > before and block.kind == "root" and _ends_sentence(reading, stop):
                tasks = draft.cut(block.tasks, before)
                for task in tasks:
                    draft.append(handler, task)
                made = tuple(f"tasks.{task['id']}." for task in tasks)
                draft.swap(block.results, [_hidden(each, made) for each in block.results])
                return stop
    found = next(_matches(_IF, reading, end), None)
    if found is None or len(block.tasks) <= before:
        return None
    mark = draft.mark()
    guarded = _guard(draft, reading, start, end, found[0], before, closed)
    if guarded is None:
        draft.undo(mark)
    return guarded


def _guard(draft: Draft, reading: Reading, start: int, end: int, at: int, before: int, closed: Closed) -> int | None:
    block = draft.block
    tasks, results = draft.cut(block.tasks, before), list(block.results)
    if len(tasks) > 1 and any(task["kind"] == "stop" for task in tasks):
        return None
    made = tuple(f"tasks.{task['id']}." for task in tasks)
    # a condition cannot speak of what it guards
    draft.swap(block.results, [each for each in results if not any(name in each.expression for name in made)])
    for stop, condition in read_condition(draft, reading, at):
        if not _ends_clause(reading, stop):
            continue
        if reading.lower(end) == "unless":
            condition = f"not ({condition})"
        _cite(draft, reading, start, stop)
        if len(tasks) == 1 and "when" not in tasks[0] and tasks[0]["kind"] == "stop":
            draft.add({**tasks[0], "when": condition})
        else:
            guarded = open_case(draft, condition).task
            guarded["cases"].append({"when": condition, "tasks": tasks})
            draft.append(block.tasks, guarded)
            closed.forget()
            closed.branch = (len(draft.blocks), guarded)
        draft.swap(block.results, [_hidden(each, made) for each in results])
        return stop
    return None


def _hidden(result: Result, made: tuple[str, ...]) -> Result:
    """A result as it is after a branch: gone, if the branch has made it."""
    is_made = any(name in result.expression for name in made)
    return replace(result, is_gone=True, when_used=None) if is_made else result


def _ends_sentence(reading: Reading, at: int) -> bool:
    return at >= len(reading.tokens) or ends_sentence(reading.tokens[at])


def _ends_clause(reading: Reading, at: int) -> bool:
    if at >= len(reading.tokens):
        return True
    token = reading.tokens[at]
    return (
        is_gap(token)
        or ends_sentence(token)
        or token.lower in ("and", "then", "otherwise", "else")
        or reading.looks_like_step(at)
    )
