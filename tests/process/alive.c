/* alive.c - when a process counts as ended: zombies, lost processes, grandchildren, process_is_alive and the sentinel.
 * The code is in join.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define HALF_AN_HOUR (1800 * 1000)

Test(proc_join, leaves_no_zombie, .timeout = 5,
     .description = "PROC-JOIN-010: looks with waitid and in /proc after a join") {
    static const enum fork_order orders[] = {CHILD_FIRST, PARENT_FIRST};
    for (int i = 0; i < 2; i++) {
        struct process p;
        set_fork_order(orders[i]);
        launch(&p, quit, NULL);
        await_end(&p);
        expect_int(process_join(&p, -1), 0, "joining it");
        expect_int(is_child(process_pid(&p)), false, "whether the caller can still wait for its pid");
        expect_int(kernel_state(process_pid(&p)), '-',
                   "the letter of its state in /proc, as a number; 45 (-) means that it is not there");
        process_close(&p);
    }
}

Test(proc_join, waits_for_nobody_else, .timeout = 5,
     .description = "PROC-JOIN-011: an ended sibling and an ended child of fork, while another is joined") {
    struct process sibling, p;
    int five = 5, six = 6;
    pid_t plain = plain_start(quit, &six);
    await_zombie(plain);
    step("a child of a plain fork ended with exit code 6");
    launch(&sibling, quit, &five);
    await_end(&sibling);
    launch(&p, quit, NULL);
    expect_int(code_at_end(&p), 0, "the exit code of the process that is joined");
    expect_int(process_is_alive(&sibling), false, "whether its sibling, which ended before, is alive");
    expect_int(process_active_children(NULL, 0), 0, "how many processes run");
    expect_true(is_child(plain), "the test can still wait for the child of the plain fork");
    expect_int(end_of(plain), 6, "the status that waitpid gives for it");
    expect_int(code_at_end(&sibling), 5, "the sibling's exit code");
    process_close(&sibling);
    process_close(&p);
}

static void expect_lost(struct process *p) {
    int code = -1000;
    expect_error(process_join(p, -1), EIDRM, "joining it");
    expect_error(process_join(p, 0), EIDRM, "joining it again, without waiting");
    expect_error(process_exitcode(p, &code), EIDRM, "its exit code");
}

static void expect_known(struct process *p) {
    int code = -1000;
    expect_int(process_join(p, -1), 0, "joining it");
    expect_int(process_exitcode(p, &code), 0, "asking for its exit code");
    expect_int(code, HELD, "its exit code");
}

Test(proc_join, reports_a_process_as_lost, .timeout = 5,
     .description =
         "PROC-JOIN-012 PROC-JOIN-012a PROC-JOIN-012c: the test calls waitpid on the process before the code does") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    if (take_status(&p, 0))
        expect_lost(&p);
    else /* a thread of the implementation was faster than the test, so the process is not lost */
        expect_known(&p);
    expect_int(process_is_alive(&p), false, "whether it is alive");
    expect_int(process_terminate(&p), 0, "terminating it");
    expect_int(process_kill(&p), 0, "killing it");
    expect_int(process_close(&p), 0, "closing it");
    gates_close();
}

/* Starts a process that holds, forks a plain child that holds too, and kills itself. */
static int leave_grandchildren(void *arg) {
    struct process started;
    (void)arg;
    if (process_init_target(&started, hold, NULL, NULL) != 0 || process_start(&started) != 0)
        return 1;
    log_line("%d", (int)process_pid(&started));
    pid_t plain = fork();
    if (plain == 0)
        _exit(hold(NULL));
    log_line("%d", (int)plain);
    return raise(SIGKILL);
}

Test(proc_join, follows_the_child_alone, .timeout = 5,
     .description = "PROC-JOIN-013 PROC-JOIN-013a PROC-JOIN-013b: the child is killed while two grandchildren live") {
    struct process p;
    pid_t grandchildren[2];
    gates_open();
    adopt_orphans();
    launch(&p, leave_grandchildren, NULL);
    for (int i = 0; i < 2; i++)
        grandchildren[i] = atoi(log_next());
    await_zombie(process_pid(&p));
    step("the child has ended");
    expect_int(process_join(&p, HALF_AN_HOUR), 0, "a join with a timeout of half an hour");
    expect_int(is_readable(process_sentinel(&p)), true, "whether the sentinel is readable");
    expect_true(!has_ended(grandchildren[0]) && !has_ended(grandchildren[1]), "both grandchildren are alive");
    let_pass(0, 2);
    for (int i = 0; i < 2; i++)
        expect_int(end_of(grandchildren[i]), HELD, "the exit code of a grandchild that the test has adopted");
    process_close(&p);
    gates_close();
}

static int tell_alive(void *arg) {
    log_line("%d %d", process_is_alive(process_current()), process_is_alive(arg));
    return hold(NULL);
}

Test(proc_join, knows_who_is_alive, .timeout = 5,
     .description = "PROC-JOIN-015: asked in the main process, in the child, and after the child's end") {
    static const enum fork_order orders[] = {CHILD_FIRST, PARENT_FIRST};
    gates_open();
    expect_int(process_is_alive(process_current()), true, "whether the main process is alive");
    for (int i = 0; i < 2; i++) {
        struct process p;
        set_fork_order(orders[i]);
        launch(&p, tell_alive, &p);
        expect_int(process_is_alive(&p), true, "whether it is alive after its start");
        expect_text(log_next(), "1 1", "what the child logs: is_alive of process_current(), and of its object");
        let_pass(0, 1);
        await_end(&p);
        expect_int(process_is_alive(&p), false, "whether it is alive once its sentinel is readable");
        process_close(&p);
    }
    gates_close();
}

Test(proc_join, has_a_sentinel_that_tells_the_end, .timeout = 5,
     .description = "PROC-JOIN-016: polls the sentinel while the process runs, after its end and after the join") {
    struct process p;
    int sentinel;
    gates_open();
    launch(&p, hold, NULL);
    expect_success(sentinel = process_sentinel(&p), "the sentinel");
    expect_int(is_readable(sentinel), false, "whether it is readable while the process runs");
    expect_int(fcntl(sentinel, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC, "its close-on-exec flag");
    let_pass(0, 1);
    await_end(&p);
    expect_int(process_sentinel(&p), sentinel, "the sentinel, asked again");
    process_join(&p, -1);
    expect_int(is_readable(sentinel), true, "whether it is still readable after the join");
    expect_int(process_sentinel(&p), sentinel, "the sentinel, asked after the join");
    process_close(&p);
    gates_close();
}
