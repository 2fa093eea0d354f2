# Every target sets up what it needs first: python3 (3.11 or newer) and make are all a machine must have.

STACK ?= dev
OUT ?= manifests
# Where a report goes, and what it compares with (the default branch of origin).
REPORT ?= report
BASE ?=

PYTHON := .venv/bin/python
READY := .venv/ready
SANDBOX := $(PYTHON) -m sandbox
# The Kubernetes minors of the stacks.
MINORS = $(sort $(shell sed -nE 's/^ *kubernetes_version: *"?([0-9.]+).*/\1/p' Pulumi.*.yaml))
# All rules, in one process, with their levels for this stack.
PACKS = --policy-pack policies/all --policy-pack-config policies/levels.$(STACK).json

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start a thousand short processes: each would compile what it runs anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup cli kubernetes prometheus validate preview report comment guard up refresh destroy outputs manifests \
	scan workflows lint check test images coverage format bench changes demo drills live shapes charts controllers applications \
	examples soak truth rehearsal

help: ## Show this
	@sed -nE 's/^([a-z]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(READY) ## Make .venv with everything the lock names

# The SDKs are ten seconds of compilation: --compile-bytecode does it once, also where PYTHONDONTWRITEBYTECODE is set.
$(READY): pyproject.toml policies/pyproject.toml uv.lock
	@python3 -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"python3 is {sys.version.split()[0]}: 3.11 or newer is needed")'
	@test -x .venv/bin/uv || { echo "setting up .venv, once: uv, then all that the lock names (1.5 GB); 1 to 3 minutes" >&2; \
		python3 -m venv .venv && \
		sed -nE '/^name = "uv"$$/,/^$$/{s/^version = "(.*)"/uv==\1/p;s/.*hash = "(sha256:[0-9a-f]+)".*/--hash=\1/p;}' uv.lock | \
		tr '\n' ' ' > .venv/uv.txt && .venv/bin/python -m pip install --quiet --no-deps --require-hashes -r .venv/uv.txt; }
	@# on a terminal uv draws its own progress
	@since=$$(date +%s); if test -t 2; then quiet=; else quiet=--quiet; fi; \
		echo "installing what uv.lock names" >&2; .venv/bin/uv sync --locked --compile-bytecode $$quiet && \
		echo ".venv is ready after $$(($$(date +%s) - since)) s" >&2
	@touch $@

cli: $(READY) ## Find the Pulumi CLI, or build it (once)
	@$(SANDBOX) install > /dev/null

kubernetes: $(READY) ## Build the Kubernetes control planes that the stacks ask for (once); `up` does so where needed
	@$(SANDBOX) install --kubernetes $(MINORS) > /dev/null

prometheus: $(READY) ## Build promtool and amtool, and get LogQL's grammar: they judge rules, routes and queries (once)
	@$(SANDBOX) install --prometheus > /dev/null

validate: $(READY) ## Judge the file of STACK alone: each fault with its line, in a second
	@$(PYTHON) -m tools.validate --stack $(STACK)

preview: $(READY) ## Show the plan of STACK (dev) under every policy pack; findings into SARIF and JUNIT, too
	@echo "previewing $(STACK) on the sandbox: settings, program, laws, policies; then what it comes to" >&2
	@$(PYTHON) -m tools.report --stack $(STACK) $(if $(SARIF),--sarif $(SARIF)) $(if $(JUNIT),--junit $(JUNIT)) \
		-- $(SANDBOX) preview --stack $(STACK) $(PACKS)

report: $(READY) ## Say what this change does to STACK as main has it: data, service, cost, time; as a page, too, in REPORT
	@$(PYTHON) -m tools.report --stack $(STACK) --base "$(BASE)" --json $(REPORT)/$(STACK).json \
		--html $(REPORT)/$(STACK).html $(if $(SUMMARY),--summary "$(SUMMARY)")

comment: $(READY) ## Put the reports in REPORT into one comment on the pull request PULL, whose last commit is HEAD
	@$(PYTHON) -m tools.report.post $(REPORT) --pull "$(PULL)" --head "$(HEAD)" --link "$(LINK)" \
		$(addprefix --expect ,$(STACKS))

guard: $(READY) ## Refuse a change of STACK, as it is on the sandbox, that would lose data
	@$(PYTHON) -m tools.plan_guard -- $(SANDBOX) preview --stack $(STACK)

up: $(READY) ## Bring STACK up on the sandbox, under every policy pack
	@$(SANDBOX) up --stack $(STACK) $(PACKS)

refresh: $(READY) ## Read what exists on the sandbox into the state of STACK
	@$(SANDBOX) refresh --stack $(STACK)

destroy: $(READY) ## Delete STACK from the sandbox, what is protected too
	@$(SANDBOX) destroy --stack $(STACK) --unprotect

outputs: $(READY) ## Print the outputs of STACK
	@$(SANDBOX) outputs --stack $(STACK)

manifests: $(READY) ## Write the Kubernetes objects of STACK as YAML files to OUT (manifests)
	@$(SANDBOX) manifests --stack $(STACK) --out $(OUT)

scan: $(READY) ## Let checkov and kube-score judge what prod, staging and the examples have (fetches both)
	@for place in $(CURDIR)=prod $(CURDIR)=staging $(patsubst %/Pulumi.prod.yaml,%=prod,$(wildcard examples/*/Pulumi.prod.yaml)); do \
		program=$${place%=*}; stack=$${place#*=}; to=$(OUT)/$$(basename $$program)-$$stack; \
		$(SANDBOX) manifests --cwd $$program --stack $$stack --out $$to > /dev/null || exit 1; \
		$(PYTHON) -m tools.terraform_plan --cwd $$program --stack $$stack --out $$to/plan.json || exit 1; done
	@$(PYTHON) -m tools.scan $(OUT)/*/

workflows: $(READY) ## Let actionlint, zizmor and shellcheck judge workflows and the scripts that they call (fetches them)
	@$(PYTHON) -m tools.workflow_lint

lint: $(READY) ## Format, lint, types
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

check: lint prometheus ## The same, and the quick tests: the inner loop
	@.venv/bin/pytest -n auto -m "not engine and not live and not rehearsal"

# One worker more than there are cores, for some of the time is waiting. tests/units.py says which tests go together.
test: cli kubernetes prometheus ## Every test, the real engine's among them
	@.venv/bin/pytest -n $$(($$(nproc 2>/dev/null || sysctl -n hw.ncpu) + 1)) -rs

images: $(READY) ## The tests of the images that are built here, and of what runs them on one machine
	@.venv/bin/pytest tests/image tests/tools/test_compose.py

coverage: prometheus ## The share of lines and branches that the quick tests run, by module
	@.venv/bin/pytest -n auto -m "not engine and not live and not rehearsal" --cov --cov-report=term

format: $(READY) ## Format and mend what can be mended by itself
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .

changes: cli ## Ten everyday changes of dev: what a preview says of each, against what up does
	@$(PYTHON) -m tools.everyday_changes

demo: cli kubernetes ## Three minutes: STACK up, a node killed, the database brought back, a refusal; in a folder of its own
	@$(PYTHON) -m tools.demo --stack $(STACK)

live: cli ## The real Flowise under the rendered environment, on PostgreSQL and Redis, in Chromium, under Prometheus
	@.venv/bin/pytest -m live tests/live tests/components

bench: cli ## The CPU of a preview against its bound, as it grows, and beside others; BENCH=--profile: who works for what
	@$(PYTHON) tools/bench.py $(BENCH)

drills: cli ## Every drill on STACK, with its guards and without; the stack must be up (builds the next minor, too)
	@$(PYTHON) -m tools.validate --stack $(STACK) >&2
	@$(SANDBOX) install --kubernetes > /dev/null
	@$(PYTHON) tools/drills.py $(STACK)

truth: cli kubernetes ## Hold ours against the real Kubernetes provider (built once), and AWS's where AWS_PROVIDER names its binary
	@$(PYTHON) -m tools.truth
	@if test -n "$(AWS_PROVIDER)"; then $(PYTHON) -m tools.provider_facts.truth "$(AWS_PROVIDER)"; \
		else echo "AWS's was not asked: make truth AWS_PROVIDER=<a terraform-provider-aws binary>"; fi

soak: cli ## Generated stacks, schedules of outages and crashes, and crashes at every change, by the hundred
	@$(PYTHON) -m tools.soak

shapes: cli kubernetes ## Every shape of a stack up on the sandbox, up again, and away, under every policy pack; half an hour
	@$(PYTHON) -m tools.shape_runs

# Applications whose environment is not this one's: each has a lock of its own.
applications: $(READY) ## Types, tests and coverage of examples/tiktrend/app and its front end, in their own environments
	@.venv/bin/uv sync --project examples/tiktrend/app --locked --quiet
	@cd examples/tiktrend/app && .venv/bin/mypy && .venv/bin/pytest --cov --cov-report=term --cov-fail-under=80
	@cd examples/tiktrend/app/web && npm ci --silent && npm test && npm run build

examples: cli kubernetes ## Every stack of examples/ and bootstrap/ up on the sandbox, up again, and away, under every policy pack
	@$(PYTHON) -m tools.shape_runs --examples

charts: cli kubernetes ## dev and prod up with the real charts, by both Kubernetes providers, and away; CHARTS is their folder
	@if test -z "$(CHARTS)"; then echo "make charts CHARTS=<folder>; $(PYTHON) -m tools.charts pull --charts <folder> fills it" >&2; \
		exit 2; fi
	@$(SANDBOX) install --kubernetes-provider > /dev/null
	@$(PYTHON) -m tools.chart_runs --charts "$(CHARTS)"

controllers: cli kubernetes ## KEDA's operator itself over what STACK makes (prod), by its chart's rights and by too few; CHARTS has the chart
	@if test -z "$(CHARTS)"; then echo "make controllers CHARTS=<folder>; $(PYTHON) -m tools.charts pull --charts <folder> fills it" >&2; \
		exit 2; fi
	@$(SANDBOX) install --controllers > /dev/null
	@$(PYTHON) -m tools.controller_runs --charts "$(CHARTS)"

rehearsal: cli ## The pipeline's whole jobs on the sandbox: a pull request, a merge, and the way back; REHEARSAL: where it is kept
	@.venv/bin/pytest -m rehearsal tests/rehearsal -s
