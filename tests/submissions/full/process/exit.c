/* exit.c - what happens to its children when a process ends: a program by exit(3), or a forked child.
 *
 * Spec: spec/process.md, areas EXIT and DAEMON.
 */
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <timeslice/process.h>
#include <unistd.h>

static bool prepared; /* end_of_program will be called; a fork copies the list of handlers, and this with it */

/* Writes what stdio has buffered. */
int flush_all(void) {
    int result;
    do {
        result = fflush(NULL);
    } while (result == EOF && errno == EINTR);
    return result;
}

/* PROC-DAEMON-003, PROC-DAEMON-004: all daemons are told before anybody is waited for. */
static void end_children(void) {
    for (struct process_child *child = children_first(); child != NULL; child = child->next) {
        if (child->daemon && child_runs(child))
            kill(child->pid, SIGTERM);
    }
    for (struct process_child *child = children_first(); child != NULL; child = child->next)
        child_reap(child);
}

static void end_of_program(void) {
    prepared = false; /* a later handler may start processes, too */
    end_children();
}

int end_of_program_prepare(void) {
    if (prepared)
        return 0;
    if (atexit(end_of_program) != 0) {
        errno = ENOMEM;
        return -1;
    }
    prepared = true;
    return 0;
}

/* PROC-EXIT-004, PROC-EXIT-005, PROC-EXIT-006: the last handler that runs in a forked child. Those that are left are
 * its parent's. */
_Noreturn void end_of_child(int status) {
    end_children();
    flush_all();
    _exit(status);
}

static void at_end_of_child(int status, void *unused) {
    (void)unused;
    end_of_child(status);
}

int end_of_child_prepare(void) {
    prepared = true;
    return on_exit(at_end_of_child, NULL) == 0 ? 0 : -1;
}

/* Whether p is a daemon.
 *
 * PROC-EXIT-004 a child's stdio                        PROC-DAEMON-003 daemons end first
 * PROC-EXIT-005 a child's own children                 PROC-DAEMON-004 the rest is awaited
 * PROC-EXIT-006 the parent's atexit handlers           PROC-DAEMON-005 _exit does neither
 * PROC-EXIT-007 leaves nothing behind                  PROC-DAEMON-006 only its own children
 * PROC-DAEMON-001 who is a daemon                      PROC-DAEMON-007 the objects may be gone
 */
bool process_is_daemon(const struct process *p) {
    if (p->closed) {
        errno = EINVAL;
        return false;
    }
    return p->daemon;
}
