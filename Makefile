# Needs only make and a Python with venv: .venv is made from the hash-pinned files in
# requirements/ and made anew when those, pyproject.toml, the Python or the folder changed.

PYTHON ?= python3
UV ?= uv
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# A Python that was asked for is the only candidate; otherwise newer names are tried as well.
ifeq ($(origin PYTHON),file)
candidates := $(PYTHON) python3.13 python3.12 python3.11
else
candidates := $(PYTHON)
endif

# The first candidate that is new enough and can make a virtual environment, and a name for what
# it would make: its version and a checksum of this folder, whose path ends up in .venv.
probe = import ensurepip, os, sys, venv, zlib; \
	sys.version_info >= (3, 11) or sys.exit(1); \
	print("%d.%d.%d-%08x" % (*sys.version_info[:3], zlib.crc32(os.getcwd().encode())))
choose = for python in $(candidates); do \
	made=$$($$python -c '$(probe)' 2>/dev/null) && echo "$$python $$made" && break; done

ifneq ($(filter-out help clean lock,$(or $(MAKECMDGOALS),help)),)
chosen := $(shell $(choose))
ifeq ($(chosen),)
$(info This needs Python 3.11 or newer with the venv module. Tried: $(candidates).)
$(info On Debian and Ubuntu: apt-get install python3-venv)
$(info Another Python is named like this: make $(MAKECMDGOALS) PYTHON=/path/to/python3)
$(error no usable Python)
endif
endif

bin := .venv/bin
stamp := .venv/made-$(word 2,$(chosen))

$(stamp): requirements/run.txt requirements/dev.txt pyproject.toml
	@echo "Making .venv with $(word 1,$(chosen)) ($(word 2,$(chosen)))"
	@$(word 1,$(chosen)) -m venv --clear .venv
	@$(bin)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements/dev.txt
	@$(bin)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)$$/\1	\2/p' Makefile | \
		while IFS='	' read -r goal does; do printf 'make %-16s %s\n' "$$goal" "$$does"; done

.PHONY: demo
demo: $(stamp) ## validate, plan, apply, plan again and audit verify on the embedded sandbox
	@$(bin)/reconciler demo

.PHONY: test
test: $(stamp) ## the whole test suite; one part of it: make test ARGS='-k ledger'
	@$(bin)/python -m pytest -q $(ARGS)

.PHONY: check
check: check-format check-lint check-types check-imports check-workflows ## everything but the tests

.PHONY: check-format
check-format: $(stamp) ## ruff's formatter
	@echo "ruff format" && $(bin)/ruff format --quiet --check --diff .

.PHONY: check-lint
check-lint: $(stamp) ## ruff, all rules
	@echo "ruff check" && $(bin)/ruff check --quiet .

.PHONY: check-types
check-types: $(stamp) ## mypy, strict, tests included
	@echo "mypy" && $(bin)/mypy --no-error-summary
	@$(bin)/mypy --no-error-summary .github/actions/reconciler

.PHONY: check-imports
check-imports: $(stamp) ## who may import whom
	@echo "lint-imports" && $(bin)/lint-imports --no-logo

.PHONY: check-workflows
check-workflows: $(stamp) ## zizmor, the schemas of GitHub's files; actionlint, shellcheck if found
	@echo "zizmor" && $(bin)/zizmor --quiet --no-progress --persona pedantic --offline .github
	@echo "check-jsonschema"
	@$(bin)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(bin)/check-jsonschema --quiet --builtin-schema vendor.github-actions \
		.github/actions/*/action.yml
	@$(bin)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@if command -v actionlint >/dev/null; then echo "actionlint" && actionlint; fi
	@if command -v shellcheck >/dev/null; then echo "shellcheck" && \
		shellcheck .ci/run .github/actions/*/*.sh; fi

kinds := Account Policy Protection Allowance AbsentTasks AbsentRecords

.PHONY: schemas
schemas: $(stamp) ## docs/schema, from the shapes of manifests
	@for kind in $(kinds); do \
		$(bin)/reconciler schema $$kind --output docs/schema/$$kind.json || exit; done
	@$(bin)/reconciler schema --output docs/schema/manifest.json

.PHONY: bench
bench: $(stamp) .venv/octodns/made ## speed and size, as ratios in one run; without the longest: ARGS=--quick
	@$(bin)/python -m tests.bench $(ARGS)

.venv/octodns/made: requirements/bench.txt $(stamp)
	@$(bin)/python -m venv --clear .venv/octodns
	@.venv/octodns/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements/bench.txt
	@touch $@

.PHONY: chaos
chaos: $(stamp) ## runs killed at random on both ledgers, for a quarter of an hour: a table
	@$(bin)/python -m tests.chaos $(ARGS)

compile = UV_CUSTOM_COMPILE_COMMAND='make lock (uv pip compile --universal --generate-hashes)' \
	$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --exclude-newer '7 days' $(ARGS)
extras := --extra serve --extra postgres --extra sign

.PHONY: lock
lock: ## pin requirements/*.txt again, with uv; newest versions: make lock ARGS=--upgrade
	@command -v $(UV) >/dev/null || { echo 'make lock needs uv: pip install uv' >&2; exit 1; }
	@$(compile) $(extras) pyproject.toml requirements/run.in --output-file requirements/run.txt
	@$(compile) $(extras) pyproject.toml requirements/run.in requirements/dev.in \
		--output-file requirements/dev.txt
	@$(compile) requirements/bench.in --output-file requirements/bench.txt

.PHONY: clean
clean: ## remove what the other goals made; .reconciler (ledger, audit log) stays
	@rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache build dist
	@find reconciler tests -name __pycache__ -type d -prune -exec rm -rf {} +
