/* exitcode.c - process_exitcode: eight bits, or the signal that killed. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"

static int call_exit(void *arg) {
    exit(*(int *)arg);
}

static int call__exit(void *arg) {
    _exit(*(int *)arg);
}

static void expect_code(process_target *target, int given, int expected, const char *how) {
    struct process p;
    launch(&p, target, &given);
    expect_int(exitcode_after_end(&p), expected, "the exit code of a process that %s %d", how, given);
    put_away(&p);
}

Test(proc_exit, gives_the_low_eight_bits, .timeout = 5,
     .description = "PROC-EXIT-001: values from -1 to 300 by return, exit and _exit") {
    expect_code(quit, 0, 0, "returns");
    expect_code(quit, 7, 7, "returns");
    expect_code(quit, 256, 0, "returns");
    expect_code(quit, 300, 44, "returns");
    expect_code(quit, -1, 255, "returns");
    expect_code(call_exit, 137, 137, "calls exit with");
    expect_code(call_exit, 300, 44, "calls exit with");
    expect_code(call__exit, 7, 7, "calls _exit with");
    expect_code(call__exit, 300, 44, "calls _exit with");
}

/* Ends by the signal *(int *)arg. Leaves no core file. */
static int die(void *arg) {
    const struct rlimit none = {0};
    setrlimit(RLIMIT_CORE, &none);
    if (*(int *)arg == SIGABRT)
        abort();
    return raise(*(int *)arg);
}

Test(proc_exit, gives_the_signal_that_killed, .timeout = 5,
     .description = "PROC-EXIT-002: SIGKILL, SIGTERM and abort()") {
    expect_code(die, SIGKILL, -9, "is killed by signal");
    expect_code(die, SIGTERM, -15, "is killed by signal");
    expect_code(die, SIGABRT, -6, "aborts, with signal");
}

static void expect_code_at_the_end(enum fork_order order) {
    struct process p;
    int code = -1000;
    set_fork_order(order);
    launch(&p, hold, NULL);
    expect_error(process_exitcode(&p, &code), EAGAIN, "the exit code while it runs");
    expect_int(code, -1000, "the caller's variable, which the failed call must not change");
    let_pass(0, 1);
    await_end(&p);
    for (int i = 0; i < 2; i++) {
        code = -1000;
        expect_int(process_exitcode(&p, &code), 0, "asking for the exit code after the end, without a join");
        expect_int(code, HELD, "the exit code");
    }
    expect_int(exitcode_after_end(&p), HELD, "the exit code after a join");
    process_close(&p);
}

Test(proc_exit, knows_the_code_from_the_end_on, .timeout = 5,
     .description = "PROC-EXIT-003: asks while it runs, twice after its end, and after a join") {
    gates_open();
    expect_code_at_the_end(CHILD_FIRST);
    expect_code_at_the_end(PARENT_FIRST);
    gates_close();
}
