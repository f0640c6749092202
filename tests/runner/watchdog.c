/* watchdog.c - waits for a test process, but not for ever.
 *
 * Theory of operation
 * The runner waits for SIGCHLD with the time that is left as its limit (signals.c), on CLOCK_MONOTONIC. When the time
 * is up it kills the process and its group with SIGKILL, which no test can block; what has left the group is found
 * later (strays.c). Where coverage is counted, the signal of coverage.c comes first, and a tenth of a second to obey
 * it. A test that says it has finished and still does not end (an exit handler that loops, a sanitizer's report) is
 * given as long again as linger says; it keeps the verdict that it has earned.
 *
 * The limit is for the test, and not for the machine. When it is reached, the time in which the test's processes were
 * ready to run and others ran (processes.h) is added to it, up to three times the limit. So a test that waits for an
 * event which does not come is ended in time, and one that is slow because the machine is busy goes on.
 *
 * At least four times a second it also looks whether anybody still wants the results. */
#include "watchdog.h"

#include "coverage.h"
#include "journal.h"
#include "processes.h"
#include "signals.h"
#include "sink.h"

#include <signal.h>
#include <sys/wait.h>

static bool has_ended(pid_t pid) {
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == pid;
}

static bool wait_until(pid_t pid, double end) {
    while (!has_ended(pid)) {
        double left = end - signals_now();
        if (left <= 0)
            return false;
        signals_wait(left < 0.25 ? left : 0.25);
    }
    return true;
}

static void signal_session(pid_t pid, int signal) {
    if (kill(-pid, signal) < 0)
        kill(pid, signal); /* it had no time yet to become a session */
}

static bool end_now(pid_t pid) {
    const double grace = 0.1, patience = 10;
    int last_words = coverage_last_words();
    if (last_words != 0) {
        signal_session(pid, last_words);
        if (wait_until(pid, signals_now() + grace)) {
            signal_session(pid, SIGKILL);
            return true;
        }
    }
    signal_session(pid, SIGKILL);
    return wait_until(pid, signals_now() + patience);
}

/* Seconds that are to be added to a limit, beyond those that were granted before: the delay of the test's processes. */
static double more_time(double limit, double granted) {
    enum { LIMITS = 3 };
    const double least = 0.01;
    struct processes processes = {0};
    processes_look(&processes);
    double delayed = processes_time(&processes).delayed;
    processes_free(&processes);
    double more = (delayed < LIMITS * limit ? delayed : LIMITS * limit) - granted;
    return more >= least ? more : 0;
}

bool watchdog_wait(const struct watch *watch, bool *timed_out) {
    double limit = watch->limit, end = watch->started + limit, granted = 0;
    bool finished = false;
    *timed_out = false;
    while (!has_ended(watch->pid)) {
        double now = signals_now();
        if (!finished && journal_says_finished()) {
            finished = true;
            limit = watch->linger;
            end = now + limit;
        }
        if (now >= end) {
            double more = more_time(limit, granted);
            granted += more;
            end += more;
        }
        if (now >= end || signals_stopped() || !sink_wanted()) {
            *timed_out = now >= end;
            return end_now(watch->pid);
        }
        signals_wait(end - now < 0.25 ? end - now : 0.25);
    }
    return true;
}
