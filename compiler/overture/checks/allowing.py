"""What comments allow: `# overture: allow RULE, RULE (reason)` silences warnings and notes, never an error."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import overture.checks.rules
import overture.language.rules
from overture.checks.analysis import MAX_SUGGESTIONS
from overture.checks.rules.allowing.allowed_error import RULE as ALLOWED_ERROR
from overture.checks.rules.allowing.missing_reason import RULE as MISSING_REASON
from overture.checks.rules.allowing.unknown_rule import RULE as UNKNOWN_RULE
from overture.checks.rules.allowing.unused_allow import RULE as UNUSED_ALLOW
from overture.diagnostics.model import At, Change, Diagnostic, Edit, Related, has_errors
from overture.diagnostics.nearest import nearest
from overture.diagnostics.rules import Rule, rules_in
from overture.diagnostics.sources import Source
from overture.language.comments import Comment, comments
from overture.language.document import shortened

_OPENING = re.compile(r"#[ \t]*overture:[ \t]*allow\b")
_BODY = re.compile(_OPENING.pattern + r"([^()]*)(?:\((.*)\))?")
_NAME = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_EMPTY_LINE = re.compile(r"[ \t]*\r?\n")


@dataclass(eq=False, slots=True)
class _Allowance:
    """One rule that one comment allows. `name` is the span of its name in the text."""

    rule: Rule
    name: tuple[int, int]
    scope: At
    is_used: bool = False
    error: Diagnostic | None = None


@dataclass(eq=False, slots=True)
class _Directive:
    """A comment that allows something, and the text between it and the end, or the next one in the same comment."""

    comment: Comment
    end: int
    names: list[tuple[int, int]]
    reason: str
    allowances: list[_Allowance] = field(default_factory=list)


@cache
def _known() -> dict[str, Rule]:
    """The rules that can be allowed in a comment, by code and by name."""
    found = [rule for package in (overture.language.rules, overture.checks.rules) for rule in rules_in(package)]
    return {key: rule for rule in found for key in (rule.code, rule.name)}


def unallowed(diagnostics: Iterable[Diagnostic], source: Source) -> tuple[Diagnostic, ...]:
    """The findings of a document without those that its comments allow, and what is wrong with these comments.

    That a comment allows nothing is said only where there is no error: one may hide what it allows.
    """
    directives = list(_directives(source))
    if not directives:
        return tuple(diagnostics)
    left = list(_left(diagnostics, [each for one in directives for each in one.allowances], source.path))
    are_final = not has_errors(left)
    for number, directive in enumerate(directives):
        left.extend(_mistakes(directive, source, are_final=are_final, is_helpful=number < MAX_SUGGESTIONS))
    return tuple(left)


def _directives(source: Source) -> Iterator[_Directive]:
    for comment in comments(source, _OPENING):
        text = source.text
        following = _OPENING.search(text, comment.start + 1, comment.end)
        end = following.start() if following else comment.end
        body = _BODY.match(text, comment.start, end)
        if body is None:
            continue
        reason = (body[2] or "").strip()
        names = [each.span() for each in _NAME.finditer(text, body.start(1), body.end(1))]
        if body[2] is None:  # what stands behind the name is a reason without its parentheses
            names = [(start, start + len(text[start:stop].split()[0])) for start, stop in names]
        directive = _Directive(comment, end, names, reason)
        scope = source.span("", comment.first, comment.last)
        for start, stop in names:
            if rule := _known().get(text[start:stop]):
                directive.allowances.append(_Allowance(rule, (start, stop), scope))
        yield directive


def _left(diagnostics: Iterable[Diagnostic], allowances: list[_Allowance], path: str) -> Iterator[Diagnostic]:
    """The findings that no comment allows. Both are walked once, in the order of the file; what is open at a place are
    the few scopes that hold one another there."""
    in_order = sorted(diagnostics, key=lambda each: (each.at.line, each.at.column))
    waiting = deque(sorted(allowances, key=lambda each: (each.scope.line, each.scope.column)))
    reached: dict[str, dict[tuple[int, int], _Allowance]] = {}
    for found in in_order:
        if found.at.path != path:
            yield found
            continue
        here = found.at.line, found.at.column
        while waiting and (waiting[0].scope.line, waiting[0].scope.column) <= here:
            each = waiting.popleft()
            # of two that end at one place the second allows nothing more
            reached.setdefault(each.rule.code, {}).setdefault((each.scope.end_line, each.scope.end_column), each)
        opened = reached.get(found.code, {})
        for end in [end for end in opened if end <= here]:
            del opened[end]
        if not opened:
            yield found
        elif found.severity == "error":
            for each in opened.values():
                each.error = found
            yield found
        else:
            for each in opened.values():
                each.is_used = True


def _mistakes(directive: _Directive, source: Source, *, are_final: bool, is_helpful: bool) -> Iterator[Diagnostic]:
    text = source.text
    whole = source.span("", directive.comment.start, _trimmed(text, directive.comment.start, directive.end))
    if not directive.names:
        yield UNKNOWN_RULE.at(whole, "no rule is named here", help="write `# overture: allow RULE (reason)`")
    idle = []
    for start, stop in directive.names:
        name = text[start:stop]
        if name not in _known():
            near = nearest(name, _known()) if is_helpful else None
            help = f"did you mean `{near}`?" if near else "`overture explain RULE` shows the page of a rule"
            yield UNKNOWN_RULE.at(source.span("", start, stop), f"the checker has no rule {shortened(name)}", help=help)
    for each in directive.allowances:
        if each.is_used:
            continue
        if each.error is not None or each.rule.severity == "error":
            related = (Related(f"this is what `{each.rule.name}` finds", each.error.at),) if each.error else ()
            message = f"`{each.rule.name}` is an error, which no comment allows"
            help = "mend what it finds, and remove this"
            yield ALLOWED_ERROR.at(source.span("", *each.name), message, help=help, related=related)
        elif are_final:
            idle.append(each)
    yield from _unused(directive, idle, source, whole)
    if not directive.reason and any(each.is_used for each in directive.allowances):
        help = "say why, in parentheses: `# overture: allow RULE (reason)`"
        yield MISSING_REASON.at(whole, "no reason is given", help=help)


def _unused(directive: _Directive, idle: list[_Allowance], source: Source, whole: At) -> Iterator[Diagnostic]:
    if len(idle) == len(directive.names) > 0:
        named = ", ".join(f"`{each.rule.name}`" for each in idle)
        edit = _without_comment(directive, source)
        yield UNUSED_ALLOW.at(whole, f"{named} finds nothing here to allow", help="remove it", edit=edit)
        return
    for each in idle:
        message = f"`{each.rule.name}` finds nothing here to allow"
        index = directive.names.index(each.name)
        start, stop = each.name
        if index:
            start = directive.names[index - 1][1]
        else:
            stop = directive.names[1][0]
        edit = Edit("remove it", (Change(source.span("", start, stop), ""),))
        yield UNUSED_ALLOW.at(source.span("", *each.name), message, help="remove it", edit=edit)


def _without_comment(directive: _Directive, source: Source) -> Edit | None:
    """Takes a comment out: with its line, when nothing else stands there."""
    text, start, end = source.text, directive.comment.start, directive.end
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip() and end == directive.comment.end:
        begin, found = line, text.find("\n", end)
        end = found + 1 if found >= 0 else len(text)
        if _EMPTY_LINE.match(text, end):
            return None  # the empty line after it might become one of a block before it
    else:
        begin = start
        while text[begin - 1 : begin] in (" ", "\t"):
            begin -= 1
    return Edit("remove it", (Change(source.span("", begin, end), ""),))


def _trimmed(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())
