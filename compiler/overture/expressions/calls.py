"""The inference of filters, tests and functions, by their rows in the table."""

from __future__ import annotations

from overture.expressions.narrowing import Facts
from overture.expressions.operators import Objection, compared
from overture.expressions.paths import is_nearly, step
from overture.expressions.records import replace
from overture.expressions.schemas import describe, is_assignable, misfit
from overture.expressions.table import FILTERS, FUNCTIONS, TESTS, FilterRow, Parameter
from overture.expressions.table.results import constant_of
from overture.expressions.tree import Call, Expr, Filter, Span, Test
from overture.expressions.types import BOOLEAN, KINDS, Json, Kind, Type
from overture.expressions.walking import GUARD_HELP, UNDECLARED, UNKNOWN_KINDS, Seen, Walk

_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in"}
_WITHOUT_VALUE = ("defined", "none")
_EXTREMES = ("min", "max")  # of nothing they are no missing value but an error, so that no `default` covers them


def test(walk: Walk, tree: Test, facts: Facts) -> Seen:
    row = TESTS.get(tree.name)
    # what a misspelt test was to ask for is no mistake of its own
    of = walk.see(tree.of, facts) if row is None or tree.name == "defined" else walk.strict(tree.of, facts)
    typed = replace(tree, of=of.tree, type=BOOLEAN)
    if row is None or not row.is_test:
        known = tuple(name for name, each in TESTS.items() if each.is_test)
        help = "it is a word of `select`: compare by an operator" if row is not None else None
        walk.report("unknown-test", f"there is no test `{tree.name}`", tree.name_span, help, tree.name, known)
        return Seen(typed, (), True)
    if not is_assignable(of.type, row.subject):
        message = f"`{tree.name}` asks of {describe(row.subject)}, not of {describe(of.type)}"
        walk.report("type-mismatch", message, tree.name_span)
        return Seen(typed, (), True)
    if not row.subject.is_nullable:
        walk.never_null(of, tree.of)
        walk.only(of, tree.of, row.subject.kinds)
    if row.kinds is not None and tree.name != "none" and facts.of(tree.of) is None and _is_never(of.type, row.kinds):
        always = "true" if tree.negated else "false"
        walk.report("never-equal", f"this is always {always}: it is {describe(of.type)}", tree.name_span)
    return Seen(typed)


def _is_never(found: Type, kinds: frozenset[Kind]) -> bool:
    return bool(found.kinds) and not any(
        found.may_be(kind) or (kind == "number" and found.may_be("integer")) for kind in kinds
    )


def call(walk: Walk, tree: Call, facts: Facts) -> Seen:
    arguments = []
    for argument in tree.arguments:
        arguments.append(walk.strict(argument, facts))
    typed = replace(tree, arguments=tuple(each.tree for each in arguments))
    row = FUNCTIONS.get(tree.name)
    if row is None:
        help = f"it is a filter: write `… | {tree.name}`" if tree.name in FILTERS else None
        walk.report(
            "unknown-function", f"there is no function `{tree.name}`", tree.name_span, help, tree.name, tuple(FUNCTIONS)
        )
        return Seen(typed, (), True)
    if len(arguments) != len(row.parameters):
        walk.report(
            "bad-argument",
            f"`{tree.name}` takes {_counted(len(row.parameters))}",
            tree.span,
            f"write `{row.signature}`",
        )
        return Seen(typed, (), True)
    given = {}
    for parameter, each in zip(row.parameters, arguments, strict=True):
        _check_argument(walk, tree.name, parameter, each, each.tree.span)
        given[parameter.name] = each.type
    return Seen(replace(typed, type=row.result(BOOLEAN, given)))


def filter(walk: Walk, tree: Filter, facts: Facts) -> Seen:
    row = FILTERS.get(tree.name)
    is_on_path = row is None or tree.name in ("default", "first", "last")  # a misspelt one may have been `default`
    of = walk.see(tree.of, facts) if is_on_path else walk.strict(tree.of, facts)
    arguments = []
    for name, argument in tree.arguments:
        arguments.append((name, walk.strict(argument, facts)))
    typed = replace(tree, of=of.tree, arguments=tuple((name, each.tree) for name, each in arguments))
    if row is None:
        help = f"it is a test: write `is {tree.name}`" if tree.name in TESTS and TESTS[tree.name].is_test else None
        walk.report(
            "unknown-filter", f"there is no filter `{tree.name}`", tree.name_span, help, tree.name, tuple(FILTERS)
        )
        return Seen(typed, (), True)
    if not _has_its_arguments(walk, tree, row):
        return Seen(typed, (), True)
    given = dict(arguments)
    types = {name: each.type for name, each in arguments}
    if row.name == "default":
        return Seen(replace(typed, type=row.result(of.type, types)))
    is_right = _check_subject(walk, tree, row, of)
    for name, each in arguments:
        parameter = row.parameter(name)
        assert parameter is not None  # `_has_its_arguments`
        is_right = _check_argument(walk, tree.name, parameter, each, each.tree.span) and is_right
    seen = Seen(replace(typed, type=row.result(of.type, types)), of.pending, of.is_faulty or not is_right)
    if row.name in ("first", "last"):
        seen = walk.unless_null(tree, seen, of.type, tree.of.span)
        return walk.unless_short(tree, seen, of.type, 1, tree.of, tree.name_span)
    if not is_right or of.is_faulty:
        return replace(seen, pending=())
    seen = _check_items(walk, tree, row, of, given, seen)
    if row.name not in _EXTREMES or seen.is_faulty:
        return seen
    return walk.told(walk.unless_short(tree, seen, of.type, 1, tree.of, tree.name_span, GUARD_HELP))


def _has_its_arguments(walk: Walk, tree: Filter, row: FilterRow) -> bool:
    names = tuple(each.name for each in row.parameters)
    help = f"write `| {row.signature}`"
    spans = tree.argument_spans or tuple(value.span for _, value in tree.arguments)
    for (name, _), span in zip(tree.arguments, spans, strict=True):
        if name.isdecimal():
            most = sum(not each.is_keyword for each in row.parameters)
            by_name = f"`{tree.name}` takes its arguments by name" if most < len(names) else None
            walk.report("bad-argument", by_name or f"`{tree.name}` takes {_counted(most)}", span, help)
            return False
        if name not in names:
            walk.report("bad-argument", f"`{tree.name}` has no argument `{name}`", span, None, name, names)
            return False
    given = {name for name, _ in tree.arguments}
    lacking = next((each.name for each in row.parameters if each.is_required and each.name not in given), None)
    if lacking is not None:
        walk.report("bad-argument", f"`{tree.name}` needs `{lacking}`", tree.name_span, help)
    return lacking is None


def _counted(number: int) -> str:
    return {0: "no argument", 1: "one argument"}.get(number, f"{number} arguments")


def _check_subject(walk: Walk, tree: Filter, row: FilterRow, of: Seen) -> bool:
    subject = of.type.without("null") if row.name in ("first", "last") else of.type
    wanted = describe(row.subject)
    if not is_assignable(subject, row.subject):
        walk.report("type-mismatch", f"`{tree.name}` works on {wanted}, not on {describe(of.type)}", tree.name_span)
        return False
    items = row.subject.items
    if items is not None and of.type.items is not None and not is_assignable(of.type.items, items):
        walk.report("type-mismatch", f"`{tree.name}` works on {wanted}, not on {describe(of.type)}", tree.name_span)
        return False
    if not row.subject.is_nullable and row.name not in ("first", "last"):
        walk.never_null(of, tree.of)
    walk.only(of, tree.of, row.subject.kinds)
    return True


def _check_argument(walk: Walk, name: str, parameter: Parameter, argument: Seen, span: Span) -> bool:
    if argument.is_faulty:
        return True
    is_left_out = parameter.default is None and argument.type.is_only("null")
    if not is_left_out and (reason := misfit(argument.type, parameter.type)):
        walk.report("bad-argument", f"`{parameter.name}` of `{name}` is {reason}", span)
        return False
    for value in argument.type.values or ():
        if value is not None and parameter.problem is not None and (problem := parameter.problem(value)):
            walk.report(parameter.rule, problem, span)
            return False
    if parameter.default is not None and not parameter.type.is_nullable:
        walk.never_null(argument, argument.tree)
    walk.only(argument, argument.tree, parameter.type.kinds)
    return True


# What filters say of the items of a list

_ORDERING = ("sort", *_EXTREMES, "groupby")
_ORDERED = Type(kinds=frozenset(("number", "string", "boolean")))


def _check_items(walk: Walk, tree: Filter, row: FilterRow, of: Seen, given: dict[str, Seen], seen: Seen) -> Seen:
    """`map(attribute=…)` and its kin: every item has the attribute, and it can be compared as it is."""
    if not of.type.is_only("array") or of.type.items is None or not of.type.items.kinds:
        return seen
    attribute = given.get("attribute")
    path = None if attribute is None else constant_of(attribute.type)
    if attribute is not None and not isinstance(path, str):
        return seen
    word = constant_of(given["test"].type) if "test" in given else None
    value: Type | None = of.type.items
    span = tree.name_span
    if isinstance(path, str) and attribute is not None:
        span = attribute.tree.span
        value = _attribute(walk, of.type.items, path, span, may_be_missing=word in _WITHOUT_VALUE)
        if value is None:
            return replace(seen, is_faulty=True)
    assert value is not None
    if row.name in _ORDERING and not is_assignable(value, _ORDERED):
        walk.report("type-mismatch", f"{describe(value)} has no order", span)
        return replace(seen, is_faulty=True)
    if row.name in (*_ORDERING, "sum") and value.is_nullable and not value.kinds >= KINDS:
        walk.report("may-be-missing", "an item may be null", span, "leave those out first: `| reject('none')`")
        return replace(seen, is_faulty=True)
    if row.name in (*_ORDERING, "sum", "tocsv") and (odd := _odd_kinds(value, row)):
        walk.report("type-mismatch", f"an item may be {odd}", span)
        return replace(seen, is_faulty=True)
    if row.parameter("test") is not None:
        return seen if _check_word(walk, tree, value, given, span) else replace(seen, is_faulty=True)
    return seen


def _odd_kinds(item: Type, row: FilterRow) -> str | None:
    """In words, the kinds of items of which some cannot be put in order, added up or written; None if all can."""
    kinds = frozenset("number" if kind == "integer" else kind for kind in item.kinds - {"null"})
    if len(kinds) >= UNKNOWN_KINDS:
        return None
    wanted = row.subject.item.kinds if row.name in ("sum", "tocsv") else _ORDERED.kinds
    is_even = kinds <= wanted and (len(kinds) < 2 or row.name in ("sum", "tocsv"))
    return None if is_even else describe(replace(item, kinds=item.kinds - {"null"}, values=None))


def _attribute(walk: Walk, item: Type, path: str, span: Span, *, may_be_missing: bool) -> Type | None:
    """The type at a dotted path of each item; None where that has a finding."""
    found, name = item, "each item"
    for key in path.split("."):
        taken = step(found, key, None)
        message = taken.message.replace("this", name, 1) if taken.message.startswith("this") else taken.message
        if taken.is_certain:
            walk.report(taken.rule or "", message, span, None, key if taken.known else None, taken.known)
            return None
        if taken.rule == UNDECLARED:
            if not may_be_missing or is_nearly(key, taken.known):
                walk.report(UNDECLARED, message, span, "declare it in `returns`", key, taken.known)
        elif taken.rule is not None and not may_be_missing:
            help = f"keep those that have it: `| selectattr('{path}', 'defined')`"
            walk.report(taken.rule, f"{message} in an item", span, help)
            return None
        found, name = taken.type, f"`{key}`"
    return found


def _check_word(walk: Walk, tree: Filter, item: Type, given: dict[str, Seen], span: Span) -> bool:
    """The test of `select` and its kin, as the comparison that it is."""
    if "test" not in given:
        if is_assignable(item, BOOLEAN):
            return True
        walk.report("not-boolean", f"`{tree.name}` without a test asks for true or false, not {describe(item)}", span)
        return False
    word: Json = constant_of(given["test"].type)
    if not isinstance(word, str):
        return True
    operand = given.get("value")
    if (operand is None) is not (word in _WITHOUT_VALUE):
        takes = "takes no value" if operand is not None else "takes a value"
        place: Expr = given["test"].tree if operand is None else operand.tree
        walk.report("bad-argument", f"the test `{word}` {takes}", place.span)
        return False
    if operand is None or operand.is_faulty:
        return True
    result = compared(_OPERATORS[word], item, operand.type)
    if isinstance(result, Objection):
        walk.report(result.rule, result.message, operand.tree.span, result.help)
        return result.rule == "never-equal"  # nothing is kept, or all is: a list all the same
    return True
