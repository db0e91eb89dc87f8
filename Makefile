# make demo: everything once, from a fresh clone.  make test: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-proof test-browser pictures lint types contract unit bench clean

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "pprmail needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

demo: $(STAMP)
	$(BIN)/pprmail check 2020-08
	$(BIN)/pprmail build
	$(BIN)/pprmail send 2020-08 --yes
	@echo
	@echo "mail:  outbox/2020-08/*.eml, one for each recipient; open one in a mail program"
	@echo "site:  build/site; look at it with: $(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site 8000"
	@echo "feed:  build/site/feed.xml"

test: lint types contract unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

contract: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest -n 2

# Every crash and every answer, in a world of its own; some minutes
test-proof: $(VENV)/.dev
	$(BIN)/pytest tests/proof -n 2 -rP

$(VENV)/.browser: $(VENV)/.dev tests/browser/install tests/browser/package-lock.json
	bash tests/browser/install $(VENV)/judges
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group browser
	@touch $@

# The mail and the pages in Chromium, before checkers of HTML and of mail, and in the readers of a terminal
test-browser: $(VENV)/.browser
	$(BIN)/pytest tests/browser -n 2 --dist loadfile

# What check --explain says, as a page
docs/checks.md: $(STAMP) src/pprmail/rules.py src/pprmail/explanations.py src/pprmail/explanations.toml
	$(BIN)/python -m pprmail.explanations > $@

# Those of docs/design.md
pictures: $(VENV)/.browser
	$(BIN)/python tests/browser/pictures.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist outbox .pprmail .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
