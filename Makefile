# Every target sets up what it needs by itself; a second run skips what is there.
PYTHON ?= python3
BIN := .venv/bin
SETUP := $(PYTHON) scripts/setup.py
# What failed is tried once more, by itself: a real engine under load is not always in time. Failing twice fails.
AGAIN := $(BIN)/pytest --last-failed --last-failed-no-failures none --snapshot-warn-unused
# Much of an integration test is waiting. The tests of one file share a home, so they stay together and in order.
TWO_FILES := -n 2 --dist loadfile --no-loadscope-reorder
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" pyproject.toml

.PHONY: help demo test check lint bench screenshots lock clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: ## deploy the showcase on this machine, from nothing to its URL; in a terminal, then the full screen
	@$(SETUP)
	@$(BIN)/python scripts/demo.py $(ARGS)

test: lint ## every check and every test, on the real engine
	$(BIN)/pytest -n auto tests/unit tests/api tests/contracts tests/tui || $(AGAIN)
	$(BIN)/pytest $(TWO_FILES) tests/integration || $(AGAIN)

check: lint ## format, lint, strict types, import contracts, unit tests
	$(BIN)/pytest -q -n auto tests/unit

lint:
	@$(SETUP) --dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy scripts bench
	$(BIN)/lint-imports

bench: ## ratios against the raw engine, and what the screen costs
	@$(SETUP) --dev
	@$(BIN)/python -m bench $(ARGS)

screenshots: ## the pictures of the README, from the real app
	@$(SETUP) --dev
	@$(BIN)/python scripts/screenshots.py

lock: ## resolve the dependencies anew (LOCK=--upgrade for the newest)
	@$(SETUP) --dev
	$(COMPILE) $(LOCK) --group setup --output-file requirements.lock
	$(COMPILE) $(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and caches; deployed services stay (runix uninstall removes those)
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
