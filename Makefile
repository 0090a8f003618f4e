# `make help` lists the targets. f1site/bootstrap.py does the setting up; it needs nothing but Python.

.DEFAULT_GOAL := help
.PHONY: help run test lint format schema bench bench-rooms fidelity requirements clean packages

# The first of these on the PATH; `make run PYTHON=/opt/python3.12/bin/python3` names another.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11,$(shell $(name) -c 'print("$(name)")' 2>/dev/null)) python3)
VENV := .venv/bin
UV := .venv-uv/bin/uv

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

run: ## set everything up and serve the demo race
	@$(PYTHON) -m f1site.bootstrap run
	@exec $(VENV)/python manage.py serve --demo

test: packages ## run all tests; ARGS="tests/core -x" goes to pytest, -n 0 has one run after another
	@$(VENV)/python -m tests.chromium
	@$(VENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# mypy's Django plugin loads the settings, and the schema is of the code alone: these stand in for an .env.
lint schema: export ENV_FILE := /dev/null
lint schema: export DEBUG := true
lint schema: export SECRET_KEY := only-mypy-reads-the-settings-with-this-key-which-signs-nothing
lint: packages ## check style, types and the one-way rule between packages
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --check --quiet .
	@$(VENV)/mypy --no-error-summary f1site core seasons replays
	@$(VENV)/lint-imports --no-logo

format: packages ## let ruff mend style
	@$(VENV)/ruff check --fix --quiet .
	@$(VENV)/ruff format --quiet .

schema: packages ## write docs/openapi.json, refuse a breaking change
	@$(VENV)/python manage.py schema --write

bench: packages ## print the measured figures beside their targets
	@$(VENV)/python -m benchmarks

bench-rooms: packages ## print what many viewers of rooms cost; ARGS=latency is one part
	@$(VENV)/python -m benchmarks.rooms $(ARGS)

fidelity: packages ## print how true replays are; ARGS=demo is one subject
	@$(VENV)/python -m benchmarks.fidelity $(ARGS)

requirements: $(UV) ## compile requirements*.in into requirements*.txt; ARGS=--upgrade takes newer versions
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) \
		--custom-compile-command 'make requirements' requirements.in -o requirements.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) \
		--custom-compile-command 'make requirements' requirements-observability.in -o requirements-observability.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) \
		--custom-compile-command 'make requirements' requirements-dev.in -o requirements-dev.txt

clean: ## remove what the other targets made, but neither data nor .env
	@rm -rf .venv .venv-uv staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

packages:
	@$(PYTHON) -m f1site.bootstrap packages

$(UV):
	@$(PYTHON) -m venv .venv-uv
	@.venv-uv/bin/pip install --quiet --disable-pip-version-check uv
