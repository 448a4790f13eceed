# Headway: `make demo` tries it, `make test` and `make check` hold it. Needed beforehand: Python 3.11 or newer, and make.

.DEFAULT_GOAL := help
.PHONY: help demo servers servers-stop test test-quick check faults mutants docs bench peers lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
READY := $(VENV)/.ready

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name words; do printf '  make %-12s  %s\n' "$$name" "$$words"; done

demo: $(READY) ## load the demonstration portfolio and serve it; ARGS=--once stops after the table
	@$(BIN)/headway demo $(ARGS)

servers: $(READY) ## start a real Kafka and MongoDB in .servers/, and print the settings that name them
	@$(BIN)/python -m tools.servers start

servers-stop: $(READY) ## stop them and delete their data
	@$(BIN)/python -m tools.servers stop

test: $(READY) ## run the tests, on real servers where they can be had; ARGS go to pytest
	@$(BIN)/python -m tools.testing $(ARGS)

test-quick: $(READY) ## run the tests that need no server, no browser, no node and no image
	@$(BIN)/python -m pytest -m 'not servers and not browser and not node and not shipped and not faults' $(ARGS)

check: $(READY) ## style, types, boundaries, the documentation and the deployment against the code
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.rooms
	$(BIN)/python -m tools.readme_check
	$(BIN)/python -m tools.requirements
	$(BIN)/python -m tools.schemas
	$(BIN)/python -m tools.graphql_schema
	$(BIN)/python -m tools.servers.deployment_check

faults: $(READY) ## the slow ones: a thousand moments, and kills over and over
	@HEADWAY_TEST_FAULTS=whole HEADWAY_TEST_INSTANTS=1000 HEADWAY_TEST_KILLS=40 $(BIN)/python -m tools.testing --faults -s $(ARGS)

mutants: $(READY) ## put small faults into rules, commands, events, limits and connections, and name those that no test sees; ARGS="--help" says more
	@$(BIN)/python -m tools.mutants $(ARGS)

docs: $(READY) ## print the documentation's tables from the code
	@$(BIN)/python -m tools.readme_check --write
	@$(BIN)/python -m tools.requirements --write
	@$(BIN)/python -m tools.schemas --write
	@$(BIN)/python -m tools.graphql_schema --write

bench: $(READY) ## run the benchmarks; ARGS=NAME runs one
	@for name in $(or $(ARGS),$(filter-out __%,$(sort $(notdir $(basename $(wildcard bench/*.py)))))); do $(BIN)/python -m bench.$$name || exit 1; done

peers: ## install the servers of others that bench.answers measures beside Headway, from npm
	@for one in $(sort $(dir $(wildcard bench/peers/*/package-lock.json))); do \
		(cd $$one && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) || echo "$$one is not installed: bench.answers passes it over" >&2; done

LOCKING = CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
EXTRAS = --extra gateway --extra kafka --extra mongo --extra motor --extra telemetry

lock: $(READY) ## resolve the dependencies anew into requirements.lock, and those of an image and of its building into deploy/
	@$(BIN)/python -m pip install --quiet 'pip-tools>=7.6.2,<8'
	@$(LOCKING) $(EXTRAS) --extra dev --upgrade --output-file requirements.lock pyproject.toml
	@$(LOCKING) $(EXTRAS) --upgrade --constraint requirements.lock --output-file deploy/requirements.lock pyproject.toml
	@$(LOCKING) --build-deps-for wheel --only-build-deps --upgrade --constraint requirements.lock --output-file deploy/build.lock pyproject.toml

clean: ## remove the environment, the caches and what was built
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -path ./.servers -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# pip takes only what the lock names, each file by its hash; the project itself is linked, not copied.
$(READY): pyproject.toml requirements.lock
	@test -n '$(PYTHON)' || { echo 'Headway needs Python 3.11 or newer; found: '"$$(python3 --version 2>/dev/null || echo none)"'. Name another one with PYTHON=...' >&2; exit 1; }
	@echo 'Installing what Headway needs into $(VENV) (once, and again when requirements.lock changes) ...' >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
