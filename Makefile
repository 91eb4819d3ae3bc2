# Every recipe works on a fresh clone: the environment is made on first use, and reused for nothing after.
# Options go through ARGS: make demo ARGS='--deals 5'

PYTHON ?=
ARGS ?=
# Tests wait for servers, so that three of them keep two cores busy.
JOBS ?= 3
MUTATE ?= domain activities workflows
REAL ?= .cashward/really
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-ready
TESTBED := $(VENV)/.testbed-ready
DEVELOPMENT := $(VENV)/.development-ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test coverage slow real real-systems real-deals check licenses histories mutants mutants-domain mutants-activities mutants-workflows bench size lists attack outages new-connector fix lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: $(TESTBED) ## Carry deals from closed-won to cash on this machine
	@$(BIN)/cashward demo $(ARGS)

# Tests start many programs of ours, which are compiled once whatever the machine's own habit.
test slow: export PYTHONDONTWRITEBYTECODE =

test: $(DEVELOPMENT) ## Run the tests that take seconds
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m 'not slow and not real' $(ARGS)

coverage: ARGS += --cov --cov-report=term
coverage: test ## Run these tests, and fail if they leave out too many branches of the rooms that decide

slow: $(DEVELOPMENT) ## Run the tests that take minutes
	@$(BIN)/python -m pytest -q -n $(JOBS) -m 'slow and not real' $(ARGS)

real: real-systems real-deals ## Install BottleCRM, Redmine and Tryton, and prove Cashward on them

real-systems: $(DEVELOPMENT)
	@$(BIN)/python -m testbed.systems install --folder $(REAL)/real

real-deals: $(DEVELOPMENT)
	@$(BIN)/python scripts/contracts.py --check --jobs $(JOBS)
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup -m real tests/connectors tests/testbed/systems
	@$(BIN)/cashward demo --systems real --no-stay --state $(REAL) --deals 3 --faults 0.1 --restarts 1 $(ARGS)
	@$(BIN)/python -m testbed.systems count --folder $(REAL)/real

check: $(DEVELOPMENT) ## Hold formatting, lint, types, imports and licences; write build/sbom.json
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/licenses.py --check
	@mkdir -p build && $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible --of JSON -o build/sbom.json 2>/dev/null

histories: $(DEVELOPMENT) ## Record a history of each story in tests/workflows/stories.py that has none
	@$(BIN)/python -m tests.workflows.record

licenses: $(DEVELOPMENT) ## Write docs/third-party.md anew
	@$(BIN)/python scripts/licenses.py

bench: $(DEVELOPMENT) ## Measure whole deals beside empty workflows, as ratios of one run
	@$(BIN)/python -m testbed.bench $(ARGS)

attack: $(TESTBED) ## Attack the effect ledger with faults, kills, stops and cuts, and count the harm
	@$(BIN)/python -m testbed.attack $(ARGS)

outages: $(TESTBED) ## Restore PostgreSQL, or let it and Temporal be silent: make outages ARGS=restore
	@$(BIN)/python -m testbed.outages $(ARGS)

mutants: $(addprefix mutants-,$(MUTATE)) ## Change code in small ways, and count the changes that no test notices

mutants-domain: $(DEVELOPMENT)
	@$(BIN)/mutmut run --max-children $(JOBS) $(ARGS) >/dev/null
	@$(BIN)/mutmut export-cicd-stats >/dev/null
	@$(BIN)/python -c 'import json; s = json.load(open("mutants/mutmut-cicd-stats.json")); \
		print("domain: {killed} of {total} mutants killed, {survived} survived, {no_tests} in code without a test".format(**s))'

mutants-activities mutants-workflows: mutants-%: $(DEVELOPMENT)
	@$(BIN)/python scripts/mutants.py $* --jobs $(JOBS) $(ARGS)

size: $(DEVELOPMENT) ## Measure the bytes of our database per effect, over whole deals
	@$(BIN)/python -m testbed.bench.size $(ARGS)

lists: $(DEVELOPMENT) ## Measure finance's lists over 10,000 deals with 60,000 charges
	@$(BIN)/python -m testbed.bench.lists $(ARGS)

new-connector: $(DEVELOPMENT) ## Lay out a connector: make new-connector NAME=pipedrive ROLE=crm
	@$(BIN)/python scripts/new_connector.py '$(NAME)' $(if $(ROLE),--role '$(ROLE)')

fix: $(DEVELOPMENT) ## Mend what formatter and linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## Resolve requirements*.in again into hash-pinned locks
	@scripts/lock

clean: ## Forget the local stack's state and every cache; the environment stays
	@rm -rf .cashward .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build *.egg-info
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/pip:
	@PYTHON='$(PYTHON)' scripts/environment $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/pip
	@echo 'Installing what Cashward runs on ...'
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(TESTBED): testbed/requirements.lock testbed/pyproject.toml $(RUNTIME)
	@echo 'Installing the testbed ...'
	@$(PIP) install --require-hashes -r testbed/requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e ./testbed
	@touch $@

$(DEVELOPMENT): requirements-dev.lock $(TESTBED)
	@echo 'Installing what a contributor needs ...'
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
