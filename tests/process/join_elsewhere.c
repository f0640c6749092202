/* join_elsewhere.c - joins, exit codes and questions by processes that are not the maker, and about oneself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static const int timeouts[] = {0, 1, -1};

enum { TIMEOUTS = sizeof timeouts / sizeof *timeouts };

/* Objects of the test's process, which its children have as copies. */
static struct process closed_one, unstarted, running, ended, unseen;

static void make_copies(void) {
    launch(&closed_one, quit, NULL);
    put_away(&closed_one);
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making an object that is not started");
    launch(&running, hold, NULL);
    launch(&ended, quit, NULL);
    code_at_end(&ended);
    launch(&unseen, quit, NULL);
    await_end(&unseen);
}

static void put_copies_away(void) {
    expect_int(process_is_alive(&running), true, "in the maker: whether the process that runs is alive");
    let_pass(0, 1);
    expect_int(code_at_end(&running), HELD, "in the maker: its exit code");
    process_close(&running);
    process_close(&ended);
    put_away(&unseen);
}

/* The error of all joins of p, or "several" if they differ. */
static const char *error_of_joins(struct process *p) {
    const char *first = "";
    for (int i = 0; i < TIMEOUTS; i++) {
        int result = process_join(p, timeouts[i]), error = errno;
        const char *name = result == -1 && strerrorname_np(error) != NULL ? strerrorname_np(error) : "none";
        if (i > 0 && strcmp(name, first) != 0)
            return "several";
        first = name;
    }
    return first;
}

/* Logs the errors of all joins, of the exit code and of is_alive. */
static void tell(const char *what, struct process *p) {
    int code = -1000;
    const char *joins = error_of_joins(p);
    int result = process_exitcode(p, &code), error = errno;
    const char *exitcode = result == -1 ? strerrorname_np(error) : "none";
    errno = 0;
    bool alive = process_is_alive(p);
    error = errno;
    log_line("%s: %s %s %s", what, joins, exitcode, alive ? "alive" : strerrorname_np(error));
}

static int ask_about_copies(void *arg) {
    (void)arg;
    tell("closed", &closed_one);
    tell("unstarted", &unstarted);
    tell("running", &running);
    tell("ended", &ended);
    tell("unseen", &unseen);
    tell("current", process_current());
    if (process_parent() != NULL)
        tell("parent", process_parent());
    return 0;
}

static void expect_refusals(void) {
    expect_text(log_next(), "closed: EINVAL EINVAL EINVAL", "join, exit code and is_alive of a closed object");
    expect_text(log_next(), "unstarted: ECHILD ECHILD ECHILD", "join, exit code and is_alive of an unstarted object");
    expect_text(log_next(), "running: ECHILD ECHILD ECHILD", "join, exit code and is_alive of a process that runs");
    expect_text(log_next(), "ended: ECHILD ECHILD ECHILD", "join, exit code and is_alive of a process that was joined");
    expect_text(log_next(), "unseen: ECHILD ECHILD ECHILD", "join, exit code and is_alive of a process that has ended");
    expect_text(log_next(), "current: EDEADLK ECHILD alive", "join, exit code and is_alive of process_current()");
}

Test(proc_join, refuses_copies_with_every_timeout, .timeout = 5,
     .description = "PROC-JOIN-007 PROC-JOIN-007a PROC-JOIN-007b PROC-RULE-001a PROC-RULE-001b PROC-RULE-001c "
                    "PROC-RULE-002a PROC-RULE-002b PROC-RULE-002c PROC-RULE-002d: a child asks about seven objects") {
    struct process p;
    gates_open();
    make_copies();
    launch(&p, ask_about_copies, NULL);
    expect_refusals();
    expect_text(log_next(), "parent: ECHILD ECHILD alive", "join, exit code and is_alive of process_parent()");
    put_away(&p);
    put_copies_away();
    gates_close();
}

Test(proc_join, refuses_copies_in_a_plain_fork, .timeout = 5,
     .description = "PROC-JOIN-007 PROC-JOIN-006 PROC-RULE-010a: the same questions in a process of a plain fork") {
    gates_open();
    make_copies();
    expect_int(end_of(plain_start(ask_about_copies, NULL)), 0, "the exit code of a plain fork");
    expect_refusals();
    put_copies_away();
    gates_close();
}

/* Logs what can be read of a copy. */
static void tell_facts(struct process *p) {
    log_line("%s %d %d", process_name(p), (int)process_pid(p), process_is_daemon(p));
}

static int read_copies(void *arg) {
    struct process *parent = process_parent();
    (void)arg;
    tell_facts(&unstarted);
    tell_facts(&running);
    if (parent != NULL)
        log_line("%d %d", process_pid(parent) == getppid(), process_is_daemon(parent));
    log_line("%d %zu", process_pid(process_current()) == getpid(), process_active_children(NULL, 0));
    return process_close(&closed_one) == 0 ? 3 : 1;
}

static void expect_fact(struct process *p, const char *which) {
    char expected[PROCESS_NAME_MAX + 32];
    snprintf(expected, sizeof expected, "%s %d 0", process_name(p), (int)process_pid(p));
    expect_text(log_next(), expected, "name, pid and daemon flag of the copy of %s", which);
}

static void expect_facts(void) {
    expect_fact(&unstarted, "an unstarted object");
    expect_fact(&running, "a process that runs");
}

Test(proc_join, can_read_copies, .timeout = 5,
     .description =
         "PROC-JOIN-007 PROC-RULE-002a PROC-RULE-002b PROC-RULE-002e PROC-RULE-010a PROC-RULE-010c: a child and "
         "a plain fork read names, pids and daemon flags") {
    struct process p;
    gates_open();
    make_copies();
    launch(&p, read_copies, NULL);
    expect_facts();
    expect_text(log_next(), "1 0", "in a child: whether the parent's pid is right, and whether it is a daemon");
    expect_text(log_next(), "1 0", "in a child: whether its own pid is right, and its active children");
    expect_int(code_at_end(&p), 3, "in a child: 3 if the copy of a closed object can be closed");
    process_close(&p);
    int code = end_of(plain_start(read_copies, NULL));
    expect_facts();
    expect_text(log_next(), "1 0", "in a plain fork: whether its own pid is right, and its active children");
    expect_int(code, 3, "in a plain fork: 3 if the copy of a closed object can be closed");
    put_copies_away();
    gates_close();
}

static int join_oneself(void *arg) {
    log_line("%s %s", error_of_joins(process_current()), error_of_joins(arg));
    return 0;
}

static int join_the_current(void *arg) {
    return join_oneself(arg != NULL ? arg : process_current());
}

Test(proc_join, refuses_oneself_with_every_timeout, .timeout = 5,
     .description =
         "PROC-JOIN-006 PROC-JOIN-006a PROC-JOIN-006b PROC-JOIN-006c PROC-RULE-001b: a child, the main process "
         "and a plain fork, with 0, 1 and -1") {
    struct process p;
    gates_open();
    expect_text(error_of_joins(process_current()), "EDEADLK", "joins of process_current() before the first start");
    launch(&p, join_the_current, &p);
    expect_text(log_next(), "EDEADLK EDEADLK", "in a child: joins of process_current() and of its object");
    put_away(&p);
    expect_text(error_of_joins(process_current()), "EDEADLK", "joins of process_current() after a start");
    expect_int(end_of(plain_start(join_the_current, NULL)), 0, "the exit code of a plain fork");
    expect_text(log_next(), "EDEADLK EDEADLK", "in a plain fork of the main process: joins of process_current()");
    gates_close();
}

/* In a plain fork: a life of its own object from the beginning to the end. */
static int live_through(void *arg) {
    static unsigned gate = 1;
    struct process own;
    int code = -1000;
    (void)arg;
    if (process_init_target(&own, hold, &gate, NULL) != 0 || process_start(&own) != 0)
        return 1;
    if (!process_is_alive(&own) || process_join(&own, 0) != -1)
        return 2;
    let_pass(1, 1);
    if (process_join(&own, -1) != 0)
        return 3;
    if (process_exitcode(&own, &code) != 0 || code != HELD)
        return 4;
    return process_sentinel(&own) >= 0 && process_close(&own) == 0 ? 42 : 5;
}

Test(proc_join, works_in_a_plain_fork, .timeout = 5,
     .description =
         "PROC-JOIN-001 PROC-RULE-009 PROC-RULE-010b PROC-JOIN-015a: all functions on an object that a plain fork "
         "makes, while its parent's child runs") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    expect_int(end_of(plain_start(live_through, NULL)), 42,
               "42 if every call in the plain fork was right; otherwise the "
               "number of the first group that was wrong");
    expect_int(process_is_alive(&p), true, "whether the child of the main process is alive");
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "its exit code");
    process_close(&p);
    gates_close();
}
