# phonebench: `make demo` and `make test` set up what they need by themselves; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; `make PYTHON=/path/to/python3 ...` takes another.
NEW_ENOUGH := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if command -v $$name >/dev/null && $$name -c '$(NEW_ENOUGH)' 2>/dev/null; then command -v $$name; break; fi; done)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
STAMP := .stamp-dev
STAMP_BENCH := .stamp-bench
SOURCES := agent probes fixtures reports hwsim docs tests benchmarks
# The one tool that is not in a lock file: it makes them.
UV := uv==0.13.9
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" pyproject.toml
# Text goes through us as UTF-8 whatever the shell's locale is.
export PYTHONUTF8 := 1
# Compiled modules are kept even where the shell says otherwise: the tests start hundreds of processes, and each would
# compile all of ours anew.
unexport PYTHONDONTWRITEBYTECODE
# One thread for linear algebra: on a busy machine several wait for each other longer than they work.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

FAULT ?= battery.worn
TESTS ?= tests
NUMBER ?= 0
WORKERS ?= 2
CASES ?= 200
COMMIT := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
# Tests wait for emulated phones longer than they compute: two processors hold three at a time. Whoever is done takes
# tests from the others, so that none is left with a long file at the end.
TEST_WORKERS ?= 3
# Tests start hundreds of programs of ours: kept byte code spares each the time to compile all modules once more.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal -o faulthandler_exit_on_timeout=true

.PHONY: help setup demo test check format bench evaluate-sample modes soak i18n picture lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## make the environment in .venv (the other targets do it by themselves)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "phonebench needs Python 3.11 or newer with its venv module" \
		"(Debian: apt-get install python3 python3-venv), or give make PYTHON=/path/to/python3" >&2; exit 2; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 2; }

$(STAMP): $(BIN)/python requirements-dev.lock pyproject.toml
	$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP_BENCH): $(STAMP) requirements-bench.lock
	$(PIP) install --quiet --require-hashes --requirement requirements-bench.lock
	@touch $@

demo: $(STAMP) ## diagnose an emulated phone with a fault through the real adb server (FAULT=battery.worn)
	@code=0; PHONEBENCH_HOME="$${PHONEBENCH_HOME:-$(CURDIR)/.demo}" \
		$(BIN)/phonebench diagnose --sim $(FAULT) || code=$$?; \
		if [ $$code -gt 1 ]; then exit $$code; fi
	@echo "(exit code of the diagnosis: 1 where a fault was found, 0 where none was; see README)"

test: $(STAMP) ## run all tests at their gate sizes (TESTS=path to run some)
	@$(PYTEST) $(TESTS)

check: $(STAMP) ## format, lint, types, layers, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.tools.catalogue_files check

format: $(STAMP) ## format the code and repair what the linter can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP_BENCH) ## measure speed and size, as ratios against peers in the same run
	@for file in benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file; done
	@echo "== benchmarks/signals"; $(BIN)/python -m benchmarks.signals.table

modes: $(STAMP) ## try every claimed fault mode once over the real wire (NUMBER=0 takes other phones)
	$(BIN)/python -m benchmarks.detection.modes --number $(NUMBER)

evaluate-sample: $(STAMP) ## measure the diagnosis on a few emulated phones over the real wire (SEED=number repeats one)
	@timeout 300 $(BIN)/phonebench evaluate --cases 12 --jobs $(WORKERS) --plan software $(if $(SEED),--seed $(SEED))

soak: $(STAMP_BENCH) ## run the full figures (long); what is finished is not run again
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.detection
	$(BIN)/phonebench evaluate --cases $(CASES) --jobs $$((2 * $(WORKERS))) --plan quick --plan standard \
	  --plan intermittent --claims tests/hardware/claims --keep .soak/evaluation/$(COMMIT) --page docs/evaluation.md --record docs/evaluation.json
	$(BIN)/phonebench evaluate --cases 36 --kind intermittent --jobs $$((2 * $(WORKERS))) --plan standard \
	  --plan intermittent --claims tests/hardware/claims --keep .soak/evaluation-intermittent/$(COMMIT) \
	  --page docs/evaluation-intermittent.md --record docs/evaluation-intermittent.json

i18n: $(STAMP) ## extract, update and compile the translations
	$(BIN)/python -m docs.tools.catalogue_files update

picture: $(STAMP) ## draw the README's picture from a real diagnosis of an emulated phone
	$(BIN)/python -m docs.tools.terminal_picture docs/report.svg --fault $(FAULT)

lock: $(STAMP) ## resolve the lock files anew (UPGRADE=1 takes newer versions)
	$(PIP) install --quiet "$(UV)"
	$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	$(LOCK) $(if $(UPGRADE),--upgrade) --constraint requirements.lock --group dev --output-file requirements-dev.lock
	$(LOCK) $(if $(UPGRADE),--upgrade) --constraint requirements-dev.lock --group bench --output-file requirements-bench.lock

clean: ## remove what the targets above made, but no runs of yours
	rm -rf $(VENV) .stamp-* .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
