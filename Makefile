# Weft: every task of the project. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run test bench profile mutants accuracy fuzz soak lint lock clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything into .venv from the hash-pinned locks

$(STAMP): requirements/dev.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## Run the whole pipeline on this machine with sample traffic (ARGS="--seconds 20")
	$(BIN)/weft up --demo $(ARGS)

test: setup lint ## Lint, type-check and run every test
	$(BIN)/pytest $(ARGS)

bench: setup ## Measure Weft beside its peers on one broker, the processors and the sinks (ARGS="--quick")
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.processors
	$(BIN)/python -m bench.sinks_sqlite
	$(BIN)/python -m bench.sinks_parquet
	$(BIN)/python -m bench.sinks_postgres
	$(BIN)/python -m bench.outage --minutes 1

profile: setup ## Show where the worker's CPU time goes (ARGS="--bare")
	$(BIN)/python -m bench.profile $(ARGS)

mutants: setup ## Prove that the delivery tests bite: each one-line mutant must fail its test
	$(BIN)/python tests/mutants.py $(ARGS)

accuracy: setup ## Count the stated facts of the shared samples that come out right
	$(BIN)/python -m tests.golden.accuracy

fuzz: setup ## Feed the pipeline what a coverage-guided fuzzer makes (ARGS="-max_total_time=60"; Linux x86-64)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz.pipeline $(ARGS)

soak: setup ## Run the fault tests longer, with random seeds (FAULT_SECONDS=120 FAULT_SEEDS=random:3)
	FAULT_SECONDS=$(or $(FAULT_SECONDS),120) FAULT_SEEDS=$(or $(FAULT_SEEDS),random:3) $(BIN)/pytest tests/faults $(ARGS)

lint: setup ## Formatting, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: setup ## Recompute the locks from pyproject.toml
	$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(LOCK) requirements/fuzz.in -o requirements/fuzz.txt
	$(LOCK) pyproject.toml --extra geoip --extra parquet --extra postgres --extra user-agent -o requirements/run.txt
	$(LOCK) pyproject.toml --all-extras --group test --group lint --group build -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt

clean: ## Remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
