/* terminate_combinations.c - terminate, kill and close in every state of a process, and by everybody who may not. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/signals_sent.h"

static volatile sig_atomic_t own_signals;

static void count_signal(int signal) {
    (void)signal;
    own_signals++;
}

static void tell_signal(int signal) {
    (void)signal;
    log_line("has got it");
}

/* Starts a child of its own, and both wait at gate 0. SIGTERM does not end this one. */
static int have_a_child(void *arg) {
    static struct process own;
    if (process_init_target(&own, hold, arg, NULL) != 0 || process_start(&own) != 0)
        return 1;
    signal(SIGTERM, tell_signal);
    log_line("%d", (int)process_pid(&own));
    return hold(arg);
}

Test(proc_terminate, reaches_nobody_else, .timeout = 5,
     .description = "PROC-TERM-001c: a child with a child of its own, and a caller with a handler") {
    struct process p;
    gates_open();
    adopt_orphans();
    launch(&p, have_a_child, NULL);
    pid_t grandchild = atoi(log_next());
    signal(SIGTERM, count_signal);
    expect_int(process_terminate(&p), 0, "terminating a child that has a child");
    expect_text(log_next(), "has got it", "what the child logs, which goes on");
    expect_int(own_signals, 0, "how many signals the caller got");
    expect_true(!has_ended(grandchild), "the grandchild lives");
    let_pass(0, 2);
    put_away(&p);
    expect_text(log_next_if_any(), "", "what else was logged");
    gates_close();
}

/* Blocks every signal and waits. */
static int hold_against_all(void *arg) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    log_line("blocks all");
    return hold(arg);
}

static int log_and_hold(void *arg) {
    log_line("runs");
    return hold(arg);
}

/* Starts a process and waits until it has logged something; stops it if asked to. */
static void launch_and_stop(struct process *p, process_target *target, bool stop) {
    launch(p, target, NULL);
    log_next();
    if (!stop)
        return;
    kill(process_pid(p), SIGSTOP);
    while (kernel_state(process_pid(p)) != 'T')
        await_rest(process_pid(p));
    step("the process is stopped");
}

Test(proc_terminate, does_not_wait_for_the_stopped, .timeout = 5,
     .description = "PROC-TERM-002b: a child that SIGSTOP has stopped, and that goes on later") {
    struct process p;
    gates_open();
    launch_and_stop(&p, log_and_hold, true);
    expect_int(process_terminate(&p), 0, "terminating a stopped process");
    expect_int(process_is_alive(&p), true, "whether it is alive after that");
    kill(process_pid(&p), SIGCONT);
    expect_int(code_at_end(&p), -SIGTERM, "its exit code when it goes on");
    process_close(&p);
    gates_close();
}

Test(proc_terminate, kills_in_every_state, .timeout = 5,
     .description =
         "PROC-TERM-003b PROC-TERM-003a: a stopped child, one that blocks all signals, and one that does both") {
    static const struct {
        process_target *target;
        bool stop;
        const char *what;
    } cases[] = {
        {log_and_hold, true, "is stopped"},
        {hold_against_all, false, "blocks all signals"},
        {hold_against_all, true, "blocks all signals and is stopped"},
    };
    gates_open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process p;
        launch_and_stop(&p, cases[i].target, cases[i].stop);
        expect_int(process_kill(&p), 0, "killing a child that %s", cases[i].what);
        expect_int(code_at_end(&p), -SIGKILL, "the exit code of a child that %s", cases[i].what);
        process_close(&p);
    }
    gates_close();
}

static void take_by_join(struct process *p) {
    step("process_join gives %d", process_join(p, -1));
}

static void take_by_exitcode(struct process *p) {
    int code;
    step("process_exitcode gives %d", process_exitcode(p, &code));
}

static void take_by_is_alive(struct process *p) {
    step("process_is_alive gives %d", process_is_alive(p));
}

static void take_by_active_children(struct process *p) {
    (void)p;
    step("process_active_children(NULL, 0) gives %zu", process_active_children(NULL, 0));
}

static void take_by_signals(struct process *p) {
    expect_int(process_terminate(p), 0, "terminating it a first time");
}

static const struct {
    void (*take)(struct process *p);
    const char *how;
} takes[] = {
    {take_by_join, "a join"},
    {take_by_exitcode, "process_exitcode"},
    {take_by_is_alive, "process_is_alive"},
    {take_by_active_children, "process_active_children"},
    {take_by_signals, "process_terminate"},
};

static void expect_no_stranger(struct process *p, const char *when) {
    expect_int(process_terminate(p), 0, "terminating it after %s", when);
    expect_int(process_kill(p), 0, "killing it after %s", when);
    expect_text(log_next_if_any(), "", "the log after %s: signals that went to a pid of nobody", when);
}

Test(proc_terminate, sends_nothing_to_the_pid_of_nobody, .timeout = 5,
     .description = "PROC-TERM-004b: five ways in which the library may have waited for a child") {
    gates_open();
    watch_signals();
    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++) {
        struct process p;
        int code = 9;
        launch(&p, quit, &code);
        await_end(&p);
        takes[i].take(&p);
        expect_no_stranger(&p, takes[i].how);
        process_close(&p);
    }
    gates_close();
}

/* Starts a child, and waits for it with waitpid before the code under test can. */
static void launch_and_lose(struct process *p) {
    sigset_t child, old;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old); /* so that a handler of the code under test comes too late */
    launch(p, hold, NULL);
    let_pass(0, 1);
    while (waitpid(process_pid(p), NULL, 0) == -1 && errno == EINTR)
        continue;
    sigprocmask(SIG_SETMASK, &old, NULL);
    step("the test has called waitpid for it");
    await_end(p);
}

Test(proc_terminate, sends_nothing_where_other_code_has_waited, .timeout = 5,
     .description = "PROC-TERM-004c: the test itself waits for the child") {
    struct process p;
    gates_open();
    watch_signals();
    launch_and_lose(&p);
    expect_no_stranger(&p, "a waitpid of other code");
    process_close(&p);
    gates_close();
}

Test(proc_terminate, closes_what_other_code_has_waited_for, .timeout = 5,
     .description = "PROC-TERM-007a PROC-TERM-007b: the test itself waits for the child, and then closes it twice") {
    struct process p;
    gates_open();
    int before = open_descriptors();
    launch_and_lose(&p);
    expect_int(process_close(&p), 0, "closing it");
    expect_int(process_close(&p), 0, "closing it again");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    gates_close();
}

/* Makes the four calls, and returns how many of them did not fail with ECHILD. */
static int calls_not_refused(struct process *p) {
    int (*const calls[])(struct process *) = {process_terminate, process_kill, process_close};
    int wrong = 0;
    for (int i = 0; i < 3; i++) {
        errno = 0;
        wrong += calls[i](p) != -1 || errno != ECHILD;
    }
    errno = 0;
    return wrong + (process_sentinel(p) != -1 || errno != ECHILD);
}

enum { RUNS, ENDED, JOINED, UNSTARTED, COPIES };
static struct process copies[COPIES];

static int try_all_copies(void *arg) {
    (void)arg;
    for (int i = 0; i < COPIES; i++)
        log_line("%d", calls_not_refused(&copies[i]));
    log_line("%d", calls_not_refused(process_current()));
    log_line("%d", process_parent() != NULL ? calls_not_refused(process_parent()) : 0);
    return 0;
}

static void expect_all_refused(const char *who) {
    static const char *const which[] = {"a process that runs",   "a process that has ended", "a joined process",
                                        "an object not started", "process_current()",        "process_parent()"};
    for (int i = 0; i < COPIES + 2; i++)
        expect_text(log_next(), "0", "in %s: how many of terminate, kill, close and sentinel of %s are not ECHILD", who,
                    which[i]);
}

Test(proc_terminate, is_refused_to_everybody_else, .timeout = 5,
     .description = "PROC-TERM-005a PROC-TERM-005b PROC-TERM-005c PROC-RULE-001c PROC-RULE-002d: six objects, in a "
                    "started child, in a plain child and in "
                    "the main process") {
    struct process p;
    gates_open();
    launch(&copies[RUNS], hold, NULL);
    launch(&copies[ENDED], quit, NULL);
    await_end(&copies[ENDED]);
    launch(&copies[JOINED], quit, NULL);
    expect_int(code_at_end(&copies[JOINED]), 0, "the exit code of a sibling");
    expect_int(process_init_target(&copies[UNSTARTED], quit, NULL, NULL), 0, "making an object");
    launch(&p, try_all_copies, NULL);
    expect_all_refused("a started child");
    put_away(&p);
    expect_int(end_of(plain_start(try_all_copies, NULL)), 0, "the exit code of a child of a plain fork");
    expect_all_refused("a child of a plain fork");
    expect_int(calls_not_refused(process_current()), 0,
               "in the main process: how many of terminate, kill, close and sentinel of process_current() are not "
               "ECHILD");
    let_pass(0, 1);
    expect_int(code_at_end(&copies[RUNS]), HELD, "the exit code of the process that runs");
    for (int i = 0; i < COPIES; i++)
        expect_int(process_close(&copies[i]), 0, "closing object number %d", i + 1);
    gates_close();
}

Test(proc_terminate, keeps_the_sentinel_of_what_runs, .timeout = 5,
     .description = "PROC-TERM-006b PROC-TERM-006c PROC-TERM-006a: closes a running, then stopped child") {
    struct process p;
    int sentinel;
    gates_open();
    launch_and_stop(&p, log_and_hold, false);
    expect_success(sentinel = process_sentinel(&p), "its sentinel");
    expect_error(process_close(&p), EBUSY, "closing it while it runs");
    expect_int(process_sentinel(&p), sentinel, "its sentinel after that");
    expect_int(is_readable(sentinel), false, "whether the sentinel is readable");
    kill(process_pid(&p), SIGSTOP);
    while (kernel_state(process_pid(&p)) != 'T')
        await_rest(process_pid(&p));
    expect_error(process_close(&p), EBUSY, "closing it while it is stopped");
    kill(process_pid(&p), SIGCONT);
    let_pass(0, 1);
    await_readable(sentinel);
    expect_int(code_at_end(&p), HELD, "its exit code");
    expect_int(process_close(&p), 0, "closing it after its end");
    gates_close();
}

static int count_open(struct process *p, bool joined) {
    int code = 1, before = open_descriptors();
    launch(p, quit, &code);
    await_end(p);
    if (joined)
        process_join(p, -1);
    expect_int(process_close(p), 0, "closing it");
    return open_descriptors() - before;
}

Test(proc_terminate, closes_every_descriptor, .timeout = 5,
     .description = "PROC-TERM-007b PROC-TERM-007a: a child that was joined, and one that was not") {
    struct process p;
    expect_int(count_open(&p, true), 0, "how many more descriptors are open after the close of a joined process");
    expect_int(count_open(&p, false), 0, "how many more descriptors are open after the close without a join");
}

/* Whether a call has just failed with EINVAL. */
static bool refused(bool failed) {
    bool right = failed && errno == EINVAL;
    errno = 0;
    return right;
}

/* Makes every call on a closed object. Logs how many did not fail with EINVAL, and the result of another close. */
static int work_on_a_closed_object(void *arg) {
    int code = -1000, wrong = 0;
    errno = 0;
    wrong += !refused(process_start(arg) == -1);
    wrong += !refused(process_join(arg, 0) == -1);
    wrong += !refused(process_exitcode(arg, &code) == -1);
    wrong += !refused(process_terminate(arg) == -1);
    wrong += !refused(process_kill(arg) == -1);
    wrong += !refused(process_sentinel(arg) == -1);
    wrong += !refused(process_pid(arg) == -1);
    wrong += !refused(!process_is_alive(arg));
    wrong += !refused(!process_is_daemon(arg));
    log_line("%d wrong, code %d, close %d", wrong, code, process_close(arg));
    return 0;
}

static void expect_closed(struct process *p, const char *which) {
    struct process child;
    expect_int(work_on_a_closed_object(p), 0, "trying every call on %s", which);
    expect_text(log_next(), "0 wrong, code -1000, close 0", "the results on %s", which);
    launch(&child, work_on_a_closed_object, p);
    expect_text(log_next(), "0 wrong, code -1000, close 0", "the results in a child on its copy of %s", which);
    put_away(&child);
}

Test(proc_terminate, is_over_after_the_close_everywhere, .timeout = 5,
     .description = "PROC-TERM-008d PROC-TERM-008e PROC-TERM-008b PROC-TERM-008a PROC-RULE-001a PROC-RULE-002e: a "
                    "closed object that was never started "
                    "and one that was, here and in a child") {
    struct process unstarted, ended;
    gates_open();
    expect_int(process_init_target(&unstarted, quit, NULL, &(struct process_options){.name = "net"}), 0,
               "making an object");
    expect_int(process_close(&unstarted), 0, "closing it");
    expect_closed(&unstarted, "an object that was never started");
    expect_text(process_name(&unstarted), "net", "its name");
    launch(&ended, quit, NULL);
    put_away(&ended);
    expect_closed(&ended, "an object whose process has ended");
    gates_close();
}
