# make lab: the notebooks.  make test: everything that can fail.  make: this list.
PYTHON ?= python3
BIN := .venv/bin
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python \
	--constraint requirements.lock --build-constraint requirements.lock
ROOT_NEEDS := $(if $(filter 0,$(shell id -u)),--allow-root)
# Without npm there is no eslint and no tsc: tests/run says so.
NODE_TOOLS := $(if $(shell command -v npm),node_modules/.done)

.DEFAULT_GOAL := help
.PHONY: help lab quick test test-full test-rest lint javascript bench notebooks site slides links lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

lab: .venv/lab  ## open the notebooks in JupyterLab (ARGS=--no-browser: only serve them)
	$(BIN)/jupyter lab $(ROOT_NEEDS) --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(ARGS)

quick: .venv/all $(NODE_TOOLS)  ## lint, types, recordings and JavaScript: a minute, before each commit
	@tests/run --quick $(PARTS)

test: .venv/all $(NODE_TOOLS)  ## every area, of many alike cases a sample (PARTS="lint unit": only these parts)
	@tests/run $(PARTS)

test-full: .venv/all .venv/lite/done $(NODE_TOOLS)  ## all cases, all notebooks, the site, other hosts: 20 minutes
	@tests/run --full $(PARTS)

test-rest: .venv/all .venv/lite/done $(NODE_TOOLS)  ## what test-full adds to test
	@tests/run --rest $(PARTS)

lint: .venv/all $(NODE_TOOLS)  ## ruff, eslint, mypy and tsc only
	@tests/run lint types

javascript: .venv/all  ## what the screen's JavaScript takes from Python: constants, types of the documents
	$(BIN)/python tools/javascript.py

bench: .venv/all  ## the table of speed ratios
	$(BIN)/python -m benchmarks

notebooks: .venv/all  ## execute the committed notebooks again, in place
	$(BIN)/python notebooks/execute.py

site: .venv/lite/done  ## all notebooks as a folder for any static host (build/site): no server, no account
	rm -rf build/site
	.venv/lite/bin/python lectures/lite.py build/site

slides: .venv/all  ## the lecture decks, widgets playing, from disk (build/slides)
	rm -rf build/slides
	$(BIN)/python lectures/slides.py build/slides

links:  ## the README's Binder links, from the address in pyproject.toml
	$(PYTHON) binder/links.py

lock: .venv/uv  ## choose the newest versions of everything again
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock
	@# What Binder installs: the same versions, without hashes, since pip wants none beside the project's own folder.
	$(BIN)/uv pip compile pyproject.toml --extra lab --constraint requirements.lock --python-version 3.11 \
		--python-platform linux --no-emit-index-url --no-annotate --no-header --quiet > binder/requirements.txt
	@echo . >> binder/requirements.txt

clean:  ## remove what make and the tools built
	rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find buddylab tests benchmarks notebooks -name __pycache__ -prune -exec rm -rf {} +

# The files below are empty and only say when a step was done, so that the second time is quick.
# As a constraint the lock gives every package its version and uv its hashes to check,
# while the extra says what is wanted: a reader gets 485 MB (160 are Playwright), not the test tools too.
.venv/lab: .venv/uv pyproject.toml requirements.lock
	$(UV_INSTALL) --editable '.[lab]'
	@touch $@

.venv/all: .venv/uv pyproject.toml requirements.lock
	$(UV_INSTALL) --editable '.[test,dev]'
	@touch $@

node_modules/.done: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Apart from the rest: JupyterLite's kernel is an extension that JupyterLab would load, and fail on.
.venv/lite/done: .venv/uv pyproject.toml requirements.lock
	$(BIN)/uv venv --quiet --seed --allow-existing .venv/lite
	$(BIN)/uv pip install --quiet --python .venv/lite/bin/python --constraint requirements.lock \
		--build-constraint requirements.lock --editable '.[site]'
	@touch $@

# uv alone comes by pip, from its own lines of the lock, because pip is ten times slower with the rest.
.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit("buddylab needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" \
		% sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	$(BIN)/pip install --quiet --require-hashes --requirement .venv/uv.txt
	@touch $@
