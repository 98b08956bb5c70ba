"""What Pebble and jq are given means on the engine what it means to us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from kestra.translations import Names, cases, translations

from overture.expressions.evaluation import ExpressionError, evaluate
from overture.expressions.inference import infer
from overture.expressions.parsing import parse_expression
from overture.expressions.types import Json
from overture.plan.python_values import settled

if TYPE_CHECKING:
    from engines.kestra.engine import KestraEngine

pytestmark = pytest.mark.engine


def translated() -> list[Any]:
    """The expressions that have a translation."""
    found = []
    for id, expression, data in cases():
        names = Names(settled(dict(data)))
        if list(translations(infer(parse_expression(expression), names).tree, names)):
            found.append(pytest.param(expression, data, id=id))
    return found


@pytest.mark.parametrize(("expression", "data"), translated())
def test_a_translation_means_the_same(expression: str, data: Mapping[str, Json], kestra: KestraEngine) -> None:
    names = Names(settled(dict(data)))
    tree = infer(parse_expression(expression), names).tree
    templates = list(translations(tree, names))
    try:
        wanted: Any = evaluate(tree, names)
    except ExpressionError as error:
        wanted = error
    for template, found in zip(templates, kestra.render(templates, names.variables()), strict=True):
        if isinstance(wanted, ExpressionError):
            assert found.text is None, f"{template} gives {found.text}, but has no value: {wanted.message}"
        else:
            assert found.error is None, f"{template}: {found.error}"
            assert settled(json.loads(str(found.text))) == wanted, template
