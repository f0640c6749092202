/* task_queues.c - several queues, callbacks that do more, many tasks, tasks that do not want to end, and shortages. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

/* Longer than any watchdog. */
#define AN_HOUR (3600 * 1000)

/* What a callback writes down. */
struct note {
    int calls, exitcode, order; /* order: 1 for the first callback of the test */
    char text[24];
};

static int all_calls;

static void take_note(void *ctx, const struct task_result *result) {
    struct note *note = ctx;
    note->calls++;
    note->exitcode = result->exitcode;
    note->order = ++all_calls;
    snprintf(note->text, sizeof note->text, "%s", result->data != NULL ? result->data : "(none)");
}

static struct task_queue *queue_open(void) {
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    return queue;
}

/* Logs its pid and writes its argument, a text. */
static int write_text(void *arg, FILE *result) {
    log_line("%d", (int)getpid());
    fputs(arg, result);
    fflush(result);
    return 0;
}

/* The same, after it has passed gate 0. */
static int hold_and_write(void *arg, FILE *result) {
    write_text(arg, result);
    wait_at(0);
    return 0;
}

/* Submits a task and waits until it runs. Returns its pid. */
static pid_t submit(struct task_queue *queue, task_work *work, const char *text, struct note *note) {
    expect_int(task_submit(queue, work, (void *)text, take_note, note), 0, "submitting a task that writes \"%s\"",
               text);
    return atoi(log_next());
}

/* Submits a task and waits until it has ended. */
static void submit_and_await(struct task_queue *queue, const char *text, struct note *note) {
    await_zombie(submit(queue, write_text, text, note));
}

/* Two queues: the task of the first has ended, and that of the second runs. */
struct pair {
    struct task_queue *first, *second;
    struct note ended, runs;
};

static void pair_open(struct pair *pair) {
    *pair = (struct pair){.first = queue_open(), .second = queue_open()};
    submit(pair->second, hold_and_write, "second", &pair->runs);
    submit(pair->first, write_text, "first", &pair->ended);
    await_readable(task_fd(pair->first));
}

static void pair_close(struct pair *pair) {
    task_close(pair->first);
    task_close(pair->second);
}

Test(proc_task, has_nothing_to_do_with_other_queues, .timeout = 5,
     .description = "PROC-TASK-005d: dispatches the queue whose task runs, then the one whose task has ended") {
    struct pair pair;
    gates_open();
    pair_open(&pair);
    expect_error(task_dispatch(pair.second, 0), ETIMEDOUT, "dispatching the queue whose task runs");
    expect_int(pair.ended.calls, 0, "how many callbacks of the other queue were called by that");
    expect_int(task_dispatch(pair.first, -1), 1, "dispatching the other queue");
    expect_text(pair.ended.text, "first", "the result that its callback got");
    expect_int(pair.runs.calls, 0, "how many callbacks of the queue whose task runs were called by that");
    pair_close(&pair);
    gates_close();
}

Test(proc_task, of_another_queue_is_not_waited_for, .timeout = 5,
     .description = "PROC-TASK-007a: a new queue, and a queue whose task is done, while a task of another queue runs") {
    struct pair pair;
    gates_open();
    pair_open(&pair);
    struct task_queue *fresh = queue_open();
    expect_int(task_dispatch(fresh, -1), 0, "dispatching a new queue with timeout -1");
    task_dispatch(pair.first, -1);
    expect_int(task_dispatch(pair.first, -1), 0, "dispatching a queue whose task is done, with timeout -1");
    expect_int(task_dispatch(pair.first, INT_MAX), 0, "dispatching it with the largest timeout");
    task_close(fresh);
    pair_close(&pair);
    gates_close();
}

Test(proc_task, of_another_queue_is_not_readable, .timeout = 5,
     .description = "PROC-TASK-009c: polls both queues when the task of one has ended, and a third one") {
    struct pair pair;
    gates_open();
    pair_open(&pair);
    struct task_queue *fresh = queue_open();
    expect_true(task_fd(pair.first) != task_fd(pair.second), "two queues have different descriptors");
    expect_int(is_readable(task_fd(pair.first)), true, "whether the queue is readable whose task has ended");
    expect_int(is_readable(task_fd(pair.second)), false, "whether the queue is readable whose task runs");
    expect_int(is_readable(task_fd(fresh)), false, "whether a new queue is readable");
    task_close(fresh);
    pair_close(&pair);
    gates_close();
}

Test(proc_task, of_another_queue_outlives_the_close, .timeout = 5,
     .description = "PROC-TASK-010c: closes the queue whose task has ended, while that of another queue runs") {
    struct pair pair;
    gates_open();
    pair_open(&pair);
    task_close(pair.first);
    let_pass(0, 1);
    expect_int(task_dispatch(pair.second, AN_HOUR), 1, "dispatching the other queue after the close");
    expect_text(pair.runs.text, "second", "the result that its callback got");
    expect_int(pair.runs.exitcode, 0, "the exit code that its callback got");
    task_close(pair.second);
    gates_close();
}

Test(proc_task, calls_back_from_nothing_else, .timeout = 5,
     .description = "PROC-TASK-005a PROC-TASK-006c: an ended task, while every other function is called") {
    struct note ended = {.calls = 0}, other = {.calls = 0}, third = {.calls = 0};
    struct task_result out = {.data = NULL};
    gates_open();
    struct task_queue *queue = queue_open(), *second = queue_open();
    submit(queue, write_text, "ended", &ended);
    await_readable(task_fd(queue));
    expect_int(task_call(write_text, "called", &out), 0, "calling another task");
    expect_text(out.data, "called", "its result");
    free(out.data);
    log_next();
    submit(second, write_text, "other", &other);
    expect_int(task_dispatch(second, -1), 1, "dispatching another queue");
    submit(queue, hold_and_write, "third", &third);
    process_active_children(NULL, 0);
    expect_int(ended.calls, 0, "how many times the callback of the ended task was called by all that");
    expect_int(task_dispatch(queue, 0), 1, "dispatching the queue with timeout 0");
    expect_int(ended.calls, 1, "how many times its callback was called after the dispatch");
    let_pass(0, 1);
    expect_int(task_dispatch(queue, -1), 1, "dispatching the queue when its last task may end");
    expect_int(ended.calls, 1, "how many times the first callback was called in all");
    expect_text(third.text, "third", "the result of the last task");
    task_close(second);
    task_close(queue);
    gates_close();
}

/* Two queues, and what a callback does with them. */
struct plan {
    struct task_queue *own, *other;
    struct note own_note, other_note, called;
    int results[3]; /* of two submissions and of a dispatch */
};

/* A callback: submits to its own queue and waits until that task has ended; uses another queue; calls a task. */
static void do_much(void *ctx, const struct task_result *result) {
    struct plan *plan = ctx;
    struct task_result out = {.data = NULL};
    take_note(&plan->called, result);
    plan->results[0] = task_submit(plan->own, write_text, "later", take_note, &plan->own_note);
    await_zombie(atoi(log_next()));
    plan->results[1] = task_submit(plan->other, write_text, "other", take_note, &plan->other_note);
    log_next();
    plan->results[2] = task_dispatch(plan->other, -1);
    if (task_call(write_text, "called", &out) != 0)
        plan->results[2] = -1;
    log_next();
    free(out.data);
    take_note(&plan->called, result); /* the result is still there */
}

Test(proc_task, lets_a_callback_do_much, .timeout = 5,
     .description =
         "PROC-TASK-005b PROC-TASK-005c PROC-TASK-005e: the first of two callbacks submits, dispatches another "
         "queue and calls") {
    struct note last = {.calls = 0};
    gates_open();
    struct plan plan = {.own = queue_open(), .other = queue_open()};
    expect_int(task_submit(plan.own, write_text, "first", do_much, &plan), 0, "submitting a task");
    await_zombie(atoi(log_next()));
    submit_and_await(plan.own, "last", &last);
    expect_true(task_dispatch(plan.own, -1) > 0, "dispatching the two tasks that had ended before");
    expect_int(plan.results[0], 0, "the callback's submission to its own queue");
    expect_int(plan.results[1], 0, "the callback's submission to the other queue");
    expect_int(plan.results[2], 1, "the callback's dispatch of the other queue");
    expect_text(plan.called.text, "first", "the callback's result, looked at after all that");
    expect_text(plan.other_note.text, "other", "the result of the other queue");
    expect_text(last.text, "last", "the result of the second task");
    expect_int(plan.own_note.calls, 0, "how many times the callback of the later task was called in that dispatch");
    expect_int(task_dispatch(plan.own, 0), 1, "the next dispatch, with timeout 0");
    expect_text(plan.own_note.text, "later", "the result of the later task");
    expect_int(task_dispatch(plan.own, -1), 0, "dispatching when all is done");
    task_close(plan.own);
    task_close(plan.other);
    gates_close();
}

Test(proc_task, calls_back_for_any_number, .timeout = 10,
     .description = "PROC-TASK-008c PROC-TASK-008a: forty tasks have ended and one runs; one dispatch") {
    enum { MANY = 40 };
    static struct note notes[MANY], runs;
    static char texts[MANY][8];
    gates_open();
    struct task_queue *queue = queue_open();
    submit(queue, hold_and_write, "runs", &runs);
    int many = 0;
    for (; many < MANY; many++) { /* whether so many processes can be started is a matter of PROC-START-001 */
        snprintf(texts[many], sizeof texts[many], "%d", many);
        if (task_submit(queue, write_text, texts[many], take_note, &notes[many]) != 0)
            break;
        await_zombie(atoi(log_next()));
    }
    expect_true(many >= 10, "ten tasks can be submitted while another one runs");
    for (int i = 0; i < 10000 && process_active_children(NULL, 0) > 1; i++) /* the code may learn of an end later */
        sched_yield();
    expect_int(task_dispatch(queue, -1), many, "dispatching the tasks that have ended");
    for (int i = 0; i < many; i++) {
        expect_int(notes[i].order, i + 1, "the position of callback %d in the order of calls", i + 1);
        expect_text(notes[i].text, texts[i], "the result that callback %d got", i + 1);
    }
    expect_int(runs.calls, 0, "how many times the callback of the running task was called");
    let_pass(0, 1);
    expect_int(task_dispatch(queue, -1), 1, "dispatching the last one");
    task_close(queue);
    gates_close();
}

static int write_later(void *arg, FILE *result) {
    fputs(await_starter() ? arg : "left alone", result);
    fflush(result);
    return 0;
}

Test(proc_task, waits_long_enough_with_large_timeouts, .timeout = 5,
     .description = "PROC-TASK-006a: negative numbers, and timeouts whose product with 1000 or 1000000 is no int") {
    static const int timeouts[] = {-1, -2, -1000, INT_MIN, 2148, 4294, 2147484, 4294967, INT_MAX - 1, INT_MAX};
    struct task_queue *queue = queue_open();
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
        struct note note = {.calls = 0};
        expect_int(task_submit(queue, write_later, "waited for", take_note, &note), 0, "submitting a task");
        expect_int(task_dispatch(queue, timeouts[i]), 1,
                   "dispatching with timeout %d a task that ends when the dispatch waits", timeouts[i]);
        expect_text(note.text, "waited for", "its result, with timeout %d", timeouts[i]);
    }
    task_close(queue);
}

Test(proc_task, goes_on_after_a_dispatch_in_vain, .timeout = 5,
     .description = "PROC-TASK-006d: a dispatch with 0 and with 1 ms while two tasks run, then they end") {
    struct note notes[2] = {{.calls = 0}};
    gates_open();
    struct task_queue *queue = queue_open();
    pid_t pids[2];
    for (int i = 0; i < 2; i++)
        pids[i] = submit(queue, hold_and_write, i == 0 ? "first" : "second", &notes[i]);
    expect_error(task_dispatch(queue, 0), ETIMEDOUT, "dispatching with timeout 0 while both run");
    expect_error(task_dispatch(queue, 1), ETIMEDOUT, "dispatching with timeout 1 while both run");
    expect_true(!has_ended(pids[0]) && !has_ended(pids[1]), "both tasks still run");
    let_pass(0, 2);
    while ((notes[0].calls == 0 || notes[1].calls == 0) && task_dispatch(queue, -1) > 0)
        continue;
    expect_text(notes[0].text, "first", "the result of the first task");
    expect_text(notes[1].text, "second", "the result of the second task");
    task_close(queue);
    gates_close();
}

/* Ignores or blocks every signal that can be ignored, and waits. */
static int stay(void *arg, FILE *result) {
    sigset_t all;
    sigfillset(&all);
    signal(SIGTERM, SIG_IGN);
    sigprocmask(SIG_SETMASK, &all, NULL);
    return hold_and_write(arg, result);
}

Test(proc_task, is_ended_by_the_close_whatever_it_does, .timeout = 5,
     .description = "PROC-TASK-010a PROC-TASK-010b: a task that ignores SIGTERM, one that is stopped, and one that has "
                    "ended") {
    struct note notes[3] = {{.calls = 0}};
    gates_open();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors();
    struct task_queue *queue = queue_open();
    submit(queue, stay, "stays", &notes[0]);
    pid_t stopped = submit(queue, hold_and_write, "stopped", &notes[1]);
    kill(stopped, SIGSTOP);
    submit_and_await(queue, "ended", &notes[2]);
    task_close(NULL);
    task_close(queue);
    expect_int(notes[0].calls + notes[1].calls + notes[2].calls, 0, "how many callbacks were called");
    expect_no_more_remains(of_a_life, before, 3);
    gates_close();
}
