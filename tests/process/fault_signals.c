/* fault_signals.c - a signal ends every waiting call of the submission once. Everything must be as without signals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/stopwatch.h"
#include "support/faults/sweep.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

Test(proc_fault, lets_signals_end_the_wait_for_a_fork, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003: two children; joins with 0, 1 and -1 ms, and all other functions") {
    struct process p, other;
    gates_open();
    launch(&p, hold, NULL);
    launch(&other, end_later, NULL);
    expect_error(process_join(&p, 0), ETIMEDOUT, "joining with 0 ms while it runs");
    double before = stopwatch_ms();
    expect_error(process_join(&p, 1), ETIMEDOUT, "joining with 1 ms while it runs");
    expect_at_least(stopwatch_ms() - before, 1, "how long that took");
    expect_int(process_is_alive(&p), true, "whether it is alive");
    expect_error(process_close(&p), EBUSY, "closing it while it runs");
    expect_int(join_for_code(&other), HELD, "the exit code of a child that ends while its parent waits");
    let_pass(0, 1);
    await_end(&p);
    expect_int(process_join(&p, 3600000), 0, "joining it after its end");
    expect_int(join_for_code(&p), HELD, "its exit code");
    expect_int(process_close(&p), 0, "closing it");
    expect_int(process_close(&other), 0, "closing the other one");
    expect_text(log_next_if_any(), "ends", "what the other one has logged");
    gates_close();
}

Test(proc_fault, lets_signals_end_the_wait_for_a_killed_child, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003: terminate, kill, and a close without a join") {
    struct process p;
    gates_open();
    launch(&p, hold_against_sigterm, NULL);
    expect_text(log_next(), "ignores SIGTERM", "what the child logs");
    expect_int(process_terminate(&p), 0, "terminating it");
    expect_int(process_is_alive(&p), true, "whether it is alive");
    expect_int(process_kill(&p), 0, "killing it");
    await_end(&p);
    expect_int(process_active_children(NULL, 0), 0, "how many children run");
    expect_int(process_close(&p), 0, "closing it");
    expect_int(has_children(), false, "whether a zombie is left");
    gates_close();
}

Test(proc_fault, lets_signals_end_the_calls_of_a_spawn, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003 PROC-SPAWN-002: an argument of 100,000 bytes") {
    enum { COUNT = 100000 };
    struct process p;
    const struct process_options options = {.method = PROCESS_SPAWN, .arg_size = sizeof(struct spawned_bytes) + COUNT};
    struct spawned_bytes *given = spawned_bytes_of(COUNT, 0x5a);
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(&p, spawned_check_bytes, given, &options);
    expect_int(join_for_code(&p), SPAWNED_FINE, "its exit code");
    expect_int(process_close(&p), 0, "closing it");
    free(given);
}

enum { RESULT = 100000 };

static int write_much(void *arg, FILE *result) {
    (void)arg;
    for (int i = 0; i < RESULT; i++)
        fputc('r', result);
    return 0;
}

static int wait_for_nothing(void *arg, FILE *result) {
    (void)result;
    return hold(arg);
}

Test(proc_fault, lets_signals_end_the_wait_for_a_task, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-TASK-001j PROC-TASK-002: task_call, and a result of 100,000 bytes") {
    struct task_result out = {.exitcode = -1000};
    expect_int(task_call(write_much, NULL, &out), 0, "calling it");
    expect_int(out.exitcode, 0, "its exit code");
    expect_true(out.data != NULL, "there is a result");
    expect_int(out.len, RESULT, "the length of its result");
    expect_int(out.data[RESULT - 1], 'r', "its last byte");
    free(out.data);
}

static void count_bytes(void *ctx, const struct task_result *result) {
    *(size_t *)ctx += result->len;
}

Test(
    proc_fault, lets_signals_end_the_wait_of_a_queue, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
    .description = "PROC-FAULT-001 PROC-TASK-006: dispatches with 1 and -1 ms; the queue is closed while a task runs") {
    size_t bytes = 0;
    gates_open();
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    expect_int(task_submit(queue, wait_for_nothing, NULL, count_bytes, &bytes), 0, "submitting a task that waits");
    double before = stopwatch_ms();
    expect_error(task_dispatch(queue, 1), ETIMEDOUT, "dispatching with 1 ms while it runs");
    expect_at_least(stopwatch_ms() - before, 1, "how long that took");
    expect_int(task_submit(queue, write_much, NULL, count_bytes, &bytes), 0, "submitting a task that ends");
    expect_int(task_dispatch(queue, -1), 1, "dispatching without an end");
    expect_int(bytes, RESULT, "how many bytes came");
    task_close(queue);
    expect_int(has_children(), false, "whether a child is left");
    gates_close();
}

/* A daemon and another child, which end while their starter waits for them. */
static int leave_children(void *arg) {
    static struct process daemon, other;
    const struct process_options options = {.daemon = PROCESS_DAEMON_YES};
    (void)arg;
    if (process_init_target(&daemon, hold_against_sigterm, NULL, &options) != 0 || process_start(&daemon) != 0)
        return 1;
    if (process_init_target(&other, end_later, NULL, NULL) != 0 || process_start(&other) != 0)
        return 2;
    let_pass(0, 1);
    return 5;
}

/* The starter has ended, so both children have too. */
static void expect_that_other_ended_first(void) {
    bool is_there = false;
    for (const char *line = log_next_if_any(); *line != '\0'; line = log_next_if_any())
        is_there = is_there || strcmp(line, "ends") == 0;
    expect_true(is_there, "the other child has ended while its starter waited");
}

Test(proc_fault, lets_signals_end_the_last_wait_of_a_program, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001a PROC-DAEMON-004d: the program returns while a daemon and another child run") {
    gates_open();
    expect_int(end_of(program_start(leave_children, NULL)), 5, "the exit status of the program");
    expect_that_other_ended_first();
    gates_close();
}

Test(proc_fault, lets_signals_end_the_last_wait_of_a_child, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001a PROC-EXIT-005d: the child returns while a daemon and another child run") {
    struct process p;
    gates_open();
    launch(&p, leave_children, NULL);
    expect_int(join_for_code(&p), 5, "its exit code");
    expect_int(process_close(&p), 0, "closing it");
    expect_that_other_ended_first();
    gates_close();
}
