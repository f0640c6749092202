/* faulted.c - starts and questions, while one call of the submission fails. */
#include "faulted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/starts.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/signal_setup.h"
#include "support/faults/sweep.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

bool works_or_short(bool works, const char *call) {
    if (!works)
        expect_works_or_short(false, "%s", call);
    return works;
}

bool is_right_code(int code, int expected) {
    return code == expected || (sweep_end() && code > 0);
}

static void make_or_short(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    if (!works_or_short(process_init_target(p, target, arg, options) == 0, "process_init_target"))
        expect_int(process_init_target(p, target, arg, options), 0, "making the object when there is enough again");
}

void start_or_short(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    make_or_short(p, target, arg, options);
    struct signal_setup signals = signal_setup_now();
    int before = open_descriptors();
    interrupt_waits(1, 1); /* a signal also comes while it cleans up */
    int result = process_start(p), error = errno;
    interrupt_waits(1, 0);
    errno = error;
    if (works_or_short(result == 0, "process_start"))
        return;
    expect_int(result, -1, "what process_start returns after the failure");
    expect_int(process_pid(p), 0, "the pid of the object after the failure");
    expect_int(process_is_alive(p), false, "whether the object is alive after the failure");
    expect_error(process_join(p, 0), ESRCH, "joining it");
    expect_int(open_descriptors(), before, "the number of open descriptors after the failure");
    expect_text(signal_setup_changes(&signals, true), "", "what the failed start has changed in the signal setup");
    expect_int(process_start(p), 0, "starting it when there is enough again");
}

/* Asks about a process that holds at a gate, and that is the first child of its parent. */
static void expect_undisturbed(struct process *p, int sentinel) {
    struct process *active[2] = {NULL};
    bool runs = *log_next_unless_ended(process_pid(p)) != '\0';
    expect_true(runs || sweep_end(), "the first child runs its target");
    expect_int(process_is_alive(p), runs, "whether the first child is alive");
    expect_true(process_active_children(active, 2) > 0 || !runs, "the first child is active");
    expect_true(active[0] == p || !runs, "the first child is in the first place");
    expect_int(process_sentinel(p), sentinel, "its sentinel");
    expect_int(is_readable(sentinel), !runs, "whether its sentinel is readable");
}

static int sentinel_or_short(const struct process *p) {
    int sentinel = process_sentinel(p);
    if (!works_or_short(sentinel >= 0, "process_sentinel"))
        expect_success(sentinel = process_sentinel(p), "asking for it again");
    return sentinel;
}

static void finish(struct process *p, int expected, const char *which) {
    expect_true(is_right_code(join_for_code(p), expected), "the exit code of %s is right", which);
    expect_int(process_close(p), 0, "closing %s", which);
}

static void prepare(void) {
    gates_open();
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    if (!works_or_short(spawned_register() == 0, "process_register"))
        expect_int(spawned_register(), 0, "registering the targets again");
}

void start_beside_another(int how) {
    struct process first, second;
    prepare();
    int before = open_descriptors();
    start_or_short(&first, hold_against_sigterm, NULL, NULL);
    int sentinel = sentinel_or_short(&first);
    start_or_short(&second, starts[how].target, NULL, &starts[how].options);
    sweep_end();
    expect_undisturbed(&first, sentinel);
    if (starts[how].options.method == PROCESS_SPAWN)
        expect_int(join_for_code(&second), starts[how].code, "the exit code of the spawned child");
    finish(&second, starts[how].code, "the second child");
    let_pass(0, 1);
    finish(&first, HELD, "the first child");
    expect_int(has_children(), false, "whether a child is left");
    expect_int(open_descriptors(), before, "the number of open descriptors at the end");
    gates_close();
}

/* The call must fail, with this error or with that of the sweep. */
static void expect_error_or_short(int result, int expected, const char *call) {
    int error = errno;
    expect_int(result, -1, "what %s returns while the child runs", call);
    errno = error;
    works_or_short(error == expected, call);
}

static void ask_while_it_runs(struct process *p) {
    int code = -1000;
    errno = 0;
    expect_error_or_short(process_join(p, 0), ETIMEDOUT, "process_join with 0 ms");
    errno = 0;
    expect_error_or_short(process_join(p, 1), ETIMEDOUT, "process_join with 1 ms");
    errno = 0;
    expect_error_or_short(process_exitcode(p, &code), EAGAIN, "process_exitcode");
    errno = 0;
    expect_error_or_short(process_close(p), EBUSY, "process_close");
}

void ask_or_short(void) {
    struct process p;
    int code = -1000;
    gates_open();
    start_or_short(&p, hold_against_sigterm, NULL, NULL);
    bool runs = *log_next_unless_ended(process_pid(&p)) != '\0';
    expect_true(runs || sweep_end(), "the child runs its target");
    if (runs)
        ask_while_it_runs(&p);
    if (!works_or_short(process_terminate(&p) == 0, "process_terminate"))
        expect_int(process_terminate(&p), 0, "terminating it again");
    let_pass(0, 1);
    if (!works_or_short(process_join(&p, -1) == 0, "process_join"))
        expect_int(process_join(&p, -1), 0, "joining it again");
    if (!works_or_short(process_exitcode(&p, &code) == 0, "process_exitcode after the end"))
        expect_int(process_exitcode(&p, &code), 0, "asking for the exit code again");
    if (!works_or_short(process_close(&p) == 0, "process_close after the end"))
        expect_int(process_close(&p), 0, "closing it again");
    expect_true(is_right_code(code, HELD), "the exit code is right");
    gates_close();
}
