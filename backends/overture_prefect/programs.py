"""`python`, `shell` and files."""

from __future__ import annotations

from overture.expressions.tree import ListOf
from overture.plan.python_source import python_literal, python_text
from overture_prefect.making import Maker


def lower_python(maker: Maker) -> dict[str, str]:
    """The code runs in a process of its own, as it does everywhere else."""
    constant = maker.program.register.name(f"{maker.task.id}_code".upper(), "constant", maker.task.id, "code")
    maker.program.module.constants[constant] = code_text(str(maker.literal("code")))
    args = maker.value("args") if maker.has("args") else "{}"
    requirements = maker.literal("requirements")
    more = f", {python_literal(list(requirements))}" if requirements else ""
    if requirements:
        maker.program.features.add("requirements")
        maker.program.module.libraries.add("uv")
    call = f"await {maker.helper('run_python')}({constant}, {args}{more})"
    schema = maker.literal("returns")
    if schema is None and "value" not in maker.read_fields():
        maker.body.append(call)
        return {}
    if "value" not in maker.read_fields():
        maker.body.append(maker.program.fits(call, maker.task.id, schema))
        return {}
    return {"value": maker.program.fits(call, maker.task.id, schema)}


def code_text(code: str) -> str:
    """Code as a text of several lines, where such a text can hold it."""
    is_plain = code.endswith("\n") and all(char.isprintable() or char == "\n" for char in code)
    if is_plain and '"""' not in code and not code.endswith('"\n'):
        return '"""\\\n' + code.replace("\\", "\\\\") + '"""'
    return python_text(code)


def lower_shell(maker: Maker) -> dict[str, str]:
    tree = maker.field("command")
    words = [maker.program.rendered(word, maker.naming) for word in tree.items] if isinstance(tree, ListOf) else []
    options = [f"[{', '.join(words)}]"]
    if maker.has("stdin"):
        options.append(f"stdin={maker.rendered('stdin')}")
    if maker.has("env"):
        options.append(f"env={maker.value('env')}")
    accept = maker.literal("accept", [0])
    if list(accept) != [0]:
        options.append(f"accept={python_literal(list(accept))}")
    call = f"await {maker.helper('run_program')}({', '.join(options)})"
    read = maker.read_fields()
    schema = maker.literal("returns")
    if not read and schema is None:
        maker.body.append(call)
        return {}
    names = ["code", "stdout", "stderr"]
    used = ["exit_code" in read, "stdout" in read or schema is not None, "stderr" in read]
    found = ", ".join(name if is_used else "_" for name, is_used in zip(names, used, strict=True))
    maker.body.append(f"{found} = {call}")
    results = {"exit_code": "code", "stdout": "stdout", "stderr": "stderr"}
    if schema is not None:
        maker.helper("fitting")
        value = f"{maker.helper('fitting_json')}(stdout, {maker.program.schema(maker.task.id, schema)})"
        if "value" in read:
            results["value"] = value
        else:
            maker.body.append(value)
    return results


_READERS = {"lines": "text_lines", "json": "read_json", "csv": "csv_rows"}
_WRITERS = {"text": "as_text", "lines": "as_lines", "json": "json_text", "csv": "csv_text"}


def lower_read_file(maker: Maker) -> dict[str, str]:
    form = str(maker.literal("format", "text"))
    path = f"{maker.helper('place')}({maker.rendered('path')})"
    if form == "base64":
        maker.imports("import base64")
        content = f"base64.b64encode({path}.read_bytes()).decode()"
    else:
        # not `read_text`: it would make one kind of line break of all
        content = f'{path}.read_bytes().decode("utf-8-sig")'
        content = f"{maker.helper(_READERS[form])}({content})" if form in _READERS else content
    schema = maker.literal("returns")
    content = maker.program.fits(content, maker.task.id, schema)
    if "content" in maker.read_fields():
        return {"content": content}
    maker.body.append(content)
    return {}


def lower_write_file(maker: Maker) -> dict[str, str]:
    form = str(maker.literal("format", "text"))
    tree = maker.field("content")
    is_followed = form == "base64" or (form == "text" and tree.type.is_only("string"))
    source = maker.operand(tree) if is_followed else maker.expression(tree)
    if form == "base64":
        maker.imports("import base64")
        content = f'base64.b64decode("".join({source}.split()), validate=True)'
    elif form == "text" and tree.type.is_only("string"):
        content = f"{source}.encode()"
    else:
        content = f"{maker.helper(_WRITERS[form])}({source}).encode()"
    call = f"{maker.helper('write_whole')}({maker.rendered('path')}, {content})"
    if "path" in maker.read_fields():
        return {"path": call}
    maker.body.append(call)
    return {}
