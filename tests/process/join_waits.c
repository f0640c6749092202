/* join_waits.c - how long a join waits: large timeouts, negative ones, signals, stops, and other children that end. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/short_waits.h"
#include "support/core/signal_setup.h"
#include "support/core/stopwatch.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define HALF_AN_HOUR (1800 * 1000)

/* Ends when its starter waits, by the signal *(int *)arg, or with 3 if that is 0. */
static int end_somehow(void *arg) {
    int signal = *(int *)arg;
    end_later(NULL);
    return signal == 0 ? 3 : raise(signal);
}

static void expect_join(int how, int timeout_ms) {
    struct process p;
    launch(&p, end_somehow, &how);
    expect_int(process_join(&p, timeout_ms), 0, "a join with a timeout of %d, of a process that then ends by signal %d",
               timeout_ms, how);
    expect_text(log_next_if_any(), "ends", "what the process had logged when the join returned");
    put_away(&p);
}

Test(
    proc_join, waits_for_ever_with_any_negative_number, .timeout = 5,
    .description = "PROC-JOIN-001 PROC-JOIN-001a PROC-JOIN-001b: -1, -2, -1000 and the smallest int, with three ends") {
    gates_open();
    expect_join(0, -1);
    expect_join(SIGKILL, -2);
    expect_join(SIGTERM, -1000);
    expect_join(0, INT_MIN);
    expect_join(SIGKILL, INT_MIN + 1);
    gates_close();
}

/* 3602000 ms are more than an int has room for, in microseconds and in nanoseconds. What is left of them is negative.
 */
Test(proc_join, waits_with_large_timeouts, .timeout = 5,
     .description =
         "PROC-JOIN-004c PROC-JOIN-004d: processes that end during joins with 3602000 ms and with INT_MAX ms") {
    static const int timeouts[] = {3600 * 1000, 3602000, INT_MAX / 2, INT_MAX - 1, INT_MAX};
    gates_open();
    for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++)
        expect_join(0, timeouts[i]);
    gates_close();
}

static bool join_in_vain(void *p, int timeout_ms) {
    return process_join(p, timeout_ms) == -1 && errno == ETIMEDOUT;
}

/* The signals come at moments that have nothing to do with the joins. */
Test(proc_join, waits_not_too_short_though_signals_come, .timeout = 10,
     .description =
         "PROC-JOIN-005 PROC-JOIN-005a PROC-RULE-003: thirty joins with 10 ms while signals come every 3 ms") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    interruptions_start(gettid(), 3);
    expect_short_waits(join_in_vain, &p, 10, 10);
    interruptions_stop();
    let_pass(0, 1);
    put_away(&p);
    gates_close();
}

static void restart_calls(void) {
    struct sigaction action;
    require(sigaction(SIGALRM, NULL, &action) == 0, "read a handler");
    action.sa_flags |= SA_RESTART;
    require(sigaction(SIGALRM, &action, NULL) == 0, "set a handler");
}

static void let_it_end(void *unused) {
    (void)unused;
    let_pass(0, 1);
}

Test(proc_join, waits_its_time_if_the_handler_restarts_calls, .timeout = 10,
     .description = "PROC-JOIN-005 PROC-JOIN-005b PROC-RULE-003a: signals every 2 ms with SA_RESTART") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    interruptions_start(gettid(), 2);
    restart_calls();
    double start = stopwatch_ms();
    expect_error(process_join(&p, 60), ETIMEDOUT, "a join with a timeout of 60 ms while signals come");
    expect_at_least(stopwatch_ms() - start, 60, "how long it waited");
    interruptions_then(1, let_it_end, NULL);
    expect_int(process_join(&p, -1), 0, "a join for ever, while signals come before the process ends");
    interruptions_stop();
    process_close(&p);
    gates_close();
}

/* Each of the first waits is interrupted, one join after another. */
Test(proc_join, waits_though_its_call_is_interrupted, .timeout = 5,
     .description =
         "PROC-JOIN-005a PROC-RULE-003: one or three waiting calls fail with EINTR, in joins with and without "
         "a timeout") {
    static const int timeouts[] = {-1, HALF_AN_HOUR};
    gates_open();
    for (int i = 0; i < 2; i++)
        for (unsigned count = 1; count <= 3; count += 2) {
            interrupt_waits(1, count);
            expect_join(0, timeouts[i]);
            interrupt_waits(1, 0);
        }
    gates_close();
}

static void on_child(int signal) {
    (void)signal;
}

Test(proc_join, is_not_ended_by_another_child, .timeout = 5,
     .description = "PROC-JOIN-004 PROC-RULE-007b: a sibling and a plain child end during joins, with a handler of "
                    "SIGCHLD") {
    static const struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART};
    struct process p, other;
    gates_open();
    require(sigaction(SIGCHLD, &action, NULL) == 0, "set a handler of SIGCHLD");
    launch(&p, hold, NULL);
    launch(&other, end_later, NULL);
    pid_t plain = plain_start(end_later, NULL);
    double start = stopwatch_ms();
    expect_error(process_join(&p, 50), ETIMEDOUT, "a join with a timeout of 50 ms, while two other children end");
    expect_at_least(stopwatch_ms() - start, 50, "how long it waited");
    waitpid(plain, NULL, 0);
    put_away(&other);
    let_pass(0, 1);
    put_away(&p);
    gates_close();
}

/* Continues its parent when that has stopped, and when the process that started it has seen the stop or sleeps on. */
static void continue_parent(pid_t parent, pid_t starter) {
    for (int looks = 0; looks < 3 && getppid() == parent; looks += await_rest(parent) == 'T') {
        sched_yield();
        await_rest(starter);
    }
    kill(parent, SIGCONT);
    _exit(0);
}

/* Stops while its starter waits, continues, and ends. */
static int stop_and_continue(void *arg) {
    pid_t self = getpid(), starter = getppid();
    (void)arg;
    await_starter();
    pid_t helper = fork();
    if (helper == 0)
        continue_parent(self, starter);
    raise(SIGSTOP);
    log_line("continues");
    end_of(helper);
    return HELD;
}

Test(proc_join, is_not_ended_by_a_stop, .timeout = 5,
     .description = "PROC-JOIN-001: the process stops and continues during joins for ever and with half an hour") {
    static const int timeouts[] = {-1, HALF_AN_HOUR};
    gates_open();
    for (int i = 0; i < 2; i++) {
        struct process p;
        launch(&p, stop_and_continue, NULL);
        expect_int(process_join(&p, timeouts[i]), 0, "a join with a timeout of %d of a process that stops",
                   timeouts[i]);
        expect_text(log_next_if_any(), "continues", "what the process had logged when the join returned");
        expect_int(code_at_end(&p), HELD, "its exit code");
        process_close(&p);
    }
    gates_close();
}

static int stop_and_hold(void *arg) {
    raise(SIGSTOP);
    return hold(arg);
}

Test(proc_join, finds_that_a_stopped_process_runs, .timeout = 5,
     .description = "PROC-JOIN-003 PROC-JOIN-003a PROC-JOIN-003b: joins with 0 and 1 ms of a process that has stopped "
                    "itself") {
    struct process p;
    gates_open();
    launch(&p, stop_and_hold, NULL);
    require(await_rest(process_pid(&p)) == 'T', "await a stop");
    expect_error(process_join(&p, 0), ETIMEDOUT, "a join with timeout 0 of a stopped process");
    expect_error(process_join(&p, 1), ETIMEDOUT, "a join with 1 ms of a stopped process");
    require(kill(process_pid(&p), SIGCONT) == 0, "continue a process");
    expect_error(process_join(&p, 0), ETIMEDOUT, "a join with timeout 0 after it has continued");
    let_pass(0, 1);
    await_end(&p);
    expect_int(process_join(&p, 0), 0, "a join with timeout 0 as soon as the sentinel is readable");
    process_close(&p);
    gates_close();
}

Test(proc_join, leaves_signals_as_they_were, .timeout = 5,
     .description = "PROC-JOIN-004 PROC-RULE-008 PROC-RULE-008b: compares masks and actions of all signals after joins "
                    "that fail and succeed") {
    struct process p;
    int code;
    gates_open();
    signal_setup_make();
    struct signal_setup setup = signal_setup_now();
    launch(&p, hold, NULL);
    process_join(&p, 0);
    expect_text(signal_setup_changes(&setup, false), "", "what a join with timeout 0 changed");
    process_join(&p, 1);
    process_join(process_current(), -1);
    expect_text(signal_setup_changes(&setup, false), "", "what joins changed that failed");
    process_is_alive(&p);
    process_exitcode(&p, &code);
    expect_text(signal_setup_changes(&setup, false), "", "what is_alive and exitcode changed");
    let_pass(0, 1);
    expect_int(process_join(&p, -1), 0, "a join that waits");
    expect_text(signal_setup_changes(&setup, false), "", "what a join changed that waited");
    process_close(&p);
    expect_text(signal_setup_changes(&setup, true), "", "what has changed after the close");
    gates_close();
}

/* Starts, joins and closes a few other processes. */
static void disturb(int code) {
    struct process p;
    launch(&p, quit, &code);
    expect_int(code_at_end(&p), code, "the exit code of another process");
    process_close(&p);
}

Test(proc_join, keeps_the_codes_of_several, .timeout = 5,
     .description =
         "PROC-JOIN-002 PROC-JOIN-002a PROC-JOIN-002b: three joined processes, while others are started, joined "
         "and closed") {
    static int codes[] = {11, 12, 13};
    static const int timeouts[] = {-1, 0, 1, HALF_AN_HOUR};
    struct process p[3];
    for (int i = 0; i < 3; i++) {
        launch(&p[i], quit, &codes[i]);
        expect_int(process_join(&p[i], -1), 0, "the first join of process %d", i);
    }
    for (int round = 0; round < 4; round++) {
        disturb(21 + round);
        for (int i = 2; i >= 0; i--) {
            expect_int(process_join(&p[i], timeouts[round]), 0, "a join of process %d with %d ms", i, timeouts[round]);
            expect_int(join_for_code(&p[i]), codes[i], "the exit code of process %d", i);
        }
    }
    for (int i = 0; i < 3; i++)
        process_close(&p[i]);
}
