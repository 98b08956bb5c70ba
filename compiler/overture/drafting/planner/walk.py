"""Reads a request from left to right and writes the draft.

At each place what opens a block, starts the workflow or is a step is tried; of several steps the one that fits up to
the end of its clause is taken, then the longest. Words that fit nothing are named, up to the end of their clause; where
they would have opened a block, to the end of its sentence, as what follows depends on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from overture.drafting.planner import openers
from overture.drafting.planner.blocks import Closed, Open, close, open_loop, reopen
from overture.drafting.planner.clauses import candidates, looks_like_step
from overture.drafting.planner.draft import Draft, EachError, NotUnderstoodError
from overture.drafting.planner.gaps import skip_gap
from overture.drafting.planner.mentions import says_each
from overture.drafting.planner.model import NotUnderstood
from overture.drafting.planner.nouns import DETERMINERS
from overture.drafting.planner.patterns import BudgetSpent, Reading, Said
from overture.drafting.planner.results import Result
from overture.drafting.planner.steps import Step
from overture.drafting.planner.texts import cited
from overture.drafting.planner.tokens import Token, ends_sentence, tokenize
from overture.drafting.planner.triggers import read_trigger
from overture.drafting.planner.vocabulary import vocabulary

MAX_CHARACTERS = 10_000
"""Of a request; a longer one is read up to the last blank before, and the rest is named."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_BUDGET = 1_000_000  # tries of patterns for one request: about a second
_REST_WORDS = 400
_DEPENDS = vocabulary("if when whenever unless otherwise else while until for except only provided")
_ENDS_RUN = vocabulary("stop end quit exit fail return")

_TELLS = vocabulary("ask have let use tell get make")
_MODELS = vocabulary("ai gpt claude chatgpt")
_AI_FAMILIES = frozenset(("Sorting with AI", "Reading with AI", "Writing with AI"))

Snapshot = tuple[int, list[Open], Closed, list[NotUnderstood]]


class Walk:
    """One reading of a request; `run` does it, then `draft` and `missed` hold what came of it."""

    def __init__(self, text: str) -> None:
        self.draft = Draft()
        self.missed: list[NotUnderstood] = []
        self._opened: list[Open] = []
        self._closed = Closed()
        self._verb: tuple[Token, str] | None = None  # of the last step, and the step's family
        self._text = text
        self._cut = len(text)
        if len(text) > MAX_CHARACTERS:
            blank = max(text.rfind(" ", 0, MAX_CHARACTERS), text.rfind("\n", 0, MAX_CHARACTERS))
            self._cut = blank + 1 or MAX_CHARACTERS
            self.draft.ask(f"the request is longer than {MAX_CHARACTERS} characters: what is beyond them was not read")
        whole = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)  # halves of a character, which no file can hold
        self._tokens = tokenize(whole[: self._cut])
        self.reading = Reading(whole, self._tokens, _BUDGET, lambda at: looks_like_step(self._tokens, at))

    def run(self) -> None:
        here = 0
        try:
            while here < len(self._tokens):
                here = self._next(here)
        except BudgetSpent:
            self.draft.ask("the request is too entangled to be read to its end without a model")
            self._miss(self._tokens[min(here, len(self._tokens) - 1)].start, self._cut)
        while self._opened:
            self._close()
        if self._cut < len(self._text):
            self._miss(self._cut, len(self._text))

    def _next(self, here: int) -> int:
        gap = skip_gap(self.reading, here)
        if gap > here:
            self._pass(here, gap)
            return gap
        try:
            end = self._read(here, (self._trigger, self._stop, self._success, self._opener, self._told_ai, self._step))
            if end is None:
                end = self._read(here, (self._after_loop, self._in_loop_again, self._same_verb))
        except NotUnderstoodError as error:
            self.draft.ask(str(error.question))
            return self._miss_clause(here, error.end)
        return self._miss_clause(here) if end is None else end

    def _read(self, here: int, readers: tuple[Callable[[int], int | None], ...]) -> int | None:
        """The first of the ways to read that understands the words, and where they end. Raises NotUnderstoodError when
        one does not but knows what to ask."""
        before = self._snapshot()
        for read in readers:
            try:
                end = read(here)
            except NotUnderstoodError as error:
                self._restore(before)
                if error.question:
                    raise
                continue
            if end is not None:
                return end
            self._restore(before)
        return None

    def _snapshot(self) -> Snapshot:
        return self.draft.mark(), list(self._opened), replace(self._closed), list(self.missed)

    def _restore(self, before: Snapshot) -> None:
        mark, opened, closed, missed = before
        self.draft.undo(mark)
        self._opened[:], self._closed, self.missed[:] = opened, replace(closed), missed

    def _pass(self, start: int, end: int) -> None:
        """Close the blocks that end with the marks and lines from one token to before another."""
        for at in range(start, end):
            if ends_sentence(self._tokens[at]):
                while self._opened and not self._reaches(self._opened[-1], at):
                    self._close()

    def _reaches(self, opened: Open, at: int) -> bool:
        """Whether a block goes on after a mark or a line."""
        if opened.indent is None:
            return False
        token = self._tokens[at]
        if token.kind != "line":
            return True
        if opened.bullet:
            return token.indent > opened.indent or (token.indent == opened.indent and token.bullet == opened.bullet)
        return token.indent >= opened.indent

    def _trigger(self, here: int) -> int | None:
        return None if self._opened else read_trigger(self.draft, self.reading, here)

    def _stop(self, here: int) -> int | None:
        end = None if self._opened else openers.read_stop(self.draft, self.reading, here)
        if end is not None:
            self._closed.forget()
            self._closed.has_handled = True
        return end

    def _told_ai(self, here: int) -> int | None:
        """`have AI classify each`: what a model is told to do is a step of its own, where there is one."""
        if self.reading.lower(here) not in _TELLS or self.reading.lower(here + 1) not in _MODELS:
            return None
        begin = here + 2 + (self.reading.lower(here + 2) == "to")
        return self._step(begin, _AI_FAMILIES) if looks_like_step(self._tokens, begin) else None

    def _success(self, here: int) -> int | None:
        return openers.read_success(self.draft, self.reading, here, self._closed)

    def _opener(self, here: int) -> int | None:
        before = self._snapshot()
        opened = openers.read_opener(self.draft, self.reading, here, self._closed)
        if opened is None:
            return None
        if self._is_beside(opened):
            self._restore(before)
            self._close()
            opened = openers.read_opener(self.draft, self.reading, here, self._closed)
            if opened is None:
                raise NotUnderstoodError
        if self._opened and opened.block.kind in ("on_failure", "finally"):
            raise NotUnderstoodError
        if self._closed.branch is not None and opened.block.task is self._closed.branch[1]:
            depth, task = self._closed.branch
            while len(self.draft.blocks) > depth:
                self._close()
            if opened.block.kind == "else" and "else" in task:
                raise NotUnderstoodError
        self._closed.forget()
        self._opened.append(opened)
        self.draft.open(opened.block)
        return self._body(opened)

    def _is_beside(self, opened: Open) -> bool:
        """`if a, x, and if b, y`: the second stands beside the first, unless it speaks of what `x` has made."""
        if not self._opened or opened.block.kind != "case" or opened.block.task["cases"]:
            return False
        inner = self._opened[-1]
        if inner.block.kind not in ("case", "else") or inner.indent is not None or not inner.block.tasks:
            return False
        if opened.block.task is inner.block.task:
            return False
        return not any(f"tasks.{task['id']}." in opened.block.when for task in inner.block.tasks)

    def _body(self, opened: Open) -> int:
        """Where the body of a block begins: after a colon on the lines below, as far as those go; else right here."""
        at, tokens = opened.end, self._tokens
        if self.reading.lower(at) == ":" and at + 1 < len(tokens) and tokens[at + 1].kind == "line":
            below = tokens[at + 1]
            above = next((tokens[back] for back in range(opened.start, -1, -1) if tokens[back].kind == "line"), below)
            if below.indent > above.indent or (below.bullet and below.bullet != above.bullet):
                opened.indent, opened.bullet = below.indent, below.bullet
                return at + 2
        return at

    def _step(self, here: int, families: frozenset[str] | None = None) -> int | None:
        question: NotUnderstoodError | None = None
        for end, step, said in candidates(self.reading, here):
            if families is not None and step.family not in families:
                continue
            mark = self.draft.mark()
            self.draft.source = cited(self.reading.text_of(here, end))
            self.draft.rest = [token.lower for token in self._tokens[end : end + _REST_WORDS]]
            try:
                tail = self._build(step, said, here, end)
            except NotUnderstoodError as error:
                self.draft.undo(mark)
                question = question or (error if error.question else None)
                continue
            self._verb = (self._tokens[here], step.family)
            return end if tail is None else tail
        if question is not None:
            raise question
        return None

    def _build(self, step: Step, said: Said, here: int, end: int) -> int | None:
        """Write a step, and read the condition that follows it: where that ends. What is done to `each order` by a step
        that knows of one thing only is done in a loop."""
        draft, before = self.draft, len(self.draft.block.tasks)
        draft.spoken = []
        mark = draft.mark()
        try:
            step.build(draft, said)
        except EachError as error:
            draft.undo(mark)
            if sum(says_each(part) for part in said.values()) > 1 or (
                before and self._leaves_loop([error.of], is_each=True)
            ):
                raise NotUnderstoodError from None  # each of two lists: which goes with which?
            return self._build_each(step, said, here, end, error.of)
        if before and self._leaves_loop(draft.spoken):
            raise NotUnderstoodError
        self._closed.forget()
        return openers.read_tail(draft, self.reading, here, end, before, self._closed)

    def _build_each(self, step: Step, said: Said, here: int, end: int, of: Result) -> int | None:
        """A condition that follows is about each, if it can be, else about all."""
        draft, before = self.draft, len(self.draft.block.tasks)
        if of.when_used is not None:
            of.when_used()
        block = open_loop(draft, of)
        draft.open(block)
        draft.each = block.item
        try:
            step.build(draft, said)
        finally:
            draft.each = None
        self._closed.forget()
        tail = openers.read_tail(draft, self.reading, here, end, 0, self._closed)
        if tail is not None:
            draft.change(block.task, "source", cited(self.reading.text_of(here, tail)))
        if not close(draft, self._closed):
            raise NotUnderstoodError
        if tail is None:
            tail = openers.read_tail(draft, self.reading, here, end, before, self._closed)
        return tail

    def _leaves_loop(self, spoken: list[Result], *, is_each: bool = False) -> bool:
        """Whether what a step speaks of is the whole list that the loop goes through, and nothing of the loop's own:
        `for each order, post it to X, then post a digest of the orders to Slack` posts one digest, after the loop.
        `is_each`: it is a list to go through, which is the loop's own or stands beside it."""
        at = self._loop_at()
        if at is None:
            return False
        blocks = self.draft.blocks[at + 1 :]  # the first block is the workflow's own list
        loop = blocks[0].task
        own = "|".join([str(loop["as"]), *(rf"tasks\.{task['id']}" for block in blocks for task in block.tasks)])
        if any(re.match(rf"\(*(?:{own})\b", each.expression) for each in spoken):
            return False
        listed = str(loop["items"])
        return is_each or any(
            listed in each.expression or (each.is_list and each.expression in listed) for each in spoken
        )

    def _loop_at(self) -> int | None:
        """The innermost loop that is open, if the words alone say how far it goes."""
        for at in range(len(self._opened) - 1, -1, -1):
            if self._opened[at].indent is not None:
                return None
            if self._opened[at].block.kind == "foreach":
                return at
        return None

    def _after_loop(self, here: int) -> int | None:
        """`for each order, summarise it, and save the summaries`: what no round can do is done after the loop."""
        at = self._loop_at()
        if at is None or not self._opened[-1].block.tasks or self.reading.lower(here) in _ENDS_RUN:
            return None
        while len(self._opened) > at:
            self._close()
        return self._step(here)

    def _in_loop_again(self, here: int) -> int | None:
        """`For each order, rate it. If the rating is above 7, post it`: the loop goes on over the next sentence."""
        if self._opened or self.reading.lower(here) in _ENDS_RUN:
            return None
        block = reopen(self.draft, self._closed)
        if block is None or block.item is None:
            return None
        self._opened.append(Open(block, here, here + 1))
        end = self._opener(here) or self._step(here)
        if end is not None:
            noun = block.item.noun.replace("_", " ")
            self.draft.assume(f"`{self.reading.text_of(here, end)}` is done for each {noun}, too")
        return end

    def _same_verb(self, here: int) -> int | None:
        """`read the customers from a.csv and the orders from b.csv`: the verb of the step before is meant."""
        token = self._tokens[here]
        if self._verb is None or here == 0 or self.reading.lower(here - 1) not in ("and", ",", "then"):
            return None
        if token.kind not in ("url", "quoted", "path") and token.lower not in DETERMINERS:
            return None
        verb, family = self._verb
        self._tokens.insert(here, Token("word", verb.text, verb.lower, token.start, token.start))
        end = None
        try:
            end = self._step(here)
        finally:
            if end is None or self._verb[1] != family:
                del self._tokens[here]
        return end if self._verb[1] == family else None

    def _close(self) -> None:
        opened = self._opened.pop()
        if not close(self.draft, self._closed):
            first, last = self._tokens[opened.start], self._tokens[opened.end - 1]
            self._miss(first.start, last.end)

    def _miss_clause(self, here: int, end: int | None = None) -> int:
        """Name the words from here to the end of the clause as not understood, and go on after them."""
        tokens = self._tokens
        self._verb = None
        if end is not None and end > here:
            self._miss(tokens[here].start, tokens[end - 1].end)
            return end
        depends = tokens[here].lower in _DEPENDS
        end = here + 1
        while end < len(tokens) and not ends_sentence(tokens[end]):
            joins = tokens[end].lower in ("and", "then", ":") and looks_like_step(tokens, end + 1)
            if not depends and (tokens[end].text == "," or joins):
                break
            end += 1
        self._miss(tokens[here].start, tokens[end - 1].end)
        return end

    def _miss(self, start: int, end: int) -> None:
        if self.missed and self.missed[-1].end <= start:
            between = self._text[self.missed[-1].end : start]
            if between == "." or ("\n" not in between and between.strip(" ,") in ("", "and", "then", "and then")):
                start = self.missed.pop().start
        self.missed.append(NotUnderstood(self._text[start:end], start, end))
