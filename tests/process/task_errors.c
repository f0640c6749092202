/* task_errors.c - tasks that cannot be started: wrong arguments, a daemon as caller, and shortages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/faults/closes.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/shortage.h"

static int write_ok(void *arg, FILE *result) {
    (void)arg;
    fputs("ok", result);
    return 0;
}

static int calls;

static void count_call(void *ctx, const struct task_result *result) {
    (void)result;
    calls++;
    if (ctx != NULL)
        (*(int *)ctx)++;
}

/* Whether a task_result is still as it was set. */
static const struct task_result untouched = {.exitcode = -1000, .data = "untouched", .len = 9};

static bool is_untouched(const struct task_result *out) {
    return out->exitcode == untouched.exitcode && out->data == untouched.data && out->len == untouched.len;
}

Test(proc_task, refuses_to_call_nothing, .timeout = 5, .description = "PROC-TASK-001g PROC-TASK-001i: no work") {
    struct task_result out = untouched;
    int before = open_descriptors();
    expect_error(task_call(NULL, "", &out), EINVAL, "calling no work");
    expect_true(is_untouched(&out), "*out is unchanged");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(has_children(), false, "whether a child is left");
}

Test(proc_task, refuses_to_submit_nothing, .timeout = 5,
     .description = "PROC-TASK-004a PROC-TASK-004b: no work, no callback, neither; the queue has an ended task") {
    int own = 0;
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    expect_int(task_submit(queue, write_ok, NULL, count_call, &own), 0, "submitting a task");
    await_readable(task_fd(queue));
    int before = open_descriptors();
    expect_error(task_submit(queue, NULL, NULL, count_call, NULL), EINVAL, "submitting no work");
    expect_error(task_submit(queue, write_ok, NULL, NULL, NULL), EINVAL, "submitting work without a callback");
    expect_error(task_submit(queue, NULL, NULL, NULL, NULL), EINVAL, "submitting neither");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(task_dispatch(queue, -1), 1, "dispatching");
    expect_true(own > 0, "the callback of the good submission was called");
    expect_int(calls - own, 0, "how many other callbacks were called");
    expect_int(task_dispatch(queue, -1), 0, "dispatching again");
    task_close(queue);
}

static int left_by_start; /* descriptors */

/* The error of process_start in the same place. A task fails in the same way, because it is such a process. */
static const char *error_of_start(void) {
    struct process p;
    int before = open_descriptors();
    closes_spoil_errno(true);
    int result = process_init_target(&p, quit, NULL, NULL) != 0 ? -1 : process_start(&p), error = errno;
    closes_spoil_errno(false);
    if (result == 0)
        put_away(&p);
    left_by_start = open_descriptors() - before;
    return result == 0 ? "none" : strerrorname_np(error);
}

/* What a call that must fail gives, and what it leaves. */
static void try_call(void) {
    struct task_result out = untouched;
    log_line("%s", error_of_start());
    int before = open_descriptors();
    closes_spoil_errno(true);
    errno = 0;
    int result = task_call(write_ok, NULL, &out), error = errno;
    closes_spoil_errno(false);
    log_line("call %d %s, unchanged %d, descriptors %d", result, strerrorname_np(error), is_untouched(&out),
             open_descriptors() - before - left_by_start);
}

static void try_submit(void) {
    log_line("%s", error_of_start());
    int before = open_descriptors();
    struct task_queue *queue = task_open();
    errno = 0;
    int result = task_submit(queue, write_ok, NULL, count_call, NULL), error = errno;
    int dispatched = task_dispatch(queue, -1);
    task_close(queue);
    log_line("submit %d %s, dispatch %d, callbacks %d, descriptors %d", result, strerrorname_np(error), dispatched,
             calls, open_descriptors() - before - left_by_start);
}

static int try_in_a_daemon(void *submits) {
    if (submits != NULL)
        try_submit();
    else
        try_call();
    return 0;
}

/* The caller could not start a process, and got this error. What it logged then. */
static void expect_same_error(const char *error, const char *format, const char *who) {
    char expected[LINE_MAX_TOLD];
    snprintf(expected, sizeof expected, format, error);
    const char *line = log_next();
    bool starts = strcmp(error, "none") == 0; /* a matter of the clauses of starts */
    expect_text(starts ? expected : line, expected, "what %s gets, where a start fails with %s", who, error);
}

static void expect_in_a_daemon(void *submits, const char *format) {
    struct process p;
    char error[LINE_MAX_TOLD + 1];
    gates_open();
    launch_as(&p, try_in_a_daemon, submits, &(struct process_options){.daemon = PROCESS_DAEMON_YES});
    snprintf(error, sizeof error, "%s", log_next());
    expect_same_error(error, format, "a daemon");
    put_away(&p);
    gates_close();
}

Test(proc_task, is_not_called_by_a_daemon, .timeout = 5,
     .description = "PROC-TASK-001g PROC-TASK-001i: the caller is a daemon") {
    expect_in_a_daemon(NULL, "call -1 %s, unchanged 1, descriptors 0");
}

Test(proc_task, is_not_submitted_by_a_daemon, .timeout = 5,
     .description =
         "PROC-TASK-004a PROC-TASK-004b PROC-TASK-007a: a daemon submits, and then dispatches its empty queue") {
    expect_in_a_daemon("", "submit -1 %s, dispatch 0, callbacks 0, descriptors 0");
}

/* A call with room for so many descriptors: it works, or fails with EMFILE and leaves nothing. The task itself may lack
 * a descriptor. Then its exit code is not 0. */
static void expect_call_or_error(unsigned more, int of_a_life) {
    struct task_result out = untouched;
    int before = open_descriptors();
    allow_descriptors((int)more);
    closes_spoil_errno(true);
    errno = 0;
    int result = task_call(write_ok, NULL, &out), error = errno;
    closes_spoil_errno(false);
    allow_all_descriptors();
    bool failed = result != 0, is_good = !failed && out.exitcode == 0;
    expect_int(failed ? error : EMFILE, EMFILE, "errno of task_call with room for %u descriptors", more);
    expect_true(!failed || is_untouched(&out), "*out is unchanged after an error with room for %u descriptors", more);
    expect_int(!failed && out.data != NULL, is_good, "whether there is a result, with room for %u descriptors", more);
    expect_text(is_good ? out.data : "ok", "ok", "the result with room for %u descriptors", more);
    free(is_good ? out.data : NULL);
    expect_true(open_descriptors() <= before + of_a_life, "no descriptor is left open after that");
    expect_int(has_children(), false, "whether a child is left after that");
}

Test(proc_task, can_be_called_again_after_a_shortage_of_descriptors, .timeout = 5,
     .description = "PROC-TASK-001h PROC-TASK-001i PROC-RULE-011 PROC-RULE-011b PROC-RULE-011c: 0 to 7 more "
                    "descriptors are allowed during the call") {
    int of_a_life = remains_of_a_life().descriptors;
    for (unsigned more = 0; more <= 7; more++)
        expect_call_or_error(more, of_a_life);
    expect_call_or_error(20, of_a_life);
}

/* Opens a queue with room for so many descriptors. */
static void expect_queue_or_error(unsigned more) {
    int before = open_descriptors();
    allow_descriptors((int)more);
    errno = 0;
    struct task_queue *queue = task_open();
    int error = errno;
    allow_all_descriptors();
    expect_int(queue == NULL ? error : EMFILE, EMFILE, "errno of task_open with room for %u descriptors", more);
    expect_true(queue == NULL || is_open(task_fd(queue)), "a queue has an open descriptor, made with room for %u",
                more);
    task_close(queue);
    expect_int(open_descriptors(), before, "the number of open descriptors after that and the close");
}

/* A submission with room for so many descriptors, to a queue that has one task already. */
static void expect_submission_or_error(unsigned more, int of_a_life) {
    int before = open_descriptors(), first = 0, second = 0;
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    expect_int(task_submit(queue, write_ok, NULL, count_call, &first), 0, "submitting a task");
    await_readable(task_fd(queue));
    int with_one = open_descriptors();
    allow_descriptors((int)more);
    closes_spoil_errno(true);
    errno = 0;
    int result = task_submit(queue, write_ok, NULL, count_call, &second), error = errno;
    closes_spoil_errno(false);
    allow_all_descriptors();
    bool failed = result != 0;
    expect_int(failed ? error : EMFILE, EMFILE, "errno of task_submit with room for %u descriptors", more);
    expect_int(failed ? open_descriptors() : with_one, with_one, "the number of open descriptors after an error");
    while (task_dispatch(queue, -1) > 0)
        continue;
    expect_true(first > 0, "the callback of the first task was called");
    expect_int(second > 0, !failed, "whether the callback of the second task was called");
    task_close(queue);
    expect_true(open_descriptors() <= before + 2 * of_a_life, "no descriptor is left open after the close");
    expect_int(has_children(), false, "whether a child is left");
}

Test(proc_task, can_be_submitted_again_after_a_shortage_of_descriptors, .timeout = 10,
     .description = "PROC-TASK-004c PROC-TASK-004b PROC-RULE-011 PROC-RULE-011b: 0 to 7 more descriptors are allowed "
                    "during task_open and task_submit") {
    int of_a_life = remains_of_a_life().descriptors;
    for (unsigned more = 0; more <= 7; more++) {
        expect_queue_or_error(more);
        expect_submission_or_error(more, of_a_life);
    }
}

/* A program that may not have processes, and then may. */
static int call_without_and_with_leave(void *arg) {
    struct task_result out = {.data = NULL};
    (void)arg;
    forbid_processes();
    try_call();
    allow_processes();
    int result = task_call(write_ok, NULL, &out);
    log_line("call %d, result %s", result, out.data != NULL ? out.data : "none");
    free(out.data);
    return 0;
}

static int submit_without_and_with_leave(void *arg) {
    (void)arg;
    forbid_processes();
    try_submit();
    allow_processes();
    struct task_queue *queue = task_open();
    int submitted = task_submit(queue, write_ok, NULL, count_call, NULL), dispatched = task_dispatch(queue, -1);
    log_line("submit %d, dispatch %d, callback %d", submitted, dispatched, calls > 0);
    task_close(queue);
    return 0;
}

static void expect_with_and_without_leave(program_body *body, const char *without, const char *with) {
    char error[LINE_MAX_TOLD + 1];
    gates_open();
    pid_t program = program_start(body, NULL);
    snprintf(error, sizeof error, "%s", log_next_unless_ended(program));
    expect_same_error(error, without, "the program, while RLIMIT_NPROC allows no process,");
    expect_text(log_next_unless_ended(program), with, "what it got when processes are allowed again");
    end_of(program);
    gates_close();
}

Test(proc_task, can_be_called_again_after_a_shortage_of_processes, .timeout = 5,
     .description = "PROC-TASK-001h PROC-TASK-001i: RLIMIT_NPROC forbids one call, then allows another") {
    expect_with_and_without_leave(call_without_and_with_leave, "call -1 %s, unchanged 1, descriptors 0",
                                  "call 0, result ok");
}

Test(proc_task, can_be_submitted_again_after_a_shortage_of_processes, .timeout = 5,
     .description = "PROC-TASK-004c PROC-TASK-004b: RLIMIT_NPROC forbids one submission, then allows another") {
    expect_with_and_without_leave(submit_without_and_with_leave, "submit -1 %s, dispatch 0, callbacks 0, descriptors 0",
                                  "submit 0, dispatch 1, callback 1");
}
