/* faulted.c - starts and questions, while one call of the submission fails. */
#include "faulted.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "process/starts.h"
#include "support/core/descriptors.h"
#include "support/core/signal_setup.h"
#include "support/faults/sweep.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

/* How the caller and an object are before a start. */
struct before {
    struct answer pid, alive, join;
    int descriptors;
    struct signal_setup signals;
};

static struct before before_start(struct process *p) {
    struct before before = {.pid = answer(process_pid(p)), .alive = answer(process_is_alive(p))};
    before.join = answer(process_join(p, 0));
    before.signals = signal_setup_now();
    before.descriptors = open_descriptors();
    return before;
}

static int left; /* descriptors that failed starts have left open */

/* A start has failed. Tests of PROC-START-006 look at descriptors if a process is short, and at the object if a
 * descriptor is short. What a start leaves that does not fail is no matter here. */
static void expect_nothing_left(struct process *p, const struct before *before) {
    struct rest plain = rest_of_plain_run();
    left += open_descriptors() - before->descriptors;
    if (!is_sweep_of("EAGAIN"))
        expect_true(open_descriptors() <= before->descriptors + plain.descriptors, "it leaves no descriptor open");
    if (is_sweep_of("EMFILE"))
        return;
    expect_int(process_pid(p), before->pid.result, "the pid of the object, as before the failure");
    expect_int(process_is_alive(p), before->alive.result, "whether the object is alive, as before the failure");
    struct answer join = answer(process_join(p, 0));
    expect_int(join.result, before->join.result, "joining it, as before the failure");
    expect_text(error_name(join.error), error_name(before->join.error), "the error of that, as before the failure");
    if (!plain.changed_signals)
        expect_text(signal_setup_changes(&before->signals, true), "", "what the failed start has changed");
}

void start_or_short(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    if (!works_or_short(process_init_target(p, target, arg, options) == 0, "process_init_target"))
        expect_int(process_init_target(p, target, arg, options), 0, "making the object when there is enough again");
    struct before before = before_start(p);
    interrupt_waits(1, 1); /* a signal also comes while it cleans up */
    int result = process_start(p), error = errno;
    interrupt_waits(1, 0);
    errno = error;
    if (works_or_short(result == 0, "process_start"))
        return;
    expect_int(result, -1, "what process_start returns after the failure");
    expect_nothing_left(p, &before);
    expect_int(process_start(p), 0, "starting it when there is enough again");
}

/* Starts a child that waits at gate 0. Returns whether it does. A child that lacks something may have ended. */
static bool start_first(struct process *p) {
    start_or_short(p, hold_against_sigterm, NULL, NULL);
    bool runs = *log_next_unless_ended(process_pid(p)) != '\0';
    expect_or_end(runs || sweep_end(), "the first child runs its target");
    return runs;
}

/* Asks about a process that holds at a gate, and that is the first child of its parent. */
static void expect_undisturbed(struct process *p, int sentinel) {
    struct process *active[2] = {NULL};
    expect_as_plain(process_is_alive(p), "process_is_alive, for the first child");
    expect_as_plain(process_active_children(active, 2) > 0, "process_active_children");
    expect_as_plain(active[0] == p, "the first place of the active children");
    expect_as_plain(process_sentinel(p) == sentinel, "process_sentinel, for the first child");
    expect_as_plain(is_readable(sentinel), "poll of its sentinel");
}

/* Waits for the end of p by the kernel's means. Joins it and closes it. */
static void finish(struct process *p, const char *which) {
    int code = -1000;
    await_zombie(process_pid(p));
    expect_as_plain(process_join(p, -1), "process_join");
    process_exitcode(p, &code);
    expect_plain_code(code, which);
    expect_as_plain(process_close(p), "process_close");
}

static void prepare(void) {
    gates_open();
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    if (!works_or_short(spawned_register() == 0, "process_register"))
        expect_int(spawned_register(), 0, "registering the targets again");
}

static int sentinel_or_short(const struct process *p) {
    int sentinel = process_sentinel(p);
    if (!works_or_short(sentinel >= 0, "process_sentinel"))
        expect_success(sentinel = process_sentinel(p), "asking for it again");
    return sentinel;
}

static void start_beside(void *how) {
    struct process first, second;
    process_target *target = starts[*(int *)how].target;
    prepare();
    struct signal_setup signals = signal_setup_now();
    int before = open_descriptors();
    bool runs = start_first(&first);
    int sentinel = sentinel_or_short(&first);
    start_or_short(&second, target, NULL, &starts[*(int *)how].options);
    sweep_end();
    await_zombie(process_pid(&second));
    if (runs)
        expect_undisturbed(&first, sentinel);
    finish(&second, "the second child");
    let_pass(0, 1);
    finish(&first, "the first child");
    expect_as_plain(has_children(), "whether a child is left");
    expect_plain_rest((struct rest){open_descriptors() - before - left, *signal_setup_changes(&signals, true) != '\0'});
    gates_close();
}

void start_beside_another(int how) {
    play_as_in_a_plain_run(start_beside, &how);
}

static void ask_while_it_runs(struct process *p) {
    int code = -1000;
    expect_as_plain(process_join(p, 0), "process_join with 0 ms");
    expect_as_plain(process_join(p, 1), "process_join with 1 ms");
    expect_as_plain(process_exitcode(p, &code), "process_exitcode");
    expect_as_plain(process_close(p), "process_close");
}

static void ask(void *unused) {
    struct process p;
    int code = -1000;
    (void)unused;
    gates_open();
    struct signal_setup signals = signal_setup_now();
    bool runs = start_first(&p);
    pid_t pid = process_pid(&p);
    if (runs)
        ask_while_it_runs(&p);
    expect_as_plain(process_terminate(&p), "process_terminate");
    let_pass(0, 1);
    await_zombie(pid);
    expect_as_plain(process_join(&p, -1), "process_join after the end");
    expect_as_plain(process_exitcode(&p, &code), "process_exitcode after the end");
    expect_as_plain(process_close(&p), "process_close after the end");
    expect_plain_code(code, "the exit code");
    expect_plain_rest((struct rest){.changed_signals = *signal_setup_changes(&signals, true) != '\0'});
    gates_close();
}

void ask_or_short(void) {
    play_as_in_a_plain_run(ask, NULL);
}
