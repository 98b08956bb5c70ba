"""`ai` tasks: one question to a model over the Chat Completions protocol."""

from __future__ import annotations

from overture.plan.portable import portable
from overture.plan.python_source import python_literal
from overture_prefect.features import models_of
from overture_prefect.making import Maker


def lower_ai(maker: Maker) -> dict[str, str]:
    features = maker.program.features
    models = models_of(maker.task)
    if models:
        named = python_literal(models if "ai_models" in features else models[0])
    else:
        maker.imports("import os")
        named = 'os.environ["OVERTURE_MODEL"]'
        named = f"[{named}]" if "ai_models" in features else named
    options = [named, maker.rendered("prompt")]
    if maker.has("system"):
        options.append(f"system={maker.rendered('system')}")
    schema = maker.literal("returns")
    if schema is not None:
        maker.helper("fitting")
        options.append(f"schema={maker.program.schema(maker.task.id, schema)}")
        sent = portable(schema).schema
        if sent != schema:
            maker.imports("from typing import Any")
            name = f"{maker.task.id}_form"
            constant = maker.program.register.name(name.upper(), "constant", maker.task.id, "form")
            maker.program.module.constants[f"{constant}: dict[str, Any]"] = python_literal(sent)
            options.append(f"form={constant}")
    for name in ("temperature", "max_tokens"):
        if (value := maker.literal(name)) is not None:
            options.append(f"{name}={python_literal(value)}")
    call = f"await {maker.helper('ask')}({', '.join(options)})"
    read = maker.read_fields()
    if read == ["value"] and "ai_told" not in features:
        return {"value": call}
    if not read:
        maker.body.append(call)
        return {}
    names = {"value": "value", "model": "model", "usage": "usage"}
    maker.body.append(f"{', '.join(name if name in read else '_' for name in names)} = {call}")
    return names
