"""`sql` and `email`: over the url that a secret holds, by the standard library and psycopg."""

from __future__ import annotations

import re

from overture.expressions.tree import Expr, Literal, ObjectOf
from overture.expressions.types import Type
from overture.plan.python_source import python_text
from overture_prefect.making import Maker
from overture_prefect.programs import code_text

_HEADER = re.compile(r"[!-9;-~]+")  # RFC 5322, 3.6.8


def lower_sql(maker: Maker) -> dict[str, str]:
    arguments = [maker.rendered("connection"), _query(maker)]
    if maker.has("params"):
        tree = maker.field("params")
        source = maker.expression(tree)
        arguments.append(source if _is_given(tree.type) else f"{maker.helper('parameters')}({source})")
        maker.program.features |= {"params", *(["many"] if tree.type.may_be("array") else [])}
    call = f"await {maker.helper('run_query')}({', '.join(arguments)})"
    read = maker.read_fields()
    if not read:
        maker.body.append(call)
        return {}
    rows, count = ("rows" if "rows" in read else "_"), ("count" if "row_count" in read else "_")
    maker.body.append(f"{rows}, {count} = {call}")
    return {"rows": "rows", "row_count": "count"}


def _query(maker: Maker) -> str:
    """The query as it is written; one of several lines is a constant."""
    query = str(maker.literal("query"))
    if "\n" not in query.strip():
        return python_text(query.strip())
    name = maker.program.register.name(f"{maker.task.id}_query".upper(), "constant", maker.task.id, "query")
    maker.program.module.constants[name] = code_text(query)
    return name


def _is_given(type: Type) -> bool:
    """Whether a value is certainly an object, or a list of objects."""
    return type.is_only("object") or (type.is_only("array") and type.item.is_only("object"))


def lower_email(maker: Maker) -> dict[str, str]:
    arguments = [maker.rendered("connection"), f"sender={maker.rendered('from')}"]
    for name in ("to", "cc", "bcc"):
        if maker.has(name):
            arguments.append(f"{name}={maker.value(name)}")
    for name in ("reply_to", "subject", "text", "html"):
        if maker.has(name):
            arguments.append(f"{name}={maker.rendered(name)}")
    if maker.has("headers"):
        arguments.append(f"headers={_headers(maker, maker.field('headers'))}")
    if maker.has("attachments"):
        value = maker.value("attachments")
        is_text = maker.field("attachments").type.is_only("string")
        arguments.append(f"attachments={f'[{value}]' if is_text else value}")
    given = ("cc", "bcc", "reply_to", "text", "html", "headers", "attachments")
    maker.program.features |= {f"mail_{name}" for name in given if maker.has(name)}
    maker.body.append(f"await {maker.helper('send_mail')}({', '.join(arguments)})")
    return {}


def _headers(maker: Maker, tree: Expr) -> str:
    assert isinstance(tree, ObjectOf)
    entries = []
    for key, value in tree.entries:
        name = str(key.value) if isinstance(key, Literal) else ""
        if not _HEADER.fullmatch(name):
            maker.program.refuse(maker.task, f"`{name}` is no name of a header")
        entries.append(f"{python_text(name)}: {maker.program.rendered(value, maker.naming)}")
    return f"{{{', '.join(entries)}}}"
