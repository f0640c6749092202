/* daemon.c - which processes are daemons, what a daemon may not do, and how a program ends. The code is in exit.c and
 * init.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/daemon_life.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static const struct process_options inherits = {.daemon = PROCESS_DAEMON_INHERIT};
static const struct process_options is_none = {.daemon = PROCESS_DAEMON_NO};
static const struct process_options is_one = {.daemon = PROCESS_DAEMON_YES};

/* Makes an object with each of the three options, and logs which of them are daemons. */
static int tell_daemons(void *arg) {
    const struct process_options *const options[] = {&inherits, &is_none, &is_one};
    int daemon[3];
    (void)arg;
    for (int i = 0; i < 3; i++) {
        struct process p;
        if (process_init_target(&p, quit, NULL, options[i]) != 0)
            return 1;
        daemon[i] = process_is_daemon(&p);
    }
    log_line("%d: %d %d %d", process_is_daemon(process_current()), daemon[0], daemon[1], daemon[2]);
    return 0;
}

static void expect_daemons(const struct process_options *options, const char *expected, const char *where) {
    struct process p;
    launch_as(&p, tell_daemons, NULL, options);
    expect_text(log_next(), expected, "%s: is it a daemon, and are objects made with inherited, no and yes", where);
    put_away(&p);
}

Test(proc_daemon, is_what_its_options_or_its_maker_say, .timeout = 5,
     .description = "PROC-DAEMON-001 PROC-DAEMON-001a PROC-DAEMON-001c: three options, each in the main process, a "
                    "daemon and an ordinary child") {
    gates_open();
    expect_int(tell_daemons(NULL), 0, "making three objects in the main process");
    expect_text(log_next(), "0: 0 0 1",
                "in the main process: is it a daemon, and are objects made with inherited, no and yes");
    expect_daemons(&is_one, "1: 1 0 1", "in a daemon");
    expect_daemons(&is_none, "0: 0 0 1", "in a child that is no daemon");
    gates_close();
}

/* Makes and starts an object, and logs the results of both calls. */
static int try_to_start(void *arg) {
    struct process p;
    int made = process_init_target(&p, quit, NULL, arg), started = process_start(&p), error = errno;
    log_line("%d %d %s", made, started, started == -1 ? strerrorname_np(error) : "");
    if (started == 0)
        put_away(&p);
    return 0;
}

static int start_both_kinds(void *arg) {
    (void)arg;
    try_to_start((void *)&is_one);
    return try_to_start((void *)&is_none);
}

Test(proc_daemon, starts_no_processes, .timeout = 5,
     .description = "PROC-DAEMON-002 PROC-DAEMON-002a: a daemon and an ordinary child each start both kinds") {
    struct process daemon, other;
    gates_open();
    launch_as(&daemon, start_both_kinds, NULL, &is_one);
    expect_text(log_next(), "0 -1 EPERM", "in a daemon: the results of making and starting a daemon");
    expect_text(log_next(), "0 -1 EPERM",
                "in a daemon: the results of making and starting a process that is no daemon");
    put_away(&daemon);
    launch_as(&other, start_both_kinds, NULL, &is_none);
    expect_text(log_next(), "0 0 ", "in a child that is no daemon: the results of making and starting a daemon");
    expect_text(log_next(), "0 0 ",
                "in a child that is no daemon: the results of making and starting another such process");
    put_away(&other);
    gates_close();
}

/* First starts a process that waits for the end of a daemon, then starts the daemon. Returns whether that succeeded. */
static bool start_waiter_and_daemon(struct process *waiter, struct process *daemon) {
    bool done = pipe2(daemon_lives, O_CLOEXEC) == 0 &&
                process_init_target(waiter, outlive_the_daemon, NULL, NULL) == 0 && process_start(waiter) == 0 &&
                process_init_target(daemon, hold, NULL, &is_one) == 0 && process_start(daemon) == 0;
    close(daemon_lives[1]);
    close(daemon_lives[0]);
    if (done)
        log_line("%d", (int)process_pid(daemon));
    return done;
}

static int return_5(void *arg) {
    static struct process waiter, daemon;
    (void)arg;
    return start_waiter_and_daemon(&waiter, &daemon) ? 5 : 1;
}

static int exit_5(void *arg) {
    exit(return_5(arg));
}

static void expect_daemon_ends_first(program_body *body, const char *how) {
    pid_t program = program_start(body, NULL), daemon = atoi(log_next_unless_ended(program));
    expect_true(daemon > 0, "a program has started a process that waits for a daemon, and then the daemon");
    step("the program %s: wait until it ends", how);
    expect_true(end_of(program) != 1, "the program ends");
    expect_text(log_next(), "daemon gone 0", "what the process logs that waits for the daemon");
}

Test(proc_daemon, ends_before_anything_is_waited_for, .timeout = 5,
     .description = "PROC-DAEMON-003: a child waits for the daemon's end; the program returns or exits") {
    gates_open();
    expect_daemon_ends_first(return_5, "returns from main");
    expect_daemon_ends_first(exit_5, "calls exit");
    gates_close();
}

/* A program that starts two processes and ends at once. The two processes end a little later. */
static int leave_children(void *arg) {
    static struct process children[2];
    for (int i = 0; i < 2; i++)
        if (process_init_target(&children[i], end_later, NULL, &is_none) != 0 || process_start(&children[i]) != 0)
            return 1;
    return *(int *)arg;
}

static int leave_children_by_exit(void *arg) {
    exit(leave_children(arg));
}

static void expect_children_end_first(program_body *body, int status, const char *how) {
    pid_t program = program_start(body, &status);
    expect_int(end_of(program), status, "the exit status of a program that %s %d", how, status);
    expect_text(log_next_if_any(), "ends", "what one of its children had logged by then");
    expect_text(log_next_if_any(), "ends", "what the other child had logged by then");
    expect_int(has_running_children(), false, "whether one of them still runs after the program");
}

Test(proc_daemon, lets_the_others_end_by_themselves, .timeout = 5,
     .description = "PROC-DAEMON-004: a program with two children that end later returns or calls exit") {
    gates_open();
    adopt_orphans();
    expect_children_end_first(leave_children, 5, "returns from main");
    expect_children_end_first(leave_children_by_exit, 6, "calls exit with");
    gates_close();
}

static int hold_and_tell(void *arg) {
    (void)arg;
    hold(NULL);
    log_line("ran on");
    return HELD;
}

static int say_pid_and_hold(void *arg) {
    log_line("%d", (int)getpid());
    return hold_and_tell(arg);
}

/* A program that starts a daemon and another process, waits at gate 1, and calls _exit. */
static int leave_by__exit(void *arg) {
    struct process daemon, other;
    (void)arg;
    if (process_init_target(&daemon, say_pid_and_hold, NULL, &is_one) != 0 || process_start(&daemon) != 0 ||
        process_init_target(&other, say_pid_and_hold, NULL, NULL) != 0 || process_start(&other) != 0)
        _exit(1);
    wait_at(1);
    _exit(4);
}

Test(proc_daemon, is_left_alone_by__exit, .timeout = 5,
     .description = "PROC-DAEMON-005 PROC-DAEMON-005a: a program with a daemon and another child calls _exit") {
    pid_t children[2];
    gates_open();
    adopt_orphans();
    pid_t program = program_start(leave_by__exit, NULL);
    for (int i = 0; i < 2; i++)
        expect_true((children[i] = atoi(log_next_unless_ended(program))) > 0,
                    "a child of it runs and has logged its pid");
    let_pass(1, 1); /* both children run: what they do at their start cannot be late */
    expect_int(end_of(program), 4, "the exit status of a program that calls _exit(4)");
    expect_true(!has_ended(children[0]), "one of its children is still alive");
    expect_true(!has_ended(children[1]), "its other child is still alive");
    let_pass(0, 2);
    for (int i = 0; i < 2; i++)
        expect_int(end_of(children[i]), HELD, "the exit code of a child that the test has adopted");
    expect_text(log_next(), "ran on", "what one of them logged");
    expect_text(log_next(), "ran on", "what the other one logged");
    gates_close();
}

static int call_exit(void *arg) {
    (void)arg;
    exit(3);
}

/* Starts a child with a plain fork. The child calls exit. */
static pid_t plain_child_that_exits(void) {
    pid_t pid = fork();
    if (pid == 0)
        exit(3);
    return pid;
}

Test(proc_daemon, is_ended_by_its_own_program_only, .timeout = 5,
     .description = "PROC-DAEMON-006 PROC-DAEMON-006a PROC-DAEMON-006b: siblings return and exit, and a plain fork "
                    "exits, while others run") {
    struct process daemon, other, ends[2];
    gates_open();
    exits_end_here();
    launch_as(&daemon, hold_and_tell, NULL, &is_one);
    launch_as(&other, hold_and_tell, NULL, &is_none);
    launch(&ends[0], quit, NULL);
    expect_int(code_at_end(&ends[0]), 0, "the exit code of a sibling that returns");
    launch(&ends[1], call_exit, NULL);
    expect_int(code_at_end(&ends[1]), 3, "the exit code of a sibling that calls exit");
    expect_int(end_of(plain_child_that_exits()), 3, "the exit code of a child of a plain fork that calls exit");
    expect_true(!has_ended(process_pid(&daemon)), "the daemon is still there");
    expect_int(process_is_alive(&daemon), true, "whether the daemon is alive");
    let_pass(0, 2);
    expect_int(code_at_end(&daemon), HELD, "the exit code of the daemon");
    expect_int(code_at_end(&other), HELD, "the exit code of the process that is no daemon");
    process_close(&daemon);
    process_close(&other);
    process_close(&ends[0]);
    process_close(&ends[1]);
    gates_close();
}

/* How many children of a program get SIGTERM. */
static int told_by_program(void *overwrites) {
    expect_true(end_of(program_start(leave_two, overwrites)) != 1, "a program starts two processes");
    end_of_all();
    return count_told();
}

Test(proc_daemon, ends_though_its_object_is_gone, .timeout = 5,
     .description = "PROC-DAEMON-007: a program overwrites its objects and then ends; another one keeps them") {
    gates_open();
    adopt_orphans();
    int number = told_by_program(NULL);
    expect_int(told_by_program(""), number, "how many children get SIGTERM, as from a program that keeps its objects");
    gates_close();
}
