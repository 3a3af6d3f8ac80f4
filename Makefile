.PHONY: help run chat train example-vectors train-encoder index test test-fast lint types format bench bench-scale nlu lock clean
.DEFAULT_GOAL := help
export OMP_WAIT_POLICY := PASSIVE
PYTHON := .venv/bin/python
BOOTSTRAP := python3 bot/bootstrap.py
# Processes that run tests, each with servers of its own: some 3 GB of memory, and 5 more for each that trains.
WORKERS ?= 2

help: ## Show these tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 25

run: ## Set up what is missing and start the assistant; Ctrl-C stops it
	@$(BOOTSTRAP) && exec $(PYTHON) -m bot run

chat: ## Talk with the running assistant in this terminal
	@$(PYTHON) -m bot chat

train: ## Train the Rasa model if what it is made from has changed
	@$(BOOTSTRAP) && $(PYTHON) -m bot train

example-vectors: ## Encode the training examples of the understanding anew, where they have changed
	@$(BOOTSTRAP) && $(PYTHON) -m bot.nlu.example_vectors

train-encoder: ## Train the encoder and the weights of an answer anew from the question banks (more than an hour)
	@$(BOOTSTRAP) && $(PYTHON) -m knowledge.training encoder --hands 0 1 2 3 4 5 --steps 1000
	@$(PYTHON) -m knowledge.training index
	@$(PYTHON) -m knowledge.training weights --file tests/knowledge/questions/tune.yml --off-topic nlu_data/nlu/out_of_scope.yml

index: ## Build the passage index if the plans have changed
	@$(BOOTSTRAP) && $(PYTHON) -m knowledge index

test: ## Set up what is missing and run every check and test
	@$(BOOTSTRAP) --dev && $(MAKE) --no-print-directory lint types && $(PYTHON) -m pytest --numprocesses $(WORKERS) --dist loadfile

test-fast: ## Run the tests that take no servers, browser or training
	@$(PYTHON) -m pytest -m "not slow and not e2e"

lint: ## Check style
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .

types: ## Check types
	@$(PYTHON) -m mypy

format: ## Put the code into the common style
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

bench: ## Measure start, turns, answers and memory on this machine
	@$(BOOTSTRAP) --dev && $(PYTHON) -m tests.benchmarks

bench-scale: ## Measure searching among 10,000 to 1,000,000 passages (a quarter of an hour)
	@$(BOOTSTRAP) --dev && $(PYTHON) -m tests.benchmarks.scale --write

nlu: ## Compare ways to understand messages by cross-validation (hours; NLU="--pipelines e --seeds 1" for less)
	@$(BOOTSTRAP) --dev && OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_CPP_MIN_LOG_LEVEL=3 \
		.venv-rasa/bin/python -W ignore -m tests.benchmarks.understanding --write $(NLU)

lock: ## Write the hashed lock files anew; UPGRADE=1 takes the newest versions
	@requirements/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## Remove both environments, caches and what can be built again; registrations stay
	@rm -rf .venv .venv-rasa .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis var/index var/models var/rasa-cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
