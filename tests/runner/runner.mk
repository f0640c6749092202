# runner.mk - how the bank is made: tests and executor linked once, a submission's objects linked to them.
#
# It wants, before it is included: CC, TEST_OBJECTS and SUPPORT_OBJECTS, and a rule that makes build/obj/X.o of X.c (or
# another folder than build/obj: RUNNER_OBJ). It makes, in KIT (build/kit unless set):
#
#   bank.o      the tests, their support, the executor, and what they need of Criterion, in one object. All its symbols are
#               local but main and the functions that wrap others (__wrap_*), so a submission can neither call nor replace
#               anything in it. It takes the submission's objects of gcc or clang, with or without --coverage and
#               -fsanitize=address,undefined. (To have a sanitizer look into the tests' own variables, too, make a second
#               one in another KIT of test objects that were compiled with -fsanitize.)
#   link.args   the options for the last step, the same for every mode:
#                   $(CC) [-fsanitize=address,undefined] @link.args -o bank bank.o SUBMISSION.o... [@coverage.args]
#               It also holds what tests/support/wrap.args asks for, where there is such a file.
#   memcheck.args   the options of Valgrind for a run of the bank, a line each
#   memcheck.supp   what Valgrind shall not report: it is wrong about it
#   coverage.args   for objects of --coverage; it also brings what keeps the lines of a forked child from counting twice.

KIT ?= build/kit
comma := ,
RUNNER_OBJ ?= build/obj
RUNNER_SOURCES := $(wildcard tests/runner/*.c)
RUNNER_OBJECTS := $(RUNNER_SOURCES:%.c=$(RUNNER_OBJ)/%.o)
RUNNER_FENCES := $(RUNNER_OBJ)/tests/runner/bank_first.o $(RUNNER_OBJ)/tests/runner/bank_last.o
WRAP_ARGS := $(wildcard tests/support/wrap.args)
OBJCOPY ?= objcopy

# See tests/runner/new_assertions.c.
RUNNER_WRAPS := $(foreach name,init add send,-Wl$(comma)--wrap=cri_assert_node_$(name))

# Only the archives: of Criterion no more is linked than runs inside a test (see tests/runner/boxfort.c).
RUNNER_ARCHIVES = $(foreach name,criterion protobuf-nanopb ffi,$(shell $(CC) -print-file-name=lib$(name).a))

# What -print-file-name does not find it prints as it was asked: a name without a folder.
runner_missing = $(filter-out /%,$(RUNNER_ARCHIVES))
runner_complaint = echo "runner.mk: $(CC) finds no $(runner_missing): run make setup (or apt-get install \
	libcriterion-dev libnanopb-dev libffi-dev); a distribution without these archives cannot build the kit" >&2; exit 2

$(KIT)/bank.o: $(RUNNER_OBJECTS) $(TEST_OBJECTS) $(SUPPORT_OBJECTS) tests/runner/runner.mk
	@mkdir -p $(@D)
	@$(if $(runner_missing),$(runner_complaint),:)
	$(CC) -nostdlib -r $(RUNNER_WRAPS) -o $@.all $(firstword $(RUNNER_FENCES)) $(TEST_OBJECTS) $(SUPPORT_OBJECTS) \
		$(filter-out $(RUNNER_FENCES),$(RUNNER_OBJECTS)) $(lastword $(RUNNER_FENCES)) $(RUNNER_ARCHIVES)
	$(OBJCOPY) --wildcard --keep-global-symbol=main --keep-global-symbol='!__wrap_cri_*' --keep-global-symbol='__wrap_*' \
		--keep-global-symbol='__*san_default_options' $@.all $@
	@rm -f $@.all

$(KIT)/memcheck.args: tests/runner/memcheck.args
	@mkdir -p $(@D)
	@grep -v '^#' $< >$@

$(KIT)/memcheck.supp: tests/runner/memcheck.supp
	@mkdir -p $(@D)
	@cp $< $@

# Every call is bound at the start (now), before the first fork, or each test would do it again.
$(KIT)/link.args: tests/runner/runner.mk $(WRAP_ARGS)
	@mkdir -p $(@D)
	@printf '%s\n' -pthread -Wl,-z,now \
		-Wl,--wrap=_exit -Wl,--wrap=_Exit -Wl,--wrap=quick_exit -Wl,--wrap=kill -Wl,--wrap=fork >$@
	@printf '%s\n' --coverage -Wl,-u,__gcov_dump -Wl,-u,__gcov_reset >$(@D)/coverage.args
	$(if $(WRAP_ARGS),@cat $(WRAP_ARGS) >>$@)
