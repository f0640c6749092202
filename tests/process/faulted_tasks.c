/* faulted_tasks.c - tasks, while one call of the submission fails. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
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

static int left; /* descriptors that failed calls have left open */

/* A call or a submission has failed. What it leaves open is the same after each shortage, so it is charged once. */
static void expect_no_descriptor_left(int before) {
    left += open_descriptors() > before ? open_descriptors() - before : 0;
    if (is_sweep_of("EMFILE"))
        expect_true(open_descriptors() <= before + rest_of_plain_run().descriptors, "it leaves no descriptor open");
}

static const struct task_result untouched = {.exitcode = -1000, .data = "untouched", .len = 9};

static bool is_untouched(const struct task_result *out) {
    return out->exitcode == untouched.exitcode && out->data == untouched.data && out->len == untouched.len;
}

/* The result of a task that did not lack anything is that of the plain run. */
static void expect_plain_result(int exitcode, const char *data, const char *written, const char *which) {
    bool is_as_written = data != NULL && strcmp(data, written) == 0;
    if (expect_plain_code(exitcode, which) && exitcode == 0)
        expect_as_plain(is_as_written, "the result of a task");
}

static void call(void *unused) {
    struct task_result out = untouched;
    (void)unused;
    gates_open();
    int before = open_descriptors();
    int result = task_call(tell_and_write, "ok", &out);
    if (!works_or_short(result == 0, "task_call")) {
        expect_int(result, -1, "what task_call returns after the failure");
        if (is_sweep_of("ENOMEM")) /* the other shortages are matters of PROC-TASK-001 */
            expect_true(is_untouched(&out), "*out is unchanged after the failure");
        expect_no_descriptor_left(before);
        expect_int(task_call(tell_and_write, "ok", &out), 0, "calling it when there is enough again");
    }
    bool has_run = *log_next_if_any() != '\0';
    expect_or_end(has_run || (sweep_end() && out.exitcode > 0), "a process has run the task");
    expect_plain_result(out.exitcode, out.data, "ok", "the exit code of the task");
    free(out.exitcode == 0 ? out.data : NULL);
    expect_as_plain(has_children(), "whether a child is left");
    expect_plain_rest((struct rest){.descriptors = open_descriptors() - before - left});
    gates_close();
}

void call_or_short(void) {
    play_as_in_a_plain_run(call, NULL);
}

static void end_sweep_of_parent(void) {
    if (!is_plain_run())
        sweep_end();
}

/* fork calls the handler in the parent. */
static void call_with_handler(void *unused) {
    require(pthread_atfork(NULL, end_sweep_of_parent, NULL) == 0, "register a handler of fork");
    call(unused);
}

void call_with_short_child(void) {
    play_as_in_a_plain_run(call_with_handler, NULL);
}

struct outcome {
    int calls, exitcode;
    char *data; /* a copy, or NULL */
};

static struct outcome outcomes[2], runner;
static int callbacks; /* since the last dispatch began */

static void keep(void *ctx, const struct task_result *result) {
    struct outcome *outcome = ctx;
    callbacks++;
    outcome->calls++;
    outcome->exitcode = result->exitcode;
    outcome->data = result->data != NULL ? strdup(result->data) : NULL;
}

/* Returns whether it has worked at once. What a callback gets that is called too early is a matter of area TASK. */
static bool submit_or_short(struct task_queue *queue, task_work *work, char *written, struct outcome *outcome) {
    int before = open_descriptors();
    int result = task_submit(queue, work, written, keep, outcome);
    if (works_or_short(result == 0, "task_submit"))
        return true;
    expect_int(result, -1, "what task_submit returns after the failure");
    expect_no_descriptor_left(before);
    *outcome = (struct outcome){.calls = 0};
    expect_int(task_submit(queue, work, written, keep, outcome), 0, "submitting it again");
    return false;
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

/* Dispatches once. Does not wait: the tasks have ended, but the code under test may learn of it later. */
static void dispatch_or_short(struct task_queue *queue, bool *has_failed, bool *is_miscounted) {
    bool failed_before = a_call_has_failed();
    callbacks = 0;
    int result = task_dispatch(queue, 0), error = errno, called = callbacks;
    bool is_early = result == -1 && error == ETIMEDOUT && (failed_before || !a_call_has_failed());
    *is_miscounted = *is_miscounted || (called > 0 && result != called);
    if (called > 0) {
        expect_or_end(result > 0, "task_dispatch succeeds if it has called callbacks");
    } else if (!is_early) {
        expect_or_end(result == -1, "task_dispatch fails if it has called no callback");
        expect_or_end(!*has_failed, "task_dispatch fails only once");
        *has_failed = true;
        errno = error;
        works_or_short(false, "task_dispatch");
    }
    sched_yield();
}

static struct task_queue *open_or_short(void) {
    struct task_queue *queue = task_open();
    if (!works_or_short(queue != NULL, "task_open"))
        queue = task_open();
    expect_or_end(queue != NULL, "there is a queue");
    return queue;
}

/* Opens a queue, and submits the tasks to it. Waits until those that end have ended. Returns NULL after a shortage of
 * memory: PROC-FAULT-002 does not speak of the other tasks of the queue. */
static struct task_queue *queue_with_tasks(int ending) {
    static char *const written[] = {"first", "second"};
    struct task_queue *queue = open_or_short();
    bool worked = true;
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    for (int i = 0; i < ending; i++)
        worked = submit_or_short(queue, tell_and_write, written[i], &outcomes[i]) && worked;
    close(ends[1]);
    worked = submit_or_short(queue, run_on, NULL, &runner) && worked;
    await_tasks(ends[0]);
    if (worked || !is_sweep_of("ENOMEM"))
        return queue;
    task_close(queue);
    return NULL;
}

static void expect_outcome(struct outcome *outcome, const char *written, const char *which) {
    expect_as_plain(outcome->calls, which);
    expect_plain_result(outcome->exitcode, outcome->data, written, which);
    free(outcome->data);
}

/* Whether a callback of each task that ends was called. */
static bool all_called(int ending) {
    return outcomes[0].calls > 0 && (ending == 1 || outcomes[1].calls > 0);
}

static void use_queue(void *ending) {
    int count = *(int *)ending;
    bool has_failed = false, is_miscounted = false;
    gates_open();
    int before = open_descriptors();
    struct task_queue *queue = queue_with_tasks(count);
    if (queue == NULL) {
        before = open_descriptors();
        left = 0;
        outcomes[0] = outcomes[1] = runner = (struct outcome){.calls = 0};
        queue = queue_with_tasks(count);
    }
    while (!all_called(count))
        dispatch_or_short(queue, &has_failed, &is_miscounted);
    bool miscounts = number_of_plain_run(is_miscounted, "whether task_dispatch counts wrong");
    expect_or_end(!is_miscounted || miscounts, "task_dispatch returns how many callbacks it has called");
    expect_outcome(&outcomes[0], "first", "the callback of the first task");
    if (count > 1)
        expect_outcome(&outcomes[1], "second", "the callback of the second task");
    expect_or_end(runner.calls == 0 || (sweep_end() && runner.exitcode > 0), "the last task runs on");
    sweep_end();
    task_close(queue);
    expect_plain_rest((struct rest){.descriptors = open_descriptors() - before - left});
    gates_close();
    expect_as_plain(has_children(), "whether a child is left");
}

void queue_or_short(int ending) {
    play_as_in_a_plain_run(use_queue, &ending);
}
