/* fault_signals.c - a signal ends every waiting call of the submission once. Everything must be as without signals. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "faulted.h"
#include "process/spawned.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/stopwatch.h"
#include "support/faults/sweep.h"
#include "support/process/children.h"
#include "support/process/daemon_life.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static void expect_plain_end(struct process *p, pid_t pid, const char *which) {
    int code = -1000;
    await_zombie(pid);
    expect_as_plain(process_join(p, 3600000), "process_join after the end");
    expect_as_plain(process_exitcode(p, &code), "process_exitcode after the end");
    expect_plain_code(code, which);
    expect_as_plain(process_close(p), "process_close after the end");
}

static void wait_for_forks(void *unused) {
    struct process p, other;
    (void)unused;
    gates_open();
    start_or_short(&p, hold, NULL, NULL);
    start_or_short(&other, end_later, NULL, NULL);
    pid_t pid = process_pid(&p), other_pid = process_pid(&other);
    expect_as_plain(process_join(&p, 0), "process_join with 0 ms while it runs");
    double before = stopwatch_ms();
    expect_as_plain(process_join(&p, 1), "process_join with 1 ms while it runs");
    expect_as_plain(stopwatch_ms() - before >= 1, "whether that took a millisecond");
    expect_as_plain(process_is_alive(&p), "process_is_alive");
    expect_as_plain(process_close(&p), "process_close while it runs");
    expect_as_plain(process_join(&other, -1), "process_join of a child that ends while its parent waits");
    expect_as_plain(has_ended(other_pid), "whether this child has ended after the join");
    expect_plain_end(&other, other_pid, "the exit code of this child");
    let_pass(0, 1);
    expect_plain_end(&p, pid, "the exit code of the first child");
    gates_close();
}

Test(proc_fault, lets_signals_end_the_wait_for_a_fork, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003: two children; joins with 0, 1 and -1 ms, and all other functions") {
    play_as_in_a_plain_run(wait_for_forks, NULL);
}

static void wait_for_a_killed_child(void *unused) {
    struct process p;
    (void)unused;
    gates_open();
    start_or_short(&p, hold_against_sigterm, NULL, NULL);
    log_next_unless_ended(process_pid(&p));
    expect_as_plain(process_terminate(&p), "process_terminate");
    expect_as_plain(process_is_alive(&p), "process_is_alive");
    expect_as_plain(process_kill(&p), "process_kill");
    let_pass(0, 1);
    await_end(&p);
    expect_as_plain((int)process_active_children(NULL, 0), "process_active_children");
    expect_as_plain(process_close(&p), "process_close");
    expect_as_plain(has_children(), "whether a zombie is left");
    gates_close();
}

Test(proc_fault, lets_signals_end_the_wait_for_a_killed_child, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003: terminate, kill, and a close without a join") {
    play_as_in_a_plain_run(wait_for_a_killed_child, NULL);
}

static void spawn(void *unused) {
    enum { COUNT = 100000 };
    struct process p;
    const struct process_options options = {.method = PROCESS_SPAWN, .arg_size = sizeof(struct spawned_bytes) + COUNT};
    struct spawned_bytes *given = spawned_bytes_of(COUNT, 0x5a);
    (void)unused;
    works_or_short(spawned_register() == 0, "process_register");
    start_or_short(&p, spawned_check_bytes, given, &options);
    expect_plain_end(&p, process_pid(&p), "the exit code of the spawned child");
    free(given);
}

Test(proc_fault, lets_signals_end_the_calls_of_a_spawn, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-RULE-003 PROC-SPAWN-002: an argument of 100,000 bytes") {
    play_as_in_a_plain_run(spawn, NULL);
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

static void call(void *unused) {
    struct task_result out = {.exitcode = -1000};
    (void)unused;
    expect_as_plain(task_call(write_much, NULL, &out), "task_call");
    expect_plain_code(out.exitcode, "the exit code of the task");
    expect_or_end(out.exitcode != -1000, "task_call gives a result");
    expect_as_plain(out.data != NULL, "whether there is a result");
    expect_as_plain((int)out.len, "the length of the result");
    expect_as_plain(out.len >= RESULT && out.data[RESULT - 1] == 'r', "the last byte of the result");
    free(out.data);
}

Test(proc_fault, lets_signals_end_the_wait_for_a_task, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001 PROC-TASK-001j PROC-TASK-002: task_call, and a result of 100,000 bytes") {
    play_as_in_a_plain_run(call, NULL);
}

static void count_bytes(void *ctx, const struct task_result *result) {
    *(int *)ctx += (int)result->len;
}

/* The task that ends has a queue of its own. So it does not matter here whether a dispatch waits for all tasks. */
static void dispatch(void *unused) {
    int bytes = 0;
    (void)unused;
    gates_open();
    struct task_queue *queue = task_open(), *other = task_open();
    expect_or_end(queue != NULL && other != NULL, "task_open gives a queue");
    works_or_short(task_submit(other, write_much, NULL, count_bytes, &bytes) == 0, "task_submit");
    expect_as_plain(task_dispatch(other, -1), "task_dispatch with -1 ms");
    expect_as_plain(bytes, "how many bytes came");
    works_or_short(task_submit(queue, wait_for_nothing, NULL, count_bytes, &bytes) == 0, "task_submit");
    double before = stopwatch_ms();
    expect_as_plain(task_dispatch(queue, 1), "task_dispatch with 1 ms while a task runs");
    expect_as_plain(stopwatch_ms() - before >= 1, "whether that took a millisecond");
    task_close(queue);
    task_close(other);
    expect_as_plain(has_children(), "whether a child is left");
    gates_close();
}

Test(
    proc_fault, lets_signals_end_the_wait_of_a_queue, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
    .description = "PROC-FAULT-001 PROC-TASK-006: dispatches with 1 and -1 ms; the queue is closed while a task runs") {
    play_as_in_a_plain_run(dispatch, NULL);
}

/* Ends after the daemon, when its starter waits for it. */
static int end_after_the_daemon(void *arg) {
    char byte;
    pid_t starter = getppid();
    close(daemon_lives[1]);
    while (read(daemon_lives[0], &byte, 1) == -1)
        continue;
    return getppid() == starter ? end_later(arg) : 1;
}

/* A daemon and another child, which end while their starter waits for them: first the daemon, then the other one. */
static int leave_children(void *arg) {
    static struct process daemon, other;
    const struct process_options options = {.daemon = PROCESS_DAEMON_YES};
    (void)arg;
    if (pipe2(daemon_lives, O_CLOEXEC) != 0 ||
        process_init_target(&daemon, hold_against_sigterm, NULL, &options) != 0 || process_start(&daemon) != 0)
        return 1;
    if (process_init_target(&other, end_after_the_daemon, NULL, NULL) != 0 || process_start(&other) != 0)
        return 2;
    close(daemon_lives[0]);
    close(daemon_lives[1]);
    let_pass(0, 1);
    return 5;
}

/* The starter has ended, so both children have too. Whether they do is a matter of areas DAEMON and EXIT. */
static bool other_ended_first(void) {
    bool is_there = false;
    for (const char *line = log_next_if_any(); *line != '\0'; line = log_next_if_any())
        is_there = is_there || strcmp(line, "ends") == 0;
    return is_there;
}

static void leave_program(void *unused) {
    (void)unused;
    gates_open();
    int status = end_of(program_start(leave_children, NULL));
    expect_or_end(status != 1 && status != 2, "the program starts both children");
    expect_plain_code(status, "the exit status of the program");
    bool waited = other_ended_first();
    bool waits = number_of_plain_run(waited, "whether the other child has ended while its starter waited");
    expect_or_end(waited || !waits, "the other child has ended while its starter waited, as without a signal");
    gates_close();
}

Test(proc_fault, lets_signals_end_the_last_wait_of_a_program, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001a PROC-DAEMON-004d: the program returns while a daemon and another child run") {
    play_as_in_a_plain_run(leave_program, NULL);
}

static void leave_child(void *unused) {
    struct process p;
    (void)unused;
    gates_open();
    start_or_short(&p, leave_children, NULL, NULL);
    int status = code_at_end(&p);
    expect_or_end(status != 1 && status != 2, "the child starts both children");
    expect_plain_code(status, "its exit code");
    bool waited = other_ended_first();
    bool waits = number_of_plain_run(waited, "whether the other child has ended while its starter waited");
    expect_or_end(waited || !waits, "the other child has ended while its starter waited, as without a signal");
    process_close(&p);
    gates_close();
}

Test(proc_fault, lets_signals_end_the_last_wait_of_a_child, .timeout = 5, .data = SWEEP(SWEEP_EINTR),
     .description = "PROC-FAULT-001a PROC-EXIT-005d: the child returns while a daemon and another child run") {
    play_as_in_a_plain_run(leave_child, NULL);
}
