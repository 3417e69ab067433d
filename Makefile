# Everything a person or a machine does with this repository. `make` alone lists it.
# All set-up is automatic: scripts/bootstrap finds `uv`, or brings it into .tools/ with pip.

UV := sh scripts/bootstrap
# Tools run in the environment as it is; the targets that need more synchronise it first.
RUN := $(UV) run --frozen --no-sync
# More than cores: many tests wait for services that were killed.
WORKERS ?= 3
# Files stay with one worker (tests/support/distribution.py), and only what failed is kept.
SHARED = -n $(WORKERS) --dist loadgroup -o tmp_path_retention_policy=failed
# What to test: paths and options of pytest; all of it when empty.
TESTS ?=
# Starts PostgreSQL, Redis, RabbitMQ and Kafka, runs the command, stops what it started, come what may.
# `exec`, so that the signal which ends make reaches it and not a shell in between.
BESIDE = exec $(RUN) python scripts/services run --

# Tests start hundreds of processes: each would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_PREFERENCE ?= system
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint types imports docs compile warm pytest soak bench bench-ledger bench-market bench-income bench-book bench-fleet bench-income-jobs bench-forecast bench-web secrets audit fmt env clean

help: ## List what can be done here
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Print a real plan: "I have R$ 1,000, what do I buy?"
	@[ -d .venv ] || echo "first run: preparing .venv (a few seconds)" >&2
	@$(UV) run --quiet --frozen --no-default-groups fiel demo

test: env lint ## Everything CI runs: format, lint, types, contracts, docs, tests
	@# On two cores: what takes one of them goes beside what takes the other.
	@$(MAKE) --no-print-directory warm & warming=$$!; \
	$(MAKE) --no-print-directory types imports docs; checked=$$?; \
	wait $$warming; warmed=$$?; [ $$checked -eq 0 ] && [ $$warmed -eq 0 ]
	@$(MAKE) --no-print-directory pytest

lint: env ## Check format and lint (ruff)
	$(RUN) ruff format --check .
	$(RUN) ruff check .

types: env ## Check types (mypy, strict)
	$(RUN) mypy --explicit-package-bases

imports: env ## Check who may import whom (import-linter)
	$(RUN) lint-imports --no-logo

docs: env ## Build the documentation into site/, warnings are errors
	$(RUN) zensical build --clean --strict

compile: env ## Compile the engine's kernels once, so that no process of the tests does it again
	$(RUN) fiel compile --lang en

# Each process of the tests would compile all modules again: a fresh clone has none, and all start at once.
# What cannot be collected is told by the tests themselves.
warm: compile ## Let no process of the tests compile a module again
	-@$(RUN) pytest --collect-only --quiet --quiet --quiet -m "not nightly" > /dev/null

pytest: compile ## Run the tests only, beside real services; TESTS="tests/custody -x" runs some
	$(BESIDE) pytest $(SHARED) -m "not nightly" $(TESTS)

soak: compile ## Run the long sets: thousands of seeds, and ten times the examples of every property
	$(BESIDE) pytest $(SHARED) -m "nightly or hypothesis" --hypothesis-profile soak $(TESTS)

bench: ## Measure ours and theirs, and print one table with the machine's noise
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group bench --extra fast
	$(RUN) fiel compile --lang en
	$(RUN) python bench/run.py

bench-ledger: env ## The ledger beside hand-written yardsticks, on real PostgreSQL and Kafka; ARGS="--write"
	$(BESIDE) python bench/ledger/run.py $(ARGS)

bench-market: ## Market data from each layer, beside a direct call and cashews; ARGS="--write"
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group bench --all-extras
	$(BESIDE) python bench/market/run.py $(ARGS)

bench-income: ## 10,000 papers priced and projected, beside PYield or QuantLib; ARGS="--write"
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group bench --all-extras
	$(RUN) python bench/income/run.py $(ARGS)

bench-book: ## Reports of 20 years, rates beside pyxirr, importing 10,000 rows; ARGS="--write"
	@$(UV) sync --quiet --locked --inexact --no-default-groups --group bench --all-extras
	$(RUN) python bench/book/run.py $(ARGS)

bench-fleet: env ## From a tick to booked rebalances, on real PostgreSQL and Kafka; ARGS="--write"
	$(BESIDE) python bench/fleet/run.py $(ARGS)

bench-income-jobs: env ## The daily income jobs on real RabbitMQ and PostgreSQL; ARGS="--write"
	$(BESIDE) python bench/income_jobs/run.py $(ARGS)

bench-forecast: env ## The forecast of dividends against repeating last year, walked forward
	$(RUN) python bench/forecast/run.py $(ARGS)

bench-web: env ## Pages and API under load (wrk), cold start, memory; ARGS="--write"
	$(BESIDE) python bench/web/run.py $(ARGS)

secrets: env ## Look for secrets in what git keeps
	$(RUN) python scripts/check_secrets.py

audit: env ## Ask pip-audit about known faults of the dependencies; needs the network
	@$(RUN) python scripts/audit.py --uv "$(UV)"

fmt: env ## Format the code and repair what ruff can repair
	$(RUN) ruff check --fix-only .
	$(RUN) ruff format .
	$(RUN) python scripts/generate_cli_reference.py
	$(RUN) python scripts/generate_settings_reference.py

env: ## Bring .venv up to date for development: all extras and tools
	@[ -d .venv ] || echo "first run: preparing .venv with all tools (a minute or two)" >&2
	@$(UV) sync --quiet --locked --inexact --all-extras

clean: ## Remove what was built; keeps nothing but what is in git
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .cache site dist build
