/* join.c - waiting for a process, and asking whether it still runs.
 *
 * Spec: spec/process.md, area JOIN.
 */
#include "internal.h"

#include <errno.h>
#include <timeslice/process.h>
#include <unistd.h>

/* Waits until p has ended, for at most timeout_ms milliseconds.
 *
 * PROC-JOIN-001 waits                                  PROC-JOIN-009 concurrent
 * PROC-JOIN-002 again                                  PROC-JOIN-010 no zombie
 * PROC-JOIN-003 a timeout of 0                         PROC-JOIN-011 nobody else's child
 * PROC-JOIN-004 gives up in time                       PROC-JOIN-012 lost
 * PROC-JOIN-005 signals do not matter                  PROC-JOIN-013 a living grandchild
 * PROC-JOIN-006 not oneself                            PROC-JOIN-014 sleeps
 * PROC-JOIN-007 only its maker                         PROC-JOIN-017 leaves nothing behind
 * PROC-JOIN-008 serial
 */
int process_join(struct process *p, int timeout_ms) {
    if (!p->closed && is_current(p)) {
        errno = EDEADLK;
        return -1;
    }
    if (check_maker(p) == -1)
        return -1;
    struct process_child *child = p->child;
    if (child == NULL) {
        errno = ESRCH;
        return -1;
    }

    struct deadline deadline = deadline_after(timeout_ms);
    while (child_runs(child)) {
        if (deadline_passed(&deadline)) {
            errno = ETIMEDOUT;
            return -1;
        }
        wait_readable(child->sentinel, &deadline);
    }
    if (child->state == CHILD_LOST) {
        errno = EIDRM;
        return -1;
    }
    return 0;
}

/* Whether p runs.
 *
 * PROC-JOIN-007 only its maker                         PROC-JOIN-015 from the start to the end
 * PROC-JOIN-012 lost                                   PROC-TREE-004 the parent
 */
bool process_is_alive(struct process *p) {
    if (!p->closed && is_current(p))
        return true;
    if (is_parent(p))
        return getppid() == p->pid; /* whoever's parent dies is given another one at once */
    if (check_maker(p) == -1)
        return false;
    return p->child != NULL && child_runs(p->child);
}

/* A descriptor that is readable once p has ended.
 *
 * PROC-JOIN-013 a living grandchild
 * PROC-JOIN-016 readable at the end
 */
int process_sentinel(const struct process *p) {
    if (check_maker(p) == -1)
        return -1;
    if (p->child == NULL) {
        errno = ESRCH;
        return -1;
    }
    return p->child->sentinel;
}
