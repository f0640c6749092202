/* task_results.c - what a task is, and what becomes of its result, by task_call and by a callback alike. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/shortage.h"

/* A result, copied from out or from what a callback got. */
struct copy {
    int calls, exitcode;
    size_t len;
    bool has_data, ends_in_nul;
    char *data; /* memory of malloc, or NULL */
};

static void copy_result(void *ctx, const struct task_result *result) {
    struct copy *copy = ctx;
    free(copy->data);
    *copy = (struct copy){.calls = copy->calls + 1, .exitcode = result->exitcode, .len = result->len};
    copy->has_data = result->data != NULL;
    if (!copy->has_data)
        return;
    copy->ends_in_nul = result->data[result->len] == '\0';
    copy->data = malloc(result->len + 1);
    if (copy->data != NULL)
        memcpy(copy->data, result->data, result->len);
}

/* Runs the work by task_call, or by task_submit and task_dispatch. All calls must succeed. The caller frees data. */
static struct copy result_of(task_work *work, void *arg, bool by_callback) {
    struct copy copy = {.calls = 0};
    struct task_result out = {.exitcode = -1000, .data = "untouched", .len = 9};
    if (!by_callback) {
        expect_int(task_call(work, arg, &out), 0, "calling a task");
        copy_result(&copy, &out);
        free(out.data);
        return copy;
    }
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    expect_int(task_submit(queue, work, arg, copy_result, &copy), 0, "submitting a task");
    expect_int(task_dispatch(queue, -1), 1, "dispatching it");
    expect_true(copy.calls > 0, "the callback was called");
    task_close(queue);
    return copy;
}

static const char *way(bool by_callback) {
    return by_callback ? "for a callback" : "for task_call";
}

struct blob {
    size_t len;
    const unsigned char *bytes;
};

static int write_blob(void *arg, FILE *result) {
    const struct blob *blob = arg;
    return fwrite(blob->bytes, 1, blob->len, result) == blob->len && fflush(result) == 0 ? 0 : 1;
}

static void expect_blob(const struct blob *blob, bool by_callback) {
    struct copy copy = result_of(write_blob, (void *)blob, by_callback);
    expect_int(copy.exitcode, 0, "the exit code of a task that writes %zu bytes, %s", blob->len, way(by_callback));
    expect_true(copy.has_data && copy.ends_in_nul, "data is not NULL and ends in a NUL, with %zu bytes, %s", blob->len,
                way(by_callback));
    expect_bytes(copy.data, copy.len, blob->bytes, blob->len, "the result %s", way(by_callback));
    free(copy.data);
}

Test(proc_task, gives_whole_results_of_many_lengths, .timeout = 10,
     .description =
         "PROC-TASK-002a PROC-TASK-002b PROC-TASK-002 PROC-TASK-001b: nine lengths around the sizes of buffers, "
         "with zero bytes in them") {
    static const size_t lengths[] = {0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20};
    unsigned char *bytes = malloc(1 << 20);
    struct dice dice = dice_for("results");
    require(bytes != NULL, "find memory");
    dice_fill(&dice, bytes, 1 << 20);
    memset(bytes, 0, 2);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int by_callback = 0; by_callback < 2; by_callback++)
            expect_blob(&(struct blob){lengths[i], bytes}, by_callback);
    free(bytes);
}

/* How a task ends. */
struct end {
    enum { RETURNS, EXITS, ENDS_AT_ONCE, DIES } how; /* at once: by _exit, after a flush */
    int number;                                      /* of the exit code or of the signal */
    int exitcode;                                    /* what must be reported */
};

static int write_and_end(void *arg, FILE *result) {
    const struct end *end = arg;
    fputs("written", result);
    fflush(result);
    if (end->how == EXITS)
        exit(end->number);
    if (end->how == RETURNS)
        return end->number;
    if (end->how == ENDS_AT_ONCE)
        _exit(end->number);
    return raise(end->number);
}

static void expect_end(const struct end *end, bool by_callback) {
    static const char *const how[] = {"returns", "exits with", "calls _exit with", "dies of"};
    struct copy copy = result_of(write_and_end, (void *)end, by_callback);
    expect_int(copy.exitcode, end->exitcode, "the exit code %s of a task that %s %d", way(by_callback), how[end->how],
               end->number);
    expect_int(copy.has_data, end->exitcode == 0, "whether data is given %s of a task that %s %d", way(by_callback),
               how[end->how], end->number);
    if (end->exitcode != 0)
        expect_int(copy.len, 0, "len %s of a task that %s %d", way(by_callback), how[end->how], end->number);
    if (end->exitcode == 0 && end->how != ENDS_AT_ONCE)
        expect_int(copy.data != NULL && copy.len >= 7 && memcmp(copy.data, "written", 7) == 0, true,
                   "whether the result is what was written, %s of a task that %s %d", way(by_callback), how[end->how],
                   end->number);
    free(copy.data);
}

Test(proc_task, takes_the_exit_code_as_the_judge_of_a_call, .timeout = 5,
     .description =
         "PROC-TASK-003c PROC-TASK-003a PROC-TASK-003b: eleven ends of a task, by task_call and by a callback") {
    static const struct end ends[] = {
        {RETURNS, 0, 0},           {RETURNS, 256, 0},  {EXITS, 0, 0},      {EXITS, 256, 0}, {ENDS_AT_ONCE, 0, 0},
        {RETURNS, 3, 3},           {RETURNS, -1, 255}, {RETURNS, 300, 44}, {EXITS, 3, 3},   {ENDS_AT_ONCE, 5, 5},
        {DIES, SIGTERM, -SIGTERM},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int by_callback = 0; by_callback < 2; by_callback++)
            expect_end(&ends[i], by_callback);
}

/* Fills its file up to the limit, and then writes a little more, which only the last flush can lose. */
static int write_beyond_the_limit(void *arg, FILE *result) {
    static char block[1 << 16];
    (void)arg;
    limit_files(sizeof block);
    fwrite(block, 1, sizeof block, result);
    fflush(result);
    fputs("one more", result);
    return 0;
}

Test(proc_task, admits_that_a_result_is_not_whole, .timeout = 5,
     .description = "PROC-TASK-003d: after 64 KiB no file may grow, and the last eight bytes are still in the buffer") {
    for (int by_callback = 0; by_callback < 2; by_callback++) {
        struct copy copy = result_of(write_beyond_the_limit, NULL, by_callback);
        if (copy.exitcode == 0) /* the result did not need a file */
            expect_int(copy.len, (1 << 16) + 8, "the length of a result with exit code 0, %s", way(by_callback));
        else
            expect_true(!copy.has_data && copy.len == 0, "there is no result if the exit code is not 0, %s",
                        way(by_callback));
        free(copy.data);
    }
}

static int log_pid_and_hold(void *arg, FILE *result) {
    (void)arg;
    fputs("written", result);
    log_line("%d", (int)getpid());
    wait_at(0);
    return 0;
}

Test(proc_task, may_be_lost, .timeout = 5,
     .description = "PROC-TASK-003e: the test itself waits for the process of a submitted task") {
    struct copy copy = {.calls = 0};
    sigset_t child, old;
    int taken;
    gates_open();
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old); /* so that a handler of the code under test comes too late */
    expect_int(task_submit(queue, log_pid_and_hold, NULL, copy_result, &copy), 0, "submitting a task");
    pid_t pid = atoi(log_next());
    let_pass(0, 1);
    do
        taken = waitpid(pid, NULL, 0);
    while (taken == -1 && errno == EINTR);
    sigprocmask(SIG_SETMASK, &old, NULL);
    step("the test calls waitpid for the task's process: %s", taken == pid ? "it took the status" : "it was too late");
    expect_int(task_dispatch(queue, -1), 1, "dispatching it");
    expect_int(copy.exitcode, taken == pid ? TASK_LOST : 0, "the exit code that the callback got");
    expect_int(copy.has_data, taken != pid, "whether the callback got data");
    free(copy.data);
    task_close(queue);
    gates_close();
}

static int variable = 1;

/* Writes whether it is a daemon, and its parent. Changes a variable. */
static int tell_itself(void *arg, FILE *result) {
    fprintf(result, "argument %d, variable %d, daemon %d, child of %s %d", *(int *)arg, variable,
            process_is_daemon(process_current()), process_name(process_parent()),
            process_pid(process_parent()) == getppid());
    variable = 99;
    return 0;
}

Test(proc_task, is_a_daemon_with_a_copy_of_the_memory, .timeout = 5,
     .description = "PROC-TASK-001d PROC-TASK-001a: the task asks who it is, and changes a variable") {
    for (int by_callback = 0; by_callback < 2; by_callback++) {
        int argument = 7;
        variable = 2;
        struct copy copy = result_of(tell_itself, &argument, by_callback);
        expect_bytes(copy.data, copy.len, "argument 7, variable 2, daemon 1, child of MainProcess 1", 56,
                     "what the task wrote, %s", way(by_callback));
        expect_int(variable, 2, "the variable in the caller, which the task has set to 99, %s", way(by_callback));
        free(copy.data);
    }
}

static int nothing(void *arg, FILE *result) {
    (void)arg;
    (void)result;
    return 0;
}

Test(proc_task, uses_up_a_number, .timeout = 5,
     .description = "PROC-TASK-001e: the default names of objects made before, between and after two tasks") {
    static const char *const names[] = {"Process-1", "Process-3", "Process-5"};
    for (int i = 0; i < 3; i++) {
        struct process p;
        expect_int(process_init_target(&p, quit, NULL, NULL), 0, "making an object");
        expect_text(process_name(&p), names[i], "its name after %d tasks", i);
        expect_int(process_start(&p), 0, "starting it"); /* so that a count of starts is right here too */
        put_away(&p);
        if (i < 2)
            free(result_of(nothing, NULL, i == 1).data);
    }
}

static int wait_for_ever(void *arg, FILE *result) {
    (void)result;
    return hold(arg);
}

/* A program that ends while two tasks run. */
static int leave_tasks(void *arg) {
    static struct task_queue *queue;
    (void)arg;
    queue = task_open();
    if (queue == NULL || task_submit(queue, wait_for_ever, NULL, copy_result, NULL) != 0 ||
        task_submit(queue, wait_for_ever, NULL, copy_result, NULL) != 0)
        return 1;
    return 5;
}

Test(proc_task, ends_with_its_program, .timeout = 5,
     .description = "PROC-TASK-001f: a program returns while two tasks of its queue run") {
    gates_open();
    adopt_orphans();
    expect_true(end_of(program_start(leave_tasks, NULL)) != 1, "the program submits two tasks and ends");
    step("wait until the tasks have ended");
    end_of_all();
    gates_close();
}

static int end_when_the_caller_waits(void *arg, FILE *result) {
    (void)arg;
    fputs(await_starter() ? "waited for" : "left alone", result);
    return 0;
}

Test(proc_task, is_waited_for_though_signals_come, .timeout = 5,
     .description =
         "PROC-TASK-001j PROC-RULE-003: each of the first three waits is interrupted twice; then real signals") {
    for (unsigned k = 1; k <= 4; k++) {
        struct task_result out = {.data = NULL};
        if (k == 4)
            interruptions_start(gettid(), 5);
        interrupt_waits(k, k < 4 ? 2 : 0);
        int result = task_call(end_when_the_caller_waits, NULL, &out), error = errno;
        interrupt_waits(1, 0);
        if (k == 4)
            interruptions_stop();
        errno = error;
        expect_int(result, 0, "a call whose waits number %u and %u are interrupted (4: real signals)", k, k + 1);
        expect_text(out.data, "waited for", "its result");
        free(out.data);
    }
}
