/* task_manners.c - tasks leave signals and descriptors of the program as they are, and bear signals and short reads. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/signal_setup.h"
#include "support/faults/partial_io.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

enum { LENGTH = 50000 };

/* Writes LENGTH bytes that a pattern gives. */
static int write_pattern(void *arg, FILE *result) {
    (void)arg;
    for (int i = 0; i < LENGTH; i++)
        fputc(i * 7 % 251, result);
    fflush(result);
    return 0;
}

static bool is_pattern(const struct task_result *result) {
    bool right = result->exitcode == 0 && result->data != NULL && result->len == LENGTH;
    for (int i = 0; right && i < LENGTH; i++)
        right = (unsigned char)result->data[i] == i * 7 % 251;
    return right;
}

static void check_pattern(void *right, const struct task_result *result) {
    *(bool *)right = is_pattern(result);
}

/* A call, and a submission with a dispatch. Returns how many of the two results are right. Does not assert. */
static int call_and_dispatch(void) {
    struct task_result out = {.exitcode = -1000};
    bool called = false, dispatched = false;
    if (task_call(write_pattern, NULL, &out) == 0) {
        called = is_pattern(&out);
        free(out.data);
    }
    struct task_queue *queue = task_open();
    if (queue != NULL && task_submit(queue, write_pattern, NULL, check_pattern, &dispatched) == 0)
        task_dispatch(queue, -1);
    task_close(queue);
    return called + dispatched;
}

/* The number of the descriptor that is opened next. */
static int next_descriptor(void) {
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    close(fd);
    return fd;
}

Test(proc_task, reads_a_result_that_comes_in_pieces, .timeout = 5,
     .description = "PROC-TASK-002: each of the first five descriptors that the code opens moves few bytes at a time") {
    for (int i = 0; i < 5; i++) {
        partial_io_start(next_descriptor() + i, (struct partial_io){.most = 700, .waiting = -1});
        int right = call_and_dispatch();
        partial_io_stop();
        expect_int(right, 2, "how many of two results are right, with a rough descriptor number %d", i + 1);
    }
}

static void note_child(int signal) {
    (void)signal;
}

Test(proc_task, leaves_signals_as_they_are, .timeout = 5,
     .description = "PROC-TASK-001j PROC-RULE-007 PROC-RULE-007a PROC-RULE-007b PROC-RULE-008 PROC-RULE-008b: the "
                    "program handles SIGCHLD without SA_RESTART, and other signals in other ways") {
    const struct sigaction action = {.sa_handler = note_child};
    signal_setup_make();
    require(sigaction(SIGCHLD, &action, NULL) == 0, "set a handler");
    struct signal_setup before = signal_setup_now();
    expect_int(call_and_dispatch(), 2, "how many of two results are right");
    expect_text(signal_setup_changes(&before, true), "", "what has changed after all tasks are released");
}

/* How many of the open descriptors are not close-on-exec. Valgrind has high ones of its own. */
static int not_close_on_exec(void) {
    int count = 0;
    for (int fd = 0; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        count += flags != -1 && (flags & FD_CLOEXEC) == 0;
    }
    return count;
}

static int hold_the_result(void *arg, FILE *result) {
    (void)result;
    return hold(arg) == HELD ? 0 : 1;
}

static void ignore_result(void *ctx, const struct task_result *result) {
    (void)ctx;
    (void)result;
}

Test(proc_task, opens_what_no_program_inherits, .timeout = 5,
     .description =
         "PROC-TASK-009b PROC-RULE-006: counts the descriptors that are not close-on-exec, while two tasks run") {
    gates_open();
    int before = not_close_on_exec();
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    for (int i = 0; i < 2; i++)
        expect_int(task_submit(queue, hold_the_result, NULL, ignore_result, NULL), 0, "submitting a task");
    expect_int(not_close_on_exec(), before, "how many descriptors are not close-on-exec while the tasks run");
    task_close(queue);
    gates_close();
}

static int return_9(void *arg) {
    (void)arg;
    return 9;
}

Test(proc_task, takes_no_status_of_others, .timeout = 5,
     .description = "PROC-JOIN-011: a call, a dispatch and a close while a plain child and a started one have ended") {
    struct process p;
    int code = 5;
    launch(&p, quit, &code);
    pid_t plain = plain_start(return_9, NULL);
    await_end(&p);
    await_zombie(plain);
    step("a call and a dispatch give %d right results", call_and_dispatch());
    expect_int(end_of(plain), 9, "the exit code of the plain child, which the test waits for");
    expect_int(code_at_end(&p), 5, "the exit code of the started process");
    process_close(&p);
}
