# StatusHub: two commands do everything on a fresh machine, `make run` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock messages migration clean

help: ## Show what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## Set up and start the site with its worker (PORT=8000)
	@exec $(BIN)/python -m statushub serve

test: $(VENV)/.dev ## Set up and run the whole test suite
	@sh tests/prepare.sh
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.dev ## Lint, formatting, floors, strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(VENV)/.dev ## Measure, side by side with a reference
	$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.dev ## Renew the lock files from pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q -U pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q -U pyproject.toml --group dev -o requirements-dev.lock

messages: $(VENV)/.dev ## Gather the texts to translate into the Japanese catalogue
	$(BIN)/python -m statushub.translations.gather

migration: $(VENV)/.dev ## Write a migration from the models (MESSAGE="add x")
	$(BIN)/flask --app statushub.factory:create_app db migrate -m "$(MESSAGE)"

clean: ## Remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "StatusHub needs Python 3.11 or newer; set PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Setting up (once; about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Setting up (once; about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run
