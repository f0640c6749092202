# runner.mk - makes the bank: it links tests and executor once, and the objects of each submission to them.
#
# Before you include it, set CC, TEST_OBJECTS and SUPPORT_OBJECTS. You also need a rule that makes build/obj/X.o of X.c.
# RUNNER_OBJ can name another folder than build/obj. The files below are made in KIT (default build/kit):
#
#   bank.o      The tests, their support, the executor, and the parts of Criterion that they need, in one object. Its
#               symbols are local, except main and the functions that take the place of others (__wrap_*, swept_*). So a submission can
#               neither call nor replace anything in it. It links with objects of gcc or clang, with or without
#               --coverage and -fsanitize=address,undefined. A sanitizer does not check the variables of the tests. For
#               that, make a second bank.o in another KIT, of test objects that were compiled with -fsanitize.
#   sweep.names The functions whose calls by a submission can fail in a sweep. Before the link, give this file to
#               objcopy --redefine-syms for each object of a submission.
#   link.args   The options of the last step, the same for every mode:
#                   $(CC) [-fsanitize=address,undefined] @link.args -o bank bank.o SUBMISSION.o... [@coverage.args]
#               It also has the options of tests/support/wrap.args, if that file exists.
#   memcheck.args   The options of Valgrind for a run of the bank, a line each.
#   memcheck.supp   The reports of Valgrind that are wrong. Valgrind does not show them.
#   coverage.args   The options for objects of --coverage. They also prevent that lines of a forked child count twice.

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

# Only the archives. Of Criterion, only the part that runs inside a test is linked (see tests/runner/boxfort.c).
RUNNER_ARCHIVES = $(foreach name,criterion protobuf-nanopb ffi,$(shell $(CC) -print-file-name=lib$(name).a))

# If -print-file-name does not find a file, it prints the name without a folder.
runner_missing = $(filter-out /%,$(RUNNER_ARCHIVES))
runner_complaint = echo "runner.mk: $(CC) finds no $(runner_missing): run make setup (or apt-get install \
	libcriterion-dev libnanopb-dev libffi-dev); a distribution without these archives cannot build the kit" >&2; exit 2

$(KIT)/bank.o: $(RUNNER_OBJECTS) $(TEST_OBJECTS) $(SUPPORT_OBJECTS) tests/runner/runner.mk
	@mkdir -p $(@D)
	@$(if $(runner_missing),$(runner_complaint),:)
	$(CC) -nostdlib -r $(RUNNER_WRAPS) -o $@.all $(firstword $(RUNNER_FENCES)) $(TEST_OBJECTS) $(SUPPORT_OBJECTS) \
		$(filter-out $(RUNNER_FENCES),$(RUNNER_OBJECTS)) $(lastword $(RUNNER_FENCES)) $(RUNNER_ARCHIVES)
	$(OBJCOPY) --wildcard --keep-global-symbol=main --keep-global-symbol='!__wrap_cri_*' --keep-global-symbol='__wrap_*' \
		--keep-global-symbol='swept_*' --keep-global-symbol='__*san_default_options' $@.all $@
	@rm -f $@.all

# For objcopy: the functions of libc whose calls by a submission come through the gate of a sweep.
$(KIT)/sweep.names: $(KIT)/bank.o
	@nm --defined-only $< | sed -n 's/^[0-9a-f]* T swept_\(.*\)/\1 swept_\1/p' >$@

$(KIT)/memcheck.args: tests/runner/memcheck.args
	@mkdir -p $(@D)
	@grep -v '^#' $< >$@

$(KIT)/memcheck.supp: tests/runner/memcheck.supp
	@mkdir -p $(@D)
	@cp $< $@

# With -z now, every call is bound at the start, before the first fork. Otherwise each test would do it again.
$(KIT)/link.args: tests/runner/runner.mk $(WRAP_ARGS)
	@mkdir -p $(@D)
	@printf '%s\n' -pthread -Wl,-z,now \
		-Wl,--wrap=_exit -Wl,--wrap=_Exit -Wl,--wrap=quick_exit -Wl,--wrap=kill -Wl,--wrap=fork >$@
	@printf '%s\n' --coverage -Wl,-u,__gcov_dump -Wl,-u,__gcov_reset >$(@D)/coverage.args
	$(if $(WRAP_ARGS),@cat $(WRAP_ARGS) >>$@)
