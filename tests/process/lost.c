/* lost.c - processes that other code has waited for, and statuses that the library must not take. */
#include <errno.h>
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

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define HALF_AN_HOUR (1800 * 1000)

static struct process lost;
static bool is_lost; /* false: a thread of the implementation was faster than the test */
static pid_t lost_pid;

static void lose(void) {
    launch(&lost, hold, NULL);
    lost_pid = process_pid(&lost);
    is_lost = take_status(&lost, 0);
}

/* What a call did that has just returned. */
static const char *outcome(int result) {
    const char *name = strerrorname_np(errno);
    return result == 0 ? "success" : result == -1 && name != NULL ? name : "another result";
}

/* What joins and exit codes of the lost process must do. */
static const char *expected(void) {
    return is_lost ? "EIDRM" : "success";
}

Test(proc_join, finds_a_lost_process_every_time, .timeout = 5,
     .description = "PROC-JOIN-012 PROC-JOIN-012a: joins with five timeouts and exit codes, in turns") {
    static const int timeouts[] = {1, 0, HALF_AN_HOUR, -1, -1};
    gates_open();
    lose();
    for (int i = 0; i < 5; i++) {
        int code = -1000;
        expect_text(outcome(process_join(&lost, timeouts[i])), expected(), "a join with a timeout of %d", timeouts[i]);
        expect_text(outcome(process_exitcode(&lost, &code)), expected(), "its exit code");
        expect_int(process_is_alive(&lost), false, "whether it is alive");
    }
    expect_int(process_close(&lost), 0, "closing it");
    gates_close();
}

/* The first call on a lost process: which one it is must not matter. */
static void expect_no_signal(int (*first)(struct process *), int (*second)(struct process *), const char *names) {
    lose();
    watch_signals();
    expect_int(first(&lost), 0, "the first of %s", names);
    expect_int(second(&lost), 0, "the second of %s", names);
    expect_text(log_next_if_any(), "", "what was sent to a pid that nobody has, by %s", names);
    int code = -1000;
    expect_text(outcome(process_exitcode(&lost, &code)), expected(), "its exit code");
    expect_int(process_close(&lost), 0, "closing it");
}

Test(proc_join, sends_no_signal_to_a_lost_process, .timeout = 5,
     .description = "PROC-JOIN-012b PROC-JOIN-012c: terminate and kill as the first calls after the status was taken") {
    gates_open();
    expect_no_signal(process_terminate, process_kill, "terminate and kill");
    expect_no_signal(process_kill, process_terminate, "kill and terminate");
    gates_close();
}

Test(proc_join, closes_and_leaves_out_the_lost, .timeout = 5,
     .description =
         "PROC-JOIN-012c PROC-JOIN-012d PROC-JOIN-012e: two processes run, and the one between them is lost") {
    static unsigned gates[] = {1, 2};
    struct process first, last, *active[3] = {NULL};
    gates_open();
    launch(&first, hold, &gates[0]);
    launch(&lost, hold, NULL);
    launch(&last, hold, &gates[1]);
    pid_t pid = process_pid(&lost);
    is_lost = take_status(&lost, 0);
    expect_int(process_active_children(active, 3), 2, "how many processes run");
    expect_true(active[0] == &first && active[1] == &last, "the two are the first and the last");
    expect_int(process_pid(&lost), pid, "the pid of the lost process");
    expect_int(process_close(&lost), 0, "closing the lost process as the first call on it");
    expect_true(process_is_alive(&first) && process_is_alive(&last), "the first and the last are alive");
    let_pass(2, 1);
    expect_int(code_at_end(&last), HELD, "the exit code of the last");
    let_pass(1, 1);
    expect_int(code_at_end(&first), HELD, "the exit code of the first");
    process_close(&first);
    process_close(&last);
    gates_close();
}

static int exit_5(void *arg) {
    (void)arg;
    return 5;
}

/* Uses every function of the library once. */
static void call_everything(struct process *p) {
    struct process other;
    int code;
    launch(&other, quit, NULL);
    process_active_children(NULL, 0);
    process_is_alive(&other);
    process_join(p, 0);
    process_exitcode(p, &code);
    process_terminate(&other);
    process_kill(&other);
    process_join(&other, -1);
    process_close(p);
    process_close(&other);
}

Test(proc_join, takes_no_status_of_a_plain_child, .timeout = 5,
     .description =
         "PROC-JOIN-011 PROC-JOIN-011a: two plain children have ended, one by a signal, before every function "
         "is called") {
    struct process p;
    gates_open();
    pid_t five = plain_start(exit_5, NULL), killed = plain_start(hold, NULL);
    kill(killed, SIGKILL);
    await_zombie(five);
    await_zombie(killed);
    launch(&p, hold, NULL);
    pid_t pid = process_pid(&p);
    call_everything(&p);
    expect_true(is_child(five) && is_child(killed), "the test can still wait for both plain children");
    expect_int(end_of(five), 5, "the exit code of the first plain child");
    expect_int(end_of(killed), -SIGKILL, "the signal that killed the second plain child");
    let_pass(0, 1);
    await_zombie(pid);
    put_away(&p);
    gates_close();
}

/* Ends a process in this way, joins it with this timeout, and looks for it. */
static void expect_no_zombie(process_target *target, int timeout_ms) {
    struct process p;
    launch(&p, target, NULL);
    pid_t pid = process_pid(&p);
    await_end(&p);
    bool joined = process_join(&p, timeout_ms) == 0; /* if not, that is a matter of PROC-JOIN-001 */
    expect_int(joined && is_child(pid), false, "whether the caller can still wait for the pid, after a join with %d",
               timeout_ms);
    expect_int(joined ? kernel_state(pid) : '-', '-', "the letter of its state in /proc; 45 (-) means it is not there");
    put_away(&p);
}

static int be_terminated(void *arg) {
    (void)arg;
    return raise(SIGTERM);
}

static int be_killed(void *arg) {
    (void)arg;
    return raise(SIGKILL);
}

Test(proc_join, leaves_no_zombie_with_any_timeout, .timeout = 5,
     .description =
         "PROC-JOIN-010 PROC-JOIN-010a PROC-JOIN-010b: joins with 0, 1, half an hour and -1, after three ends") {
    static const int timeouts[] = {0, 1, HALF_AN_HOUR, -1};
    for (int i = 0; i < 4; i++) {
        expect_no_zombie(exit_5, timeouts[i]);
        expect_no_zombie(be_terminated, timeouts[i]);
        expect_no_zombie(be_killed, timeouts[i]);
    }
}
