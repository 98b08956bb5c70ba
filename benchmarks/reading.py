"""How long it takes to read a big workflow, beside the libraries that do a part of it on the same file."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import jsonschema
import yaml
from measure import Row, alternating
from workflows import chain, mixed

from overture.language.reading import read
from overture.language.schema import workflow_schema
from overture.language.workflow import Workflow

_SCHEMA_TASKS = 300
"""jsonschema is slow: it is held against the reading of a small part."""


def measure(runs: int, tasks: int) -> Iterator[Row]:
    """`read` (data, models, findings) of so many tasks, JSON and YAML, in one process and without garbage collection,
    as the program reads; beside json.loads, libyaml's compose, pydantic from JSON, and jsonschema."""
    gc.disable()
    try:
        for name, text in (("chain", chain(tasks)), ("mixed", mixed(tasks))):
            yield from _of(name, text, runs, tasks)
        yield from _beside_jsonschema(runs)
    finally:
        gc.enable()


def _of(name: str, text: str, runs: int, tasks: int) -> Iterator[Row]:
    as_json = json.dumps(yaml.load(text, yaml.CSafeLoader))
    timed = alternating(
        {
            "read JSON": lambda: read(as_json, "big.flow.json"),
            "read YAML": lambda: read(text, "big.flow.yaml"),
            "json.loads": lambda: json.loads(as_json),
            "pydantic": lambda: Workflow.model_validate_json(as_json, by_alias=True, by_name=False),
            "yaml.compose": lambda: yaml.compose(text, Loader=yaml.CSafeLoader),
        },
        runs,
    )
    for ours, peers in (("read JSON", ("json.loads", "pydantic")), ("read YAML", ("yaml.compose",))):
        for peer in peers:
            yield Row(
                "reading",
                f"{ours}, {name}, {tasks:,} tasks",
                timed.median(ours),
                "s",
                peer,
                timed.median(peer),
                timed.ratio(ours, peer),
                runs,
            )


def _beside_jsonschema(runs: int) -> Iterator[Row]:
    text = json.dumps(yaml.load(mixed(_SCHEMA_TASKS), yaml.CSafeLoader))
    validator, data = jsonschema.Draft202012Validator(workflow_schema()), json.loads(text)
    timed = alternating(
        {"read": lambda: read(text, "x.flow.json"), "jsonschema": lambda: validator.is_valid(data)}, runs
    )
    name = f"read JSON, mixed, {_SCHEMA_TASKS:,} tasks"
    yield Row(
        "reading",
        name,
        timed.median("read"),
        "s",
        "jsonschema alone",
        timed.median("jsonschema"),
        timed.ratio("read", "jsonschema"),
        runs,
    )
