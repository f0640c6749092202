/* join.c - process_join: how long it waits, for which process, and which process may call it. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/effort.h"
#include "support/process/fork_order.h"
#include "support/process/kernel_view.h"

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define HALF_AN_HOUR (1800 * 1000)

static int end_later_by_signal(void *arg) {
    end_later(arg);
    return raise(SIGKILL);
}

static void expect_join_waits(process_target *target, enum fork_order order) {
    struct process p;
    set_fork_order(order);
    launch(&p, target, NULL);
    expect_int(process_join(&p, -1), 0, "joining a process that ends a little later");
    expect_text(log_next_if_any(), "ends", "what it had logged when the join returned");
    expect_true(has_ended(process_pid(&p)), "the process has ended");
    process_close(&p);
}

Test(proc_join, waits_for_the_end, .timeout = 5,
     .description = "PROC-JOIN-001 PROC-JOIN-001a: a child that returns and a child that a signal kills") {
    gates_open();
    expect_join_waits(end_later, AS_IT_COMES);
    expect_join_waits(end_later, CHILD_FIRST);
    expect_join_waits(end_later, PARENT_FIRST);
    expect_join_waits(end_later_by_signal, AS_IT_COMES);
    gates_close();
}

Test(proc_join, can_be_repeated, .timeout = 5,
     .description = "PROC-JOIN-002 PROC-JOIN-002a: joins an ended process five times, with three different timeouts") {
    struct process p;
    int code = 5;
    launch(&p, quit, &code);
    expect_int(join_for_code(&p), 5, "the exit code after the first join");
    expect_int(process_join(&p, -1), 0, "joining again");
    expect_int(process_join(&p, 0), 0, "joining again, without waiting");
    expect_int(process_join(&p, HALF_AN_HOUR), 0, "joining again, with a timeout");
    expect_int(join_for_code(&p), 5, "the exit code after the fifth join");
    process_close(&p);
}

Test(proc_join, looks_at_timeout_0, .timeout = 5,
     .description = "PROC-JOIN-003 PROC-JOIN-003a: one join while the process runs, and one after its end") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    expect_error(process_join(&p, 0), ETIMEDOUT, "a join with timeout 0 while it runs");
    let_pass(0, 1);
    await_end(&p);
    expect_int(process_join(&p, 0), 0, "a join with timeout 0 after its end");
    process_close(&p);
    gates_close();
}

static bool join_in_vain(void *p, int timeout_ms) {
    return process_join(p, timeout_ms) == -1 && errno == ETIMEDOUT;
}

Test(proc_join, gives_up_in_time_and_leaves_the_process_alone, .timeout = 5,
     .description = "PROC-JOIN-004 PROC-JOIN-004a PROC-JOIN-004b: many joins with timeouts of 1 ms and 10 ms") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    expect_short_waits(join_in_vain, &p, 1, 1);
    expect_short_waits(join_in_vain, &p, 10, 10);
    expect_true(process_is_alive(&p) && !has_ended(process_pid(&p)), "the process still runs");
    let_pass(0, 1);
    expect_int(code_at_end(&p), HELD, "the exit code, after a join that waits");
    process_close(&p);
    gates_close();
}

static void expect_join_after_interruption(unsigned k) {
    struct process p;
    launch(&p, end_later, NULL);
    interrupt_waits(k, 2);
    expect_int(process_join(&p, -1), 0, "a join, while its waits number %u and %u are interrupted", k, k + 1);
    interrupt_waits(1, 0);
    expect_text(log_next_if_any(), "ends", "what the process had logged when the join returned");
    process_close(&p);
}

static void let_it_end(void *unused) {
    (void)unused;
    let_pass(0, 1);
}

Test(proc_join, waits_its_time_though_signals_come, .timeout = 5,
     .description = "PROC-JOIN-005: signals during joins without a timeout, with 60 ms and with half an hour") {
    struct process p;
    gates_open();
    for (unsigned k = 1; k <= 3; k++)
        expect_join_after_interruption(k);
    launch(&p, hold, NULL);
    interruptions_start(gettid(), 5);
    double start = stopwatch_ms();
    expect_error(process_join(&p, 60), ETIMEDOUT, "a join with a timeout of 60 ms while signals come");
    expect_at_least(stopwatch_ms() - start, 60, "how long it waited");
    interruptions_then(3, let_it_end, NULL);
    expect_int(process_join(&p, HALF_AN_HOUR), 0,
               "a join with a timeout of half an hour, interrupted before the process ends");
    interruptions_stop();
    process_close(&p);
    gates_close();
}

/* The signals come at shorter intervals than the timeout. A join that starts its wait again after each signal never
 * ends. */
Test(proc_join, waits_no_longer_though_signals_come, .timeout = 3,
     .description = "PROC-JOIN-005: signals every 5 ms during a join with a timeout of 80 ms") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    interruptions_start(gettid(), 5);
    expect_error(process_join(&p, 80), ETIMEDOUT, "a join with a timeout of 80 ms while signals come every 5 ms");
    interruptions_stop();
    let_pass(0, 1);
    put_away(&p);
    gates_close();
}

/* Logs the result of a call that must fail, and the name of errno. */
static void tell_failure(const char *what, int result) {
    log_line("%s %d %s", what, result, strerrorname_np(errno));
}

static int join_oneself(void *arg) {
    tell_failure("current", process_join(process_current(), -1));
    tell_failure("object", process_join(arg, -1));
    return 0;
}

Test(
    proc_join, refuses_to_wait_for_oneself, .timeout = 5,
    .description =
        "PROC-JOIN-006: a child joins process_current() and its own object; the main process joins process_current()") {
    struct process p;
    gates_open();
    launch(&p, join_oneself, &p);
    expect_text(log_next(), "current -1 EDEADLK", "in a child: joining process_current()");
    expect_text(log_next(), "object -1 EDEADLK", "in a child: joining the object that was started");
    put_away(&p);
    expect_error(process_join(process_current(), -1), EDEADLK, "joining process_current() in the main process");
    gates_close();
}

static int ask_about(void *arg) {
    int code = -1000;
    tell_failure("join", process_join(arg, -1));
    tell_failure("exitcode", process_exitcode(arg, &code));
    errno = 0;
    tell_failure("alive", process_is_alive(arg));
    return 0;
}

static void expect_refusals(struct process *p, const char *which) {
    struct process asker;
    launch(&asker, ask_about, p);
    expect_text(log_next(), "join -1 ECHILD", "in another process: joining %s", which);
    expect_text(log_next(), "exitcode -1 ECHILD", "in another process: the exit code of %s", which);
    expect_text(log_next(), "alive 0 ECHILD", "in another process: process_is_alive of %s", which);
    put_away(&asker);
}

Test(proc_join, is_for_the_maker_alone, .timeout = 5,
     .description = "PROC-JOIN-007: a child asks about a sibling that runs and an object never started") {
    struct process runs, unstarted;
    gates_open();
    launch(&runs, hold, NULL);
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making a process and not starting it");
    expect_refusals(&runs, "a sibling that runs");
    expect_refusals(&unstarted, "an object that was not started");
    expect_int(process_is_alive(&runs), true, "in the maker: whether the process that runs is alive");
    let_pass(0, 1);
    expect_int(code_at_end(&runs), HELD, "in the maker: its exit code");
    process_close(&runs);
    gates_close();
}

static int begin_and_end(void *arg) {
    log_line("%s begins", (const char *)arg);
    await_starter();
    log_line("%s ends", (const char *)arg);
    return 0;
}

Test(proc_join, runs_them_one_after_another, .timeout = 5,
     .description = "PROC-JOIN-008: two processes, each joined before the next start") {
    struct process first, second;
    gates_open();
    launch(&first, begin_and_end, "first");
    expect_int(process_join(&first, -1), 0, "joining the first");
    launch(&second, begin_and_end, "second");
    expect_int(process_join(&second, -1), 0, "joining the second");
    expect_text(log_next(), "first begins", "what happened first");
    expect_text(log_next(), "first ends", "what happened next");
    expect_text(log_next(), "second begins", "what happened then");
    expect_text(log_next(), "second ends", "what happened last");
    process_close(&first);
    process_close(&second);
    gates_close();
}

/* Ends when the two other processes run too. Each of them passes gate n of process n once. */
static int meet_the_others(void *arg) {
    unsigned self = *(unsigned *)arg;
    let_pass(self, 2);
    for (unsigned other = 0; other < 3; other++)
        if (other != self)
            wait_at(other);
    return HELD;
}

Test(proc_join, lets_them_run_at_once, .timeout = 5,
     .description = "PROC-JOIN-009 PROC-JOIN-009a: three processes that wait for each other") {
    static unsigned numbers[] = {0, 1, 2};
    struct process p[3];
    gates_open();
    for (int i = 0; i < 3; i++)
        launch(&p[i], meet_the_others, &numbers[i]);
    for (int i = 0; i < 3; i++)
        expect_int(code_at_end(&p[i]), HELD, "the exit code of a process that waits for both others");
    for (int i = 0; i < 3; i++)
        process_close(&p[i]);
    gates_close();
}

/* Joins p for 200 ms. Returns the share of this time in which the caller used the processor. */
static double share_of_join(struct process *p, int *given_up) {
    struct effort begin = effort_begin();
    *given_up += process_join(p, 200) == -1 && errno == ETIMEDOUT;
    return effort_share(&begin);
}

/* One good join of three is enough, because the rest of the machine may disturb a join. A join that spins uses the
 * processor all the time in each of the three. */
Test(proc_join, sleeps_while_it_waits, .timeout = 5,
     .description = "PROC-JOIN-014: processor time of joins with a timeout of 200 ms") {
    struct process p;
    gates_open();
    launch(&p, hold, NULL);
    double share = 1;
    int joins = 0, given_up = 0;
    while (joins < 3 && share >= 0.25) {
        share = share_of_join(&p, &given_up);
        joins++;
    }
    expect_int(given_up, joins, "how many joins with a timeout of 200 ms gave up");
    expect_true(share < 0.25, "the join uses the processor for less than 25 percent of its time (measured: %.0f)",
                share * 100);
    let_pass(0, 1);
    put_away(&p);
    gates_close();
}

/* Two starts and every kind of join. Returns how many starts failed. */
static int join_in_every_way(void) {
    struct process p, other;
    int failed = process_init_target(&p, hold, NULL, NULL) != 0 || process_start(&p) != 0;
    failed += process_init_target(&other, quit, NULL, NULL) != 0 || process_start(&other) != 0;
    process_join(&p, 0);
    process_join(&p, 1);
    process_is_alive(&p);
    let_pass(0, 1);
    process_join(&p, HALF_AN_HOUR);
    await_end(&p);
    process_is_alive(&p);
    process_sentinel(&p);
    process_close(&p);
    process_join(&p, -1);
    process_join(&other, -1);
    await_end(&other);
    process_close(&other);
    return failed;
}

Test(proc_join, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-JOIN-017: rounds of two processes and every kind of join") {
    gates_open();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 100);
    for (unsigned i = 0; i < count; i++) {
        failed += join_in_every_way();
        end_round();
    }
    expect_int(failed, 0, "how many starts failed, with two starts a round");
    expect_no_more_remains(of_a_life, before, 2 * count);
    gates_close();
}
