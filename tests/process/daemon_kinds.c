/* daemon_kinds.c - every kind of object as a daemon or not, and what a daemon gets if it starts one. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/daemon_life.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static const struct process_options is_one = {.daemon = PROCESS_DAEMON_YES};

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static const struct process_class worker_class = {.type_name = "Worker", .run = run_nothing};

/* How an object is made. */
struct kind {
    bool subclass;
    enum process_start_method method;
    int daemon; /* enum process_daemon, or -1: options is NULL */
};

enum { KINDS = 16 };

/* The kinds by number. Returns false for an impossible one: NULL means a fork. */
static bool kind_of(int number, struct kind *kind) {
    kind->subclass = number % 2 == 1;
    kind->method = number / 2 % 2 == 1 ? PROCESS_SPAWN : PROCESS_FORK;
    kind->daemon = number / 4 - 1;
    return kind->daemon >= 0 || kind->method == PROCESS_FORK;
}

static int make(struct process *p, const struct kind *kind) {
    const struct process_options options = {.daemon = (enum process_daemon)kind->daemon, .method = kind->method},
                                 *given = kind->daemon >= 0 ? &options : NULL;
    return kind->subclass ? process_init(p, &worker_class, given) : process_init_target(p, quit, NULL, given);
}

/* Makes an object of each kind, and logs which of them are daemons; '-' if it could not be made. */
static int tell_kinds(void *arg) {
    char line[KINDS + 1] = "";
    (void)arg;
    for (int i = 0, count = 0; i < KINDS; i++) {
        struct kind kind;
        struct process p;
        if (kind_of(i, &kind))
            line[count++] = make(&p, &kind) != 0 ? '-' : process_is_daemon(&p) ? '1' : '0';
    }
    log_line("%s", line);
    return 0;
}

static void expect_kinds(const struct process_options *options, const char *expected, const char *where) {
    struct process p;
    launch_as(&p, tell_kinds, NULL, options);
    expect_text(log_next(), expected, "in %s: objects with NULL (2), inherited, no and yes (4 each) that are daemons",
                where);
    put_away(&p);
}

Test(proc_daemon, is_the_same_for_every_kind, .timeout = 5,
     .description =
         "PROC-DAEMON-001b PROC-DAEMON-001d PROC-DAEMON-001c PROC-DAEMON-001a: NULL and three options, targets "
         "and subclasses, both methods") {
    gates_open();
    tell_kinds(NULL);
    expect_text(log_next(), "00000000001111",
                "in the main process: objects with NULL (2), inherited, no and yes (4 each) that are daemons");
    expect_kinds(NULL, "00000000001111", "a child that is no daemon");
    expect_kinds(&is_one, "11111100001111", "a daemon");
    gates_close();
}

static int log_and_hold(void *arg) {
    log_line("%d", process_is_daemon(process_current()));
    return hold(arg);
}

static void expect_same_answer(bool daemon) {
    struct process p;
    expect_int(
        process_init_target(&p, log_and_hold, NULL,
                            &(struct process_options){.daemon = daemon ? PROCESS_DAEMON_YES : PROCESS_DAEMON_NO}),
        0, "making a process");
    expect_int(process_is_daemon(&p), daemon, "whether it is a daemon before the start");
    expect_int(process_start(&p), 0, "starting it");
    expect_int(process_is_daemon(&p), daemon, "whether it is a daemon during the run");
    expect_text(log_next(), daemon ? "1" : "0", "whether it is a daemon, asked by itself");
    let_pass(0, 1);
    await_end(&p);
    expect_int(process_is_daemon(&p), daemon, "whether it is a daemon after the end");
    expect_int(process_join(&p, -1), 0, "joining it");
    expect_int(process_is_daemon(&p), daemon, "whether it is a daemon after the join");
    process_close(&p);
}

Test(proc_daemon, stays_what_it_is, .timeout = 5,
     .description = "PROC-DAEMON-001e: a daemon and another process are asked at five moments of their lives") {
    gates_open();
    expect_same_answer(true);
    expect_same_answer(false);
    gates_close();
}

/* In a daemon: makes and starts an object of each kind. Logs how often each call gave something wrong. */
static int start_every_kind(void *arg) {
    int unmade = 0, not_eperm = 0, changed = 0;
    (void)arg;
    for (int i = 0; i < KINDS; i++) {
        struct kind kind;
        struct process p;
        if (!kind_of(i, &kind))
            continue;
        if (make(&p, &kind) != 0) {
            unmade++;
            continue;
        }
        errno = 0;
        not_eperm += process_start(&p) != -1 || errno != EPERM;
        changed += process_pid(&p) != 0 || process_is_alive(&p);
    }
    log_line("%d %d %d, children %d", unmade, not_eperm, changed, has_children());
    return 0;
}

Test(proc_daemon, starts_nothing_of_any_kind, .timeout = 5,
     .description =
         "PROC-DAEMON-002a PROC-DAEMON-002b PROC-DAEMON-002c: fourteen kinds of objects, also for a spawn of an "
         "unknown target") {
    struct process daemon;
    gates_open();
    launch_as(&daemon, start_every_kind, NULL, &is_one);
    expect_text(log_next(), "0 0 0, children 0",
                "in a daemon, of all kinds: not made, not refused with EPERM, has a pid or is alive; children");
    put_away(&daemon);
    gates_close();
}

static void on_any_signal(int signal) {
    log_line("got signal %d", signal);
}

/* A program whose children inherit its handlers of signals. */
static int leave_with_handlers(void *arg) {
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT};
    static struct process child;
    (void)arg;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        signal(numbers[i], on_any_signal);
    return process_init_target(&child, end_later, NULL, NULL) == 0 && process_start(&child) == 0 ? 5 : 1;
}

Test(proc_daemon, or_other_child_gets_no_signal, .timeout = 5,
     .description = "PROC-DAEMON-004b: a child that is no daemon has handlers for eight signals") {
    gates_open();
    adopt_orphans();
    expect_int(end_of(program_start(leave_with_handlers, NULL)), 5, "the exit status of the program");
    expect_text(log_next_if_any(), "ends", "what its child logged first");
    expect_text(log_next_if_any(), "", "what else was logged");
    gates_close();
}

static int exit_and_leave_two(void *arg) {
    exit(leave_two(arg));
}

/* How many of the two children of a child get SIGTERM at its end. */
static int told_by_child(process_target *target, void *overwrites) {
    struct process p;
    launch(&p, target, overwrites);
    expect_true(code_at_end(&p) != 1, "a child starts two processes");
    put_away(&p);
    end_of_all();
    return count_told();
}

Test(proc_daemon, of_a_child_ends_though_its_object_is_gone, .timeout = 5,
     .description = "PROC-DAEMON-007a: a forked child overwrites its two objects or keeps them; it returns or exits") {
    static process_target *const targets[] = {leave_two, exit_and_leave_two};
    gates_open();
    adopt_orphans();
    for (int i = 0; i < 2; i++) {
        int number = told_by_child(targets[i], NULL);
        expect_int(told_by_child(targets[i], ""), number,
                   "how many get SIGTERM, as from a child that keeps its objects");
    }
    gates_close();
}

/* In a process with two children: a plain fork calls exit(3). Logs its end, and whether both children still live. */
static int fork_beside_children(void *arg) {
    struct process daemon, other;
    (void)arg;
    if (process_init_target(&daemon, hold, NULL, &is_one) != 0 || process_start(&daemon) != 0 ||
        process_init_target(&other, hold, NULL, NULL) != 0 || process_start(&other) != 0)
        return 1;
    pid_t plain = fork();
    if (plain == 0)
        exit(3);
    log_line("%d, alive %d %d", end_of(plain), process_is_alive(&daemon), process_is_alive(&other));
    let_pass(0, 2);
    put_away(&daemon);
    put_away(&other);
    return 0;
}

Test(proc_daemon, of_a_child_is_no_business_of_a_plain_fork, .timeout = 5,
     .description = "PROC-DAEMON-006b: in a started child with a daemon and another child, a plain fork calls exit") {
    struct process p;
    gates_open();
    launch(&p, fork_beside_children, NULL);
    expect_text(log_next(), "3, alive 1 1", "the exit code of the plain fork, and whether both children are alive");
    put_away(&p);
    gates_close();
}

/* A program that starts a process and then forks. The new process starts its own and calls exit. */
static int fork_and_leave(void *arg) {
    struct process before;
    if (process_init_target(&before, quit, NULL, NULL) != 0 || process_start(&before) != 0)
        return 1;
    put_away(&before);
    pid_t plain = fork();
    if (plain == 0)
        exit(leave_two(arg));
    return end_of(plain);
}

Test(proc_daemon, of_a_plain_fork_is_ended_by_it, .timeout = 5,
     .description = "PROC-DAEMON-006c PROC-RULE-010b: a program with two children ends, then a plain fork with two") {
    gates_open();
    adopt_orphans();
    expect_true(end_of(program_start(leave_two, NULL)) != 1, "the program starts two processes");
    bool waits = !has_running_children();
    end_of_all();
    int number = count_told();
    expect_true(end_of(program_start(fork_and_leave, NULL)) != 1, "the plain fork starts two processes");
    expect_true(!waits || !has_running_children(), "the plain fork waits for both, as a program does");
    end_of_all();
    expect_int(count_told(), number, "how many of its children get SIGTERM, as from a program");
    gates_close();
}
