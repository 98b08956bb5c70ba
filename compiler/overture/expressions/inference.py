"""The types of an expression, and what is wrong with it, before anything runs (language.md 3, 7).

Only what is certain is a mistake of types: what is unknown passes. One mistake gives one finding: an operand that has
one counts as unknown from there on. What may be missing is pending along its path, and is a finding only if neither a
`default`, nor an `is defined`, nor a fact covers it.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from overture.expressions import calls
from overture.expressions.findings import Environment, Finding, Inferred, Lookup
from overture.expressions.narrowing import NO_FACTS, TURNED, Facts, decided, facts_from
from overture.expressions.numbers import negate
from overture.expressions.operators import Objection, are_comparable, arithmetic, compared, computed
from overture.expressions.paths import is_nearly, step
from overture.expressions.records import replace
from overture.expressions.schemas import describe, is_assignable, misfit, type_of_value, union
from overture.expressions.table.results import constant_of, item_of, slice_of
from overture.expressions.table.subjects import SEQUENCE
from overture.expressions.tree import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expr,
    Filter,
    Index,
    Key,
    ListOf,
    Literal,
    ObjectOf,
    Ref,
    Slice,
    Span,
    Template,
    Test,
    Text,
    Unary,
    written,
)
from overture.expressions.types import (
    ANY,
    BOOLEAN,
    INTEGER,
    NOTHING,
    NUMBER,
    OBJECT,
    STRING,
    Json,
    Kind,
    Type,
    list_of,
    object_of,
)
from overture.expressions.values import MAX_INTEGER, MIN_INTEGER, identity, is_number
from overture.expressions.walking import DEFAULT_HELP, NULL_HELP, UNDECLARED, Handler, Seen, Walk, named

__all__ = ["Environment", "Finding", "Inferred", "Lookup", "infer", "infer_condition"]


def infer(tree: Expr, env: Environment, facts: Facts = NO_FACTS) -> Inferred:
    """The tree with the type of every node, and its findings."""
    walk = _Inference(env, _HANDLERS)
    found = walk.strict(tree, facts)
    return Inferred(found.tree, tuple(walk.findings))


def infer_condition(tree: Expr, env: Environment, facts: Facts = NO_FACTS) -> Inferred:
    """The same for what must be true or false: `when`, `where`, `until`, `that`."""
    walk = _Inference(env, _HANDLERS)
    found = walk.boolean(tree, facts)
    return Inferred(found.tree, tuple(walk.findings))


class _Inference(Walk):
    """What each node of a tree says."""

    __slots__ = ()

    # Leaves

    def literal(self, tree: Literal, facts: Facts) -> Seen:
        value = tree.value
        if isinstance(value, int) and not isinstance(value, bool) and not MIN_INTEGER <= value <= MAX_INTEGER:
            self.report("constant-overflow", f"`{value}` does not fit into 64 bits", tree.span)
            return Seen(replace(tree, type=NUMBER), (), True)
        return Seen(Literal(value, span=tree.span, type=type_of_value(value)))

    def text(self, tree: Text, facts: Facts) -> Seen:
        outside, self.where = self.where, tree.where
        body = self.strict(tree.body, facts)
        self.where = outside
        return Seen(Text(tree.where, body.tree, span=tree.span, type=body.tree.type), (), body.is_faulty)

    def ref(self, tree: Ref, facts: Facts) -> Seen:
        found = self.env.lookup(tree)
        if found.problem is not None:
            self.findings.append(replace(found.problem, where=found.problem.where or self.where))
            return Seen(tree, (), True)
        seen = Seen(
            Ref(tree.root, tree.name, tree.field, tree.name_span, tree.field_span, span=tree.span, type=found.type)
        )
        if found.missing is None or _is_present(tree, found, facts):
            return seen
        message = f"`{written(tree)}` may be missing: {found.missing}"
        return self.pend(seen, tree, "may-be-missing", message, tree.span, DEFAULT_HELP)

    # Paths

    def key(self, tree: Key, facts: Facts) -> Seen:
        of = self.see(tree.of, facts)
        if of.is_faulty:
            return Seen(replace(tree, of=of.tree), of.pending, True)
        if of.type.may_be("object"):
            self.only(of, tree.of, ("object",))
        taken = step(of.type, tree.key, written(tree.of))
        seen = Seen(Key(of.tree, tree.key, tree.key_span, span=tree.span, type=taken.type), of.pending)
        if taken.rule is None:
            return seen
        if taken.is_certain:
            self.report(taken.rule, taken.message, tree.key_span, None, tree.key if taken.known else None, taken.known)
            return replace(seen, is_faulty=True)
        if taken.rule == UNDECLARED and is_nearly(tree.key, taken.known):
            # `default` and `is defined` would hide for ever that it is misspelt
            self.report(taken.rule, taken.message, tree.key_span, None, tree.key, taken.known)
            return seen
        if taken.rule == UNDECLARED:
            more = {"name": tree.key, "known": taken.known}
            return self.pend(seen, tree, taken.rule, taken.message, tree.key_span, "declare it in `returns`", **more)
        help = NULL_HELP if of.type.is_nullable else DEFAULT_HELP
        return self.pend(seen, tree, taken.rule, taken.message, tree.key_span, help)

    def index(self, tree: Index, facts: Facts) -> Seen:
        of, index = self.see(tree.of, facts), self.strict(tree.index, facts)
        seen = Seen(replace(tree, of=of.tree, index=index.tree), of.pending, of.is_faulty or index.is_faulty)
        if seen.is_faulty:
            return seen
        if not index.type.may_be("string") and not index.type.may_be("integer") and not index.type.may_be("number"):
            self.report(
                "type-mismatch", f"an index is an integer or a text, not {describe(index.type)}", tree.index.span
            )
            return replace(seen, is_faulty=True)
        if index.type.is_only("string"):
            return self.by_computed_key(tree, seen, of.type)
        if not index.type.is_only("number"):
            return seen
        return self.by_number(tree, seen, of.type, constant_of(index.type))

    def by_computed_key(self, tree: Index, seen: Seen, of: Type) -> Seen:
        if of.kinds and not of.may_be("object"):
            self.report("type-mismatch", f"{named(tree.of)} is {describe(of)} and has no keys", tree.index.span)
            return replace(seen, is_faulty=True)
        self.only(replace(seen, tree=replace(seen.tree, type=of)), tree.of, ("object",))
        found = ANY
        if of.is_closed or (of.rest is not None and not of.properties):
            found = reduce(union, of.properties.values(), of.rest or NOTHING)
        seen = replace(seen, tree=replace(seen.tree, type=found))
        return self.unless_null(tree, seen, of, tree.of.span)

    def by_number(self, tree: Index, seen: Seen, of: Type, number: Json | None) -> Seen:
        if not is_assignable(of.without("null"), SEQUENCE):
            self.report("type-mismatch", f"{named(tree.of)} is {describe(of)} and has no items", tree.index.span)
            return replace(seen, is_faulty=True)
        self.only(replace(seen, tree=replace(seen.tree, type=of)), tree.of, ("array", "string"))
        is_tuple = isinstance(number, int) and of.min_items == of.max_items and len(of.item.kinds) > 1
        seen = replace(seen, tree=replace(seen.tree, type=ANY if is_tuple else item_of(of)))  # which one is not known
        seen = self.unless_null(tree, seen, of, tree.of.span)
        needed = None if not isinstance(number, int) else number + 1 if number >= 0 else -number
        return self.unless_short(tree, seen, of, needed, tree.of, tree.index.span)

    def slice(self, tree: Slice, facts: Facts) -> Seen:
        of = self.see(tree.of, facts)
        start, stop = self.bound(tree.start, facts), self.bound(tree.stop, facts)
        typed = replace(
            tree, of=of.tree, start=None if start is None else start.tree, stop=None if stop is None else stop.tree
        )
        seen = Seen(typed, of.pending, of.is_faulty)
        if of.is_faulty:
            return seen
        if not is_assignable(of.type.without("null"), SEQUENCE):
            self.report(
                "type-mismatch", f"{named(tree.of)} is {describe(of.type)}: only a list or a text has slices", tree.span
            )
            return replace(seen, is_faulty=True)
        self.only(of, tree.of, ("array", "string"))
        first = None if start is None else constant_of(start.type)
        last = None if stop is None else constant_of(stop.type)
        is_known = (start is None or isinstance(first, int)) and (stop is None or isinstance(last, int))
        found = slice_of(of.type, first, last) if is_known else slice_of(of.type, None, 0)
        seen = replace(seen, tree=replace(typed, type=found))
        return self.unless_null(tree, seen, of.type, tree.of.span)

    def bound(self, tree: Expr | None, facts: Facts) -> Seen | None:
        if tree is None:
            return None
        found = self.strict(tree, facts)
        if not found.is_faulty and (reason := misfit(found.type, INTEGER)):
            self.report("type-mismatch", f"the end of a slice is an integer: {reason}", tree.span)
        else:
            self.never_null(found, tree)
            self.only(found, tree, ("number",))
        return found

    # Operators

    def unary(self, tree: Unary, facts: Facts) -> Seen:
        if tree.op == "not":
            operand = self.boolean(tree.operand, facts)
            value = constant_of(operand.type)
            found = type_of_value(not value) if isinstance(value, bool) else BOOLEAN
            return Seen(replace(tree, operand=operand.tree, type=found))
        operand = self.strict(tree.operand, facts)
        typed = replace(tree, operand=operand.tree)
        if not operand.is_faulty and (reason := misfit(operand.type, NUMBER)):
            self.report("type-mismatch", f"`{tree.op}` takes a number: {reason}", tree.operand.span)
            return Seen(typed, (), True)
        self.never_null(operand, tree.operand)
        self.only(operand, tree.operand, ("number",))
        number = constant_of(operand.type)
        if tree.op == "-" and is_number(number):
            result = computed(negate, number)
            if isinstance(result, Objection):
                self.object_to(result, tree.span)
                return Seen(typed, (), True)
            return Seen(replace(typed, type=result))
        return Seen(replace(typed, type=INTEGER if operand.type.is_only("integer") else NUMBER))

    def binary(self, tree: Binary, facts: Facts) -> Seen:
        if tree.op in ("and", "or"):
            return self.logical(tree, facts)
        left, right = self.strict(tree.left, facts), self.strict(tree.right, facts)
        typed = Binary(tree.op, left.tree, right.tree, span=tree.span)
        if tree.op == "~":
            return Seen(replace(typed, type=STRING))
        result = arithmetic(tree.op, left.type, right.type)
        if isinstance(result, Objection):
            self.object_to(result, tree.span)
            return Seen(typed, (), True)
        self.never_null(left, tree.left)
        self.never_null(right, tree.right)
        kinds: tuple[Kind, ...] = ("number", "string", "array") if tree.op == "+" else ("number",)
        self.alike(left, tree.left, right, tree.right, kinds)
        return Seen(Binary(tree.op, left.tree, right.tree, span=tree.span, type=result))

    def logical(self, tree: Binary, facts: Facts) -> Seen:
        left = self.boolean(tree.left, facts)
        right = self.boolean(tree.right, facts.also(facts_from(tree.left, tree.op == "and")))
        deciding = tree.op == "or"  # the value that settles it, whatever the other is
        values = [constant_of(left.type), constant_of(right.type)]
        found = BOOLEAN
        if deciding in [value for value in values if isinstance(value, bool)]:
            found = type_of_value(deciding)
        elif all(isinstance(value, bool) for value in values):
            found = type_of_value(not deciding)
        return Seen(Binary(tree.op, left.tree, right.tree, span=tree.span, type=found))

    def compare(self, tree: Compare, facts: Facts) -> Seen:
        first, declared = self.both(tree.first, facts)
        left, left_tree = first, tree.first
        rest: list[tuple[Any, Expr]] = []
        results: list[Type] = []
        for number, (op, operand) in enumerate(tree.rest):
            if number:
                facts = facts.also(facts_from(Compare(tree.first, tree.rest[:number]), True))
            right, of_right = self.both(operand, facts)
            rest.append((op, right.tree))
            objection = compared(op, declared, of_right)
            if isinstance(objection, Objection):
                self.object_to(objection, _faulty_part(objection, left.tree, right.tree, tree).span)
                results.append(BOOLEAN)
            else:
                results.append(self.link(op, (left, left_tree), (right, operand), tree.span, facts))
                if op in ("in", "not in"):
                    self.strangers(declared, operand)
            left, left_tree, declared = right, operand, of_right
        found = results[0] if len(results) == 1 else BOOLEAN
        return Seen(Compare(first.tree, tuple(rest), span=tree.span, type=found))

    def link(self, op: str, one: tuple[Seen, Expr], other: tuple[Seen, Expr], span: Span, facts: Facts) -> Type:
        """A comparison that its operands' declared types allow. What the facts settle is a constant, no mistake."""
        (left, left_tree), (right, right_tree) = one, other
        result = compared(op, left.type, right.type)
        if isinstance(result, Objection):
            if result.rule == "never-equal":
                return type_of_value(op in ("!=", "not in"))
            self.object_to(result, span)
            return BOOLEAN
        if op in ("in", "not in"):
            self.never_null(right, right_tree)
            self.only(right, right_tree, ("array", "object", "string"))
            if not right.type.may_be("array"):
                self.never_null(left, left_tree)
                self.only(left, left_tree, ("string",))
            return result
        if op not in ("==", "!="):
            self.never_null(left, left_tree)
            self.never_null(right, right_tree)
            self.alike(left, left_tree, right, right_tree, ("number", "string"))
        truth = decided(facts.of(left_tree), op, constant_of(right.type))
        if truth is None:
            truth = decided(facts.of(right_tree), TURNED[op], constant_of(left.type))
        return result if truth is None else type_of_value(truth)

    def strangers(self, declared: Type, operand: Expr) -> None:
        """Members of a list that is written out, none of which the value can be."""
        if declared.values is None or not isinstance(operand, ListOf):
            return
        known = tuple(value for value in declared.values if isinstance(value, str))
        for item in operand.items:
            if isinstance(item, Literal) and not are_comparable(declared, type_of_value(item.value)):
                name = item.value if isinstance(item.value, str) else None
                message = f"{describe(declared)} is never {describe(type_of_value(item.value))}"
                self.report("never-equal", message, item.span, None, name, known if name else ())

    def conditional(self, tree: Conditional, facts: Facts) -> Seen:
        condition = self.boolean(tree.condition, facts)
        then = self.strict(tree.then, facts.also(facts_from(tree.condition, True)))
        otherwise = self.strict(tree.otherwise, facts.also(facts_from(tree.condition, False)))
        typed = replace(tree, condition=condition.tree, then=then.tree, otherwise=otherwise.tree)
        return Seen(replace(typed, type=union(then.type, otherwise.type)))

    # What is built

    def list_literal(self, tree: ListOf, facts: Facts) -> Seen:
        items = []
        for item in tree.items:
            items.append(self.strict(item, facts))
        constants = [constant_of(item.type) for item in items]
        is_distinct = None not in constants and len({identity(value) for value in constants}) == len(items)
        found = list_of(
            reduce(union, (item.type for item in items), NOTHING), min_items=len(items), max_items=len(items)
        )
        found = replace(found, distinct=is_distinct or len(items) < 2)
        return Seen(replace(tree, items=tuple(item.tree for item in items), type=found))

    def object_literal(self, tree: ObjectOf, facts: Facts) -> Seen:
        entries: list[tuple[Expr, Expr]] = []
        known: dict[str, Type] = {}
        computed_types: list[Type] = []
        for key_tree, value_tree in tree.entries:
            key, value = self.strict(key_tree, facts), self.strict(value_tree, facts)
            entries.append((key.tree, value.tree))
            name = constant_of(key.type)
            if isinstance(name, str):
                known[name] = value.type
                continue
            computed_types.append(value.type)
            if not key.is_faulty and (reason := misfit(key.type, STRING)):
                self.report("type-mismatch", f"a key is a text: {reason}", key_tree.span)
                continue
            self.never_null(key, key_tree)
            self.only(key, key_tree, ("string",))
        found = object_of(known)
        if computed_types:
            rest = reduce(union, computed_types)
            mixed = {name: union(each, rest) for name, each in known.items()}
            found = replace(OBJECT, properties=mixed, required=frozenset(known), rest=rest)
        return Seen(ObjectOf(tuple(entries), span=tree.span, type=found))

    def template(self, tree: Template, facts: Facts) -> Seen:
        parts = []
        for part in tree.parts:
            parts.append(self.strict(part, facts).tree)
        return Seen(Template(tuple(parts), span=tree.span, type=STRING))


def _faulty_part(objection: Objection, left: Expr, right: Expr, whole: Expr) -> Expr:
    """The literal that is none of the values of the other side; else the whole comparison."""
    if objection.name is None:
        return whole
    return next((each for each in (right, left) if isinstance(each, Literal) and each.value == objection.name), whole)


def _is_present(tree: Ref, found: Lookup, facts: Facts) -> bool:
    if tree.root == "tasks" and facts.has(Ref("tasks", tree.name, "state"), "succeeded"):
        return True
    return bool(found.present_when) and all(
        any(all(facts.has(path, value) for path, value in way) for way in ways) for ways in found.present_when
    )


_HANDLERS: dict[type, Handler] = {
    Literal: _Inference.literal,
    Text: _Inference.text,
    Ref: _Inference.ref,
    Key: _Inference.key,
    Index: _Inference.index,
    Slice: _Inference.slice,
    Unary: _Inference.unary,
    Binary: _Inference.binary,
    Compare: _Inference.compare,
    Conditional: _Inference.conditional,
    ListOf: _Inference.list_literal,
    ObjectOf: _Inference.object_literal,
    Template: _Inference.template,
    Test: calls.test,
    Call: calls.call,
    Filter: calls.filter,
}
