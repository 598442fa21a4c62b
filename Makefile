# Everything runs from .venv, made from the lock files in requirements/. `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/.runtime
DEV := $(BIN)/.dev

.DEFAULT_GOAL := help
.PHONY: help demo test test-full mutate check format bench lock clean

help: ## list the targets
	@grep -hE '^[a-z.-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | while IFS="$$(printf '\t')" read -r name what; do printf '%-12s %s\n' "$$name" "$$what"; done

demo: $(RUN) ## everything with demo data on this machine; prints address and accounts; Ctrl-C stops it
	@$(BIN)/tracker demo

test: $(DEV) ## the whole test suite
	@$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

test-full: $(DEV) ## the long profiles too
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n auto $(ARGS)

mutate: $(DEV) ## change the pure rules bit by bit and list every change no test notices (docs/mutation.md)
	@rm -rf mutants; $(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results | sed -n 's/: survived//p' | while read -r one; do $(BIN)/mutmut show $$one; done; rm -rf mutants

check: $(DEV) ## formatter, linter, types, import contracts, templates
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --check --lint --quiet

security: $(DEV) ## what bandit says of our code; the rest of docs/security.md is run by hand
	@$(BIN)/bandit --quiet -ll --recursive tracker workers classifiers

format: $(DEV) ## rewrite code and templates the way `check` wants them
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format --quiet .
	@$(BIN)/djlint templates --reformat --quiet || true

bench: $(DEV) ## benchmarks: ratios against floors measured in the same run
	@$(BIN)/python -m benchmarks

lock: $(DEV) ## pin the newest versions that requirements/*.in allow (ARGS=-P name: only one)
	@for name in runtime dev uv; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-emit-find-links $(ARGS) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## remove everything made here except the data in var/
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis mutants
	@find tracker workers classifiers tests -name __pycache__ -prune -exec rm -rf {} +

# uv reads its own settings, not pip's; where only pip knows the way to the packages, pip does it
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --system-certs --python $(BIN)/python \
	  --require-hashes -r $(1) 2>/dev/null \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新版本 (Python 3.11 or newer is needed): make PYTHON=python3.12 …")'
	@echo "正在准备运行环境（只在第一次）…  Setting up, this once …"
	@$(PYTHON) -m venv .venv

$(BIN)/uv: requirements/uv.txt | $(BIN)/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(RUN): requirements/runtime.txt pyproject.toml | $(BIN)/uv
	@$(call INSTALL,requirements/runtime.txt)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	  --config-settings editable_mode=compat -e .
	@$(BIN)/python -m compileall -q tracker workers classifiers
	@touch $@

$(DEV): requirements/dev.txt $(RUN)
	@$(call INSTALL,requirements/dev.txt)
	@touch $@
