# The commands of Timeslice. `make help` lists them. They write to build/ and .venv/ only.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:

# A lab is a chapter spec/NAME.md with a file spec/NAME.toml beside it. There is no other list of labs.
LABS := $(filter $(patsubst spec/%.md,%,$(wildcard spec/*.md)),$(patsubst spec/%.toml,%,$(wildcard spec/*.toml)))
SUBMISSIONS ?= tests/submissions
SUBMISSION ?= reference
OUT ?= build/report
ONLY ?=
SWEEP ?=
LAB ?=
REPEAT ?= 2
NUMBER ?= 100
SECONDS ?= 3600
# One process more than processors, because many tests wait.
TEST_PROCESSES ?= $(shell echo $$(($$(nproc) + 1)))
PYTHON ?= /usr/bin/python3
override CC := $(if $(filter default,$(origin CC)),gcc,$(CC))

CFLAGS := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -g -O1 -fno-omit-frame-pointer
CPPFLAGS := -Ispec/include -Itests

# Packages of the distribution: to grade, and also to test the kit itself.
GRADE_PACKAGES := gcc libc6-dev make binutils libcriterion-dev libboxfort-dev libnanopb-dev libffi-dev valgrind libc6-dbg \
	bubblewrap libseccomp2 util-linux python3 python3-venv
TEST_PACKAGES := clang libclang-rt-dev cppcheck lcov netcat-openbsd socat chrony chromium procps patch perl

TEST_SOURCES := $(foreach lab,$(LABS),$(wildcard tests/$(lab)/*.c))
SUPPORT_SOURCES := $(wildcard tests/support/*/*.c)
REFERENCE_SOURCES := $(foreach lab,$(LABS),$(wildcard reference/$(lab)/*.c))
PROGRAM_SOURCES := $(wildcard reference/programs/timeslice-*.c)
SHARED_SOURCES := $(filter-out $(PROGRAM_SOURCES),$(wildcard reference/programs/*.c))
TEST_OBJECTS := $(TEST_SOURCES:%.c=build/obj/%.o)
SUPPORT_OBJECTS := $(SUPPORT_SOURCES:%.c=build/obj/%.o)
REFERENCE_OBJECTS := $(REFERENCE_SOURCES:%.c=build/obj/%.o)
CHECK_OBJECTS := $(patsubst %.c,build/obj/%.o,$(wildcard tests/check/*.c))
PROGRAMS := $(PROGRAM_SOURCES:reference/programs/%.c=build/bin/%)
PROGRAM_NAMES := $(PROGRAM_SOURCES:reference/programs/%.c=%)

.PHONY: all
all: $(PROGRAMS) kit ## build the programs and the test bank in build/ (the default)

include tests/runner/runner.mk

.PHONY: kit
kit: build/kit/bank.o build/kit/sweep.names build/kit/link.args build/kit/memcheck.args build/kit/memcheck.supp build/kit/reference $(LABS:%=build/kit/template/%.o) \
	build/kit/witness/launcher $(PROGRAM_NAMES:%=build/kit/witness/%.o) $(PROGRAM_NAMES:%=build/kit/witness/reference/%)

build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

build/reference.a: $(REFERENCE_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

build/programs.a: $(SHARED_SOURCES:%.c=build/obj/%.o)
	@rm -f $@
	ar rcs $@ $^

# A program is one file. A large one also has a folder beside it: timeslice-sched has sched/.
parts = $(patsubst %.c,build/obj/%.o,$(wildcard reference/programs/$(1)/*.c))
.SECONDARY:
.SECONDEXPANSION:
build/bin/timeslice-%: build/obj/reference/programs/timeslice-%.o $$(call parts,$$*) build/programs.a build/reference.a
	@mkdir -p $(@D)
	$(CC) $^ -o $@

# The stubs of a lab's public functions. They take the place of functions that a submission does not have.
stubs = $(patsubst %.c,build/obj/%.o,$(wildcard student_template/$(1)/*.c))
build/kit/template/%.o: $$(call stubs,$$*)
	@mkdir -p $(@D)
	$(CC) -nostdlib -r -o $@ $^

# What a witness needs: each program without the functions of a lab, the same program with those of the reference, and
# the first program in its sandbox.
build/kit/witness/timeslice-%.o: build/obj/reference/programs/timeslice-%.o $$(call parts,$$*) build/programs.a
	@mkdir -p $(@D)
	$(CC) -nostdlib -r -o $@ $^

build/kit/witness/reference/%: build/bin/%
	@mkdir -p $(@D)
	@cp $< $@

build/kit/witness/launcher: build/obj/tests/witness/launcher.o
	@mkdir -p $(@D)
	$(CC) $^ -o $@

# The bank linked with the reference. It lists the tests, and calibration runs it on this machine.
build/kit/reference: build/kit/bank.o build/kit/link.args build/kit/reference.a
	$(CC) @build/kit/link.args -o $@ build/kit/bank.o build/kit/reference.a

build/kit/reference.a: build/reference.a build/kit/sweep.names
	$(OBJCOPY) --redefine-syms=build/kit/sweep.names $< $@

# The usual way to run a bank: plain libcriterion. `make bench` compares the executor with it.
build/bench/usual: $(TEST_OBJECTS) $(SUPPORT_OBJECTS) build/obj/tests/bench/patience.o build/reference.a tests/support/wrap.args
	@mkdir -p $(@D)
	$(CC) $(filter %.o %.a,$^) @tests/support/wrap.args -lcriterion -lpthread -o $@

build/bench/schedule: build/obj/tests/bench/schedule.o build/reference.a
	@mkdir -p $(@D)
	$(CC) $^ -lm -o $@

-include $(shell find build/obj -name '*.d' 2>/dev/null)

.PHONY: help
help: ## list these commands
	@printf 'Timeslice: make TARGET [SUBMISSIONS=path] [OUT=folder] [LAB=lab] [SUBMISSION=folder] [ONLY=suite/test]\n\n'
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1|\2/p' Makefile | while IFS='|' read -r name does; do \
		printf '  make %-12s  %s\n' "$$name" "$$does"; \
	done

.PHONY: setup setup-grade
setup: setup-grade ## install what is missing: packages, and the grader in .venv/
	@$(call install,$(TEST_PACKAGES))
setup-grade:
	@$(call install,$(GRADE_PACKAGES))
	@$(MAKE) --no-print-directory --silent .venv/installed

# install PACKAGES: installs only missing packages, and only with the package manager of the distribution.
define install
missing=(); \
if ! command -v dpkg-query >/dev/null; then \
    for tool in gcc valgrind bwrap $(PYTHON); do command -v "$$tool" >/dev/null || missing+=("$$tool"); done; \
    [ $${#missing[@]} -eq 0 ] && exit 0; \
    echo "timeslice: this is not a Debian or Ubuntu system, so install these packages by hand (names may differ): $(strip $(1))" >&2; exit 2; \
fi; \
for package in $(1); do \
    [ "$$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null)" = installed ] || missing+=("$$package"); \
done; \
[ $${#missing[@]} -eq 0 ] && exit 0; \
become=(); \
if [ "$$(id -u)" -ne 0 ]; then \
    command -v sudo >/dev/null || { echo "timeslice: missing $${missing[*]}; ask an administrator to run: apt-get install $${missing[*]}" >&2; exit 2; }; \
    become=(sudo); \
fi; \
echo "installing: $${missing[*]}"; \
quietly() { "$$@" >build/apt.log 2>&1 || { tail -n 20 build/apt.log >&2; echo "timeslice: '$$*' failed (above: the end of build/apt.log)" >&2; exit 2; }; }; \
mkdir -p build; \
quietly "$${become[@]}" apt-get update; \
quietly "$${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$${missing[@]}"
endef

# pip fetches each package by the version and hash in the lock file. Then it installs the grader without the network.
PIP := .venv/bin/pip --quiet --disable-pip-version-check install
.venv/installed: grader/pyproject.toml grader/requirements.lock grader/mutants.lock
	@echo 'installing: the grader into .venv'
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --requirement grader/requirements.lock
	@$(PIP) --require-hashes --no-deps --requirement grader/mutants.lock
	@$(PIP) --no-index --no-deps --no-build-isolation --editable grader
	@touch $@

.PHONY: ready
ready:
	@$(MAKE) --no-print-directory --silent -j$$(nproc) all

# Calibration: what the reference does on this machine with its tools. If a tool has changed, it runs again.
.PHONY: calibrated
calibrated: ready
	@.venv/bin/timeslice calibrate || [ $$? -eq 1 ]

.PHONY: doctor
doctor: setup-grade ## show the machine, the tools, the sandbox and the calibration, and how to repair them
	@$(MAKE) --no-print-directory calibrated
	@.venv/bin/timeslice doctor

.PHONY: grade
grade: setup-grade ## grade SUBMISSIONS (a folder, an archive, or a folder of them) into OUT; LAB=lab grades one lab
	@$(MAKE) --no-print-directory calibrated
	@.venv/bin/timeslice grade "$(SUBMISSIONS)" --out "$(OUT)" $(LAB:%=--lab %) || [ $$? -eq 1 ]

.PHONY: test
test: setup ## run every test of the project: lint, and the tests of reference, executor and grader
	@$(MAKE) --no-print-directory calibrated
	@$(MAKE) --no-print-directory lint
	@.venv/bin/pytest -c grader/pyproject.toml --rootdir=. --numprocesses=$(TEST_PROCESSES) --dist=worksteal tests grader/tests

# `make check` builds, inspects and completes a submission as a grade does. Then it runs the bank with plain
# libcriterion. Names are passed in the environment, because a shell could act on the characters in them. A failure
# prints TIMESLICE_REPLAY.
.PHONY: check
check: export TIMESLICE_SUBMISSION = $(SUBMISSION)
check: export TIMESLICE_ONLY = $(ONLY)
check: export TIMESLICE_STARTED_IN = $(PWD)
check: export TIMESLICE_SWEEP = $(SWEEP)
check: setup-grade ## run the tests on SUBMISSION without a sandbox; ONLY=suite/test runs one test, and its call SWEEP fails
	@mkdir -p build
	@flock --close build/check.lock $(MAKE) --no-print-directory check-alone

# The work of `make check`. Only one check at a time uses build/check/.
.PHONY: check-alone
check-alone:
	@$(MAKE) --no-print-directory ready
	@$(MAKE) --no-print-directory --silent $(CHECK_OBJECTS)
	@.venv/bin/timeslice objects --out build/check --cc '$(CC)' -- "$$TIMESLICE_SUBMISSION"
	@$(CC) -o build/check/bank $(TEST_OBJECTS) $(SUPPORT_OBJECTS) $(CHECK_OBJECTS) \
		build/check/*.o @tests/support/wrap.args @tests/check/wrap.args -lcriterion -lpthread -lm \
		-Wl,--as-needed -latomic
	@replay=$$($(PYTHON) -IS grader/src/timeslice/grade/replay.py "$$TIMESLICE_SUBMISSION" '$(CC)' "$$TIMESLICE_STARTED_IN"); \
		TIMESLICE_REPLAY=$$replay TIMESLICE_SENTENCES=$(CURDIR)/build/check/sentences.txt build/check/bank $${TIMESLICE_ONLY:+--filter "$$TIMESLICE_ONLY"}

.PHONY: prove
prove: setup ## check the kit: mutants, alternatives, attacks, and REPEAT gradings on a busy machine
	@$(MAKE) --no-print-directory calibrated
	@.venv/bin/timeslice prove --repeat $(REPEAT)

.PHONY: mutants
mutants: setup ## make NUMBER mutants of each lab by machine (0: all), and show those that no test notices
	@$(MAKE) --no-print-directory calibrated
	@.venv/bin/timeslice mutants --number $(NUMBER) $(MUTATED)

.PHONY: bench
bench: setup ## measure speed: the tests, submissions each minute, memory, the sandbox, a million jobs
	@$(MAKE) --no-print-directory ready
	@$(MAKE) --no-print-directory --silent build/bench/usual build/bench/schedule
	@.venv/bin/timeslice bench

# libFuzzer on the parser of workload files. The target itself checks what the sanitizers cannot see.
FUZZ_SOURCES := tests/fuzz/workload.c $(wildcard reference/scheduler/*.c)
build/fuzz/workload: $(FUZZ_SOURCES)
	@mkdir -p $(@D)
	clang -std=c17 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined $(CPPFLAGS) -o $@ $^

FUZZED := archive folder object records memcheck sanitize coverage
.PHONY: fuzz fuzz-workload $(FUZZED:%=fuzz-%)
fuzz: setup ## send changed inputs to the grader's readers and to the parser of workload files, SECONDS (3600) each
	@$(MAKE) --no-print-directory --silent ready build/fuzz/workload
	@$(MAKE) --no-print-directory --keep-going -j$$(nproc) SECONDS=$(SECONDS) fuzz-workload $(FUZZED:%=fuzz-%)

$(FUZZED:%=fuzz-%): fuzz-%:
	@.venv/bin/python tests/fuzz/fuzz.py $* --seconds $(SECONDS)

fuzz-workload:
	@mkdir -p build/fuzz/corpus
	@build/fuzz/workload -max_total_time=$(SECONDS) -max_len=512 -verbosity=0 -artifact_prefix=build/fuzz/ build/fuzz/corpus spec/workloads

.PHONY: lint
lint: ## check the partners of every clause, and the style of text, C and Python
	@.venv/bin/timeslice lint
	@.venv/bin/clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' ':!tests/hostile' ':!grader')
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		-Ispec/include -Itests -itests/runner/selftest reference tests/check tests/support tests/runner
	@.venv/bin/ruff check --quiet --config grader/pyproject.toml grader tests
	@.venv/bin/ruff format --quiet --check --config grader/pyproject.toml grader tests
	@.venv/bin/mypy --config-file grader/pyproject.toml grader/src grader/tests $$(git ls-files 'tests/*.py')

.PHONY: format
format: ## format C and Python in place
	@.venv/bin/clang-format -i $$(git ls-files '*.c' '*.h' ':!tests/hostile' ':!grader')
	@.venv/bin/ruff check --quiet --fix --config grader/pyproject.toml grader tests
	@.venv/bin/ruff format --quiet --config grader/pyproject.toml grader tests

.PHONY: handout
handout: ## pack the files for students: the contract and the template, no tests
	@mkdir -p build
	@tar --create --gzip --file build/timeslice-handout.tar.gz --exclude-vcs spec student_template LICENSE
	@echo build/timeslice-handout.tar.gz

.PHONY: clean
clean: ## remove build/ (not .venv/)
	rm -rf build
