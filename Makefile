# The shop's few commands. Each one sets up what it needs on a fresh machine and does nothing twice;
# all they ask for is make and Python 3.11 or newer with venv.
#
#   PORT=9000 make run                   settings pass through the environment
#   make test TESTS=tests/cart ARGS=-x   a part of the tests, with options of pytest
#   make lock UPGRADE=1                  the newest versions that the .in files allow

PYTHON := python3
VENV := .venv
TESTS := tests
ARGS :=

IN := $(VENV)/bin/python
PIP := $(IN) -m pip --disable-pip-version-check --no-input --quiet
COMPILE := $(IN) -m uv --quiet --no-config pip compile --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url $(if $(UPGRADE),--upgrade)
SOURCES := $(wildcard shop tests migrations art)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint bench prove lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

run: $(VENV)/run.stamp  ## the whole shop on http://127.0.0.1:8000, with demo goods and a local payment page
	@exec $(IN) -m shop run

test: $(VENV)/test.stamp  ## every test, on SQLite, on PostgreSQL and in a real browser
	@$(IN) -m tests.browser.install
	@exec $(IN) -m pytest -n auto $(TESTS) $(ARGS)

lint: $(VENV)/test.stamp  ## style, types and templates
	@$(IN) -m ruff check $(SOURCES)
	@$(IN) -m ruff format --check $(SOURCES)
	@$(IN) -m mypy shop
	@$(IN) -m djlint --lint --quiet templates

bench: $(VENV)/test.stamp  ## how fast each page is, as a ratio to a bare Flask view
	@exec $(IN) -m tests.bench $(ARGS)

prove: $(VENV)/run.stamp  ## that orders, money, stock and codes add up in the shop's database
	@exec $(IN) -m shop prove

lock: $(VENV)/test.stamp  ## requirements*.txt from requirements*.in, with hashes
	@$(COMPILE) requirements.in --output-file requirements.txt
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	@$(COMPILE) requirements-browser.in --output-file requirements-browser.txt

clean:  ## removes the environment; the shop's data under var/ stays
	@rm -rf $(VENV)

# The environment is made again when its Python has gone, or when making it was interrupted.
ifeq ($(shell test -x $(IN) && echo there),)
.PHONY: $(VENV)/made.stamp
endif

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python was not found: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or say make PYTHON=python3.12."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make environments: install its venv part (on Debian and Ubuntu, the package python3-venv)."; exit 1; }
	@echo "Making the environment ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt $(VENV)/made.stamp
	@echo "Installing what the shop needs ..."
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

# The tests' set holds the shop's own, so one installation serves both stamps.
$(VENV)/test.stamp: requirements-dev.txt requirements.txt $(VENV)/made.stamp
	@echo "Installing what the shop and its tests need ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $(VENV)/run.stamp $@
