"""What the rows of the table of Python share: arguments, and calls of helpers."""

from __future__ import annotations

from overture.expressions.table import FILTERS
from overture.expressions.tree import Call, Expr, Filter, Literal, Test
from overture.plan.python_exactness import bare
from overture.plan.python_nodes import ATOM, LAMBDA, Code, Row, Writer

Node = Filter | Test | Call


def arguments(node: Node) -> list[Expr | None]:
    """The arguments in the table's order, None for those that are not given."""
    assert isinstance(node, Filter)
    given = dict(node.arguments)
    return [given.get(each.name) for each in FILTERS[node.name].parameters]


def subject(node: Node) -> Expr:
    assert not isinstance(node, Call)
    return node.of


def by_helper(name: str) -> Row:
    """A call of a helper with the subject and the arguments, those that are not given as the table has them."""

    def row(writer: Writer, node: Node) -> Code:
        assert isinstance(node, Filter)
        given = dict(node.arguments)
        values: list[Expr | str] = []
        for parameter in FILTERS[node.name].parameters:
            value = given.get(parameter.name)
            values.append(Literal(None if parameter.is_required else parameter.default) if value is None else value)
        while values and FILTERS[node.name].parameters[len(values) - 1].name not in given:
            values.pop()
        return writer.call(name, node.of, *values)

    return row


def method(source: str) -> Row:
    """A method that only the right kind of value has."""
    return lambda writer, node: Code(f"{writer.text(subject(node), ATOM)}.{source}")


def wrapped(before: str, after: str = ")", binding: int = LAMBDA) -> Row:
    return lambda writer, node: Code(f"{before}{writer.text(subject(node), binding)}{after}")


def constant_text(tree: Expr | None) -> str | None:
    tree = None if tree is None else bare(tree)
    return tree.value if isinstance(tree, Literal) and isinstance(tree.value, str) else None
