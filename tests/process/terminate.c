/* terminate.c - process_terminate, process_kill and process_close. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"
#include "support/process/kernel_view.h"

static void on_sigterm(int signal) {
    (void)signal;
    _exit(3);
}

static int catch_sigterm(void *arg) {
    signal(SIGTERM, on_sigterm);
    log_line("catches SIGTERM");
    return hold(arg);
}

static void expect_killed_by_sigterm(enum fork_order order) {
    static unsigned gate = 0;
    struct process p;
    gate++;
    set_fork_order(order);
    launch(&p, hold, &gate);
    expect_int(process_terminate(&p), 0, "terminating it");
    let_pass(gate, 1); /* too late, because the child gets a signal that was sent first */
    expect_int(code_at_end(&p), -SIGTERM, "the exit code of a child that does not handle SIGTERM");
    process_close(&p);
}

Test(proc_terminate, sends_sigterm, .timeout = 5,
     .description = "PROC-TERM-001 PROC-TERM-001a PROC-TERM-001b: a child without a handler, and one whose handler "
                    "calls _exit(3)") {
    struct process p;
    gates_open();
    expect_killed_by_sigterm(CHILD_FIRST);
    expect_killed_by_sigterm(PARENT_FIRST);
    set_fork_order(AS_IT_COMES);
    launch(&p, catch_sigterm, NULL);
    expect_text(log_next(), "catches SIGTERM", "what the child logged");
    expect_int(process_terminate(&p), 0, "terminating a child whose handler calls _exit(3)");
    let_pass(0, 1);
    expect_int(code_at_end(&p), 3, "its exit code");
    process_close(&p);
    gates_close();
}

Test(proc_terminate, does_not_wait, .timeout = 5,
     .description = "PROC-TERM-002 PROC-TERM-002a: a child that ignores SIGTERM is still alive after the call") {
    struct process p;
    gates_open();
    launch(&p, hold_against_sigterm, NULL);
    expect_text(log_next(), "ignores SIGTERM", "what the child logged");
    expect_int(process_terminate(&p), 0, "terminating it");
    expect_int(process_is_alive(&p), true, "whether it is alive after that");
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "its exit code");
    process_close(&p);
    gates_close();
}

Test(proc_terminate, kills_what_ignores_sigterm, .timeout = 5,
     .description = "PROC-TERM-003 PROC-TERM-003a: kills a child that ignores SIGTERM and waits at a gate") {
    struct process p;
    gates_open();
    launch(&p, hold_against_sigterm, NULL);
    expect_text(log_next(), "ignores SIGTERM", "what the child logged");
    expect_int(process_kill(&p), 0, "killing it");
    let_pass(0, 1);
    expect_int(code_at_end(&p), -SIGKILL, "its exit code");
    process_close(&p);
    gates_close();
}

static void expect_success_in_vain(struct process *p, const char *when) {
    expect_int(process_terminate(p), 0, "terminating it %s", when);
    expect_int(process_kill(p), 0, "killing it %s", when);
}

Test(proc_terminate, changes_nothing_after_the_end, .timeout = 5,
     .description = "PROC-TERM-004 PROC-TERM-004a: terminate and kill after the end, and again after the join") {
    struct process p;
    int code = -1000;
    gates_open();
    set_fork_order(CHILD_FIRST);
    launch(&p, hold, NULL);
    let_pass(0, 1);
    await_end(&p);
    expect_success_in_vain(&p, "after its end");
    process_join(&p, -1);
    expect_success_in_vain(&p, "after the join");
    expect_int(process_exitcode(&p, &code), 0, "asking for its exit code");
    expect_int(code, HELD, "its exit code");
    process_close(&p);
    gates_close();
}

/* Logs the result of a call that must fail, and the name of errno. */
static void tell_failure(const char *what, int result) {
    log_line("%s %d %s", what, result, strerrorname_np(errno));
}

static int work_on(void *sibling) {
    tell_failure("terminate", process_terminate(sibling));
    tell_failure("kill", process_kill(sibling));
    tell_failure("close", process_close(sibling));
    tell_failure("sentinel", process_sentinel(sibling));
    tell_failure("itself", process_terminate(process_current()));
    tell_failure("parent", process_terminate(process_parent()));
    return 0;
}

Test(proc_terminate, is_for_the_maker_alone, .timeout = 5,
     .description = "PROC-TERM-005: a child tries a sibling, itself and its parent") {
    struct process p, stranger;
    gates_open();
    launch(&p, hold, NULL);
    launch(&stranger, work_on, &p);
    expect_text(log_next(), "terminate -1 ECHILD", "in another child: terminating a sibling");
    expect_text(log_next(), "kill -1 ECHILD", "in another child: killing a sibling");
    expect_text(log_next(), "close -1 ECHILD", "in another child: closing a sibling's object");
    expect_text(log_next(), "sentinel -1 ECHILD", "in another child: the sentinel of a sibling");
    expect_text(log_next(), "itself -1 ECHILD", "in another child: terminating process_current()");
    expect_text(log_next(), "parent -1 ECHILD", "in another child: terminating process_parent()");
    expect_int(code_at_end(&stranger), 0, "the exit code of that child");
    expect_int(process_is_alive(&p), true, "whether the sibling is alive");
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "the sibling's exit code");
    process_close(&p);
    process_close(&stranger);
    gates_close();
}

Test(proc_terminate, closes_nothing_that_runs, .timeout = 5,
     .description = "PROC-TERM-006 PROC-TERM-006a: closes a running process, then joins it and closes it again") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    expect_error(process_close(&p), EBUSY, "closing it while it runs");
    expect_int(process_is_alive(&p), true, "whether it is alive after that");
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "its exit code");
    expect_int(process_close(&p), 0, "closing it after its end");
    gates_close();
}

Test(proc_terminate, closes_whatever_does_not_run, .timeout = 5,
     .description = "PROC-TERM-007: an object never started, an ended process without a join, and second closes") {
    struct process p, unstarted;
    gates_open();
    int before = open_descriptors();
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making a process");
    expect_int(process_close(&unstarted), 0, "closing it without a start");
    expect_int(process_close(&unstarted), 0, "closing it again");
    launch(&p, hold, NULL);
    let_pass(0, 1);
    await_end(&p);
    pid_t pid = process_pid(&p);
    expect_int(process_close(&p), 0, "closing a process that has ended and was not joined");
    expect_int(is_child(pid), false, "whether a zombie of it is left");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(process_close(&p), 0, "closing it again");
    gates_close();
}

static void expect_all_calls_fail(struct process *p) {
    int code;
    expect_error(process_start(p), EINVAL, "starting a closed object");
    expect_error(process_join(p, -1), EINVAL, "joining a closed object");
    expect_error(process_is_alive(p) ? 1 : -1, EINVAL, "whether a closed object is alive (-1 stands for false)");
    expect_error(process_exitcode(p, &code), EINVAL, "the exit code of a closed object");
    expect_error(process_terminate(p), EINVAL, "terminating a closed object");
    expect_error(process_kill(p), EINVAL, "killing a closed object");
    expect_error(process_sentinel(p), EINVAL, "the sentinel of a closed object");
    expect_error(process_pid(p), EINVAL, "the pid of a closed object");
    expect_error(process_is_daemon(p) ? 1 : -1, EINVAL, "whether a closed object is a daemon (-1 stands for false)");
}

Test(proc_terminate, leaves_the_name_after_the_close, .timeout = 5,
     .description = "PROC-TERM-008 PROC-TERM-008a PROC-TERM-008b PROC-TERM-008c PROC-TERM-008f: every call on a closed "
                    "object, then a new process in the same object") {
    struct process p;
    const struct process_options options = {.name = "net", .daemon = PROCESS_DAEMON_YES};
    int code = 5;
    launch_as(&p, quit, NULL, &options);
    expect_int(process_join(&p, -1), 0, "joining it");
    expect_int(process_close(&p), 0, "closing it");
    expect_all_calls_fail(&p);
    expect_text(process_name(&p), "net", "its name");
    launch(&p, quit, &code);
    expect_int(code_at_end(&p), 5, "the exit code of a process made and started in the same object");
    expect_text(process_name(&p), "Process-2", "its name");
    expect_int(process_close(&p), 0, "closing it");
    expect_int(process_init_target(&p, quit, NULL, NULL), 0, "making a process in the same object again");
    expect_text(process_name(&p), "Process-3", "its name");
    expect_int(process_close(&p), 0, "closing it");
}

/* Three processes that end in different ways, and two closes of each. Returns how many starts and closes failed. */
static int end_in_every_way(void) {
    struct process p[3], unstarted;
    pid_t pids[3];
    int failed = process_init_target(&unstarted, quit, NULL, NULL) != 0;
    process_close(&unstarted);
    for (int i = 0; i < 3; i++) {
        failed += process_init_target(&p[i], hold, NULL, NULL) != 0 || process_start(&p[i]) != 0;
        pids[i] = process_pid(&p[i]);
    }
    process_close(&p[0]);
    process_terminate(&p[0]);
    process_kill(&p[1]);
    for (int i = 0; i < 2; i++) {
        kill(pids[i], SIGKILL); /* the kit ends it if the code has not */
        await_zombie(pids[i]);
        process_join(&p[i], -1);
    }
    let_pass(0, 1);
    await_zombie(pids[2]);
    process_terminate(&p[0]);
    process_kill(&p[2]);
    process_join(&p[2], -1);
    for (int i = 0; i < 3; i++)
        failed += process_close(&p[i]) != 0 && process_close(&p[i]) != 0;
    return failed;
}

Test(proc_terminate, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-TERM-009: rounds of three processes that end in different ways and are closed") {
    gates_open();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 70);
    for (unsigned i = 0; i < count; i++) {
        failed += end_in_every_way();
        end_round();
    }
    expect_int(failed, 0, "how many starts and closes failed, with three starts a round");
    expect_no_more_remains(of_a_life, before, 3 * count);
    gates_close();
}
