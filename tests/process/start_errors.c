/* start_errors.c - which process may start which object: the order of the errors, copies, daemons, a second start. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* Objects of the test's process, which its children have as copies. */
static struct process closed_one, unstarted, running, ended;

static void make_copies(void) {
    launch(&closed_one, quit, NULL);
    put_away(&closed_one);
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making an object that is not started");
    launch(&running, hold, NULL);
    launch(&ended, quit, NULL);
    code_at_end(&ended);
}

static void tell_start(const char *what, struct process *p) {
    int result = process_start(p), error = errno;
    log_line("%s %d %s", what, result, result == -1 ? strerrorname_np(error) : "");
}

static int start_copies(void *arg) {
    (void)arg;
    tell_start("closed", &closed_one);
    tell_start("unstarted", &unstarted);
    tell_start("running", &running);
    tell_start("ended", &ended);
    tell_start("current", process_current());
    if (process_parent() != NULL)
        tell_start("parent", process_parent());
    return 0;
}

static void expect_no_starts(void) {
    expect_text(log_next(), "closed -1 EINVAL", "starting the copy of a closed object");
    expect_text(log_next(), "unstarted -1 ECHILD", "starting the copy of an object that was not started");
    expect_text(log_next(), "running -1 ECHILD", "starting the copy of a process that runs");
    expect_text(log_next(), "ended -1 ECHILD", "starting the copy of a process that has ended");
    expect_text(log_next(), "current -1 ECHILD", "starting process_current()");
}

Test(proc_start, starts_no_copy, .timeout = 5,
     .description = "PROC-START-004 PROC-START-004a PROC-START-004b PROC-RULE-002 PROC-RULE-002a PROC-RULE-002d "
                    "PROC-RULE-001c: a child, a daemon and a plain fork try six objects each") {
    struct process p;
    const struct process_options daemon = {.daemon = PROCESS_DAEMON_YES};
    gates_open();
    make_copies();
    expect_error(process_start(process_current()), ECHILD, "starting process_current() in the main process");
    launch(&p, start_copies, NULL);
    expect_no_starts();
    expect_text(log_next(), "parent -1 ECHILD", "starting process_parent()");
    put_away(&p);
    launch_as(&p, start_copies, NULL, &daemon);
    expect_no_starts();
    expect_text(log_next(), "parent -1 ECHILD", "starting process_parent() in a daemon");
    put_away(&p);
    expect_int(end_of(plain_start(start_copies, NULL)), 0,
               "the exit code of a plain fork that starts the same objects");
    expect_no_starts();
    expect_int(process_is_alive(&running), true, "whether the process that ran still runs");
    let_pass(0, 1);
    expect_int(code_at_end(&running), HELD, "its exit code");
    process_close(&running);
    process_close(&ended);
    gates_close();
}

static int start_own(void *arg) {
    struct process own;
    const struct process_options spawned = {.method = PROCESS_SPAWN};
    (void)arg;
    if (process_init_target(&own, quit, NULL, NULL) != 0 || process_close(&own) != 0)
        return 1;
    tell_start("closed", &own);
    if (process_init_target(&own, quit, NULL, NULL) != 0)
        return 1;
    tell_start("own", &own);
    if (process_init_target(&own, quit, NULL, &spawned) != 0)
        return 1;
    tell_start("unregistered", &own);
    return 0;
}

Test(proc_start, tells_a_daemon_the_first_error, .timeout = 5,
     .description = "PROC-START-004b PROC-START-004c: a daemon starts a closed object, and two that it may not start") {
    struct process p;
    gates_open();
    launch_as(&p, start_own, NULL, &(struct process_options){.daemon = PROCESS_DAEMON_YES});
    expect_text(log_next(), "closed -1 EINVAL", "in a daemon: starting a closed object");
    expect_text(log_next(), "own -1 EPERM", "in a daemon: starting an object of its own");
    expect_text(log_next(), "unregistered -1 EPERM", "in a daemon: spawning a target that is not registered");
    put_away(&p);
    gates_close();
}

static int make_again_and_start(void *arg) {
    struct process *copy = arg;
    int nine = 9, code = -1000;
    if (process_init_target(copy, quit, &nine, NULL) != 0 || process_start(copy) != 0)
        return 1;
    code = code_at_end(copy);
    return getpid() != process_pid(copy) ? code : 2;
}

Test(proc_start, starts_a_copy_that_was_made_again, .timeout = 5,
     .description = "PROC-START-004 PROC-RULE-002f PROC-RULE-009 PROC-RULE-010b: a child and a plain fork initialise "
                    "copies of an unstarted and of a running object") {
    struct process p;
    gates_open();
    make_copies();
    launch(&p, make_again_and_start, &unstarted);
    expect_int(code_at_end(&p), 9, "what a child got from its own process, in the copy of an unstarted object");
    process_close(&p);
    launch(&p, make_again_and_start, &running);
    expect_int(code_at_end(&p), 9, "what a child got from its own process, in the copy of a running object");
    process_close(&p);
    expect_int(end_of(plain_start(make_again_and_start, &running)), 9,
               "what a plain fork got from its own process, in the copy of a running object");
    expect_int(process_start(&unstarted), 0, "in the maker: starting the object");
    expect_int(code_at_end(&unstarted), 0, "its exit code");
    let_pass(0, 1);
    expect_int(code_at_end(&running), HELD, "in the maker: the exit code of the process that ran");
    process_close(&unstarted);
    process_close(&running);
    process_close(&ended);
    gates_close();
}

static int be_killed(void *arg) {
    (void)arg;
    return raise(SIGKILL);
}

/* Starts it again after its end, joined or not, and once more after it was made again. */
static void expect_one_start(process_target *target, bool joined, const char *how) {
    struct process p;
    launch(&p, target, NULL);
    await_end(&p);
    if (joined)
        process_join(&p, 0);
    pid_t pid = process_pid(&p);
    expect_error(process_start(&p), EALREADY, "starting a process again that %s", how);
    expect_error(process_start(&p), EALREADY, "starting it once more");
    expect_int(process_pid(&p), pid, "its pid");
    expect_int(process_close(&p), 0, "closing it");
    expect_int(process_init_target(&p, quit, &(int){4}, NULL), 0, "making it again");
    expect_int(process_start(&p), 0, "starting the new object");
    expect_true(process_pid(&p) > 0 && process_pid(&p) != getpid(), "the new object has a process of its own");
    expect_int(code_at_end(&p), 4, "its exit code");
    process_close(&p);
}

Test(proc_start, starts_once_whatever_the_end, .timeout = 5,
     .description = "PROC-START-003 PROC-START-003a PROC-START-003c PROC-RULE-005: four ends, joined and "
                    "not joined, then a new object in the same memory") {
    expect_one_start(quit, false, "returned");
    expect_one_start(quit, true, "returned and was joined");
    expect_one_start(be_killed, false, "was killed");
    expect_one_start(be_killed, true, "was killed and was joined");
}

/* How a spawned child begins that must see errors before its main guard. */
#define EARLY "errors before the guard"

static int error_of_start(struct process *p) {
    return process_start(p) == -1 ? errno : 0;
}

/* Runs before the constructor in spawned.c, which does not know this value. */
__attribute__((constructor(200))) static void begin_early(int argc, char **argv) {
    const char *how = getenv(SPAWNED_VARIABLE);
    struct process p;
    const struct process_options spawned = {.method = PROCESS_SPAWN};
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0 || how == NULL || strcmp(how, EARLY) != 0)
        return;
    setenv(SPAWNED_VARIABLE, "a child of a program without a guard", 1);
    if (process_init_target(&p, quit, NULL, &spawned) != 0 || error_of_start(&p) != EDEADLK)
        _exit(1);
    if (process_close(&p) != 0 || error_of_start(&p) != EINVAL)
        _exit(2);
    _exit(error_of_start(process_current()) == ECHILD ? SPAWNED_FINE : 3);
}

Test(proc_start, tells_the_first_error_before_the_guard, .timeout = 5,
     .description =
         "PROC-START-004c PROC-START-004b: a program without a guard tries an unregistered target, and a closed "
         "object") {
    struct process p;
    setenv(SPAWNED_VARIABLE, EARLY, 1);
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(&p, spawned_begun_anew, NULL, &(struct process_options){.method = PROCESS_SPAWN});
    expect_int(code_at_end(&p), SPAWNED_FINE,
               "the exit code: 1 if EDEADLK was not the error for an unregistered "
               "target, 2 if EINVAL was not the error for a closed object, 3 if ECHILD "
               "was not the error for process_current()");
    process_close(&p);
}
