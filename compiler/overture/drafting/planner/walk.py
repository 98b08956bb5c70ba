"""Reads a request from left to right and writes the draft.

At each place what opens a block, starts the workflow or is a step is tried; of several steps the one that fits up to
the end of its clause is taken, then the longest. Words that fit nothing are named, up to the end of their clause; where
they would have opened a block, to the end of its sentence, as what follows depends on them.
"""

from __future__ import annotations

import re
from typing import Any

from overture.drafting.planner import openers
from overture.drafting.planner.blocks import Open, close
from overture.drafting.planner.draft import Draft, NotUnderstoodError
from overture.drafting.planner.gaps import skip_gap
from overture.drafting.planner.model import NotUnderstood
from overture.drafting.planner.nouns import DETERMINERS, PRONOUNS, STOPS
from overture.drafting.planner.patterns import BudgetSpent, Reading, Said
from overture.drafting.planner.steps import STEPS, Step
from overture.drafting.planner.texts import cited
from overture.drafting.planner.tokens import ends_sentence, is_gap, tokenize
from overture.drafting.planner.triggers import read_trigger
from overture.drafting.planner.vocabulary import vocabulary

MAX_CHARACTERS = 10_000
"""Of a request; a longer one is read up to the last blank before, and the rest is named."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_BUDGET = 1_000_000  # tries of patterns for one request: about a second
_LOOKS = 12  # how many readings of one pattern are looked at
_REST_WORDS = 400
_DEPENDS = vocabulary("if when whenever unless otherwise else while until for except only provided")
_STARTS: dict[str, list[Step]] = {}
_ANYWHERE: list[Step] = []
for _step in STEPS:
    if _step.pattern.starts is None:
        _ANYWHERE.append(_step)
    else:
        for _word in sorted(_step.pattern.starts):
            _STARTS.setdefault(_word, []).append(_step)
_FOLLOWS_VERB = vocabulary("quoted url path email channel slug number span")
_CLAUSE_WORDS = vocabulary(
    "and then but if when whenever unless otherwise else every each at on for retry tell in after whatever always"
)


class Walk:
    def __init__(self, text: str) -> None:
        self.draft = Draft()
        self.missed: list[NotUnderstood] = []
        self._opened: list[Open] = []
        self._closed: dict[str, Any] = {"branch": None}
        self._cut = len(text)
        if len(text) > MAX_CHARACTERS:
            self._cut = (
                max(text.rfind(" ", 0, MAX_CHARACTERS), text.rfind("\n", 0, MAX_CHARACTERS)) + 1 or MAX_CHARACTERS
            )
            self.draft.ask(f"the request is longer than {MAX_CHARACTERS} characters: what is beyond them was not read")
        self._text = text
        text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)  # halves of a character, which no file can hold
        self.reading = Reading(text, tokenize(text[: self._cut]), _BUDGET, self._looks_like_step)

    def run(self) -> None:
        here = 0
        try:
            while here < len(self.reading.tokens):
                here = self._next(here)
        except BudgetSpent:
            self.draft.ask("the request is too entangled to be read to its end without a model")
            self._miss(self.reading.tokens[min(here, len(self.reading.tokens) - 1)].start, self._cut)
        while self._opened:
            self._close()
        if self._cut < len(self._text):
            self._miss(self._cut, len(self._text))

    def _next(self, here: int) -> int:
        gap = skip_gap(self.reading, here)
        if gap > here:
            self._pass(here, gap)
            return gap
        mark = self.draft.mark()
        for read in (self._trigger, self._stop, self._opener, self._step):
            try:
                end = read(here)
            except NotUnderstoodError as error:
                self.draft.undo(mark)
                if error.question:
                    self.draft.ask(error.question)
                    return self._miss_clause(here, error.end)
                continue
            if end is not None:
                return end
            self.draft.undo(mark)
        return self._miss_clause(here)

    def _pass(self, start: int, end: int) -> None:
        """Close the blocks that end with the marks and lines from one token to before another."""
        for at in range(start, end):
            token = self.reading.tokens[at]
            if not ends_sentence(token):
                continue
            while self._opened and not self._reaches(self._opened[-1], at):
                self._close()

    def _reaches(self, opened: Open, at: int) -> bool:
        """Whether a block goes on after a mark or a line."""
        if opened.indent is None:
            return False
        token = self.reading.tokens[at]
        if token.kind != "line":
            return True
        if opened.bullet:
            return token.indent > opened.indent or (token.indent == opened.indent and token.bullet == opened.bullet)
        return token.indent >= opened.indent

    def _trigger(self, here: int) -> int | None:
        if self._opened:
            return None
        return read_trigger(self.draft, self.reading, here)

    def _stop(self, here: int) -> int | None:
        return openers.read_stop(self.draft, self.reading, here) if not self._opened else None

    def _opener(self, here: int) -> int | None:
        found = openers.read_opener(self.draft, self.reading, here, self._closed)
        if found is None:
            return None
        opened = found
        while self._opened and opened.block.kind in ("on_failure", "finally"):
            raise NotUnderstoodError
        if opened.block.kind == "else" or (opened.block.kind == "case" and opened.block.task is self._branch()):
            while len(self.draft.blocks) > self._closed["branch"][0]:
                self._close()
        self._opened.append(opened)
        self.draft.blocks.append(opened.block)
        return self._body(opened)

    def _branch(self) -> Any:
        """The branch that an `otherwise` just now has found."""
        return self._closed["branch"][1] if self._closed["branch"] else None

    def _body(self, opened: Open) -> int:
        """Where the body of a block begins: after a colon on the lines below, as far as those go; else right here."""
        at, tokens = opened.end, self.reading.tokens
        if self.reading.lower(at) == ":" and at + 1 < len(tokens) and tokens[at + 1].kind == "line":
            below = tokens[at + 1]
            above = next((tokens[back] for back in range(opened.start, -1, -1) if tokens[back].kind == "line"), below)
            if below.indent > above.indent or (below.bullet and below.bullet != above.bullet):
                opened.indent, opened.bullet = below.indent, below.bullet
                return at + 2
        return at

    def _step(self, here: int) -> int | None:
        for end, step, said in self._candidates(here):
            mark = self.draft.mark()
            counts = [len(block.tasks) for block in self.draft.blocks]
            self.draft.source = cited(self.reading.text_of(here, end))
            self.draft.rest = [token.lower for token in self.reading.tokens[end : end + _REST_WORDS]]
            try:
                step.build(self.draft, said)
                return self._tail(here, end, counts[-1])
            except NotUnderstoodError as error:
                self.draft.undo(mark)
                if error.question:
                    self._ask_later(error.question)
        if self._questions:
            raise NotUnderstoodError(self._questions[0])
        return None

    _questions: list[str]

    def _ask_later(self, question: str) -> None:
        self._questions.append(question)

    def _candidates(self, here: int) -> list[tuple[int, Step, Said]]:
        """The steps that fit the words from here on: those that end where a clause does first, then the
        longest, then those whose pattern says most of the words itself."""
        self._questions = []
        found: list[tuple[bool, int, int, int, Step, Said]] = []
        known = [*_STARTS.get(self.reading.lower(here), ()), *_ANYWHERE]
        for order, step in enumerate(known):
            for count, (end, said) in enumerate(step.pattern.matches(self.reading, here)):
                if end > here:
                    open_words = sum(part.end - part.start for part in said.values())
                    found.append((not self._ends_clause(end), -end, open_words, order, step, said))
                if count >= _LOOKS:
                    break
        found.sort(key=lambda each: each[:4])
        return [(-minus_end, step, said) for _, minus_end, _, _, step, said in found]

    def _ends_clause(self, at: int) -> bool:
        tokens = self.reading.tokens
        if at >= len(tokens) or is_gap(tokens[at]) or tokens[at].lower in _CLAUSE_WORDS:
            return True
        return self._looks_like_step(at)

    def _looks_like_step(self, at: int) -> bool:
        """Whether a step seems to begin here: a verb of one, and what it may be done to."""
        tokens = self.reading.tokens
        if at >= len(tokens) or tokens[at].kind != "word" or tokens[at].lower not in _STARTS:
            return False
        if at + 1 >= len(tokens):
            return tokens[at].lower in ("stop", "end", "quit")
        following = tokens[at + 1]
        if following.kind in _FOLLOWS_VERB or following.lower in DETERMINERS | PRONOUNS | {
            "its",
            "it",
            "me",
            "us",
            "for",
        }:
            return True
        return following.kind == "word" and following.lower not in STOPS

    def _tail(self, start: int, end: int, before: int) -> int:
        """A condition after a step: `post it to Slack if it is urgent`."""
        found = openers.read_tail(self.draft, self.reading, start, end, before, self._closed)
        return end if found is None else found

    def _close(self) -> None:
        opened = self._opened.pop()
        if not close(self.draft, self._closed):
            first, last = self.reading.tokens[opened.start], self.reading.tokens[opened.end - 1]
            self._miss(first.start, last.end)

    def _miss_clause(self, here: int, end: int | None = None) -> int:
        """Name the words from here to the end of the clause as not understood, and go on after them."""
        tokens = self.reading.tokens
        if end is not None and end > here:
            self._miss(tokens[here].start, tokens[end - 1].end)
            return end
        depends = tokens[here].lower in _DEPENDS
        end = here + 1
        while end < len(tokens) and not ends_sentence(tokens[end]):
            if not depends and (
                tokens[end].text == "," or (tokens[end].lower in ("and", "then") and self._looks_like_step(end + 1))
            ):
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
