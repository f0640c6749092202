/* daemon_ends.c - programs with unusual children: what happens to each child at the end, in which order. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/signals_sent.h"

static const struct process_options is_none = {.daemon = PROCESS_DAEMON_NO};
static const struct process_options is_one = {.daemon = PROCESS_DAEMON_YES};

/* Makes and starts a process. Returns whether both succeeded. */
static bool begin(struct process *p, process_target *target, const struct process_options *options) {
    return process_init_target(p, target, NULL, options) == 0 && process_start(p) == 0;
}

/* Runs a program and waits until it and all its children have ended. Its status is 1 only if it could not start them.
 */
static void run_to_the_end(program_body *body, const char *what) {
    adopt_orphans();
    pid_t program = program_start(body, NULL);
    expect_true(end_of(program) != 1, "a program %s starts them and ends", what);
    step("wait until all its children have ended");
    end_of_all();
}

/* Runs a program to its end. It must end with this status, and no child of it may be left. */
static void expect_end(program_body *body, int status, const char *what) {
    adopt_orphans();
    pid_t program = program_start(body, NULL);
    expect_int(end_of(program), status, "the exit status of a program %s", what);
    expect_int(has_running_children(), false, "whether a child of it still runs");
}

static void on_sigterm(int signal) {
    (void)signal;
    log_line("caught SIGTERM");
    _exit(0);
}

static int catch_sigterm(void *arg) {
    (void)arg;
    signal(SIGTERM, on_sigterm);
    let_pass(1, 1);
    return hold(NULL);
}

/* SIGTERM does not end it. It ends when its starter waits for it. */
static int outlast_sigterm(void *arg) {
    signal(SIGTERM, SIG_IGN);
    let_pass(1, 1);
    return end_later(arg);
}

static int leave_two_daemons(void *arg) {
    static struct process catches, outlasts;
    (void)arg;
    if (!begin(&catches, catch_sigterm, &is_one) || !begin(&outlasts, outlast_sigterm, &is_one))
        return 1;
    wait_at(1);
    wait_at(1);
    return 5;
}

Test(proc_daemon, gets_sigterm_and_nothing_else, .timeout = 5,
     .description = "PROC-DAEMON-003a: one daemon catches the signal; the program returns") {
    gates_open();
    run_to_the_end(leave_two_daemons, "with two daemons");
    const char *first = log_next_if_any();
    bool caught = strcmp(first, "caught SIGTERM") == 0;
    caught = strcmp(log_next_if_any(), "caught SIGTERM") == 0 || caught;
    expect_true(caught, "the daemon with a handler has caught SIGTERM");
    gates_close();
}

static int leave_a_stubborn_daemon(void *arg) {
    static struct process outlasts;
    (void)arg;
    if (!begin(&outlasts, outlast_sigterm, &is_one))
        return 1;
    wait_at(1);
    return 5;
}

Test(proc_daemon, is_waited_for_though_it_goes_on_after_sigterm, .timeout = 5,
     .description =
         "PROC-DAEMON-004a: SIGTERM does not end the daemon, which ends by itself when the program waits for it") {
    gates_open();
    expect_end(leave_a_stubborn_daemon, 5, "with a daemon that SIGTERM does not end");
    expect_text(log_next_if_any(), "ends", "what the daemon had logged when the program ended");
    gates_close();
}

static int lives[2]; /* a pipe; only the second daemon keeps its writing end open */

/* Ignores SIGTERM and ends after the other daemon. */
static int wait_for_the_other_daemon(void *arg) {
    char byte;
    (void)arg;
    signal(SIGTERM, SIG_IGN);
    close(lives[1]);
    let_pass(1, 1);
    ssize_t length = read(lives[0], &byte, 1);
    log_line("the other daemon is gone %d", (int)length);
    return 0;
}

static int leave_daemons_in_order(void *arg) {
    static struct process waits, ends;
    (void)arg;
    if (pipe2(lives, O_CLOEXEC) != 0 || !begin(&waits, wait_for_the_other_daemon, &is_one) ||
        !begin(&ends, hold, &is_one))
        return 1;
    close(lives[0]);
    close(lives[1]);
    wait_at(1);
    return 5;
}

Test(proc_daemon, gets_its_signal_before_another_is_waited_for, .timeout = 5,
     .description = "PROC-DAEMON-003b: the first of two daemons ends only after the second one") {
    gates_open();
    run_to_the_end(leave_daemons_in_order, "whose first daemon waits for its second one");
    expect_text(log_next_if_any(), "the other daemon is gone 0", "what the first daemon has logged");
    gates_close();
}

/* Has four daemons that have ended. The status of each was taken in another way. */
static int leave_ended_daemons(void *arg) {
    static struct process daemons[4];
    int code;
    (void)arg;
    for (int i = 0; i < 4; i++)
        if (!begin(&daemons[i], quit, &is_one))
            return 1;
    for (int i = 0; i < 4; i++)
        await_zombie(process_pid(&daemons[i]));
    for (int i = 0; i < 3; i++)
        await_readable(process_sentinel(&daemons[i])); /* the library can know now that it has ended */
    process_join(&daemons[0], -1);
    process_exitcode(&daemons[1], &code);
    process_is_alive(&daemons[2]);
    waitpid(process_pid(&daemons[3]), NULL, 0);
    await_readable(process_sentinel(&daemons[3]));
    watch_signals();
    return 5;
}

Test(proc_daemon, gets_no_signal_after_its_end, .timeout = 5,
     .description =
         "PROC-DAEMON-003c: daemons that were joined, asked for their code or life, or waited for by the test") {
    gates_open();
    run_to_the_end(leave_ended_daemons, "whose four daemons have ended");
    expect_text(log_next_if_any(), "", "the log: signals that went to a pid of nobody");
    gates_close();
}

static int signals_caught[2]; /* a pipe: a byte for each signal that the program has handled */

static void note_signal(int signal) {
    (void)signal;
    ssize_t written = write(signals_caught[1], "", 1);
    (void)written;
}

/* Sends its starter three signals while the starter waits, each after the last one was handled. */
static int interrupt_the_starter(void *arg) {
    pid_t starter = getppid();
    char byte;
    for (int i = 0; i < 3 && await_starter(); i++) {
        kill(starter, SIGUSR1);
        while (read(signals_caught[0], &byte, 1) != 1 && getppid() == starter)
            sched_yield();
    }
    return end_later(arg);
}

static int be_interrupted(void *arg) {
    static struct process child;
    const struct sigaction action = {.sa_handler = note_signal}; /* without SA_RESTART */
    (void)arg;
    sigaction(SIGUSR1, &action, NULL);
    if (pipe2(signals_caught, O_NONBLOCK | O_CLOEXEC) != 0 || !begin(&child, interrupt_the_starter, &is_none))
        return 1;
    return 5;
}

Test(proc_daemon, or_other_child_is_waited_for_though_signals_come, .timeout = 5,
     .description =
         "PROC-DAEMON-004d PROC-RULE-003: a child sends three signals to the program that waits for it, then ends") {
    gates_open();
    expect_end(be_interrupted, 5, "that handles three signals while it waits at its end");
    expect_text(log_next_if_any(), "ends", "what its child had logged when the program ended");
    gates_close();
}

static int return_9(void *arg) {
    (void)arg;
    return 9;
}

/* A program with a lost child, and one that was killed. */
static int leave_the_lost(void *arg) {
    static struct process lost, killed, late;
    (void)arg;
    if (!begin(&lost, return_9, &is_none) || !begin(&killed, hold, &is_none) || !begin(&late, end_later, &is_none))
        return 1;
    kill(process_pid(&killed), SIGKILL);
    while (waitpid(process_pid(&lost), NULL, 0) == -1 && errno == EINTR)
        continue;
    return 0;
}

Test(proc_daemon, or_lost_child_does_not_stop_the_end, .timeout = 5,
     .description =
         "PROC-DAEMON-004e PROC-DAEMON-004c: a child that the program has waited for, one that was killed, and "
         "one that ends late") {
    gates_open();
    expect_end(leave_the_lost, 0, "that has waited for one of its children itself, and returns 0");
    expect_text(log_next_if_any(), "ends", "what its last child had logged when the program ended");
    gates_close();
}

enum { MANY = 20 };

static int end_at_the_gate(void *arg) {
    return hold(arg) == HELD ? 1 : 0;
}

/* A program with 20 children that end only after the program waits. The first of them opens the gate for the others. */
static int leave_many(void *arg) {
    static struct process children[MANY], opener;
    (void)arg;
    for (int i = 0; i < MANY; i++)
        if (!begin(&children[i], end_at_the_gate, i % 2 == 0 ? &is_none : NULL))
            return 1;
    return begin(&opener, end_later, &is_none) ? 5 : 1;
}

static int open_the_gate_late(void *arg) {
    pid_t program = *(pid_t *)arg;
    await_waiting(program);
    log_line(has_ended(program) ? "the program has ended" : "the program waits");
    let_pass(0, MANY);
    return 0;
}

Test(proc_daemon, or_other_children_are_waited_for_however_many, .timeout = 10,
     .description = "PROC-DAEMON-004f: twenty children that end only when the program waits") {
    gates_open();
    adopt_orphans();
    pid_t program = program_start(leave_many, NULL);
    expect_text(log_next_unless_ended(program), "ends", "what the last child logs when the program waits");
    pid_t opener = plain_start(open_the_gate_late, &program);
    expect_int(end_of(program), 5, "the exit status of the program");
    expect_text(log_next(), "the program waits", "what the program did when twenty of its children still ran");
    expect_int(end_of(opener), 0, "the end of the process that opened the gate");
    expect_int(has_children(), false, "whether a child of the program is left");
    gates_close();
}

static void log_before(void) {
    log_line("registered before");
}

static void log_after(void) {
    log_line("registered after");
}

static int have_exit_handlers(void *arg) {
    static struct process child;
    (void)arg;
    bool done = atexit(log_before) == 0 && begin(&child, quit, &is_none) && atexit(log_after) == 0;
    return done ? 5 : 1;
}

Test(proc_daemon, or_other_child_hides_no_exit_handler, .timeout = 5,
     .description = "PROC-DAEMON-004h: a program registers one handler before its start and one after it") {
    gates_open();
    expect_end(have_exit_handlers, 5, "with two handlers of its own");
    expect_text(log_next_if_any(), "registered after", "what its newest handler had logged");
    expect_text(log_next_if_any(), "registered before", "what its oldest handler had logged");
    gates_close();
}

static int say_pid_and_hold(void *arg) {
    (void)arg;
    log_line("%d", (int)getpid());
    hold(NULL);
    log_line("ran on");
    return HELD;
}

/* A child with a daemon and another child. It calls _exit, or kills itself if its argument is not NULL. */
static int have_children_and_leave(void *arg) {
    static struct process first, second;
    if (!begin(&first, say_pid_and_hold, &is_one) || !begin(&second, say_pid_and_hold, &is_none))
        return 1;
    wait_at(1);
    if (arg != NULL)
        raise(SIGKILL);
    _exit(4);
}

static void expect_left_alone(void *arg, int code, const char *how) {
    struct process p;
    pid_t children[2];
    launch(&p, have_children_and_leave, arg);
    for (int i = 0; i < 2; i++)
        expect_true((children[i] = atoi(log_next())) > 0, "a grandchild runs and has logged its pid");
    let_pass(1, 1);
    expect_int(code_at_end(&p), code, "the exit code of a forked child that %s", how);
    for (int i = 0; i < 2; i++)
        expect_true(!has_ended(children[i]), "a grandchild is still alive after the end of a child that %s", how);
    let_pass(0, 2);
    for (int i = 0; i < 2; i++)
        expect_text(log_next(), "ran on", "what a grandchild logged after the end of a child that %s", how);
    for (int i = 0; i < 2; i++)
        expect_int(end_of(children[i]), HELD, "the exit code of a grandchild that the test has adopted");
    process_close(&p);
}

Test(proc_daemon, of_a_child_is_left_alone_by__exit, .timeout = 5,
     .description = "PROC-DAEMON-005b PROC-DAEMON-005a: a forked child with two children calls _exit or is killed") {
    gates_open();
    adopt_orphans();
    expect_left_alone(NULL, 4, "calls _exit(4)");
    expect_left_alone("", -SIGKILL, "is killed");
    gates_close();
}
