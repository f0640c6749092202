/* terminate.c - ending a process from outside, and giving back what it holds.
 *
 * Spec: spec/process.md, area TERM.
 */
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <timeslice/process.h>
#include <unistd.h>

static int send_signal(struct process *p, int sig) {
    if (check_maker(p) == -1)
        return -1;
    if (p->child == NULL) {
        errno = ESRCH;
        return -1;
    }
    if (!child_runs(p->child))
        return 0;
    return kill(p->child->pid, sig);
}

/* Sends SIGTERM to p and does not wait.
 *
 * PROC-TERM-001 the signal                             PROC-TERM-004 already ended
 * PROC-TERM-002 does not wait                          PROC-TERM-005 only its maker
 */
int process_terminate(struct process *p) {
    return send_signal(p, SIGTERM);
}

/* Sends SIGKILL to p and does not wait.
 *
 * PROC-TERM-003 the signal                             PROC-TERM-005 only its maker
 * PROC-TERM-004 already ended
 */
int process_kill(struct process *p) {
    return send_signal(p, SIGKILL);
}

/* Gives back all that p holds.
 *
 * PROC-TERM-005 only its maker                         PROC-TERM-008 afterwards
 * PROC-TERM-006 not while it runs                      PROC-TERM-009 leaves nothing behind
 * PROC-TERM-007 in any other state
 */
int process_close(struct process *p) {
    if (p->closed)
        return 0;
    if (check_maker(p) == -1)
        return -1;
    if (p->child != NULL) {
        if (child_runs(p->child)) {
            errno = EBUSY;
            return -1;
        }
        children_remove(p->child);
        close(p->child->sentinel);
        free(p->child);
        p->child = NULL;
    }
    p->closed = true;
    return 0;
}
