# The menu. `make` alone prints it; everything works from a fresh clone with make and Python.
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
SERVICES := api aggregator renderer scheduler mailer
CODE := cli deploy services shared tests benchmarks
# Where it is set, each of the hundreds of processes that tests and services start would compile our
# code and its libraries anew: two to four seconds of computing each.
unexport PYTHONDONTWRITEBYTECODE
# Not every folder needs to be there for the others to be checked.
CODE_HERE = $(wildcard $(CODE))

.DEFAULT_GOAL := help
.PHONY: help run down test test-long test-containers pictures page page-client lint types contracts bench demo-data lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

run: $(READY) ## all five services with broker, database and inbox, and a first report (DETACH=1 returns)
	@$(BIN)/python -m cli.main up --first-report $(if $(DETACH),--detach)

down: $(READY) ## stop what `make run DETACH=1` or `broadsheet up --detach` started
	@$(BIN)/python -m cli.main down

test: $(READY) ## unit, contract, integration, browser, end-to-end and fault tests, three at a time
	@$(if $(ARGS),,$(BIN)/python -m deploy.page test)
	@$(if $(ARGS),,$(BIN)/python -m deploy.local.chromium)
	@$(BIN)/python -m tests.guarded $(BIN)/python -m pytest $(or $(ARGS),-n 3 tests)

test-long: $(READY) ## the long variants: thousands of chaos rounds, scale 100
	@$(BIN)/python -m tests.guarded $(BIN)/python -m pytest -m long $(or $(ARGS),tests)

test-containers: $(READY) ## build the five images, run compose, send one report (needs an engine, or root to get one)
	@$(BIN)/python -m tests.guarded $(BIN)/python -m pytest -m containers -rs $(or $(ARGS),tests)

pictures: $(READY) ## draw the gallery's pictures afresh: pages of the reports, the mail, the web page
	@$(BIN)/python -m deploy.local.chromium
	@$(BIN)/python -m tests.guarded $(BIN)/python -m pytest --renew-pictures tests/pictures tests/page/test_gallery.py

page: $(READY) ## build the web page (`make run` does so by itself)
	@$(BIN)/python -m deploy.page build

page-client: $(READY) ## the page's client afresh from the API's OpenAPI document
	@$(BIN)/python -m deploy.page client

lint: $(READY) ## style and format of the code (ruff); of the page also its types (eslint, prettier, tsc)
	@$(BIN)/ruff check $(CODE_HERE)
	@$(BIN)/ruff format --check $(CODE_HERE)
	@$(BIN)/python -m deploy.page check

types: $(READY) ## strict types (mypy)
	@$(BIN)/mypy $(CODE_HERE)

contracts: $(READY) ## who may import whom (import-linter)
	@$(BIN)/lint-imports

bench: $(READY) ## latency, throughput, accept time, memory; beside a plain Celery chain
	@$(BIN)/python -m benchmarks $(ARGS)

demo-data: $(READY) ## fill the demo studio's database (SCALE=1 SEED=1) of the running stack
	@$(BIN)/python -m cli.main demo-data --scale $(or $(SCALE),1) --seed $(or $(SEED),1)

PIN = $(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet
lock: $(READY) ## resolve the dependencies afresh: requirements.lock, one lock per service, the page's
	@$(PIN) pyproject.toml --all-extras --group dev -o requirements.lock
	@$(PIN) pyproject.toml --group bench -c requirements.lock -o requirements-bench.lock
	@mkdir -p deploy/locks
	@for service in $(SERVICES); do \
		$(PIN) pyproject.toml --extra $$service -c requirements.lock -o deploy/locks/$$service.lock || exit 1; \
	done
	@$(PIN) --group page -c requirements.lock -o deploy/locks/page.lock
	@$(BIN)/python -m deploy.page lock

clean: $(READY) ## stop the stack and remove its data, logs and caches (.venv, fetched packages and images stay)
	@$(BIN)/python -m cli.main down
	@find var -mindepth 1 -maxdepth 1 ! -name packages ! -name engine -exec rm -rf {} + 2>/dev/null || true
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist

# python3 where it is new enough, else one that goes by its version.
$(READY): requirements.lock requirements-bootstrap.lock pyproject.toml
	@for python in python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' 2>/dev/null; then \
			exec $$python -m deploy.bootstrap; \
		fi; \
	done; \
	echo "Python 3.11 or newer is needed; python3 here is: $$(python3 --version 2>&1)" >&2; exit 1
