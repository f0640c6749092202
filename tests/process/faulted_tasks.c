/* faulted_tasks.c - tasks, while one call of the submission fails. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faulted.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/sweep.h"
#include "support/process/gates.h"
#include "support/process/kernel_view.h"

/* Tells its pid, and writes its argument. */
static int tell_and_write(void *arg, FILE *result) {
    log_line("%d", (int)getpid());
    fputs(arg, result);
    return 0;
}

/* A result is right if it is good and whole. It is also right if the task lacked something itself, and has none. */
static void expect_result(int exitcode, const char *data, const char *written) {
    bool is_good = exitcode == 0;
    expect_true(is_right_code(exitcode, 0), "the exit code of the task is right");
    expect_int(data != NULL, is_good, "whether there is a result");
    expect_text(is_good ? data : written, written, "the result");
}

void call_or_short(void) {
    const struct task_result untouched = {.exitcode = -1000, .data = "untouched", .len = 9};
    struct task_result out = untouched;
    gates_open();
    int before = open_descriptors();
    int result = task_call(tell_and_write, "ok", &out);
    if (!works_or_short(result == 0, "task_call")) {
        expect_int(result, -1, "what task_call returns after the failure");
        expect_true(out.exitcode == untouched.exitcode && out.data == untouched.data && out.len == untouched.len,
                    "*out is unchanged after the failure");
        expect_int(open_descriptors(), before, "the number of open descriptors after the failure");
        expect_int(has_children(), false, "whether a child is left");
        expect_int(task_call(tell_and_write, "ok", &out), 0, "calling it when there is enough again");
    }
    expect_result(out.exitcode, out.data, "ok");
    free(out.data);
    expect_int(open_descriptors(), before, "the number of open descriptors at the end");
    expect_int(has_children(), false, "whether a child is left at the end");
    gates_close();
}

static void end_sweep_of_parent(void) {
    sweep_end();
}

/* fork calls the handler in the parent. */
void call_with_short_child(void) {
    require(pthread_atfork(NULL, end_sweep_of_parent, NULL) == 0, "register a handler of fork");
    call_or_short();
}

struct outcome {
    int calls, exitcode;
    char *data; /* a copy, or NULL */
};

static int callbacks;

static void keep(void *ctx, const struct task_result *result) {
    struct outcome *outcome = ctx;
    callbacks++;
    outcome->calls++;
    outcome->exitcode = result->exitcode;
    outcome->data = result->data != NULL ? strdup(result->data) : NULL;
}

static void submit_or_short(struct task_queue *queue, task_work *work, char *written, struct outcome *outcome) {
    int before = open_descriptors();
    int result = task_submit(queue, work, written, keep, outcome);
    if (works_or_short(result == 0, "task_submit"))
        return;
    expect_int(result, -1, "what task_submit returns after the failure");
    expect_int(open_descriptors(), before, "the number of open descriptors after the failure");
    expect_int(task_submit(queue, work, written, keep, outcome), 0, "submitting it again");
}

static int run_on(void *arg, FILE *result) {
    (void)arg;
    (void)result;
    wait_at(0);
    return 0;
}

/* Waits until the processes have ended that have the writing end of this pipe, which the caller has closed. If they
 * have begun to work, they have told their pids. */
static void await_tasks(int fd) {
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        continue;
    close(fd);
    for (const char *line = log_next_if_any(); *line != '\0'; line = log_next_if_any())
        await_zombie(atoi(line));
}

/* Dispatches once. */
static void dispatch_or_short(struct task_queue *queue, bool *has_failed) {
    int before = callbacks, result = task_dispatch(queue, -1), error = errno, called = callbacks - before;
    if (called == 0) {
        expect_int(result, -1, "what task_dispatch returns if it called no callback");
        expect_true(!*has_failed, "task_dispatch fails only once");
        *has_failed = true;
        errno = error;
        works_or_short(false, "task_dispatch");
    } else {
        expect_int(result, called, "what task_dispatch returns, and how many callbacks it called");
    }
}

void queue_or_short(int ending) {
    static struct outcome outcomes[2], runner;
    static char *const written[] = {"first", "second"};
    int before = open_descriptors(), ends[2];
    bool has_failed = false;
    gates_open();
    struct task_queue *queue = task_open();
    if (!works_or_short(queue != NULL, "task_open"))
        queue = task_open();
    expect_true(queue != NULL, "there is a queue when there is enough again");
    require(pipe(ends) == 0, "make a pipe");
    for (int i = 0; i < ending; i++)
        submit_or_short(queue, tell_and_write, written[i], &outcomes[i]);
    close(ends[1]);
    submit_or_short(queue, run_on, NULL, &runner);
    await_tasks(ends[0]);
    while (callbacks - runner.calls < ending)
        dispatch_or_short(queue, &has_failed);
    for (int i = 0; i < ending; i++) {
        expect_int(outcomes[i].calls, 1, "how many times callback %d was called", i + 1);
        expect_result(outcomes[i].exitcode, outcomes[i].data, written[i]);
        free(outcomes[i].data);
    }
    expect_true(runner.calls == 0 || (sweep_end() && runner.exitcode > 0), "the last task runs on");
    sweep_end();
    task_close(queue);
    gates_close();
    expect_int(open_descriptors(), before, "the number of open descriptors at the end");
    expect_int(has_children(), false, "whether a child is left");
}
