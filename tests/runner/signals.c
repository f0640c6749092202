/* signals.c - the signals of the executor: the end of a child, and people who want it to stop.
 *
 * Theory of operation
 * The executor has no signal handler. It blocks SIGCHLD and the signals that end a program. It takes them one by one
 * with sigtimedwait, at the two places where it only waits. So nothing is ever interrupted. No event is lost between a
 * check and a wait, and a run that is stopped ends in an orderly way. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static const int waited_for[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static bool stopped;

static sigset_t awaited(void) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++)
        sigaddset(&set, waited_for[i]);
    return set;
}

void signals_prepare(void) {
    sigset_t set = awaited();
    for (int signal_number = 1; signal_number < SIGRTMAX; signal_number++) {
        struct sigaction action;
        if (sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            signal(signal_number, SIG_DFL);
    }
    sigaddset(&set, SIGPIPE); /* if the reader of the records has gone, the write says so */
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static void take_one(double seconds) {
    sigset_t set = awaited();
    if (seconds < 0)
        seconds = 0;
    struct timespec limit = {.tv_sec = (time_t)seconds};
    limit.tv_nsec = (long)((seconds - (double)limit.tv_sec) * 1e9);
    int signal_number = sigtimedwait(&set, NULL, &limit);
    if (signal_number > 0 && signal_number != SIGCHLD)
        stopped = true;
}

void signals_wait(double seconds) {
    if (!stopped)
        take_one(seconds);
    else
        nanosleep(&(struct timespec){.tv_nsec = 1000000},
                  NULL); /* another call may have taken SIGCHLD, so the wait is short */
}

void signals_stop(void) {
    stopped = true;
}

bool signals_stopped(void) {
    sigset_t pending;
    while (!stopped && sigpending(&pending) == 0) {
        bool any = false;
        for (size_t i = 1; i < sizeof waited_for / sizeof *waited_for; i++)
            any = any || sigismember(&pending, waited_for[i]) == 1;
        if (!any)
            break;
        take_one(0);
    }
    return stopped;
}

double signals_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
