# make run, make test: see README.md. ARGS goes to the command: make test ARGS="-m rls"
.DEFAULT_GOAL := run
.PHONY: run stop test check fmt lock bench load soak backup restore clean
ARGS ?=
PYTHON_BIN := .venv/bin/python

run:
	@scripts/setup.sh run
	@exec $(PYTHON_BIN) -m portal.supervisor run

stop:
	@$(PYTHON_BIN) -m portal.supervisor stop

test:
	@scripts/setup.sh dev
	@scripts/test.sh $(ARGS)

check:
	@scripts/setup.sh dev
	@scripts/check.sh

fmt:
	@scripts/setup.sh dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# New versions within the bounds of pyproject.toml; hashes of every platform and Python, no index named
lock:
	@scripts/setup.sh dev
	@scripts/lock.sh $(ARGS)

bench:
	@scripts/setup.sh dev
	$(PYTHON_BIN) -m portal.supervisor with-services -- $(PYTHON_BIN) -m bench $(ARGS)

# 200 made-up workers, then 1,000 at once, on the whole portal with a million persons; locust comes in its own environment
load:
	@scripts/setup.sh dev
	@scripts/fuzz_env.sh
	$(PYTHON_BIN) -m bench.load $(ARGS)

# The long proofs, at most an hour: killed processes, made-up input, the full matrix. Each prints its figure at the end
soak:
	@scripts/setup.sh dev
	@SOAK=1 scripts/test.sh -m "faults or fuzz or matrix" -rP --show-capture=stdout $(ARGS)

# Everything in one sealed file, and back into an empty database: BACKUP_KEY is 64 hexadecimal digits of your own
FILE ?= .run/backup-$(shell date +%Y%m%d-%H%M%S).ybt
backup restore: export PORTAL_DB_ROLE = backup
backup restore: export DJANGO_SETTINGS_MODULE ?= portal.settings.dev
backup:
	@$(PYTHON_BIN) manage.py backup $(FILE)

restore:
	@$(PYTHON_BIN) manage.py restore $(FILE) $(ARGS)

clean:
	@if [ -x $(PYTHON_BIN) ]; then $(PYTHON_BIN) -m portal.supervisor clean; fi
	rm -rf .venv .venv-fuzz .run node_modules static/vendor staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
