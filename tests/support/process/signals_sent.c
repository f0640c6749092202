/* signals_sent.c - the wrapper of kill(2).
 *
 * In the executor it also saves the counters of a process that kills itself (coverage.c). Plain Criterion has no such
 * function. */
#include "signals_sent.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "gates.h"
#include "kernel_view.h"

void coverage_save(void) __attribute__((weak));

int __real_kill(pid_t pid, int signal);
int __wrap_kill(pid_t pid, int signal);

static pid_t watched; /* the process whose signals are seen */

void watch_signals(void) {
    watched = getpid();
}

int __wrap_kill(pid_t pid, int signal) {
    if (pid == getpid() && signal == SIGKILL && coverage_save != NULL)
        coverage_save();
    if (watched != getpid() || signal == 0 || is_child(pid))
        return __real_kill(pid, signal);
    log_line("signal to a stranger");
    errno = ESRCH;
    return -1;
}
