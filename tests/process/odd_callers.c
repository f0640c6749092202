/* odd_callers.c - callers with an old errno, and callers without a standard input. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <timeslice/state.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/gates.h"
#include "support/process/kernel_view.h"

Test(proc_join, has_a_sentinel_whatever_errno_was_before, .timeout = 5,
     .description = "PROC-JOIN-016 PROC-START-001: errno has one of nine values before each call") {
    static const int errors[] = {EINTR, ESRCH, ECHILD, EAGAIN, ENOENT, EMFILE, ENOMEM, ETIMEDOUT, EIDRM};
    gates_open();
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct process p;
        const char *before = strerrorname_np(errors[i]);
        expect_int(process_init_target(&p, hold, NULL, NULL), 0, "making an object");
        errno = errors[i];
        int started = process_start(&p);
        expect_int(started, 0, "starting it, with %s in errno", before);
        errno = errors[i];
        int sentinel = process_sentinel(&p);
        expect_int(is_readable(sentinel), false, "whether its sentinel is readable while it runs, with %s", before);
        let_pass(0, 1);
        errno = errors[i];
        int joined = process_join(&p, -1);
        expect_int(joined, 0, "joining it, with %s in errno", before);
        expect_int(code_at_end(&p), HELD, "its exit code");
        expect_int(process_close(&p), 0, "closing it");
    }
    gates_close();
}

/* Closes the standard input, so that the next descriptor is 0. Returns a copy of it. */
static int close_input(void) {
    enum { HIGH = 20 };
    int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, HIGH);
    require(copy >= HIGH && close(STDIN_FILENO) == 0, "close the standard input");
    return copy;
}

static void open_input_again(int copy) {
    require(dup2(copy, STDIN_FILENO) == STDIN_FILENO && close(copy) == 0, "open the standard input again");
}

Test(proc_start, works_without_a_standard_input, .timeout = 5,
     .description = "PROC-START-001: descriptor 0 is closed, so that the code may get it") {
    struct process p;
    gates_open();
    int copy = close_input();
    launch(&p, hold, NULL);
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "its exit code");
    expect_int(process_close(&p), 0, "closing it");
    open_input_again(copy);
    gates_close();
}

static int write_ok(void *arg, FILE *result) {
    (void)arg;
    fputs("ok", result);
    return 0;
}

static void count_good(void *good, const struct task_result *result) {
    *(int *)good += result->exitcode == 0 && result->len == 2;
}

Test(proc_task, works_without_a_standard_input, .timeout = 5,
     .description = "PROC-TASK-001: descriptor 0 is closed, so that the code may get it; a call and a queue") {
    struct task_result out = {.exitcode = -1000};
    int good = 0, copy = close_input();
    expect_int(task_call(write_ok, NULL, &out), 0, "calling a task");
    expect_text(out.data != NULL ? out.data : "", "ok", "its result");
    free(out.data);
    struct task_queue *queue = task_open();
    expect_true(queue != NULL, "task_open gives a queue");
    expect_int(task_submit(queue, write_ok, NULL, count_good, &good), 0, "submitting a task");
    expect_int(task_dispatch(queue, -1), 1, "dispatching");
    expect_int(good, 1, "how many good results came");
    task_close(queue);
    open_input_again(copy);
}

Test(proc_state, works_without_a_standard_input, .timeout = 5,
     .description = "PROC-STATE-003 PROC-STATE-003a: descriptor 0 is closed, so that the code may get it") {
    enum state state = STATE_NEW;
    int copy = close_input();
    expect_int(state_of(getpid(), &state), 0, "asking for the state of the caller");
    expect_int(fcntl(STDIN_FILENO, F_GETFD), -1, "what fcntl says about descriptor 0 afterwards");
    open_input_again(copy);
    expect_int(state, STATE_RUNNING, "the state of the caller");
}
