/* signals.c - the signals of the executor: the end of a child, and people who want it to stop.
 *
 * Theory of operation
 * The executor has no signal handler. It blocks SIGCHLD and the signals that end a program. A descriptor tells it of
 * them, and it takes them one by one where it only waits. So nothing is ever interrupted. No event is lost between a
 * check and a wait, and a run that is stopped ends in an orderly way. */
#include "signals.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const int waited_for[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static bool stopped;
static int arrivals = -1; /* readable when a signal is there */

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

void signals_forget(void) {
    if (arrivals >= 0)
        close(arrivals);
    arrivals = -1;
}

static void take_one(void) {
    sigset_t set = awaited();
    int signal_number = sigtimedwait(&set, NULL, &(struct timespec){0});
    if (signal_number > 0 && signal_number != SIGCHLD)
        stopped = true;
}

static struct timespec time_of(double seconds) {
    struct timespec time = {.tv_sec = seconds > 0 ? (time_t)seconds : 0};
    time.tv_nsec = seconds > 0 ? (long)((seconds - (double)time.tv_sec) * 1e9) : 0;
    return time;
}

void signals_wait_or_read(double seconds, int fd) {
    if (stopped) /* another call may have taken SIGCHLD, so the wait is short */
        seconds = seconds < 0.001 ? seconds : 0.001;
    sigset_t set = awaited();
    struct timespec limit = time_of(seconds);
    if (arrivals < 0)
        arrivals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    struct pollfd waited[] = {{.fd = arrivals, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    if (ppoll(waited, 2, &limit, NULL) > 0 && waited[0].revents != 0)
        take_one();
}

void signals_wait(double seconds) {
    signals_wait_or_read(seconds, -1);
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
        take_one();
    }
    return stopped;
}

double signals_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
