# What a person types. `make run` needs Python >= 3.11 with pip, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
WORKERS ?= 2
MINUTES ?= 60

.PHONY: run demo check test test-slow nightly frontend format schema requirements clean

run: .venv/run.stamp frontend/dist/graphiql.html
	@exec $(BIN)/airdate dev

demo: .venv/run.stamp
	@$(BIN)/python scripts/make_sample_clip.py .airdate/sample.mp4
	@$(BIN)/airdate publish .airdate/sample.mp4 --title "Hello from Airdate" --subtitle "A sample clip" \
		--lower-third "Ada Lovelace|Analyst@1-4" --music .airdate/sample-music.m4a \
		--captions en=.airdate/sample-captions.vtt --normalize --space demo

check: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_schema.py
	$(BIN)/python scripts/check_requirements.py

test: .venv/dev.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow"

test-slow: .venv/dev.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "slow or hypothesis" --hypothesis-profile=thorough --timeout 400

nightly: .venv/dev.stamp
	$(BIN)/python -m tests.differential.nightly --minutes $(MINUTES)

frontend: frontend/dist/graphiql.html

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: .venv/dev.stamp
	$(BIN)/airdate schema schema.graphql

requirements: .venv/dev.stamp
	$(BIN)/python scripts/pin_requirements.py

clean:
	rm -rf .venv .airdate frontend/dist frontend/node_modules

frontend/dist/graphiql.html: .venv/run.stamp frontend/package-lock.json $(shell find frontend -name node_modules -prune -o -name dist -prune -o -type f -print)
	cd frontend && npm ci --no-progress --loglevel=error && npm run build --silent
	@touch $@

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the server needs …"
	@$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the tests and checks need …"
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@ .venv/run.stamp

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Airdate needs Python 3.11 or newer, not %d.%d." % sys.version_info[:2])'
	@$(PYTHON) -m venv .venv
