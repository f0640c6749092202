/* task.c - task_call, and task_submit with task_dispatch: work in a process of its own, and its result. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define AN_HOUR (3600 * 1000)

/* Some bytes. */
struct blob {
    size_t len;
    const void *bytes;
};

static int write_blob(void *arg, FILE *result) {
    const struct blob *blob = arg;
    fwrite(blob->bytes, 1, blob->len, result);
    fflush(result);
    return 0;
}

static int write_origin(void *arg, FILE *result) {
    fprintf(result, "%p %d", arg, getpid() == *(pid_t *)arg);
    return 0;
}

Test(proc_task, calls_and_waits, .timeout = 5,
     .description = "PROC-TASK-001 PROC-TASK-001a PROC-TASK-001b PROC-TASK-001c: the task writes its argument and "
                    "whether it is the caller") {
    struct task_result out;
    pid_t caller = getpid();
    char expected[64];
    snprintf(expected, sizeof expected, "%p 0", (void *)&caller);
    expect_int(task_call(write_origin, &caller, &out), 0,
               "calling a task that writes its argument and whether it is the caller");
    expect_int(out.exitcode, 0, "its exit code");
    expect_true(out.data != NULL && strlen(out.data) == out.len, "a NUL that is not counted follows its result");
    expect_text(out.data, expected, "its result");
    free(out.data);
    expect_int(has_children(), false, "whether any child is left, also as a zombie");
}

static void expect_back(const void *bytes, size_t len) {
    struct task_result out;
    struct blob blob = {len, bytes};
    expect_int(task_call(write_blob, &blob, &out), 0, "calling a task that writes %zu bytes", len);
    expect_int(out.exitcode, 0, "its exit code");
    expect_true(out.data != NULL, "it has a result");
    expect_bytes(out.data, out.len, bytes, len, "its result");
    free(out.data);
}

Test(proc_task, gets_the_whole_result, .timeout = 5,
     .description = "PROC-TASK-002 PROC-TASK-002a: results of 5, 0, 70,000 and 1,048,576 bytes") {
    enum { MEBIBYTE = 1 << 20 };
    unsigned char *random = malloc(MEBIBYTE);
    struct dice dice = dice_for("result");
    require(random != NULL, "find memory");
    dice_fill(&dice, random, MEBIBYTE);
    expect_back("a\0b\n\0", 5);
    expect_back("", 0);
    expect_back(random, 70000);
    expect_back(random, MEBIBYTE);
    free(random);
}

static int write_and_return_3(void *arg, FILE *result) {
    (void)arg;
    fputs("half a result", result);
    fflush(result);
    return 3;
}

static int write_and_die(void *arg, FILE *result) {
    (void)arg;
    fputs("half a result", result);
    fflush(result);
    return raise(SIGKILL);
}

static void expect_call_dies(task_work *work, int exitcode) {
    struct task_result out = {.exitcode = -1000, .data = "untouched", .len = 9};
    expect_int(task_call(work, NULL, &out), 0, "calling a task that writes something and dies");
    expect_int(out.exitcode, exitcode, "its exit code");
    expect_true(out.data == NULL && out.len == 0, "it has no result");
}

Test(
    proc_task, takes_no_result_of_a_call_that_dies, .timeout = 5,
    .description =
        "PROC-TASK-003 PROC-TASK-003a PROC-TASK-003b: task_call of tasks that write, then return 3 or die of SIGKILL") {
    expect_call_dies(write_and_return_3, 3);
    expect_call_dies(write_and_die, -SIGKILL);
}

/* What a callback writes down. */
struct note {
    unsigned calls;
    pid_t pid;
    struct task_result result;
    bool has_data;
    char text[16];  /* the first bytes of the result */
    unsigned order; /* 1 for the first callback of the test, 2 for the second, ... */
};

static unsigned all_calls;

static void take_note(void *ctx, const struct task_result *result) {
    struct note *note = ctx;
    note->calls++;
    note->pid = getpid();
    note->result = *result;
    note->has_data = result->data != NULL;
    if (note->has_data)
        snprintf(note->text, sizeof note->text, "%s", result->data);
    note->order = ++all_calls;
}

static struct task_queue *queue_open(void) {
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    return queue;
}

static void submit(struct task_queue *queue, task_work *work, void *arg, struct note *note) {
    expect_int(task_submit(queue, work, arg, take_note, note), 0, "submitting a task");
}

static void expect_callback_of_dead(struct task_queue *queue, task_work *work, int exitcode) {
    struct note note = {.calls = 0};
    submit(queue, work, NULL, &note);
    expect_int(task_dispatch(queue, -1), 1, "dispatching a task that writes something and dies");
    expect_true(note.calls > 0, "its callback was called");
    expect_int(note.result.exitcode, exitcode, "the exit code that the callback got");
    expect_true(!note.has_data && note.result.len == 0, "the callback got no result");
}

Test(proc_task, takes_no_result_of_a_submission_that_dies, .timeout = 5,
     .description = "PROC-TASK-003: callbacks of tasks that write, then return 3 or die of SIGKILL") {
    struct task_queue *queue = queue_open();
    expect_callback_of_dead(queue, write_and_return_3, 3);
    expect_callback_of_dead(queue, write_and_die, -SIGKILL);
    task_close(queue);
}

/* Logs its pid, waits at the gate *(unsigned *)arg, and writes the gate's number. */
static int wait_and_write(void *arg, FILE *result) {
    unsigned gate = *(unsigned *)arg;
    log_line("%d", (int)getpid());
    wait_at(gate);
    fprintf(result, "gate %u", gate);
    fflush(result);
    return 0;
}

static unsigned gates[] = {0, 1, 2};

Test(proc_task, submits_and_goes_on, .timeout = 5,
     .description = "PROC-TASK-004: a task that waits at a gate until after the call") {
    struct note note = {.calls = 0};
    gates_open();
    struct task_queue *queue = queue_open();
    submit(queue, wait_and_write, &gates[0], &note);
    pid_t pid = atoi(log_next());
    expect_true(!has_ended(pid), "the task still runs after task_submit has returned");
    let_pass(0, 1);
    expect_int(task_dispatch(queue, -1), 1, "dispatching it, when it may end");
    expect_text(note.text, "gate 0", "its result");
    task_close(queue);
    gates_close();
}

/* A callback that submits another task, once. */
struct sequel {
    struct task_queue *queue;
    struct note first, second;
};

static void submit_another(void *ctx, const struct task_result *result) {
    struct sequel *sequel = ctx;
    take_note(&sequel->first, result);
    submit(sequel->queue, write_blob, &(struct blob){6, "second"}, &sequel->second);
}

static void expect_one_note(const struct note *note, const char *text) {
    expect_int(note->calls, 1, "how many times the callback was called");
    expect_int(note->pid, getpid(), "the process in which the callback ran");
    expect_text(note->text, text, "the result that the callback got");
}

Test(proc_task, calls_back_from_dispatch_only, .timeout = 5,
     .description =
         "PROC-TASK-005 PROC-TASK-005b: an ended task waits for its dispatch; its callback submits another task") {
    struct sequel sequel = {.queue = queue_open()};
    struct blob first = {5, "first"};
    expect_int(task_submit(sequel.queue, write_blob, &first, submit_another, &sequel), 0, "submitting a task");
    await_readable(task_fd(sequel.queue));
    expect_int(sequel.first.calls, 0, "how many times its callback was called before a dispatch");
    expect_int(task_dispatch(sequel.queue, -1), 1, "dispatching it; its callback submits another task");
    expect_one_note(&sequel.first, "first");
    expect_int(sequel.second.calls, 0, "how many times the second callback was called in that dispatch");
    expect_int(task_dispatch(sequel.queue, -1), 1, "dispatching again");
    expect_one_note(&sequel.first, "first");
    expect_one_note(&sequel.second, "second");
    expect_int(task_dispatch(sequel.queue, -1), 0, "dispatching when all is done");
    task_close(sequel.queue);
}

static int write_later(void *arg, FILE *result) {
    return await_starter() ? write_blob(arg, result) : 1;
}

static bool dispatch_in_vain(void *queue, int timeout_ms) {
    return task_dispatch(queue, timeout_ms) == -1 && errno == ETIMEDOUT;
}

static void let_it_end(void *unused) {
    (void)unused;
    let_pass(0, 1);
}

Test(proc_task, dispatches_in_time, .timeout = 5,
     .description = "PROC-TASK-006 PROC-TASK-006b: timeouts of 0, 1, 10 and 60 ms, waits that signals interrupt") {
    struct note note = {.calls = 0}, late = {.calls = 0};
    gates_open();
    struct task_queue *queue = queue_open();
    submit(queue, wait_and_write, &gates[0], &note);
    expect_error(task_dispatch(queue, 0), ETIMEDOUT, "a dispatch with timeout 0 while the task runs");
    expect_short_waits(dispatch_in_vain, queue, 1, 1);
    expect_short_waits(dispatch_in_vain, queue, 10, 10);
    submit(queue, write_later, &(struct blob){4, "late"}, &late);
    interrupt_waits(1, 2);
    expect_int(task_dispatch(queue, -1), 1, "a dispatch that waits for the first end and is interrupted twice");
    interrupt_waits(1, 0);
    expect_text(late.text, "late", "the result of the task that ended");
    interruptions_start(gettid(), 5);
    double start = stopwatch_ms();
    expect_error(task_dispatch(queue, 60), ETIMEDOUT, "a dispatch with a timeout of 60 ms while signals come");
    expect_at_least(stopwatch_ms() - start, 60, "how long it waited");
    interruptions_then(3, let_it_end, NULL);
    expect_int(task_dispatch(queue, AN_HOUR), 1, "a dispatch that waits for the other task while signals come");
    interruptions_stop();
    task_close(queue);
    gates_close();
}

Test(proc_task, waits_for_nothing_where_nothing_is_pending, .timeout = 5,
     .description = "PROC-TASK-007: an empty queue, and a queue whose only task is done") {
    struct note note = {.calls = 0};
    struct task_queue *queue = queue_open();
    expect_int(task_dispatch(queue, -1), 0, "dispatching an empty queue, with timeout -1");
    expect_int(task_dispatch(queue, 0), 0, "dispatching an empty queue, with timeout 0");
    submit(queue, write_blob, &(struct blob){4, "done"}, &note);
    expect_int(task_dispatch(queue, -1), 1, "dispatching one task");
    expect_int(task_dispatch(queue, -1), 0, "dispatching after that, with timeout -1");
    expect_int(task_dispatch(queue, AN_HOUR), 0, "dispatching after that, with a timeout of an hour");
    task_close(queue);
}

/* Lets the task at a gate end. Waits until it has ended, and a little until the code under test counts only left
 * running tasks. */
static void end_task(pid_t pid, unsigned gate, size_t left) {
    let_pass(gate, 1);
    await_zombie(pid);
    for (int i = 0; i < 10000 && process_active_children(NULL, 0) > left; i++)
        sched_yield();
    step("task %u has ended", gate);
}

Test(
    proc_task, calls_back_in_the_order_of_submission, .timeout = 5,
    .description =
        "PROC-TASK-008 PROC-TASK-008a PROC-TASK-008b: the second of three tasks ends first, and the third still runs") {
    struct note notes[3] = {{.calls = 0}};
    pid_t pids[3];
    gates_open();
    struct task_queue *queue = queue_open();
    for (int i = 0; i < 3; i++) {
        submit(queue, wait_and_write, &gates[i], &notes[i]);
        pids[i] = atoi(log_next());
    }
    end_task(pids[1], 1, 2);
    end_task(pids[0], 0, 1);
    await_readable(task_fd(queue));
    expect_int(task_dispatch(queue, -1), 2,
               "dispatching after the second task and then the first have ended, of three");
    expect_int(notes[0].order, 1, "the position of the first task's callback in the order of calls");
    expect_int(notes[1].order, 2, "the position of the second task's callback in the order of calls");
    expect_text(notes[0].text, "gate 0", "the result that the first task's callback got");
    expect_text(notes[1].text, "gate 1", "the result that the second task's callback got");
    expect_int(notes[2].calls, 0, "how many times the callback of the running task was called");
    let_pass(2, 1);
    expect_int(task_dispatch(queue, -1), 1, "dispatching the third");
    task_close(queue);
    gates_close();
}

Test(proc_task, has_a_descriptor_to_poll, .timeout = 5,
     .description =
         "PROC-TASK-009 PROC-TASK-009a PROC-TASK-009b: polls an empty queue, then two tasks that end one by one") {
    struct note notes[2] = {{.calls = 0}};
    gates_open();
    struct task_queue *queue = queue_open();
    int fd;
    expect_success(fd = task_fd(queue), "the queue's descriptor");
    expect_int(is_readable(fd), false, "whether it is readable while the queue is empty");
    for (int i = 0; i < 2; i++)
        submit(queue, wait_and_write, &gates[i], &notes[i]);
    expect_int(is_readable(fd), false, "whether it is readable while both tasks run");
    let_pass(0, 1);
    step("wait until it is readable");
    await_readable(fd);
    expect_int(task_fd(queue), fd, "the descriptor, asked again");
    expect_int(task_dispatch(queue, 0), 1, "dispatching with timeout 0, because it is readable");
    expect_int(is_readable(fd), false, "whether it is readable while the other task runs");
    let_pass(1, 1);
    step("wait until it is readable");
    await_readable(fd);
    expect_int(task_dispatch(queue, 0), 1, "dispatching again");
    expect_int(is_readable(fd), false, "whether it is readable when all is done");
    task_close(queue);
    gates_close();
}

Test(proc_task, is_ended_by_the_close, .timeout = 5,
     .description = "PROC-TASK-010 PROC-TASK-010b: closes a queue with one running and one ended task") {
    struct note notes[2] = {{.calls = 0}};
    gates_open();
    struct remains of_a_life = remains_of_a_life();
    struct task_queue *queue = queue_open();
    int before = open_descriptors();
    task_close(NULL);
    for (int i = 0; i < 2; i++) {
        submit(queue, wait_and_write, &gates[i], &notes[i]);
        log_next();
    }
    let_pass(1, 1);
    await_readable(task_fd(queue));
    step("one task runs and one has ended: task_close(queue)");
    task_close(queue);
    expect_int(notes[0].calls + notes[1].calls, 0, "how many callbacks were called");
    expect_no_more_remains(of_a_life, before, 2);
    expect_true(open_descriptors() < before + 2 * of_a_life.descriptors, "the queue's descriptor is closed");
    gates_close();
}

/* Returns how many calls failed that must not. */
static int work_in_every_way(void) {
    struct note notes[3] = {{.calls = 0}};
    struct blob blob = {5, "bytes"};
    struct task_result out = {.data = NULL};
    struct task_queue *queue = task_open();
    if (queue == NULL)
        return 1;
    int failed = task_call(write_blob, &blob, &out) != 0;
    free(out.data);
    failed += task_call(write_and_return_3, NULL, &out) != 0;
    task_call(NULL, NULL, &out);
    task_submit(queue, NULL, NULL, take_note, &notes[0]);
    failed += task_submit(queue, write_blob, &blob, take_note, &notes[0]) != 0;
    failed += task_submit(queue, write_and_die, NULL, take_note, &notes[1]) != 0;
    while (task_dispatch(queue, -1) > 0)
        continue;
    task_submit(queue, write_blob, &blob, take_note, &notes[2]);
    task_close(queue);
    return failed;
}

Test(proc_task, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-TASK-011: rounds of five tasks: two calls, two that are dispatched, one in a closed queue") {
    gates_open();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 50);
    for (unsigned i = 0; i < count; i++) {
        failed += work_in_every_way();
        end_round();
    }
    expect_int(failed, 0, "how many calls failed, with five tasks a round");
    expect_no_more_remains(of_a_life, before, 5 * count);
    gates_close();
}
