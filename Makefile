# Coterie's commands; `make` alone lists them.  All that they install goes into .venv.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UV := uv==0.13.9
UV_COMPILE := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

POSTGRES ?= $(or $(COTERIE_POSTGRES),postgresql://postgres@127.0.0.1:5432/postgres)

# The first Python that is new enough; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$p" && break; done)

.PHONY: help demo test test-postgres check check-format check-lint check-types check-floors check-packaging bench plot simulate planted format lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.run ## open the playground (PORT=8080, DB=URL)
	@$(BIN)/coterie demo $(if $(PORT),--port "$(PORT)") $(if $(DB),--db "$(DB)")

test: $(VENV)/.dev ## run the whole suite (ARGS='-k name')
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

test-postgres: $(VENV)/.dev ## run the whole suite on PostgreSQL (POSTGRES=URL of a server where databases may be made)
	@$(BIN)/python -m pytest -n 2 --dist worksteal --coterie-db "$(POSTGRES)" $(ARGS)

check: check-format check-lint check-types check-floors check-packaging ## run every check on the code (-k: past the first failure)

check-format: $(VENV)/.dev
	@$(BIN)/ruff format --check .

check-lint: $(VENV)/.dev
	@$(BIN)/ruff check .

check-types: $(VENV)/.dev
	@$(BIN)/mypy

check-floors: $(VENV)/.dev
	@$(BIN)/lint-imports

check-packaging: $(VENV)/.dev
	@$(BIN)/python -m pytest -q tests/test_packaging.py

bench: $(VENV)/.dev ## run the benchmarks, one line of JSON for each result (ARGS=name)
	@$(BIN)/python -m benchmarks $(ARGS)

plot: $(VENV)/.dev ## measure and draw what an event costs, for docs/performance.md (RUN=FILE draws that run)
	@mkdir -p build/bench
	@$(if $(RUN),:,$(BIN)/python -m benchmarks growth peers > build/bench/cost.jsonl)
	@$(BIN)/python -m benchmarks.plot $(or $(RUN),build/bench/cost.jsonl) docs/images/cost.svg

simulate: $(VENV)/.dev ## simulate towns in which everything may fail, and prove that all holds (ARGS='--seeds 20')
	@$(BIN)/coterie simulate --seeds 200 --steps 300 --jobs 2 $(ARGS)

planted: $(VENV)/.dev ## look for every planted bug with the simulator, a job of its own (ARGS='--seeds 50 name')
	@$(BIN)/python -m tests.planted $(ARGS)

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(BIN)/python ## pin every dependency for Python 3.11 and newer (UPGRADE=1: to the newest)
	@test -x build/lock/bin/uv || $(BIN)/python -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check install --quiet $(UV)
	@$(UV_COMPILE) pyproject.toml requirements/build.in --output-file requirements/run.txt
	@$(UV_COMPILE) pyproject.toml requirements/build.in --extra dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt

clean: ## remove what these commands made, .venv included
	@rm -rf $(VENV) build dist coterie.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up.  A stamp is as old as the last installation, so a changed lock or pyproject.toml installs again and nothing else does.
# Whatever it prints goes to stderr: the output of `make bench` is for programs.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Coterie needs Python 3.11 or newer, and this machine has none on its path." \
		"Install one, or name it: make demo PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' || { echo "Coterie needs Python 3.11 or newer; $(PYTHON) is not one." >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear $(VENV) >&2 || { rm -rf $(VENV); echo "$(PYTHON) could not make a virtual environment." \
		"On Debian and Ubuntu the package python3-venv is missing: sudo apt install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing Coterie into $(VENV) (once)" >&2
	@$(PIP) install --quiet --requirement requirements/run.txt >&2
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing Coterie and its development tools into $(VENV) (once)" >&2
	@$(PIP) install --quiet --requirement requirements/dev.txt >&2
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@ $(VENV)/.run
