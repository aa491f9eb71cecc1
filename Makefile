# Every target does the set-up that it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# faiss-gpu where a driver answers, else faiss-cpu: they install the same module, so only one of them.
HARDWARE := $(shell nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help demo test check bench load accuracy clean

help:
	@echo "make demo      recognise people in a made photo and ask about them"
	@echo "make test      run the tests"
	@echo "make check     lint, types, import contracts"
	@echo "make bench     measure speed against baselines"
	@echo "make load      let twenty sessions at once ask the web app"
	@echo "make accuracy  measure things and the reader's answers, into docs/accuracy.md"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base-$(HARDWARE): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV) for $(HARDWARE); this takes a minute or two."
	$(PIP) --editable ".[$(HARDWARE),web]"
ifeq ($(HARDWARE),gpu)
	# insightface brings the CPU build of onnxruntime, which hides the GPU one.
	$(BIN)/python -m pip uninstall --quiet --yes onnxruntime
	$(BIN)/python -m pip install --quiet onnxruntime-gpu
endif
	@touch $@

$(VENV)/.dev-$(HARDWARE): $(VENV)/.base-$(HARDWARE)
	$(PIP) --editable ".[$(HARDWARE),web,models,training,dev]"
	@touch $@

demo: $(VENV)/.base-$(HARDWARE)
	$(BIN)/placard demo

test: $(VENV)/.dev-$(HARDWARE)
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.dev-$(HARDWARE)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev-$(HARDWARE)
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_generation.py
	$(BIN)/python tests/bench_web.py
	$(BIN)/python tests/bench_evaluation.py

load: $(VENV)/.dev-$(HARDWARE)
	$(BIN)/python tests/load_web.py

accuracy: $(VENV)/.dev-$(HARDWARE)
	$(BIN)/python tests/accuracy.py --write docs/accuracy.md

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
