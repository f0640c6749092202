/* core_dumps.c - the bit of a status that says that the core was dumped, and the code of waitid for it. */
#include "core_dumps.h"

#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CORE_BIT = 0x80 };

static pid_t reporting; /* in this process */

void report_core_dumps(bool wanted) {
    reporting = wanted ? getpid() : 0;
}

/* The default action of these signals is to dump the core; see signal(7). */
static bool dumps(int signal) {
    return signal == SIGABRT || signal == SIGQUIT || signal == SIGXCPU || signal == SIGSYS;
}

void core_dumps_in_status(int *status) {
    if (reporting == getpid() && status != NULL && WIFSIGNALED(*status) && dumps(WTERMSIG(*status)))
        *status |= CORE_BIT;
}

void core_dumps_in_report(siginfo_t *report) {
    if (reporting == getpid() && report != NULL && report->si_signo == SIGCHLD && report->si_code == CLD_KILLED &&
        dumps(report->si_status))
        report->si_code = CLD_DUMPED;
}
