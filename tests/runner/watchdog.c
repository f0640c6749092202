/* watchdog.c - waits for a test process, but not for ever.
 *
 * Theory of operation
 * The executor waits for SIGCHLD (signals.c), and hears the facts that the test tells meanwhile (fact.h). The limit of
 * this wait is the time that is left, on CLOCK_MONOTONIC. When the time is up, it kills the process and its group with
 * SIGKILL, which no test can block. Processes that have left the group are found later (strays.c). If coverage is
 * counted, the signal of coverage.c comes first, and the process has a tenth of a second for it. Some tests say that
 * they have finished and still do not end: an exit handler loops, or a sanitizer writes its report. They get the time
 * linger, and keep the verdict that they have earned.
 *
 * The limit is for the test, not for the machine. The processes of the test may have been ready to run while others
 * ran. When the limit is reached, this time is added to it (processes.h), up to three times the limit. So a test that
 * waits for an event that never comes is ended in time. A test that is slow because the machine is busy goes on.
 *
 * At least four times a second the executor also checks whether there is still a reader for the results. */
#include "watchdog.h"

#include "coverage.h"
#include "fact.h"
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
        kill(pid, signal); /* it had no time yet to make its session */
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

/* Seconds to add to a limit, beyond those that were granted before: the delay of the test's processes. */
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
        fact_hear();
        if (!finished && *watch->finished) {
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
        fact_wait(end - now < 0.25 ? end - now : 0.25);
    }
    fact_hear();
    return true;
}
