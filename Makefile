# Everything is set up in .venv by uv; downloads are cached outside the checkout.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CACHE ?= $(if $(OVERTURE_CACHE),$(OVERTURE_CACHE),$(HOME)/.cache/overture)
UV := $(shell command -v uv 2>/dev/null || echo $(CACHE)/uv/bin/uv)
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin

.PHONY: docs help setup demo test goldens check check-deep fuzz-guided engines engines-deep bench clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(CACHE)/uv/bin/uv:
	@mkdir -p $(CACHE)
	@$(PYTHON) -m venv $(CACHE)/uv
	@$(CACHE)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/.ready: pyproject.toml | $(filter $(CACHE)/%,$(UV))
	@test -d .venv || $(UV) venv --quiet --python $(PYTHON) .venv
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --group dev --editable .
	@touch $@

setup: .venv/.ready ## the environment, in .venv

demo: setup ## compile an English request with no key, check it, draw it, export it, run it
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m overture.testing.demo

test: setup ## every test that needs no engine
	@$(BIN)/pytest -n 2

goldens: setup ## write anew what the backends export of the cases
	@$(BIN)/pytest tests/conformance --update-goldens

check: setup ## formatter, linter, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check-deep: setup ## the proof of the checker: mutants, false alarms, soundness by running, hostile documents (minutes)
	@$(BIN)/pytest -m deep -s tests/mutants tests/valid tests/soundness tests/fuzz tests/plan tests/kestra tests/prefect

$(CACHE)/atheris: | .venv/.ready
	@$(UV) pip install --quiet --python $(BIN)/python --target $@ atheris==3.0.0

fuzz-guided: setup $(CACHE)/atheris ## hostile texts found by coverage: TARGET=yaml, json, expressions or checker
	@PYTHONPATH=$(CACHE)/atheris $(BIN)/python tests/fuzz/coverage_guided.py $(or $(TARGET),checker) $(or $(FOR),180)

engines: setup ## the conformance on a real Kestra and a real Prefect; RENEW=1 writes down what they did
	@UV="$(UV)" $(BIN)/pytest tests/engines -m "not engine_deep" -n 3 --dist loadgroup --durations=10 $(if $(RENEW),--renew-results)

engines-deep: setup ## generated workflows, expressions and hostile texts on the real engines (an hour)
	@UV="$(UV)" $(BIN)/pytest tests/engines -m engine_deep -s

docs: setup ## write the tables of docs/language.md, and docs/engines.md, from the code and what the engines did
	@$(BIN)/python tests/house/test_reference.py
	@$(BIN)/python tests/house/engines_page.py

bench: setup ## ratios against a peer or a floor in the same run
	@$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build demo
